"""The desktop signs in to a real platform, keeps tokens before it uses them, and loses no sign-in to a lost answer."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import pytest

from pactoria_desktop.protocol.identity import CLIENT_ID, METADATA_PATH, REVOKE_PATH, TOKEN_PATH
from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.runtime.secrets import KeyringUnusable
from pactoria_desktop.sync.loopback import receiving
from pactoria_desktop.sync.platform_address import PlatformAddressError, platform_address
from pactoria_desktop.sync.sign_in import (
    DevicePrompt,
    NoBrowserError,
    SignInNotFinishedError,
    SignInRefusedError,
    ThisDevice,
    platform_metadata,
    sign_in_as_device,
    sign_in_with_browser,
)
from pactoria_desktop.sync.tokens import (
    KeyringTokenStore,
    PlatformUnreachableError,
    SignedInDevice,
    SignedOutError,
    SignInError,
    TokenAuth,
    Tokens,
    TokensNotKeptError,
)
from tests.platform.auth.conftest import PASSWORD, Form, Live, bearer

pytestmark = pytest.mark.anyio
EMAIL = "ana@example.org"
DEVICE = ThisDevice("01a22ec6-0000-7000-8000-0000000000aa", "Ana's notebook")


@dataclass
class MemoryKeyring:
    """A keyring that lives as long as the test; it can be locked."""

    kept: dict[str, str] = field(default_factory=dict)
    locked: bool = False

    def _open(self) -> None:
        if self.locked:
            raise KeyringUnusable("locked")

    def get(self, account: str) -> str | None:
        self._open()
        return self.kept.get(account)

    def put(self, account: str, secret: str) -> None:
        self._open()
        self.kept[account] = secret

    def remove(self, account: str) -> None:
        self._open()
        self.kept.pop(account, None)


class Faults(httpx2.AsyncHTTPTransport):
    """A real connection that can lose answers, and counts what is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.lose_answers = 0
        self.lose_requests = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request.url.path)
        if self.lose_requests:
            self.lose_requests -= 1
            raise httpx2.ConnectError("cut before")
        answer = await super().handle_async_request(request)
        if self.lose_answers:
            self.lose_answers -= 1
            await answer.aread()
            raise httpx2.ReadError("cut after")
        return answer


def person(page: str, **values: str) -> httpx2.Response:
    """Opens the page, sends its form, and follows where it leads, as a person's browser does."""
    with httpx2.Client(timeout=20, follow_redirects=True) as browser:
        form = Form(browser.get(page).text)
        parts = urlsplit(page)
        return browser.post(f"{parts.scheme}://{parts.netloc}{form.action}", data={**form.fields, **values})


def with_password(decision: str = "allow") -> Callable[[str], bool]:
    """A browser in which Ana signs in (or refuses), in a thread of its own as a real one would."""

    def opened(page: str) -> bool:
        values = {"email": EMAIL, "password": PASSWORD, "decision": decision}
        threading.Thread(target=person, args=(page,), kwargs=values).start()
        return True

    return opened


@pytest.fixture
def ana(live: Live) -> str:
    """Ana has an account on the platform that listens; gives its address."""
    answer = person(
        live.address + live.invitation, organization="V", name="Ana", email=EMAIL, password=PASSWORD, again=PASSWORD
    )
    assert answer.status_code == 200
    return live.address


async def me(client: httpx2.AsyncClient, platform: str, token: str) -> int:
    return (await client.get(f"{platform}/api/v1/me", headers=bearer(token))).status_code


async def test_signing_in_renewing_and_out_with_the_systems_browser(ana: str, clock: ManualClock) -> None:
    keyring, transport = MemoryKeyring(), Faults()
    store = KeyringTokenStore(keyring, ana)
    async with httpx2.AsyncClient(transport=transport) as client:
        tokens = await sign_in_with_browser(
            client, ana, DEVICE, store, open_browser=with_password(), clock=clock, randomness=lambda n: bytes(range(n))
        )
        assert store.read() == tokens
        assert all(len(secret) < 300 for secret in keyring.kept.values())
        assert tokens.access not in repr(tokens)
        device = SignedInDevice(client, ana, store, clock)
        assert await device.access_token() == tokens.access
        listed = (await client.get(f"{ana}/api/v1/me/sessions", headers=bearer(tokens.access))).json()["sessions"]
        assert [(one["device"], one["device_name"]) for one in listed] == [(DEVICE.id, DEVICE.name)]
        # Ten askers at once, a minute before the end: one request.
        clock.advance(14 * 60 + 1)
        transport.asked.clear()
        renewed = await asyncio.gather(*(device.access_token() for _ in range(10)))
        assert transport.asked == [TOKEN_PATH]
        assert set(renewed) == {store.read().access}  # type: ignore[union-attr]
        assert await me(client, ana, renewed[0]) == 200
        # A token that the platform refused is not given again.
        another = await device.access_token(instead_of=renewed[0])
        await client.post(ana + REVOKE_PATH, data={"client_id": CLIENT_ID, "token": another})
        async with httpx2.AsyncClient(auth=TokenAuth(device)) as own:
            assert (await own.patch(f"{ana}/api/v1/me", json={"name": "Ana V."})).json()["name"] == "Ana V."
        assert await device.access_token() != another
        another = await device.access_token()
        assert another != renewed[0]
        assert await device.sign_out()
        assert keyring.kept == {}
        assert await me(client, ana, another) == 401
        with pytest.raises(SignedOutError):
            await device.access_token()
        assert await device.sign_out()


