"""The pages on which somebody gets an account, confirms an address, or chooses a new password."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import SecretStr, ValidationError
from starlette.background import BackgroundTask

from pactoria_desktop.platform.api.access import house_of, open_to_all
from pactoria_desktop.platform.api.refusals import Refusal, not_found
from pactoria_desktop.platform.auth import attempts, mail_tokens, people, signing_in
from pactoria_desktop.platform.auth.forms import FormGuard, fields_of, query_of
from pactoria_desktop.platform.auth.mail_tokens import CONFIRM_PATH, RESET_PATH, Purpose
from pactoria_desktop.platform.auth.page_routes import (
    NOT_TWICE_THE_SAME,
    PASSWORD_HINT,
    PageRoute,
    headers_of,
    repeats,
    status_of,
    where,
    wrong_fields,
)
from pactoria_desktop.platform.auth.pages import Html, button, field, form, hidden, link, page, paragraph, strong
from pactoria_desktop.platform.auth.people import JOIN_PATH, OpenInvitation
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.notifications.mail import sends_mail
from pactoria_desktop.protocol.identity import PasswordChange, Registration
from pactoria_desktop.protocol.problems import Code

REGISTER_PATH = "/register"
_OPEN = "whoever has no account yet is not known; the link says who may"


def routes() -> APIRouter:
    """The pages of accounts, without a prefix."""
    router = APIRouter(route_class=PageRoute, include_in_schema=False)

    @router.get(JOIN_PATH + "/{token}", dependencies=[open_to_all(_OPEN)])
    async def show_join(request: Request, token: str) -> Response:
        """The page of an invitation."""
        invitation = await _invitation(house_of(request), token)
        existing = query_of(request).get("account") == "existing" and not invitation.is_first
        return _join_page(request, invitation, existing=existing)

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
            return _join_page(request, invitation, given, wrong.fields, existing=existing)
        except Refusal as refusal:
            if refusal.code not in _TRY_AGAIN:
                raise
            return _join_page(request, invitation, given, refusal=refusal, existing=existing)
        confirming = sends_mail(house.mailer) and not invitation.is_first and invitation.email is None
        return _look_into_your_mail(house, registration.email, person) if confirming else _ready(house)

    @router.get(REGISTER_PATH, dependencies=[open_to_all(_OPEN)])
    async def show_register(request: Request) -> Response:
        """The page of open registration."""
        _require_open_registration(house_of(request))
        return _register_page(request)

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
            return _register_page(request, given, wrong.fields)
        except Refusal as refusal:
            return _register_page(request, given, refusal=refusal)
        try:
            person = await _registered(house, registration, None)
        except Refusal as refusal:
            if refusal.code is not Code.CONFLICT:
                raise
            if not sends_mail(house.mailer):
                return _register_page(request, given, refusal=refusal)
            # The page says the same to all; the mailbox's holder learns the rest.
            return _look_into_your_mail(house, registration.email, None)
        return _look_into_your_mail(house, registration.email, person) if sends_mail(house.mailer) else _ready(house)

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
        return page("Your address is confirmed", *_next_steps(house))

    @router.get(RESET_PATH, dependencies=[open_to_all(_OPEN)])
    async def show_reset(request: Request) -> Response:
        """The page on which somebody asks for a new password."""
        return _reset_page(request) if sends_mail(house_of(request).mailer) else _no_mail()

    @router.post(RESET_PATH, dependencies=[open_to_all(_OPEN)])
    async def ask_reset(request: Request) -> Response:
        """Send the link for a new password; the answer is the same for every address."""
        house = house_of(request)
        if not sends_mail(house.mailer):
            return _no_mail()
        given = await fields_of(request)
        FormGuard(request).check(given)
        email = signing_in.canonical_address(given.get("email", ""))[:254]
        try:
            network = attempts.network_of(request)
            await attempts.hold(house, (attempts.RESET_ADDRESS, email), (attempts.RESET_NETWORK, network))
        except Refusal as refusal:
            return _reset_page(request, email, refusal)
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
        return _new_password_page(request)

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
            return _new_password_page(request, wrong.fields)
        hashed = await house.passwords.hash(chosen.get_secret_value())
        async with house.database.transaction(sign_in=True) as connection:
            await mail_tokens.set_password(house, connection, token, hashed)
        return page("Your new password is set", paragraph("All your devices were signed out."), *_next_steps(house))

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
    return page(f"You belong to {invitation.organization_name}", *_next_steps(house))


def _require_open_registration(house: House) -> None:
    if house.settings.registration != "open":
        raise not_found("page")


_IN_ORDER = ("organization", "name", "email", "password", "again")


def _focus(wrong: Mapping[str, str], otherwise: str) -> str:
    """The field that a person goes on at: the first that is wrong, else the first that is empty."""
    return next((name for name in _IN_ORDER if name in wrong), otherwise)


def _passwords(wrong: Mapping[str, str], focus: str) -> list[Html]:
    return [
        field(
            "password",
            "Password",
            kind="password",
            autocomplete="new-password",
            hint=PASSWORD_HINT,
            problem=wrong.get("password"),
            focus=focus == "password",
            most=200,
        ),
        field(
            "again",
            "Password again",
            kind="password",
            autocomplete="new-password",
            problem=wrong.get("again"),
            focus=focus == "again",
            most=200,
        ),
    ]


def _person_fields(
    given: Mapping[str, str], wrong: Mapping[str, str], fixed_email: str | None, focus: str
) -> list[Html]:
    return [
        field(
            "name",
            "Your name",
            value=given.get("name", ""),
            autocomplete="name",
            problem=wrong.get("name"),
            focus=focus == "name",
            most=200,
        ),
        field(
            "email",
            "E-mail address",
            kind="email",
            value=fixed_email or given.get("email", ""),
            autocomplete="username",
            problem=wrong.get("email"),
            read_only=fixed_email is not None,
            focus=focus == "email",
        ),
        *_passwords(wrong, focus),
    ]


def _said(wrong: Mapping[str, str], refusal: Refusal | None) -> tuple[str | None, int, dict[str, str]]:
    """What is announced on a form that is shown again, its status and its headers."""
    if refusal is not None:
        return refusal.sentence, status_of(refusal), headers_of(refusal)
    if wrong:
        return "Nothing was kept. " + " ".join(wrong.values()), 422, {}
    return None, 200, {}


def _join_page(
    request: Request,
    invitation: OpenInvitation,
    given: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
    *,
    existing: bool = False,
) -> Response:
    house, guard = house_of(request), FormGuard(request)
    given, wrong = given or {}, wrong or {}
    problem, status, headers = _said(wrong, refusal)
    here = request.url.path
    focus = _focus(wrong, "organization" if invitation.is_first else "name")
    if invitation.is_first:
        title = "Set up your platform"
        words = paragraph("You will administer this platform and own the organization that you name here.")
        first = [
            field(
                "organization",
                "Name of your organization",
                value=given.get("organization", ""),
                autocomplete="organization",
                problem=wrong.get("organization"),
                focus=focus == "organization",
                most=200,
            )
        ]
    else:
        title = f"Join {invitation.organization_name}"
        words = paragraph("You were invited as ", strong(invitation.role.value), ".")
        first = []
    if existing:
        fields = [
            hidden("account", "existing"),
            field(
                "email",
                "E-mail address",
                kind="email",
                value=invitation.email or given.get("email", ""),
                autocomplete="username",
                read_only=invitation.email is not None,
            ),
            field("password", "Password", kind="password", autocomplete="current-password", focus=True, most=200),
        ]
        send, other = "Join with my account", link("I have no account yet", here)
    else:
        fields = [*first, *_person_fields(given, wrong, invitation.email, focus)]
        send, other = "Make my account", link("I have an account already", f"{here}?account=existing")
    return guard.keep(
        page(
            title,
            words,
            where(house),
            form(here, [guard.field(), *fields], [button(send)]),
            *([] if invitation.is_first else [paragraph(other, class_="after")]),
            problem=problem,
            status=status,
            headers=headers,
        )
    )


def _register_page(
    request: Request,
    given: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
) -> Response:
    house, guard = house_of(request), FormGuard(request)
    problem, status, headers = _said(wrong or {}, refusal)
    return guard.keep(
        page(
            "Make an account",
            where(house),
            form(
                REGISTER_PATH,
                [guard.field(), *_person_fields(given or {}, wrong or {}, None, _focus(wrong or {}, "name"))],
                [button("Make my account")],
            ),
            problem=problem,
            status=status,
            headers=headers,
        )
    )


def _reset_page(request: Request, email: str = "", refusal: Refusal | None = None) -> Response:
    guard = FormGuard(request)
    problem, status, headers = _said({}, refusal)
    return guard.keep(
        page(
            "Choose a new password",
            paragraph("You get a message with a link."),
            form(
                RESET_PATH,
                [
                    guard.field(),
                    field("email", "E-mail address", kind="email", value=email, autocomplete="username", focus=True),
                ],
                [button("Send the message")],
            ),
            problem=problem,
            status=status,
            headers=headers,
        )
    )


def _new_password_page(request: Request, wrong: Mapping[str, str] | None = None) -> Response:
    guard = FormGuard(request)
    problem, status, headers = _said(wrong or {}, None)
    return guard.keep(
        page(
            "Choose a new password",
            paragraph("All your devices will be signed out."),
            form(
                request.url.path,
                [guard.field(), *_passwords(wrong or {}, _focus(wrong or {}, "password"))],
                [button("Set the password")],
            ),
            problem=problem,
            status=status,
            headers=headers,
        )
    )


def _no_mail() -> Response:
    return page(
        "Ask your administrator",
        paragraph("This platform sends no e-mails. Whoever runs it can give you a link for a new password."),
    )


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


def _next_steps(house: House) -> tuple[Html, ...]:
    return (
        paragraph("In Pactoria Desktop choose ", strong("Sign in"), " and give this address:"),
        paragraph(strong(house.address), class_="address"),
    )


def _ready(house: House) -> Response:
    return page("Your account is ready", *_next_steps(house))
