"""What two people suggest on their pages can be taken back whole, or taken as it is shown; nobody's name changes."""

import random

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QApplication

from pactoria_desktop.contract.text import id_of, kind_of
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.ui.editor.building import paragraphs
from pactoria_desktop.ui.editor.contract_view import ContractView
from pactoria_desktop.ui.editor.formats import MARKS, PLAIN_MARKS
from pactoria_desktop.ui.editor.writing import fragments
from tests.ui.editor.readback import canonical, check, joined, slots_of
from tests.ui.editor.samples import Desk, exchange
from tests.ui.editor.test_view_follows import letters, somewhere

DEEDS = ["type"] * 6 + [
    "backspace",
    "delete",
    "enter",
    "erase",
    "paste",
    "bold",
    "style",
    "undo",
    "redo",
    "comment",
] * 2


def suggest(desk: Desk, dice: random.Random) -> None:
    """One random tracked deed."""
    deed = dice.choice(DEEDS)
    commands = desk.commands
    somewhere(desk, dice, select=deed in ("erase", "bold", "comment") or dice.random() < 0.15)
    if deed == "type":
        commands.type(letters(dice))
    elif deed == "paste":
        data = QMimeData()
        data.setText("\n".join(letters(dice) for _ in range(3)))
        desk.editor.insertFromMimeData(data)
    else:
        {
            "backspace": commands.delete_backward,
            "delete": commands.delete_forward,
            "enter": commands.enter,
            "erase": commands.delete_selection,
            "bold": commands.bold,
            "style": lambda: commands.set_style(dice.choice(("Heading1", "Quote"))),
            "undo": commands.undo,
            "redo": commands.redo,
            "comment": lambda: commands.comment("Why?"),
        }[deed]()
    QApplication.processEvents()


def without_comments(desk: Desk) -> dict[str, object]:
    """Everything in the text but the comments made on it."""
    return {
        slot: [
            (joined((text, canonical(_kept(marks))) for text, marks in runs), canonical(_kept(newline)))
            for runs, newline in paragraphs(desk.replica.spans(slot))
        ]
        for slot in slots_of(desk.replica)
    }


def _kept(marks):
    return {key: value for key, value in marks.items() if kind_of(key) not in ("comment", "typ")}


def shown_as_accepted(view: ContractView) -> str:
    """What the page shows, struck words and paragraph ends left out, and empty ends of sections and cells."""
    view = view.view
    slots = []
    for index, slot in enumerate(view.positions.slots):
        if not slot:
            continue
        words: list[str] = []
        block = view.document.findBlock(view.positions.text_start(index))
        end = view.positions.start(index + 1)
        while block.isValid() and block.position() < end:
            text = block.text().encode("utf-16-le", "surrogatepass")
            for start, stop, number, _ in fragments(block):
                at = start - block.position()
                if not view.formats.drawn(number).struck:
                    words.append(text[at * 2 : (at + stop - start) * 2].decode("utf-16-le"))
            inside = block.position() + block.length() < end
            if inside and not view.formats.drawn(int(block.blockFormat().property(MARKS) or PLAIN_MARKS)).struck:
                words.append("\n")
            block = block.next()
        slots.append("".join(words).rstrip("\n"))
    return "\n".join(words for words in slots if words)


def authorship(desk: Desk) -> dict[str, set[str]]:
    """The letters that each revision's author is shown to have typed, by author."""
    found: dict[str, set[str]] = {}
    for slot in slots_of(desk.replica):
        for text, marks in desk.replica.spans(slot):
            for key in marks:
                if kind_of(key) == "ins" and id_of(key) not in ("r1", "r2"):
                    found.setdefault(desk.replica.revisions[id_of(key)].author, set()).update(text)
    return found


@pytest.mark.parametrize("seed", range(10))
def test_rejecting_all_gives_the_base_and_accepting_all_what_is_shown(look, seed):
    dice = random.Random(seed)
    first = Desk(look, peer=21)
    second = Desk(look, copy=first.replica, me="Dele Okafor", peer=22)
    base = without_comments(first)
    for desk in (first, second):
        desk.view.set_suggesting(True)
    for _ in range(30):
        suggest(dice.choice((first, second)), dice)
        if dice.random() < 0.15:
            exchange(first, second)
    exchange(first, second)
    check(first.view, first.replica)
    typed = frozenset(one.id for one in first.replica.revisions.values() if one.source == "typed")
    first.commands.bursts.end()
    second.commands.bursts.end()
    expected = shown_as_accepted(second.view)
    first.replica.reject(Selection(ids=typed))
    check(first.view, first.replica)
    assert without_comments(first) == base
    second.replica.accept(Selection())
    check(second.view, second.replica)
    assert shown_as_accepted(second.view) == expected
    first.close()
    second.close()


@pytest.mark.parametrize("seed", range(6))
def test_letters_keep_the_name_of_who_typed_them(look, seed):
    dice = random.Random(seed)
    first = Desk(look, peer=31)
    second = Desk(look, copy=first.replica, me="Dele Okafor", peer=32)
    alphabets = {"Ines Falk": "αβγδε", "Dele Okafor": "абвгд"}
    for desk in (first, second):
        desk.view.set_suggesting(True)
    for _ in range(40):
        desk, name = dice.choice(((first, "Ines Falk"), (second, "Dele Okafor")))
        somewhere(desk, dice, select=dice.random() < 0.2)
        deed = dice.random()
        if deed < 0.6:
            desk.commands.type("".join(dice.choice(alphabets[name]) for _ in range(3)))
        elif deed < 0.8:
            desk.commands.delete_backward()
        else:
            desk.commands.undo()
        if dice.random() < 0.2:
            exchange(first, second)
    exchange(first, second)
    for desk in (first, second):
        for author, typed in authorship(desk).items():
            assert typed - set("\n") <= set(alphabets[author])
        check(desk.view, desk.replica)
        desk.close()


@pytest.mark.parametrize("accepted", [True, False])
def test_a_projection_shows_what_accepting_or_rejecting_all_would_give(look, accepted):
    dice = random.Random(5)
    desk = Desk(look)
    desk.view.set_suggesting(True)
    for _ in range(25):
        suggest(desk, dice)
    projected = desk.view.projected(accepted=accepted)
    check(projected, projected.text)
    shown = shown_as_accepted(projected)
    desk.commands.bursts.end()
    (desk.replica.accept if accepted else desk.replica.reject)(Selection())
    assert shown == shown_as_accepted(desk.view)
    assert "struck" not in shown if accepted else "inserted" not in shown
    projected.commands.type("x")
    assert shown_as_accepted(projected) == shown
    projected.close_text()
    desk.close()
