"""Two people's changes to one text, and where they clash.

The text that is judged holds both sides' changes as marks over the common base (see ``documents/merge.py``). Only words
that both changed with different outcome clash; each side's words then stand one after the other, under a comment.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pactoria_desktop.contract.lines import is_hidden
from pactoria_desktop.contract.text import (
    Marks,
    MarkValue,
    Paragraph,
    Span,
    id_of,
    kind_of,
)

_STRUCK = ("del", "moveFrom")
_PUT = ("ins", "moveTo")
_LONGEST_ALIKE = 400


@dataclass(frozen=True, slots=True)
class Clash:
    """Words that both sides changed otherwise. ``paragraph`` counts the paragraphs of the base text from 0."""

    paragraph: int
    base: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Sides:
    """Which revisions are whose: ids of what is new on either side since the base."""

    mine: frozenset[str]
    theirs: frozenset[str]

    def struck(self, marks: Marks) -> tuple[str, str]:
        """The ids of a deletion by me and by them ("" for none)."""
        return self._named(marks, _STRUCK)

    def put(self, marks: Marks) -> tuple[str, str]:
        """The ids of an insertion by me and by them ("" for none)."""
        return self._named(marks, _PUT)

    def _named(self, marks: Marks, kinds: tuple[str, ...]) -> tuple[str, str]:
        mine = theirs = ""
        for key in marks:
            if kind_of(key) in kinds:
                name = id_of(key)
                if name in self.mine:
                    mine = name
                elif name in self.theirs:
                    theirs = name
        return mine, theirs

    def was_in_base(self, marks: Marks) -> bool:
        """Whether characters with these marks are part of the base text."""
        for key in marks:
            kind, name = kind_of(key), id_of(key)
            if kind in _PUT and (name in self.mine or name in self.theirs):
                return False
            if kind in _STRUCK and name not in self.mine and name not in self.theirs:
                return False
        return True


@dataclass(slots=True)
class _Piece:
    """A stretch of characters; ``paragraph`` and ``span`` say where (``span`` -1 for the newline), ``held`` is the key
    of the object that they stand for; ``leads`` says that nothing stands before them in their paragraph."""

    paragraph: int
    span: int
    text: str
    struck: tuple[str, str]
    put: tuple[str, str]
    held: str = ""
    leads: bool = False

    def read_by(self, side: int) -> str:
        """What a side reads here; an object is told by its key."""
        if self.struck[side] or (any(self.put) and not self.put[side]):
            return ""
        return f"{self.text}\0{self.held}\0" if self.held else self.text


@dataclass(slots=True)
class Judged:
    """Paragraphs with clashes marked and doubled changes of both sides made one, but within a clash."""

    paragraphs: list[Paragraph]
    clashes: list[Clash] = field(default_factory=list)
    base_paragraphs: int = 0


def judged(
    paragraphs: Sequence[Paragraph],
    sides: Sides,
    comment: Callable[[Clash], str],
    *,
    before: int = 0,
    settled: Collection[int] = (),
) -> Judged:
    """One flow of paragraphs judged. ``comment`` gives the id of a comment for a clash; ``before`` counts the base
    paragraphs that came earlier; ``settled`` are the places of paragraphs that need no judging."""
    out = Judged(list(paragraphs))
    dropped: set[tuple[int, int]] = set()
    kept: set[tuple[int, int]] = set()
    commented: dict[tuple[int, int], str] = {}
    number = before
    for cluster, passed, alike in _clusters(paragraphs, sides, settled):
        number = before + passed
        verdict = "same" if alike else _verdict(cluster)
        if verdict == "same":
            dropped.update((piece.paragraph, piece.span) for piece in cluster if piece.put[1] and not piece.put[0])
            kept.update((piece.paragraph, piece.span) for piece in cluster if piece.struck[1])
        elif verdict == "clash":
            clash = Clash(number, *_readings(cluster))
            out.clashes.append(clash)
            name = comment(clash)
            commented.update({(piece.paragraph, piece.span): name for piece in cluster})
    out.base_paragraphs = sum(1 for paragraph in paragraphs if sides.was_in_base(paragraph.marks))
    out.paragraphs = _settled(paragraphs, sides, dropped, kept, commented)
    return out


def _clusters(
    paragraphs: Sequence[Paragraph], sides: Sides, settled: Collection[int]
) -> Iterator[tuple[list[_Piece], int, bool]]:
    """Runs of changed characters with nothing unchanged between, each with how many base paragraphs end before it, and
    whether it lies in a stretch that both sides read alike."""
    found: list[tuple[list[_Piece], int]] = []
    order: list[_Piece | int] = []
    cluster: list[_Piece] = []
    ended = 0
    for number, paragraph in enumerate(paragraphs):
        if number in settled:
            cluster = []
            ended += sides.was_in_base(paragraph.marks)
            continue
        items: list[tuple[int, str, Marks]] = [
            (place, span.text, span.marks) for place, span in enumerate(paragraph.spans) if not is_hidden(span)
        ]
        items.append((-1, "\n", paragraph.marks))
        for place, text, marks in items:
            struck, put = sides.struck(marks), sides.put(marks)
            in_base = sides.was_in_base(marks)
            if any(struck) or any(put):
                if not cluster:
                    found.append((cluster, ended))
                    order.append(len(found) - 1)
                leads = place == items[0][0]
                cluster.append(_Piece(number, place, text, struck, put, str(marks.get("obj", "")), leads))
            elif in_base:
                order.append(_Piece(number, place, text, ("", ""), ("", ""), str(marks.get("obj", ""))))
                cluster = []
            if place == -1 and in_base:
                ended += 1
    alike = _read_alike(order, [one for one, _ in found])
    for number, (pieces, before) in enumerate(found):
        yield pieces, before, number in alike


def _read_alike(order: Sequence[_Piece | int], clusters: Sequence[Sequence[_Piece]]) -> set[int]:
    """The clusters in which both sides came to the same words, whichever of equal words each struck and put.

    ``order`` has the unchanged pieces and the numbers of the clusters as they follow each other.
    """
    found: set[int] = set()
    at = 0
    while at < len(order):
        if isinstance(order[at], int):
            reach = _alike_until(order, clusters, at)
            found.update(one for one in order[at:reach] if isinstance(one, int))
            at = max(reach, at + 1)
        else:
            at += 1
    return found


def _alike_until(order: Sequence[_Piece | int], clusters: Sequence[Sequence[_Piece]], start: int) -> int:
    """The place after the shortest stretch from a cluster on that both sides read alike; ``start`` for none."""
    readings = ["", ""]
    changed = [False, False]
    for place in range(start, min(len(order), start + _LONGEST_ALIKE)):
        one = order[place]
        for piece in clusters[one] if isinstance(one, int) else (one,):
            for side in (0, 1):
                readings[side] += piece.read_by(side)
                changed[side] = changed[side] or bool(piece.struck[side] or piece.put[side])
        common = min(len(reading) for reading in readings)
        if readings[0][:common] != readings[1][:common]:
            return start
        if len(readings[0]) == len(readings[1]):
            return place + 1 if all(changed) else start
        readings = [reading[common:] for reading in readings]
    return start


def _verdict(cluster: Sequence[_Piece]) -> str:
    """ "clash" where both did otherwise to the same words, else ""."""
    mine = [piece for piece in cluster if piece.struck[0] or piece.put[0]]
    theirs = [piece for piece in cluster if piece.struck[1] or piece.put[1]]
    if not mine or not theirs:
        return ""
    puts, other_puts = _put_text(cluster, 0), _put_text(cluster, 1)
    overlap = any(all(piece.struck) for piece in cluster)
    if overlap:
        if not puts and not other_puts:
            return ""
        return "clash" if _touching_puts(cluster) else ""
    if _within(cluster, 0) or _within(cluster, 1):
        return "clash"
    if not any(any(piece.struck) for piece in cluster) and puts and other_puts:
        return "" if "\n" in puts or "\n" in other_puts else "clash"
    return ""


def _put_text(cluster: Sequence[_Piece], side: int) -> str:
    return "".join(piece.text for piece in cluster if piece.put[side] and not piece.struck[side])


def _touching_puts(cluster: Sequence[_Piece]) -> bool:
    """Whether words put by one stand at words that both struck, or within words that the other struck."""
    for side in (0, 1):
        if _within(cluster, side):
            return True
    both = [place for place, piece in enumerate(cluster) if all(piece.struck)]
    names = {name for place in both for name in cluster[place].struck}
    for place, piece in enumerate(cluster):
        if not any(piece.put):
            continue
        at = place
        while at and any(cluster[at].put) and not any(cluster[at].struck):
            at -= 1
        if set(cluster[at].struck) & names - {""}:
            return True
    return False


def _within(cluster: Sequence[_Piece], side: int) -> bool:
    """Whether the other side put words within one stretch that this side struck."""
    for place, piece in enumerate(cluster):
        if not piece.put[1 - side]:
            continue
        before = next((one.struck[side] for one in reversed(cluster[:place]) if any(one.struck)), "")
        after = next((one.struck[side] for one in cluster[place + 1 :] if any(one.struck)), "")
        if before and before == after:
            return True
        if after and piece.leads and _ends_struck(cluster[place:], side):
            return True
    return False


def _ends_struck(cluster: Sequence[_Piece], side: int) -> bool:
    """Whether a side struck the paragraph that the first of these pieces begins, with its end: words that the other put
    before it would come to stand in the next one."""
    return any(one.span == -1 and one.paragraph == cluster[0].paragraph and one.struck[side] for one in cluster)


def _readings(cluster: Sequence[_Piece]) -> tuple[str, str, str]:
    base = "".join(piece.text for piece in cluster if not any(piece.put))
    readings = [
        "".join(piece.text for piece in cluster if not piece.struck[side] and (piece.put[side] or not any(piece.put)))
        for side in (0, 1)
    ]
    return base, readings[0], readings[1]


def _settled(
    paragraphs: Sequence[Paragraph],
    sides: Sides,
    dropped: Collection[tuple[int, int]],
    kept: Collection[tuple[int, int]],
    commented: Mapping[tuple[int, int], str],
) -> list[Paragraph]:
    """The paragraphs without what is ``dropped``; what is ``kept`` is struck by me at most."""
    out: list[Paragraph] = []
    carried: list[Span] = []
    for number, paragraph in enumerate(paragraphs):
        spans = carried
        for place, span in enumerate(paragraph.spans):
            if (number, place) in dropped:
                continue
            # Both strikes stay in a clash, so that each side's reading can still be told.
            marks = dict(span.marks if (number, place) in commented else once(span.marks, sides))
            if (number, place) in kept:
                marks = _without_strike(marks, sides)
            if (number, place) in commented:
                marks[f"comment:{commented[number, place]}"] = True
            spans.append(Span(span.text, marks) if marks != span.marks else span)
        if (number, -1) in dropped:
            carried = spans
            continue
        ending = once(paragraph.marks, sides)
        out.append(Paragraph(_joined(spans), _without_strike(ending, sides) if (number, -1) in kept else ending))
        carried = []
    if carried and out:
        out[-1] = Paragraph(_joined([*out[-1].spans, *carried]), out[-1].marks)
    return out


def _without_strike(marks: Marks, sides: Sides) -> dict[str, MarkValue]:
    """Marks without a deletion by them."""
    return {key: value for key, value in marks.items() if not (kind_of(key) in _STRUCK and id_of(key) in sides.theirs)}


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    out: list[Span] = []
    for span in spans:
        if out and out[-1].marks == span.marks and "obj" not in span.marks:
            out[-1] = Span(out[-1].text + span.text, span.marks)
        else:
            out.append(span)
    return tuple(out)


def once(marks: Marks, sides: Sides) -> Marks:
    """Of two deletions of one character, mine stays."""
    mine, theirs = sides.struck(marks)
    if not mine or not theirs:
        return marks
    return {key: value for key, value in marks.items() if not (kind_of(key) in _STRUCK and id_of(key) == theirs)}
