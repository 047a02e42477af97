"""Markdown out of a contract, and Word documents and plain text out of Markdown (CommonMark with tables)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pactoria_desktop.contract.accepted import AcceptedParagraph, AcceptedText
from pactoria_desktop.contract.numbering import Label, labels_of
from pactoria_desktop.contract.outline import heading_level
from pactoria_desktop.contract.text import (
    LINE_BREAK,
    OBJECT,
    CharacterLook,
    ContractText,
    Marks,
    Paragraph,
    Span,
    TableSection,
    TextSection,
)
from pactoria_desktop.documents.plain import Words, empty_document, put_words, saved, word_from_text

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["plain_text", "to_markdown", "word_from_markdown", "word_from_text"]

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|~])")
_LINE_START: Final = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|[-+](?=\s|$)|>|={3,}\s*$|-{3,}\s*$)")
_NUMBER_START: Final = re.compile(r"^(\s*\d{1,9})([.)])(?=\s|$)")
_SPACES: Final = re.compile(r"^(\s*)(.*?)(\s*)$", re.DOTALL)
_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)
_PART_NAMES: Final = {
    "footnote": "Footnotes",
    "endnote": "Endnotes",
    "header": "Headers",
    "footer": "Footers",
    "textbox": "Text boxes",
}


# ---------------------------------------------------------------------------------------------------- out


def to_markdown(text: ContractText, view: AcceptedText) -> str:
    """The accepted text with numbers, headings, emphasis and tables. ``view`` is the accepted text of ``text``."""
    writer = _Writer(text, view)
    return writer.markdown()


class _Writer:
    def __init__(self, text: ContractText, view: AcceptedText) -> None:
        self._text = text
        self._view = view
        self._slots: dict[str, Sequence[Paragraph]] = {}
        for section in text.sections:
            if isinstance(section, TextSection):
                self._slots[section.id] = section.paragraphs
            else:
                self._slots.update({cell.id: cell.paragraphs for row in section.rows for cell in row.cells})

    def markdown(self) -> str:
        blocks: list[str] = []
        part = "main"
        table: list[tuple[AcceptedParagraph, Label | None]] = []
        labels = labels_of(self._view, self._text.material)
        for paragraph, label in zip(self._view.paragraphs, labels, strict=True):
            if table and (not paragraph.in_table or paragraph.section != table[0][0].section):
                blocks.append(self._table(table))
                table = []
            name = paragraph.part.partition(":")[0]
            if name != part:
                part = name
                blocks.append(f"---\n\n**{_PART_NAMES.get(name, name)}**")
            if paragraph.in_table:
                table.append((paragraph, label))
            elif block := self._paragraph(paragraph, label):
                blocks.append(block)
        if table:
            blocks.append(self._table(table))
        return "\n\n".join(blocks) + "\n" if blocks else ""

    def _paragraph(self, paragraph: AcceptedParagraph, label: Label | None) -> str:
        level = heading_level(paragraph, self._text.material)
        words = self._words(paragraph, plain_bold=level is not None).replace("\n", "\\\n")
        if level is not None and words.strip():
            number = f"{_escaped(label.text)} " if label is not None and label.text else ""
            return f"{'#' * min(level, 6)} {number}{words.strip()}"
        if not words.strip() and (label is None or not words):
            return ""
        if label is not None and label.text:
            if len(label.text) == 1 and not label.text.isalnum():
                return f"{'  ' * label.level}- {words}"
            words = f"{_escaped(label.text)} {words}"
        return _LINE_START.sub(r"\1\\\2", _NUMBER_START.sub(r"\1\\\2", words)).strip()

    def _words(self, paragraph: AcceptedParagraph, *, plain_bold: bool = False) -> str:
        """The words with emphasis; a line break is a newline."""
        runs: list[Words] = []
        for stretch in self._view.stretches(paragraph.start, paragraph.end):
            source = self._slots[stretch.slot][stretch.paragraph]
            for span, piece in _cut(source.spans, stretch.start, stretch.end):
                look = self._look(span.marks)
                words = Words(piece.replace(OBJECT, ""), look.bold and not plain_bold, look.italic, look.strike)
                if runs and replace(runs[-1], text="") == replace(words, text=""):
                    runs[-1] = replace(words, text=runs[-1].text + words.text)
                else:
                    runs.append(words)
        return "".join(_emphasis(one) for one in runs).replace(LINE_BREAK, "\n")

    def _look(self, marks: Marks) -> CharacterLook:
        properties = self._text.material.runs.get(str(marks.get("run", "")))
        look = properties.look if properties is not None else CharacterLook()
        changes = {name: marks[name] for name in ("bold", "italic", "strike") if isinstance(marks.get(name), bool)}
        return replace(look, **changes) if changes else look  # type: ignore[arg-type]

    def _table(self, paragraphs: Sequence[tuple[AcceptedParagraph, Label | None]]) -> str:
        section = self._text.sections[paragraphs[0][0].section]
        assert isinstance(section, TableSection)
        cells: dict[str, list[str]] = {}
        for paragraph, label in paragraphs:
            words = self._words(paragraph).replace("\n", "<br>").strip()
            number = f"{_escaped(label.text)} " if label is not None and label.text and words else ""
            if words:
                cells.setdefault(paragraph.cell, []).append(number + words)
        shown = {paragraph.row for paragraph, _ in paragraphs}
        rows = []
        for row in section.rows:
            if row.id in shown:
                line: list[str] = []
                for cell in row.cells:
                    line.append("<br>".join(cells.get(cell.id, ())))
                    line += [""] * (cell.columns - 1)
                rows.append(line)
        width = max(map(len, rows))
        lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows]
        return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _cut(spans: Sequence[Span], start: int, end: int) -> Iterator[tuple[Span, str]]:
    position = 0
    for span in spans:
        stop = position + len(span.text)
        if position < end and stop > start:
            yield span, span.text[max(start - position, 0) : end - position]
        position = stop


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _emphasis(words: Words) -> str:
    """Words between their signs; white space stays outside them, as CommonMark wants it."""
    found = _SPACES.match(words.text)
    assert found is not None
    before, middle, after = found.groups()
    if not middle:
        return words.text
    sign = ("**" if words.bold else "") + ("*" if words.italic else "") + ("~~" if words.strike else "")
    closing = ("~~" if words.strike else "") + ("*" if words.italic else "") + ("**" if words.bold else "")
    return before + sign + _escaped(middle) + closing + after


# ----------------------------------------------------------------------------------------------------- in


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph (``level`` 1 to 9 for headings, ``indent`` in steps) or a table (``rows`` of cells)."""

    words: tuple[Words, ...] = ()
    level: int = 0
    indent: int = 0
    bullet: bool = False
    rows: tuple[tuple[tuple[Words, ...], ...], ...] = ()


