"""The way to a platform over HTTP: bounded in time, tried again where that is safe, and noted before anything leaves.

Every request of sync counts once by the ids in it, so that each may be sent again after a lost answer.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import quote

import httpx2
from pydantic import ValidationError

from pactoria_desktop.protocol.base import Message
from pactoria_desktop.protocol.problems import MEDIA_TYPE, Code, told_problem
from pactoria_desktop.protocol.records import Operation, Pull, Pulled, Push, Pushed
from pactoria_desktop.protocol.version import HEADER, PROTOCOL
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.sync.errors import (
    AccessLostError,
    AnswerError,
    AnswerLostError,
    ChangedThereError,
    LargeAnswerError,
    NotThereError,
    OfflineError,
    RefusedError,
    SignedOutError,
    SyncError,
    TooOldError,
)
from pactoria_desktop.sync.platform_address import platform_address

PREFIX = "/api/v1"
TRIES = 4
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 30.0
WHOLE_SECONDS = 600.0
"""The longest that one answer may take in all, however slowly it drips."""

LARGEST_ANSWER, LARGEST_REFUSAL = 32 * 1024 * 1024, 256 * 1024
JSON = "application/json"
_AGAIN = frozenset({429, 502, 503, 504})
_NOT_DONE = frozenset({429, 503})
"""Answers that say that nothing was done, also to what must not be asked twice."""
_TOO_LARGE = "The platform's answer is too large; nothing was changed here."
_PACKED = "The platform's answer could not be unpacked; nothing was changed here; try again later."

Answer = TypeVar("Answer", bound=Message)


@dataclass(frozen=True, slots=True)
class Departure:
    """What is about to leave: of which contract ("" for none), how many bytes, and the SHA-256 of the whole body."""

    contract: str
    what: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with its whole body, which is within the bound that was asked for."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        """Whether it is one of success."""
        return 200 <= self.status_code < 300

    @property
    def media_type(self) -> str:
        """What it says that the body is, without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


class Http:
    """Requests to one platform as one account."""

    def __init__(
        self,
        client: httpx2.Client,
        address: str,
        token: Callable[[bool], str],
        *,
        clock: Clock,
        sleep: Callable[[float], None],
        jitter: Callable[[], float],
    ) -> None:
        """``token`` gives the access token, a new one for True, or raises SignedOutError; ``jitter`` is in [0, 1).

        Raises PlatformAddressError.
        """
        self._client = client
        self._address = platform_address(address).url
        self._token = token
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter

    def ask(
        self,
        method: str,
        path: str,
        answer: type[Answer],
        body: bytes | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        once: bool = False,
    ) -> Answer:
        """Ask and read the answer; ``headers`` and ``once`` as for ``send``. Raises the errors of ``sync``."""
        return read_answer(self.send(method, path, body, headers=headers, once=once), answer)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        once: bool = False,
        media_type: str = JSON,
        accept: str = JSON,
        most: int = LARGEST_ANSWER,
    ) -> Reply:
        """The answer with a status of success, of at most so many bytes; ``media_type`` is the body's.

        ``once`` is for what must not be done twice: it is not asked again where it may have arrived. Raises the errors
        of ``sync``; AnswerLostError where it may have been done.
        """
        renew = False
        for attempt in range(1, TRIES + 1):
            said = {
                "Authorization": f"Bearer {self._token(renew)}",
                "Accept": accept,
                HEADER: str(PROTOCOL),
                # What is held against a hash and a bound comes as it is.
                **({} if accept == JSON else {"Accept-Encoding": "identity"}),
                **({"Content-Type": media_type} if body is not None else {}),
                **(headers or {}),
            }
            try:
                reply = self._reply(method, path, body, said, most)
            except httpx2.TransportError as error:
                if once and not isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
                    raise _answer_lost() from error
                if attempt == TRIES:
                    raise OfflineError(
                        "The platform does not answer; your work is kept here and goes when it does."
                    ) from error
                self._pause(attempt, None)
                continue
            if reply.is_success:
                return reply
            if reply.status_code == 401 and not renew:
                renew = True
                continue
            if reply.status_code in (_NOT_DONE if once else _AGAIN) and attempt < TRIES:
                self._pause(attempt, reply.headers.get("Retry-After"))
                continue
            if once and reply.status_code in _AGAIN - _NOT_DONE:
                raise _answer_lost()
            raise refusal_of(reply)
        raise SignedOutError("The platform does not know this device any more; your work is kept; sign in again.")

    def _reply(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], most: int) -> Reply:
        """One request and its answer, read piece by piece so that no answer grows past its bound in size or time."""
        began = self._clock.monotonic()
        content = bytearray()
        with self._client.stream(
            method,
            f"{self._address}{PREFIX}{path}",
            content=body,
            headers=headers,
            timeout=httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
        ) as response:
            if "Accept-Encoding" in headers and response.headers.get("Content-Encoding", "identity") != "identity":
                raise AnswerError(_PACKED)
            bound = most if response.is_success else LARGEST_REFUSAL
            try:
                for piece in response.iter_bytes():
                    content += piece
                    if len(content) > bound:
                        raise LargeAnswerError(_TOO_LARGE)
                    if self._clock.monotonic() - began > WHOLE_SECONDS:
                        raise OfflineError("The platform answers too slowly; your work is kept here and goes later.")
            except httpx2.DecodingError as error:
                raise AnswerError(_PACKED) from error
            return Reply(response.status_code, response.headers, bytes(content))

    def _pause(self, attempt: int, said: str | None) -> None:
        """Wait as long as the platform asks, at most half a minute, else twice as long each time, by chance shorter."""
        asked = self._seconds(said)
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))
        self._sleep(min(LONGEST_PAUSE, asked + self._jitter()) if asked is not None else longest * self._jitter())

    def _seconds(self, said: str | None) -> float | None:
        """Retry-After (RFC 9110, 10.2.3) in seconds: a count or a date; None for neither."""
        if said is None:
            return None
        if said.isascii() and said.isdigit():
            return float(said)
        try:
            return max(0.0, (parsedate_to_datetime(said) - self._clock.now()).total_seconds())
        except (ValueError, TypeError):
            return None


