"""The endpoints of the OAuth 2 server that programs ask: metadata, tokens, revocation, waiting devices."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from pactoria_desktop.contract.identity import is_identity
from pactoria_desktop.platform.api.access import house_of, open_to_all
from pactoria_desktop.platform.api.refusals import Refusal
from pactoria_desktop.platform.auth import attempts, grants, sessions
from pactoria_desktop.platform.auth.clients import OAuthRefused, device_name_of
from pactoria_desktop.platform.auth.forms import fields_of
from pactoria_desktop.platform.auth.sessions import Device
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.identity import (
    AUTHORIZE_PATH,
    CLIENT_ID,
    DEVICE_AUTHORIZATION_PATH,
    DEVICE_GRANT,
    METADATA_PATH,
    REVOKE_PATH,
    TOKEN_PATH,
    DeviceAnswer,
    Metadata,
    OAuthCode,
    OAuthProblem,
    TokenAnswer,
)
from pactoria_desktop.protocol.problems import Code

_NOT_CACHED = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_COUNTED = (OAuthCode.INVALID_GRANT, OAuthCode.INVALID_CLIENT, OAuthCode.INVALID_REQUEST)
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": OAuthProblem, "description": "A refusal (RFC 6749, 5.2)"},
    429: {"model": OAuthProblem, "description": "Too many refused requests; Retry-After says when to try again"},
}


_UUID_7 = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
_CLIENT = {"type": "string", "const": CLIENT_ID}
_WORD = {"type": "string", "minLength": 1, "maxLength": 512}
_DEVICE_ID = {"type": "string", "format": "uuid", "pattern": _UUID_7}


def _schema(**properties: dict[str, Any]) -> dict[str, Any]:
    """A form whose fields are all needed, for the description of the API; others are ignored."""
    return {"type": "object", "required": list(properties), "properties": properties}


def _form(*forms: dict[str, Any]) -> dict[str, Any]:
    schema = forms[0] if len(forms) == 1 else {"oneOf": list(forms)}
    return {"requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}}


def _grant(kind: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return _schema(grant_type={"type": "string", "const": kind}, client_id=_CLIENT, **properties)


def routes() -> APIRouter:
    """The endpoints, without a prefix."""
    router = APIRouter(tags=["sign-in"])

    @router.get(METADATA_PATH, dependencies=[open_to_all("a program asks before anybody is known")])
    async def oauth_metadata(request: Request) -> Metadata:
        """What an OAuth 2 client must know of the platform (RFC 8414)."""
        address = house_of(request).address
        return Metadata(
            issuer=address,
            authorization_endpoint=address + AUTHORIZE_PATH,
            token_endpoint=address + TOKEN_PATH,
            revocation_endpoint=address + REVOKE_PATH,
            device_authorization_endpoint=address + DEVICE_AUTHORIZATION_PATH,
        )

    @router.post(
        TOKEN_PATH,
        dependencies=[open_to_all("a code or a refresh token says who asks")],
        response_model=TokenAnswer,
        responses=_REFUSALS,
        openapi_extra=_form(
            _grant("authorization_code", code=_WORD, redirect_uri=_WORD, code_verifier=_WORD),
            _grant("refresh_token", refresh_token=_WORD),
            _grant(DEVICE_GRANT, device_code=_WORD),
        ),
    )
    async def issue_token(request: Request) -> Response:
        """Exchange a code, a refresh token or a device code for a pair of tokens (RFC 6749, RFC 8628)."""
        house, network = house_of(request), attempts.network_of(request)
        async with house.database.transaction(sign_in=True) as connection:
            wait = await attempts.waiting(house, connection, attempts.TOKEN, network)
        if wait:
            return _too_many(wait)
        form = await _form_of(request)
        # The transaction is committed also where the answer is a refusal: it may have ended a session.
        outcome = form if isinstance(form, OAuthRefused) else await _exchange(house, form)
        if isinstance(outcome, OAuthRefused):
            if outcome.error in _COUNTED:
                async with house.database.transaction(sign_in=True) as connection:
                    await attempts.count(house, connection, attempts.TOKEN, network)
            return _problem(outcome)
        return _message(outcome)

    @router.post(
        REVOKE_PATH,
        dependencies=[open_to_all("the token says who asks")],
        response_class=Response,
        responses={**_REFUSALS, 200: {"description": "The token is dead, or never lived"}},
        openapi_extra=_form(_schema(token={"type": "string", "minLength": 1}, client_id=_CLIENT)),
    )
    async def revoke_token(request: Request) -> Response:
        """Revoke a token (RFC 7009); a refresh token ends its session with all its tokens."""
        house = house_of(request)
        form = await _form_of(request)
        if isinstance(form, OAuthRefused):
            return _problem(form)
        if not form.get("token"):
            return _problem(OAuthRefused(OAuthCode.INVALID_REQUEST, "The token is missing."))
        async with house.database.transaction(sign_in=True) as connection:
            await sessions.revoke(house, connection, form["token"])
        return Response(status_code=200, headers=_NOT_CACHED)

    @router.post(
        DEVICE_AUTHORIZATION_PATH,
        dependencies=[open_to_all("a device asks before anybody is known; limited by network")],
        response_model=DeviceAnswer,
        responses=_REFUSALS,
        openapi_extra=_form(
            {
                "type": "object",
                "required": ["client_id"],
                "properties": {"client_id": _CLIENT, "device_id": _DEVICE_ID, "device_name": {"type": "string"}},
            }
        ),
    )
    async def authorize_device(request: Request) -> Response:
        """Let a device wait until a person lets it in on the page ``/device`` (RFC 8628)."""
        house = house_of(request)
        form = await _form_of(request)
        if isinstance(form, OAuthRefused):
            return _problem(form)
        device_id = form.get("device_id")
        if device_id is not None and not is_identity(device_id):
            return _problem(OAuthRefused(OAuthCode.INVALID_REQUEST, "The device id is a UUID of version 7."))
        try:
            await attempts.hold(house, (attempts.DEVICE_CODE, attempts.network_of(request)))
        except Refusal as refusal:
            if refusal.code is not Code.TOO_MANY_REQUESTS:
                raise
            return _too_many(refusal.retry_after or 1)
        return _message(await grants.ask_for_device(house, Device(device_id, device_name_of(form.get("device_name")))))

    return router


async def _form_of(request: Request) -> dict[str, str] | OAuthRefused:
    """The form of a known client."""
    try:
        form = await fields_of(request, _PARAMETERS)
    except Refusal as refusal:
        return OAuthRefused(OAuthCode.INVALID_REQUEST, refusal.sentence)
    if form.get("client_id") != CLIENT_ID:
        return OAuthRefused(OAuthCode.INVALID_CLIENT, "This client is not known here.")
    if form.get("scope"):
        return OAuthRefused(OAuthCode.INVALID_SCOPE, "There are no scopes.")
    return form


async def _exchange(house: House, form: dict[str, str]) -> TokenAnswer | OAuthRefused:
    kind = form.get("grant_type", "")
    needed = _NEEDED.get(kind)
    if needed is None:
        return OAuthRefused(OAuthCode.UNSUPPORTED_GRANT_TYPE, "There is no such kind of grant here.")
    if missing := [name for name in needed if not form.get(name)]:
        return OAuthRefused(OAuthCode.INVALID_REQUEST, f"The parameter {missing[0]} is missing.")
    async with house.database.transaction(sign_in=True) as connection:
        if kind == "authorization_code":
            return await grants.exchange_code(
                house, connection, form["code"], form["redirect_uri"], form["code_verifier"]
            )
        if kind == "refresh_token":
            return await sessions.refresh(house, connection, form["refresh_token"])
        return await grants.poll_device(house, connection, form["device_code"])


_PARAMETERS = frozenset(
    {
        "grant_type", "client_id", "code", "redirect_uri", "code_verifier", "refresh_token", "device_code", "scope",
        "token", "token_type_hint", "device_id", "device_name",
    }
)  # fmt: skip
_NEEDED = {
    "authorization_code": ("code", "redirect_uri", "code_verifier"),
    "refresh_token": ("refresh_token",),
    DEVICE_GRANT: ("device_code",),
}


def _message(message: BaseModel) -> Response:
    return JSONResponse(message.model_dump(mode="json"), headers=_NOT_CACHED)


def _problem(refused: OAuthRefused) -> Response:
    body = OAuthProblem(error=refused.error, error_description=refused.sentence)
    return JSONResponse(body.model_dump(mode="json"), status_code=400, headers=_NOT_CACHED)


def _too_many(seconds: float) -> Response:
    refusal = attempts.too_many(seconds)
    body = OAuthProblem(error=OAuthCode.TEMPORARILY_UNAVAILABLE, error_description=refusal.sentence)
    headers = {**_NOT_CACHED, "Retry-After": str(refusal.retry_after)}
    return JSONResponse(body.model_dump(mode="json"), status_code=429, headers=headers)
