"""A person sees where they are signed in, and ends it at once."""

import psycopg
import pytest

from pactoria_desktop.protocol.identity import (
    AUTHORIZE_PATH,
    CLIENT_ID,
    DEVICE_AUTHORIZATION_PATH,
    DEVICE_GRANT,
    REVOKE_PATH,
    TOKEN_PATH,
)
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.auth.conftest import PASSWORD, Browser, bearer, code_for, exchange, renew, request_of, signed_in
from tests.platform.conftest import TestDatabase

pytestmark = pytest.mark.anyio

NOTEBOOK = "01a22ec6-0000-7000-8000-0000000000aa"


async def test_devices_are_listed_and_end_at_once(browser: Browser, ana: str, clock: ManualClock) -> None:
    client = browser.client
    first = await signed_in(browser, ana, device_id=NOTEBOOK)
    clock.advance(60)
    second = await signed_in(browser, ana, device_name="Desk")
    mine = bearer(first["access_token"])
    answer = await client.get("/api/v1/me/sessions", headers=mine)
    listed = answer.json()["sessions"]
    assert [one["device_name"] for one in listed] == ["Desk", "Ana's notebook"]
    assert [one["asking"] for one in listed] == [False, True]
    assert listed[1]["device"] == NOTEBOOK
    unchanged = await client.get("/api/v1/me/sessions", headers={**mine, "If-None-Match": answer.headers["etag"]})
    assert unchanged.status_code == 304
    assert (await client.delete(f"/api/v1/me/sessions/{listed[0]['id']}", headers=mine)).status_code == 200
    assert (await client.get("/api/v1/me", headers=bearer(second["access_token"]))).status_code == 401
    assert (await renew(client, second["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await client.delete(f"/api/v1/me/sessions/{listed[0]['id']}", headers=mine)).status_code == 404
    assert (await client.delete("/api/v1/me/sessions/nothing", headers=mine)).status_code == 404
    third, fourth = await signed_in(browser, ana), await signed_in(browser, ana)
    assert (await client.delete("/api/v1/me/sessions", headers=mine)).json() == {"ended": 2}
    for ended in (third, fourth):
        assert (await client.get("/api/v1/me", headers=bearer(ended["access_token"]))).status_code == 401
    assert (await client.get("/api/v1/me", headers=mine)).status_code == 200


async def test_a_device_that_signs_in_again_leaves_no_former_session(browser: Browser, ana: str) -> None:
    first = await signed_in(browser, ana, device_id=NOTEBOOK)
    second = await signed_in(browser, ana, device_id=NOTEBOOK)
    assert (await browser.client.get("/api/v1/me", headers=bearer(first["access_token"]))).status_code == 401
    assert (await browser.client.get("/api/v1/me", headers=bearer(second["access_token"]))).status_code == 200


async def test_an_access_token_is_revoked_alone_and_a_refresh_token_with_its_session(
    browser: Browser, ana: str
) -> None:
    client = browser.client
    tokens = await signed_in(browser, ana)
    await client.post(REVOKE_PATH, data={"client_id": CLIENT_ID, "token": tokens["access_token"]})
    assert (await client.get("/api/v1/me", headers=bearer(tokens["access_token"]))).status_code == 401
    renewed = (await renew(client, tokens["refresh_token"])).json()
    assert (await client.get("/api/v1/me", headers=bearer(renewed["access_token"]))).status_code == 200
    assert (await client.post(REVOKE_PATH, data={"client_id": "x", "token": renewed["refresh_token"]})).json()[
        "error"
    ] == "invalid_client"
    await client.post(REVOKE_PATH, data={"client_id": CLIENT_ID, "token": renewed["refresh_token"]})
    assert (await client.get("/api/v1/me", headers=bearer(renewed["access_token"]))).status_code == 401


async def test_a_person_changes_their_name_and_password(browser: Browser, ana: str) -> None:
    client = browser.client
    tokens, other = await signed_in(browser, ana), await signed_in(browser, ana)
    mine = bearer(tokens["access_token"])
    assert (await client.patch("/api/v1/me", headers=mine, json={"name": "  Ana V.  "})).json()["name"] == "Ana V."
    assert (await client.patch("/api/v1/me", headers=mine, json={"administrator": True})).status_code == 422
    assert (await client.patch("/api/v1/me", headers=mine, json={"name": ""})).status_code == 422
    change = {"present": "not the present one", "new": "a new password 22"}
    wrong = await client.post("/api/v1/me/password", headers=mine, json=change)
    assert (wrong.status_code, wrong.json()["fields"][0]["field"]) == (403, "present")
    short = await client.post("/api/v1/me/password", headers=mine, json={"present": PASSWORD, "new": "short"})
    assert short.status_code == 422
    assert "short" not in short.text.replace("shorter", "")
    done = await client.post("/api/v1/me/password", headers=mine, json={**change, "present": PASSWORD})
    assert done.json() == {"ended": 1}
    assert (await client.get("/api/v1/me", headers=bearer(other["access_token"]))).status_code == 401
    assert (await client.get("/api/v1/me", headers=mine)).status_code == 200
    with pytest.raises(AssertionError):
        await code_for(browser, ana)
    assert (await exchange(client, "x")).status_code == 400
    statuses = [(await client.post("/api/v1/me/password", headers=mine, json=change)).status_code for _ in range(6)]
    assert statuses == [403] * 5 + [429]


async def test_nothing_of_a_person_is_shown_without_a_token(browser: Browser) -> None:
    for method, path in (
        ("GET", "/api/v1/me"),
        ("PATCH", "/api/v1/me"),
        ("POST", "/api/v1/me/password"),
        ("GET", "/api/v1/me/sessions"),
        ("DELETE", "/api/v1/me/sessions"),
        ("DELETE", f"/api/v1/me/sessions/{NOTEBOOK}"),
    ):
        answer = await browser.client.request(method, path, json={"name": "x"})
        assert answer.status_code in (401, 422), path
        assert answer.status_code == 401 or method == "POST"


async def test_a_disabled_person_is_out_at_once_everywhere(
    browser: Browser, ana: str, test_database: TestDatabase, clock: ManualClock
) -> None:
    client = browser.client
    tokens, code = await signed_in(browser, ana), await code_for(browser, ana)
    begun = (await client.post(DEVICE_AUTHORIZATION_PATH, data={"client_id": CLIENT_ID})).json()
    await browser.open("/device", user_code=begun["user_code"])
    assert (await browser.send(email=ana, password=PASSWORD, decision="allow")).status_code == 200
    with psycopg.connect(test_database.superuser) as connection:
        connection.execute("update person set disabled_at = now()")
    assert (await client.get("/api/v1/me", headers=bearer(tokens["access_token"]))).status_code == 401
    form = {"grant_type": DEVICE_GRANT, "client_id": CLIENT_ID, "device_code": begun["device_code"]}
    for answer in (
        await renew(client, tokens["refresh_token"]),
        await exchange(client, code),
        await client.post(TOKEN_PATH, data=form),
    ):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    await browser.open(AUTHORIZE_PATH, **request_of())
    assert (await browser.send(email=ana, password=PASSWORD)).status_code == 403
    with psycopg.connect(test_database.superuser) as connection:
        [[sessions]] = connection.execute("select count(*) from device_session").fetchall()
    assert sessions == 1
