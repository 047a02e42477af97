"""The pages on which somebody lets a program or a device in: the authorization endpoint, and ``/device``."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.background import BackgroundTask

from pactoria_desktop.platform.api.access import house_of, open_to_all
from pactoria_desktop.platform.api.refusals import Refusal
from pactoria_desktop.platform.auth import attempts, grants, mail_tokens, signing_in
from pactoria_desktop.platform.auth.clients import (
    AuthorizationError,
    AuthorizationRequest,
    answer_address,
    authorization_request,
    device_name_of,
    origin_of,
)
from pactoria_desktop.platform.auth.forms import FormGuard, fields_of, query_of
from pactoria_desktop.platform.auth.mail_tokens import RESET_PATH
from pactoria_desktop.platform.auth.page_routes import PageRoute, headers_of, status_of, where
from pactoria_desktop.platform.auth.pages import Html, button, field, form, hidden, link, page, paragraph, strong
from pactoria_desktop.platform.auth.tokens import shown_user_code, typed_user_code
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.notifications.mail import sends_mail
from pactoria_desktop.protocol.identity import AUTHORIZE_PATH, DEVICE_PATH, OAuthCode
from pactoria_desktop.protocol.problems import Code

_OPEN = "nobody is known before they signed in; limits by address and network"


def routes() -> APIRouter:
    """The pages of sign-in, without a prefix."""
    router = APIRouter(route_class=PageRoute, include_in_schema=False)

    @router.get(AUTHORIZE_PATH, dependencies=[open_to_all(_OPEN)])
    async def show_sign_in(request: Request) -> Response:
        """The page on which a person signs a program on this machine in."""
        try:
            return _sign_in_page(request, authorization_request(query_of(request)))
        except AuthorizationError as error:
            return _refused(house_of(request), error)

    @router.post(AUTHORIZE_PATH, dependencies=[open_to_all(_OPEN)])
    async def sign_in(request: Request) -> Response:
        """Sign the person in and send the program its code."""
        house = house_of(request)
        given = await fields_of(request)
        try:
            asked = authorization_request(given)
        except AuthorizationError as error:
            return _refused(house, error)
        FormGuard(request).check(given)
        if given.get("decision") == "refuse":
            parameters = {"error": OAuthCode.ACCESS_DENIED.value, "error_description": "The person refused."}
            return _lead_to(answer_address(asked.redirect_uri, house.address, asked.state, parameters))
        try:
            known = await _signed_in(request, given)
        except Refusal as refusal:
            return _sign_in_page(request, asked, given, refusal)
        if not known.confirmed:
            return _confirm_first(house, known, given)
        async with house.database.transaction(sign_in=True) as connection:
            code = await grants.make_code(house, connection, known.person, asked)
        return _lead_to(answer_address(asked.redirect_uri, house.address, asked.state, {"code": code}))

    @router.get(DEVICE_PATH, dependencies=[open_to_all(_OPEN)])
    async def show_device(request: Request) -> Response:
        """The page on which a person types the code that a device shows."""
        typed = query_of(request).get("user_code", "")
        if not typed:
            return _code_page(request)
        device = await _device(request, typed)
        return _code_page(request, typed, _NO_DEVICE) if device is None else _device_page(request, device)

    @router.post(DEVICE_PATH, dependencies=[open_to_all(_OPEN)])
    async def decide_device(request: Request) -> Response:
        """Let the device in, or refuse it."""
        house = house_of(request)
        given = await fields_of(request)
        FormGuard(request).check(given)
        typed = given.get("user_code", "")
        device = await _device(request, typed)
        if device is None:
            return _code_page(request, typed, _NO_DEVICE)
        if "decision" not in given:
            return _device_page(request, device)
        if given["decision"] == "refuse":
            async with house.database.transaction(sign_in=True) as connection:
                await grants.decide_on_device(house, connection, device.user_code, person=None)
            return page("The device was refused", paragraph("Nobody was signed in on it. You can close this window."))
        try:
            known = await _signed_in(request, given)
        except Refusal as refusal:
            return _device_page(request, device, given, refusal)
        if not known.confirmed:
            return _confirm_first(house, known, given)
        async with house.database.transaction(sign_in=True) as connection:
            in_time = await grants.decide_on_device(house, connection, device.user_code, person=known.person)
        if not in_time:
            return _code_page(request, typed, _NO_DEVICE)
        return page(
            "The device is signed in",
            paragraph(
                strong(device.device_name), " goes on by itself within a few seconds. You can close this window."
            ),
        )

    return router


_NO_DEVICE = "No device waits under this code; it may be over; check the letters, or begin again on the device."


async def _signed_in(request: Request, given: Mapping[str, str]) -> signing_in.SignedIn:
    return await signing_in.check(
        house_of(request), given.get("email", ""), given.get("password", ""), attempts.network_of(request)
    )


async def _device(request: Request, typed: str) -> grants.WaitingDevice | None:
    """The device of a typed code; guesses are counted. Raises Refusal (429)."""
    house, network = house_of(request), attempts.network_of(request)
    await attempts.hold(house, (attempts.USER_CODE, network))
    code = typed_user_code(typed)
    if code is None:
        return None
    async with house.database.transaction(sign_in=True) as connection:
        device = await grants.waiting_device(house, connection, code)
        if device is not None:
            await attempts.take_back(house, connection, attempts.USER_CODE, network)
    return device


def _credentials(given: Mapping[str, str], *, focus: bool = True) -> list[Html]:
    email = given.get("email", "")
    return [
        field("email", "E-mail address", kind="email", value=email, autocomplete="username", focus=focus and not email),
        field(
            "password",
            "Password",
            kind="password",
            autocomplete="current-password",
            focus=focus and bool(email),
            most=200,
        ),
    ]


def _forgotten(house: House) -> list[Html]:
    return [paragraph(link("I forgot my password", RESET_PATH), class_="after")] if sends_mail(house.mailer) else []


def _sign_in_page(
    request: Request,
    asked: AuthorizationRequest,
    given: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
) -> Response:
    house, guard = house_of(request), FormGuard(request)
    fixed = [hidden(name, value) for name, value in asked.parameters().items() if name != "device_name"]
    named = field(
        "device_name",
        "Name of this computer",
        value=asked.device_name,
        hint="You see it in the list of your devices, where you can end the sign-in at any time.",
        most=100,
    )
    return guard.keep(
        page(
            "Sign in to Pactoria Desktop",
            paragraph("Pactoria Desktop on this computer will reach your contracts on this platform."),
            where(house),
            form(
                AUTHORIZE_PATH,
                [guard.field(), *fixed, *_credentials(given or {}), named],
                [button("Sign in", decision="allow"), button("Cancel", decision="refuse", quiet=True)],
            ),
            *_forgotten(house),
            problem=None if refusal is None else refusal.sentence,
            status=200 if refusal is None else status_of(refusal),
            headers={} if refusal is None else headers_of(refusal),
            answers_to=origin_of(asked.redirect_uri),
        )
    )


def _code_page(request: Request, typed: str = "", problem: str | None = None) -> Response:
    guard = FormGuard(request)
    return guard.keep(
        page(
            "Sign in on another device",
            paragraph("Type the code that the device shows."),
            form(
                DEVICE_PATH,
                [
                    guard.field(),
                    field(
                        "user_code",
                        "Code",
                        value=typed[:20],
                        hint="Eight letters, for example BCDF-GHJK.",
                        problem=problem,
                        focus=True,
                        class_="code-field",
                        most=20,
                    ),
                ],
                [button("Go on")],
            ),
            problem=problem,
            status=200 if problem is None else 404,
        )
    )


def _device_page(
    request: Request,
    device: grants.WaitingDevice,
    given: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
) -> Response:
    house, guard = house_of(request), FormGuard(request)
    return guard.keep(
        page(
            "Let this device in?",
            paragraph(strong(device_name_of(device.device_name)), " asks to reach your contracts. It shows this code:"),
            paragraph(shown_user_code(device.user_code), class_="code"),
            paragraph("Go on only if you began this sign-in yourself and see the same code on that device."),
            where(house),
            form(
                DEVICE_PATH,
                [guard.field(), hidden("user_code", device.user_code), *_credentials(given or {})],
                [button("Let it in", decision="allow"), button("Refuse", decision="refuse", quiet=True)],
            ),
            *_forgotten(house),
            problem=None if refusal is None else refusal.sentence,
            status=200 if refusal is None else status_of(refusal),
            headers={} if refusal is None else headers_of(refusal),
        )
    )


def _confirm_first(house: House, known: signing_in.SignedIn, given: Mapping[str, str]) -> Response:
    email = signing_in.canonical_address(given.get("email", ""))

    async def send_again() -> None:
        try:
            await attempts.hold(house, (attempts.RESET_ADDRESS, email))
        except Refusal as refusal:
            # One that was sent a moment ago is on its way.
            if refusal.code is not Code.TOO_MANY_REQUESTS:
                raise
            return
        await mail_tokens.confirmation(house, known.person, email)

    answer = page(
        "Confirm your e-mail address first",
        paragraph("A message is on its way to ", strong(email), ". Open the link in it, then sign in again."),
        status=403,
    )
    answer.background = BackgroundTask(send_again)
    return answer


def _lead_to(address: str) -> Response:
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})


def _refused(house: House, error: AuthorizationError) -> Response:
    parameters = {"error": error.refused.error.value, "error_description": error.refused.sentence}
    return _lead_to(answer_address(error.redirect_uri, house.address, error.state, parameters))
