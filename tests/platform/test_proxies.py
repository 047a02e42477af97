"""Behind a proxy the asker's address is the one that the proxy saw, whatever the asker writes into the headers."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI, Request

from pactoria_desktop.platform.api.forwarded import asker_of
from pactoria_desktop.platform.application import create_application
from pactoria_desktop.platform.auth.attempts import INVITATION_NETWORK, INVITATION_ORGANIZATION, Rule, network_of
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.organizations import inviting
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.conftest import ADDRESS
from tests.platform.people import make_member, make_organization

pytestmark = pytest.mark.anyio

PROXY = "10.0.0.1"


@pytest.mark.parametrize(
    ("said", "proxies", "found"),
    [
        (["198.51.100.7"], 1, "198.51.100.7"),
        (["1.2.3.4, 198.51.100.7"], 1, "198.51.100.7"),
        (["127.0.0.1", "1.2.3.4,198.51.100.7"], 1, "198.51.100.7"),
        (["1.2.3.4, 198.51.100.7, 10.0.0.2"], 2, "198.51.100.7"),
        (["10.0.0.2"], 2, None),
        ([], 1, None),
        (["1.2.3.4, unknown"], 1, None),
        (["1.2.3.4,"], 1, None),
        (["1.2.3.4, 198.51.100.7:4711"], 1, "198.51.100.7"),
        (["1.2.3.4, [2001:db8::1]:4711"], 1, "2001:db8::1"),
        (["1.2.3.4, 2001:DB8::1"], 1, "2001:db8::1"),
    ],
)
def test_what_stands_left_of_our_proxies_is_not_believed(said: list[str], proxies: int, found: str | None) -> None:
    assert asker_of(said, proxies) == found


def showing(application: FastAPI) -> FastAPI:
    """The application with a route of the test that says who asks."""

    @application.get("/who")
    async def who(request: Request) -> dict[str, str]:
        return {"network": network_of(request), "scheme": request.url.scheme}

    return application


@pytest.fixture
def settings(request: pytest.FixtureRequest, settings: PlatformSettings) -> PlatformSettings:
    """Behind so many proxies, none for 0."""
    proxies = getattr(request, "param", 1)
    words = {"behind_proxy": proxies > 0, "trusted_proxies": max(1, proxies)}
    return settings.model_copy(update=words)


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """Comes from a proxy of ours."""
    transport = httpx2.ASGITransport(app=showing(create_application(house)), client=(PROXY, 50000))
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as made:
        yield made


@pytest.mark.parametrize(
    ("settings", "network", "scheme"), [(1, "198.51.100.7", "https"), (0, PROXY, "http")], indirect=["settings"]
)
async def test_headers_count_behind_a_proxy_alone(client: httpx2.AsyncClient, network: str, scheme: str) -> None:
    headers = {"X-Forwarded-For": "127.0.0.1, 198.51.100.7", "X-Forwarded-Proto": "https"}
    assert (await client.get("/who", headers=headers)).json() == {"network": network, "scheme": scheme}


async def test_without_the_header_the_connection_counts(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/who")).json()["network"] == PROXY
    forged = {"X-Forwarded-Proto": "https, http", "X-Real-IP": "1.2.3.4", "Forwarded": "for=1.2.3.4"}
    assert (await client.get("/who", headers=forged)).json() == {"network": PROXY, "scheme": "http"}


async def test_forged_addresses_buy_no_more_attempts(
    client: httpx2.AsyncClient, house: House, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = Rule(INVITATION_NETWORK.kind, free=3, window=3600, first_wait=30)
    monkeypatch.setattr(inviting.attempts, "INVITATION_NETWORK", few)
    owners = [await make_member(house, await make_organization(house, name), Role.OWNER) for name in "ABCDE"]

    async def invited(place: int, seen_from: str) -> int:
        owner = owners[place]
        answer = await client.post(
            f"/api/v1/organizations/{owner.organization}/invitations",
            json={"role": "viewer"},
            headers={**owner.headers, "X-Forwarded-For": f"203.0.113.{place}, {seen_from}"},
        )
        if answer.status_code == 429:
            assert int(answer.headers["Retry-After"]) > 0
        return answer.status_code

    assert [await invited(place, "198.51.100.7") for place in range(4)] == [201, 201, 201, 429]
    assert await invited(4, "198.51.100.8") == 201
    clock.advance(31)
    assert await invited(4, "198.51.100.7") == 201


async def test_an_organization_invites_so_many_from_all_networks_together(
    client: httpx2.AsyncClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = Rule(INVITATION_ORGANIZATION.kind, free=3, window=3600, first_wait=30)
    monkeypatch.setattr(inviting.attempts, "INVITATION_ORGANIZATION", few)
    organization = await make_organization(house, "Chambers")
    owner = await make_member(house, organization, Role.OWNER)

    async def invited(network: int) -> int:
        headers = {**owner.headers, "X-Forwarded-For": f"198.51.100.{network}"}
        at = f"/api/v1/organizations/{organization}/invitations"
        return (await client.post(at, json={"role": "viewer"}, headers=headers)).status_code

    assert [await invited(network) for network in range(4)] == [201, 201, 201, 429]
    elsewhere = await make_member(house, await make_organization(house, "Elsewhere"), Role.OWNER)
    at = f"/api/v1/organizations/{elsewhere.organization}/invitations"
    assert (await client.post(at, json={"role": "viewer"}, headers=elsewhere.headers)).status_code == 201


async def test_guessing_invitations_gets_slower(
    client: httpx2.AsyncClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = Rule(inviting.attempts.ACCEPTANCE_NETWORK.kind, free=3, window=3600)
    monkeypatch.setattr(inviting.attempts, "ACCEPTANCE_NETWORK", few)
    somebody = await make_member(house, await make_organization(house, "Chambers"), Role.VIEWER)
    guesses = [
        await client.post("/api/v1/invitations/accept", json={"token": "x" * 43}, headers=somebody.headers)
        for _ in range(4)
    ]
    assert [one.status_code for one in guesses] == [404, 404, 404, 429]
