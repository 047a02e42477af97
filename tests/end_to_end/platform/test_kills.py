"""The platform killed again and again while two people work: what it acknowledged is there, and nothing twice."""

import asyncio
import contextlib
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pactoria_desktop.sync.errors import OfflineError
from tests.end_to_end.platform.desktops import Desktop, desktop
from tests.end_to_end.platform.people import sign_in_by_browser
from tests.end_to_end.platform.team import DELE, Team, device_of
from tests.end_to_end.platform.test_records import together
from tests.end_to_end.platform.test_texts import pair, shared
from tests.end_to_end.platform.texts import TextDesk, exchange, same

LONGEST_WORK = 0.6


class Worker:
    """A person who adds parties to a contract and syncs without a rest, in a thread of their own.

    ``acknowledged`` are the names whose sync has ended well: the platform said that it has them.
    """

    def __init__(self, desk: Desktop, contract: str, who: str, chance: random.Random) -> None:
        self.desk, self.contract, self.who, self.chance = desk, contract, who, chance
        self.written: list[str] = []
        self.acknowledged: list[str] = []
        self.offline = 0
        self.failed: Exception | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> "Worker":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        if self.failed is not None:
            raise self.failed

    def _work(self) -> None:
        try:
            while not self._over.is_set():
                self._turn()
        except Exception as error:  # noqa: BLE001 - raised again where the block ends
            self.failed = error

    def _turn(self) -> None:
        for _ in range(self.chance.randint(1, 4)):
            name = f"{self.who} {len(self.written)}"
            self.desk.agreeing.add_party(self.contract, name, "guest")
            self.written.append(name)
        try:
            self.desk.sync()
        except OfflineError:
            self.offline += 1
        else:
            self.acknowledged = list(self.written)
        self._over.wait(self.chance.uniform(0.05, 0.2))


class Typist:
    """Somebody who types on a live line that outlives the platform's deaths."""

    def __init__(self, desk: TextDesk, who: str, chance: random.Random) -> None:
        self.desk, self.who, self.chance = desk, who, chance
        self.typed: list[str] = []

    async def work(self) -> None:
        line = self.desk.line()
        running = asyncio.create_task(line.run())
        try:
            while True:
                words = f"{self.who}.{len(self.typed)} "
                self.desk.type(words, line)
                self.typed.append(words)
                await asyncio.sleep(self.chance.uniform(0.005, 0.05))
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def killed_again_and_again(team: Team, desks: tuple[Desktop, Desktop], folder: Path, seed: int, kills: int) -> float:
    """Kill the platform at points drawn by lot, its database too every third time; gives the longest return, s.

    Afterwards both desks, and a third with an empty library, must have all that was written and typed, once.
    """
    chance = random.Random(seed)
    mine, theirs = desks
    contract = shared(desks)
    ines, dele = pair(team, desks, contract)
    team.lane.run(exchange(ines))
    team.lane.run(exchange(dele))
    typists = [Typist(ines, "ines", random.Random(seed + 1)), Typist(dele, "dele", random.Random(seed + 2))]
    longest = 0.0
    with contextlib.ExitStack() as at_work:
        workers = [
            at_work.enter_context(Worker(desk, contract, who, random.Random(seed + 3 + place)))
            for place, (desk, who) in enumerate(((mine, "mine"), (theirs, "theirs")))
        ]
        typing = [asyncio.run_coroutine_threadsafe(one.work(), team.lane.loop) for one in typists]
        for kill in range(kills):
            time.sleep(chance.uniform(0.05, LONGEST_WORK))
            (team.platform.kill_with_database if kill % 3 == 2 else team.platform.kill)()
            longest = max(longest, team.platform.start())
        time.sleep(0.5)
        for one in typing:
            assert not one.done(), one.exception()
            one.cancel()
    assert all(worker.acknowledged for worker in workers)
    assert sum(worker.offline for worker in workers) > 0
    together(mine, theirs)
    check(team, desks, (ines, dele), workers, typists)
    third = sign_in_by_browser(team.platform.address, DELE, device_of(90 + team.devices), team.lane)
    team.devices += 1
    with desktop(folder / "third", third) as fresh:
        together(mine, fresh)
        assert fresh.records() == mine.records()
        text = TextDesk(third, fresh.me["id"], team.organization, contract)
        team.lane.run(exchange(text))
        assert text.words() == ines.words()
    return longest


def check(
    team: Team,
    desks: tuple[Desktop, Desktop],
    texts: tuple[TextDesk, TextDesk],
    workers: list[Worker],
    typists: list[Typist],
) -> None:
    """Everything is there once."""
    mine, theirs = desks
    assert mine.records() == theirs.records()
    wanted = sorted(name for worker in workers for name in worker.written)
    for desk in desks:
        assert sorted(one.name for one in desk.agreeing.parties(texts[0].contract)) == wanted
        assert desk.syncing.conflicts() == ()
        assert desk.syncing.not_accepted() == ()
        assert desk.waiting() == 0

    async def settle() -> None:
        for text in (*texts, *texts):
            await exchange(text)
        assert same(*texts)

    team.lane.run(settle())
    words = texts[0].words()
    for typist in typists:
        assert len(typist.typed) > 10
        assert [one for one in typist.typed if words.count(one) != 1] == []
        assert not typist.desk.notes.problems
        assert not typist.desk.notes.over


def test_ten_kills_of_the_platform_lose_nothing_and_double_nothing(
    team: Team, desks: tuple[Desktop, Desktop], tmp_path: Path, figure: Callable[..., None]
) -> None:
    seed = 41
    try:
        longest = killed_again_and_again(team, desks, tmp_path, seed, 10)
    except BaseException as error:
        error.add_note(f"seed {seed}")
        raise
    figure("the platform is back after a kill, longest of ten, s", round(longest, 2), "3 after the database")


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 110))
def test_a_hundred_kills_of_the_platform_lose_nothing_and_double_nothing(
    team: Team, desks: tuple[Desktop, Desktop], tmp_path: Path, seed: int
) -> None:
    killed_again_and_again(team, desks, tmp_path, seed, 10)


@pytest.mark.parametrize("left", ["{foreign}\n", "", "\x00\x00\x00"], ids=["of another process", "empty", "damaged"])
def test_after_a_power_cut_no_other_process_is_taken_for_the_database(
    team: Team, desks: tuple[Desktop, Desktop], left: str
) -> None:
    mine, _ = desks
    mine.add(mine.make("Before the power cut"))
    mine.sync()
    team.platform.kill_with_database()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (place,) = team.platform.data.glob(f"postgres-*/{name}")
            words = place.read_text(encoding="utf-8").partition("\n")[2] if left.startswith("{") else ""
            place.write_text(left.format(foreign=other.pid) + words, encoding="utf-8")
        team.platform.start()
        assert other.poll() is None
        other.communicate(b"\n")
    mine.sync()
    assert mine.waiting() == 0


def test_a_platform_whose_database_has_gone_stops_in_order_and_starts_again(
    team: Team, desks: tuple[Desktop, Desktop], figure: Callable[..., None]
) -> None:
    mine, _ = desks
    mine.add(mine.make("Before the database went"))
    mine.sync()
    team.platform.end_database()
    began = time.monotonic()
    assert team.platform.end() == 0
    figure("a platform whose database has gone stops, s", round(time.monotonic() - began, 2))
    team.platform.start()
    mine.sync()
    assert mine.waiting() == 0
