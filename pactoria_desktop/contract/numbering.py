"""Automatic numbers, computed from Word's numbering definitions (ECMA-376 part 1, 17.9) in document order.

Counters belong to the abstract definition, so that its instances count on together; a start override restarts its
level once, when its instance is first used. A level restarts after any level above it was used, unless ``restart``
says otherwise (0: never). A level shown in a label before it was ever used shows its start.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pactoria_desktop.contract.accepted import AcceptedText
from pactoria_desktop.contract.ordinals import formatted
from pactoria_desktop.contract.text import Marks, Material, Numbering, NumberingLevel

LEVELS = 9
Record = tuple[str | None, int]
"""What a number needs to know of a paragraph: its numbering (None: not counted) and its level, 0 to 8."""

BULLETS = {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf076": "❖", "\uf0a8": "◆", "\uf02d": "-"}


@dataclass(frozen=True, slots=True)
class Label:
    """A paragraph's number. ``text`` as shown ("11.2.", "(a)"), ``values`` of the levels down to its own.

    ``own`` is the number of its own level alone, as a reference that leaves the upper levels out shows it.
    """

    text: str
    level: int
    values: tuple[int, ...]
    own: str


def record(marks: Marks, material: Material, *, empty: bool = False) -> Record:
    """The numbering and level that a newline's marks give.

    ``empty`` says that the paragraph has no visible character: one that only ends a Word section is not counted.
    """
    properties = material.paragraphs.get(str(marks.get("p:props", "")))
    numbering = properties.numbering if properties is not None else None
    level = properties.level if properties is not None else 0
    style = marks.get("p:style")
    if isinstance(style, str) and not (properties is not None and "numPr" in properties.xml):
        known = material.styles.get(style)
        numbering, level = (known.numbering, known.level) if known is not None else (None, 0)
    direct = marks.get("p:num")
    if isinstance(direct, str):
        numbering = direct or None
    chosen = marks.get("p:lvl")
    if isinstance(chosen, int):
        level = chosen
    if numbering is None or numbering not in material.numberings:
        return None, 0
    if empty and properties is not None and properties.ends_section:
        return None, 0
    return numbering, min(max(level, 0), LEVELS - 1)


def labels_of(text: AcceptedText, material: Material) -> tuple[Label | None, ...]:
    """The label of every paragraph of a view, None where it has no number. Struck paragraphs are not in it."""
    cache: dict[tuple[object, ...], Record] = {}
    records = []
    for paragraph in text.paragraphs:
        marks = paragraph.marks
        empty = paragraph.start == paragraph.end
        key = (marks.get("p:props"), marks.get("p:style"), marks.get("p:num"), marks.get("p:lvl"), empty)
        found = cache.get(key)
        if found is None:
            found = cache[key] = record(marks, material, empty=empty)
        records.append(found)
    counter = Counter(material.numberings)
    return tuple(counter.label(*one) for one in records)


def number(records: Iterable[Record], numberings: Mapping[str, Numbering]) -> list[str]:
    """The label text of each record in document order, "" where it has none."""
    return Counter(numberings).texts(records)


class Renumbering:
    """The labels of a text that is being edited: only what a change can reach is computed again.

    Records are given anew after each edit; equal records at both ends are found by comparing, the state before the
    first difference is taken up from the nearest checkpoint, and the walk stops where state and records agree again.
    """

    STEP = 64

    def __init__(self, numberings: Mapping[str, Numbering]) -> None:
        self._numberings = numberings
        self._records: list[Record] = []
        self._labels: list[str] = []
        self._checkpoints: list[tuple[int, _State]] = []

    def update(self, records: Sequence[Record]) -> tuple[list[str], int, int]:
        """All labels, and the range of records (first, end) whose labels may be new."""
        old, new = self._records, list(records)
        first = _first_difference(old, new)
        if first == len(old) == len(new):
            return self._labels, first, first
        shift = len(new) - len(old)
        counter = Counter(self._numberings)
        kept = max(bisect_right(self._checkpoints, first, key=_position) - 1, 0)
        checkpoints = self._checkpoints[:kept]
        position = 0
        if kept < len(self._checkpoints):
            position, state = self._checkpoints[kept]
            counter.restore(state)
        labels = self._labels[:position]
        ahead = kept + 1
        while position < len(new):
            state = counter.state()
            checkpoints.append((position, state))
            stop = position + self.STEP
            while ahead < len(self._checkpoints) and self._checkpoints[ahead][0] + shift <= position:
                at, known = self._checkpoints[ahead]
                if at + shift == position > first and known == state and old[at:] == new[position:]:
                    labels += self._labels[at:]
                    checkpoints += [(place + shift, later) for place, later in self._checkpoints[ahead + 1 :]]
                    self._records, self._labels, self._checkpoints = new, labels, checkpoints
                    return labels, first, position
                ahead += 1
            if ahead < len(self._checkpoints):
                stop = min(stop, self._checkpoints[ahead][0] + shift)
            labels += counter.texts(new[position:stop])
            position = stop
        self._records, self._labels, self._checkpoints = new, labels, checkpoints
        return labels, first, len(new)


def _position(checkpoint: "tuple[int, _State]") -> int:
    return checkpoint[0]


def _first_difference(old: Sequence[Record], new: Sequence[Record]) -> int:
    shortest = min(len(old), len(new))
    first = 0
    while first < shortest and old[first : first + 64] == new[first : first + 64]:
        first += 64
    first = min(first, shortest)
    while first < shortest and old[first] == new[first]:
        first += 1
    return first


_State = tuple[tuple[tuple[str, tuple[int | None, ...]], ...], frozenset[tuple[str, int]]]


class Counter:
    """Counts paragraph after paragraph."""

    def __init__(self, numberings: Mapping[str, Numbering]) -> None:
        self._numberings = numberings
        self._values: dict[str, list[int | None]] = {}
        self._applied: set[tuple[str, int]] = set()
        self._patterns: dict[tuple[str, int], _Pattern] = {}

    def state(self) -> _State:
        """Where the count stands."""
        return tuple((key, tuple(values)) for key, values in self._values.items()), frozenset(self._applied)

    def restore(self, state: _State) -> None:
        """Goes on from an earlier state."""
        self._values = {key: list(values) for key, values in state[0]}
        self._applied = set(state[1])

    def texts(self, records: Iterable[Record]) -> list[str]:
        """The label text of each record, "" where it has none."""
        result = []
        patterns = self._patterns
        for key in records:
            if key[0] is None:
                result.append("")
                continue
            pattern = patterns.get(key) or self._pattern(*key)  # type: ignore[arg-type]
            result.append("" if pattern is None else pattern.text(self._count(pattern)))
        return result

    def label(self, numbering: str | None, level: int) -> Label | None:
        """Counts one paragraph and gives its label, None where it has no number."""
        if numbering is None or (pattern := self._pattern(numbering, level)) is None:
            return None
        values = self._count(pattern)
        shown = tuple(pattern.shown(values, number) for number in range(level + 1))
        return Label(pattern.text(values), level, shown, pattern.own(values))

    def _pattern(self, numbering: str, level: int) -> "_Pattern | None":
        key = (numbering, level)
        pattern = self._patterns.get(key)
        if pattern is None:
            definition = self._numberings.get(numbering)
            if definition is None or not 0 <= level < len(definition.levels):
                return None
            pattern = self._patterns[key] = _Pattern(definition, level)
        return pattern

    def _count(self, pattern: "_Pattern") -> list[int | None]:
        values = self._values.get(pattern.abstract)
        if values is None:
            values = self._values[pattern.abstract] = [None] * LEVELS
        level = pattern.level
        if pattern.overrides and (pattern.numbering, level) not in self._applied:
            self._applied.add((pattern.numbering, level))
            values[level] = pattern.starts[level]
        else:
            value = values[level]
            values[level] = pattern.starts[level] if value is None else value + 1
        for deeper in pattern.restarts:
            values[deeper] = None
        return values


class _Pattern:
    """One level of one numbering, prepared: the pieces of its label and the levels that it restarts."""

    __slots__ = (
        "_cache",
        "_formats",
        "_pieces",
        "_template",
        "_used",
        "abstract",
        "level",
        "numbering",
        "overrides",
        "restarts",
        "starts",
    )

    def __init__(self, definition: Numbering, level: int) -> None:
        levels = definition.levels
        own = levels[level]
        overrides = dict(definition.starts)
        self.numbering = definition.id
        self.abstract = definition.abstract
        self.level = level
        self.overrides = level in overrides
        self.starts = tuple(overrides.get(number, one.start) for number, one in enumerate(levels))
        self.restarts = tuple(
            deeper for deeper in range(level + 1, len(levels)) if _restarts(levels[deeper], deeper, level)
        )
        self._formats = tuple(
            "decimal" if own.legal and one.format not in ("none", "bullet") else one.format for one in levels
        )
        self._pieces = _pieces(own, len(levels))
        self._used = tuple(piece for piece in self._pieces if isinstance(piece, int))
        self._cache: dict[tuple[int, ...], str] = {}
        self._template = None
        if all(self._formats[used] == "decimal" for used in self._used):
            self._template = "".join(
                piece.replace("%", "%%") if isinstance(piece, str) else "%d" for piece in self._pieces
            )

    def shown(self, values: Sequence[int | None], level: int) -> int:
        """The number of a level as a label shows it."""
        value = values[level]
        return self.starts[level] if value is None else value

    def text(self, values: Sequence[int | None]) -> str:
        """The label."""
        starts = self.starts
        numbers = tuple([starts[n] if (value := values[n]) is None else value for n in self._used])
        if self._template is not None:
            return self._template % numbers
        found = self._cache.get(numbers)
        if found is None:
            found = self._cache[numbers] = "".join(
                piece if isinstance(piece, str) else formatted(self.shown(values, piece), self._formats[piece])
                for piece in self._pieces
            )
        return found

    def own(self, values: Sequence[int | None]) -> str:
        """The label without the levels above and what stands before its own number's brackets."""
        if self.level not in self._used:
            return self.text(values)
        place = len(self._pieces) - 1 - self._pieces[::-1].index(self.level)
        before = self._pieces[place - 1] if place else ""
        after = self._pieces[place + 1] if place + 1 < len(self._pieces) else ""
        opening = before if isinstance(before, str) else ""
        if any(isinstance(piece, int) for piece in self._pieces[:place]):
            opening = opening.lstrip(".-–, ")
        middle = formatted(self.shown(values, self.level), self._formats[self.level])
        return opening + middle + (after if isinstance(after, str) else "")


def _restarts(deeper: NumberingLevel, number: int, used: int) -> bool:
    """Whether using level ``used`` restarts level ``number``. ``restart`` names a level by its number from one."""
    if deeper.restart is None:
        return used < number
    return used < deeper.restart


def _pieces(level: NumberingLevel, known: int) -> tuple[str | int, ...]:
    """The label's text cut at its ``%1`` to ``%9``; a level that is not defined shows nothing."""
    text = level.text
    if level.format == "bullet":
        return ("".join(BULLETS.get(letter, letter) for letter in text),)
    pieces: list[str | int] = []
    plain = ""
    position = 0
    while position < len(text):
        letter = text[position]
        following = text[position + 1 : position + 2]
        if letter == "%" and following and following in "123456789":
            if plain:
                pieces.append(plain)
                plain = ""
            if int(following) <= known:
                pieces.append(int(following) - 1)
            position += 2
        else:
            plain += letter
            position += 1
    if plain:
        pieces.append(plain)
    return tuple(pieces)
