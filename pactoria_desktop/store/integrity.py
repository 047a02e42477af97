"""Whether a library is what was written: pages, structure, contents, histories and search index."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pactoria_desktop.runtime.errors import WriteError
from pactoria_desktop.store.errors import LibraryDamagedError, refusal_for
from pactoria_desktop.store.packages import Packages
from pactoria_desktop.store.schema import Contract, JournalEntry, Package, Snapshot
from pactoria_desktop.store.search_index import TABLES
from pactoria_desktop.store.texts import Texts
from pactoria_desktop.store.versions import Versions

Subject = Literal["pages", "structure", "reference", "package", "text", "history", "search"]
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not what was written."""

    subject: Subject
    sentence: str


def damages(session: Session, *, progress: Callable[[float, str], None] | None = None) -> tuple[Damage, ...]:
    """Everything that is wrong with the library; empty when it is whole. Reads all of it, on a writing session."""
    steps: tuple[tuple[str, Callable[[Session], Iterator[Damage]]], ...] = (
        ("pages", _pages),
        ("packages", _packages),
        ("texts", _texts),
        ("histories", _histories),
        ("search", _search),
    )
    found: list[Damage] = []
    for number, (name, step) in enumerate(steps):
        if progress is not None:
            progress(number / len(steps), name)
        found.extend(_guarded(session, name, step))
    return tuple(found)


def page_damages(session: Session) -> tuple[Damage, ...]:
    """What is wrong with the pages and the structure alone: quick enough for the end of a crash."""
    return tuple(_guarded(session, "pages", _pages))


def _guarded(session: Session, name: str, step: Callable[[Session], Iterator[Damage]]) -> Iterator[Damage]:
    """What a step finds; a step that meets unreadable pages ends with that."""
    try:
        yield from step(session)
    except DBAPIError as error:
        if not _tells_of_damage(error):
            raise
        yield Damage("pages", f"Part of the library cannot be read while looking at its {name}.")


def _pages(session: Session) -> Iterator[Damage]:
    connection = session.connection()
    sealed = connection.exec_driver_sql("PRAGMA cipher_integrity_check").fetchmany(_MOST_NAMED)
    if sealed:
        yield Damage("pages", f"{len(sealed)} or more pages of the library were altered or damaged.")
    lines = connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST_NAMED})").scalars().all()
    if lines != ["ok"]:
        yield Damage("structure", f"The structure of the library has {len(lines)} or more faults.")
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        yield Damage("reference", "A record of the library belongs to something that is not there.")


def _packages(session: Session) -> Iterator[Damage]:
    packages = Packages(session)
    for sha256 in session.execute(select(Package.sha256)).scalars().all():
        try:
            packages.read(sha256)
        except LibraryDamagedError as error:
            yield Damage("package", error.sentence)


def _texts(session: Session) -> Iterator[Damage]:
    texts = Texts(session)
    for number in session.execute(select(Snapshot.number)).scalars().all():
        try:
            texts.snapshot(number)
            texts.export(number)
        except LibraryDamagedError as error:
            yield Damage("text", error.sentence)
    entries = session.execute(select(JournalEntry.number, JournalEntry.sha256, JournalEntry.content))
    for number, sha256, content in entries.yield_per(500):
        if hashlib.sha256(content).hexdigest() != sha256:
            yield Damage("text", f"Update {number} of the journal is damaged.")


def _histories(session: Session) -> Iterator[Damage]:
    versions = Versions(session)
    for contract in session.execute(select(Contract.id)).scalars().all():
        for problem in versions.problems(contract):
            yield Damage("history", f"{problem.sentence} (contract {contract})")


def _search(session: Session) -> Iterator[Damage]:
    for table in TABLES:
        try:
            session.connection().exec_driver_sql(f"INSERT INTO {table}({table}, rank) VALUES ('integrity-check', 1)")
        except DBAPIError as error:
            if not _tells_of_damage(error):
                raise
            yield Damage("search", "The search index does not fit the contracts; build it anew.")


def _tells_of_damage(error: DBAPIError) -> bool:
    return error.orig is not None and type(refusal_for(error.orig)) in (LibraryDamagedError, WriteError)


def rebuild_search(session: Session) -> None:
    """Build the search index anew from the contracts."""
    for table in TABLES:
        session.connection().exec_driver_sql(f"INSERT INTO {table}({table}) VALUES ('rebuild')")
