"""A sentence that two people changed apart, in the real window: said at the contract, shown, decided, undone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pactoria_desktop.replica.changes import Stretch
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.ui.theme.look import Look
from tests.end_to_end.desk import Desk, desk
from tests.ui.accessibility import faults
from tests.ui.screenshots import pictures, settle
from tests.ui.workbench.fake_together import ADA, ME, NAMES, WHEN, FakeTogether, an_id
from tests.ui.workbench.test_account import shared_contract, signed_in

QUESTION = an_id(700)


@pytest.fixture
def at(look: Look, tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "home", look) as found:
        yield found


def asked(at: Desk, together: FakeTogether, contract: str) -> tuple[str, str, str]:
    """Ada and I change two words of one sentence, as suggestions, and the platform brings the question of it.

    Gives the sentence as it was, as I left it, and as Ada left it.
    """
    replica = at.tab.opened.replica
    slot, words = next(
        (slot, "".join(found for found, _ in replica.spans(slot)))
        for slot in replica.slots()
        if "twelve" in "".join(found for found, _ in replica.spans(slot))
    )
    at_word = words.index("twelve")
    start = max(words.rfind(". ", 0, at_word) + 2, words.rfind("\n", 0, at_word) + 1)
    end = min(place for place in (words.find(". ", at_word) + 1, words.find("\n", at_word)) if place > 0)
    base = words[start:end]
    first, last = base.split()[1], base.split()[-2]
    versions = {ME: base.replace(first, "MINE", 1), ADA: base.replace(last, "HERS", 1)}
    replica.suggesting = True
    for person, old, new in ((ADA, last, "HERS"), (ME, first, "MINE")):
        replica.identity = Identity(NAMES[person], person)
        shown = "".join(found for found, _ in replica.spans(slot))
        place = shown.index(old, start)
        replica.replace([Stretch(slot, place, place + len(old))], new)
    replica.suggesting = False
    grown = len("HERS") + len("MINE")
    anchor = replica.anchor(Stretch(slot, start, end + grown))
    people = sorted((ME, ADA))
    together.arrive("question", QUESTION, {
        "contract": contract, "base": base, "ours": versions[people[0]], "theirs": versions[people[1]],
        "asked_at": WHEN,
        "place": {"slot": anchor.slot, "start": anchor.start, "end": anchor.end, "quote": anchor.quote,
                  "people": people},
    })  # fmt: skip
    together.changed()
    at.wait(lambda: at.bench.apart.count(contract) == 1, "the question")
    return base, versions[ME], versions[ADA]


def text(at: Desk) -> str:
    """The words as they read."""
    return at.text()


def test_the_question_is_said_shown_and_decided_and_one_undo_takes_the_decision_back(at: Desk) -> None:
    together = signed_in(at)
    contract = shared_contract(at, together)
    base, mine, hers = asked(at, together, contract)
    banner = at.window.documents.document(contract).banner
    at.wait(banner.isVisible, "the banner")
    assert at.bench.registry.run("contract.questions")
    dialog = at.bench.apart.dialog
    assert dialog is not None
    settle()
    assert faults(dialog) == []
    assert len(pictures(dialog, at.bench.look, "question-in-the-window")) == 4
    assert "".join(piece.words for piece in dialog.question.before.sentence) == base
    dialog.theirs.radio.click()
    dialog.use.click()
    at.settled()
    assert hers in text(at)
    assert mine not in text(at)
    assert at.bench.apart.count(contract) == 0
    assert at.bench.apart.dialog is None
    assert at.errors == []
    status = together.syncing()
    assert status.open_questions() == 0
    at.bench.registry.run("edit.undo")
    at.settled()
    assert "HERS" in text(at)
    assert "MINE" in text(at)


def test_own_words_take_the_place_of_both(at: Desk) -> None:
    together = signed_in(at)
    contract = shared_contract(at, together)
    base, _, _ = asked(at, together, contract)
    assert at.bench.registry.run("contract.questions")
    dialog = at.bench.apart.dialog
    assert dialog is not None
    dialog.edit.click()
    dialog.field.setPlainText(base.replace("twelve", "eighteen", 1))
    dialog.use.click()
    at.settled()
    assert base.replace("twelve", "eighteen", 1) in text(at)
    assert "MINE" not in text(at)
    assert "HERS" not in text(at)
    assert at.errors == []


def test_leaving_answers_nothing(at: Desk) -> None:
    together = signed_in(at)
    contract = shared_contract(at, together)
    asked(at, together, contract)
    assert at.bench.registry.run("contract.questions")
    dialog = at.bench.apart.dialog
    assert dialog is not None
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    at.settled()
    assert at.bench.apart.dialog is None
    assert at.bench.apart.count(contract) == 1
