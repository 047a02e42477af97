"""Another value for a field, as the smallest change at every place where its words stand.

What somebody changed there meanwhile is a question with both readings, and is left as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pactoria_desktop.contract.difference import changes_between
from pactoria_desktop.contract.words import Vocabulary, starts_of, words_of
from pactoria_desktop.templates.binding import How, Link, LinkedPlace, Standing


@dataclass(frozen=True, slots=True)
class Edit:
    """Put ``text`` in the place of the characters ``start`` to ``end`` of the accepted text, in code points."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where the other words stand than the link says: which is meant? ``by`` changed them, as far as known."""

    path: str
    label: str
    start: int
    end: int
    stands: str
    was: str
    wanted: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValueChange:
    """What a new value asks for: edits in the order of the text, none of which overlap; places to decide on; labels of
    places that are struck or cannot be found."""

    edits: tuple[Edit, ...] = ()
    questions: tuple[Difference, ...] = ()
    struck: tuple[Standing, ...] = ()
    lost: tuple[Standing, ...] = ()


def change_of(standings: Iterable[Standing], path: str, words: str) -> ValueChange:
    """What gives a field other words wherever it stands. Empty words are no value: fields go with their clause."""
    edits: list[Edit] = []
    questions: list[Difference] = []
    struck: list[Standing] = []
    lost: list[Standing] = []
    for one in standings:
        if one.path != path:
            continue
        if one.how is How.LOST:
            lost.append(one)
        elif one.how is How.STRUCK:
            struck.append(one)
        elif one.words == words:
            continue
        elif one.shows_it:
            edits += edits_between(one.start, one.words, words)
        else:
            questions.append(
                Difference(one.path, one.label, one.start, one.end, one.words, one.wanted, words, one.by)
            )  # fmt: skip
    return ValueChange(tuple(edits), tuple(questions), tuple(struck), tuple(lost))


def edits_between(start: int, old: str, new: str) -> Sequence[Edit]:
    """The smallest edits, word by word, that make ``new`` of ``old``, which stands at ``start``.

    None of them only inserts at either end of the words: what is written there might fall outside of the field's
    control, so that the word beside it is written again.
    """
    vocabulary, tokens, others = Vocabulary(), words_of(old), words_of(new)
    places = starts_of(tokens)
    found = []
    for change in changes_between(vocabulary.code(tokens), vocabulary.code(others), tokens, others):
        first, last, low, high = change.old_start, change.old_end, change.new_start, change.new_end
        if first == last == 0 and tokens:
            last, high = 1, high + 1
        elif first == last == len(tokens) and tokens:
            first, low = first - 1, low - 1
        found.append(Edit(start + places[first], start + places[last], "".join(others[low:high])))
    return found


def linked_anew(link: Link, path: str, words: str) -> Link:
    """The link once a field shows other words."""
    places = tuple(
        LinkedPlace(path=one.path, label=one.label, words=words, before=one.before, after=one.after)
        if one.path == path
        else one
        for one in link.places
    )
    return Link(template=link.template, version=link.version, places=places)
