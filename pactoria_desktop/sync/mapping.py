"""Between the library's tables and the kinds of records: the same values in both, instants and empty words aside.

Kinds without a table here (members, conflicts, activity, questions, and all that this program does not know) are kept
and read as records.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from pactoria_desktop.protocol.records import STATUSES
from pactoria_desktop.runtime.clock import from_milliseconds, to_milliseconds
from pactoria_desktop.store.contracts import Contracts, sort_key
from pactoria_desktop.store.schema import (
    Approval,
    Contract,
    ContractTag,
    Party,
    Thread,
    ThreadComment,
    Verdict,
    VersionEntry,
)

Fields = Mapping[str, object]


def written(milliseconds: object) -> str | None:
    """An instant as records have it, always in the same form, so that the greater text is the later instant."""
    if not isinstance(milliseconds, int):
        return None
    return from_milliseconds(milliseconds).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_instant(text: object) -> int | None:
    """Milliseconds since 1970 UTC of an instant of a record, None for none or for what is not one."""
    if not isinstance(text, str):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return to_milliseconds(instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC))


def _same(value: object) -> object:
    return value


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _or_none(value: object) -> object:
    return value or None


@dataclass(frozen=True, slots=True)
class _Column:
    """A field's column, how it is written to records and how it is read from them."""

    name: str
    out: Callable[[object], object] = _same
    back: Callable[[object], object] = _same
    lasting: bool = False
    """Never changed once the row is there."""


def _named(*names: str, lasting: bool = False) -> dict[str, _Column]:
    return {name: _Column(name, _or_none, _words, lasting) for name in names}


def _instant(name: str, *, lasting: bool = False) -> dict[str, _Column]:
    return {name: _Column(name, written, read_instant, lasting)}


def _as_is(*names: str, lasting: bool = False) -> dict[str, _Column]:
    return {name: _Column(name, lasting=lasting) for name in names}


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a kind. ``only_here``: columns that records do not name, with what they get on arrival."""

    table: Any
    key: str
    columns: dict[str, _Column]
    needs: tuple[str, str] = ("contract", "contract")
    """The field that names the row it hangs on, and that row's kind."""
    only_here: tuple[tuple[str, str], ...] = ()
    stays: bool = False
    """Whether the row stays when the record goes: history that was made here is never taken away."""


TABLES: dict[str, Table] = {
    "party": Table(
        Party, "id", {**_named("contract", "name", "part"), "position": _Column("position", back=lambda v: v or 0)}
    ),
    "version": Table(
        VersionEntry,
        "id",
        {
            **_named("contract", "name", "made_at", "author", "frontier", "text_sha256", lasting=True),
            **_named("content_sha256", "counterparty", "former", "hash", lasting=True),
            **_as_is("number", "direction", "package_sha256", "round", lasting=True),
        },
        stays=True,
    ),
    "thread": Table(
        Thread,
        "id",
        {
            **_named("contract", "visibility", lasting=True),
            **_as_is("anchor", lasting=True),
            **_instant("created_at", lasting=True),
            **_instant("resolved_at"),
        },
    ),
    "comment": Table(
        ThreadComment,
        "id",
        {
            **_named("thread", lasting=True),
            **_named("text"),
            **_instant("created_at", lasting=True),
            **_instant("edited_at"),
        },
        needs=("thread", "thread"),
        only_here=(("author", "created_by"),),
    ),
    "approval": Table(
        Approval,
        "id",
        {
            **_named("contract", "text_sha256", "content_sha256", "decision", "reason", lasting=True),
            **_instant("decided_at", lasting=True),
        },
        only_here=(("decided_by", "decided_by"),),
        stays=True,
    ),
    "verdict": Table(
        Verdict,
        "finding",
        {
            **_named("contract", "finding", lasting=True),
            **_named("verdict", "reason", "assignee"),
            **_instant("decided_at"),
        },
        only_here=(("decided_by", "decided_by"),),
    ),
}


def contract_of(session: Session, kind: str, record: str) -> str | None:
    """The contract that a row of the library belongs to, None where the row is not there."""
    if kind == "contract":
        return session.execute(select(Contract.id).where(Contract.id == record)).scalar()
    if kind == "comment":
        of = select(Thread.contract).join(ThreadComment, ThreadComment.thread == Thread.id)
        return session.execute(of.where(ThreadComment.id == record)).scalar()
    table = TABLES.get(kind)
    if table is None:
        return None
    row = table.table
    found: str | None = session.execute(select(row.contract).where(getattr(row, table.key) == record)).scalar()
    return found


def read_record(session: Session, kind: str, record: str) -> dict[str, object] | None:
    """A row of the library as the fields of a record, None where it is not there."""
    if kind == "contract":
        return _read_contract(session, record)
    table = TABLES[kind]
    row = session.execute(
        select(*(getattr(table.table, one.name) for one in table.columns.values())).where(
            getattr(table.table, table.key) == record
        )
    ).first()
    if row is None:
        return None
    fields = {name: one.out(value) for (name, one), value in zip(table.columns.items(), row, strict=True)}
    if kind == "comment":
        fields["contract"] = contract_of(session, kind, record)
    return fields


