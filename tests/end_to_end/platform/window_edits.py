"""Random edits of a person in the window, made so that each can be told again afterwards by a word of its own.

What is typed are words that stand nowhere else (``ines0007x``); what is deleted is aimed at such words, too. All places
are between words, so that no such word is ever taken apart.
"""

import itertools
import random
import re
from collections.abc import Callable
from typing import Any

from pactoria_desktop.contract.suggesting import is_struck
from pactoria_desktop.replica.changes import Place, Stretch, TableNode
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.ui.workbench.contract_tab import ContractTab

KNOWN_WORD = re.compile(r"(?:base|ines|dele)\d{4}x")
LONGEST_DELETION = 5
DEEDS = (
    ("type", 40), ("delete_known", 12), ("delete", 14), ("replace", 9), ("format", 8), ("enter", 3), ("comment", 3),
    ("type_in_cell", 5), ("row", 3), ("delete_row", 1), ("backspace", 2),
)  # fmt: skip


def units(words: str) -> int:
    """The length in UTF-16 units."""
    return len(words.encode("utf-16-le", "surrogatepass")) // 2


def letters(replica: Replica, slot: str) -> str:
    """All letters of a section or cell, struck ones included."""
    return "".join(words for words, _ in replica.spans(slot))


class RandomEdits:
    """Edits of one person at one open contract; ``who`` begins their words, ``seed`` decides all else."""

    def __init__(self, tab: ContractTab, who: str, seed: int) -> None:
        self._tab, self._who = tab, who
        self._replica = tab.opened.replica
        self._chance = random.Random(seed)
        self._number = 0
        self.done: dict[str, int] = {}
        self.refused = 0
        tab.view.commands.refused.connect(self._was_refused)

    def _was_refused(self, sentence: str) -> None:
        self._failed = True

    def one(self) -> None:
        """Make one edit that was not refused."""
        names, weights = zip(*DEEDS, strict=True)
        while True:
            name = self._chance.choices(names, weights)[0]
            self._tab.view.set_suggesting(self._chance.random() < 0.5)
            before = self._replica.version()
            self._failed = False
            try:
                getattr(self, f"_{name}")()
            except ReplicaError:
                self.refused += 1
                continue
            if self._failed or self._replica.version() == before:
                self.refused += 1
                continue
            self.done[name] = self.done.get(name, 0) + 1
            return

    def sow(self, count: int) -> None:
        """Put words of this person evenly into the text, without tracking."""
        self._tab.view.set_suggesting(False)
        found = [slot for slot in self._replica.slots() if self._replica.length(slot) > 20]
        for number in range(count):
            slot = found[number * len(found) // count]
            self._replica.insert(self._gap(slot), f"{self._word()} ")

    # Where

    def _word(self) -> str:
        self._number += 1
        return f"{self._who}{self._number:04d}x"

    def _gaps(self, slot: str) -> list[int]:
        """Behind each space, in UTF-16 units."""
        text = letters(self._replica, slot)
        found, at = [0], 0
        for before, letter in itertools.pairwise(text):
            at += units(before)
            if before == " " and letter.isalnum():
                found.append(at)
        return found

    def _gap(self, slot: str) -> Place:
        return Place(slot, self._chance.choice(self._gaps(slot)))

    def _slot(self) -> str:
        slots = self._replica.slots()
        return self._chance.choices(slots, [self._replica.length(slot) for slot in slots])[0]

    def _some_words(self) -> Stretch | None:
        slot = self._slot()
        gaps = self._gaps(slot)
        first = self._chance.randrange(len(gaps))
        last = min(len(gaps) - 1, first + self._chance.randint(1, LONGEST_DELETION))
        text = letters(self._replica, slot)
        if first == last or "\n" in text.encode("utf-16-le")[2 * gaps[first] : 2 * gaps[last]].decode("utf-16-le"):
            return None
        return Stretch(slot, gaps[first], gaps[last])

    def _cell(self) -> str | None:
        found = [
            cell.slot
            for node in self._replica.nodes() if isinstance(node, TableNode)
            for row in node.rows for cell in row.cells
        ]  # fmt: skip
        return self._chance.choice(found) if found else None

    def _select(self, stretch: Stretch) -> bool:
        view = self._tab.view.view
        view.catch_up_shown()
        start = view.positions.position(Place(stretch.slot, stretch.start))
        end = view.positions.position(Place(stretch.slot, stretch.end))
        if start is None or end is None:
            return False
        self._tab.view.editor.select_between(start, end)
        return True

    def _stand(self, place: Place) -> bool:
        return self._select(Stretch(place.slot, place.offset, place.offset))

    # What

    def _type(self) -> None:
        if self._stand(self._gap(self._slot())):
            self._tab.view.commands.type(f"{self._word()} ")

    def _delete_known(self) -> None:
        slot = self._slot()
        text = letters(self._replica, slot)
        found = [one for one in KNOWN_WORD.finditer(text) if one.group().startswith("base")]
        if found:
            one = self._chance.choice(found)
            start = units(text[: one.start()])
            stretch = Stretch(slot, start, start + units(one.group()) + 1)
            if self._select(stretch):
                self._tab.view.commands.delete_selection()

    def _delete(self) -> None:
        stretch = self._some_words()
        if stretch is not None and self._select(stretch):
            self._tab.view.commands.delete_selection()

    def _replace(self) -> None:
        stretch = self._some_words()
        if stretch is not None and self._select(stretch):
            self._tab.view.commands.type(f"{self._word()} ")

    def _format(self) -> None:
        stretch = self._some_words()
        if stretch is not None and self._select(stretch):
            deed: Callable[[], None] = self._chance.choice(
                (self._tab.view.commands.bold, self._tab.view.commands.italic)
            )
            deed()

    def _enter(self) -> None:
        if self._stand(self._gap(self._slot())):
            self._tab.view.commands.enter()

    def _backspace(self) -> None:
        """Behind what is no letter of a known word."""
        slot = self._slot()
        if self._stand(self._gap(slot)):
            self._tab.view.commands.type("zz ")
            for _ in range(3):
                self._tab.view.commands.delete_backward()
            self._tab.view.commands.type(f"{self._word()} ")

    def _comment(self) -> None:
        stretch = self._some_words()
        if stretch is not None and self._select(stretch):
            self._tab.view.commands.comment(self._word())

    def _type_in_cell(self) -> None:
        cell = self._cell()
        if cell is not None and self._stand(self._gap(cell)):
            self._tab.view.commands.type(f"{self._word()} ")

    def _row(self) -> None:
        cell = self._cell()
        if cell is not None:
            place = self._replica.insert_row(cell, self._chance.random() < 0.5)
            self._replica.insert(place, self._word())

    def _delete_row(self) -> None:
        cell = self._cell()
        if cell is not None:
            self._replica.delete_rows([cell])


def known_words(replica: Replica) -> dict[str, list[dict[str, Any]]]:
    """Each known word with every place where it stands: whether it is struck, and whether it is bold."""
    found: dict[str, list[dict[str, Any]]] = {}
    for slot in replica.slots():
        spans = replica.spans(slot)
        text = "".join(words for words, _ in spans)
        marks = [each for words, each in spans for _ in words]
        for one in KNOWN_WORD.finditer(text):
            under = marks[one.start() : one.end()]
            struck = [is_struck(each) for each in under]
            found.setdefault(one.group(), []).append(
                {"slot": slot, "struck": all(struck), "partly": any(struck) and not all(struck),
                 "bold": all(bool(each.get("bold")) for each in under)}
            )  # fmt: skip
    return found
