"""The sync log as a person reads it: what waits, what was not accepted, what came and went, each in a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import select

from pactoria_desktop.runtime.clock import from_milliseconds
from pactoria_desktop.runtime.files import write_atomically
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.services.record_words import change_words, field_words, value_words
from pactoria_desktop.store.accounts import LogLine, NotAcceptedRecord, SeatRecord, SyncState, UploadRecord
from pactoria_desktop.store.contracts import Contracts
from pactoria_desktop.store.library import Library
from pactoria_desktop.store.schema import ContractHome, TextState
from pactoria_desktop.sync.desk import LibraryDesk
from pactoria_desktop.sync.overlay import makes
from pactoria_desktop.sync.ports import Pending

Way = Literal["came", "went", "waits", "refused"]
TOGETHER = 2_000  # milliseconds within which departures of one contract are one line


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A line: which way, what, of which contract (id and title, "" for none), when in milliseconds since 1970 UTC, and
    why it waits or was refused."""

    way: Way
    what: str
    contract: str
    title: str
    at: int
    reason: str = ""


class SyncLog:
    """Reads the log of seats. Calls may come from any thread."""

    def __init__(self, service: LibraryService) -> None:
        """On an open library."""
        self._library: Library = service.library

    def read(self, seats: Sequence[SeatRecord], most: int) -> tuple[LogEntry, ...]:
        """What waits and what was refused, then at most ``most`` lines of what came and went, the youngest first."""
        first: list[LogEntry] = []
        then: list[LogEntry] = []
        for seat in seats:
            waiting, passed = self._of(seat, most)
            first += waiting
            then += passed
        then.sort(key=lambda one: one.at, reverse=True)
        return (*first, *then[:most])

    def _of(self, seat: SeatRecord, most: int) -> tuple[list[LogEntry], list[LogEntry]]:
        with self._library.reading() as session:
            state = SyncState(session, seat.number)
            desk = LibraryDesk(session, seat.number, 0)
            pending = desk.outbox()
            refused, lines, uploads = state.not_accepted(), state.log(most), state.uploads()[-most:]
            texts = session.execute(
                select(TextState.contract, TextState.waiting_since)
                .join(ContractHome, ContractHome.contract == TextState.contract)
                .where(TextState.seat == seat.number, ContractHome.state == "member")
                .where(TextState.waiting_since.is_not(None))
                .order_by(TextState.waiting_since)
            ).all()
            homes = {one.operation: _contract(one, desk) for one in pending}
            named = {one.contract for one in texts} | {one.contract for one in uploads} | set(homes.values())
            named |= {one.contract or "" for one in refused}
            named |= {line.words.removeprefix("contract:") for line in lines if line.words.startswith("contract:")}
            contracts = Contracts(session)
            found = {each: contracts.find(each) for each in sorted(one for one in named if one)}
        titles = {contract: record.title for contract, record in found.items() if record is not None}
        waits = [
            _waiting(one, titles, homes[one.operation], seat) for one in pending if one.state != "acknowledged"
        ]  # fmt: skip
        waits += [
            LogEntry("waits", "Edits of the text", each.contract, titles.get(each.contract, ""), each.waiting_since)
            for each in texts
        ]
        turned_down = [_refused(one, titles) for one in reversed(refused)]
        return [*waits, *turned_down], [*_came(lines, titles, seat.name), *_went(uploads, titles, seat.name)]

    # What was not accepted, for a person to keep

    def export_refused(self, seats: Sequence[SeatRecord], path: Path) -> int:
        """Write what was not accepted as Markdown; gives how many changes. Raises the refusals of the disk."""
        written, parts = 0, ["# Changes that the platform did not accept", ""]
        for seat in seats:
            with self._library.reading() as session:
                found = SyncState(session, seat.number).not_accepted()
                titles = {one.contract: record.title for one in found if one.contract
                          if (record := Contracts(session).find(one.contract)) is not None}  # fmt: skip
            if found:
                parts += [f"## {seat.name}", ""]
            for one in found:
                parts += _written(one, titles.get(one.contract or "", ""))
                written += 1
        write_atomically(path, "\n".join(parts).encode())
        return written

    def drop_refused(self, seats: Sequence[SeatRecord]) -> int:
        """Forget what was not accepted, which a person has seen; gives how many changes."""
        with self._library.writing() as session:
            return sum(SyncState(session, seat.number).drop_not_accepted() for seat in seats)


