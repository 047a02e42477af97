"""Sentences that two people changed apart: what is asked, and what an answer does to the text.

The joined text holds both versions as their authors' tracked changes, so an answer accepts the one and takes back the
other, in that sentence alone. Where something had been typed without tracking, the words are set right after that.
"""

from dataclasses import dataclass, replace
from typing import Literal

from pactoria_desktop.contract.anchors import Anchor, AnchorState, Located
from pactoria_desktop.contract.difference import changes_between
from pactoria_desktop.contract.suggesting import is_struck
from pactoria_desktop.contract.text import HIDDEN
from pactoria_desktop.contract.words import Vocabulary, words_of
from pactoria_desktop.replica.changes import Stretch
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.services.syncing import Syncing
from pactoria_desktop.sync.mapping import read_instant

AnswerKind = Literal["ours", "theirs", "both", "own"]
"""``ours`` and ``theirs`` are the first and the second person's version, whoever answers."""


class QuestionGoneError(PactoriaError):
    """The sentence of a question is not in the text any more, or was answered already."""


@dataclass(frozen=True, slots=True)
class AskedSentence:
    """A sentence that two people changed apart. ``people`` are their ids, ``versions`` what each left in its place,
    ``base`` how it was, ``asked_at`` milliseconds since 1970 UTC."""

    id: str
    contract: str
    anchor: Anchor
    people: tuple[str, str]
    names: tuple[str, str]
    base: str
    versions: tuple[str, str]
    asked_at: int


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a version held against the sentence as it was."""

    words: str
    change: Literal["", "inserted", "struck"] = ""


def open_questions(syncing: Syncing, contract: str | None = None) -> tuple[AskedSentence, ...]:
    """The questions that nobody has answered, the oldest first; of one contract where it is named."""
    names = {person: name for person, name, _ in syncing.members()}
    found = []
    for identity, fields in syncing.records("question", contract):
        place = fields.get("place")
        if fields.get("answer") or not isinstance(place, dict):
            continue
        people = place.get("people")
        if not (isinstance(people, list) and len(people) == 2):
            continue
        first, second = (str(one) for one in people)
        found.append(
            AskedSentence(
                identity,
                str(fields.get("contract", "")),
                Anchor(str(place.get("slot")), str(place.get("start")), str(place.get("end")), str(place.get("quote"))),
                (first, second),
                (names.get(first, ""), names.get(second, "")),
                str(fields.get("base") or ""),
                (str(fields.get("ours") or ""), str(fields.get("theirs") or "")),
                read_instant(fields.get("asked_at")) or 0,
            )
        )
    return tuple(sorted(found, key=lambda one: (one.asked_at, one.id)))


def parts_of(base: str, version: str) -> tuple[Part, ...]:
    """A version as what stayed, what was struck and what came, in order."""
    old, new = words_of(base), words_of(version)
    vocabulary = Vocabulary()
    parts: list[Part] = []
    at = 0
    for change in changes_between(vocabulary.code(old), vocabulary.code(new), old, new):
        parts.append(Part("".join(old[at : change.old_start])))
        parts.append(Part("".join(old[change.old_start : change.old_end]), "struck"))
        parts.append(Part("".join(new[change.new_start : change.new_end]), "inserted"))
        at = change.old_end
    parts.append(Part("".join(old[at:])))
    return tuple(part for part in parts if part.words)


def find(replica: Replica, question: AskedSentence) -> Located | None:
    """Where the sentence stands now, None where it is gone."""
    try:
        found = replica.locate(question.anchor)
    except ReplicaError:
        return None
    return None if found.state is AnchorState.REMOVED or found.start >= found.end else found


def settle(replica: Replica, question: AskedSentence, kind: AnswerKind, words: str = "") -> None:
    """Let the text say what was decided, as one step that can be undone. On the replica's thread.

    ``words`` are for ``own``. Raises QuestionGoneError, and ReplicaError where the person may not do it.
    """
    if kind == "both":
        return
    chosen = 1 if kind == "theirs" else 0
    wanted = words if kind == "own" else question.versions[chosen]
    with replica.undo_group():
        replica.resolve_within(_stretch(replica, question), frozenset({question.people[1 - chosen]}), accept=False)
        if find(replica, question) is not None:
            stretch = _stretch(replica, question)
            replica.resolve_within(stretch, frozenset({question.people[chosen]}), accept=True)
        left = find(replica, question)
        if left is None:
            if wanted:
                raise _gone()
            return
        stretch = Stretch(left.slot, left.start, left.end)
        if _shown(replica, stretch) != wanted:
            replica.replace([stretch], wanted)


def seen_by(question: AskedSentence, person: str) -> tuple[AskedSentence, dict[AnswerKind, AnswerKind]]:
    """A question with this person's version first, and what each of their answers means for everybody."""
    if question.people[0] == person or question.people[1] != person:
        return question, {"ours": "ours", "theirs": "theirs", "both": "both", "own": "own"}
    turned = replace(
        question, people=question.people[::-1], names=question.names[::-1], versions=question.versions[::-1]
    )  # fmt: skip
    return turned, {"ours": "theirs", "theirs": "ours", "both": "both", "own": "own"}


def _stretch(replica: Replica, question: AskedSentence) -> Stretch:
    found = find(replica, question)
    if found is None:
        raise _gone()
    return Stretch(found.slot, found.start, found.end)


def _shown(replica: Replica, stretch: Stretch) -> str:
    """The words of a stretch as they are read: without what is struck."""
    shown, at = [], 0
    for words, marks in replica.spans(stretch.slot):
        units = words.encode("utf-16-le", "surrogatepass")
        start, end = max(stretch.start - at, 0), min(stretch.end - at, len(units) // 2)
        if start < end and not is_struck(marks):
            shown.append(units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass").replace(HIDDEN, ""))
        at += len(units) // 2
    return "".join(shown)


def _gone() -> QuestionGoneError:
    return QuestionGoneError(
        "This sentence is not in the text any more, so nothing was changed; both versions stay in the history."
    )