async def test_a_lost_answer_loses_no_sign_in(ana: str, clock: ManualClock) -> None:
    keyring, transport = MemoryKeyring(), Faults()
    store = KeyringTokenStore(keyring, ana)
    async with httpx2.AsyncClient(transport=transport) as client:
        await sign_in_with_browser(
            client, ana, DEVICE, store, open_browser=with_password(), clock=clock, randomness=lambda n: b"r" * n
        )
        device = SignedInDevice(client, ana, store, clock)
        clock.advance(15 * 60)
        transport.lose_answers = 1
        assert await me(client, ana, await device.access_token()) == 200
        # No connection at all: the sign-in stays, and work goes on without it.
        clock.advance(15 * 60)
        before = store.read()
        transport.lose_requests = 2
        with pytest.raises(PlatformUnreachableError, match="your work is safe"):
            await device.access_token()
        assert store.read() == before
        assert await me(client, ana, await device.access_token()) == 200
        # Another process of this person renewed meanwhile.
        clock.advance(15 * 60)
        other = SignedInDevice(client, ana, store, clock)
        theirs = await other.access_token()
        assert await device.access_token() == theirs
        # The keyring is locked when the new pair comes: it is not used; unlocked in time, the same pair is got.
        clock.advance(15 * 60)
        both = [device, SignedInDevice(client, ana, store, clock)]
        assert len({await one.access_token() for one in both}) == 1
        clock.advance(15 * 60)

        class LocksOnWrite(KeyringTokenStore):
            def write(self, tokens: Tokens) -> None:
                raise KeyringUnusable("locked")

        with pytest.raises(TokensNotKeptError):
            await SignedInDevice(client, ana, LocksOnWrite(keyring, ana), clock).access_token()
        clock.advance(5)
        assert await me(client, ana, await device.access_token()) == 200
        # Somebody ended the session: the tokens are forgotten.
        await SignedInDevice(client, ana, store, clock).sign_out()
        keyring.kept[f"platform {ana}"] = '{"access":"a","refresh":"b","expires_at":"2020-01-01T00:00:00+00:00"}'
        with pytest.raises(SignedOutError):
            await SignedInDevice(client, ana, store, clock).access_token()
        assert keyring.kept == {}
        keyring.kept[f"platform {ana}"] = "not ours"
        assert store.read() is None


async def test_signing_in_with_a_code_on_another_device(ana: str, clock: ManualClock) -> None:
    store, transport = KeyringTokenStore(MemoryKeyring(), ana), Faults()
    pauses: list[float] = []
    shown: list[DevicePrompt] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        clock.advance(seconds if len(pauses) != 2 else 1)
        if len(pauses) == 4:
            transport.lose_requests = 1
        if len(pauses) == 5:
            await asyncio.to_thread(person, shown[0].complete, email=EMAIL, password=PASSWORD, decision="allow")

    async with httpx2.AsyncClient(transport=transport) as client:
        tokens = await sign_in_as_device(client, ana, DEVICE, store, show=shown.append, clock=clock, sleep=sleep)
        assert store.read() == tokens
        assert await me(client, ana, tokens.access) == 200
        assert pauses == [5, 5, 10, 10, 20]
        assert shown[0].address == f"{ana}/device"
        assert len(shown[0].code) == 9
        shown.clear()
        pauses.clear()

        async def refuse(seconds: float) -> None:
            clock.advance(seconds)
            await asyncio.to_thread(person, shown[0].complete, decision="refuse")

        other = KeyringTokenStore(MemoryKeyring(), ana)
        with pytest.raises(SignInRefusedError, match="cancelled"):
            await sign_in_as_device(client, ana, DEVICE, other, show=shown.append, clock=clock, sleep=refuse)

        async def nobody(seconds: float) -> None:
            clock.advance(200)

        with pytest.raises(SignInNotFinishedError):
            await sign_in_as_device(client, ana, DEVICE, other, show=shown.append, clock=clock, sleep=nobody)
        assert other.read() is None


