"""A signed-in account without a network: the methods of ``services.together`` on a real library, and a platform that
answers the account's requests from memory."""

import json
import threading
from collections.abc import Callable
from urllib.parse import unquote

import httpx2

from pactoria_desktop.contract.identity import identity_from
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.problems import MEDIA_TYPE, Code, Problem
from pactoria_desktop.protocol.texts import Present
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.services.accounts import AccountRecord, Accounts, Organization, SeatRecord
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.services.local_texts import OnReplica
from pactoria_desktop.services.opened import OpenContract
from pactoria_desktop.services.syncing import Syncing
from pactoria_desktop.sync.desk import LibraryDesks
from pactoria_desktop.sync.errors import OfflineError
from pactoria_desktop.sync.ports import Known
from pactoria_desktop.sync.sign_in import DevicePrompt
from pactoria_desktop.sync.transport import Http

PLATFORM = "https://pactoria.northgate.example"
WHEN = "2026-11-30T10:42:00Z"


def an_id(number: int) -> str:
    return identity_from(1_800_000_000_000, number)


ORGANIZATION, OWN = an_id(1), an_id(2)
ME, TOMAS, ADA, PETRA = an_id(11), an_id(12), an_id(13), an_id(14)
NAMES = {ME: "Ines Falk", TOMAS: "Tomas Reyes", ADA: "Ada Lindqvist", PETRA: "Petra Holm"}


class MemoryPlatform:
    """Answers as a platform does. ``asked`` is what came; ``refuse`` gives the sentence of a refusal for a request."""

    def __init__(self, role: Role) -> None:
        self.roles = {ME: role, TOMAS: Role.ADMIN, ADA: Role.EDITOR, PETRA: Role.REVIEWER}
        if role is not Role.OWNER:
            self.roles[TOMAS] = Role.OWNER
        self.organizations = {ORGANIZATION: ("Northgate Legal", role, False), OWN: ("Ines Falk", Role.OWNER, True)}
        self.invitations: list[dict[str, object]] = []
        self.sharing: dict[str, dict[str, object]] = {}
        self.sessions = {an_id(31): ("Ines’s ThinkPad", True), an_id(32): ("Office iMac", False)}
        self.asked: list[str] = []
        self.refuse: Callable[[str], str] = lambda asked: ""
        self.silent = False

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        place = unquote(request.url.path).removeprefix("/api/v1")
        asked = f"{request.method} {place}"
        self.asked.append(asked)
        if self.silent:
            raise httpx2.ConnectError("no")
        sentence = self.refuse(asked)
        if sentence:
            body = Problem(title="Refused", status=403, detail=sentence, code=Code.FORBIDDEN).model_dump_json()
            return httpx2.Response(403, content=body, headers={"Content-Type": MEDIA_TYPE})
        said = json.loads(request.content) if request.content else {}
        return httpx2.Response(200, content=json.dumps(self._answer(request.method, place, said)),
                               headers={"ETag": '"x"'})  # fmt: skip

    def _answer(self, method: str, place: str, said: dict[str, object]) -> object:
        parts = place.strip("/").split("/")
        match (method, parts):
            case "GET", ["me", "sessions"]:
                return {"sessions": [
                    {"id": key, "device": key, "device_name": name, "began_at": WHEN, "seen_at": WHEN, "ends_at": WHEN,
                     "asking": asking} for key, (name, asking) in self.sessions.items()
                ]}  # fmt: skip
            case "DELETE", ["me", "sessions", session]:
                del self.sessions[session]
                return {}
            case "POST", ["organizations"]:
                made = an_id(40 + len(self.organizations))
                self.organizations[made] = (str(said["name"]), Role.OWNER, False)
                return self._organization(made)
            case "POST", ["organizations", organization, "leave"]:
                del self.organizations[organization]
                return {}
            case "POST", ["invitations", "accept"]:
                joined = an_id(39)
                self.organizations[joined] = ("Halden Marine", Role.REVIEWER, False)
                return self._organization(joined)
            case "GET", ["organizations", organization, "members"]:
                people = self.roles if organization == ORGANIZATION else {ME: Role.OWNER}
                return {"members": [self._member(person) for person in people]}
            case "PATCH", ["organizations", _, "members", person]:
                self.roles[person] = Role(str(said["role"]))
                return self._member(person)
            case "DELETE", ["organizations", _, "members", person]:
                del self.roles[person]
                return {}
            case "GET", ["organizations", _, "invitations"]:
                return {"invitations": self.invitations}
            case "POST", ["organizations", _, "invitations"]:
                made_one = {
                    "id": an_id(60 + len(self.invitations)), "email": said.get("email"), "role": said["role"],
                    "billing": False, "invited_by": ME, "created_at": WHEN, "expires_at": WHEN, "state": "open",
                }  # fmt: skip
                self.invitations.append(made_one)
                return {"invitation": made_one, "mailed": False, "link": f"{PLATFORM}/join/{'A' * 43}"}
            case "GET", ["organizations", _, "contracts", contract, "sharing"]:
                return self.sharing.get(contract, {"restricted": False, "people": []})
            case "PUT", ["organizations", _, "contracts", contract, "sharing"]:
                self.sharing[contract] = said
                return said
        raise AssertionError(f"the fake platform does not know {method} {place}")

    def _organization(self, key: str) -> dict[str, object]:
        name, role, personal = self.organizations[key]
        return {"id": key, "name": name, "personal": personal, "tier": "free", "ai_policy": "off", "version": 1,
                "role": role.value, "billing": False, "created_at": WHEN, "changed_at": WHEN}  # fmt: skip

    def _member(self, person: str) -> dict[str, object]:
        address = f"{NAMES[person].split()[0].lower()}@northgate.example"
        return {"person": person, "name": NAMES[person], "email": address, "role": self.roles[person].value,
                "billing": False, "joined_at": WHEN}  # fmt: skip


