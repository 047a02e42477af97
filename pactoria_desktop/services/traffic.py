"""How many bytes went to the platform and came from it since the program was started."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2


@dataclass(slots=True)
class Traffic:
    """Bytes of bodies, as their heads say."""

    sent: int = 0
    received: int = 0

    def goes(self, request: "httpx2.Request") -> None:
        """A request is about to go."""
        said = request.headers.get("Content-Length", "")
        self.sent += int(said) if said.isdecimal() else 0

    def came(self, response: "httpx2.Response") -> None:
        """An answer has come."""
        said = response.headers.get("Content-Length", "")
        self.received += int(said) if said.isdecimal() else 0

    async def goes_async(self, request: "httpx2.Request") -> None:
        """The same."""
        self.goes(request)

    async def came_async(self, response: "httpx2.Response") -> None:
        """The same."""
        self.came(response)
