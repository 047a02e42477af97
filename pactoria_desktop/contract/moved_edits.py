"""A paragraph or a table row that one side moved while the other edited it: the edits go along to the new place.

The text holds both sides' changes as marks over the common base. Where one side struck a whole paragraph or row and put
the same words elsewhere, and the other changed some of them where they stood, these changes are laid on the words at
the new place, too, and go with the old ones: accepting everything gives the moved words as edited, rejecting the move
gives them as edited where they were. Edits that cannot be told at the new place are left to be judged.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from rapidfuzz.distance import Indel

from pactoria_desktop.contract.difference import changes_between
from pactoria_desktop.contract.lines import is_hidden
from pactoria_desktop.contract.moves import LEAST_CHARACTERS
from pactoria_desktop.contract.rewriting import depth_after, struck
from pactoria_desktop.contract.text import (
    Cell,
    ContractText,
    Marks,
    MarkValue,
    Paragraph,
    Row,
    Section,
    Span,
    TextSection,
    kind_of,
)
from pactoria_desktop.contract.three_way import Sides
from pactoria_desktop.contract.words import Vocabulary, words_of

LOOKS: Final = ("run", "bold", "italic", "underline", "strike", "el")
"""The marks that words take along to another place: how they look, not what they belong to."""

_LEAST_ALIKE: Final = 0.6

Key = TypeVar("Key")

Block = tuple[int, int, int]
"""Equal characters: where they begin in the base, where in the moved words, and how many."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What needs no judging any more: paragraphs by (id of section or cell, place), and rows by id."""

    paragraphs: frozenset[tuple[str, int]] = frozenset()
    rows: frozenset[str] = frozenset()

    def places(self, container: str) -> frozenset[int]:
        """The places of the settled paragraphs of a section or cell."""
        return frozenset(place for name, place in self.paragraphs if name == container)


def with_moved_edits(text: ContractText, sides: Sides) -> tuple[ContractText, Settled]:
    """The text with the edits of either side laid on what the other moved, and what is settled thereby."""
    flows = {one.id: list(one.paragraphs) for one in text.sections if isinstance(one, TextSection)}
    rows = {row.id: row for one in text.sections if not isinstance(one, TextSection) for row in one.rows}
    settled: set[tuple[str, int]] = set()
    settled_rows: set[str] = set()
    for mover in (0, 1):
        for (old, at), (new, to) in _moved_paragraphs(flows, sides, mover):
            pair = _carried(flows[old][at], flows[new][to], sides, mover)
            if pair is not None:
                flows[old][at], flows[new][to] = pair
                settled |= {(old, at), (new, to)}
        for left, arrived in _moved_rows(rows.values(), sides, mover):
            both = _carried_row(rows[left], rows[arrived], sides, mover)
            if both is not None:
                rows[left], rows[arrived] = both
                settled_rows |= {left, arrived}
                settled |= {(cell.id, at) for row in both for cell in row.cells for at in range(len(cell.paragraphs))}
    if not settled:
        return text, Settled()
    sections: list[Section] = [
        replace(one, paragraphs=tuple(flows[one.id]))
        if isinstance(one, TextSection)
        else replace(one, rows=tuple(rows[row.id] for row in one.rows))
        for one in text.sections
    ]
    return replace(text, sections=tuple(sections)), Settled(frozenset(settled), frozenset(settled_rows))


def left_whole(paragraphs: Sequence[Paragraph], at: int, sides: Sides, side: int) -> bool:
    """Whether a side struck a paragraph with its end, or the end of the one before; the other may have helped."""
    words = [span for span in paragraphs[at].spans if not is_hidden(span) and sides.was_in_base(span.marks)]
    return (
        any(sides.struck(span.marks)[side] for span in words)
        and all(any(sides.struck(span.marks)) for span in words)
        and any(sides.struck(one.marks)[side] for one in paragraphs[max(at - 1, 0) : at + 1])
    )


def _arrived_whole(paragraphs: Sequence[Paragraph], at: int, sides: Sides, side: int) -> bool:
    words = [span for span in paragraphs[at].spans if not is_hidden(span)]
    return (
        bool(words)
        and all(sides.put(span.marks)[side] and not any(sides.struck(span.marks)) for span in words)
        and any(sides.put(one.marks)[side] for one in paragraphs[max(at - 1, 0) : at + 1])
    )


def _edited(paragraphs: Sequence[Paragraph], sides: Sides, side: int) -> bool:
    """Whether a side put words here, or struck some of the base but not all."""
    spans = [span for one in paragraphs for span in one.spans if not is_hidden(span)]
    base = [bool(sides.struck(span.marks)[side]) for span in spans if sides.was_in_base(span.marks)]
    return (any(base) and not all(base)) or any(sides.put(span.marks)[side] for span in spans)


