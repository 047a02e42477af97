"""The tokens of a sign-in: where they are kept, and how they are renewed by one asker at a time."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import httpx2

from pactoria_desktop.protocol.identity import CLIENT_ID, REVOKE_PATH, TOKEN_PATH, OAuthCode, TokenAnswer
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.secrets import Keyring, KeyringUnusable

LARGEST_ANSWER = 64 * 1024
"""The most bytes that an answer of sign-in may have."""

ANSWER_SECONDS = 60.0
"""The longest that one answer may take in all, however slowly it drips."""

_LONGEST_TOKEN = 400

_RENEWED_BEFORE = timedelta(seconds=60)
"""How long before its end a token is renewed, so that it does not end under way."""


class SignInError(PactoriaError):
    """A sign-in did not come about, or has ended. Base of the refusals below."""


class SignedOutError(SignInError):
    """Nobody is signed in on this device (any more)."""


class PlatformUnreachableError(SignInError):
    """The platform did not answer, or not as a platform does. What was signed in stays signed in."""


class TokensNotKeptError(SignInError):
    """The system's keyring did not keep the tokens."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The pair of a sign-in. ``expires_at`` is the end of the access token, UTC."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime


class TokenStore(Protocol):
    """Keeps the tokens of one sign-in. Each call may take a while and may raise KeyringUnusable."""

    def read(self) -> Tokens | None:
        """The tokens that were kept, None where there are none."""
        ...

    def write(self, tokens: Tokens) -> None:
        """Keep the tokens in place of the former ones."""
        ...

    def remove(self) -> None:
        """Forget the tokens."""
        ...


class KeyringTokenStore:
    """Keeps tokens in the system's keyring, one entry for a platform. Under 300 letters: Windows takes 1,280."""

    def __init__(self, keyring: Keyring, platform: str) -> None:
        """For the platform at an address."""
        self._keyring = keyring
        self._account = f"platform {platform}"

    def read(self) -> Tokens | None:
        """The tokens, None where there are none or what is there is none of ours. Raises KeyringUnusable."""
        kept = self._keyring.get(self._account)
        if kept is None:
            return None
        try:
            found = json.loads(kept)
            return Tokens(str(found["access"]), str(found["refresh"]), datetime.fromisoformat(found["expires_at"]))
        except (ValueError, KeyError, TypeError):
            return None

    def write(self, tokens: Tokens) -> None:
        """Keep the tokens. Raises KeyringUnusable."""
        content = {
            "access": tokens.access,
            "refresh": tokens.refresh,
            "expires_at": tokens.expires_at.astimezone(UTC).isoformat(),
        }
        self._keyring.put(self._account, json.dumps(content, separators=(",", ":")))

    def remove(self) -> None:
        """Forget the tokens. Raises KeyringUnusable."""
        self._keyring.remove(self._account)


async def answered(
    client: httpx2.AsyncClient, method: str, address: str, form: Mapping[str, str] | None = None
) -> httpx2.Response:
    """The answer of whatever listens at an address, its body bounded in size and time.

    A body that is larger than any of sign-in, or that cannot be unpacked, counts as none. Raises
    ``httpx2.TransportError``, for an answer without an end too.
    """
    content = bytearray()
    try:
        async with (
            asyncio.timeout(ANSWER_SECONDS),
            client.stream(method, address, data=None if form is None else dict(form)) as answer,
            contextlib.aclosing(answer.aiter_bytes()) as pieces,
        ):
            async for piece in pieces:
                content += piece
                if len(content) > LARGEST_ANSWER:
                    return httpx2.Response(answer.status_code)
    except httpx2.DecodingError:
        return httpx2.Response(answer.status_code)
    except TimeoutError as error:
        raise httpx2.ReadTimeout("the answer has no end") from error
    return httpx2.Response(answer.status_code, content=bytes(content))


def tokens_of(answer: httpx2.Response, asked_at: datetime) -> Tokens:
    """The tokens of an answer of the token endpoint. Raises PlatformUnreachableError for anything else."""
    try:
        found = TokenAnswer.model_validate(declared(TokenAnswer.model_fields, answer))
        if not all(_sendable(one) for one in (found.access_token, found.refresh_token)):
            raise ValueError("no tokens")
        ends = asked_at + timedelta(seconds=found.expires_in)
    except (ValueError, OverflowError) as error:
        raise not_a_platform() from error
    return Tokens(found.access_token, found.refresh_token, ends)


def declared(fields: Mapping[str, Any], answer: httpx2.Response) -> dict[str, object]:
    """The fields that this program knows: a newer platform may say more. Raises ValueError for no JSON object."""
    content = _json_of(answer)
    if not isinstance(content, dict):
        raise ValueError("not an object")
    return {name: value for name, value in content.items() if name in fields}


def _sendable(token: str) -> bool:
    """Whether a token may stand in a header (RFC 6750, 2.1) and fits where tokens are kept."""
    return 0 < len(token) <= _LONGEST_TOKEN and token.isascii() and token.isprintable() and " " not in token


def _json_of(answer: httpx2.Response) -> object:
    """The JSON of an answer. Raises ValueError where it is none, or one that is nested without sense."""
    try:
        found: object = answer.json()
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return found


