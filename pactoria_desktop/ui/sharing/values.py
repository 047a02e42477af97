"""What several people do at one contract, as plain values, and the ports that give and do it.

Instants count milliseconds since 1970, UTC; 0 is never. Authors are numbered from 1, as on the page: I am 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pactoria_desktop.protocol.permissions import Role

# -- sharing


@dataclass(frozen=True)
class Reach:
    """Somebody in the organization and how they reach a contract whose sharing is restricted: ``given`` is None for not
    at all. Owners and admins always reach it."""

    person: str
    name: str
    role: Role
    given: Role | None = None
    number: int = 1
    me: bool = False


@dataclass(frozen=True)
class Upload:
    """What is sent when a contract is put in an organization: ``size`` in bytes, all together."""

    versions: int = 0
    comments: int = 0
    files: int = 0
    size: int = 0


@dataclass(frozen=True)
class Home:
    """An organization that a contract may be put in; ``people`` counts its members."""

    key: str
    name: str
    people: int = 1


@dataclass(frozen=True)
class Sharing:
    """Where a contract is and who reaches it. ``organization`` is empty while it is on this computer alone; then
    ``homes`` are where it may go and ``upload`` is what would be sent. ``may_share``: the person may say who reaches
    it. ``waits`` says, in a sentence, that the platform does not have it yet."""

    title: str
    organization: str = ""
    server: str = ""
    homes: tuple[Home, ...] = ()
    upload: Upload = Upload()
    restricted: bool = False
    reach: tuple[Reach, ...] = ()
    may_share: bool = False
    never_leaves: bool = False
    waits: str = ""


class SharingPort(Protocol):
    """Where contracts are shared. Each method waits for the platform and is called through ``Errands``."""

    def sharing(self, contract: str) -> Sharing:
        """How it is now."""

    def put_in(self, contract: str, organization: str) -> None:
        """Put it in an organization: this sends it."""

    def restrict(self, contract: str, restricted: bool) -> None:
        """Let only those reach it who are named, or everybody by their role."""

    def give(self, contract: str, person: str, role: Role | None) -> None:
        """Let somebody reach a restricted contract with a role, or no longer."""


# -- particulars, approvals, activity


@dataclass(frozen=True)
class Party:
    """A party and its part ("Customer"). ``key`` is empty for a new one."""

    name: str
    part: str = ""
    key: str = ""


@dataclass(frozen=True)
class Particulars:
    """What is kept of a contract beside its text."""

    title: str
    counterparty: str = ""
    status: str = "draft"
    parties: tuple[Party, ...] = ()


@dataclass(frozen=True)
class TextHashes:
    """The words (``text``) and the words with marks and open changes (``content``), each as SHA-256 in hexadecimal."""

    text: str
    content: str


@dataclass(frozen=True)
class Approval:
    """Somebody's decision on one exact text."""

    key: str
    by: str
    number: int
    decision: Literal["approved", "rejected"]
    at: int
    of: TextHashes
    reason: str = ""
    me: bool = False


@dataclass(frozen=True)
class ActivityLine:
    """Something that somebody did: ``what`` goes on after the name ("changed the status to In review")."""

    key: str
    by: str
    number: int
    what: str
    at: int


# -- conflicts and questions


@dataclass(frozen=True)
class Conflict:
    """Two values of one field that were written apart; the platform kept ``kept``. All in words of a person."""

    key: str
    record: str
    field: str
    kept: str
    kept_by: str
    kept_at: int
    other: str
    other_by: str
    other_at: int
    contract: str = ""


Settlement = Mapping[str, Literal["kept", "taken"]]
"""What was decided of each conflict, by its key."""


@dataclass(frozen=True)
class Piece:
    """A stretch of a passage; ``inserted`` and ``struck`` are authors' style numbers 1 to 5, 0 for nobody."""

    words: str
    inserted: int = 0
    struck: int = 0


Passage = tuple[Piece, ...]


@dataclass(frozen=True)
class Side:
    """One side of a question: whose it is, a line on when, the sentence with its changes, and how the clause reads with
    it (what of the other side does not clash is in there)."""

    title: str
    when: str
    sentence: Passage
    reads: Passage = ()


@dataclass(frozen=True)
class Question:
    """One sentence that two people changed apart. ``other`` is the other person's first name; ``fits`` counts their
    changes that are in the text already; ``note`` says what of theirs does not clash."""

    key: str
    clause: str
    other: str
    before: Side
    ours: Side
    theirs: Side
    fits: int = 0
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """What a person decided; ``words`` are given with ``own``."""

    kind: Literal["ours", "theirs", "both", "own"]
    words: str = ""


def accepted(passage: Sequence[Piece]) -> str:
    """The words of a passage with every change accepted."""
    return "".join(piece.words for piece in passage if not piece.struck)


# -- presence


@dataclass(frozen=True)
class Present:
    """Somebody who has the contract open or wrote in it; ``here`` while they do, ``place`` where ("Clause 12.1")."""

    person: str
    name: str
    number: int
    here: bool = True
    place: str = ""
