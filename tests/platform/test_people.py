"""What the tests put into the database is what a request finds there."""

import hashlib

import pytest

from pactoria_desktop.platform.api.access import access_by_token
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.permissions import Role
from tests.platform.people import make_member, make_organization, make_person

pytestmark = pytest.mark.anyio


async def test_somebody_made_for_a_test_is_let_in_with_their_role(house: House) -> None:
    chambers = await make_organization(house, "Chambers")
    ana = await make_member(house, chambers, Role.EDITOR, name="Ana")
    token = hashlib.sha256(ana.token.encode()).digest()
    access = await access_by_token(house, token, chambers, "contract.edit")
    assert (access.person, access.role, access.asker.name) == (ana.person, Role.EDITOR, "Ana")
    alone = await make_person(house, "Ben")
    own = await access_by_token(house, hashlib.sha256(alone.token.encode()).digest(), alone.home, "organization.delete")
    assert own.role is Role.OWNER
