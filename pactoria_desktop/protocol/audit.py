"""An organization's audit log on the wire: lines that each hold the hash of the one before, and how to verify them.

An export is JSON lines: first the head (form, organization, and the number and hash of the last entry, so that entries
cut off at the end are noticed), then the entries in order. People are ids; names lie elsewhere and can be erased.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, JsonValue, StringConstraints, ValidationError

from pactoria_desktop.contract.history import FIRST, content_hash
from pactoria_desktop.protocol.base import Identity, Message, Sequence, Sha256

EXPORT_FORM = "pactoria audit 1"
MEDIA_TYPE = "application/jsonl"
MOST_ENTRIES = 500
_FORM = re.compile(rb'^\s*\{[^\n]{0,400}"form"\s*:\s*"pactoria audit ')

Action = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[a-z_]+(\.[a-z_]+)+$")]
Subject = Annotated[str, StringConstraints(max_length=200)]


class AuditEntry(Message):
    """What was done, by whom, to what. ``former`` is the hash of the entry before, 64 zeros before the first.

    ``hash`` is the SHA-256 of the canonical JSON (sorted keys, no spaces, UTF-8, whole numbers only) of all other
    fields, with ``at`` in UTC to the microsecond.
    """

    organization: Identity
    number: Sequence
    at: AwareDatetime
    actor: Identity | None = None
    device: Identity | None = None
    action: Action
    subject_kind: Annotated[str, StringConstraints(max_length=50)]
    subject: Subject
    details: dict[str, JsonValue] = Field(default_factory=dict)
    former: Sha256
    hash: Sha256 | Literal[""] = ""


class AuditPage(Message):
    """Entries in order, newest last. ``next`` is the ``after`` of the page that follows, None at the end."""

    entries: tuple[AuditEntry, ...]
    next: Sequence | None = None


class AuditHeadLine(Message):
    """The first line of an export."""

    form: Literal["pactoria audit 1"] = "pactoria audit 1"
    organization: Identity
    number: Sequence
    hash: Sha256


@dataclass(frozen=True, slots=True)
class AuditProblem:
    """What is wrong with a log, at which number. ``sentence`` says it to a person."""

    kind: Literal["altered", "broken link", "missing", "foreign", "cut short", "unreadable"]
    number: int
    sentence: str


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What a verification found: how many entries were read, the last hash, and every problem."""

    organization: str | None
    entries: int
    last_hash: str | None
    problems: tuple[AuditProblem, ...]


def hash_of(entry: AuditEntry) -> str:
    """The hash that belongs to an entry, whatever it says itself."""
    value = entry.model_dump(mode="json", exclude={"hash", "at"})
    # Microseconds always: what pydantic leaves out for a whole second would make two forms of one instant.
    return content_hash({**value, "at": entry.at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"})


def is_export(content: bytes) -> bool:
    """Whether the bytes begin as an export of an audit log does."""
    return _FORM.match(content[:500]) is not None


def line(message: Message) -> bytes:
    """A line of an export."""
    return message.model_dump_json().encode() + b"\n"


def verify_export(content: bytes) -> AuditVerdict:
    """Verify an export. Every entry is looked at, also behind the first problem."""
    lines = content.splitlines()
    try:
        head = AuditHeadLine.model_validate_json(lines[0] if lines else b"")
    except ValidationError:
        problem = AuditProblem("unreadable", 0, "The first line is not that of an audit export, or it is damaged.")
        return AuditVerdict(None, 0, None, (problem,))
    problems: list[AuditProblem] = []
    entries = tuple(_read(lines[1:], problems))
    problems += problems_of(entries, head.organization)
    last = entries[-1] if entries else None
    if head.number > (last.number if last else 0):
        sentence = f"The log had {head.number} entries; those after {last.number if last else 0} are cut off."
        problems.append(AuditProblem("cut short", head.number, sentence))
    elif last is not None and last.number == head.number and last.hash != head.hash:
        sentence = f"Entry {last.number} is not the one that the log ended with."
        problems.append(AuditProblem("altered", last.number, sentence))
    return AuditVerdict(head.organization, len(entries), last.hash if last else None, tuple(problems))


def problems_of(entries: Iterable[AuditEntry], organization: str) -> Iterator[AuditProblem]:
    """Every break of a chain that should be the whole log of an organization, from its first entry."""
    former, expected = FIRST, 1
    for entry in entries:
        if entry.organization != organization:
            yield AuditProblem("foreign", entry.number, f"Entry {entry.number} is of another organization.")
        if entry.number != expected:
            yield AuditProblem(
                "missing", expected, f"Entry {expected} is missing: entry {entry.number} stands in its place."
            )
        elif entry.former != former:
            yield AuditProblem(
                "broken link", entry.number, f"Entry {entry.number} does not follow the entry before it."
            )
        if hash_of(entry) != entry.hash:
            yield AuditProblem("altered", entry.number, f"Entry {entry.number} was altered after it was written.")
        former, expected = entry.hash, entry.number + 1


def _read(lines: Iterable[bytes], problems: list[AuditProblem]) -> Iterator[AuditEntry]:
    for place, one in enumerate(lines, 1):
        try:
            entry = AuditEntry.model_validate(json.loads(one, parse_float=_no_float), strict=False)
        except (ValidationError, ValueError, RecursionError):
            problems.append(AuditProblem("unreadable", place, f"Line {place + 1} of the export cannot be read."))
            continue
        yield entry


def _no_float(text: str) -> float:
    raise ValueError(text)
