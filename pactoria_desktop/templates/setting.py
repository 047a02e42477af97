"""The marks of new paragraphs at a place: those of the contract's own paragraphs of the same depth."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from pactoria_desktop.contract.ordinals import formatted
from pactoria_desktop.contract.suggesting import LOOK_KEYS
from pactoria_desktop.contract.text import (
    HIDDEN,
    OBJECT,
    ContractText,
    Marks,
    MarkValue,
    NumberingLevel,
    kind_of,
)
from pactoria_desktop.templates.source_words import SourceWords
from pactoria_desktop.templates.surroundings import HEADINGS, TYPED, Row, Surroundings, TypedNumber

Headings = Literal["own", "run-in", "none"]
"""Whether clauses have a heading: a paragraph of its own, words that run into the clause, or none."""

_KEPT = ("p:props", "p:style", "p:num", "p:lvl")
_RUN_IN = re.compile(r"[A-Z0-9][^.:\n]{1,80}[.:](?=\s)")
_SMALL = frozenset(("a", "an", "the", "of", "and", "or", "for", "to", "in", "on", "by", "with", "from", "as", "at"))
_MOST_WORDS_WITH_A_STOP = 5
"""Words in the style of a heading that end in a full stop are one only if they are so few."""
_SAMPLE = 40
"""How many clauses around are looked at for habits."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words with the marks that say how they look."""

    text: str
    look: Marks = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Model:
    """How a new paragraph is set: the marks of its newline, the look of its words, whether its number is typed."""

    marks: Marks
    look: Marks
    typed: bool = False


