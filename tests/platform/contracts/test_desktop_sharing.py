"""Two desktops share a contract over a real platform: put in, restricted, given, deleted for everyone."""

import asyncio
import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI

from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.services.accounts import Accounts, NotAllowedError, Organization, Standing
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.services.sharing import NotSharedError, Sharing
from pactoria_desktop.services.shelf import Filter, Order, Shelf
from pactoria_desktop.services.sources import read_source
from pactoria_desktop.services.sync_log import SyncLog
from pactoria_desktop.services.syncing import Syncing
from pactoria_desktop.store.library import open_library
from pactoria_desktop.sync.errors import AccessLostError, RefusedError
from pactoria_desktop.sync.transport import Http, RecordTransport
from tests.platform.blocking import HTTPS, OnLoop, http_of
from tests.platform.people import Somebody, make_member, make_organization, make_person
from tests.samples import SAMPLES

pytestmark = pytest.mark.anyio
TITLE = "Mutual non-disclosure agreement"


@dataclass
class Desk:
    """Somebody's library, signed in to the platform."""

    somebody: Somebody
    service: LibraryService
    http: Http
    account: str
    seat: int

    @property
    def sharing(self) -> Sharing:
        return Sharing(self.service, lambda: self.http)

    def sync(self) -> None:
        syncing = Syncing(self.service, self.seat)
        transport = RecordTransport(
            self.http, self.somebody.organization, note=syncing.note_departures, contract_of=syncing.contract_of
        )  # fmt: skip
        syncing.sync_now(transport)

    def titles(self, *, trashed: bool = False) -> list[str]:
        shelf = Shelf(self.service)
        rows = shelf.window(shelf.rows(Filter(trashed=trashed), Order.TITLE, descending=False))
        return [one.title for one in rows if one is not None]

    def role(self, contract: str) -> Role:
        standing = Accounts(self.service).standing(contract)
        assert standing is not None
        return standing.role


def bring_in(desk: "Desk") -> str:
    (made,) = desk.service.bring_in([read_source(str(SAMPLES / "mutual-nda.docx"))])
    return made.contract


@pytest.fixture
async def sit(application: FastAPI, house: House, tmp_path: Path):
    """Seats somebody at a desk with a library of their own."""
    wire = OnLoop(application, asyncio.get_running_loop())
    with contextlib.ExitStack() as stack:

        def at(somebody: Somebody, role: Role) -> Desk:
            home, key = Home(tmp_path / somebody.person), LibraryKey(os.urandom(32))
            home.prepare()
            library = stack.enter_context(contextlib.closing(open_library(home, lambda new: key, house.clock)))
            service = LibraryService(library, house.clock, somebody.name)
            record = Accounts(service).signed_in(
                HTTPS, somebody.person, somebody.name, somebody.email, somebody.device,
                [Organization(somebody.organization, "Chambers", role)],
            )  # fmt: skip
            (seat,) = Accounts(service).seats(record.id)
            return Desk(somebody, service, http_of(somebody, wire, house), record.id, seat.number)

        yield at


async def test_a_contract_is_put_in_restricted_given_and_opened_again(sit, house: House) -> None:
    chambers = await make_organization(house, "Chambers")
    ana = sit(await make_member(house, chambers, Role.EDITOR), Role.EDITOR)
    ben = sit(await make_member(house, chambers, Role.EDITOR, name="Ben"), Role.EDITOR)

    def all_of_it() -> None:
        contract = bring_in(ana)
        before = ana.sharing.departing(contract)
        assert (before.versions, before.files) == (1, 1)
        assert before.size > (SAMPLES / "mutual-nda.docx").stat().st_size
        with pytest.raises(NotSharedError):
            ana.sharing.reach(contract)
        assert Accounts(ana.service).standing(contract) is None
        assert [one.name for one in ana.sharing.homes(ana.account)] == ["Chambers"]
        ana.sharing.put_in(contract, chambers, ana.account)
        place = ana.sharing.place(contract)
        assert (place.arrived, place.standing.role, place.seat.name) == (False, Role.EDITOR, "Chambers")
        with pytest.raises(AccessLostError):  # the platform does not have it yet
            ana.sharing.reach(contract)
        waiting = SyncLog(ana.service).read(Accounts(ana.service).seats(ana.account), 50)
        assert {(one.way, one.title) for one in waiting} == {("waits", TITLE)}
        ana.sync()
        assert ana.sharing.place(contract).arrived
        ben.sync()
        assert ben.titles() == [TITLE]
        assert not ana.sharing.reach(contract).restricted

        shared = ana.sharing.restrict(contract, True)
        assert shared.restricted
        assert shared.people == ((ana.somebody.person, Role.EDITOR),)
        ben.sync()
        assert (ben.titles(), ben.titles(trashed=True)) == ([], [TITLE])
        shared = ana.sharing.give(contract, ben.somebody.person, Role.REVIEWER)
        assert (ben.somebody.person, Role.REVIEWER) in shared.people
        ben.sync()
        assert ben.titles() == [TITLE]
        assert ben.role(contract) is Role.REVIEWER
        ana.sharing.give(contract, ben.somebody.person, None)
        ben.sync()
        assert ben.titles() == []
        assert not ana.sharing.restrict(contract, False).restricted
        ben.sync()
        assert ben.role(contract) is Role.EDITOR
        log = SyncLog(ben.service).read(Accounts(ben.service).seats(ben.account), 50)
        assert [one.way for one in log] == ["came"] * len(log) != []

    await asyncio.to_thread(all_of_it)


