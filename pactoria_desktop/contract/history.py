"""The history of a contract: versions and rounds, each sealed with the hash of the one before it.

Whoever changes, drops, inserts or reorders an entry breaks the chain from there on. A hash is SHA-256 over the
entry's canonical JSON (sorted keys, no spaces, UTF-8, whole numbers only), in which the former hash is a field.
"""

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Direction = Literal["sent", "received"]
FIRST = "0" * 64
EXPORT_FORM = "pactoria history 1"
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Version:
    """A named frontier of a contract's text. A round is a version with direction, package and counterparty.

    ``number`` counts from 1 without gaps. ``made_at`` is an instant in ISO 8601, UTC. ``author`` is a user's id, never
    a name. ``frontier`` is the replica's, in hexadecimal. ``text_sha256`` is of the accepted text; ``content_sha256``
    of the canonical JSON of text, marks and open revisions. ``former`` is the hash before it and ``hash`` its own.
    """

    contract: str
    number: int
    id: str
    name: str
    made_at: str
    author: str
    frontier: str
    text_sha256: str
    content_sha256: str
    direction: Direction | None = None
    counterparty: str = ""
    package_sha256: str | None = None
    round: int | None = None
    former: str = FIRST
    hash: str = ""


@dataclass(frozen=True, slots=True)
class HistoryProblem:
    """What is wrong with a history, at which number. ``sentence`` says it to a person."""

    kind: Literal["altered", "broken link", "missing", "foreign", "cut short", "text", "file"]
    number: int
    sentence: str


def canonical_json(value: object) -> bytes:
    """JSON in one form only: sorted keys, no spaces, UTF-8. Raises ValueError for floats and TypeError for others."""
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode(
        "utf-8", "surrogatepass"
    )


def content_hash(value: object) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def sealed(draft: Version, last: Version | None) -> Version:
    """``draft`` with its number, the former hash and its own hash, to stand after ``last`` (None: it is the first).

    Raises ValueError when ``last`` is of another contract.
    """
    if last is not None and last.contract != draft.contract:
        raise ValueError("A version follows one of its own contract.")
    number, former = (1, FIRST) if last is None else (last.number + 1, last.hash)
    placed = dataclasses.replace(draft, number=number, former=former, hash="")
    return dataclasses.replace(placed, hash=hash_of(placed))


def hash_of(version: Version) -> str:
    """The hash that a version should bear."""
    fields = dataclasses.asdict(version)
    del fields["hash"]
    return content_hash(fields)


def problems_of(versions: Sequence[Version], *, head: str | None = None) -> tuple[HistoryProblem, ...]:
    """What is wrong with a whole history, in its order; empty when it is as it was made.

    ``head`` is the last hash as somebody else noted it: with it, a history cut off at its end is found too.
    """
    found: list[HistoryProblem] = []
    former, expected = FIRST, 1
    for version in versions:
        if version.contract != versions[0].contract:
            found.append(
                HistoryProblem("foreign", version.number, f"Version {version.number} belongs to another contract.")
            )
        if version.number != expected:
            found.append(
                HistoryProblem("missing", expected, f"Version {expected} is not where it should be in the history.")
            )
        if hash_of(version) != version.hash:
            found.append(
                HistoryProblem("altered", version.number, f"Version {version.number} was altered after it was made.")
            )
        if version.former != former:
            found.append(
                HistoryProblem(
                    "broken link", version.number, f"Version {version.number} does not follow the one before it."
                )
            )
        former, expected = version.hash, version.number + 1
    if head is not None and former != head:
        found.append(HistoryProblem("cut short", expected, "The history does not end where it is known to end."))
    return tuple(found)


def export_history(versions: Iterable[Version]) -> dict[str, object]:
    """The history as a JSON object that ``read_history`` takes back."""
    return {"form": EXPORT_FORM, "versions": [dataclasses.asdict(version) for version in versions]}


def read_history(value: object) -> tuple[Version, ...]:
    """A history from JSON that others may have written. Raises ValueError that says which version is malformed."""
    if (
        not isinstance(value, Mapping)
        or value.get("form") != EXPORT_FORM
        or not isinstance(value.get("versions"), list)
    ):
        raise ValueError("This is not an export of a contract's history.")
    return tuple(_version(entry, place) for place, entry in enumerate(value["versions"], 1))


_WORDS = ("contract", "id", "name", "made_at", "author", "frontier", "counterparty")
_HASHES = ("text_sha256", "content_sha256", "former", "hash")


def _version(entry: object, place: int) -> Version:
    names = {one.name for one in dataclasses.fields(Version)}
    if not isinstance(entry, Mapping) or set(entry) != names:
        raise ValueError(f"Version {place} of the history does not have the fields of a version.")
    good = (
        all(isinstance(entry[name], str) for name in _WORDS)
        and all(isinstance(entry[name], str) and _HASH.fullmatch(entry[name]) for name in _HASHES)
        and type(entry["number"]) is int
        and (entry["round"] is None or type(entry["round"]) is int)
        and entry["direction"] in (None, "sent", "received")
        and (entry["package_sha256"] is None or isinstance(entry["package_sha256"], str))
    )
    if not good:
        raise ValueError(f"Version {place} of the history holds a value of the wrong kind.")
    return Version(**entry)


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise ValueError("Canonical JSON holds whole numbers only.")
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("Canonical JSON has text for its keys.")
        for inner in value.values():
            _refuse_floats(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _refuse_floats(inner)
