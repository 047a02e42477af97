"""The living link: which places of a contract show what a template was filled with, whatever has happened to it since.

A place is known by its control; where a control is gone, because another program took it away, by its words between
the words that stood around it. What cannot be found again is said and never guessed: a place is bound to nothing
rather than to the wrong words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from rapidfuzz.distance import Indel

from pactoria_desktop.contract.accepted import AcceptedText, accepted
from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.protocol.base import Message
from pactoria_desktop.templates.fields import FieldPlace, fields_of

MOST_PLACES = 5_000
_AROUND = 60
_EITHER, _BOTH, _MARGIN = 0.85, 0.6, 0.12
"""How alike the words around must be on one side, on both together, and more than around any other such words."""

_NOTHING_LIKE, _TELLING = 0.5, 12
"""Below this they are other words; so many characters of them tell a place."""


class LinkedPlace(Message):
    """A place as it was when the contract was filled; ``before`` and ``after`` are its paragraph's words around it."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    label: Annotated[str, StringConstraints(max_length=300)] = ""
    words: Annotated[str, StringConstraints(max_length=20_000)]
    before: Annotated[str, StringConstraints(max_length=_AROUND)] = ""
    after: Annotated[str, StringConstraints(max_length=_AROUND)] = ""


class Link(Message):
    """What a contract was filled from, and where its fields stood."""

    format: Literal[1] = 1
    template: Annotated[str, StringConstraints(max_length=100)]
    version: int = Field(default=1, ge=1)
    places: tuple[LinkedPlace, ...] = Field(default=(), max_length=MOST_PLACES)


class How(StrEnum):
    """How a place was found again.

    ``bound``: its control shows the words of the link. ``changed``: its control shows others. ``copied``: one control
    more than there were. ``found``: its control is gone, its words stand where they stood. ``struck``: tracked changes
    take it away. ``lost``: it cannot be told where it is.
    """

    BOUND = "bound"
    CHANGED = "changed"
    COPIED = "copied"
    FOUND = "found"
    STRUCK = "struck"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Standing:
    """A place as it is now: ``start`` to ``end`` in the accepted text, in code points. ``wanted`` are the words of the
    link, ``by`` the authors of tracked changes in it."""

    path: str
    label: str
    how: How
    start: int
    end: int
    words: str
    wanted: str
    by: tuple[str, ...] = ()

    @property
    def shows_it(self) -> bool:
        """Whether the words of the link stand there."""
        return self.how in (How.BOUND, How.COPIED, How.FOUND) and self.words == self.wanted


def link_of(text: ContractText, template: str, version: int = 1) -> Link:
    """The link of a contract that has just been filled."""
    view = accepted(text)
    places = [
        LinkedPlace(path=one.path, label=one.label, words=one.words, **_around(view, one.start, one.end))
        for one in fields_of(text, view)
        if not one.is_struck
    ]
    return Link(template=template, version=version, places=tuple(places[:MOST_PLACES]))


def bind(text: ContractText, link: Link, view: AcceptedText | None = None) -> tuple[Standing, ...]:
    """Where the places of a link are now, in the order of the text; those that are lost come last."""
    shown = accepted(text) if view is None else view
    fields = fields_of(text, shown)
    taken = [(one.start, one.end) for one in fields if not one.is_struck]
    found: list[Standing] = []
    missing: list[tuple[LinkedPlace, FieldPlace | None]] = []
    for path, linked in _by_path(link.places).items():
        here = [one for one in fields if one.path == path]
        pairs, alone, extra = _paired([one for one in here if not one.is_struck], linked, shown)
        for field, place in pairs:
            if _is_elsewhere(shown, field, place):
                # A control may have been copied there and taken away here: its words stand where it stood.
                missing.append((place, field))
            else:
                found.append(_of(field, How.BOUND if field.words == place.words else How.CHANGED, place.words))
        wanted = linked[0].words
        found += [_of(one, How.COPIED if one.words == wanted else How.CHANGED, wanted) for one in extra]
        gone, left = _of_struck([one for one in here if one.is_struck], alone)
        found += gone
        missing += [(place, None) for place in left]
    again = _found_again(shown, [place for place, _ in missing], taken)
    for number, (place, holder) in enumerate(missing):
        standing = again.get(number)
        if holder is not None:
            how = How.COPIED if standing is not None else How.BOUND
            found.append(_of(holder, how if holder.words == place.words else How.CHANGED, place.words))
        if standing is not None or holder is None:
            found.append(standing or Standing(place.path, place.label, How.LOST, 0, 0, "", place.words))
    return tuple(sorted(found, key=lambda one: (one.how is How.LOST, one.start, one.end)))


def _by_path(places: Sequence[LinkedPlace]) -> Mapping[str, list[LinkedPlace]]:
    found: dict[str, list[LinkedPlace]] = {}
    for one in places:
        found.setdefault(one.path, []).append(one)
    return found


def _of(field: FieldPlace, how: How, wanted: str) -> Standing:
    return Standing(field.path, field.label, how, field.start, field.end, field.words, wanted, field.by)


