"""The ports of the account's and the sharing screens, on the signed-in account, the library and the platform.

Everything that waits is called through ``NetworkErrands``, on the lane of the network.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject

from pactoria_desktop.protocol.permissions import Role, may
from pactoria_desktop.runtime.clock import Clock, to_milliseconds
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.work import Lane, Task
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.ui.account.values import (
    Account,
    Device,
    Invitation,
    Invited,
    Member,
    SignInCode,
    SyncLine,
    SyncStatus,
    Way,
)
from pactoria_desktop.ui.sharing.values import Home, Reach, Sharing, Upload
from pactoria_desktop.ui.shell.tasks import BackgroundTasks
from pactoria_desktop.ui.workbench.standing import Standings, shown_address
from pactoria_desktop.ui.workbench.together_port import TogetherPort

if TYPE_CHECKING:
    from pactoria_desktop.services.membership import Invitation as InvitationMessage
    from pactoria_desktop.services.membership import Membership
    from pactoria_desktop.services.sharing import Sharing as SharingService

Result = TypeVar("Result")
COLOURS = 4  # of the five of authors the first is the person's own
WAYS = {"came": Way.CAME, "went": Way.WENT, "waits": Way.WAITS, "refused": Way.REFUSED}


class NobodySignedInError(PactoriaError):
    """It takes an account, and nobody is signed in."""


class StoppedError(PactoriaError):
    """A person stopped it."""


class NetworkErrands:
    """Errands on the lane of the network. One that a person stops in the status bar ends with StoppedError."""

    def __init__(self, tasks: BackgroundTasks) -> None:
        self._tasks = tasks
        self._running = threading.local()

    def run(
        self,
        owner: object,
        label: str,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Call ``work`` there, then one of the others here, while ``owner`` lives."""
        assert isinstance(owner, QObject)

        def job(task: Task) -> Result:
            self._running.task = task
            try:
                return work()
            finally:
                del self._running.task

        def stopped() -> None:
            failed(StoppedError("It was stopped; what was done until then stands."))

        self._tasks.start(
            owner, Lane.NETWORK, label, job, on_result=done, on_error=failed, on_cancelled=stopped
        )  # fmt: skip

    def when_stopped(self, stop: Callable[[], None]) -> None:
        """Within ``work``: call ``stop`` where a person stops it, or the window closes."""
        task: Task | None = getattr(self._running, "task", None)
        if task is not None:
            task.when_cancelled(stop)


class NotToldError(PactoriaError):
    """The platform could not be told that the person signed out."""


