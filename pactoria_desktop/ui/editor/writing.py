"""Changes of a text written into a QTextDocument. Positions are the document's; counts of a change are code points."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextCursor, QTextDocument

from pactoria_desktop.contract.text import MarkValue
from pactoria_desktop.replica.changes import Delta, Drop, Put
from pactoria_desktop.ui.editor.formats import BASE, MARKS, PLAIN_BASE, PLAIN_MARKS, Formats

UNSHOWABLE = {0: 0xFFFD, 0x0D: 0xFFFD, 0x2029: 0xFFFD, 0xFDD0: 0xFFFD, 0xFDD1: 0xFFFD}


@dataclass(frozen=True, slots=True)
class Edited:
    """Where words came or went: at ``offset`` of a slot ``removed`` units went, then ``added`` came (UTF-16)."""

    slot: str
    offset: int
    removed: int
    added: int


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) if text.isascii() else len(text) + sum(1 for character in text if character > "\uffff")


def shown(text: str) -> str:
    """The text as the document can hold it: characters that Qt takes for structure are replaced, one for one."""
    return text if text.isascii() and text.isprintable() else text.translate(UNSHOWABLE)


def advance(document: QTextDocument, position: int, count: int) -> int:
    """The position ``count`` code points further on."""
    block = document.findBlock(position)
    offset = position - block.position()
    while count > 0 and block.isValid():
        text, length = block.text(), block.length()
        if offset == 0 and len(text) + 1 <= count:
            count -= len(text) + 1
            position += length
        elif len(text) == length - 1:
            step = min(count, length - offset)
            if step < length - offset:
                return position + step
            count -= step
            position += step
        else:
            tail = text.encode("utf-16-le", "surrogatepass")[offset * 2 :].decode("utf-16-le", "surrogatepass")
            if count <= len(tail):
                return position + units(tail[:count])
            count -= len(tail) + 1
            position += length - offset
        block, offset = block.next(), 0
    return position


class Writer:
    """Puts, removes and marks text in a document, for the view and for nobody else."""

    def __init__(self, document: QTextDocument, formats: Formats) -> None:
        self._document = document
        self._formats = formats

    def put(self, cursor: QTextCursor, position: int, text: str, number: int) -> int:
        """Insert text with these marks; gives the position behind it."""
        formats = self._formats
        for line, part in enumerate(shown(text).split("\n")):
            if line:
                cursor.setPosition(position)
                second_half = cursor.blockFormat()
                cursor.insertBlock(second_half, QTextCharFormat())
                cursor.setPosition(position)
                cursor.setBlockFormat(formats.block(number))
                position += 1
            if part:
                cursor.setPosition(position)
                base = formats.base(int(cursor.blockFormat().property(MARKS) or PLAIN_MARKS))
                cursor.insertText(part, formats.characters(number, base))
                position += units(part)
        return position

    def remove(self, cursor: QTextCursor, start: int, end: int) -> None:
        """Remove a stretch; where paragraphs join, the second one's newline stays with its marks."""
        last = self._document.findBlock(end)
        surviving = None if last.contains(start) else last.blockFormat()
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        if surviving is not None:
            cursor.setBlockFormat(surviving)

    def mark(self, cursor: QTextCursor, start: int, end: int, changes: Mapping[str, MarkValue | None]) -> bool:
        """Lay marks on a stretch or take them away; tells whether a paragraph's own marks changed."""
        formats, todo = self._formats, []
        block = self._document.findBlock(start)
        while start < end and block.isValid():
            newline = block.position() + block.length() - 1
            for first, last, number, base in fragments(block):
                if first < end and last > start:
                    todo.append((max(start, first), min(end, last), formats.changed(number, changes), base))
            if end > newline:
                number = int(block.blockFormat().property(MARKS) or PLAIN_MARKS)
                todo.append((newline, newline, formats.changed(number, changes), PLAIN_BASE))
            start, block = newline + 1, block.next()
        paragraphs = False
        for first, last, number, base in todo:
            cursor.setPosition(first)
            if first == last:
                cursor.setBlockFormat(formats.block(number))
                paragraphs = True
            else:
                cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
                cursor.setCharFormat(formats.characters(number, base))
        return paragraphs

    def restyle(self, cursor: QTextCursor, start: int, end: int) -> None:
        """Give the paragraphs of a stretch the character look of their style where they have another one's."""
        formats = self._formats
        block = self._document.findBlock(start)
        while block.isValid() and block.position() <= end:
            base = formats.base(int(block.blockFormat().property(MARKS) or PLAIN_MARKS))
            for first, last, number, has in list(fragments(block)):
                if has != base:
                    cursor.setPosition(first)
                    cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
                    cursor.setCharFormat(formats.characters(number, base))
            block = block.next()

    def apply(
        self, cursor: QTextCursor, slot: str, start: int, deltas: tuple[Delta, ...]
    ) -> tuple[list[Edited], tuple[int, int] | None, bool]:
        """Walk a change over the slot that begins at ``start``.

        Gives the edits, the stretch of the document that was touched, and whether paragraphs came, went or changed.
        """
        formats, position = self._formats, start
        edits: list[Edited] = []
        first, last = -1, -1
        paragraphs = False
        for delta in deltas:
            before = position
            if isinstance(delta, Put):
                position = self.put(cursor, position, delta.text, formats.number(delta.marks))
                edits.append(Edited(slot, before - start, 0, position - before))
                paragraphs = paragraphs or "\n" in delta.text
            elif isinstance(delta, Drop):
                end = advance(self._document, position, delta.count)
                paragraphs = paragraphs or not self._document.findBlock(position).contains(end)
                self.remove(cursor, position, end)
                edits.append(Edited(slot, position - start, end - position, 0))
            else:
                position = advance(self._document, position, delta.count)
                if not delta.marks:
                    continue
                paragraphs = self.mark(cursor, before, position, delta.marks) or paragraphs
            first = before if first < 0 else min(first, before)
            last = max(last, position)
        touched = None if first < 0 else (first, last)
        if touched and paragraphs:
            self.restyle(cursor, *touched)
        return edits, touched, paragraphs


def fragments(block: QTextBlock) -> Iterator[tuple[int, int, int, int]]:
    """The stretches of equal format of a block: start and end in the document, number of marks, number of base."""
    walk = block.begin()
    while not walk.atEnd():
        fragment = walk.fragment()
        made = fragment.charFormat()
        start = fragment.position()
        yield (
            start,
            start + fragment.length(),
            int(made.property(MARKS) or PLAIN_MARKS),
            int(made.property(BASE) or PLAIN_BASE),
        )
        walk += 1