def error_of(answer: httpx2.Response) -> str | None:
    """The code of an OAuth 2 refusal, None where the answer is none."""
    try:
        content = _json_of(answer)
    except ValueError:
        return None
    found = content.get("error") if isinstance(content, dict) else None
    return found if isinstance(found, str) else None


def unreachable() -> PlatformUnreachableError:
    """The platform does not answer."""
    return PlatformUnreachableError(
        "The platform does not answer; your work is safe here; check the connection, or try again later."
    )


def not_a_platform() -> PlatformUnreachableError:
    """What answers is not a platform, or one of another version."""
    return PlatformUnreachableError(
        "What answers at this address is not a Pactoria platform; nothing was changed; check the address."
    )


class SignedInDevice:
    """A sign-in of this device: gives a token that lives, and renews it for all askers at once.

    A new pair is kept before anybody uses it: if the program ends in between, the kept token is the predecessor, which
    the platform answers with the same pair for ten seconds.
    """

    def __init__(self, client: httpx2.AsyncClient, platform: str, store: TokenStore, clock: Clock) -> None:
        """For the platform at an address, with tokens that were kept at sign-in."""
        self._client = client
        self._platform = platform
        self._store = store
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._tokens: Tokens | None = None

    async def access_token(self, *, instead_of: str | None = None) -> str:
        """A token to send. ``instead_of`` is one that the platform refused (401): another is got.

        Raises SignedOutError, PlatformUnreachableError, TokensNotKeptError.
        """
        async with self._one_at_a_time:
            tokens = self._tokens or await self._kept()
            if tokens is None:
                raise _signed_out()
            if not self._serves(tokens, instead_of):
                # Another process of this person may have renewed it already.
                kept = await self._kept()
                tokens = kept if kept is not None and self._serves(kept, instead_of) else await self._renewed(kept)
            self._tokens = tokens
            return tokens.access

    async def sign_out(self) -> bool:
        """End the sign-in here and on the platform; False where the platform could not be told. Then end it there."""
        async with self._one_at_a_time:
            tokens = self._tokens or await self._kept()
            self._tokens = None
            await self._forget()
            if tokens is None:
                return True
            try:
                form = {"client_id": CLIENT_ID, "token": tokens.refresh, "token_type_hint": "refresh_token"}
                answer = await answered(self._client, "POST", self._platform + REVOKE_PATH, form)
            except httpx2.TransportError:
                return False
            return answer.status_code == 200

    def _serves(self, tokens: Tokens, refused: str | None) -> bool:
        return tokens.access != refused and tokens.expires_at - _RENEWED_BEFORE > self._clock.now()

    async def _renewed(self, tokens: Tokens | None) -> Tokens:
        if tokens is None:
            self._tokens = None
            raise _signed_out()
        asked_at = self._clock.now()
        answer = await self._asked(tokens.refresh)
        if answer.status_code == 200:
            renewed = tokens_of(answer, asked_at)
            await keep(self._store, renewed)
            return renewed
        if answer.status_code == 400 and error_of(answer) == OAuthCode.INVALID_GRANT:
            self._tokens = None
            now_kept = await self._kept()
            if now_kept is not None and now_kept.refresh != tokens.refresh:
                return now_kept
            await self._forget()
            raise _signed_out()
        raise unreachable()

    async def _asked(self, refresh_token: str) -> httpx2.Response:
        """Ask, and once more where the answer was lost: within ten seconds the same pair comes."""
        form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "refresh_token": refresh_token}
        for _ in range(2):
            try:
                return await answered(self._client, "POST", self._platform + TOKEN_PATH, form)
            except httpx2.TransportError as error:
                lost = error
        raise unreachable() from lost

    async def _kept(self) -> Tokens | None:
        try:
            return await asyncio.to_thread(self._store.read)
        except KeyringUnusable as error:
            raise _not_kept() from error

    async def _forget(self) -> None:
        try:
            await asyncio.to_thread(self._store.remove)
        except KeyringUnusable as error:
            raise _not_kept() from error


class TokenAuth(httpx2.Auth):
    """Gives every request of a client the token of a sign-in, and once more with a new one where it was refused.

    A request may raise what ``SignedInDevice.access_token`` raises.
    """

    def __init__(self, device: SignedInDevice) -> None:
        """For a sign-in."""
        self._device = device

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Send the request with a token that lives."""
        token = await self._device.access_token()
        request.headers["Authorization"] = f"Bearer {token}"
        answer = yield request
        if answer.status_code == 401:
            request.headers["Authorization"] = f"Bearer {await self._device.access_token(instead_of=token)}"
            yield request


async def keep(store: TokenStore, tokens: Tokens) -> None:
    """Keep tokens before they are used. Raises TokensNotKeptError."""
    try:
        await asyncio.to_thread(store.write, tokens)
    except KeyringUnusable as error:
        raise _not_kept() from error


def _signed_out() -> SignedOutError:
    return SignedOutError("You are not signed in, or the sign-in has ended; your work is safe here; sign in again.")


def _not_kept() -> TokensNotKeptError:
    return TokensNotKeptError(
        "The system's keyring cannot be reached, so that the sign-in is not kept; your work is safe here; "
        "unlock the keyring and try again."
    )
