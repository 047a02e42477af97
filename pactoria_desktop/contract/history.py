"""The history of a contract: versions and rounds, each sealed with the hash of the one before it.

Two devices that save a version apart both follow the same one: the history then has two lines, and the next version
that is saved by somebody who has both names both. The order is that of the numbers, and of the ids within a number.
Whoever changes, drops or reorders an entry breaks what follows it. A hash is SHA-256 over the entry's canonical JSON
(sorted keys, no spaces, UTF-8, whole numbers only), in which the former hashes are a field.
"""

import dataclasses
import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Direction = Literal["sent", "received"]
FIRST = "0" * 64
MOST_FORMERS = 4
"""The most lines that one version brings together; older ones wait for the next."""

EXPORT_FORM = "pactoria history 1"
_HASH = re.compile(r"[0-9a-f]{64}")
_FORMER = re.compile(r"[0-9a-f]{64}(?: [0-9a-f]{64}){0,3}")


@dataclass(frozen=True, slots=True)
class Version:
    """A named frontier of a contract's text. A round is a version with direction, package and counterparty.

    ``number`` counts from 1 without gaps; versions that were saved apart may have the same. ``made_at`` is an instant
    in ISO 8601, UTC. ``author`` is a user's id, never a name. ``frontier`` is the replica's, in hexadecimal.
    ``text_sha256`` is of the accepted text; ``content_sha256`` of the canonical JSON of text, marks and open revisions.
    ``former`` is the hash before it, where lines come together the hashes of all in order with a space between, and
    ``hash`` its own.
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


def sealed(draft: Version, *heads: Version) -> Version:
    """``draft`` with its number, the former hashes and its own hash, to follow ``heads`` (none: it is the first).

    Raises ValueError when one of them is of another contract.
    """
    if any(head.contract != draft.contract for head in heads):
        raise ValueError("A version follows those of its own contract.")
    latest = sorted(heads, key=place_of)[-MOST_FORMERS:]
    number = max((head.number for head in latest), default=0) + 1
    placed = dataclasses.replace(draft, number=number, former=former_of(latest), hash="")
    return dataclasses.replace(placed, hash=hash_of(placed))


def former_of(heads: Iterable[Version]) -> str:
    """What a version that follows these bears as ``former``."""
    return " ".join(sorted({head.hash for head in heads})) or FIRST


def place_of(version: Version) -> tuple[int, str]:
    """Where a version stands in the order of its history."""
    return version.number, version.id


def heads_of(versions: Iterable[Version]) -> tuple[Version, ...]:
    """The versions that none follows: the last one, or the ends of lines that were saved apart, in order."""
    known = sorted(versions, key=place_of)
    followed = {former for version in known for former in version.former.split(" ")}
    return tuple(version for version in known if version.hash not in followed)


def saved_apart(versions: Iterable[Version]) -> frozenset[str]:
    """The ids of versions that were saved by somebody who did not know of another, which did not know of this one."""
    known = sorted(versions, key=place_of)
    places = {version.hash: place for place, version in enumerate(known)}
    formers = [
        [places[former] for former in version.former.split(" ") if places.get(former, place) < place]
        for place, version in enumerate(known)
    ]
    # One bit for each version: all that it follows, directly or not, and all that follow it.
    before, after = [0] * len(known), [0] * len(known)
    for place, direct in enumerate(formers):
        for former in direct:
            before[place] |= before[former] | 1 << former
    for place in reversed(range(len(known))):
        for former in formers[place]:
            after[former] |= after[place] | 1 << place
    return frozenset(
        version.id for place, version in enumerate(known) if (before[place] | after[place]).bit_count() < len(known) - 1
    )


def hash_of(version: Version) -> str:
    """The hash that a version should bear."""
    fields = dataclasses.asdict(version)
    del fields["hash"]
    return content_hash(fields)


def problems_of(versions: Sequence[Version], *, head: str | None = None) -> tuple[HistoryProblem, ...]:
    """What is wrong with a whole history, in its order; empty when it is as it was made. Lines are no problem.

    ``head`` is the end (``former_of`` its heads) as somebody else noted it: with it, a history cut off at its end is
    found too.
    """
    found: list[HistoryProblem] = []
    known: dict[str, Version] = {}
    numbers = {version.number for version in versions}
    before: tuple[int, str] | None = None
    for version in versions:
        number = version.number
        if version.contract != versions[0].contract:
            found.append(HistoryProblem("foreign", number, f"Version {number} belongs to another contract."))
        if before is not None and place_of(version) <= before:
            found.append(
                HistoryProblem("missing", number, f"Version {number} is not where it should be in the history.")
            )
        if hash_of(version) != version.hash:
            found.append(HistoryProblem("altered", number, f"Version {number} was altered after it was made."))
        found += _broken(version, known, numbers)
        known[version.hash] = version
        before = place_of(version)
    if head is not None and former_of(heads_of(versions)) != head:
        end = max(numbers, default=0) + 1
        found.append(HistoryProblem("cut short", end, "The history does not end where it is known to end."))
    return tuple(found)


def _broken(version: Version, known: Mapping[str, Version], numbers: Collection[int]) -> Iterator[HistoryProblem]:
    """What is wrong with what a version follows."""
    number, hashes = version.number, version.former.split(" ")
    if hashes == [FIRST]:
        formers: list[Version] = []
        good = not known
    else:
        formers = [known[each] for each in hashes if each in known]
        good = len(formers) == len(hashes) and hashes == sorted(set(hashes))
    expected = max((former.number for former in formers), default=0) + 1
    if good and number == expected:
        return
    if number - 1 not in numbers and number != 1:
        sentence = f"Version {number - 1} is not where it should be in the history."
        yield HistoryProblem("missing", number - 1, sentence)
    if not good or number != expected:
        yield HistoryProblem("broken link", number, f"Version {number} does not follow the one before it.")


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
_HASHES = ("text_sha256", "content_sha256", "hash")


def _version(entry: object, place: int) -> Version:
    names = {one.name for one in dataclasses.fields(Version)}
    if not isinstance(entry, Mapping) or set(entry) != names:
        raise ValueError(f"Version {place} of the history does not have the fields of a version.")
    good = (
        all(isinstance(entry[name], str) for name in _WORDS)
        and all(isinstance(entry[name], str) and _HASH.fullmatch(entry[name]) for name in _HASHES)
        and isinstance(entry["former"], str)
        and _FORMER.fullmatch(entry["former"])
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