class AccountSide:
    """Signing in, what the account's screens read, and what is done there: ``SigningIn``, ``AccountSource`` and
    ``AccountDeeds`` of ``ui.account.values``."""

    def __init__(self, together: Callable[[], TogetherPort], standings: Standings, errands: NetworkErrands,
                 clock: Clock) -> None:  # fmt: skip
        self._together, self._standings, self._errands, self._clock = together, standings, errands, clock

    @property
    def _membership(self) -> "Membership":
        from pactoria_desktop.services.membership import Membership

        together = self._together()
        record = together.account
        if record is None:
            raise NobodySignedInError("Nobody is signed in; nothing was done; sign in first.")
        return Membership(together.http, record.platform)

    @property
    def _current(self) -> str:
        seat = self._together().seat
        if seat is None:
            raise NobodySignedInError("No organization is shown; nothing was done; sync first, or sign in again.")
        return seat.organization

    # Signing in

    def in_browser(self, address: str) -> bool:
        """Sign in on the platform's own page."""
        together = self._together()
        self._errands.when_stopped(together.cancel)
        done = together.sign_in_with_browser(address)
        self._standings.renew()
        return done

    def ask_for_code(self, address: str) -> SignInCode:
        """A code to be typed on another device."""
        prompt = self._together().ask_for_code(address)
        ends_at = to_milliseconds(self._clock.now()) + prompt.seconds * 1000
        return SignInCode(prompt.code, prompt.address, ends_at)

    def await_code(self, code: SignInCode) -> bool:
        """Wait until it was typed."""
        together = self._together()
        self._errands.when_stopped(together.cancel)
        done = together.await_code()
        self._standings.renew()
        return done

    def cancel(self) -> None:
        """Wait no longer."""
        self._together().cancel()

    def sign_out(self) -> None:
        """Sign this device out."""
        told = self._together().sign_out()
        self._standings.renew()
        if not told:
            raise NotToldError(
                "This device is signed out here, but the platform does not answer and was not told; end this device's "
                "sign-in there from another one."
            )

    # Reading

    def account(self) -> Account | None:
        """Who is signed in, as it was last read."""
        return self._standings.now.account

    def members(self) -> Sequence[Member]:
        """Everybody in the organization that is shown."""
        account = self._together().account
        me = account.person if account is not None else ""
        found, others = [], 0
        for one in self._membership.members(self._current):
            mine = one.person == me
            number = 1 if mine else 2 + others % COLOURS
            others += not mine
            found.append(Member(one.person, one.name, one.role, one.email or "", number, me=mine))
        return found

    def invitations(self) -> Sequence[Invitation]:
        """Those that nobody has taken up."""
        names = {person: name for person, name, _ in self._together().syncing().members()}
        return [_invitation(one, names) for one in self._membership.invitations(self._current)]

    def devices(self) -> Sequence[Device]:
        """Where the person is signed in."""
        return [
            Device(one.id, one.device_name, _at(one.began_at), _at(one.seen_at), one.asking)
            for one in self._membership.devices()
        ]

    # Deeds

    def choose_organization(self, key: str) -> None:
        """Show another organization."""
        self._together().choose(key)
        self._standings.renew()

    def create_organization(self, name: str) -> None:
        """Found one and show it."""
        self._came_to(self._membership.create(name).id)

    def accept_invitation(self, link: str) -> str:
        """Join the organization of a link and show it; gives its name."""
        joined = self._membership.accept(link)
        self._came_to(joined.id)
        return joined.name

    def _came_to(self, organization: str) -> None:
        together = self._together()
        together.refresh()
        together.choose(organization)
        together.wake()
        self._standings.renew()

    def invite(self, address: str, role: Role) -> Invited:
        """Invite somebody to the organization that is shown."""
        made = self._membership.invite(self._current, address, role)
        names = {person: name for person, name, _ in self._together().syncing().members()}
        return Invited(_invitation(made.invitation, names), made.link or "")

    def withdraw(self, invitation: str) -> None:
        """Make an invitation worthless."""
        self._membership.withdraw(self._current, invitation)

    def change_role(self, person: str, role: Role) -> None:
        """Give a member another role."""
        self._membership.change_role(self._current, person, role)

    def remove(self, person: str) -> None:
        """End somebody's membership."""
        self._membership.remove(self._current, person)

    def leave(self) -> None:
        """End one's own, and show another organization."""
        left = self._current
        self._membership.leave(left)
        together = self._together()
        together.refresh()
        others = [one for one in together.seats if one.state == "member" and one.organization != left]
        if others and (together.seat is None or together.seat.organization == left):
            together.choose(others[0].organization)
        self._standings.renew()

    def transfer(self, person: str) -> None:
        """Make another member owner."""
        self._membership.transfer(self._current, person)
        self._together().refresh()
        self._standings.renew()

    def end_session(self, device: str) -> None:
        """Sign a device out."""
        self._membership.end_session(device)


