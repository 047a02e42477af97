"""A browser without scripts, people with accounts, and a platform that listens on this machine."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from pactoria_desktop.platform.application import create_application
from pactoria_desktop.platform.auth.passwords import PasswordHashing
from pactoria_desktop.platform.auth.people import first_invitation
from pactoria_desktop.platform.auth.tokens import challenge_of
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.opening import opened_house
from pactoria_desktop.platform.operations.serving import listening
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.protocol.identity import AUTHORIZE_PATH, CLIENT_ID, TOKEN_PATH
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.conftest import TestDatabase

PASSWORD = "correct horse battery"
REDIRECT = "http://127.0.0.1:49152/callback"
VERIFIER = "v" * 50


def cheap() -> PasswordHashing:
    """The same hashing at the least cost."""
    return PasswordHashing(passes=1, kibibytes=64, lanes=1)


@dataclass
class PostBox:
    """Takes messages and shows them."""

    letters: list[tuple[str, str, str]] = field(default_factory=list)

    async def send(self, to: str, subject: str, text: str) -> bool:
        self.letters.append((to, subject, text))
        return True

    def link(self) -> str:
        """The path of the link in the last message."""
        [found] = [word for word in self.letters[-1][2].split() if word.count("/") > 3]
        return urlsplit(found).path


@pytest.fixture
async def house(
    anyio_backend: str, test_database: TestDatabase, settings: PlatformSettings, clock: ManualClock
) -> AsyncIterator[House]:
    """The parts of a platform on a fresh database, whose passwords cost little."""
    async with opened_house(settings, test_database.addresses, clock=clock, address="http://platform.test") as made:
        yield replace(made, passwords=cheap())


class Form(HTMLParser):
    """The fields of the form on a page, the headings, and what is announced."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.labels: set[str] = set()
        self.inputs: set[str] = set()
        self.alert = ""
        self._in_alert = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found["action"]
        elif tag == "input":
            self.fields[found["name"]] = found.get("value", "")
            if found["type"] != "hidden":
                self.inputs.add(found["id"])
        elif tag == "label":
            self.labels.add(found["for"])
        self._in_alert = found.get("role") == "alert" or (self._in_alert and tag != "div")

    def handle_endtag(self, tag: str) -> None:
        if tag == "div":
            self._in_alert = False

    def handle_data(self, data: str) -> None:
        if self._in_alert:
            self.alert += data


class Browser:
    """Opens pages, fills forms in and sends them, as a person without scripts would."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client
        self.answer: httpx2.Response | None = None

    async def open(self, path: str, **parameters: str) -> httpx2.Response:
        self.answer = await self.client.get(path, params=parameters or None)
        return self.answer

    @property
    def form(self) -> Form:
        assert self.answer is not None
        return Form(self.answer.text)

    async def send(self, **values: str) -> httpx2.Response:
        form = self.form
        self.answer = await self.client.post(form.action, data={**form.fields, **values})
        return self.answer


@pytest.fixture
def browser(client: httpx2.AsyncClient) -> Browser:
    """A browser on the application."""
    return Browser(client)


@pytest.fixture
async def ana(house: House, browser: Browser) -> str:
    """Ana took the first invitation; gives her e-mail address."""
    link = await first_invitation(house)
    assert link is not None
    await browser.open(urlsplit(link).path)
    answer = await browser.send(
        organization="Vale & Partners", name="Ana Vale", email="Ana@Example.org", password=PASSWORD, again=PASSWORD
    )
    assert answer.status_code == 200, answer.text
    return "ana@example.org"


def request_of(**others: str) -> dict[str, str]:
    """The parameters of a good authorization request, with others in their place."""
    good = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT,
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        "state": "s~1",
        "device_name": "Ana's notebook",
    }
    return {name: value for name, value in {**good, **others}.items() if value}


async def code_for(browser: Browser, email: str, **others: str) -> str:
    """Sign in on the page and give the code that the program is sent."""
    await browser.open(AUTHORIZE_PATH, **request_of(**others))
    answer = await browser.send(email=email, password=PASSWORD, decision="allow")
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))["code"]


async def exchange(client: httpx2.AsyncClient, code: str, **others: str) -> httpx2.Response:
    """Ask for tokens with a code."""
    form = {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    return await client.post(TOKEN_PATH, data={**form, **others})


async def renew(client: httpx2.AsyncClient, refresh_token: str) -> httpx2.Response:
    """Ask for the next pair."""
    form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "refresh_token": refresh_token}
    return await client.post(TOKEN_PATH, data=form)


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


async def signed_in(browser: Browser, email: str, **others: str) -> dict[str, str]:
    """A pair of tokens, by a code."""
    answer = await exchange(browser.client, await code_for(browser, email, **others))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@dataclass
class Live:
    """A platform that listens on this machine; ``invitation`` is the path of its first invitation."""

    address: str
    invitation: str
    house: House
    application: FastAPI


@pytest.fixture
def live(test_database: TestDatabase, settings: PlatformSettings, clock: ManualClock) -> Iterator[Live]:
    """A real server in a thread of its own."""
    with listening(settings.model_copy(update={"port": 0})) as place:
        address = f"http://127.0.0.1:{place.getsockname()[1]}"
        ready, made, servers = threading.Event(), [], []

        async def run() -> None:
            async with opened_house(settings, test_database.addresses, clock=clock, address=address) as opened:
                house = replace(opened, passwords=cheap())
                application = create_application(house)
                server = uvicorn.Server(uvicorn.Config(application, log_config=None, access_log=False))
                servers.append(server)
                link = await first_invitation(house)
                assert link is not None
                made.append(Live(address, urlsplit(link).path, house, application))
                serving = asyncio.create_task(server.serve([place]))
                while not server.started and not serving.done():
                    await asyncio.sleep(0.01)
                ready.set()
                await serving

        thread = threading.Thread(target=lambda: asyncio.run(run()))
        thread.start()
        try:
            assert ready.wait(20)
            yield made[0]
        finally:
            servers[0].should_exit = True
            thread.join(20)
            assert not thread.is_alive()
