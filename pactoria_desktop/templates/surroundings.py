"""How a contract numbers and sets its clauses where a new one is to go: taken from the paragraphs around the place.

A *scheme* is one way of counting: an abstract numbering of Word, numbers that somebody typed, or headings without
numbers. The scheme of a place is that of the nearest clause before it (after it, where there is none); the depth of a
paragraph counts from 0, the clause itself.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pactoria_desktop.contract.accepted import AcceptedParagraph, AcceptedText
from pactoria_desktop.contract.numbering import Label, labels_of, record
from pactoria_desktop.contract.outline import heading_level
from pactoria_desktop.contract.text import ContractText, Material, NumberingLevel

TYPED = "typed"
HEADINGS = "headings"
MOST_HEADING_WORDS = 14
_FEWEST_TYPED = 3
"""Fewer paragraphs that begin with a typed number are no scheme."""
_TYPED_NUMBER = re.compile(
    r"(?P<number>\d{1,3}(?:\.\d{1,3}){0,4})(?P<stop>[.)]?)(?P<gap>[\t ]+)(?=\S)"
    r"|\((?P<letter>[a-z]{1,2}|[ivx]{1,5})\)(?P<gap2>[\t ]+)(?=\S)"
)
_CONTENTS_LINE = re.compile(r"(?:\t|\.{3,}|…|(?:\. ){3,})\s*(?:\d{1,4}|[ivxl]{1,6})\s*$")
_CLAUSE_FORMATS = frozenset(
    ("decimal", "decimalZero", "upperRoman", "ordinal", "cardinalText", "ordinalText", "upperLetter")
)
_SENTENCE_ENDS = (".", ";", ":", ",", "; and", "; or")


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """A number that is typed: its digits ("11.3", "" for a letter) or letter, what follows it, and the gap."""

    digits: str
    letter: str
    stop: str
    gap: str
    length: int


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph as the scheme sees it. ``scheme`` "" and ``depth`` None: not counted in any."""

    paragraph: AcceptedParagraph
    words: str
    label: Label | None
    level: NumberingLevel | None
    numbering: str
    scheme: str
    depth: int | None
    heading: int | None
    typed: TypedNumber | None

    @property
    def is_title(self) -> bool:
        """Whether its words read like a heading: few of them, and no sentence."""
        words = self.words.strip()
        return bool(words) and len(words.split()) <= MOST_HEADING_WORDS and not words.endswith(_SENTENCE_ENDS)


def rows_of(text: ContractText, view: AcceptedText) -> tuple[Row, ...]:
    """Every paragraph of a contract."""
    material = text.material
    labels = labels_of(view, material)
    return tuple(
        _row(paragraph, view.line(paragraph), label, material)
        for paragraph, label in zip(view.paragraphs, labels, strict=True)
    )


def typed_number(words: str) -> TypedNumber | None:
    """The number that is typed at the beginning of a paragraph."""
    found = _TYPED_NUMBER.match(words)
    if found is None:
        return None
    return TypedNumber(
        found["number"] or "", found["letter"] or "", found["stop"] or "", found["gap"] or found["gap2"], found.end()
    )


def _row(paragraph: AcceptedParagraph, words: str, label: Label | None, material: Material) -> Row:
    numbering, depth = record(paragraph.marks, material, empty=not words)
    heading = heading_level(paragraph, material)
    known = material.numberings.get(numbering) if numbering is not None else None
    level = known.levels[depth] if known is not None and depth < len(known.levels) else None
    if (
        known is not None
        and level is not None
        and label is not None
        and label.text.strip()
        and level.format != "bullet"
    ):
        return Row(paragraph, words, label, level, known.id, f"w:{known.abstract}", depth, heading, None)
    typed = typed_number(words) if label is None and not _CONTENTS_LINE.search(words) else None
    if typed is not None and typed.digits:
        parts = typed.digits.split(".")
        while len(parts) > 1 and parts[-1] == "0":
            parts.pop()
        return Row(paragraph, words, None, None, "", TYPED, len(parts) - 1, heading, typed)
    if heading is not None and label is None:
        return Row(paragraph, words, None, None, "", HEADINGS, heading - 1, heading, typed)
    return Row(paragraph, words, label, level, known.id if known is not None else "", "", None, heading, typed)


def is_clause(row: Row) -> bool:
    """Whether a row can be a clause of its scheme: counted by numbers at the uppermost depth, or a heading."""
    if row.depth is None:
        return False
    if row.scheme == HEADINGS:
        return True
    if row.depth != 0:
        return False
    if row.level is not None:
        return row.level.format in _CLAUSE_FORMATS and not row.level.text.lstrip().startswith("(")
    return True