def _contract(pending: Pending, desk: LibraryDesk) -> str:
    if pending.kind == "contract":
        return pending.record
    named = pending.patch.get("contract")
    known = desk.known(pending.kind, pending.record) if named is None else None
    found = known.fields.get("contract") if known is not None else named
    return found if isinstance(found, str) else ""


def _waiting(one: Pending, titles: dict[str, str], contract: str, seat: SeatRecord) -> LogEntry:
    words = change_words(one.kind, one.patch, deletes=one.deletes, new=makes(one))
    return LogEntry("waits", words, contract, titles.get(contract, ""), one.created_at, seat.trouble)


def _refused(one: NotAcceptedRecord, titles: dict[str, str]) -> LogEntry:
    words = change_words(one.kind, one.patch, deletes=one.deletes, new="contract" in one.patch)
    contract = one.contract or ""
    return LogEntry("refused", words, contract, titles.get(contract, ""), one.at, one.reason)


def _came(lines: Sequence[LogLine], titles: dict[str, str], organization: str) -> list[LogEntry]:
    found = []
    for line in lines:
        contract = line.words.removeprefix("contract:") if line.words.startswith("contract:") else ""
        title = titles.get(contract, "") or organization
        noun = "1 change" if line.count == 1 else f"{line.count:,} changes"
        said: dict[str, tuple[Way, str, str]] = {
            "came": ("came", noun, ""),
            "anew": ("came", "Everything read anew", ""),
            "lost": ("came", "Access ended", "What was here stays here."),
            "conflict": ("came", "Written in two places", "It is among the conflicts until somebody decides."),
        }
        if line.what in said:  # what was refused has lines of its own
            way, what, reason = said[line.what]
            found.append(LogEntry(way, what, contract, title, line.at, reason))
    return found


def _went(uploads: Sequence[UploadRecord], titles: dict[str, str], organization: str) -> list[LogEntry]:
    """What left, one line for what left together of one contract."""
    found: list[LogEntry] = []
    sizes: list[int] = []
    names = {"records": "Particulars", "text": "Text", "file": "Word file"}
    for one in sorted(uploads, key=lambda each: (each.contract, each.what, each.at)):
        last = found[-1] if found else None
        words = names.get(one.what, one.what.capitalize())
        together = last is not None and (last.contract, last.reason) == (one.contract, one.what)
        if together and last is not None and one.at - last.at <= TOGETHER:
            sizes[-1] += one.size
            found[-1] = LogEntry("went", f"{words}, {_size(sizes[-1])}", one.contract, last.title, one.at, one.what)
            continue
        sizes.append(one.size)
        title = titles.get(one.contract, "") or organization
        found.append(LogEntry("went", f"{words}, {_size(one.size)}", one.contract, title, one.at, one.what))
    return [LogEntry(one.way, one.what, one.contract, one.title, one.at) for one in found]


def _size(size: int) -> str:
    if size < 1000:
        return "1 byte" if size == 1 else f"{size} bytes"
    return f"{size / 1000:.1f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def _written(one: NotAcceptedRecord, title: str) -> list[str]:
    when = from_milliseconds(one.at).isoformat(timespec="minutes").replace("+00:00", "Z")
    words = change_words(one.kind, one.patch, deletes=one.deletes, new="contract" in one.patch)
    lines = [f"### {words}", "", f"- Contract: {title}" if title else "- Of no contract", f"- When: {when}",
             f"- Why not: {one.reason}"]  # fmt: skip
    lines += [f"- {field_words(one.kind, name)}: {value_words(name, value)}" for name, value in one.patch.items()
              if name != "contract"]  # fmt: skip
    return [*lines, ""]
