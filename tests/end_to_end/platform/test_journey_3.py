"""Journey 3 of an account owner, steps 1, 2 (without billing) and 8, at a real platform through the real window."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pactoria_desktop.platform.database.secrets_file import own_secrets
from pactoria_desktop.protocol.organizations import MemberList
from pactoria_desktop.protocol.permissions import OPERATIONS, Role, may
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.services.together import Together
from pactoria_desktop.sync.errors import SyncError
from pactoria_desktop.ui.theme.look import Look
from tests.end_to_end.desk import Desk, desk
from tests.end_to_end.platform.benches import Bench, NoKeyring, bench, browsing
from tests.end_to_end.platform.lanes import Lane
from tests.end_to_end.platform.people import Person, SignIn, register, sign_in_by_browser
from tests.end_to_end.platform.process import PlatformProcess
from tests.end_to_end.platform.team import data_folder, device_of
from tests.ui.conftest import _delete_what_was_closed, _shared_look, look
from tests.ui.screenshots import pictures, settle

__all__ = ["_delete_what_was_closed", "_shared_look", "look"]

Figure = Callable[..., None]
OWNER = Person("Ines Falk", "ines@northgate.example")
INVITED = {
    Role.ADMIN: Person("Tomas Reyes", "tomas@northgate.example"),
    Role.EDITOR: Person("Dele Okafor", "dele@northgate.example"),
    Role.REVIEWER: Person("Petra Holm", "petra@northgate.example"),
    Role.VIEWER: Person("Mara Quist", "mara@northgate.example"),
}


@pytest.fixture
def fresh() -> Iterator[PlatformProcess]:
    """A platform that nobody has started before."""
    with data_folder() as data:
        platform = PlatformProcess(data)
        try:
            yield platform
        finally:
            platform.stop()


def sign_in(at: Desk, platform: PlatformProcess, person: Person) -> None:
    """Sign in by keyboard on the account's page."""
    at.bench.together = Together(at.bench.service, keyring=NoKeyring(), open_browser=browsing(person))
    at.wait(lambda: at.bench.account.together is at.bench.together, "the account's place")
    assert at.bench.registry.run("account.sign_in")
    place = at.bench.account.place
    assert place is not None
    at.wait(place.sign_in.address.hasFocus, "the focus in the address")
    at.type(platform.address)
    at.press(Qt.Key.Key_Return)
    at.wait(lambda: place.signed_in, "the sign-in")
    at.settled()


def invite(at: Desk, role: Role, person: Person) -> str:
    """Invite somebody in the members' list; gives the link that the window shows."""
    place = at.bench.account.place
    assert place is not None
    shown: list[str] = []
    place.members._asks.show_text = lambda *words: shown.append(words[2])  # type: ignore[method-assign]
    dialog = place.members.open_invite()
    assert dialog is not None
    QTest.keyClicks(dialog.address, person.email)
    dialog.role.setCurrentIndex(dialog.role.findData(role.value))
    dialog.accept()
    at.wait(lambda: bool(shown), "the link")
    at.settled()
    return shown[0]


