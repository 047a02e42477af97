"""The desk in the library: one account's part of one organization, each opening one transaction of its file."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, func, insert, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert as insert_or_update
from sqlalchemy.orm import Session

from pactoria_desktop.store.contracts import Contracts
from pactoria_desktop.store.library import Library
from pactoria_desktop.store.schema import (
    Acknowledged,
    Contract,
    ContractHome,
    KeptFile,
    NotAccepted,
    OutboxEntry,
    RecordChange,
    Seat,
    SyncCursor,
    SyncedRecord,
    SyncLogEntry,
)
from pactoria_desktop.sync.mapping import TABLES, contract_of, land, land_new
from pactoria_desktop.sync.overlay import shown
from pactoria_desktop.sync.ports import Known, Pending, Position

LOG_KEPT = 2_000
_AT_ONCE = 500
_PENDING = (
    OutboxEntry.operation,
    OutboxEntry.kind,
    OutboxEntry.record,
    OutboxEntry.base_sequence,
    OutboxEntry.patch,
    OutboxEntry.created_at,
    OutboxEntry.deletes,
    OutboxEntry.schema_version,
    OutboxEntry.state,
    OutboxEntry.scope,
    OutboxEntry.sequence,
    OutboxEntry.lost,
)
_KNOWN = (
    SyncedRecord.scope,
    SyncedRecord.kind,
    SyncedRecord.record,
    SyncedRecord.sequence,
    SyncedRecord.deleted,
    SyncedRecord.fields,
    SyncedRecord.field_sequence,
    SyncedRecord.schema_version,
    SyncedRecord.changed_by,
    SyncedRecord.changed_at,
    SyncedRecord.stale,
)


def _read(*values: Any) -> Pending:
    return Pending(*values)


class LibraryDesk:
    """A desk on a session of the library; what each call promises is written at ``sync.ports.Desk``."""

    def __init__(self, session: Session, seat: int, at: int) -> None:
        """``at`` dates what is shown to people, in milliseconds since 1970 UTC."""
        self._session = session
        self._seat = seat
        self._at = at
        self._read: dict[tuple[str, str], dict[str, Known]] = {}
        self._unwritten: dict[tuple[str, str, str], Known] = {}
        self._busy: set[tuple[str, str]] | None = None
        self._absent: set[str] = set()
        self._arrivals: dict[str, Mapping[str, object]] = {}
        self._heard: int | None = None
        self._names: dict[str, str] | None = None

    def read_ahead(self, keys: Iterable[tuple[str, str]]) -> None:
        """Read many records at once; a first sync of ten thousand contracts takes seconds only so."""
        wanted = list(dict.fromkeys(keys))
        self.flush()
        for at in range(0, len(wanted), _AT_ONCE):
            part = wanted[at : at + _AT_ONCE]
            self._read |= {key: {} for key in part}
            rows = self._session.execute(
                select(*_KNOWN).where(
                    SyncedRecord.seat == self._seat, tuple_(SyncedRecord.kind, SyncedRecord.record).in_(part)
                )
            )
            for row in rows:
                self._read[row.kind, row.record][row.scope] = Known(*row)
            contracts = [record for kind, record in part if kind == "contract"]
            here = self._session.execute(select(Contract.id).where(Contract.id.in_(contracts))).scalars()
            self._absent |= set(contracts) - set(here)

    def flush(self) -> None:
        """Write what was gathered to be written together."""
        if self._unwritten:
            statement = insert_or_update(SyncedRecord)
            key = ("seat", "scope", "kind", "record")
            rows = [self._known_row(each) for each in self._unwritten.values()]
            self._session.execute(
                statement.on_conflict_do_update(
                    index_elements=list(key),
                    set_={name: statement.excluded[name] for name in rows[0] if name not in key},
                ),
                rows,
            )
            self._unwritten = {}
        if self._arrivals:
            arrivals, self._arrivals = self._arrivals, {}
            land_new(self._session, arrivals, at=self._at)
            self._session.execute(
                insert(ContractHome),
                [{"contract": one, "seat": self._seat, "state": "member", "since": self._at} for one in arrivals],
            )
            for contract in self._with_something_before(tuple(arrivals)):
                self._show_what_hangs_on("contract", contract)

    # Place

    def epoch(self) -> str:
        return self._session.execute(select(Seat.epoch).where(Seat.number == self._seat)).scalar_one()

    def set_epoch(self, epoch: str) -> None:
        before = self.epoch()
        if before and before != epoch:
            # The platform was restored: which Word files it holds is not known any more.
            self._session.execute(delete(KeptFile).where(KeptFile.seat == self._seat))
        if before != epoch:
            self._session.execute(update(Seat).where(Seat.number == self._seat).values(epoch=epoch))

    def heard_at(self) -> int:
        if self._heard is None:
            heard = select(Seat.heard_at).where(Seat.number == self._seat)
            self._heard = self._session.execute(heard).scalar_one()
        return self._heard

    def hear(self, at: int) -> None:
        self._heard = at
        self._session.execute(update(Seat).where(Seat.number == self._seat).values(heard_at=at))

    def positions(self) -> dict[str, Position]:
        rows = self._session.execute(
            select(SyncCursor.scope, SyncCursor.sequence, SyncCursor.renewing)
            .where(SyncCursor.seat == self._seat)
            .order_by(SyncCursor.scope)
        )
        return {scope: Position(sequence, renewing) for scope, sequence, renewing in rows}

    def set_position(self, scope: str, position: Position) -> None:
        values = {"sequence": position.sequence, "renewing": position.renewing}
        statement = insert_or_update(SyncCursor).values(seat=self._seat, scope=scope, **values)
        self._session.execute(
            statement.on_conflict_do_update(index_elements=[SyncCursor.seat, SyncCursor.scope], set_=values)
        )

    def drop_position(self, scope: str) -> None:
        self._session.execute(delete(SyncCursor).where(SyncCursor.seat == self._seat, SyncCursor.scope == scope))

    # Records

    def places(self, kind: str, record: str) -> tuple[Known, ...]:
        read = self._read.get((kind, record))
        if read is not None:
            return tuple(read.values())
        self.flush()
        rows = self._session.execute(
            select(*_KNOWN).where(
                SyncedRecord.seat == self._seat, SyncedRecord.kind == kind, SyncedRecord.record == record
            )
        )
        return tuple(Known(*row) for row in rows)

    def known(self, kind: str, record: str) -> Known | None:
        return max(
            self.places(kind, record), key=lambda one: (not one.deleted, not one.stale, one.sequence), default=None
        )

    def known_in(self, scope: str) -> Iterable[Known]:
        self.flush()
        rows = self._session.execute(
            select(*_KNOWN).where(SyncedRecord.seat == self._seat, SyncedRecord.scope == scope)
        ).all()
        return [Known(*row) for row in rows]

    def keep(self, known: Known) -> None:
        read = self._read.get((known.kind, known.record))
        if read is not None:
            read[known.scope] = known
        self._unwritten[known.scope, known.kind, known.record] = known
        if known.kind == "member":
            self._note_name(known.record, known)

    def _known_row(self, known: Known) -> dict[str, object]:
        contract = known.record if known.kind == "contract" else known.fields.get("contract")
        return {
            "seat": self._seat,
            "scope": known.scope,
            "kind": known.kind,
            "record": known.record,
            "contract": contract if isinstance(contract, str) else None,
            "sequence": known.sequence,
            "deleted": known.deleted,
            "stale": known.stale,
            "fields": dict(known.fields),
            "field_sequence": dict(known.field_sequence),
            "schema_version": known.schema_version,
            "changed_by": known.changed_by,
            "changed_at": known.changed_at,
        }

    def drop(self, scope: str, kind: str, record: str) -> None:
        self.flush()
        self._read.get((kind, record), {}).pop(scope, None)
        self._session.execute(
            delete(SyncedRecord).where(
                SyncedRecord.seat == self._seat,
                SyncedRecord.scope == scope,
                SyncedRecord.kind == kind,
                SyncedRecord.record == record,
            )
        )

    def age(self, scope: str) -> None:
        self.flush()
        self._read = {}
        self._session.execute(
            update(SyncedRecord).where(SyncedRecord.seat == self._seat, SyncedRecord.scope == scope).values(stale=True)
        )

    def living(self) -> int:
        self.flush()
        rows = select(SyncedRecord.kind, SyncedRecord.record).where(
            SyncedRecord.seat == self._seat, SyncedRecord.deleted.is_(False)
        )
        return self._session.execute(select(func.count()).select_from(rows.distinct().subquery())).scalar_one()

    # Outbox

    def outbox(self) -> tuple[Pending, ...]:
        return self._pending(OutboxEntry.seat == self._seat)

    def outbox_of(self, kind: str, record: str) -> tuple[Pending, ...]:
        if self._busy is None:
            rows = select(OutboxEntry.kind, OutboxEntry.record).where(OutboxEntry.seat == self._seat).distinct()
            self._busy = {(row.kind, row.record) for row in self._session.execute(rows)}
        if (kind, record) not in self._busy:
            return ()
        return self._pending(
            (OutboxEntry.seat == self._seat) & (OutboxEntry.kind == kind) & (OutboxEntry.record == record)
        )

    def _pending(self, condition: Any) -> tuple[Pending, ...]:
        rows = self._session.execute(select(*_PENDING).where(condition).order_by(OutboxEntry.position))
        return tuple(replace(each, lost=tuple(each.lost)) for each in (_read(*row) for row in rows))

    def add(self, pending: Pending) -> None:
        if self._busy is not None:
            self._busy.add((pending.kind, pending.record))
        self._session.execute(insert(OutboxEntry).values(**self._row(pending)))

    def change(self, pending: Pending) -> None:
        values = self._row(pending)
        self._session.execute(update(OutboxEntry).where(OutboxEntry.operation == pending.operation).values(**values))

    def remove(self, operation: str) -> None:
        self._session.execute(delete(OutboxEntry).where(OutboxEntry.operation == operation))

    def put_first(self, operations: Iterable[Pending]) -> None:
        first = list(operations)
        rest = self.outbox()
        self._session.execute(delete(OutboxEntry).where(OutboxEntry.seat == self._seat))
        for each in (*first, *rest):
            self.add(each)

    def _row(self, pending: Pending) -> dict[str, object]:
        return {
            "seat": self._seat,
            "operation": pending.operation,
            "scope": pending.scope,
            "kind": pending.kind,
            "record": pending.record,
            "base_sequence": pending.base_sequence,
            "patch": dict(pending.patch),
            "deletes": pending.deletes,
            "schema_version": pending.schema_version,
            "state": pending.state,
            "sequence": pending.sequence,
            "lost": list(pending.lost),
            "created_at": pending.created_at,
        }

    # What was answered

    def acknowledged(self) -> tuple[Pending, ...]:
        row = Acknowledged
        rows = self._session.execute(
            select(
                row.operation, row.kind, row.record, row.patch, row.created_at, row.deletes, row.schema_version,
                row.scope, row.lost,
            )
            .where(row.seat == self._seat)
            .order_by(row.number)
        )  # fmt: skip
        return tuple(
            Pending(
                operation, kind, record, 0, patch, created_at, deletes, version,
                state="acknowledged", scope=scope, lost=tuple(lost),
            )
            for operation, kind, record, patch, created_at, deletes, version, scope, lost in rows
        )  # fmt: skip

    def note_acknowledged(self, pending: Pending, at: int) -> None:
        self._session.execute(delete(Acknowledged).where(Acknowledged.operation == pending.operation))
        self._session.execute(
            insert(Acknowledged).values(
                seat=self._seat,
                operation=pending.operation,
                kind=pending.kind,
                record=pending.record,
                patch=dict(pending.patch),
                deletes=pending.deletes,
                schema_version=pending.schema_version,
                scope=pending.scope,
                lost=list(pending.lost),
                created_at=pending.created_at,
                at=at,
            )
        )

    def forget_acknowledged(self, before: int | None) -> None:
        gone = delete(Acknowledged).where(Acknowledged.seat == self._seat)
        if before is not None:
            gone = gone.where(Acknowledged.at > 0, Acknowledged.at < before)
        self._session.execute(gone)

    def refuse(self, pending: Pending, reason: str, at: int) -> None:
        known = self.known(pending.kind, pending.record)
        contract = pending.record if pending.kind == "contract" else pending.patch.get("contract")
        if contract is None and known is not None:
            contract = known.fields.get("contract")
        self._session.execute(
            insert(NotAccepted).values(
                seat=self._seat,
                operation=pending.operation,
                kind=pending.kind,
                record=pending.record,
                contract=contract,
                patch=dict(pending.patch),
                deletes=pending.deletes,
                reason=reason,
                at=at,
            )
        )

    def note(self, what: str, count: int, words: str = "") -> None:
        self._session.execute(
            insert(SyncLogEntry).values(seat=self._seat, at=self._at, what=what, count=count, words=words)
        )
        last = select(func.max(SyncLogEntry.number)).scalar_subquery()
        self._session.execute(delete(SyncLogEntry).where(SyncLogEntry.number < last - LOG_KEPT))

    # The library

    def show(self, kind: str, record: str, fields: Mapping[str, object] | None) -> None:
        if kind not in TABLES and kind != "contract":
            return
        if fields is not None and isinstance(fields.get("created_by"), str):
            fields = {**fields, "created_by": self._name_of(str(fields["created_by"]))}
        if kind == "contract" and fields is not None and record in self._absent:
            self._absent.discard(record)
            self._arrivals[record] = fields
            return
        self.flush()
        if self._is_of_another(kind, record, fields or {}):
            return
        made = land(self._session, kind, record, fields, at=self._at)
        if kind == "contract":
            self._settle_home(record, lives=fields is not None)
        if made:
            self._show_what_hangs_on(kind, record)

    def leave(self, kind: str, record: str, *, stays: bool = False) -> None:
        self.flush()
        if kind == "contract" and not self._lives_elsewhere(record):
            if not stays:
                land(self._session, kind, record, None, at=self._at)
            self._set_home(record, "lost")

    def _is_of_another(self, kind: str, record: str, fields: Mapping[str, object]) -> bool:
        """Whether a record says that it is of a contract which is not this organization's, or is of one here: what a
        platform says is shown in its own organization's contracts alone."""
        named = {record if kind == "contract" else fields.get("contract"), contract_of(self._session, kind, record)}
        if kind == "comment":
            named.add(contract_of(self._session, "thread", str(fields.get("thread"))))
        return any(self._lives_elsewhere(one) for one in named if one is not None)

    def _lives_elsewhere(self, contract: object) -> bool:
        """Whether a contract belongs to another organization of this library, or is this device's alone: it joins an
        organization by what a person does, never by what a platform says."""
        rows = select(Contract.id, ContractHome.seat, ContractHome.state)
        found = self._session.execute(
            rows.outerjoin(ContractHome, ContractHome.contract == Contract.id).where(Contract.id == contract)
        ).first()
        if found is None:
            return False
        return found.seat is None or (found.state == "member" and found.seat != self._seat)

    def _settle_home(self, contract: str, *, lives: bool) -> None:
        home = self._session.execute(
            select(ContractHome.seat, ContractHome.state).where(ContractHome.contract == contract)
        ).first()
        if not lives:
            self._set_home(contract, "gone")
        elif home is None:  # it came here by this very record
            self._session.execute(
                insert(ContractHome).values(contract=contract, seat=self._seat, state="member", since=self._at)
            )
        elif home.seat == self._seat and home.state != "member":
            Contracts(self._session).put_back(contract)
            self._set_home(contract, "member")

    def _set_home(self, contract: str, state: str) -> None:
        self._session.execute(
            update(ContractHome)
            .where(ContractHome.contract == contract, ContractHome.seat == self._seat)
            .values(state=state)
        )

    def _with_something_before(self, contracts: tuple[str, ...]) -> tuple[str, ...]:
        """Those of new contracts of which something came before they did."""
        found: set[str | None] = set()
        for at in range(0, len(contracts), _AT_ONCE):
            rows = select(SyncedRecord.contract).where(
                SyncedRecord.seat == self._seat,
                SyncedRecord.contract.in_(contracts[at : at + _AT_ONCE]),
                SyncedRecord.kind.in_(tuple(TABLES)),
                SyncedRecord.deleted.is_(False),
            )
            found.update(self._session.execute(rows.distinct()).scalars())
        return tuple(each for each in contracts if each in found)

    def _show_what_hangs_on(self, kind: str, record: str) -> None:
        """What came before the contract or thread that it hangs on."""
        column = SyncedRecord.contract
        of = record
        if kind == "thread":
            thread = self.known("thread", record)
            of = str(thread.fields.get("contract")) if thread is not None else ""
        rows = self._session.execute(
            select(SyncedRecord.kind, SyncedRecord.record).where(
                SyncedRecord.seat == self._seat, column == of, SyncedRecord.deleted.is_(False)
            )
        ).all()
        order = list(TABLES)
        for each, one in sorted({(row.kind, row.record) for row in rows if row.kind in TABLES},
                                key=lambda key: (order.index(key[0]), key[1])):  # fmt: skip
            if kind == "thread" and each != "comment":
                continue
            known = self.known(each, one)
            fields = shown(known, self.outbox_of(each, one))
            if fields is not None:
                self.show(each, one, fields)

    def _name_of(self, person: str) -> str:
        if self._names is None:
            rows = select(SyncedRecord.record, SyncedRecord.fields["name"].as_string()).where(
                SyncedRecord.seat == self._seat, SyncedRecord.kind == "member", SyncedRecord.deleted.is_(False)
            )
            self._names = {record: name for record, name in self._session.execute(rows) if isinstance(name, str)}
            for (_, kind, record), known in self._unwritten.items():
                if kind == "member":
                    self._note_name(record, known)
        return self._names.get(person, "")

    def _note_name(self, person: str, known: Known) -> None:
        name = known.fields.get("name")
        if self._names is not None and isinstance(name, str) and not known.deleted:
            self._names[person] = name


class LibraryDesks:
    """Opens one seat's desk. What is written here is not heard of as a change of this device's own."""

    def __init__(self, library: Library, seat: int) -> None:
        """On an open library."""
        self._library = library
        self._seat = seat

    @contextlib.contextmanager
    def __call__(self) -> Iterator[LibraryDesk]:
        """One transaction. Raises the library's refusals for what the disk does."""
        with self._library.writing() as session:
            desk = LibraryDesk(session, self._seat, self._library.now())
            yield desk
            desk.flush()
            session.execute(delete(RecordChange))