def plain_text(markdown: str) -> str:
    """The words of a Markdown text, a line for each paragraph, heading, item and cell; numbers of lists are words."""
    lines = []
    for block in _blocks(markdown):
        if block.rows:
            lines += ["".join(one.text for one in cell) for row in block.rows for cell in row]
        else:
            lines.append("".join(one.text for one in block.words))
    return "".join(line + "\n" for line in lines)


def word_from_markdown(markdown: str) -> bytes:
    """A .docx with headings, emphasis, lists and tables. Its text is ``plain_text``."""
    document = empty_document()
    for block in _blocks(markdown):
        if block.rows:
            table = document.add_table(len(block.rows), max(map(len, block.rows)), "Table Grid")
            for row, cells in zip(table.rows, block.rows, strict=True):
                for place, words in zip(row.cells, cells, strict=True):
                    put_words(place.paragraphs[0], words)
        elif block.level:
            put_words(document.add_paragraph(style=f"Heading {block.level}"), block.words)
        else:
            paragraph = document.add_paragraph(style="List Bullet" if block.bullet else None)
            if block.indent:
                from docx.shared import Twips

                paragraph.paragraph_format.left_indent = Twips(360 * block.indent)
            put_words(paragraph, block.words)
    return saved(document)


def _blocks(markdown: str) -> Iterator[_Block]:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    lists: list[int | None] = []
    prefix = ""
    quotes = 0
    level = 0
    rows: list[list[tuple[Words, ...]]] = []
    in_table = False
    for token in parser.parse(markdown):
        match token.type:
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_close" | "bullet_list_close":
                lists.pop()
            case "list_item_open":
                number = lists[-1]
                prefix = f"{number}{token.markup or '.'} " if number is not None else "•"
                if number is not None:
                    lists[-1] = number + 1
            case "blockquote_open":
                quotes += 1
            case "blockquote_close":
                quotes -= 1
            case "heading_open":
                level = int(token.tag[1:])
            case "table_open":
                in_table, rows = True, []
            case "tr_open":
                rows.append([])
            case "table_close":
                in_table = False
                yield _Block(rows=tuple(tuple(row) for row in rows))
            case "inline":
                words = _inline(token, breaks=in_table)
                if in_table:
                    rows[-1].append(words)
                    continue
                bullet = prefix == "•"
                if prefix and not bullet:
                    words = (Words(prefix), *words)
                yield _Block(words, level, max(len(lists) - (1 if bullet else 0), 0) + quotes, bullet)
                prefix, level = "", 0
            case "fence" | "code_block":
                for line in token.content.rstrip("\n").split("\n"):
                    yield _Block((Words(line),), 0, len(lists) + quotes)
            case _:
                continue


def _inline(token: "Token", *, breaks: bool) -> tuple[Words, ...]:
    found: list[Words] = []
    bold = italic = strike = 0
    for one in token.children or ():
        match one.type:
            case "strong_open" | "strong_close":
                bold += one.nesting
            case "em_open" | "em_close":
                italic += one.nesting
            case "s_open" | "s_close":
                strike += one.nesting
            case "softbreak":
                found.append(Words(" "))
            case "hardbreak":
                found.append(Words(LINE_BREAK))
            case "text" | "code_inline" | "image":
                text = _BREAK.sub(LINE_BREAK, one.content) if breaks else one.content
                found.append(Words(text, bold > 0, italic > 0, strike > 0))
            case _:
                continue
    return tuple(one for one in found if one.text)
