"""The desktop's account screens ask a real platform; what it refuses comes back in its own sentence."""

import asyncio

import httpx2
import pytest
from fastapi import FastAPI

from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.services.membership import InvitationLinkError, Membership, WrongInputError
from pactoria_desktop.sync.errors import AccessLostError, AnswerLostError, RefusedError, SignedOutError
from tests.platform.blocking import HTTPS, OnLoop, http_of
from tests.platform.conftest import ADDRESS
from tests.platform.people import Somebody, make_member, make_organization, make_person

pytestmark = pytest.mark.anyio


@pytest.fixture
async def lines(application: FastAPI, house: House):
    """Gives somebody's membership, and the wire that it asks over."""
    wire = OnLoop(application, asyncio.get_running_loop())

    def of(somebody: Somebody, platform: str = ADDRESS) -> Membership:
        return Membership(lambda: http_of(somebody, wire, house), platform)

    of.wire = wire  # type: ignore[attr-defined]
    return of


async def test_an_organization_is_founded_and_somebody_comes_goes_and_owns_it(lines, house: House) -> None:
    ana, ben = await make_person(house, "Ana"), await make_person(house, "Ben")
    hers, his = lines(ana), lines(ben)
    made = await asyncio.to_thread(hers.create, "Chambers")
    assert (made.name, made.role) == ("Chambers", Role.OWNER)
    assert {one.name for one in await asyncio.to_thread(hers.organizations)} == {"Ana", "Chambers"}
    invited = await asyncio.to_thread(hers.invite, made.id, ben.email, Role.EDITOR)
    assert invited.link is not None
    assert not invited.mailed
    (open_one,) = await asyncio.to_thread(hers.invitations, made.id)
    assert open_one == invited.invitation
    joined = await asyncio.to_thread(his.accept, f" {invited.link}\n")
    assert (joined.id, joined.role) == (made.id, Role.EDITOR)
    assert await asyncio.to_thread(hers.invitations, made.id) == ()
    changed = await asyncio.to_thread(hers.change_role, made.id, ben.person, Role.ADMIN)
    assert changed.role is Role.ADMIN
    handed = await asyncio.to_thread(hers.transfer, made.id, ben.person)
    assert handed.role is Role.ADMIN
    members = {one.person: one.role for one in await asyncio.to_thread(his.members, made.id)}
    assert members == {ana.person: Role.ADMIN, ben.person: Role.OWNER}
    await asyncio.to_thread(his.remove, made.id, ana.person)
    with pytest.raises(AccessLostError):
        await asyncio.to_thread(hers.members, made.id)
    with pytest.raises(RefusedError, match="owner"):
        await asyncio.to_thread(his.leave, made.id)


async def test_somebody_leaves_and_an_invitation_that_was_withdrawn_lets_nobody_in(lines, house: House) -> None:
    chambers = await make_organization(house, "Chambers")
    admin, ben = await make_member(house, chambers, Role.ADMIN), await make_member(house, chambers, Role.EDITOR)
    cleo = await make_person(house, "Cleo")
    made = await asyncio.to_thread(lines(admin).invite, chambers, "", Role.VIEWER)
    await asyncio.to_thread(lines(admin).withdraw, chambers, made.invitation.id)
    with pytest.raises(AccessLostError) as refused:
        await asyncio.to_thread(lines(cleo).accept, made.link)
    assert "invitation" in refused.value.sentence
    await asyncio.to_thread(lines(ben).leave, chambers)
    assert [one.name for one in await asyncio.to_thread(lines(ben).organizations)] == ["Ana"]


async def test_a_role_that_may_not_is_refused_in_the_platforms_words(lines, house: House) -> None:
    chambers = await make_organization(house, "Chambers")
    viewer = await make_member(house, chambers, Role.VIEWER)
    with pytest.raises(AccessLostError, match="invite people"):
        await asyncio.to_thread(lines(viewer).invite, chambers, "x@example.org", Role.VIEWER)


async def test_what_cannot_be_sent_is_said_before_it_is(lines, house: House) -> None:
    ana = await make_person(house, "Ana")
    hers = lines(ana)
    with pytest.raises(WrongInputError, match="not an e-mail address"):
        await asyncio.to_thread(hers.invite, ana.home, "nobody", Role.VIEWER)
    with pytest.raises(WrongInputError, match="1 to 200"):
        await asyncio.to_thread(hers.create, "  ")
    with pytest.raises(WrongInputError, match="not the link"):
        await asyncio.to_thread(hers.accept, "https://platform.test/pictures/1")
    with pytest.raises(InvitationLinkError, match=r"elsewhere\.test"):
        await asyncio.to_thread(hers.accept, f"https://elsewhere.test/join/{'A' * 43}")
    assert lines.wire.asked == []


async def test_devices_are_listed_and_ended_at_once(lines, house: House) -> None:
    ana = await make_person(house, "Ana")
    (device,) = await asyncio.to_thread(lines(ana).devices)
    assert (device.device_name, device.asking) == ("Ana's desk", True)
    assert (await asyncio.to_thread(lines(ana).me)).email == ana.email
    await asyncio.to_thread(lines(ana).end_session, device.id)
    with pytest.raises(SignedOutError):
        await asyncio.to_thread(lines(ana).devices)


async def test_a_lost_answer_founds_no_second_organization(lines, house: House) -> None:
    ana = await make_person(house, "Ana")

    def lost(request: httpx2.Request) -> None:
        if request.method == "POST":
            raise httpx2.ReadTimeout("lost")

    lines.wire.lose = lost
    with pytest.raises(AnswerLostError, match="look before you try again"):
        await asyncio.to_thread(lines(ana, HTTPS).create, "Chambers")
    assert [one.name for one in await asyncio.to_thread(lines(ana).organizations)] == ["Ana", "Chambers"]
