"""What the window needs of one signed-in account; ``services.together.Together`` has it all."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pactoria_desktop.protocol.texts import Present
    from pactoria_desktop.runtime.errors import PactoriaError
    from pactoria_desktop.services.accounts import AccountRecord, SeatRecord
    from pactoria_desktop.services.local_texts import OnReplica
    from pactoria_desktop.services.opened import OpenContract
    from pactoria_desktop.services.syncing import Syncing
    from pactoria_desktop.sync.sign_in import DevicePrompt
    from pactoria_desktop.sync.transport import Http


class TogetherPort(Protocol):
    """One account with its sync. What waits says so, and is called away from the interface."""

    hear_people: "Callable[[str, tuple[Present, ...]], None]"
    hear_refusal: "Callable[[str, PactoriaError], None]"

    def start(self) -> None:
        """Take up whoever is signed in. Waits for the library."""

    def close(self) -> None:
        """End the line."""

    def fetch(self, contract: str) -> None:
        """Bring a contract's text and files here; waits."""

    def opening(self, contract: str) -> None:
        """A contract is about to be opened. Cheap."""

    def opened(self, opened: "OpenContract", on_replica: "OnReplica") -> None:
        """A contract was opened. Cheap."""

    def typed(self, contract: str) -> None:
        """Somebody typed in it. Cheap."""

    def at_work(self, contract: str, caret: str | None, anchor: str | None) -> None:
        """The caret has moved in it. Cheap."""

    def closing(self, contract: str) -> None:
        """It is about to be closed. Cheap."""

    def closed(self, contract: str) -> None:
        """All of it is in the library. Cheap."""

    @property
    def account(self) -> "AccountRecord | None":
        """Who is signed in. Cheap."""

    @property
    def seats(self) -> "tuple[SeatRecord, ...]":
        """Their organizations. Cheap."""

    @property
    def seat(self) -> "SeatRecord | None":
        """The organization that is shown. Cheap."""

    @property
    def connected(self) -> bool:
        """Whether the live line stands."""

    @property
    def received(self) -> int:
        """Bytes that came since the program was started."""

    @property
    def sent(self) -> int:
        """Bytes that left since the program was started."""

    def choose(self, organization_id: str) -> None:
        """Show another organization. Cheap."""

    def http(self) -> "Http":
        """Authorized requests of the account."""

    def syncing(self, seat: int | None = None) -> "Syncing":
        """Sync of a seat, of the one that is shown where none is named."""

    def sign_in_with_browser(self, address: str) -> bool:
        """Sign in on the platform's page; waits. False when cancelled."""

    def ask_for_code(self, address: str) -> "DevicePrompt":
        """A code to be typed on another device; waits."""

    def await_code(self) -> bool:
        """Wait until the code was typed. False when cancelled."""

    def cancel(self) -> None:
        """Let what waits for a sign-in end at once."""

    def sign_out(self) -> bool:
        """End the sign-in of this device; waits. False where the platform could not be told."""

    def refresh(self) -> None:
        """Ask the platform again for the person and their organizations; waits."""

    @property
    def stopped(self) -> "PactoriaError | None":
        """What keeps sync from going on though the platform answers. Cheap."""

    def sync_now(self, *, allow_removal: bool = False) -> object:
        """One whole sync of all seats; waits. Raises what failed."""

    def wake(self) -> None:
        """Sync soon."""

    def listen(self, hear: Callable[[], None]) -> Callable[[], None]:
        """Call ``hear``, on any thread, when something may have changed; gives the way to stop it."""
