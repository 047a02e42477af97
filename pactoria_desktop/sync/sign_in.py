"""Signing this device in to a platform: in the system's browser, or with a code on another device.

Nobody types a password into this program. Both ways end with tokens that are kept before they are used.
"""

import asyncio
import base64
import hashlib
import webbrowser
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx2

from pactoria_desktop.protocol.identity import (
    CLIENT_ID,
    DEVICE_GRANT,
    METADATA_PATH,
    DeviceAnswer,
    Metadata,
    OAuthCode,
)
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.sync.loopback import receiving
from pactoria_desktop.sync.tokens import (
    SignInError,
    Tokens,
    TokenStore,
    answered,
    declared,
    error_of,
    keep,
    not_a_platform,
    tokens_of,
    unreachable,
)

SECONDS_TO_SIGN_IN = 300.0
_SLOWER = 5
_LONGEST_PAUSE = 60
_LONGEST_WAIT = 60 * 60
_LONGEST_CODE = 20


class SignInRefusedError(SignInError):
    """Whoever was asked did not let the device in."""


class SignInNotFinishedError(SignInError):
    """Nobody signed in within the time."""


class NoBrowserError(SignInError):
    """The system has no browser that can be opened."""


@dataclass(frozen=True, slots=True)
class ThisDevice:
    """The device that signs in: its id (UUIDv7) and the name that the person sees in their list of devices."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class DevicePrompt:
    """What the person is shown: where to go and the letters to type there; ``complete`` has both in one address."""

    address: str
    code: str
    complete: str
    seconds: int


Randomness = Callable[[int], bytes]
OpenBrowser = Callable[[str], bool]
"""Opens an address in the system's browser; False where there is none. May take a while."""


def open_in_system_browser(address: str) -> bool:
    """Open an address in the browser of this system."""
    return webbrowser.open(address)


async def platform_metadata(client: httpx2.AsyncClient, platform: str) -> Metadata:
    """What the platform at an address says of itself (RFC 8414).

    Raises PlatformUnreachableError; SignInError where it calls itself by another address, so that no token goes there.
    """
    try:
        answer = await answered(client, "GET", platform + METADATA_PATH)
    except (httpx2.TransportError, httpx2.InvalidURL) as error:
        raise unreachable() from error
    if answer.status_code != 200:
        raise not_a_platform()
    try:
        found = Metadata.model_validate(declared(Metadata.model_fields, answer))
    except ValueError as error:
        raise not_a_platform() from error
    if found.issuer != platform:
        raise SignInError(
            f"The platform calls itself {found.issuer[:200]}; nothing was sent; sign in at that address if you know it."
        )
    endpoints = (
        found.authorization_endpoint,
        found.token_endpoint,
        found.revocation_endpoint,
        found.device_authorization_endpoint,
    )
    if not all(one.startswith(found.issuer + "/") and one.isascii() and one.isprintable() for one in endpoints):
        raise not_a_platform()
    return found


