"""What the window needs of one signed-in account; ``services.together.Together`` has it all."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pactoria_desktop.services.accounts import AccountRecord, SeatRecord
    from pactoria_desktop.services.syncing import Syncing
    from pactoria_desktop.sync.sign_in import DevicePrompt
    from pactoria_desktop.sync.transport import Http


class TogetherPort(Protocol):
    """One account with its sync. What waits says so, and is called away from the interface."""

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

    def sign_out(self) -> None:
        """End the sign-in of this device; waits."""

    def refresh(self) -> None:
        """Ask the platform again for the person and their organizations; waits."""

    def sync_now(self) -> None:
        """One whole sync of all seats; waits. Raises what failed."""

    def wake(self) -> None:
        """Sync soon."""

    def listen(self, hear: Callable[[], None]) -> Callable[[], None]:
        """Call ``hear``, on any thread, when something may have changed; gives the way to stop it."""
