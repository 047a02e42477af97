"""Texts over HTTP: the plain way, which always works."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from pactoria_desktop.protocol.framing import MEDIA_TYPE, FramingError
from pactoria_desktop.protocol.problems import Code, told_problem
from pactoria_desktop.protocol.texts import NUMBER_HEADER, TextNews, TextPush, TextPushed, message, news_of
from pactoria_desktop.protocol.version import HEADER, PROTOCOL
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.sync.texts import DamagedOnTheWayError, PushRefusedError

if TYPE_CHECKING:
    import httpx2

Token = Callable[[], Awaitable[str]]
"""Gives an access token that still holds."""


CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0
IDLE_SECONDS = 2.0
"""A connection that nothing went over for so long is not used again: the network may have fallen silent under it."""


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

    def __init__(self, client: "httpx2.AsyncClient", organization: str, token: Token) -> None:
        """Over a client whose base address is the platform's."""
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
    ) -> "httpx2.Response":
        import httpx2

        said = {**(headers or {}), "Authorization": f"Bearer {await self._token()}", HEADER: str(PROTOCOL)}
        address = f"/api/v1/organizations/{self._organization}/texts/{contract}/updates"
        try:
            answer = await self._client.request(method, address, params=params, content=content, headers=said)
        except httpx2.HTTPError as error:
            raise NotReachedError(
                "The platform does not answer; everything is safe on this device and goes over later."
            ) from error
        if answer.is_success:
            return answer
        raise refused(answer)


def refused(answer: "httpx2.Response") -> PactoriaError:
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