async def sign_in_with_browser(
    client: httpx2.AsyncClient,
    platform: str,
    device: ThisDevice,
    store: TokenStore,
    *,
    open_browser: OpenBrowser,
    clock: Clock,
    randomness: Randomness,
    seconds: float = SECONDS_TO_SIGN_IN,
) -> Tokens:
    """Sign in on the platform's own page in the system's browser (RFC 8252, PKCE S256). Gives the kept tokens.

    Raises SignInError and its kinds; then nothing was kept.
    """
    metadata = await platform_metadata(client, platform)
    state, verifier = _letters(randomness(32)), _letters(randomness(32))
    async with receiving(state) as receiver:
        parameters = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": receiver.redirect_uri,
            "state": state,
            "code_challenge": _letters(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
            "device_id": device.id,
            "device_name": device.name,
        }
        page = f"{metadata.authorization_endpoint}?{urlencode(parameters)}"
        if not await asyncio.to_thread(open_browser, page):
            raise NoBrowserError(
                "No browser could be opened; nobody was signed in; use pactoria sign-in --device instead."
            )
        try:
            answer = await receiver.answer(seconds)
        except TimeoutError as error:
            raise SignInNotFinishedError(
                "Nobody signed in on the page in time; nothing was changed; begin again."
            ) from error
        redirect_uri = receiver.redirect_uri
    if answer.issuer != metadata.issuer:
        raise SignInRefusedError("Another platform answered the sign-in; nothing was sent to it; begin again.")
    if answer.code is None:
        raise _refused(answer.error)
    form = {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "code": answer.code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    asked_at = clock.now()
    got = await _posted(client, metadata.token_endpoint, form)
    if got.status_code != 200:
        raise _refused(error_of(got))
    tokens = tokens_of(got, asked_at)
    await keep(store, tokens)
    return tokens


async def sign_in_as_device(
    client: httpx2.AsyncClient,
    platform: str,
    device: ThisDevice,
    store: TokenStore,
    *,
    show: Callable[[DevicePrompt], None],
    clock: Clock,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Tokens:
    """Sign in by letters that the person types on another device (RFC 8628). Gives the kept tokens.

    Raises SignInError and its kinds; then nothing was kept.
    """
    metadata = await platform_metadata(client, platform)
    begun = await _begin_device(client, metadata, device)
    show(DevicePrompt(begun.verification_uri, begun.user_code, begun.verification_uri_complete, begun.expires_in))
    form = {"grant_type": DEVICE_GRANT, "client_id": CLIENT_ID, "device_code": begun.device_code}
    pause, waited = float(min(max(1, begun.interval), _LONGEST_PAUSE)), 0.0
    while waited < begun.expires_in:
        await sleep(pause)
        waited += pause
        asked_at = clock.now()
        try:
            answer = await answered(client, "POST", metadata.token_endpoint, form)
        except httpx2.TransportError:
            # RFC 8628, 3.5: where nobody answers, ask less and less often.
            pause = min(pause * 2, _LONGEST_PAUSE)
            continue
        if answer.status_code == 200:
            tokens = tokens_of(answer, asked_at)
            await keep(store, tokens)
            return tokens
        error = error_of(answer)
        if error == OAuthCode.SLOW_DOWN or answer.status_code in (429, 503):
            pause = min(pause + _SLOWER, _LONGEST_PAUSE)
        elif error == OAuthCode.EXPIRED_TOKEN:
            break
        elif error != OAuthCode.AUTHORIZATION_PENDING:
            raise _refused(error)
    raise SignInNotFinishedError("Nobody let this device in within the time; nothing was changed; begin again.")


async def _begin_device(client: httpx2.AsyncClient, metadata: Metadata, device: ThisDevice) -> DeviceAnswer:
    form = {"client_id": CLIENT_ID, "device_id": device.id, "device_name": device.name}
    answer = await _posted(client, metadata.device_authorization_endpoint, form)
    if answer.status_code != 200:
        raise _refused(error_of(answer))
    try:
        begun = DeviceAnswer.model_validate(declared(DeviceAnswer.model_fields, answer))
    except ValueError as error:
        raise not_a_platform() from error
    shown = begun.verification_uri, begun.verification_uri_complete, begun.user_code
    if not (
        all(one.startswith(metadata.issuer + "/") for one in shown[:2])
        and all(one.isascii() and one.isprintable() for one in shown)
        and 0 < len(begun.user_code) <= _LONGEST_CODE
        and 0 < begun.expires_in <= _LONGEST_WAIT
    ):
        raise not_a_platform()
    return begun


async def _posted(client: httpx2.AsyncClient, endpoint: str, form: dict[str, str]) -> httpx2.Response:
    try:
        return await answered(client, "POST", endpoint, form)
    except httpx2.TransportError as error:
        raise unreachable() from error


def _refused(error: str | None) -> SignInError:
    if error == OAuthCode.ACCESS_DENIED:
        return SignInRefusedError("The sign-in was cancelled; nothing was changed.")
    if error == OAuthCode.TEMPORARILY_UNAVAILABLE:
        return SignInRefusedError("There were too many sign-ins from here; nothing was changed; wait a little.")
    if error is None:
        return unreachable()
    return SignInRefusedError("The platform did not accept the sign-in; nothing was changed; begin again.")


def _letters(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