def read_answer(reply: Reply, answer: type[Answer]) -> Answer:
    """What an answer of success says. Raises AnswerError where it is not of that kind."""
    try:
        return answer.model_validate_json(reply.content)
    except ValidationError as error:
        raise AnswerError(
            "The platform's answer could not be understood; nothing was changed here; upgrade the older of the two."
        ) from error


def _answer_lost() -> AnswerLostError:
    return AnswerLostError(
        "The platform's answer did not come, so it may have done what was asked; look before you try again."
    )


def refusal_of(reply: Reply) -> SyncError:
    """The typed error for an answer that refuses, with the platform's own sentence where it gave one."""
    told = told_problem(reply.content) if reply.media_type == MEDIA_TYPE else None
    if told is None:
        if reply.status_code >= 500 or reply.status_code == 429:
            return OfflineError("The platform cannot answer now; your work is kept here and goes later.")
        if reply.media_type == MEDIA_TYPE and not reply.content:  # an answer to HEAD has no body
            return _BARE.get(reply.status_code, RefusedError)("The platform refused; nothing was changed here.")
        return AnswerError(
            f"What answers there is not a platform (status {reply.status_code}); nothing was changed; "
            "check the address."
        )
    kinds: dict[Code, type[SyncError]] = {
        Code.SIGNED_OUT: SignedOutError,
        Code.FORBIDDEN: AccessLostError,
        Code.NOT_FOUND: NotThereError,
        Code.GONE: AccessLostError,
        Code.CHANGED_MEANWHILE: ChangedThereError,
        Code.PROTOCOL_VERSION: TooOldError,
        Code.TOO_MANY_REQUESTS: OfflineError,
        Code.UNAVAILABLE: OfflineError,
        Code.INTERNAL: OfflineError,
    }
    kind = kinds.get(told.problem.code) if told.known else _BARE.get(reply.status_code)
    return (kind or RefusedError)(told.problem.detail)


_BARE: dict[int, type[SyncError]] = {
    401: SignedOutError,
    403: AccessLostError,
    404: NotThereError,
    410: AccessLostError,
    426: TooOldError,
}


class RecordTransport:
    """Record sync of one organization over HTTP; ``sync.ports.Transport``."""

    def __init__(
        self,
        http: Http,
        organization: str,
        *,
        note: Callable[[list[Departure]], None],
        contract_of: Callable[[str, str], str],
    ) -> None:
        """``note`` keeps, durably, what is about to leave. ``contract_of`` says which contract a record belongs to."""
        self._http = http
        self._path = f"/organizations/{quote(organization, safe='')}/sync"
        self._note = note
        self._contract_of = contract_of

    def push(self, push: Push) -> Pushed:
        """Send operations; what leaves is in the ledger before."""
        body = push.model_dump_json().encode()
        sha256, sizes = hashlib.sha256(body).hexdigest(), dict[str, int]()
        for each in push.operations:
            contract = self._contract(each)
            sizes[contract] = sizes.get(contract, 0) + len(json.dumps(each.patch).encode())
        self._note([Departure(contract, "records", size, sha256) for contract, size in sizes.items()])
        return self._http.ask("POST", f"{self._path}/push", Pushed, body)

    def pull(self, pull: Pull) -> Pulled:
        """Ask for news."""
        return self._http.ask("POST", f"{self._path}/pull", Pulled, pull.model_dump_json().encode())

    def _contract(self, operation: Operation) -> str:
        if operation.kind == "contract":
            return operation.record
        named = operation.patch.get("contract")
        return named if isinstance(named, str) else self._contract_of(operation.kind, operation.record)
