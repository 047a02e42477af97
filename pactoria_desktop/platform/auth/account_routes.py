"""The pages on which somebody gets an account, confirms an address, or chooses a new password."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import SecretStr, ValidationError
from starlette.background import BackgroundTask

from pactoria_desktop.platform.api.access import house_of, open_to_all
from pactoria_desktop.platform.api.refusals import Refusal, not_found
from pactoria_desktop.platform.auth import attempts, mail_tokens, people, signing_in
from pactoria_desktop.platform.auth.account_pages import (
    REGISTER_PATH,
    join_page,
    new_password_page,
    next_steps,
    no_mail_page,
    ready_page,
    register_page,
    reset_page,
)
from pactoria_desktop.platform.auth.forms import FormGuard, fields_of, query_of
from pactoria_desktop.platform.auth.mail_tokens import CONFIRM_PATH, RESET_PATH, Purpose
from pactoria_desktop.platform.auth.page_routes import (
    NOT_TWICE_THE_SAME,
    PageRoute,
    repeats,
    wrong_fields,
)
from pactoria_desktop.platform.auth.pages import button, form, page, paragraph, strong
from pactoria_desktop.platform.auth.people import JOIN_PATH, OpenInvitation
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.notifications.mail import sends_mail
from pactoria_desktop.protocol.identity import PasswordChange, Registration
from pactoria_desktop.protocol.problems import Code

_OPEN = "whoever has no account yet is not known; the link says who may"


def routes() -> APIRouter:
    """The pages of accounts, without a prefix."""
    router = APIRouter(route_class=PageRoute, include_in_schema=False)

    @router.get(JOIN_PATH + "/{token}", dependencies=[open_to_all(_OPEN)])
    async def show_join(request: Request, token: str) -> Response:
        """The page of an invitation."""
        invitation = await _invitation(house_of(request), token)
        existing = query_of(request).get("account") == "existing" and not invitation.is_first
        return join_page(request, invitation, existing=existing)

    @router.post(JOIN_PATH + "/{token}", dependencies=[open_to_all(_OPEN)])
    async def join(request: Request, token: str) -> Response:
        """Take an invitation, with a new account or with one that there is."""
        house = house_of(request)
        given = await fields_of(request)
        FormGuard(request).check(given)
        invitation = await _invitation(house, token)
        existing = given.get("account") == "existing" and not invitation.is_first
        if invitation.email is not None:
            given["email"] = invitation.email
        try:
            if existing:
                return await _join_with_account(request, given, invitation)
            registration = _registration(given, with_organization=invitation.is_first)
            await attempts.hold(house, (attempts.REGISTRATION, attempts.network_of(request)))
            person = await _registered(house, registration, invitation)
        except _WrongFieldsError as wrong:
            return join_page(request, invitation, given, wrong.fields, existing=existing)
        except Refusal as refusal:
            if refusal.code not in _TRY_AGAIN:
                raise
            return join_page(request, invitation, given, refusal=refusal, existing=existing)
        confirming = sends_mail(house.mailer) and not invitation.is_first and invitation.email is None
        return _look_into_your_mail(house, registration.email, person) if confirming else ready_page(house)

    @router.get(REGISTER_PATH, dependencies=[open_to_all(_OPEN)])
    async def show_register(request: Request) -> Response:
        """The page of open registration."""
        _require_open_registration(house_of(request))
        return register_page(request)

    @router.post(REGISTER_PATH, dependencies=[open_to_all(_OPEN)])
    async def register(request: Request) -> Response:
        """Make an account without an invitation, where the settings allow it."""
        house = house_of(request)
        _require_open_registration(house)
        given = await fields_of(request)
        FormGuard(request).check(given)
        try:
            registration = _registration(given, with_organization=False)
            await attempts.hold(house, (attempts.REGISTRATION, attempts.network_of(request)))
        except _WrongFieldsError as wrong:
            return register_page(request, given, wrong.fields)
        except Refusal as refusal:
            return register_page(request, given, refusal=refusal)
        try:
            person = await _registered(house, registration, None)
        except Refusal as refusal:
            if refusal.code is not Code.CONFLICT:
                raise
            if not sends_mail(house.mailer):
                return register_page(request, given, refusal=refusal)
            # The page says the same to all; the mailbox's holder learns the rest.
            return _look_into_your_mail(house, registration.email, None)
        return (
            _look_into_your_mail(house, registration.email, person) if sends_mail(house.mailer) else ready_page(house)
        )

    @router.get(CONFIRM_PATH + "/{token}", dependencies=[open_to_all(_OPEN)])
    async def show_confirm(request: Request, token: str) -> Response:
        """The page that confirms an address: a button, because mail programs open links by themselves."""
        house, guard = house_of(request), FormGuard(request)
        async with house.database.transaction(sign_in=True) as connection:
            await mail_tokens.holder_of(house, connection, token, Purpose.CONFIRM)
        return guard.keep(
            page(
                "Confirm your e-mail address",
                paragraph("The message came to you, so the address is yours."),
                form(request.url.path, [guard.field()], [button("Confirm the address")]),
            )
        )

    @router.post(CONFIRM_PATH + "/{token}", dependencies=[open_to_all(_OPEN)])
    async def confirm(request: Request, token: str) -> Response:
        """Confirm an address."""
        house = house_of(request)
        FormGuard(request).check(await fields_of(request))
        async with house.database.transaction(sign_in=True) as connection:
            await mail_tokens.confirm(house, connection, token)
        return page("Your address is confirmed", *next_steps(house))

    @router.get(RESET_PATH, dependencies=[open_to_all(_OPEN)])
    async def show_reset(request: Request) -> Response:
        """The page on which somebody asks for a new password."""
        return reset_page(request) if sends_mail(house_of(request).mailer) else no_mail_page()

    @router.post(RESET_PATH, dependencies=[open_to_all(_OPEN)])
    async def ask_reset(request: Request) -> Response:
        """Send the link for a new password; the answer is the same for every address."""
        house = house_of(request)
        if not sends_mail(house.mailer):
            return no_mail_page()
        given = await fields_of(request)
        FormGuard(request).check(given)
        email = signing_in.canonical_address(given.get("email", ""))[:254]
        try:
            network = attempts.network_of(request)
            await attempts.hold(house, (attempts.RESET_ADDRESS, email), (attempts.RESET_NETWORK, network))
        except Refusal as refusal:
            return reset_page(request, email, refusal)
        answer = page(
            "Look into your mail",
            paragraph(
                "If there is an account with ", strong(email), ", a message with a link is on its way. "
                "The link is good for 30 minutes.",
            ),
        )  # fmt: skip
        answer.background = BackgroundTask(mail_tokens.reset, house, email)
        return answer

    @router.get(RESET_PATH + "/{token}", dependencies=[open_to_all(_OPEN)])
    async def show_new_password(request: Request, token: str) -> Response:
        """The page on which somebody chooses a new password."""
        house = house_of(request)
        async with house.database.transaction(sign_in=True) as connection:
            await mail_tokens.holder_of(house, connection, token, Purpose.RESET)
        return new_password_page(request)

    @router.post(RESET_PATH + "/{token}", dependencies=[open_to_all(_OPEN)])
    async def set_new_password(request: Request, token: str) -> Response:
        """Set the new password and end all sign-ins."""
        house = house_of(request)
        given = await fields_of(request)
        FormGuard(request).check(given)
        async with house.database.transaction(sign_in=True) as connection:
            await mail_tokens.holder_of(house, connection, token, Purpose.RESET)
        try:
            chosen = _new_password(given)
        except _WrongFieldsError as wrong:
            return new_password_page(request, wrong.fields)
        hashed = await house.passwords.hash(chosen.get_secret_value())
        async with house.database.transaction(sign_in=True) as connection:
            await mail_tokens.set_password(house, connection, token, hashed)
        return page("Your new password is set", paragraph("All your devices were signed out."), *next_steps(house))

    return router


_TRY_AGAIN = (Code.SIGNED_OUT, Code.CONFLICT, Code.TOO_MANY_REQUESTS, Code.UNAVAILABLE)


class _WrongFieldsError(Exception):
    """Fields that cannot be used, each with a sentence."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("fields")
        self.fields = fields


