"""Guessing gets slower and slower, and never tells who exists."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from pactoria_desktop.platform.api.refusals import Refusal
from pactoria_desktop.platform.auth.attempts import SIGN_IN_ADDRESS, Rule
from pactoria_desktop.platform.auth.passwords import PasswordHashing
from pactoria_desktop.platform.auth.sweeping import sweep
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.identity import AUTHORIZE_PATH
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.auth.conftest import PASSWORD, Browser, request_of

pytestmark = pytest.mark.anyio


@contextmanager
def statements_of(house: House) -> Iterator[list[str]]:
    """The statements that are run meanwhile, without their values."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        seen.append(statement)

    event.listen(house.database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(house.database.engine.sync_engine, "before_cursor_execute", note)


def guest(application: FastAPI, host: str) -> httpx2.AsyncClient:
    """A client on another network."""
    transport = httpx2.ASGITransport(app=application, client=(host, 40000))
    return httpx2.AsyncClient(transport=transport, base_url="http://platform.test")


async def attempt(browser: Browser, email: str, password: str) -> httpx2.Response:
    await browser.open(AUTHORIZE_PATH, **request_of())
    return await browser.send(email=email, password=password)


async def test_known_and_unknown_addresses_get_the_same_answers_and_the_same_work(
    house: House, application: FastAPI, ana: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[bool] = []
    matches = PasswordHashing.matches

    async def counted(self: PasswordHashing, password: str, kept: str | None) -> bool:
        checked.append(True)
        return await matches(self, password, kept)

    monkeypatch.setattr(PasswordHashing, "matches", counted)
    told: dict[str, list[object]] = {}
    for number, email in enumerate((ana, "nobody@example.org")):
        said: list[object] = []
        async with guest(application, f"192.0.2.{number}") as client:
            browser = Browser(client)
            for _ in range(7):
                await browser.open(AUTHORIZE_PATH, **request_of())
                checked.clear()
                with statements_of(house) as statements:
                    answer = await browser.send(email=email, password="not the password")
                body = answer.text.replace(email, "…").replace(browser.form.fields["guard"], "")
                headers = {name: answer.headers.get(name) for name in ("retry-after", "content-length")}
                headers["content-length"] = str(int(headers["content-length"] or 0) - len(email))
                said.append((answer.status_code, headers, body, statements, len(checked)))
        told[email] = said
    known, unknown = told.values()
    assert known == unknown
    statuses = [one[0] for one in known]  # type: ignore[index]
    assert statuses == [403] * 5 + [429] * 2


async def test_the_unknown_are_checked_at_the_cost_of_the_known() -> None:
    hashing = PasswordHashing()
    kept = await hashing.hash(PASSWORD)
    assert kept.split("$")[:4] == hashing._nobody.split("$")[:4]
    assert [len(part) for part in kept.split("$")] == [len(part) for part in hashing._nobody.split("$")]
    assert await hashing.matches(PASSWORD, kept)
    assert not await hashing.matches(PASSWORD + "x", kept)
    assert not await hashing.matches(PASSWORD, None)
    assert await hashing.matches("ﬁnger", await hashing.hash("finger"))


async def test_waits_grow_and_the_right_password_ends_them(application: FastAPI, ana: str, clock: ManualClock) -> None:
    async with guest(application, "192.0.2.1") as client:
        browser = Browser(client)
        for _ in range(5):
            assert (await attempt(browser, ana, "wrong wrong wrong")).status_code == 403
        waits = []
        for _ in range(10):
            locked = await attempt(browser, ana, PASSWORD)
            assert locked.status_code == 429
            waits.append(int(locked.headers["retry-after"]))
            clock.advance(waits[-1])
            assert (await attempt(browser, ana, "wrong wrong wrong")).status_code == 403
        assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900]
        clock.advance(900)
        assert (await attempt(browser, ana, PASSWORD)).status_code == 303
        for _ in range(5):
            assert (await attempt(browser, ana, "wrong wrong wrong")).status_code == 403


async def test_many_guesses_at_once_get_no_more_tries(application: FastAPI, ana: str) -> None:
    statuses: list[int] = []

    async def guess(number: int) -> None:
        async with guest(application, f"198.51.100.{number}") as client:
            statuses.append((await attempt(Browser(client), ana, f"guess number {number}")).status_code)

    async with anyio.create_task_group() as group:
        for number in range(12):
            group.start_soon(guess, number)
    assert sorted(statuses) == [403] * 5 + [429] * 7


async def test_a_network_waits_whoever_it_tries(
    application: FastAPI, ana: str, house: House, clock: ManualClock
) -> None:
    async with guest(application, "2001:db8::1") as client:
        for number in range(40):
            await attempt(Browser(client), f"person{number}@example.org", "wrong wrong wrong")
        assert (await attempt(Browser(client), "another@example.org", "wrong wrong wrong")).status_code == 429
    async with guest(application, "2001:db8::2") as neighbour:
        assert (await attempt(Browser(neighbour), ana, PASSWORD)).status_code == 429
    async with guest(application, "2001:db8:0:1::1") as elsewhere:
        assert (await attempt(Browser(elsewhere), ana, PASSWORD)).status_code == 303
    clock.advance(3 * 3600)
    assert await sweep(house) > 40
    assert await sweep(house) == 0


async def test_a_crowd_at_the_passwords_is_turned_away() -> None:
    hashing = PasswordHashing(at_once=1, most_waiting=2, passes=1, kibibytes=64, lanes=1)
    outcomes: list[str] = []

    async def one() -> None:
        try:
            await hashing.matches("x", None)
        except Refusal:
            outcomes.append("refused")
        else:
            outcomes.append("checked")

    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(one)
    assert outcomes.count("refused") == 7
    assert outcomes.count("checked") == 3


def test_a_wait_never_exceeds_its_rule() -> None:
    rule = Rule("x", free=3, window=60, first_wait=2, longest_wait=50)
    assert [rule.wait_after(number) for number in (0, 2, 3, 4, 7, 8, 10_000)] == [0, 0, 2, 4, 32, 50, 50]
    assert SIGN_IN_ADDRESS.wait_after(4) == 0
