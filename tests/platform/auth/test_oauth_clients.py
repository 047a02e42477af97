"""Clients that others wrote get in by every way there is, over a real connection."""

import threading
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc6749 import OAuth2Token
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from oauthlib.oauth2 import DeviceClient, WebApplicationClient
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error, InvalidGrantError

from pactoria_desktop.protocol.identity import CLIENT_ID, METADATA_PATH
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.auth.conftest import PASSWORD, REDIRECT, Form, Live

EMAIL = "ana@example.org"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(autouse=True)
def loopback_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both libraries ask for TLS everywhere; this server listens on this machine alone."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def metadata(live: Live) -> dict[str, str]:
    """What the platform says of itself, after Ana made her account."""
    send(live.address + live.invitation, organization="V", name="Ana", email=EMAIL, password=PASSWORD, again=PASSWORD)
    return dict(requests.get(live.address + METADATA_PATH, timeout=10).json())


def send(page: str, **values: str) -> requests.Response:
    """Open a page and send its form, as a browser does, but do not follow where it leads."""
    with requests.Session() as browser:
        form = Form(browser.get(page, timeout=10).text)
        parts = urlsplit(page)
        return browser.post(
            f"{parts.scheme}://{parts.netloc}{form.action}",
            data={**form.fields, **values},
            allow_redirects=False,
            timeout=10,
        )


def me(live: Live, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{live.address}/api/v1/me", headers=headers, timeout=10).status_code


def test_authlib_signs_in_with_a_code_renews_and_revokes(live: Live, metadata: dict[str, str]) -> None:
    AuthorizationServerMetadata(metadata).validate()
    assert metadata["issuer"] == live.address
    client = OAuth2Session(
        CLIENT_ID, redirect_uri=REDIRECT, token_endpoint_auth_method="none", code_challenge_method="S256"
    )
    verifier = "authlib-verifier-" + "x" * 40
    address, state = client.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier)
    answer = send(address, email=EMAIL, password=PASSWORD)
    assert answer.status_code == 303
    led_to = answer.headers["Location"]
    assert led_to.startswith(REDIRECT + "?")
    said = dict(parse_qsl(urlsplit(led_to).query))
    assert (said["state"], said["iss"]) == (state, live.address)
    token = client.fetch_token(
        metadata["token_endpoint"], authorization_response=led_to, code_verifier=verifier, state=state
    )
    assert isinstance(token, OAuth2Token)
    assert token["token_type"] == "Bearer"
    assert client.get(f"{live.address}/api/v1/me").json()["email"] == EMAIL
    renewed = client.refresh_token(metadata["token_endpoint"], refresh_token=token["refresh_token"])
    assert renewed["access_token"] != token["access_token"]
    gone = client.revoke_token(
        metadata["revocation_endpoint"],
        token=renewed["refresh_token"],
        token_type_hint="refresh_token",
    )
    assert gone.status_code == 200
    assert me(live, renewed["access_token"]) == 401


def test_oauthlib_signs_in_with_a_code_renews_and_revokes(live: Live, metadata: dict[str, str]) -> None:
    client = WebApplicationClient(CLIENT_ID)
    verifier = client.create_code_verifier(64)
    challenge = client.create_code_challenge(verifier, "S256")
    address, _headers, _body = client.prepare_authorization_request(
        metadata["authorization_endpoint"],
        state="st&te=1",
        redirect_url=REDIRECT,
        code_challenge=challenge,
        code_challenge_method="S256",
    )
    led_to = send(address, email=EMAIL, password=PASSWORD).headers["Location"]
    client.parse_request_uri_response(led_to, state="st&te=1")
    address, headers, body = client.prepare_token_request(
        metadata["token_endpoint"], redirect_url=REDIRECT, code_verifier=verifier
    )
    answer = requests.post(address, data=body, headers=headers, timeout=10)
    tokens = client.parse_request_body_response(answer.text)
    assert me(live, tokens["access_token"]) == 200
    address, headers, body = client.prepare_refresh_token_request(
        metadata["token_endpoint"], refresh_token=tokens["refresh_token"], client_id=CLIENT_ID
    )
    renewed = client.parse_request_body_response(requests.post(address, data=body, headers=headers, timeout=10).text)
    address, headers, body = client.prepare_token_revocation_request(
        metadata["revocation_endpoint"], renewed["refresh_token"], "refresh_token", client_id=CLIENT_ID
    )
    assert requests.post(address, data=body, headers=headers, timeout=10).status_code == 200
    assert me(live, renewed["access_token"]) == 401
    # The code once more: refused in the words that the library knows.
    address, headers, body = client.prepare_token_request(
        metadata["token_endpoint"], redirect_url=REDIRECT, code=client.code, code_verifier=verifier
    )
    with pytest.raises(InvalidGrantError):
        client.parse_request_body_response(requests.post(address, data=body, headers=headers, timeout=10).text)


def test_oauthlib_waits_as_a_device_until_it_is_let_in(
    live: Live, metadata: dict[str, str], clock: ManualClock
) -> None:
    client = DeviceClient(CLIENT_ID)
    begun = requests.post(
        metadata["device_authorization_endpoint"], data={"client_id": CLIENT_ID, "device_name": "Server 3"}, timeout=10
    ).json()
    assert begun["interval"] == 5

    def ask() -> dict[str, object]:
        body = client.prepare_request_body(begun["device_code"], include_client_id=True)
        answer = requests.post(metadata["token_endpoint"], data=body, headers=FORM, timeout=10)
        return dict(client.parse_request_body_response(answer.text))

    with pytest.raises(CustomOAuth2Error, match="authorization_pending"):
        ask()
    with pytest.raises(CustomOAuth2Error, match="slow_down"):
        ask()
    clock.advance(11)
    page = begun["verification_uri_complete"]
    assert "Server 3" in requests.get(page, timeout=10).text
    assert send(page, email=EMAIL, password=PASSWORD, decision="allow").status_code == 200
    tokens = ask()
    assert me(live, str(tokens["access_token"])) == 200
    with pytest.raises(InvalidGrantError):
        ask()


def test_two_refreshes_at_once_give_one_successor(live: Live, metadata: dict[str, str]) -> None:
    client = OAuth2Session(
        CLIENT_ID, redirect_uri=REDIRECT, token_endpoint_auth_method="none", code_challenge_method="S256"
    )
    verifier = "y" * 60
    address, state = client.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier)
    led_to = send(address, email=EMAIL, password=PASSWORD).headers["Location"]
    token = client.fetch_token(
        metadata["token_endpoint"], authorization_response=led_to, code_verifier=verifier, state=state
    )
    form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "refresh_token": token["refresh_token"]}
    answers: list[dict[str, str]] = []
    together = threading.Barrier(6)

    def renew() -> None:
        with httpx2.Client(timeout=20) as own:
            together.wait()
            answers.append(own.post(metadata["token_endpoint"], data=form).json())

    threads = [threading.Thread(target=renew) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert len({(one["access_token"], one["refresh_token"]) for one in answers}) == 1
    assert me(live, answers[0]["access_token"]) == 200