class Setting:
    """How the contract sets its clauses around a place."""

    def __init__(self, text: ContractText, around: Surroundings) -> None:
        """Of the text whose rows the surroundings hold."""
        self.around = around
        self._text = text
        self._source = SourceWords(text)
        self._models: dict[tuple[int | None, bool], Model] = {}

    @cached_property
    def _clauses(self) -> list[Row]:
        """The clauses nearest to the place."""
        numbers = sorted(self.around.at_depth(0), key=lambda number: abs(number - self.around.at))
        rows = [self.around.rows[number] for number in sorted(numbers[:_SAMPLE])]
        return [row for row in rows if row.words.strip()]

    @cached_property
    def headings(self) -> Headings:
        """What most clauses around have."""
        if self.around.scheme == HEADINGS:
            return "own"
        found = Counter(self._heading_of(row) for row in self._clauses)
        return found.most_common(1)[0][0] if found else "none"

    def _heading_of(self, row: Row) -> Headings:
        if row.is_title:
            return "own"
        start = row.typed.length if row.typed is not None else 0
        found = _RUN_IN.match(row.words[start:])
        if found is not None and len(found[0].split()) <= 10 and row.words[start + found.end() :].strip():
            emphasised = self._emphasised(row)
            if start + 2 < emphasised <= start + found.end() + 2:
                return "run-in"
        return "own" if row.heading is not None and len(row.words.split()) <= _MOST_WORDS_WITH_A_STOP else "none"

    def _emphasised(self, row: Row) -> int:
        """How many characters at the beginning of a row stand out."""
        count = 0
        for words, marks in self._spans(row):
            if words.strip() and not self._stands_out(marks):
                break
            count += len(words)
        return count

    def _stands_out(self, marks: Marks) -> bool:
        run = self._text.material.runs.get(str(marks.get("run", "")))
        capitals = run is not None and (run.look.caps or run.look.small_caps)
        return capitals or self._source.shows(marks, "bold", "underline", "italic")

    @cached_property
    def types_numbers(self) -> bool:
        """Whether numbers are typed at this place."""
        return self.around.scheme == TYPED

    def in_case(self, heading: str) -> str:
        """A heading in the capitals that the headings around have."""
        titles = [self._title(row) for row in self._clauses]
        told = [[word for word in title.split() if word.casefold() not in _SMALL] for title in titles]
        several = [words for words in told if len(words) > 1]
        if titles and sum(title.isupper() for title in titles) * 2 > len(titles):
            return heading.upper()
        capitals = sum(not any(word[0].islower() for word in words) for words in several)
        return in_title_case(heading) if several and capitals * 2 > len(several) else heading

    def _title(self, row: Row) -> str:
        words = row.words[row.typed.length :] if row.typed is not None else row.words
        found = _RUN_IN.match(words)
        return words if row.is_title or found is None else found[0][:-1]

    def look(self, model: Model, *, bold: bool, title: bool) -> Marks:
        """The look of words in a paragraph: of a term that is defined, or of a heading that runs in."""
        if title:
            return self._run_in_look
        return {**model.look, "bold": True} if bold else model.look

    @cached_property
    def _run_in_look(self) -> Marks:
        for row in sorted(self._clauses, key=lambda one: abs(one.paragraph.start - self._start)):
            if self._heading_of(row) == "run-in":
                at = 0
                for words, marks in self._spans(row):
                    at += len(words)
                    if words.strip() and (row.typed is None or at > row.typed.length):
                        return _look(marks)
        return {"bold": True}

    @property
    def _start(self) -> int:
        return self.around.rows[self.around.at].paragraph.start

    # Models

    def model(self, depth: int | None, *, heading: bool) -> Model:
        """How a paragraph of a depth is set."""
        key = (depth, heading)
        if key not in self._models:
            self._models[key] = self._model(depth, heading)
        return self._models[key]

    def _model(self, depth: int | None, heading: bool) -> Model:
        around = self.around
        if not around.scheme or depth is None:
            return self._plain_model(typed=depth is not None)
        if around.scheme == HEADINGS:
            row = around.nearest(0) if depth == 0 and heading else None
            return self._of(row) if row is not None else self._plain_model(typed=depth > 1)
        if depth == 1 and not heading and self._bodies_are_plain:
            return self._plain_model(typed=False)
        if depth > 1 and self._bodies_are_plain:
            return self._plain_model(typed=True)
        row = around.nearest(depth)
        if around.scheme == TYPED:
            return replace(self._of(row), typed=True) if row is not None else self._plain_model(typed=True)
        if row is not None:
            return self._of(row)
        return self._unused_level(depth) or self._list_model()

    @cached_property
    def _bodies_are_plain(self) -> bool:
        """Whether clauses go on with paragraphs that have no number: the clause of the place, else most of them."""
        if self.headings != "own" or self.around.scheme == HEADINGS:
            return False
        if not self.around.ends and self.around.clause is not None:
            own = self.around.clause_rows
            return len(own) > 1 and not any(self._is_numbered_body(number) for number in own)
        rows = self.around.rows
        plain = counted = 0
        for number in self.around.at_depth(0):
            following = next((one for one in range(number + 1, len(rows)) if rows[one].words.strip()), None)
            if following is None or rows[following].paragraph.in_table:
                continue
            depth = self.around.depth(following)
            if depth is not None and depth > 0 and rows[following].is_title:
                plain += 1  # A heading below the clause's own, whose words follow it.
            else:
                counted += self._is_numbered_body(following)
                plain += depth is None and rows[following].label is None and rows[following].heading is None
        return plain > counted

    def _is_numbered_body(self, number: int) -> bool:
        """Whether a row is a numbered paragraph of sentences below the clause level."""
        return bool(self.around.depth(number)) and not self.around.rows[number].is_title

    def _of(self, row: Row) -> Model:
        marks = {key: row.paragraph.marks[key] for key in _KEPT if key in row.paragraph.marks}
        return Model(marks, self._look_of(row))

    def _plain_model(self, *, typed: bool) -> Model:
        """As a paragraph without a number; where there is none, as the one at the place, its number taken away."""
        row = self.around.nearest_plain() if self.around.scheme else self._here
        if row is None:
            row = self.around.nearest(1) or self._here
        found = self._of(row)
        marks = dict(found.marks)
        if row.label is not None:
            marks["p:num"] = ""
        return Model(marks, found.look, typed)

    @property
    def _here(self) -> Row:
        """The paragraph at the place, or the next one of sentences if that is a heading."""
        rows, at = self.around.rows, self.around.at
        place = rows[at]
        if place.heading is None:
            return place
        same = (row for row in rows[at + 1 :] if row.paragraph.part == place.paragraph.part)
        return next((row for row in same if row.heading is None and not row.paragraph.in_table), place)

    def _list_model(self) -> Model:
        """As an item of a list nearby, whose own count cannot be used again: its letter is typed."""
        row = self.around.nearest_list()
        if row is None:
            return self._plain_model(typed=True)
        found = self._of(row)
        return Model({**found.marks, "p:num": ""}, found.look, True)

    def _unused_level(self, depth: int) -> Model | None:
        """A level that the contract's numbering knows and does not use yet; None where it does not know it."""
        clause = self._reference
        numbering = self._text.material.numberings.get(clause.numbering) if clause is not None else None
        if numbering is None or depth >= len(numbering.levels):
            return None
        level = numbering.levels[depth]
        if not _counts(level):
            return None
        marks: dict[str, MarkValue] = {"p:num": numbering.id, "p:lvl": depth}
        style = self._text.material.styles.get(level.style)
        if style is not None and style.numbering is not None:
            return Model({**marks, "p:style": style.id}, self._plain_model(typed=False).look)
        base = self.around.nearest(depth - 1) if depth > 1 else None
        found = self._of(base) if base is not None else self._plain_model(typed=False)
        return Model({**found.marks, **marks}, found.look)

    @property
    def _reference(self) -> Row | None:
        if self.around.clause is not None:
            return self.around.rows[self.around.clause]
        return self.around.nearest(0)

    # Looks

    def _spans(self, row: Row) -> list[tuple[str, Marks]]:
        return self._source.of(row.paragraph)

    def _look_of(self, row: Row) -> Marks:
        """The look of most of a paragraph's words."""
        sizes: Counter[str] = Counter()
        looks: dict[str, Marks] = {}
        for words, marks in self._spans(row):
            if "obj" in marks or any(kind_of(key) in ("fld", "box") for key in marks):
                continue
            size = len(words.replace(HIDDEN, "").replace(OBJECT, "").strip())
            look = _look(marks)
            key = repr(sorted(look.items()))
            looks[key] = look
            sizes[key] += size
        return looks[sizes.most_common(1)[0][0]] if sizes else {}

    # Numbers that are typed

    def numbers(self) -> "TypedNumbers":
        """The numbers that new paragraphs get where numbers are typed."""
        around = self.around
        counts: dict[int, int] = {}
        styles: dict[int, TypedNumber] = {}
        if around.scheme == TYPED:
            before = [number for number in range(around.at + 1) if around.depth(number) is not None]
            if before and around.clause is not None:
                for number in [one for one in before if one >= around.clause]:
                    typed, depth = around.rows[number].typed, around.depth(number)
                    if typed is not None and depth is not None:
                        counts = {one: int(part) for one, part in enumerate(typed.digits.split(".")[: depth + 1])}
            for depth in range(5):
                row = around.nearest(depth)
                if row is not None and row.typed is not None:
                    styles[depth] = row.typed
        return TypedNumbers(counts, styles, decimal=around.scheme == TYPED)