def base_words(paragraph: Paragraph, sides: Sides) -> str:
    """The words of a paragraph as the base has them."""
    return "".join(span.text for span in paragraph.spans if not is_hidden(span) and sides.was_in_base(span.marks))


def _words(paragraph: Paragraph) -> str:
    return "".join(span.text for span in paragraph.spans if not is_hidden(span))


Place = tuple[str, int]


def _moved_paragraphs(flows: Mapping[str, Sequence[Paragraph]], sides: Sides, mover: int) -> list[tuple[Place, Place]]:
    left: dict[Place, str] = {}
    arrived: dict[Place, str] = {}
    edited: set[Place] = set()
    for name, paragraphs in flows.items():
        for at, paragraph in enumerate(paragraphs):
            if left_whole(paragraphs, at, sides, mover):
                left[name, at] = base_words(paragraph, sides)
                if _edited([paragraph], sides, 1 - mover):
                    edited.add((name, at))
            elif _arrived_whole(paragraphs, at, sides, mover):
                arrived[name, at] = _words(paragraph)
    return _pairs(left, arrived, edited)


def _moved_rows(rows: Collection[Row], sides: Sides, mover: int) -> list[tuple[str, str]]:
    left = {row.id: row for row in rows if sides.struck(row.marks)[mover] and not sides.struck(row.marks)[1 - mover]}
    arrived = {row.id: _row_words(row, _words) for row in rows if sides.put(row.marks)[mover]}
    edited = {
        name
        for name, row in left.items()
        if _edited([one for cell in row.cells for one in cell.paragraphs], sides, 1 - mover)
    }
    words = {name: _row_words(row, lambda one: base_words(one, sides)) for name, row in left.items()}
    return _pairs(words, arrived, edited)


def _row_words(row: Row, words: Callable[[Paragraph], str]) -> str:
    return "\t".join("\n".join(words(one) for one in cell.paragraphs) for cell in row.cells)


def _pairs(left: Mapping[Key, str], arrived: Mapping[Key, str], edited: Collection[Key]) -> list[tuple[Key, Key]]:
    """Where what was edited arrived: equal words that left and arrived once, else the words most like them."""
    if not edited or not arrived:
        return []
    leaving, places = Counter(left.values()), Counter(arrived.values())
    by_words = {words: new for new, words in arrived.items()}
    vocabulary = Vocabulary()
    # Words that arrived as they left are spoken for.
    free = {new: vocabulary.code(words_of(words)) for new, words in arrived.items() if words not in leaving}
    found: list[tuple[Key, Key]] = []
    for old, words in left.items():
        if old not in edited or len(words) < LEAST_CHARACTERS:
            continue
        if words in places:
            if leaving[words] == places[words] == 1:
                found.append((old, by_words[words]))
            continue
        code = vocabulary.code(words_of(words))
        alike = sorted(((Indel.normalized_similarity(code, other), new) for new, other in free.items()), key=_first)
        if alike and alike[-1][0] >= _LEAST_ALIKE and (len(alike) == 1 or alike[-2][0] < alike[-1][0]):
            found.append((old, alike[-1][1]))
            del free[alike[-1][1]]
    return found


def _first(pair: tuple[float, object]) -> float:
    return pair[0]


@dataclass(frozen=True, slots=True)
class _Edits:
    """What a side did to the words of a paragraph: stretches of the base that it struck, each with the key of its mark,
    and words that it put before a place of the base."""

    strikes: tuple[tuple[int, int, str], ...]
    puts: tuple[tuple[int, Span], ...]


def _edits(paragraph: Paragraph, sides: Sides, side: int) -> _Edits | None:
    """None where something was put that may stand in one place only (an object, a field, a control)."""
    strikes: list[tuple[int, int, str]] = []
    puts: list[tuple[int, Span]] = []
    at = 0
    for span in paragraph.spans:
        if sides.put(span.marks)[side]:
            if "obj" in span.marks or any(kind_of(key) in ("box", "fld") for key in span.marks):
                return None
            if not sides.struck(span.marks)[side]:
                puts.append((at, span))
        elif not is_hidden(span) and sides.was_in_base(span.marks):
            name = sides.struck(span.marks)[side]
            if name:
                strikes.append((at, at + len(span.text), name))
            at += len(span.text)
    return _Edits(tuple(strikes), tuple(puts))


def _blocks(old: str, new: str) -> list[Block]:
    if old == new:
        return [(0, 0, len(old))]
    vocabulary = Vocabulary()
    tokens, others = words_of(old), words_of(new)
    found: list[Block] = []
    at = other_at = token = other = 0
    for change in changes_between(vocabulary.code(tokens), vocabulary.code(others), tokens, others):
        length = sum(map(len, tokens[token : change.old_start]))
        found.append((at, other_at, length))
        at += length + sum(map(len, tokens[change.old_start : change.old_end]))
        other_at += length + sum(map(len, others[change.new_start : change.new_end]))
        token, other = change.old_end, change.new_end
    found.append((at, other_at, sum(map(len, others[other:]))))
    return found


