"""What a thief, a forger or a guesser tries, and what they get."""

import logging
from urllib.parse import parse_qsl, urlsplit

import httpx2
import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from pactoria_desktop.platform.auth import people
from pactoria_desktop.platform.auth.clients import is_redirect
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.operations.logging import facts_of
from pactoria_desktop.protocol.identity import (
    AUTHORIZE_PATH,
    CLIENT_ID,
    DEVICE_AUTHORIZATION_PATH,
    DEVICE_GRANT,
    REVOKE_PATH,
    TOKEN_PATH,
)
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.auth.conftest import (
    PASSWORD,
    REDIRECT,
    VERIFIER,
    Browser,
    bearer,
    code_for,
    exchange,
    renew,
    request_of,
    signed_in,
)

pytestmark = pytest.mark.anyio


async def alive(client: httpx2.AsyncClient, tokens: dict[str, str]) -> bool:
    return (await client.get("/api/v1/me", headers=bearer(tokens["access_token"]))).status_code == 200


async def test_a_refresh_token_used_again_ends_the_session_after_ten_seconds_and_not_before(
    browser: Browser, ana: str, clock: ManualClock
) -> None:
    client = browser.client
    first = await signed_in(browser, ana)
    second = (await renew(client, first["refresh_token"])).json()
    clock.advance(9)
    again = await renew(client, first["refresh_token"])
    assert again.status_code == 200
    assert again.json() == {**second, "expires_in": 900 - 9}
    clock.advance(2)
    stolen = await renew(client, first["refresh_token"])
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert not await alive(client, second)
    assert (await renew(client, second["refresh_token"])).json()["error"] == "invalid_grant"


async def test_the_grace_is_for_the_immediate_predecessor_alone(browser: Browser, ana: str, clock: ManualClock) -> None:
    client = browser.client
    first = await signed_in(browser, ana)
    second = (await renew(client, first["refresh_token"])).json()
    third = (await renew(client, second["refresh_token"])).json()
    assert await alive(client, third)
    # The successor was used: within the ten seconds this is somebody else all the same.
    assert (await renew(client, first["refresh_token"])).status_code == 400
    assert not await alive(client, third)