class TypedNumbers:
    """Counts on from the numbers that are typed before the place."""

    def __init__(self, counts: Mapping[int, int], styles: Mapping[int, TypedNumber], *, decimal: bool) -> None:
        """``counts`` are the last numbers by depth, ``styles`` how they are typed."""
        self._counts = dict(counts)
        self._styles = styles
        self._decimal = decimal

    def next(self, depth: int | None) -> str:
        """The next number of a depth with what follows it; letters where the contract types no digits so deep."""
        if depth is None:
            self._counts.clear()
            return ""
        self._counts[depth] = self._counts.get(depth, 0) + 1
        for deeper in [one for one in self._counts if one > depth]:
            del self._counts[deeper]
        style = self._styles.get(depth)
        if self._decimal and (style is not None or depth < 2):
            usual = style or self._styles.get(0) or TypedNumber("", "", ".", " ", 0)
            stop = usual.stop if style is not None or depth == 0 else ""
            return ".".join(str(self._counts.get(one, 1)) for one in range(depth + 1)) + stop + usual.gap
        kind = "lowerLetter" if depth <= 2 else "lowerRoman"
        return f"({formatted(self._counts[depth], kind)})\t"


def in_title_case(words: str) -> str:
    """A heading with capitals, small words apart."""
    first, *others = re.split(r"(\s+|-)", words)
    return first + "".join(
        other if other.casefold() in _SMALL or not other[:1].islower() else other[:1].upper() + other[1:]
        for other in others
    )


def _look(marks: Marks) -> dict[str, MarkValue]:
    return {key: marks[key] for key in LOOK_KEYS if key in marks}


def _counts(level: NumberingLevel) -> bool:
    return level.format not in ("none", "bullet", "") and "%" in level.text