def _read_contract(session: Session, record: str) -> dict[str, object] | None:
    found = Contracts(session).find(record)
    if found is None:
        return None
    return {
        "title": found.title,
        "counterparty": found.counterparty or None,
        "status": found.status if found.status in STATUSES else "draft",
        "tags": list(found.tags),
        "package_sha256": found.package_sha256,
        "created_at": written(found.created_at),
    }


def records_of(session: Session, contract: str) -> list[tuple[str, str]]:
    """All records that a contract of the library has, itself first, each after what it hangs on."""
    found = [("contract", contract)]
    for kind in ("party", "version", "thread", "approval", "verdict"):
        row, key = TABLES[kind].table, TABLES[kind].key
        found += [(kind, one) for one in session.execute(
            select(getattr(row, key)).where(row.contract == contract).order_by(getattr(row, key))
        ).scalars()]  # fmt: skip
    comments = select(ThreadComment.id).join(Thread, Thread.id == ThreadComment.thread)
    words = session.execute(comments.where(Thread.contract == contract).order_by(ThreadComment.id)).scalars()
    return found + [("comment", one) for one in words]


def land(session: Session, kind: str, record: str, fields: Fields | None, *, at: int) -> bool:
    """Make the library show a record so, None: it is gone; whether a row was made that others may hang on.

    What hangs on a row that is not here yet is left out; ``SyncedRecord`` keeps it until that row comes.
    """
    if kind == "contract":
        return _land_contract(session, record, fields, at=at)
    table = TABLES[kind]
    key = getattr(table.table, table.key) == record
    if fields is None:
        if not table.stays:
            session.execute(delete(table.table).where(key))
        return False
    there = session.execute(select(getattr(table.table, table.key)).where(key)).first() is not None
    values = {
        one.name: one.back(fields.get(name)) for name, one in table.columns.items() if not (there and one.lasting)
    }
    if kind == "verdict":
        values["decided_at"] = values["decided_at"] or 0
    values |= {name: _words(fields.get(of)) for name, of in table.only_here if fields.get(of) is not None}
    if there:
        if values:
            session.execute(update(table.table).where(key).values(values))
        return False
    field, kind_needed = table.needs
    if not _there(session, kind_needed, fields.get(field)):
        return False
    session.execute(
        insert(table.table).values({**{name: "" for name, _ in table.only_here}, **values, table.key: record})
    )
    return kind == "thread"


def land_new(session: Session, arrivals: Mapping[str, Fields], *, at: int) -> None:
    """Many contracts at once that the library does not have yet, by id."""
    rows = []
    for record, fields in arrivals.items():
        title, counterparty = _words(fields.get("title")), _words(fields.get("counterparty"))
        made_at, package = read_instant(fields.get("created_at")), fields.get("package_sha256")
        rows.append(
            {
                "id": record,
                "title": title,
                "title_key": sort_key(title),
                "counterparty": counterparty,
                "counterparty_key": sort_key(counterparty),
                "status": _words(fields.get("status")) or "draft",
                "folder": None,
                "package_sha256": package if isinstance(package, str) else None,
                "created_at": at if made_at is None else made_at,
                "opened_at": None,
                "changed_at": at,
                "trashed_at": None,
            }
        )
    session.execute(insert(Contract), rows)
    made = session.execute(select(Contract.id, Contract.row).where(Contract.id.in_(list(arrivals)))).all()
    numbers = {each.id: each.row for each in made}
    tags = [
        {"contract_row": numbers[record], "tag": tag}
        for record, fields in arrivals.items()
        for tag in sorted(_tags(fields))
    ]
    if tags:
        session.execute(insert(ContractTag), tags)


def _tags(fields: Fields) -> set[str]:
    tags = fields.get("tags")
    return {str(tag) for tag in tags} if isinstance(tags, (list, tuple)) else set()


def _there(session: Session, kind: str, record: object) -> bool:
    row = Contract.id if kind == "contract" else Thread.id
    return session.execute(select(row).where(row == record)).first() is not None


def _land_contract(session: Session, record: str, fields: Fields | None, *, at: int) -> bool:
    contracts = Contracts(session)
    found = contracts.find(record)
    if fields is None:
        if found is not None and found.trashed_at is None:
            contracts.trash(record, at=at)
        return False
    title, counterparty = _words(fields.get("title")), _words(fields.get("counterparty"))
    if found is None:
        made_at = read_instant(fields.get("created_at"))
        contracts.add(record, title, at=at if made_at is None else made_at, counterparty=counterparty)
    elif (found.title, found.counterparty) != (title, counterparty):
        contracts.rename(record, at=at, title=title, counterparty=counterparty)
    now = contracts.get(record)
    if now.status != fields.get("status"):
        contracts.set_status(record, _words(fields.get("status")) or "draft", at=at)
    package = fields.get("package_sha256")
    if isinstance(package, str) and now.package_sha256 != package:
        contracts.set_package(record, package, at=at)
    if _tags(fields) != set(now.tags):
        contracts.set_tags(record, _tags(fields), at=at)
    return found is None


__all__ = ["TABLES", "contract_of", "land", "read_instant", "read_record", "records_of", "written"]