@dataclass(frozen=True)
class Surroundings:
    """The scheme of a place. ``scheme`` "" means that nothing is counted there.

    ``clause`` is the number of the row that is the clause of the place, None before the first one; ``top`` is the
    depth of clauses in the scheme (0, or the level of the headings); ``ends`` tells that the place is the clause's
    end, so that a new clause can follow; ``inside`` is the depth, relative to ``top``, of what stands at the place.
    """

    rows: tuple[Row, ...]
    at: int
    scheme: str
    clause: int | None
    top: int
    ends: bool
    inside: int

    def depth(self, number: int) -> int | None:
        """The depth of a row below the clause level in this scheme, None where it is not counted in it."""
        row = self.rows[number]
        if row.scheme != self.scheme or row.depth is None or row.depth < self.top:
            return None
        return row.depth - self.top

    def nearest(self, depth: int) -> Row | None:
        """The nearest row at a depth, rather before the place than after it."""
        return self._nearest([number for number in self._main if self.depth(number) == depth])

    def nearest_plain(self) -> Row | None:
        """The nearest paragraph of sentences that is not counted."""
        plain = [
            number
            for number in self._main
            if (row := self.rows[number]).depth is None
            and row.label is None
            and row.heading is None
            and row.words.strip()
            and not row.is_title
        ]
        return self._nearest(plain)

    def nearest_list(self) -> Row | None:
        """The nearest item of a list that counts by itself."""
        return self._nearest(
            [
                number
                for number in self._main
                if (row := self.rows[number]).scheme not in (self.scheme, HEADINGS, TYPED)
                and row.label is not None
                and not is_clause(row)
            ]
        )

    @cached_property
    def clause_rows(self) -> list[int]:
        """The numbers of the rows with words that the clause of the place has, its first one included."""
        if self.clause is None:
            return []
        found = [self.clause]
        for number in self._main:
            row = self.rows[number]
            if number > self.clause:
                if row.depth is not None and row.depth <= self.top and row.scheme in (self.scheme, HEADINGS):
                    break
                if row.words.strip():
                    found.append(number)
        return found

    def at_depth(self, depth: int) -> list[int]:
        """The numbers of all rows at a depth."""
        return [number for number in self._main if self.depth(number) == depth]

    @cached_property
    def _main(self) -> list[int]:
        return [
            number
            for number, row in enumerate(self.rows)
            if row.paragraph.part == "main" and not row.paragraph.in_table
        ]

    def _nearest(self, numbers: Sequence[int]) -> Row | None:
        before = [number for number in numbers if number <= self.at]
        if before:
            return self.rows[before[-1]]
        after = [number for number in numbers if number > self.at]
        return self.rows[after[0]] if after else None


def surroundings(rows: tuple[Row, ...], at: int) -> Surroundings:
    """The scheme of the place behind a row."""
    place = rows[at].paragraph
    if place.part != "main" or place.in_table:
        return Surroundings(rows, at, "", None, 0, False, 0)
    main = [number for number, row in enumerate(rows) if row.paragraph.part == "main" and not row.paragraph.in_table]
    scheme, top = _principal(rows, main)
    if not scheme:
        return Surroundings(rows, at, "", None, 0, False, 0)
    clause: int | None = None
    other: int | None = None
    for number in reversed([number for number in main if number <= at]):
        row = rows[number]
        if row.scheme == scheme and row.depth == top:
            clause = number
            break
        if row.scheme == HEADINGS and row.depth is not None and row.depth <= top and scheme != HEADINGS:
            # A schedule, or another part that the clauses' numbers do not reach.
            if other is None and not any(rows[one].scheme == scheme for one in main if one > at):
                return Surroundings(rows, at, "", None, 0, False, 0)
            break
        if other is None and is_clause(row) and row.scheme not in (scheme, HEADINGS):
            other = number
    if clause is None and other is not None:
        scheme, clause, top = rows[other].scheme, other, 0
    return _placed(rows, main, at, scheme, clause, top)


def _placed(rows: tuple[Row, ...], main: list[int], at: int, scheme: str, clause: int | None, top: int) -> Surroundings:
    """Where in its clause a place is: at the end, or at a depth within."""
    found = Surroundings(rows, at, scheme, clause, top, True, 0)
    if clause is None:
        return found
    following = None
    plain = goes_on = False
    for number in [number for number in main if number > at]:
        row = rows[number]
        if row.depth is not None and row.depth <= top and row.scheme in (scheme, HEADINGS):
            goes_on = row.scheme == scheme
            break
        if row.depth is not None or row.label is not None:
            following = number
            break
        plain = plain or bool(row.words.strip())
    if following is None and not (plain and (goes_on or at == clause or scheme == HEADINGS)):
        # Words without a number behind the last clause are no part of it: signatures, most often.
        return found
    before = [depth for number in main if number <= at and (depth := found.depth(number)) is not None]
    inside = found.depth(following) if following is not None else None
    return Surroundings(rows, at, scheme, clause, top, False, max(1, inside if inside else before[-1]))


def _principal(rows: tuple[Row, ...], main: list[int]) -> tuple[str, int]:
    """The scheme in which most clauses are counted, and the depth of its clauses; "" where there is none."""
    counted = Counter(
        rows[number].scheme for number in main if is_clause(rows[number]) and rows[number].scheme != HEADINGS
    )
    for scheme, count in sorted(counted.items(), key=lambda one: (-one[1], one[0] == TYPED)):
        if scheme != TYPED or count >= _FEWEST_TYPED:
            return scheme, 0
    levels = Counter(
        depth for number in main if rows[number].scheme == HEADINGS and (depth := rows[number].depth) is not None
    )
    several = [level for level, count in levels.items() if count >= 2]
    return (HEADINGS, min(several)) if several else ("", 0)