def _paired(
    fields: Sequence[FieldPlace], linked: Sequence[LinkedPlace], view: AcceptedText
) -> tuple[list[tuple[FieldPlace, LinkedPlace]], list[LinkedPlace], list[FieldPlace]]:
    """Controls with the places that they are, most alike first; what is left over on either side."""
    scored = sorted(
        (
            (-_likeness(view, field.start, field.end, place).both, abs(one - other), one, other)
            for one, field in enumerate(fields)
            for other, place in enumerate(linked)
        ),
    )
    pairs: dict[int, int] = {}
    for _, _, one, other in scored:
        if one not in pairs and other not in pairs.values():
            pairs[one] = other
    alone = [place for other, place in enumerate(linked) if other not in pairs.values()]
    extra = [field for one, field in enumerate(fields) if one not in pairs]
    return [(fields[one], linked[other]) for one, other in sorted(pairs.items())], alone, extra


def _is_elsewhere(view: AcceptedText, field: FieldPlace, place: LinkedPlace) -> bool:
    """Whether a control stands among words that are nothing like those around its place."""
    found = _likeness(view, field.start, field.end, place)
    return found.length >= _TELLING and found.either < _NOTHING_LIKE


def _of_struck(struck: Sequence[FieldPlace], alone: Sequence[LinkedPlace]) -> tuple[list[Standing], list[LinkedPlace]]:
    """Places whose control is there and shows nothing: as many as no other control stands for."""
    left = list(alone)
    found = []
    for field in struck:
        place = next((one for one in left if one.words == field.former), None)
        if place is not None:
            left.remove(place)
            found.append(_of(field, How.STRUCK, place.words))
    return found, left


def _found_again(
    view: AcceptedText, missing: Sequence[LinkedPlace], taken: Sequence[tuple[int, int]]
) -> dict[int, Standing]:
    """Places without control, by their words between those that stood around them: for each that can be told, by its
    number, where it stands.

    Which of several places of one path it is makes no difference; whether the words are a field's, and which, does.
    """
    found: dict[int, Standing] = {}
    for words in dict.fromkeys(place.words for place in missing):
        wanted = {number: place for number, place in enumerate(missing) if place.words == words}
        free = [
            start
            for start in _occurrences(view.text, words)
            if not any(low < start + len(words) and start < high for low, high in taken)
        ]
        likeness = {
            (number, start): _likeness(view, start, start + len(words), place)
            for number, place in wanted.items()
            for start in free
        }
        pairs = _best_pairs(likeness)
        for number, start in pairs.items():
            place, best = wanted[number], likeness[number, start]
            rivals = [likeness[number, other].both for other in free if other not in pairs.values()]
            rivals += [likeness[other, start].both for other in wanted if wanted[other].path != place.path]
            clear = best.both - max(rivals, default=0.0) >= _MARGIN
            if clear and best.length >= _TELLING and best.either >= _EITHER and best.both >= _BOTH:
                found[number] = Standing(place.path, place.label, How.FOUND, start, start + len(words), words, words)
    return found


def _best_pairs(likeness: Mapping[tuple[int, int], "_Likeness"]) -> dict[int, int]:
    """Each place with at most one occurrence, most alike first; of those that are alike, in the order of the text."""
    pairs: dict[int, int] = {}
    used: set[int] = set()
    for (number, start), _ in sorted(likeness.items(), key=lambda one: (-one[1].both, one[0])):
        if number not in pairs and start not in used:
            pairs[number] = start
            used.add(start)
    return pairs


def _occurrences(text: str, words: str) -> list[int]:
    """Where words stand as whole words."""
    found, at = [], text.find(words) if words else -1
    while at >= 0:
        end = at + len(words)
        inside = (at > 0 and text[at - 1].isalnum() and words[0].isalnum()) or (
            end < len(text) and text[end].isalnum() and words[-1].isalnum()
        )
        if not inside:
            found.append(at)
        at = text.find(words, at + 1)
    return found


def _around(view: AcceptedText, start: int, end: int) -> dict[str, str]:
    paragraph = view.paragraph_at(min(start, max(len(view.text) - 1, 0)))
    return {
        "before": view.text[max(paragraph.start, start - _AROUND) : start],
        "after": view.text[end : min(max(paragraph.end, end), end + _AROUND)],
    }


@dataclass(frozen=True, slots=True)
class _Likeness:
    """How alike the words around are, from 0 to 1: on the better side and on both; ``length`` is how long they are."""

    either: float
    both: float
    length: int


def _likeness(view: AcceptedText, start: int, end: int, place: LinkedPlace) -> _Likeness:
    now = _around(view, start, end)
    sides = [
        (Indel.normalized_similarity(new, old), max(len(old), len(new)))
        for old, new in ((place.before, now["before"]), (place.after, now["after"]))
        if old or new
    ]
    if not sides:
        return _Likeness(1.0, 1.0, 0)
    length = sum(each for _, each in sides)
    telling = [score for score, each in sides if each >= min(_TELLING, length)]
    return _Likeness(max(telling, default=0.0), sum(score * each for score, each in sides) / length, length)