async def test_a_sign_in_that_does_not_come_about_keeps_nothing(ana: str, live: Live, clock: ManualClock) -> None:
    keyring = MemoryKeyring()
    store = KeyringTokenStore(keyring, ana)

    async with httpx2.AsyncClient() as client:

        async def attempt(open_browser: Callable[[str], bool], seconds: float = 10) -> None:
            await sign_in_with_browser(
                client, ana, DEVICE, store, open_browser=open_browser, clock=clock,
                randomness=lambda n: b"q" * n, seconds=seconds,
            )  # fmt: skip

        with pytest.raises(SignInRefusedError, match="cancelled"):
            await attempt(with_password("refuse"))
        with pytest.raises(NoBrowserError, match="--device"):
            await attempt(lambda _page: False)
        with pytest.raises(SignInNotFinishedError):
            await attempt(lambda _page: True, seconds=0.2)

        def forged(page: str) -> bool:
            asked = dict(parse_qsl(urlsplit(page).query))
            answer = {"code": "stolen", "state": asked["state"], "iss": "https://evil.example"}
            httpx2.get(f"{asked['redirect_uri']}?{urlencode(answer)}")
            return True

        with pytest.raises(SignInRefusedError, match="Another platform"):
            await attempt(forged)

        def unknown_code(page: str) -> bool:
            asked = dict(parse_qsl(urlsplit(page).query))
            httpx2.get(asked["redirect_uri"], params={"code": "guess", "state": asked["state"], "iss": ana})
            return True

        with pytest.raises(SignInRefusedError, match="did not accept"):
            await attempt(unknown_code)
        assert keyring.kept == {}
        with pytest.raises(SignInError, match="calls itself"):
            await platform_metadata(client, ana.replace("127.0.0.1", "localhost"))
        with pytest.raises(PlatformUnreachableError, match="not a Pactoria platform"):
            await platform_metadata(client, ana + "/health")
        with pytest.raises(PlatformUnreachableError, match="does not answer"):
            await platform_metadata(client, "http://127.0.0.1:1")
        said = (await client.get(ana + METADATA_PATH)).json()

        def newer(request: httpx2.Request) -> httpx2.Response:
            return httpx2.Response(200, json={**said, "something_new": True})

        async with httpx2.AsyncClient(transport=httpx2.MockTransport(newer)) as later:
            assert (await platform_metadata(later, ana)).issuer == ana

        def elsewhere(request: httpx2.Request) -> httpx2.Response:
            return httpx2.Response(200, json={**said, "token_endpoint": "https://evil.example/token"})

        async with httpx2.AsyncClient(transport=httpx2.MockTransport(elsewhere)) as later:
            with pytest.raises(PlatformUnreachableError):
                await platform_metadata(later, ana)


async def test_what_else_comes_to_the_port_changes_nothing() -> None:
    async with receiving("our-state") as receiver, httpx2.AsyncClient() as client:
        here = receiver.redirect_uri
        assert here.startswith("http://127.0.0.1:")
        for query, status in (
            ({"code": "c", "state": "another"}, 400),
            ({"code": "c"}, 400),
            ({"state": "our-state"}, 400),
            ({"state": "our-state", "code": "c", "error": "e"}, 400),
        ):
            assert (await client.get(here, params=query)).status_code == status
        assert (await client.get(here.replace("/callback", "/other"))).status_code == 404
        assert (await client.post(here, params={"code": "c", "state": "our-state"})).status_code == 404
        host, port = urlsplit(here).hostname, urlsplit(here).port
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"G" * 10_000)
        await writer.drain()
        assert await reader.read() == b""
        writer.close()
        with pytest.raises(TimeoutError):
            await receiver.answer(0.05)
        good = await client.get(here, params={"code": "c", "state": "our-state", "iss": "i"})
        assert good.status_code == 200
        assert "<script" not in good.text
        # A second answer, from whomever, does not replace the first.
        await client.get(here, params={"code": "other", "state": "our-state", "iss": "i"})
        answer = await receiver.answer(1)
        assert (answer.code, answer.error, answer.issuer) == ("c", None, "i")


@pytest.mark.parametrize(
    ("typed", "url", "in_the_clear"),
    [
        ("contracts.example.org", "https://contracts.example.org", False),
        (" https://contracts.example.org/ ", "https://contracts.example.org", False),
        ("https://Example.org:8440/pactoria/", "https://example.org:8440/pactoria", False),
        ("http://127.0.0.1:8440", "http://127.0.0.1:8440", False),
        ("http://localhost:8440", "http://localhost:8440", False),
        ("http://[::1]:8440/", "http://[::1]:8440", False),
        ("http://192.168.1.20:8440", "http://192.168.1.20:8440", True),
    ],
)
def test_an_address_is_taken_as_it_is_meant(typed: str, url: str, in_the_clear: bool) -> None:
    found = platform_address(typed)
    assert (found.url, found.in_the_clear) == (url, in_the_clear)


@pytest.mark.parametrize(
    "typed",
    [
        "", "ftp://example.org", "https://", "https://ana:secret@example.org", "https://example.org?x=1",
        "https://example.org:99999", "https://exa mple.org", "javascript:alert(1)", "https://" + "a" * 3000,
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(PlatformAddressError, match="not the address"):
        platform_address(typed)


@pytest.mark.parametrize("typed", ["http://example.org", "http://8.8.8.8:80"])
def test_nothing_goes_in_the_clear_over_the_internet(typed: str) -> None:
    with pytest.raises(PlatformAddressError, match="in the clear"):
        platform_address(typed)