async def test_a_contract_that_is_deleted_goes_to_everybodys_trash(sit, house: House) -> None:
    chambers = await make_organization(house, "Chambers")
    ana = sit(await make_member(house, chambers, Role.EDITOR), Role.EDITOR)
    ben = sit(await make_member(house, chambers, Role.REVIEWER, name="Ben"), Role.REVIEWER)

    def all_of_it() -> None:
        contract = bring_in(ana)
        with pytest.raises(NotSharedError):
            ana.sharing.delete_for_everyone(contract)
        ana.sharing.put_in(contract, chambers, ana.account)
        ana.sync()
        ben.sync()
        with pytest.raises(NotAllowedError, match="As reviewer of Chambers you may not delete contracts"):
            ben.sharing.delete_for_everyone(contract)
        ana.sharing.delete_for_everyone(contract)
        assert (ana.titles(), ana.titles(trashed=True)) == ([], [TITLE])
        ana.sync()
        ben.sync()
        assert (ben.titles(), ben.titles(trashed=True)) == ([], [TITLE])

    await asyncio.to_thread(all_of_it)


async def test_two_who_give_at_once_both_stand(sit, house: House) -> None:
    chambers = await make_organization(house, "Chambers")
    owner = sit(await make_member(house, chambers, Role.OWNER), Role.OWNER)
    others = [await make_member(house, chambers, Role.EDITOR, name=name) for name in ("Ben", "Cleo")]

    def all_of_it() -> None:
        contract = bring_in(owner)
        owner.sharing.put_in(contract, chambers, owner.account)
        owner.sync()
        owner.sharing.restrict(contract, True)
        first, send, between = owner.http, owner.http.send, [True]

        def send_late(method: str, path: str, *rest, **more):
            if method == "PUT" and between:
                between.clear()
                Sharing(owner.service, lambda: first).give(contract, others[0].person, Role.VIEWER)
            return send(method, path, *rest, **more)

        owner.http.send = send_late  # type: ignore[method-assign]
        shared = owner.sharing.give(contract, others[1].person, Role.EDITOR)
        assert dict(shared.people) == {others[0].person: Role.VIEWER, others[1].person: Role.EDITOR}

    await asyncio.to_thread(all_of_it)


async def test_a_stranger_gets_nothing_and_the_refusal_is_the_platforms(sit, house: House) -> None:
    chambers = await make_organization(house, "Chambers")
    owner = sit(await make_member(house, chambers, Role.OWNER), Role.OWNER)
    stranger = await make_person(house, "Dan")

    def all_of_it() -> None:
        contract = bring_in(owner)
        owner.sharing.put_in(contract, chambers, owner.account)
        owner.sync()
        with pytest.raises(RefusedError, match="invite the person first"):
            owner.sharing.give(contract, stranger.person, Role.VIEWER)
        said = Standing(Role.VIEWER, "Chambers")
        assert said.why_not("contract.edit").startswith("as viewer of Chambers you may not edit")
        assert said.why_not("contract.read") == ""

    await asyncio.to_thread(all_of_it)