async def _invitation(house: House, token: str) -> OpenInvitation:
    async with house.database.transaction(sign_in=True) as connection:
        return await people.open_invitation(house, connection, token)


def _registration(given: Mapping[str, str], *, with_organization: bool) -> Registration:
    """The registration of a form. Raises _WrongFieldsError."""
    wrong: dict[str, str] = {}
    registration = None
    try:
        registration = Registration(
            email=given.get("email", ""),
            name=given.get("name", ""),
            password=SecretStr(given.get("password", "")),
            organization=given.get("organization", "") if with_organization else None,
        )
    except ValidationError as error:
        wrong = wrong_fields(error)
    if "password" not in wrong and not repeats(given):
        wrong["again"] = NOT_TWICE_THE_SAME
    if registration is None or wrong:
        raise _WrongFieldsError(wrong)
    return registration


def _new_password(given: Mapping[str, str]) -> SecretStr:
    try:
        chosen = PasswordChange(present=SecretStr("-"), new=SecretStr(given.get("password", ""))).new
    except ValidationError as error:
        raise _WrongFieldsError({"password": wrong_fields(error).get("new", "")}) from error
    if not repeats(given):
        raise _WrongFieldsError({"again": NOT_TWICE_THE_SAME})
    return chosen


async def _registered(house: House, registration: Registration, invitation: OpenInvitation | None) -> str:
    hashed = await house.passwords.hash(registration.password.get_secret_value())
    async with house.database.transaction(sign_in=True) as connection:
        return await people.register(house, connection, registration, hashed, invitation)


async def _join_with_account(request: Request, given: Mapping[str, str], invitation: OpenInvitation) -> Response:
    house = house_of(request)
    known = await signing_in.check(
        house, given.get("email", ""), given.get("password", ""), attempts.network_of(request)
    )
    async with house.database.transaction(sign_in=True) as connection:
        await people.take(house, connection, invitation, known.person, None)
    return page(f"You belong to {invitation.organization_name}", *next_steps(house))


def _require_open_registration(house: House) -> None:
    if house.settings.registration != "open":
        raise not_found("page")


def _look_into_your_mail(house: House, email: str, person: str | None) -> Response:
    answer = page(
        "Look into your mail",
        paragraph("A message is on its way to ", strong(email), ". Open the link in it to go on."),
    )
    answer.background = (
        BackgroundTask(mail_tokens.already_registered, house, email)
        if person is None
        else BackgroundTask(mail_tokens.confirmation, house, person, email)
    )
    return answer
