"""Clause numbers beside the paragraphs: read from the shown paragraphs, counted anew only when some of them changed.

They are the numbers that the text has once everything is accepted: a paragraph whose words and end are struck has
none, and one that a struck end joins to the one before goes on without a number of its own.
"""

from collections.abc import Sequence

from PySide6.QtGui import QTextBlock, QTextDocument

from pactoria_desktop.contract.numbering import Record, Renumbering
from pactoria_desktop.ui.editor.formats import MARKS, PLAIN_MARKS
from pactoria_desktop.ui.editor.view import View
from pactoria_desktop.ui.editor.writing import fragments

NO_NUMBER: Record = (None, 0)


class Numbers:
    """Labels by slot and paragraph."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._definitions = view.text.material.numberings
        self._counter = Renumbering(self._definitions)
        self._records: dict[str, list[Record]] = {}
        self._firsts: dict[str, int] = {}
        self._labels: Sequence[str] = ()
        self._stale: set[str] | None = None
        view.paragraphs_changed.connect(self.forget)

    def forget(self, slots: Sequence[str]) -> None:
        """The paragraphs of these slots changed; of all slots when none is named."""
        if not slots:
            self._stale = None
        elif self._stale is not None:
            self._stale.update(slots)

    def labels(self, slot: str) -> Sequence[str]:
        """The labels of a slot's paragraphs, empty where there is none, and while those before are left out as yet."""
        if self._view.begins_later:
            return ()
        self._count()
        first = self._firsts.get(slot)
        return () if first is None else self._labels[first : first + len(self._records[slot])]

    def label(self, slot: str, paragraph: int) -> str:
        """The label of one paragraph, counted in its slot from nought; empty while those before are left out as yet."""
        if self._view.begins_later:
            return ""
        self._count()
        first = self._firsts.get(slot)
        if first is None or not 0 <= paragraph < len(self._records[slot]):
            return ""
        return self._labels[first + paragraph]

    def _count(self) -> None:
        stale = self._stale
        if stale is not None and not stale:
            return
        view = self._view
        document, slots = view.document, [slot for slot in view.positions.slots if slot]
        if stale is None:
            self._records = {slot: self._read(document, slot) for slot in slots}
        else:
            for slot in stale:
                if slot in view.positions:
                    self._records[slot] = self._read(document, slot)
        self._stale = set()
        if self._definitions != view.text.material.numberings:
            self._definitions = view.text.material.numberings
            self._counter = Renumbering(self._definitions)
        everything: list[Record] = []
        self._firsts = {}
        for slot in slots:
            self._firsts[slot] = len(everything)
            everything.extend(self._records[slot])
        self._labels, _, _ = self._counter.update(everything)

    def _read(self, document: QTextDocument, slot: str) -> list[Record]:
        positions, formats = self._view.positions, self._view.formats
        index = positions.index(slot)
        if index is None:
            return []
        start = positions.text_start(index)
        end = start + positions.length(index)
        records: list[Record] = []
        joined = False
        block = document.findBlock(start)
        while block.isValid() and block.position() < end:
            found = formats.numbered(int(block.blockFormat().property(MARKS) or PLAIN_MARKS))
            has_words = self._has_words(block) if found.struck else block.length() > 1
            if joined or (found.struck and not has_words):
                records.append(NO_NUMBER)
            else:
                records.append(found.record if has_words else found.when_empty)
            joined = found.struck and (joined or has_words)
            block = block.next()
        return records

    def _has_words(self, block: QTextBlock) -> bool:
        formats = self._view.formats
        return any(not formats.drawn(number).struck for _, _, number, _ in fragments(block))