def test_an_owner_starts_a_platform_invites_four_people_and_lets_one_go(
    fresh: PlatformProcess, lane: Lane, look: Look, tmp_path: Path, figure: Figure
) -> None:
    # 1: one command; the address and the first invitation; health is green
    began = time.monotonic()
    fresh.start()
    seconds = time.monotonic() - began
    figure("platform ready on a fresh folder (s)", round(seconds, 1), "60")
    assert seconds < 60
    with httpx2.Client(base_url=fresh.address, trust_env=False) as client:
        assert client.get("/health/live").status_code == 200
        assert client.get("/health/ready").json() == {"status": "ready", "reasons": {}}
    register(fresh.address + fresh.invitation, OWNER, "Falk Consulting")

    # 2: an organization of its own and four people with roles, by the window
    with desk(tmp_path / "ines", look) as at:
        sign_in(at, fresh, OWNER)
        place = at.bench.account.place
        assert place is not None
        place.show_section("overview")
        at.settled()
        came = at.answer("Northgate Legal", button="Create")
        place.overview.create_button.click()
        came()
        at.wait(lambda: at.bench.together.seat is not None and at.bench.together.seat.name == "Northgate Legal", "it")
        place.show_section("members")
        at.settled()
        for role, person in INVITED.items():
            register(invite(at, role, person), person)
        place.refresh()
        at.wait(lambda: len(place.members.list.entries()) == 5, "the five")
        settle()
        pictures(at.window, at.bench.look, "journey-3-members")
        assert at.bench.together.seat is not None
        organization = at.bench.together.seat.organization

        people: dict[Role, SignIn] = {
            role: sign_in_by_browser(fresh.address, person, device_of(20 + number), lane)
            for number, (role, person) in enumerate(INVITED.items())
        }
        its = f"/organizations/{organization}"
        routes = {
            "member.list": f"{its}/members", "member.invite": f"{its}/invitations", "audit.read": f"{its}/audit",
            "contract.read": f"{its}/contracts",
        }  # fmt: skip
        for role, signed_in in people.items():
            for operation, path in routes.items():
                wanted = 200 if may(operation, role) else 403
                assert signed_in.ask("GET", path).status_code == wanted, (role, operation)
        assert not any(may(name, Role.REVIEWER) for name in OPERATIONS if "billing" in name)

        # 8: a member has a contract, works, and goes
        with bench(tmp_path / "dele", INVITED[Role.EDITOR]) as leaving:
            leaving.sign_in(fresh.address)
            contract = leaving.bring_in("mutual-nda.docx")
            leaving.share(contract, organization)
            leaving.together.sync_now()
            at.wait(lambda: _has(at, contract), "the contract at the owner's")
            fresh_backup = tmp_path / "night.backup"
            fresh.run("backup", str(fresh_backup))
            held = counts(people[Role.ADMIN], organization)

            went = time.monotonic()
            came = at.answer(button="Remove")
            gone = next(one.key for one in place.members.list.entries() if one.title == "Dele Okafor")
            place.members._on_member(gone, "remove")
            came()
            at.wait(lambda: len(place.members.list.entries()) == 4, "the four")
            leaving.wait(lambda: lost(leaving, organization), "the end of the membership")
            figure("removed until it ends at their desk (s)", round(time.monotonic() - went, 1), "at once")
            assert people[Role.EDITOR].ask("GET", f"{its}/contracts").status_code in (403, 404)
            with pytest.raises((SyncError, PactoriaError)):
                leaving.together.http().ask("GET", f"{its}/members", MemberList)
            # What they have here stays theirs to read and export.
            assert leaving.text(contract)
        # Their contract stays with the organization: whoever runs it reaches it.
        mine = people[Role.ADMIN].told("GET", f"{its}/contracts")["contracts"]
        assert [one["id"] for one in mine] == [contract]

        owner = sign_in_by_browser(fresh.address, OWNER, device_of(40), lane)
        taken = owner.told("GET", f"{its}/personal-data/{gone}")
        assert taken["person"] == gone
        assert taken["tables"]
        erased = owner.told("DELETE", f"{its}/personal-data/{gone}")
        assert erased["person"] == gone
        assert erased["stays"], "what stays is said with its reason"
        assert "Dele Okafor" not in json.dumps(owner.told("GET", f"{its}/members"))
        assert at.errors == []

    # Last night's backup, in a scratch server, holds what was there then.
    with data_folder() as data:
        key = own_secrets(fresh.data).master_key
        scratch = PlatformProcess(data, environment={"PACTORIA_MASTER_KEY": key})
        try:
            scratch.run("restore", str(fresh_backup))
            scratch.start()
            there = sign_in_by_browser(scratch.address, INVITED[Role.ADMIN], device_of(50), lane)
            assert counts(there, organization) == held
        finally:
            scratch.stop()


def _has(at: Desk, contract: str) -> bool:
    from pactoria_desktop.services.local_texts import has_text

    return has_text(at.bench.service, contract)


def lost(leaving: Bench, organization: str) -> bool:
    """Whether the desk knows that the person does not belong there any more."""
    return all(one.organization != organization for one in leaving.together.seats)


def counts(by: SignIn, organization: str) -> dict[str, int]:
    """How much an organization holds, as its API counts it."""
    its = f"/organizations/{organization}"
    found = by.told("GET", f"{its}/contracts")["contracts"]
    return {
        "members": len(by.told("GET", f"{its}/members")["members"]),
        "contracts": len(found),
        "versions": sum(len(by.told("GET", f"{its}/contracts/{one['id']}")["versions"]) for one in found),
        "text": sum(one["text_number"] for one in found),
    }
