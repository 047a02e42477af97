"""What a person sees and changes of themselves: name, password, the devices on which they are signed in."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select, update

from pactoria_desktop.contract.identity import is_identity
from pactoria_desktop.platform.api.access import Asker, allow_signed_in
from pactoria_desktop.platform.api.conditional import conditional
from pactoria_desktop.platform.api.refusals import Refusal, not_found
from pactoria_desktop.platform.auth import attempts, sessions
from pactoria_desktop.platform.database.schema.identity import DeviceSession, Person
from pactoria_desktop.protocol.base import Nothing
from pactoria_desktop.protocol.identity import Ended, Me, MeChange, PasswordChange, SignIn, SignInList
from pactoria_desktop.protocol.problems import Code, FieldProblem

OwnData = Annotated[Asker, allow_signed_in("a person's own data")]
_FIELDS = (Person.id, Person.email, Person.name, Person.verified_at, Person.administrator, Person.home_organization_id)


def routes() -> APIRouter:
    """The routes under ``/me``."""
    router = APIRouter(prefix="/me", tags=["me"])

    @router.get("", response_model=Me)
    async def show_me(request: Request, asker: OwnData) -> Response:
        """Who asks, and from which device."""
        async with asker.transaction() as connection:
            row = (await connection.execute(select(*_FIELDS).where(Person.id == asker.person))).one()
        return conditional(request, _me(asker, row))

    @router.patch("")
    async def change_me(change: MeChange, asker: OwnData) -> Me:
        """Change one's own name."""
        async with asker.transaction() as connection:
            changed = update(Person).where(Person.id == asker.person).values(name=change.name).returning(*_FIELDS)
            row = (await connection.execute(changed)).one()
        return _me(asker, row)

    @router.post("/password")
    async def change_password(change: PasswordChange, asker: OwnData) -> Ended:
        """Choose a new password; all other sign-ins end."""
        house = asker.house
        await attempts.hold(house, (attempts.PASSWORD_CHANGE, asker.person))
        async with asker.transaction() as connection:
            kept = await connection.scalar(select(Person.password_hash).where(Person.id == asker.person))
        if not await house.passwords.matches(change.present.get_secret_value(), kept):
            raise Refusal(
                Code.FORBIDDEN,
                "The present password is another one; nothing was changed; check it and try again.",
                fields=(FieldProblem(field="present", reason="is another one"),),
            )
        hashed = await house.passwords.hash(change.new.get_secret_value())
        async with house.database.transaction(person=asker.person, sign_in=True) as connection:
            await attempts.forgive(house, connection, attempts.PASSWORD_CHANGE, asker.person)
            await connection.execute(update(Person).where(Person.id == asker.person).values(password_hash=hashed))
            ended = await sessions.end_all(
                house, connection, asker.person, "the password was changed", except_for=asker.session
            )
        return Ended(ended=ended)

    @router.get("/sessions", response_model=SignInList)
    async def list_sessions(request: Request, asker: OwnData) -> Response:
        """The devices on which the person is signed in, the newest first."""
        live = (
            select(DeviceSession)
            .where(
                DeviceSession.person_id == asker.person,
                DeviceSession.ended_at.is_(None),
                DeviceSession.expires_at > asker.house.clock.now(),
            )
            .order_by(DeviceSession.created_at.desc(), DeviceSession.id.desc())
        )
        async with asker.transaction() as connection:
            rows = (await connection.execute(live)).all()
        return conditional(request, SignInList(sessions=tuple(_sign_in(asker, row) for row in rows)))

    @router.delete("/sessions/{session}")
    async def end_session(session: str, asker: OwnData) -> Nothing:
        """End a sign-in at once; its tokens are dead."""
        if not is_identity(session):
            raise not_found("sign-in")
        async with asker.transaction() as connection:
            ended = await sessions.end_own(asker.house, connection, asker.person, session, "ended by the person")
        if not ended:
            raise not_found("sign-in")
        return Nothing()

    @router.delete("/sessions")
    async def end_other_sessions(asker: OwnData) -> Ended:
        """End all sign-ins but the one that asks."""
        async with asker.transaction() as connection:
            ended = await sessions.end_all(
                asker.house, connection, asker.person, "ended by the person", except_for=asker.session
            )
        return Ended(ended=ended)

    return router


def _me(asker: Asker, row: Any) -> Me:
    return Me(
        id=row.id,
        email=row.email,
        name=row.name,
        verified=row.verified_at is not None,
        administrator=row.administrator,
        home_organization=row.home_organization_id,
        session=asker.session,
        device=asker.device,
    )


def _sign_in(asker: Asker, row: Any) -> SignIn:
    return SignIn(
        id=row.id,
        device=row.device_id,
        device_name=row.device_name,
        began_at=row.created_at,
        seen_at=row.seen_at,
        ends_at=row.expires_at,
        asking=row.id == asker.session,
    )