async def test_a_session_ends_on_its_last_day_and_an_access_token_after_fifteen_minutes(
    browser: Browser, ana: str, clock: ManualClock
) -> None:
    client = browser.client
    tokens = await signed_in(browser, ana)
    clock.advance(15 * 60 + 1)
    assert not await alive(client, tokens)
    for _ in range(2):
        clock.advance(44 * 24 * 3600)
        answer = await renew(client, tokens["refresh_token"])
        assert answer.status_code == 200
        tokens = answer.json()
    clock.advance(2 * 24 * 3600)
    assert (await renew(client, tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_code_is_good_once_for_a_minute_for_its_program_alone(
    browser: Browser, ana: str, clock: ManualClock
) -> None:
    client = browser.client
    code = await code_for(browser, ana)
    tokens = (await exchange(client, code)).json()
    assert await alive(client, tokens)
    assert (await exchange(client, code)).json()["error"] == "invalid_grant"
    assert not await alive(client, tokens)
    assert (await renew(client, tokens["refresh_token"])).status_code == 400
    for wrong in (
        {"code_verifier": "w" * 50},
        {"code_verifier": "short"},
        {"redirect_uri": "http://127.0.0.1:49153/callback"},
    ):
        code = await code_for(browser, ana)
        assert (await exchange(client, code, **wrong)).json()["error"] == "invalid_grant"
        assert (await exchange(client, code)).json()["error"] == "invalid_grant"
    code = await code_for(browser, ana)
    clock.advance(61)
    assert (await exchange(client, code)).json()["error"] == "invalid_grant"


async def test_the_token_endpoint_refuses_in_the_words_of_oauth(client: httpx2.AsyncClient) -> None:
    async def error_of(**form: str) -> tuple[int, str]:
        answer = await client.post(TOKEN_PATH, data=form)
        assert answer.headers["cache-control"] == "no-store"
        return answer.status_code, answer.json()["error"]

    assert await error_of(grant_type="refresh_token", client_id="another") == (400, "invalid_client")
    assert await error_of(grant_type="refresh_token", refresh_token="x") == (400, "invalid_client")
    assert await error_of(grant_type="password", client_id=CLIENT_ID) == (400, "unsupported_grant_type")
    assert await error_of(grant_type="refresh_token", client_id=CLIENT_ID) == (400, "invalid_request")
    assert await error_of(grant_type="authorization_code", client_id=CLIENT_ID, code="x") == (400, "invalid_request")
    assert await error_of(grant_type=DEVICE_GRANT, client_id=CLIENT_ID, device_code="x") == (400, "invalid_grant")
    assert await error_of(client_id=CLIENT_ID, scope="all") == (400, "invalid_scope")
    twice = await client.post(
        TOKEN_PATH,
        content=f"grant_type=refresh_token&client_id={CLIENT_ID}&client_id={CLIENT_ID}&refresh_token=x",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert twice.json()["error"] == "invalid_request"
    assert (await client.post(TOKEN_PATH, json={"grant_type": "x"})).json()["error"] == "invalid_request"
    unknown = await client.post(REVOKE_PATH, data={"client_id": CLIENT_ID, "token": "never lived"})
    assert (unknown.status_code, unknown.content) == (200, b"")


async def test_a_request_without_s256_is_refused_to_the_program_and_a_wrong_address_to_nobody(
    browser: Browser,
) -> None:
    async def led_to(**others: str) -> dict[str, str]:
        answer = await browser.open(AUTHORIZE_PATH, **request_of(**others))
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(REDIRECT + "?")
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    plain = await led_to(code_challenge_method="plain", code_challenge=VERIFIER)
    assert (plain["error"], plain["state"], plain["iss"]) == ("invalid_request", "s~1", "http://platform.test")
    assert (await led_to(code_challenge_method=""))["error"] == "invalid_request"
    assert (await led_to(code_challenge=""))["error"] == "invalid_request"
    assert (await led_to(response_type="token"))["error"] == "unsupported_response_type"
    assert (await led_to(scope="everything"))["error"] == "invalid_scope"
    assert (await led_to(device_id="no-id"))["error"] == "invalid_request"
    for wrong in (
        {"client_id": "another"},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "http://127.0.0.1:80/callback/../other"},
        {"redirect_uri": ""},
    ):
        answer = await browser.open(AUTHORIZE_PATH, **request_of(**wrong))
        assert answer.status_code == 422
        assert "location" not in answer.headers
        assert "nobody was signed in" in browser.form.alert


@pytest.mark.parametrize(
    ("uri", "good"),
    [
        ("http://127.0.0.1:1/callback", True),
        ("http://[::1]:65535/callback", True),
        ("http://127.0.0.1/callback", False),
        ("http://127.0.0.1:65536/callback", False),
        ("http://127.0.0.1:0080/callback", False),
        ("http://localhost:4000/callback", False),
        ("https://127.0.0.1:4000/callback", False),
        ("http://127.0.0.1:4000/callback?x=1", False),
        ("http://127.0.0.1:4000/callback#x", False),
        ("http://127.0.0.1:4000@evil.example/callback", False),
        ("http://127.0.0.1.evil.example:4000/callback", False),
        ("http://127.0.0.2:4000/callback", False),
        ("http://127.0.0.1:4000/callback\r\nSet-Cookie: a=b", False),
        ("http://127.0.0.1:4000/callback\n", False),
        ("http://127.0.0.1:٤٠٠٠/callback", False),
    ],
)
def test_an_answer_goes_to_this_machine_alone(uri: str, good: bool) -> None:
    assert is_redirect(uri) is good


async def test_nothing_that_is_given_becomes_a_header_markup_or_another_address(browser: Browser, ana: str) -> None:
    hostile = "x\r\nSet-Cookie: stolen=1\r\n\r\n<script>\"'&iss=https://evil.example"
    refused = await browser.open(AUTHORIZE_PATH, **request_of(state=hostile))
    assert refused.status_code == 303
    assert "state" not in dict(parse_qsl(urlsplit(refused.headers["location"]).query))
    spaces = 's <b>"&iss=https://evil.example&code=forged'
    page = await browser.open(AUTHORIZE_PATH, **request_of(state=spaces, device_name='"><script>alert(1)</script>\r\n'))
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "set-cookie: stolen" not in str(page.headers).lower()
    answer = await browser.send(email=ana, password=PASSWORD)
    said = parse_qsl(urlsplit(answer.headers["location"]).query)
    assert [name for name, _ in said] == ["code", "state", "iss"]
    assert dict(said)["state"] == spaces
    assert dict(said)["iss"] == "http://platform.test"
    form = {"client_id": CLIENT_ID, "device_name": "<script>alert(1)</script><b>"}
    begun = (await browser.client.post(DEVICE_AUTHORIZATION_PATH, data=form)).json()
    shown = await browser.open("/device", user_code=begun["user_code"])
    assert "&lt;script&gt;alert(1)" in shown.text
    assert "<script" not in shown.text
    named = await browser.client.get(
        AUTHORIZE_PATH, params=request_of(), headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    )
    assert "evil.example" not in named.text


async def test_pages_may_run_nothing_load_nothing_and_stand_in_no_frame(browser: Browser, ana: str) -> None:
    for path, parameters in ((AUTHORIZE_PATH, request_of()), ("/device", {}), ("/reset", {}), ("/join/x", {})):
        answer = await browser.open(path, **parameters)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert "<script" not in answer.text
        assert browser.form.inputs == browser.form.labels
    page = await browser.open(AUTHORIZE_PATH, **request_of())
    assert "form-action 'self' http://127.0.0.1:49152;" in page.headers["content-security-policy"]


async def test_a_form_from_elsewhere_does_nothing(browser: Browser, ana: str, clock: ManualClock) -> None:
    client = browser.client
    await browser.open(AUTHORIZE_PATH, **request_of())
    cookie = next(iter(client.cookies.jar))
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "strict"
    good = {**browser.form.fields, "email": ana, "password": PASSWORD}

    async def status(form: dict[str, str], **headers: str) -> int:
        return (await client.post(AUTHORIZE_PATH, data=form, headers=headers)).status_code

    assert await status({name: value for name, value in good.items() if name != "guard"}) == 403
    assert await status({**good, "guard": "9999999999.AAAA"}) == 403
    assert await status({**good, "guard": good["guard"] + "x"}) == 403
    assert await status(good, **{"Sec-Fetch-Site": "cross-site"}) == 403
    # A guard of another page, and one of another browser.
    await browser.open("/device")
    assert await status({**good, "guard": browser.form.fields["guard"]}) == 403
    kept = client.cookies
    client.cookies = httpx2.Cookies()
    assert await status(good) == 403
    await browser.open(AUTHORIZE_PATH, **request_of())
    assert await status(good) == 403
    client.cookies = kept
    assert await status(good, **{"Sec-Fetch-Site": "same-origin"}) == 303
    clock.advance(3601)
    assert await status(good) == 403


async def test_a_device_is_refused_runs_out_and_cannot_be_guessed(
    browser: Browser, ana: str, clock: ManualClock
) -> None:
    client = browser.client

    async def begin() -> dict[str, str]:
        form = {"client_id": CLIENT_ID, "device_name": "x\u202e\x00y"}
        return dict((await client.post(DEVICE_AUTHORIZATION_PATH, data=form)).json())

    async def poll(begun: dict[str, str]) -> str:
        form = {"grant_type": DEVICE_GRANT, "client_id": CLIENT_ID, "device_code": begun["device_code"]}
        return str((await client.post(TOKEN_PATH, data=form)).json()["error"])

    first = await begin()
    await browser.open("/device", user_code=first["user_code"].lower().replace("-", " "))
    assert (await browser.send(decision="refuse")).status_code == 200
    assert await poll(first) == "access_denied"
    second = await begin()
    clock.advance(601)
    assert await poll(second) == "expired_token"
    assert (await browser.open("/device", user_code=second["user_code"])).status_code == 404
    assert "No device waits" in browser.form.alert
    statuses = [(await browser.open("/device", user_code="BCDFGHJK")).status_code for _ in range(11)]
    assert statuses[0] == 404
    assert statuses[-1] == 429
    clock.advance(3600)
    statuses = [
        (await client.post(DEVICE_AUTHORIZATION_PATH, data={"client_id": CLIENT_ID})).status_code for _ in range(21)
    ]
    assert statuses == [200] * 20 + [429]


async def test_the_token_endpoint_lets_no_network_guess_for_long(browser: Browser, ana: str) -> None:
    client = browser.client
    tokens = await signed_in(browser, ana)
    statuses = [(await renew(client, "guess")).status_code for _ in range(61)]
    assert statuses == [400] * 60 + [429]
    waiting = await renew(client, tokens["refresh_token"])
    assert (waiting.status_code, waiting.headers["retry-after"]) == (429, "1")


async def test_no_line_of_log_holds_a_token_a_password_or_an_address(
    house: House, browser: Browser, ana: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = {PASSWORD, ana, "Ana@Example.org", VERIFIER}
    code = await code_for(browser, ana)
    tokens = (await exchange(browser.client, code)).json()
    renewed = (await renew(browser.client, tokens["refresh_token"])).json()
    await renew(browser.client, "wrong-token-of-somebody")
    await browser.open("/join/some-invitation-token")
    await browser.open(AUTHORIZE_PATH, **request_of())
    await browser.send(email="someone-else@example.org", password="a wrong password")
    begun = (await browser.client.post(DEVICE_AUTHORIZATION_PATH, data={"client_id": CLIENT_ID})).json()
    await browser.open("/device", user_code=begun["user_code"])
    await browser.client.get("/api/v1/me", headers=bearer(renewed["access_token"]))
    secrets |= {code, *tokens.values(), *renewed.values(), begun["device_code"], begun["user_code"]} - {"Bearer", 900}
    secrets |= {"wrong-token-of-somebody", "some-invitation-token", "someone-else", "a wrong password"}
    own = [record for record in caplog.records if record.name.startswith("pactoria")]
    lines = [str(facts_of(record)) for record in own] + [record.getMessage() for record in own]
    assert any("/join/{token}" in line for line in lines)
    for secret in secrets:
        assert not [line for line in lines if str(secret) in line], secret


async def test_a_database_that_is_away_is_said_on_a_page(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_values: object) -> None:
        raise OperationalError("select", {}, psycopg.OperationalError("the line broke"))

    monkeypatch.setattr(people, "open_invitation", away)
    answer = await browser.open("/join/x")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "try again in a moment" in browser.form.alert
