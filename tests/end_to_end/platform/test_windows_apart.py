"""Two people edit a real contract offline in real windows and sync: all of it is there, once, and both have the same.

Every edit leaves a word that stands nowhere else, or takes one away, so that each can be looked for afterwards.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from tests.conftest import CORPUS
from tests.end_to_end.platform.team import Team
from tests.end_to_end.platform.windows import Windows, windows, words_of
from tests.samples import SAMPLES

REAL = CORPUS / "word" / "contracts" / "bonterms" / "professional-services-agreement.docx"
SAMPLE = SAMPLES / "services-agreement.docx"
SOWN = 300
CONVERGED_WITHIN = 30.0


def state_of(word: str, told: dict[str, Any]) -> str:
    """How a known word stands in a text: live, struck, or gone. A word that stands twice is a fault."""
    places = told["words"].get(word, [])
    assert len(places) <= 1, f"{word} stands {len(places)} times"
    if not places:
        return "gone"
    assert not places[0]["partly"], f"{word} was taken apart"
    return "struck" if places[0]["struck"] else "live"


def faults(mine: dict[str, Any], theirs: dict[str, Any], after: dict[str, Any], asked: str) -> list[str]:
    """What the joined text ``after`` has not of what either text had before; ``asked`` are all words of questions."""
    found = []
    for word in sorted({*mine["words"], *theirs["words"], *after["words"]}):
        states = (state_of(word, mine), state_of(word, theirs))
        now = state_of(word, after)
        if word.startswith("ines"):
            wanted = states[0]
        elif word.startswith("dele"):
            wanted = states[1]
        else:
            wanted = "gone" if "gone" in states else "struck" if "struck" in states else "live"
        if now != wanted and word not in asked:
            found.append(f"{word}: {states[0]} and {states[1]} apart, {now} together")
    if sorted(after["comments"]) != sorted([*mine["comments"], *theirs["comments"]]):
        found.append(f"comments: {after['comments']}")
    return found


def edited_apart(pair: Windows, edits: int, first: str, seed: int) -> tuple[float, int]:
    """Both edit offline, then sync, ``first`` before the other; gives the seconds until both have the same after the
    second has come back, and how many questions there are."""
    pair.tell_both("pause")
    begun = [
        one.tell("edit", contract=pair.contract, who=who, count=edits, seed=seed + number)
        for number, (one, who) in enumerate(zip(pair.both, ("ines", "dele"), strict=True))
    ]
    done = [one.result(600) for one in begun]
    assert all(sum(one.values()) - one["refused"] == edits for one in done)
    mine, theirs = pair.tell_both("known_words", contract=pair.contract)
    one, other = pair.both if first == "ines" else pair.both[::-1]
    one.ask("resume")
    one.ask("sync")
    began = time.monotonic()
    other.ask("resume")
    other.ask("sync")
    pair.converged(CONVERGED_WITHIN)
    seconds = time.monotonic() - began
    pair.fine()
    asked, again = pair.tell_both("questions", contract=pair.contract)
    assert asked == again
    after, also = pair.tell_both("known_words", contract=pair.contract)
    assert after == also
    assert faults(mine, theirs, after, str(asked)) == []
    return seconds, len(asked)


def check_exports(pair: Windows) -> None:
    """Both export the same file; it opens, and both people's changes are in it."""
    mine, theirs = pair.exports()
    assert mine == theirs
    text = read(Package(mine, "contract.docx"))
    authors = {one.author for one in text.revisions.values()}
    assert {"Ines Falk", "Dele Okafor"} <= authors
    (known, _) = pair.tell_both("known_words", contract=pair.contract)
    words = words_of(mine)
    for word, places in known["words"].items():
        if not places[0]["struck"]:
            assert words.count(word) <= 1


def apart(team: Team, folder: Path, edits: int, first: str, after: float, path: Path = SAMPLE) -> tuple[float, int]:
    """All of it, with exports; ``after`` so many seconds work counts as done apart."""
    with windows(folder, team.platform.address, sown=SOWN, path=path, apart_after=after) as pair:
        found = edited_apart(pair, edits, first, 11)
        check_exports(pair)
    return found


@pytest.mark.parametrize("first", ["ines", pytest.param("dele", marks=pytest.mark.long)])
def test_edits_made_apart_come_together_whoever_syncs_first(
    team: Team, tmp_path: Path, first: str, figure: Callable[..., None]
) -> None:
    seconds, asked = apart(team, tmp_path, 100, first, 0)
    figure(f"100 edits of each of two apart, {first} first: together after the second came back, s", round(seconds, 2))
    assert asked > 0


@pytest.mark.long
@pytest.mark.parametrize(("first", "after"), [("ines", 0), ("dele", 0), ("ines", 600)])
def test_a_thousand_edits_made_apart_come_together(
    team: Team, tmp_path: Path, first: str, after: float, figure: Callable[..., None]
) -> None:
    seconds, asked = apart(team, tmp_path, 1000, first, after)
    figure(f"1,000 edits of each of two apart, {first} first: together, s", round(seconds, 2), str(CONVERGED_WITHIN))
    assert (asked > 0) is (after == 0)


@pytest.mark.long
@pytest.mark.parametrize("first", ["ines", "dele"])
def test_a_thousand_edits_of_a_real_contract_made_apart_come_together(
    team: Team, tmp_path: Path, first: str, figure: Callable[..., None]
) -> None:
    if not REAL.exists():
        pytest.skip("the Word corpus is missing: there is no ../shared/data/word (set PACTORIA_CORPUS)")
    seconds, asked = apart(team, tmp_path, 1000, first, 0, REAL)
    figure(f"1,000 edits of each of two in a real contract, {first} first: together, s", round(seconds, 2))
    assert asked > 0