def _mapped(edits: _Edits, old: str, new: str) -> _Edits | None:
    """The edits with places in the moved words. None where one touches what the mover changed as well."""
    blocks = _blocks(old, new)
    strikes: list[tuple[int, int, str]] = []
    puts: list[tuple[int, Span]] = []
    for start, end, name in edits.strikes:
        block = next((one for one in blocks if one[0] <= start and end <= one[0] + one[2]), None)
        if block is None:
            return None
        strikes.append((start - block[0] + block[1], end - block[0] + block[1], name))
    for at, span in edits.puts:
        block = next((one for one in blocks if _stands(at, one, len(old), len(new))), None)
        if block is None:
            return None
        puts.append((at - block[0] + block[1], span))
    return _Edits(tuple(strikes), tuple(puts))


def _stands(at: int, block: Block, old: int, new: int) -> bool:
    """Whether a place lies within equal words, or at an end that both have."""
    start, other, length = block
    if not length:
        return False
    inside = start < at < start + length
    first = at == start == other == 0
    return inside or first or (at == start + length == old and other + length == new)


def _carried(old: Paragraph, new: Paragraph, sides: Sides, mover: int) -> tuple[Paragraph, Paragraph] | None:
    """The old paragraph with the other side's words going as well, and the new one with the other side's edits."""
    edits = _edits(old, sides, 1 - mover)
    mapped = _mapped(edits, base_words(old, sides), _words(new)) if edits is not None else None
    if mapped is None:
        return None
    return Paragraph(_going(old.spans, sides, mover), old.marks), Paragraph(
        _laid(new.spans, mapped, sides, mover), new.marks
    )


def _going(spans: Sequence[Span], sides: Sides, mover: int) -> tuple[Span, ...]:
    """The spans, those that the other side put struck like the words around them."""
    key = next(
        (
            key
            for span in spans
            for key in span.marks
            if kind_of(key) in ("del", "moveFrom") and key.partition(":")[2] == sides.struck(span.marks)[mover]
        ),
        None,
    )
    if key is None:
        return tuple(spans)
    kind, _, name = key.partition(":")
    return tuple(
        Span(span.text, struck(span.marks, name, kind))
        if sides.put(span.marks)[1 - mover] and not any(sides.struck(span.marks))
        else span
        for span in spans
    )


def _laid(spans: Sequence[Span], edits: _Edits, sides: Sides, mover: int) -> tuple[Span, ...]:
    """Moved words with edits laid over them."""
    cuts = sorted({place for start, end, _ in edits.strikes for place in (start, end)} | {at for at, _ in edits.puts})
    waiting = list(edits.puts)
    out: list[Span] = []
    around: Marks = next((span.marks for span in spans if not is_hidden(span)), {})
    at = 0
    for span in spans:
        if is_hidden(span):
            out.append(span)
            continue
        around = span.marks
        stops = [place - at for place in cuts if at < place < at + len(span.text)]
        for start, end in zip([0, *stops], [*stops, len(span.text)], strict=True):
            while waiting and waiting[0][0] <= at + start:
                out.append(_put(waiting.pop(0)[1], around, sides, mover))
            name = next((one for low, high, one in edits.strikes if low <= at + start < high), "")
            marks = struck(span.marks, name) if name else span.marks
            out.append(Span(span.text[start:end], marks))
        at += len(span.text)
    out += [_put(span, around, sides, mover) for _, span in waiting]
    return tuple(out)


def _put(span: Span, around: Marks, sides: Sides, mover: int) -> Span:
    """Words of the other side among moved ones: they come and go with these."""
    marks: dict[str, MarkValue] = {key: value for key, value in span.marks.items() if key in LOOKS}
    moved = sides.put(around)[mover]
    marks |= {key: value for key, value in around.items() if key.partition(":")[2] == moved and ":" in key}
    marks[f"ins:{sides.put(span.marks)[1 - mover]}"] = {"d": depth_after(marks)}
    return Span(span.text, marks)


def _carried_row(old: Row, new: Row, sides: Sides, mover: int) -> tuple[Row, Row] | None:
    """The same for a row, cell by cell."""
    if len(old.cells) != len(new.cells):
        return None
    olds: list[Cell] = []
    news: list[Cell] = []
    for cell, other in zip(old.cells, new.cells, strict=True):
        if len(cell.paragraphs) != len(other.paragraphs):
            return None
        pairs = [
            _carried(one, another, sides, mover) for one, another in zip(cell.paragraphs, other.paragraphs, strict=True)
        ]
        told = [pair for pair in pairs if pair is not None]
        if len(told) != len(pairs):
            return None
        olds.append(replace(cell, paragraphs=tuple(one for one, _ in told)))
        news.append(replace(other, paragraphs=tuple(one for _, one in told)))
    return replace(old, cells=tuple(olds)), replace(new, cells=tuple(news))