class FakeTogether:
    """What ``services.together.Together`` has. ``did`` is what was asked of it; the next sync raises ``error``."""

    def __init__(self, service: LibraryService, role: Role = Role.OWNER, *, signed_in: bool = True) -> None:
        self.service, self.platform = service, MemoryPlatform(role)
        self.did: list[str] = []
        self.open: list[str] = []
        self.error: Exception | None = None
        self.connected, self.received, self.sent = True, 0, 0
        self.account: AccountRecord | None = None
        self.seats: tuple[SeatRecord, ...] = ()
        self.seat: SeatRecord | None = None
        self.let_in = threading.Event()
        self.halted: PactoriaError | None = None
        self.left = False
        self.sends = True
        self._listeners: list[Callable[[], None]] = []
        if signed_in:
            self._sign_in()

    # Signing in

    def _sign_in(self) -> None:
        organizations = [Organization(key, name, role) for key, (name, role, _) in self.platform.organizations.items()]
        accounts = Accounts(self.service)
        self.account = accounts.signed_in(
            PLATFORM, ME, NAMES[ME], "ines@northgate.example", an_id(31), organizations
        )  # fmt: skip
        self._read_seats()
        assert self.seat is not None
        for person, name in NAMES.items():
            self.arrive("member", person, {"name": name, "role": self.platform.roles[person].value})

    def _read_seats(self, shown: str = "") -> None:
        assert self.account is not None
        here = self.platform.organizations
        self.seats = tuple(one for one in Accounts(self.service).seats(self.account.id) if one.organization in here)
        wanted = shown or (self.seat.organization if self.seat is not None else ORGANIZATION)
        self.seat = next((one for one in self.seats if one.organization == wanted), None)

    def sign_in_with_browser(self, address: str) -> bool:
        self.did.append(f"browser {address}")
        return self._wait()

    def ask_for_code(self, address: str) -> DevicePrompt:
        self.did.append(f"code {address}")
        return DevicePrompt(f"{PLATFORM}/device", "WDJB-MJHT", f"{PLATFORM}/device?code=WDJBMJHT", 600)

    def await_code(self) -> bool:
        return self._wait()

    def _wait(self) -> bool:
        self.left = False
        self.let_in.wait(30)
        self.let_in.clear()
        if not self.left:
            self._sign_in()
            self.changed()
        return not self.left

    def cancel(self) -> None:
        self.did.append("cancel")
        self.left = True
        self.let_in.set()

    def sign_out(self) -> bool:
        assert self.account is not None
        Accounts(self.service).sign_out(self.account.id)
        self.account, self.seats, self.seat = None, (), None
        self.did.append("sign out")
        self.changed()
        return True

    # The account

    def choose(self, organization_id: str) -> None:
        self._read_seats(organization_id)

    def http(self) -> Http:
        return Http(
            httpx2.Client(transport=httpx2.MockTransport(self.platform.answer)), PLATFORM, lambda renew: "token",
            clock=self.service.clock, sleep=lambda seconds: None, jitter=lambda: 0.0,
        )  # fmt: skip

    def syncing(self, seat: int | None = None) -> Syncing:
        assert seat is not None or self.seat is not None
        return Syncing(self.service, seat if seat is not None else self.seat.number)  # type: ignore[union-attr]

    def refresh(self) -> None:
        self.did.append("refresh")
        assert self.account is not None
        organizations = [Organization(key, name, role) for key, (name, role, _) in self.platform.organizations.items()]
        Accounts(self.service).signed_in(
            PLATFORM, ME, NAMES[ME], "ines@northgate.example", an_id(31), organizations
        )  # fmt: skip
        self._read_seats()

    # Sync

    def sync_now(self, *, allow_removal: bool = False) -> None:
        self.did.append("sync and remove" if allow_removal else "sync")
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        if self.sends:
            for seat in self.seats:
                with LibraryDesks(self.service.library, seat.number)() as desk:
                    for each in desk.outbox():
                        desk.remove(each.operation)
                        if each.kind in ("contract", "party", "approval") and not each.deletes:
                            known = desk.known(each.kind, each.record)
                            before = known.fields if known is not None else {}
                            desk.keep(Known("organization", each.kind, each.record, 1, fields={**before, **each.patch}))
        self._note("")

    def offline(self) -> None:
        """The platform is not reached any more."""
        self.platform.silent = True
        self.error = OfflineError("The platform does not answer; your work is kept here and goes when it does.")
        self._note("The platform does not answer.")
        self.changed()

    def _note(self, trouble: str) -> None:
        from pactoria_desktop.store.accounts import Accounts as Stored

        with self.service.library.writing() as session:
            for seat in self.seats:
                at = None if trouble else self.service.library.now()
                Stored(session).note_sync(seat.number, at=at, trouble=trouble)
        if self.account is not None:
            self._read_seats()

    # Open contracts: nothing of them leaves here

    hear_people: Callable[[str, tuple[Present, ...]], None]
    hear_refusal: Callable[[str, PactoriaError], None]

    def start(self) -> None:
        pass

    def close(self) -> None:
        self.did.append("close")

    def fetch(self, contract: str) -> None:
        self.did.append(f"fetch {contract}")

    def opening(self, contract: str) -> None:
        self.open.append(f"opening {contract}")

    def opened(self, opened: OpenContract, on_replica: OnReplica) -> None:
        self.open.append(f"opened {opened.id}")

    def typed(self, contract: str) -> None:
        self.open.append(f"typed {contract}")

    def at_work(self, contract: str, caret: str | None, anchor: str | None) -> None:
        self.open.append(f"at work {contract}")

    def closing(self, contract: str) -> None:
        self.open.append(f"closing {contract}")

    def closed(self, contract: str) -> None:
        self.open.append(f"closed {contract}")

    @property
    def stopped(self) -> PactoriaError | None:
        return self.halted

    def wake(self) -> None:
        self.did.append("wake")

    def listen(self, hear: Callable[[], None]) -> Callable[[], None]:
        self._listeners.append(hear)
        return lambda: self._listeners.remove(hear) if hear in self._listeners else None

    def changed(self) -> None:
        """Tell the listeners, on a thread of its own."""
        hearers = list(self._listeners)
        thread = threading.Thread(target=lambda: [hear() for hear in hearers])
        thread.start()
        thread.join()

    # What came

    def arrive(self, kind: str, record: str, fields: dict[str, object], by: str = ADA) -> None:
        """A record of the platform comes to the organization that is shown."""
        assert self.seat is not None
        with LibraryDesks(self.service.library, self.seat.number)() as desk:
            at = self.service.library.now()
            desk.keep(Known("organization", kind, record, 2, fields=fields, changed_by=by, changed_at=at))
            desk.flush()
            desk.show(kind, record, fields)
            desk.note("came", 1, "organization")
        self.received += 100
