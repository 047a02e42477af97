"""The language in which templates are written by hand, and a template before it is a Word file.

A source is a definition in YAML between two lines of three dashes, then one line for each paragraph: its kind, a blank,
its words. ``resources/help/template-format.md`` describes it for authors.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from pactoria_desktop.protocol.templates import TemplateDefinition
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.templates.plain_yaml import PlainDataError, plain_data
from pactoria_desktop.templates.saying import first_fault

KINDS = {
    "=": "title", "!": "subtitle", ".": "plain", "H": "heading", "P": "party", "B": "recital", "1": "clause",
    "2": "subclause", "3": "item", "4": "subitem", "d": "definition", "S": "schedule", "s": "schedule_clause",
    "t": "schedule_item", "T": "row", "G": "signature",
}  # fmt: skip
NUMBERED = frozenset({"party", "recital", "clause", "subclause", "item", "subitem", "schedule", "schedule_clause",
                      "schedule_item"})  # fmt: skip
_NAME = "[a-z][a-z0-9_]{0,39}"
_TOKEN = re.compile(
    rf"\*\*|\{{\{{(?P<field>[a-z0-9_.]+)\}}\}}|\{{ref:(?P<ref>{_NAME})\}}|\{{bookmark:(?P<bookmark>{_NAME})\}}"
    rf"|\{{if (?P<if>{_NAME})\}}|(?P<end>\{{/if\}})"
)
_BLOCK = re.compile(rf"\[(if|each|slot) ({_NAME})\]|\[/(if|each)\]")
_CELL = re.compile(r"(?:^|\s)\|(?:\s|$)")
_LEFT = re.compile(r"[{}\[\]]|_{3,}|\.{4,}")


class SourceError(PactoriaError):
    """A template's source cannot be used; the message is the first fault, ``faults`` are all of them."""

    def __init__(self, faults: Sequence[str]) -> None:
        """With at least one fault, each a sentence that names the line."""
        super().__init__(faults[0])
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of words; a straight quotation mark has become a curled one."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A place that shows what was filled in at a path."""

    path: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """The number of the paragraph with a bookmark."""

    bookmark: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Conditional:
    """Words within a paragraph that stand under a condition."""

    id: str
    pieces: tuple["Piece", ...]


Piece = Words | Field | Reference | Conditional


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph. ``cells`` are a table row's, each with its pieces; ``number`` is the source's line, from 1."""

    kind: str
    pieces: tuple[Piece, ...]
    bookmark: str = ""
    cells: tuple[tuple[Piece, ...], ...] = ()
    number: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Paragraphs under a condition (``if``) or repeated for each item of a list (``each``)."""

    kind: str
    id: str
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """Room for a clause of the library."""

    id: str


Node = Line | Block | Slot


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """A template before it is a Word file."""

    definition: TemplateDefinition
    nodes: tuple[Node, ...]


def read_source(data: bytes, name: str) -> TemplateSource:
    """Read a source; ``name`` is what messages call it. Raises SourceError with every fault that was found."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError([f"{name} is not in UTF-8; save it again as plain text in UTF-8."]) from error
    head, lines, first = _divided(text, name)
    faults: list[str] = []
    definition = _definition(head, name, faults)
    nodes = _Nodes(name, first, lines, faults).read()
    if faults or definition is None:
        raise SourceError(faults)
    return TemplateSource(definition, nodes)


def _divided(text: str, name: str) -> tuple[str, list[str], int]:
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0].strip() != "---" or "---" not in [line.strip() for line in lines[1:]]:
        raise SourceError([f"{name} does not begin with a definition between two lines of three dashes."])
    end = next(number for number, line in enumerate(lines[1:], 1) if line.strip() == "---")
    return "\n".join(lines[1:end]), lines[end + 1 :], end + 2


def _definition(head: str, name: str, faults: list[str]) -> TemplateDefinition | None:
    try:
        return TemplateDefinition.model_validate(typed(plain_data(head.encode(), is_json=False)), strict=False)
    except PlainDataError as error:
        faults.append(f"The definition of {name} {error}.")
    except ValidationError as error:
        faults.append(f"The definition of {name} is wrong: {first_fault(error)}.")
    return None


_YES_NO = {"true": True, "false": False}


def typed(value: object) -> object:
    """YAML's words with ``true`` and ``false`` as what they mean; numbers are read from words by the schema."""
    if isinstance(value, dict):
        return {key: typed(one) for key, one in value.items()}
    if isinstance(value, list):
        return [typed(one) for one in value]
    return _YES_NO.get(value, value) if isinstance(value, str) else value


