"""A contract at hand, a draft that comes back, and what joining them must give; for the tests of joining."""

import os
import random
from dataclasses import dataclass
from pathlib import Path

from pactoria_desktop.contract.accepted import AcceptedText, accepted
from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.documents.package import Package
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.services.joining import Received

DATE = "2026-11-22T12:00:00Z"
CORPUS = Path(os.environ.get("PACTORIA_CORPUS", Path(__file__).parents[4] / "shared" / "data")) / "word"


@dataclass(frozen=True)
class Pair:
    """A file and a later version of it."""

    old: str
    new: str

    def packages(self) -> tuple[Package, Package]:
        """Both, from the corpus."""
        return Package((CORPUS / self.old).read_bytes(), self.old), Package((CORPUS / self.new).read_bytes(), self.new)


def pairs() -> list[Pair]:
    """The pairs of the corpus; none where it is missing."""
    listing = CORPUS / "PAIRS.tsv"
    if not listing.exists():
        return []
    rows = [line.split("\t") for line in listing.read_text(encoding="utf-8").splitlines()[1:]]
    return [Pair(row[0], row[1]) for row in rows]


def replica_of(text: ContractText) -> Replica:
    """A living text of mine."""
    return Replica.create(text, identity=Identity("Ines Falk", "me"), clock=SystemClock())


def lay(replica: Replica, found: Received) -> None:
    """Join what was received, as one step."""
    with replica.undo_group():
        for each in found.joins:
            replica.rebase(each)


def lines(text: ContractText | AcceptedText) -> list[str]:
    """The accepted text's paragraphs, without empty ones of headers and footers."""
    view = text if isinstance(text, AcceptedText) else accepted(text)
    return [
        view.line(one)
        for one in view.paragraphs
        if view.line(one) or one.part.partition(":")[0] not in ("header", "footer")
    ]


def body(text: ContractText) -> list[str]:
    """The accepted text's paragraphs without headers and footers, which go with the page set-up of a package."""
    view = accepted(text)
    return [view.line(one) for one in view.paragraphs if one.part.partition(":")[0] not in ("header", "footer")]


def edit(replica: Replica, chance: random.Random, count: int, shared: set[str]) -> list[str]:
    """Edits of mine in paragraphs whose words both files have, each once; gives the words typed."""
    text = replica.text()
    view = accepted(text)
    places = [
        (one, view.place(one.start + view.line(one).index(" ")))
        for one in view.paragraphs
        if view.line(one) in shared and " " in view.line(one).strip() and one.part == "main"
    ]
    chance.shuffle(places)
    typed = []
    # From the last to the first, so that no edit shifts the place of another.
    for number, (one, place) in sorted(enumerate(places[:count]), key=lambda each: -each[1][0].start):
        word = f"mine{number}x"
        replica.suggesting = chance.random() < 0.6
        slot = next(
            paragraphs for section in text.sections for name, paragraphs in _slots(section) if name == place.slot
        )
        before = "".join(each.text + "\n" for each in slot[: place.paragraph])
        before += slot[place.paragraph].text[: place.character]
        at = len(before.encode("utf-16-le")) // 2
        try:
            replica.insert(Place(place.slot, at), f" {word}")
        except ReplicaError:
            continue
        if one.id and word in accepted(replica.text()).text:
            typed.append(word)
    return typed


def _slots(section):
    from pactoria_desktop.services.matching import slots_of

    return slots_of(section)


def shared_lines(one: ContractText, other: ContractText) -> set[str]:
    """Paragraphs that stand exactly once in both."""
    left, right = lines(one), lines(other)
    return {line for line in left if left.count(line) == 1 and right.count(line) == 1}
