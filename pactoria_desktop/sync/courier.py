"""Texts over HTTP: the plain way, which always works."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from pactoria_desktop.protocol.framing import MEDIA_TYPE, FramingError
from pactoria_desktop.protocol.problems import Code, told_problem
from pactoria_desktop.protocol.texts import NUMBER_HEADER, TextNews, TextPush, TextPushed, message, news_of
from pactoria_desktop.protocol.version import HEADER, PROTOCOL
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.sync.texts import DamagedOnTheWayError, PushRefusedError
from pactoria_desktop.sync.transport import WHOLE_SECONDS, Reply

if TYPE_CHECKING:
    import httpx2

Token = Callable[[], Awaitable[str]]
"""Gives an access token that still holds."""


CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0
IDLE_SECONDS = 2.0
"""A connection that nothing went over for so long is not used again: the network may have fallen silent under it."""

LARGEST_ANSWER = 256 * 1024 * 1024
"""Bytes of a page of news: a text with its whole history and what came after it."""

_NOTHING_TAKEN = "nothing of it was taken in; ask whoever runs the platform."


class NotReachedError(PactoriaError):
    """The platform did not answer; everything is safe on this device and goes over later."""


def courier_client(address: str) -> "httpx2.AsyncClient":
    """A client for couriers to a platform: bounded in time, and with no connection that may have died meanwhile."""
    import httpx2

    return httpx2.AsyncClient(
        base_url=address,
        timeout=httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        limits=httpx2.Limits(keepalive_expiry=IDLE_SECONDS),
        follow_redirects=False,
    )


class HttpCourier:
    """Carries texts of one organization."""

    def __init__(
        self, client: "httpx2.AsyncClient", organization: str, token: Token, *, largest: int = LARGEST_ANSWER
    ) -> None:
        """Over a client whose base address is the platform's; no answer is larger than ``largest`` bytes."""
        self._largest = largest
        self._client = client
        self._organization = organization
        self._token = token

    async def pull(self, contract: str, after: int) -> tuple[TextNews, tuple[bytes, ...]]:
        """A page of what came after a number. Raises NotReachedError, PushRefusedError, DamagedOnTheWayError."""
        answer = await self._ask("GET", contract, params={"after": after})
        try:
            return news_of(answer.content)
        except FramingError as error:
            raise DamagedOnTheWayError(
                "What came from the platform cannot be read; nothing of it was taken in; it is fetched again."
            ) from error

    async def push(self, contract: str, push: TextPush, updates: Sequence[bytes]) -> TextPushed:
        """Send updates. Raises NotReachedError, PushRefusedError."""
        answer = await self._ask(
            "POST", contract, content=message(push, tuple(updates)), headers={"Content-Type": MEDIA_TYPE}
        )
        try:
            return TextPushed.model_validate_json(answer.content)
        except ValueError as error:
            raise NotReachedError("The platform's answer cannot be read; the work is sent again.") from error

    async def _ask(
        self,
        method: str,
        contract: str,
        *,
        params: dict[str, int] | None = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """The answer with its whole body, read piece by piece so that none grows past its bound in size or time."""
        import httpx2

        said = {**(headers or {}), "Authorization": f"Bearer {await self._token()}", HEADER: str(PROTOCOL)}
        said["Accept-Encoding"] = "identity"  # updates are packed already, and what is bounded comes as it is
        address = f"/api/v1/organizations/{self._organization}/texts/{contract}/updates"
        body = bytearray()
        try:
            async with (
                asyncio.timeout(WHOLE_SECONDS),
                self._client.stream(method, address, params=params, content=content, headers=said) as answer,
            ):
                packed = answer.headers.get("Content-Encoding", "identity") != "identity"
                if packed:
                    raise DamagedOnTheWayError(f"The platform's answer came packed; {_NOTHING_TAKEN}")
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > self._largest:
                        raise DamagedOnTheWayError(f"The platform's answer is larger than any text; {_NOTHING_TAKEN}")
        except (httpx2.HTTPError, TimeoutError) as error:
            raise NotReachedError(
                "The platform does not answer; everything is safe on this device and goes over later."
            ) from error
        reply = Reply(answer.status_code, answer.headers, bytes(body))
        if reply.is_success:
            return reply
        raise refused(reply)


def refused(answer: Reply) -> PactoriaError:
    """A refusal of the platform as an error."""
    told = told_problem(answer.content)
    if told is None:
        return NotReachedError(
            f"The platform's address answered with {answer.status_code} and no reason; everything is safe here."
        )
    problem = told.problem
    if problem.code in (Code.UNAVAILABLE, Code.INTERNAL, Code.TOO_MANY_REQUESTS):
        return NotReachedError(problem.detail)
    number = answer.headers.get(NUMBER_HEADER, "")
    return PushRefusedError(problem.code, problem.detail, int(number) if number.isdecimal() else None)