class _Nodes:
    """Reads the lines after the definition."""

    def __init__(self, name: str, first: int, lines: Sequence[str], faults: list[str]) -> None:
        self._name, self._first, self._lines, self._faults = name, first, lines, faults
        self._number = 0
        self._cells = 0

    def read(self) -> tuple[Node, ...]:
        stack: list[tuple[str, str, int, list[Node]]] = [("", "", 0, [])]
        for place, raw in enumerate(self._lines):
            self._number = self._first + place
            line = raw.strip()
            if not line or line.startswith("#"):
                continue
            if (block := _BLOCK.fullmatch(line)) is None:
                read = self._line(line)
                if read is not None:
                    self._width(read)
                    stack[-1][3].append(read)
            elif block[1] == "slot":
                stack[-1][3].append(Slot(block[2]))
            elif block[1]:
                stack.append((block[1], block[2], self._number, []))
            elif stack[-1][0] != block[3]:
                self._fault(f"[/{block[3]}] closes nothing that is open")
            else:
                kind, id, _, nodes = stack.pop()
                stack[-1][3].append(Block(kind, id, tuple(nodes)))
        for kind, id, number, _ in stack[1:]:
            self._faults.append(f"{self._name}, line {number}: [{kind} {id}] is not closed.")
        return tuple(stack[0][3])

    def _width(self, line: Line) -> None:
        """Rows that follow each other are one table."""
        cells = len(line.cells)
        if cells and self._cells and cells != self._cells:
            self._fault(f"this row has {cells} cells and the row before it {self._cells}")
        self._cells = cells

    def _fault(self, what: str) -> None:
        self._faults.append(f"{self._name}, line {self._number}: {what}.")

    def _line(self, line: str) -> Line | None:
        kind = KINDS.get(line[0])
        if kind is None or line[1:2] != " ":
            self._fault(f"a paragraph begins with its kind and a blank, not with {line[:12]!r}")
            return None
        words = line[2:].strip()
        if kind == "row":
            cells = tuple(self._pieces(cell.strip())[0] for cell in _CELL.split(words))
            return Line(kind, (), "", cells, self._number)
        if kind == "signature":
            if not re.fullmatch(_NAME, words):
                self._fault("a signature names one party, as in: G client")
            return Line(kind, (Field(words),), number=self._number)
        pieces, bookmark = self._pieces(words)
        if bookmark and kind not in NUMBERED:
            self._fault(f"the bookmark {bookmark!r} stands in a paragraph without a number")
        return Line(kind, pieces, bookmark, (), self._number)

    def _pieces(self, words: str) -> tuple[tuple[Piece, ...], str]:
        stack: list[tuple[str, list[Piece]]] = [("", [])]
        bookmark, bold, position = "", False, 0
        for token in _TOKEN.finditer(words):
            self._words(words[position : token.start()], bold, stack[-1][1])
            position = token.end()
            if token["field"]:
                stack[-1][1].append(Field(token["field"], bold))
            elif token["ref"]:
                stack[-1][1].append(Reference(token["ref"], bold))
            elif token["bookmark"]:
                bookmark = token["bookmark"]
            elif token["if"]:
                stack.append((token["if"], []))
            elif token["end"]:
                if len(stack) == 1:
                    self._fault("{/if} closes nothing that is open")
                    continue
                id, inner = stack.pop()
                stack[-1][1].append(Conditional(id, tuple(inner)))
            else:
                bold = not bold
        self._words(words[position:], bold, stack[-1][1])
        if len(stack) > 1:
            self._fault(f"{{if {stack[-1][0]}}} is not closed in its paragraph")
        if bold:
            self._fault("two stars open bold words that are not closed")
        return tuple(stack[0][1]), bookmark

    def _words(self, text: str, bold: bool, into: list[Piece]) -> None:
        if not text:
            return
        if (left := _LEFT.search(text)) is not None:
            self._fault(f"{left.group()!r} is no word of a contract; a field is {{{{name}}}}, a blank is a field")
        into.append(Words(_curled(text, after=into[-1] if into else None), bold))


def _curled(text: str, after: Piece | None) -> str:
    """Quotation marks and apostrophes as a typesetter has them; at the start they look at what stands before."""
    before = "x" if isinstance(after, Field | Reference | Conditional) else after.text[-1:] if after else ""
    found = []
    for letter in text:
        if letter in "\"'":
            opens = not before or before in " (\u2014\u2013\u201c"
            letter = ("\u201c" if opens else "\u201d") if letter == '"' else ("\u2018" if opens else "\u2019")
        found.append(letter)
        before = letter
    return "".join(found)