class SyncSide:
    """What the indicator and the sync log show: ``SyncSource`` of ``ui.account.values``."""

    def __init__(self, service: LibraryService, together: Callable[[], TogetherPort], standings: Standings) -> None:
        self._service, self._together, self._standings = service, together, standings

    def status(self) -> SyncStatus:
        """How it stood when it was last read."""
        return self._standings.now.status

    def log(self, limit: int) -> Sequence[SyncLine]:
        """What waits and was not accepted, then what came and went. The key ends in the contract's id."""
        from pactoria_desktop.services.sync_log import SyncLog

        found = SyncLog(self._service).read(self._standings.now.seats, limit)
        return [
            SyncLine(f"{number}:{one.contract}", WAYS[one.way], one.what, one.title, at=one.at, reason=one.reason)
            for number, one in enumerate(found)
        ]

    def sync_now(self, *, allow_removal: bool = False) -> None:
        """Sync all of it; ``allow_removal`` where a person has looked at what would go."""
        self._standings.sending += 1
        try:
            self._standings.renew()
            self._together().sync_now(allow_removal=allow_removal)
        finally:
            self._standings.sending -= 1
            self._standings.renew()

    def drop_refused(self) -> int:
        """Forget what was not accepted."""
        from pactoria_desktop.services.sync_log import SyncLog

        dropped = SyncLog(self._service).drop_refused(self._standings.now.seats)
        self._standings.renew()
        return dropped

    def export_refused(self, path: Path) -> int:
        """Write what was not accepted into a file."""
        from pactoria_desktop.services.sync_log import SyncLog

        return SyncLog(self._service).export_refused(self._standings.now.seats, path)


class SharingSide:
    """Where contracts are shared: ``SharingPort`` of ``ui.sharing.values``."""

    def __init__(self, service: LibraryService, together: Callable[[], TogetherPort], standings: Standings) -> None:
        self._service, self._together, self._standings = service, together, standings

    @property
    def _sharing(self) -> "SharingService":
        from pactoria_desktop.services.sharing import Sharing as SharingService

        return SharingService(self._service, self._together().http)

    def _account(self) -> tuple[str, str, str]:
        """The account's id here, the person's at the platform, and the platform's address."""
        record = self._together().account
        if record is None:
            raise NobodySignedInError("Nobody is signed in; nothing was done; sign in first.")
        return record.id, record.person, record.platform

    def sharing(self, contract: str) -> Sharing:
        """How a contract is shared now."""
        account, person, platform = self._account()
        service, server = self._sharing, shown_address(platform)
        place = service.place(contract)
        title = place.contract.title
        if place.seat is None or place.standing is None:
            shown = self._together().seat
            homes = tuple(
                Home(one.organization, one.name, max(1, len(self._together().syncing(one.number).members())))
                for one in sorted(service.homes(account), key=lambda one: shown is None or one.number != shown.number)
            )
            found = service.departing(contract) if homes else None
            upload = Upload() if found is None else Upload(found.versions, found.comments, found.files, found.size)
            return Sharing(title, server=server, homes=homes, upload=upload)
        if not place.arrived:
            waits = f"It goes to {server} as soon as that answers; then you can say who reaches it."
            return Sharing(title, place.seat.name, server, waits=waits)
        shared = service.reach(contract)
        given = dict(shared.people)
        reach, others = [], 0
        from pactoria_desktop.services.membership import Membership

        for one in Membership(self._together().http, platform).members(place.seat.organization):
            me = one.person == person
            number = 1 if me else 2 + others % COLOURS
            others += not me
            reach.append(Reach(one.person, one.name, one.role, given.get(one.person), number, me))
        return Sharing(
            title, place.seat.name, server, restricted=shared.restricted, reach=tuple(reach),
            may_share=may("contract.share", place.standing.role),
        )  # fmt: skip

    def put_in(self, contract: str, organization: str) -> None:
        """Put a contract in an organization and send it. Where it cannot be sent now, it is in there and waits."""
        account, _, _ = self._account()
        self._sharing.put_in(contract, organization, account)
        self._together().sync_now()
        self._standings.renew()

    def restrict(self, contract: str, restricted: bool) -> None:
        """Let only those reach it who are named, or everybody."""
        self._sharing.restrict(contract, restricted)
        self._together().wake()

    def give(self, contract: str, person: str, role: Role | None) -> None:
        """Let somebody reach it, or no longer."""
        self._sharing.give(contract, person, role)
        self._together().wake()

    def delete_for_everyone(self, contract: str) -> None:
        """Move it to everybody's trash."""
        self._sharing.delete_for_everyone(contract)
        self._together().wake()


def _at(instant: datetime) -> int:
    return to_milliseconds(instant)


def _invitation(one: "InvitationMessage", names: dict[str, str]) -> Invitation:
    by = names.get(one.invited_by or "", "")
    return Invitation(one.id, one.email or "", one.role, by, _at(one.created_at), _at(one.expires_at))
