"""Links in e-mails, each good once: to confirm an address, and to choose a new password."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.api.refusals import Refusal
from pactoria_desktop.platform.auth import sessions
from pactoria_desktop.platform.auth.tokens import LONGEST_TOKEN, digest_of, new_token
from pactoria_desktop.platform.database.schema.identity import MailToken, Person
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.problems import Code

CONFIRM_PATH = "/confirm"
RESET_PATH = "/reset"
_log = logging.getLogger("pactoria.auth")


class Purpose(StrEnum):
    """What a link is for."""

    CONFIRM = "confirm"
    RESET = "reset"


LIVES = {Purpose.CONFIRM: timedelta(days=3), Purpose.RESET: timedelta(minutes=30)}


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that waits to be handed to the mailer."""

    to: str
    subject: str
    text: str


async def make_link(house: House, connection: AsyncConnection, person: str, email: str, purpose: Purpose) -> str:
    """A link for the person; those made before for the same purpose are void."""
    now = house.clock.now()
    token = new_token(house.randomness)
    await connection.execute(
        update(MailToken)
        .where(MailToken.person_id == person, MailToken.purpose == purpose.value, MailToken.used_at.is_(None))
        .values(used_at=now)
    )
    await connection.execute(
        insert(MailToken).values(
            token_sha256=digest_of(token),
            person_id=person,
            purpose=purpose.value,
            email=email,
            created_at=now,
            expires_at=now + LIVES[purpose],
        )
    )
    path = CONFIRM_PATH if purpose is Purpose.CONFIRM else RESET_PATH
    return f"{house.address}{path}/{token}"


async def holder_of(house: House, connection: AsyncConnection, token: str, purpose: Purpose) -> str:
    """The person whom a link was sent to. Raises Refusal (410) where it is not good (any more)."""
    person = None
    if len(token) <= LONGEST_TOKEN:
        person = await connection.scalar(
            select(MailToken.person_id)
            .join(Person, Person.id == MailToken.person_id)
            .where(
                MailToken.token_sha256 == digest_of(token),
                MailToken.purpose == purpose.value,
                MailToken.used_at.is_(None),
                MailToken.expires_at > house.clock.now(),
                Person.email == MailToken.email,
                Person.disabled_at.is_(None),
            )
        )
    if person is None:
        raise _void()
    return str(person)


async def _spend(house: House, connection: AsyncConnection, token: str, purpose: Purpose) -> str:
    person = await holder_of(house, connection, token, purpose)
    spent = await connection.execute(
        update(MailToken)
        .where(MailToken.token_sha256 == digest_of(token), MailToken.used_at.is_(None))
        .values(used_at=house.clock.now())
    )
    if spent.rowcount != 1:
        raise _void()
    return person


async def confirm(house: House, connection: AsyncConnection, token: str) -> None:
    """Confirm the address that the link was sent to. Raises Refusal (410)."""
    person = await _spend(house, connection, token, Purpose.CONFIRM)
    await connection.execute(
        update(Person).where(Person.id == person, Person.verified_at.is_(None)).values(verified_at=house.clock.now())
    )


async def set_password(house: House, connection: AsyncConnection, token: str, password_hash: str) -> None:
    """Give the person of a link a new password and end all their sessions. Raises Refusal (410)."""
    person = await _spend(house, connection, token, Purpose.RESET)
    await connection.execute(update(Person).where(Person.id == person).values(password_hash=password_hash))
    # Whoever reads the mail of the address has the address.
    await connection.execute(
        update(Person).where(Person.id == person, Person.verified_at.is_(None)).values(verified_at=house.clock.now())
    )
    await sessions.end_all(house, connection, person, "the password was set anew")


def _void() -> Refusal:
    return Refusal(
        Code.GONE, "This link was used or is over; nothing was changed; ask for a new message and use its link."
    )


async def confirmation(house: House, person: str, email: str) -> None:
    """Send the message that confirms an address."""
    async with house.database.transaction(sign_in=True) as connection:
        link = await make_link(house, connection, person, email, Purpose.CONFIRM)
    await post(
        house,
        Letter(
            email,
            "Confirm your e-mail address",
            f"An account was made with this address on {house.address}.\n\n"
            f"Open this page within three days to confirm that the address is yours:\n{link}\n\n"
            "If you made no account, leave this message; nobody can sign in with it.\n",
        ),
    )


async def already_registered(house: House, email: str) -> None:
    """Tell somebody who registers again that there is an account; the page itself tells nobody."""
    await post(
        house,
        Letter(
            email,
            "You have an account already",
            f"Somebody asked for an account with this address on {house.address}. There is one already, and it was "
            f"not changed.\n\nSign in with it, or choose a new password:\n{house.address}{RESET_PATH}\n",
        ),
    )


async def reset_link(house: House, email: str) -> str | None:
    """A link for a new password, None where nobody has the address. For mail, and for whoever runs the platform."""
    async with house.database.transaction(sign_in=True) as connection:
        person = await connection.scalar(select(Person.id).where(Person.email == email, Person.disabled_at.is_(None)))
        if person is None:
            return None
        return await make_link(house, connection, str(person), email, Purpose.RESET)


async def reset(house: House, email: str) -> None:
    """Send the link for a new password, where somebody has the address; otherwise nothing."""
    link = await reset_link(house, email)
    if link is None:
        return
    await post(
        house,
        Letter(
            email,
            "Choose a new password",
            f"Somebody asked for a new password for this address on {house.address}.\n\n"
            f"Open this page within 30 minutes to choose one:\n{link}\n\n"
            "If it was not you, leave this message; your password stays as it is.\n",
        ),
    )


async def post(house: House, letter: Letter) -> None:
    """Hand a message to the mailer. The answer has left already, so a failure goes to the log, without the address."""
    try:
        if not await house.mailer.send(letter.to, letter.subject, letter.text):
            _log.warning("mail_not_taken")
    except Exception as error:  # noqa: BLE001 - whatever a mailer raises, the request behind it is answered
        _log.error("mail_failed", exc_info=error, extra={"kind": type(error).__name__})
