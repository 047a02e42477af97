"""People at a platform: they register over its pages, invite each other, and let devices in, as browsers do."""

import asyncio
import threading
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import httpx2

from pactoria_desktop.protocol.identity import CLIENT_ID, REVOKE_PATH
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.runtime.clock import Clock, SystemClock
from pactoria_desktop.sync.errors import OfflineError
from pactoria_desktop.sync.errors import SignedOutError as SignedOut
from pactoria_desktop.sync.sign_in import DevicePrompt, ThisDevice, sign_in_as_device, sign_in_with_browser
from pactoria_desktop.sync.tokens import PlatformUnreachableError, SignedInDevice, SignedOutError, Tokens
from tests.end_to_end.platform.lanes import Lane

PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account."""

    name: str
    email: str


class PageForm(HTMLParser):
    """The form of a page: where it goes and what it holds."""

    def __init__(self, text: str) -> None:
        """Read it."""
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a browser would send."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found["action"]
        elif tag == "input":
            self.fields[found["name"]] = found.get("value", "")


def fill_in(page: str, **values: str) -> httpx2.Response:
    """Open a page, fill its form in, send it, and follow where it leads."""
    with httpx2.Client(timeout=30, follow_redirects=True, trust_env=False) as browser:
        form = PageForm(browser.get(page).text)
        parts = urlsplit(page)
        return browser.post(f"{parts.scheme}://{parts.netloc}{form.action}", data={**form.fields, **values})


def register(page: str, person: Person, organization: str = "") -> None:
    """Take an invitation: ``page`` is its link; the first one names the organization as well."""
    named = {"organization": organization} if organization else {}
    answer = fill_in(page, name=person.name, email=person.email, password=PASSWORD, again=PASSWORD, **named)
    assert answer.status_code == 200, answer.text


@dataclass
class KeptTokens:
    """Tokens that live as long as the test (``sync.tokens.TokenStore``)."""

    kept: Tokens | None = None
    written: list[Tokens] = field(default_factory=list)

    def read(self) -> Tokens | None:
        """What was kept last."""
        return self.kept

    def write(self, tokens: Tokens) -> None:
        """Keep a pair."""
        self.kept = tokens
        self.written.append(tokens)

    def remove(self) -> None:
        """Forget it."""
        self.kept = None


class SignIn:
    """A device that is signed in: gives its tokens to whoever asks, on the lane or beside it."""

    def __init__(self, address: str, person: Person, device: ThisDevice, store: KeptTokens, lane: Lane) -> None:
        """``address`` is where tokens are renewed: the platform's, or a proxy's before it."""
        self.address, self.person, self.device, self.store, self.lane = address, person, device, store, lane
        self.client = httpx2.AsyncClient(trust_env=False)
        self.clock: Clock = SystemClock()
        self.signed_in = SignedInDevice(self.client, address, store, self.clock)
        self._given = ""

    def at(self, address: str, clock: Clock | None = None) -> "SignIn":
        """The same sign-in, seen through another address, or with another clock (to let a token end)."""
        other = SignIn(address, self.person, self.device, self.store, self.lane)
        other.clock = clock or self.clock
        other.signed_in = SignedInDevice(other.client, address, self.store, other.clock)
        return other

    async def access(self) -> str:
        """A token, on the lane."""
        return await self.signed_in.access_token()

    def token(self, renew: bool) -> str:
        """A token for ``sync.transport.Http``; True asks for another than the last one. Raises the errors of sync."""
        try:
            self._given = self.lane.run(self.signed_in.access_token(instead_of=self._given if renew else None))
        except PlatformUnreachableError as error:
            raise OfflineError(error.sentence) from error
        except SignedOutError as error:
            raise SignedOut(error.sentence) from error
        return self._given

    def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """Ask the platform's API as this device."""
        with httpx2.Client(base_url=self.address, timeout=30, trust_env=False) as client:
            headers = {"Authorization": f"Bearer {self.token(False)}", **more.pop("headers", {})}
            return client.request(method, f"/api/v1{path}", headers=headers, **more)

    def told(self, method: str, path: str, **more: Any) -> Any:
        """The JSON of an answer that must be one of success."""
        answer = self.ask(method, path, **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def revoke_access(self) -> None:
        """Let the platform forget the access token alone, as when it ended early."""
        form = {"client_id": CLIENT_ID, "token": self.token(False), "token_type_hint": "access_token"}
        with httpx2.Client(trust_env=False) as client:
            assert client.post(self.address + REVOKE_PATH, data=form).status_code == 200


def sign_in_by_browser(address: str, person: Person, device: ThisDevice, lane: Lane, seed: int = 1) -> SignIn:
    """Let a device in by the platform's own page; a thread plays the person at the browser."""
    store = KeptTokens()

    def opened(page: str) -> bool:
        values = {"email": person.email, "password": PASSWORD, "decision": "allow"}
        threading.Thread(target=fill_in, args=(page,), kwargs=values).start()
        return True

    def randomness(count: int) -> bytes:
        return bytes((seed * 31 + place) % 256 for place in range(count))

    async def sign_in() -> None:
        async with httpx2.AsyncClient(trust_env=False) as client:
            await sign_in_with_browser(
                client, address, device, store, open_browser=opened, clock=SystemClock(), randomness=randomness
            )

    lane.run(sign_in())
    return SignIn(address, person, device, store, lane)


def sign_in_by_code(address: str, person: Person, device: ThisDevice, lane: Lane) -> SignIn:
    """Let a device in by the letters that it shows, typed in another browser."""
    store = KeptTokens()
    shown: list[DevicePrompt] = []

    async def asleep(seconds: float) -> None:
        values = {"email": person.email, "password": PASSWORD, "decision": "allow"}
        await asyncio.to_thread(fill_in, shown[0].complete, **values)

    async def sign_in() -> None:
        async with httpx2.AsyncClient(trust_env=False) as client:
            await sign_in_as_device(
                client, address, device, store, show=shown.append, clock=SystemClock(), sleep=asleep
            )

    lane.run(sign_in())
    return SignIn(address, person, device, store, lane)


def invite(owner: SignIn, organization: str, role: Role) -> str:
    """Invite whoever gets the link; gives it."""
    made = owner.told("POST", f"/organizations/{organization}/invitations", json={"role": role.value})
    assert made["link"]
    return str(made["link"])


def own_organization(signed_in: SignIn) -> dict[str, Any]:
    """The organization that a person belongs to and shares with others: not the one of their own."""
    found = signed_in.told("GET", "/organizations")["organizations"]
    return next((one for one in found if not one["personal"]), found[0])
