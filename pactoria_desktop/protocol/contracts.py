"""Contracts on the platform as the REST addresses show them: the same records that sync, read one by one."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from pactoria_desktop.protocol.base import Identity, Message, Sequence
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.records import STATUSES

MOST_CONTRACTS = 50
MOST_ACTIVITIES = 50
MOST_PEOPLE = 200
MOST_PARTICULARS = 2000
"""The most parties, versions and approvals that one answer holds, the newest first; sync brings all."""

Status = StrEnum("Status", {one.upper(): one for one in STATUSES})  # type: ignore[misc]


class Order(StrEnum):
    """How a list of contracts is ordered: the last changed first, or by title."""

    CHANGED = "changed"
    TITLE = "title"


class ContractLine(Message):
    """A contract's particulars. ``text_number`` is how far its text has come, at most ten seconds ago."""

    id: str
    title: str
    counterparty: str | None = None
    status: str
    tags: tuple[str, ...] = ()
    restricted: bool = False
    package_sha256: str | None = None
    text_number: int = 0
    created_by: str | None = None
    created_at: str | None = None
    changed_at: AwareDatetime
    sequence: Sequence


class ContractPage(Message):
    """A page of a list. ``next`` is the cursor of the page after it."""

    contracts: tuple[ContractLine, ...]
    next: str | None = None


class PartyLine(Message):
    """A party of a contract."""

    id: str
    name: str
    part: str | None = None
    position: float | None = None


class VersionLine(Message):
    """A version of a contract's text, by its hashes."""

    id: str
    number: float
    name: str
    made_at: str
    author: str | None = None
    text_sha256: str
    content_sha256: str
    direction: str | None = None
    counterparty: str | None = None
    package_sha256: str | None = None
    round: float | None = None
    made_by: str | None = None


class ApprovalLine(Message):
    """An approval, which holds for the text of these hashes and no other."""

    id: str
    decision: str
    text_sha256: str
    content_sha256: str
    reason: str | None = None
    decided_at: str
    decided_by: str | None = None


class ContractSheet(Message):
    """A contract with what belongs to it.

    The status is a word that people set; whether a text is approved is said by approvals alone, which name its hashes.
    """

    contract: ContractLine
    parties: tuple[PartyLine, ...] = ()
    versions: tuple[VersionLine, ...] = ()
    approvals: tuple[ApprovalLine, ...] = ()


class SharedWith(Message):
    """A person who may reach a restricted contract, and as what; never as more than in the organization."""

    person: Identity
    role: Role


class Sharing(Message):
    """Who may reach a contract. Open: every member as what they are. Restricted: owners, admins and these people."""

    restricted: bool
    people: tuple[SharedWith, ...] = Field(default=(), max_length=MOST_PEOPLE)


class ActivityLine(Message):
    """Something that was done to a contract."""

    id: str
    what: str
    subject: str
    by: str | None = None
    at: str


class ActivityPage(Message):
    """What was done to a contract, the newest first."""

    activities: tuple[ActivityLine, ...]
    next: str | None = None
