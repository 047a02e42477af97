"""The living texts at rest: snapshots with their plain JSON beside, and the journal of updates since.

Nothing that could be needed is dropped: a snapshot is read back before older ones may go, the last two always stay,
and no frontier that a version names goes out of reach.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from pactoria_desktop.store.chunks import chunks_of
from pactoria_desktop.store.errors import LibraryDamagedError, NotInLibraryError
from pactoria_desktop.store.schema import JournalEntry, Snapshot, SnapshotChunk, VersionEntry

_SNAPSHOTS_KEPT = 2
_JOURNAL_ROWS_BEFORE_SNAPSHOT = 200
_JOURNAL_BYTES_BEFORE_SNAPSHOT = 1_048_576


@dataclass(frozen=True, slots=True)
class StoredText:
    """What a replica is opened from: a snapshot and the updates after it, in order, up to journal row ``upto``.

    ``damage`` is set when the youngest snapshot was damaged and an older one with more updates stands in.
    """

    snapshot: bytes
    updates: tuple[bytes, ...]
    upto: int
    damage: str | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """One update of a contract's replica, as it is exported after a commit."""

    contract: str
    content: bytes
    at: int


class Texts:
    """Snapshots and journal, in one transaction."""

    def __init__(self, session: Session) -> None:
        """On a session of the library."""
        self._session = session

    def append(self, updates: Iterable[Update]) -> None:
        """Add updates to the journal, in order."""
        rows = [
            {
                "contract": update.contract,
                "at": update.at,
                "sha256": hashlib.sha256(update.content).hexdigest(),
                "content": update.content,
            }
            for update in updates
        ]
        if rows:
            self._session.execute(insert(JournalEntry), rows)

    def save_snapshot(self, contract: str, replica: bytes, export: bytes, frontier: str, *, upto: int, at: int) -> int:
        """Keep a snapshot with its plain JSON; gives its number. ``upto`` is the last journal row that it holds.

        ``frontier`` is the replica's, in hexadecimal. Both contents are read back; raises LibraryDamagedError if they
        are not what was written.
        """
        number = self._session.execute(
            insert(Snapshot)
            .values(
                contract=contract,
                taken_at=at,
                frontier=frontier,
                upto=upto,
                sha256=hashlib.sha256(replica).hexdigest(),
                export_sha256=hashlib.sha256(export).hexdigest(),
            )
            .returning(Snapshot.number)
        ).scalar_one()
        for part, content in (("replica", replica), ("export", zlib.compress(export, 6))):
            self._session.execute(
                insert(SnapshotChunk),
                [
                    {"number": number, "part": part, "position": place, "content": piece}
                    for place, piece in chunks_of(content)
                ],
            )
        if self.snapshot(number) != replica or self.export(number) != export:
            raise _damaged(contract)
        return number

    def open(self, contract: str) -> StoredText:
        """The text of a contract. Raises NotInLibraryError without one, LibraryDamagedError when none is whole."""
        found = self._session.execute(
            select(Snapshot.number, Snapshot.upto).where(Snapshot.contract == contract).order_by(Snapshot.number.desc())
        ).all()
        if not found:
            raise NotInLibraryError(
                f"The library holds no text of {contract[:60]}; nothing was changed; import it again."
            )
        damage: str | None = None
        for number, upto in found:
            try:
                replica = self.snapshot(number)
            except LibraryDamagedError as error:
                damage = error.sentence
                continue
            updates, last = self._updates_after(contract, upto)
            return StoredText(replica, updates, last, damage)
        raise _damaged(contract)

    def holds(self, contract: str) -> bool:
        """Whether there is a text of a contract here."""
        found = select(Snapshot.number).where(Snapshot.contract == contract).limit(1)
        return self._session.execute(found).first() is not None

    def last_update(self, contract: str) -> int:
        """The last journal row of a contract, 0 where there is none (also after it was taken into a snapshot)."""
        journal = self._session.execute(
            select(func.max(JournalEntry.number)).where(JournalEntry.contract == contract)
        ).scalar()
        held = self._session.execute(select(func.max(Snapshot.upto)).where(Snapshot.contract == contract)).scalar()
        return max(journal or 0, held or 0)

    def wants_snapshot(self, contract: str) -> bool:
        """Whether the journal since the last snapshot has grown so long that a new one is due."""
        held = self._session.execute(select(func.max(Snapshot.upto)).where(Snapshot.contract == contract)).scalar()
        count, size = self._session.execute(
            select(func.count(), func.coalesce(func.sum(func.length(JournalEntry.content)), 0)).where(
                JournalEntry.contract == contract, JournalEntry.number > (held or 0)
            )
        ).one()
        return bool(count >= _JOURNAL_ROWS_BEFORE_SNAPSHOT or size >= _JOURNAL_BYTES_BEFORE_SNAPSHOT)

    def compact(self, contract: str, shows: Callable[[bytes, Sequence[str]], Iterable[str]]) -> int:
        """Drop snapshots and journal rows that nothing needs any more; gives how many snapshots went.

        ``shows(snapshot, frontiers)`` answers which of the frontiers the text can be shown at from that snapshot alone.
        The two youngest whole snapshots stay; an older one stays while it alone shows a frontier that a version names.
        Journal rows stay while one of the two needs them (the younger may be of an older moment). Nothing goes while a
        named frontier needs a snapshot and journal rows together.
        """
        found = self._session.execute(
            select(Snapshot.number, Snapshot.upto).where(Snapshot.contract == contract).order_by(Snapshot.number.desc())
        ).all()
        named = set(
            self._session.execute(select(VersionEntry.frontier).where(VersionEntry.contract == contract)).scalars()
        )
        whole = 0
        needed: list[int] = []
        dropped: list[int] = []
        for number, upto in found:
            try:
                replica = self.snapshot(number)
            except LibraryDamagedError:
                continue
            shown = named & set(shows(replica, tuple(sorted(named)))) if named else set()
            if whole < _SNAPSHOTS_KEPT:
                whole += 1
                needed.append(upto)
                named -= shown
            elif shown:
                named -= shown
            else:
                dropped.append(number)
        if whole < _SNAPSHOTS_KEPT or named:
            return 0
        self._session.execute(
            delete(JournalEntry).where(JournalEntry.contract == contract, JournalEntry.number <= min(needed))
        )
        self._session.execute(delete(Snapshot).where(Snapshot.number.in_(dropped)))
        return len(dropped)

    def snapshot(self, number: int) -> bytes:
        """The replica of a snapshot. Raises LibraryDamagedError when it is not what was written."""
        return self._checked(number, "replica")

    def export(self, number: int) -> bytes:
        """The plain JSON of a snapshot. Raises LibraryDamagedError when it is not what was written."""
        return self._checked(number, "export")

    def last_export(self, contract: str) -> bytes:
        """The plain JSON beside the youngest snapshot. Raises NotInLibraryError, LibraryDamagedError."""
        number = self._session.execute(select(func.max(Snapshot.number)).where(Snapshot.contract == contract)).scalar()
        if number is None:
            raise NotInLibraryError(
                f"The library holds no text of {contract[:60]}; nothing was changed; import it again."
            )
        return self.export(number)

    def _checked(self, number: int, part: str) -> bytes:
        row = self._session.execute(
            select(Snapshot.contract, Snapshot.sha256, Snapshot.export_sha256).where(Snapshot.number == number)
        ).one()
        content = b"".join(
            self._session.execute(
                select(SnapshotChunk.content)
                .where(SnapshotChunk.number == number, SnapshotChunk.part == part)
                .order_by(SnapshotChunk.position)
            ).scalars()
        )
        if part == "export":
            try:
                content = zlib.decompress(content)
            except zlib.error as error:
                raise _damaged(row[0]) from error
        if hashlib.sha256(content).hexdigest() != (row[1] if part == "replica" else row[2]):
            raise _damaged(row[0])
        return content

    def _updates_after(self, contract: str, upto: int) -> tuple[tuple[bytes, ...], int]:
        """The updates after a journal row, and the last row; a damaged update is an error, never left out."""
        rows = self._session.execute(
            select(JournalEntry.number, JournalEntry.sha256, JournalEntry.content)
            .where(JournalEntry.contract == contract, JournalEntry.number > upto)
            .order_by(JournalEntry.number)
        ).all()
        for _, sha256, content in rows:
            if hashlib.sha256(content).hexdigest() != sha256:
                raise _damaged(contract)
        return tuple(content for _, _, content in rows), max(upto, rows[-1][0]) if rows else upto


def _damaged(contract: str) -> LibraryDamagedError:
    return LibraryDamagedError(
        f"The stored text of contract {contract[:60]} is damaged; nothing was changed; restore a backup beside it."
    )
