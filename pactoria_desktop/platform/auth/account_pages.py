"""What the pages of accounts show: joining, registering, a new password, and what comes after."""

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import Response

from pactoria_desktop.platform.api.access import house_of
from pactoria_desktop.platform.api.refusals import Refusal
from pactoria_desktop.platform.auth.forms import FormGuard
from pactoria_desktop.platform.auth.mail_tokens import RESET_PATH
from pactoria_desktop.platform.auth.page_routes import PASSWORD_HINT, headers_of, status_of, where
from pactoria_desktop.platform.auth.pages import Html, button, field, form, hidden, link, page, paragraph, strong
from pactoria_desktop.platform.auth.people import OpenInvitation
from pactoria_desktop.platform.house import House

REGISTER_PATH = "/register"
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


def join_page(
    request: Request,
    invitation: OpenInvitation,
    given: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
    *,
    existing: bool = False,
) -> Response:
    """The page of an invitation: with a new account, or with one that there is."""
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


def register_page(
    request: Request,
    given: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
) -> Response:
    """The page of open registration."""
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


def reset_page(request: Request, email: str = "", refusal: Refusal | None = None) -> Response:
    """The page on which somebody asks for a new password."""
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


def new_password_page(request: Request, wrong: Mapping[str, str] | None = None) -> Response:
    """The page on which somebody chooses a new password."""
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


def no_mail_page() -> Response:
    """What stands where no message can be sent."""
    return page(
        "Ask your administrator",
        paragraph("This platform sends no e-mails. Whoever runs it can give you a link for a new password."),
    )


def next_steps(house: House) -> tuple[Html, ...]:
    """What a person with an account does next."""
    return (
        paragraph("In Pactoria Desktop choose ", strong("Sign in"), " and give this address:"),
        paragraph(strong(house.address), class_="address"),
    )


def ready_page(house: House) -> Response:
    """The page after an account was made."""
    return page("Your account is ready", *next_steps(house))
