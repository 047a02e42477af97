"""What the command line does with the library: list, search, export, back up, restore, verify."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from os import urandom
from pathlib import Path
from typing import TYPE_CHECKING

from pactoria_desktop.contract.history import export_history, former_of, heads_of, saved_apart
from pactoria_desktop.contract.identity import IdentityMint
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.runtime.clock import Clock, from_milliseconds, to_milliseconds
from pactoria_desktop.runtime.errors import KeyFileDamagedError, KeyMissingError, PactoriaError
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.runtime.secrets import PassphraseSources, recovered_key
from pactoria_desktop.runtime.settings import SettingsFile
from pactoria_desktop.services.keys import Person, key_keeper, opened_library, person_of
from pactoria_desktop.services.sources import Source
from pactoria_desktop.store.library import Library, temporary_library

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from pactoria_desktop.services.importing import Importer, ImportResult
    from pactoria_desktop.services.opened import ExportMode
    from pactoria_desktop.services.relating import Related
    from pactoria_desktop.store.contracts import ContractRecord

# Importing and exporting need the documents and the living text, reading the library needs SQLAlchemy. They are
# imported where they are used: a listing starts without the first, and the window is painted before the second.

WINDOW_SESSION, VIEW_OF = "window", "view:"


class NotFoundError(PactoriaError):
    """The library does not hold what was asked for."""


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A contract as the command line lists it. Instants are ISO 8601 in UTC."""

    id: str
    title: str
    counterparty: str
    status: str
    folder: str | None
    tags: tuple[str, ...]
    created: str
    changed: str


def row_of(record: "ContractRecord", folders: dict[str, str]) -> ContractRow:
    """The row of a record."""
    return ContractRow(
        record.id,
        record.title,
        record.counterparty,
        record.status,
        folders.get(record.folder or ""),
        record.tags,
        _iso(record.created_at),
        _iso(record.changed_at),
    )


def _iso(milliseconds: int) -> str:
    return from_milliseconds(milliseconds).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class LibraryService:
    """One open library with everything that commands and the window ask of it."""

    def __init__(self, library: Library, clock: Clock, author: str) -> None:
        """``author`` is the name that tracked changes show."""
        self.library = library
        self.clock = clock
        self.author = author
        self.remarks: tuple[str, ...] = ()
        """What a person should hear of the settings, in sentences."""
        self.when_waiting: Callable[[], None] = lambda: None
        """Called when something of an organization's was changed that its platform has still to hear of; on any thread,
        before the transaction ends."""
        self._mint = IdentityMint(lambda: to_milliseconds(clock.now()), urandom)
        library.before_commit = self._record_changes

    @cached_property
    def person(self) -> Person:
        """Who works here; noted in the library at the first call."""
        return person_of(self.library, self.clock)

    @property
    def identity(self) -> Identity:
        """Who the changes made from now on are by."""
        return Identity(self.author, self.person.user)

    def window_session(self) -> object:
        """What the window kept of its last session, None where there is none; known before anything else is read."""
        return self.library.glance(WINDOW_SESSION)

    def _record_changes(self, session: "Session") -> None:
        """What this transaction changed of an organization's contracts goes into the outbox with it."""
        from sqlalchemy import select

        from pactoria_desktop.store.schema import RecordChange

        if session.execute(select(RecordChange.kind).limit(1)).first() is not None:
            from pactoria_desktop.sync.recording import record_changes

            if record_changes(session, mint=self._mint.mint, at=self.library.now()):
                self.when_waiting()

    def mint(self) -> str:
        """A new id."""
        return self._mint.mint()

    def importer(self) -> "Importer":
        """Imports files."""
        from pactoria_desktop.services.importing import Importer

        return Importer(self.library, self.identity, self.clock, self.mint)

    def bring_in(self, sources: Sequence[Source], folder: str = "") -> "Iterator[ImportResult]":
        """Import files one after the other."""
        importer = self.importer()
        place = self.folder_named(folder) if folder else None
        for source in sources:
            yield importer.bring_in(source, place)

    def related_to(self, source: Source) -> "Related | None":
        """The contract of the library that a Word file is a draft of, None where it is new, known or unreadable."""
        from pactoria_desktop.contract.accepted import accepted
        from pactoria_desktop.documents.errors import DocumentError
        from pactoria_desktop.services.parsing import read_in_child
        from pactoria_desktop.services.relating import related
        from pactoria_desktop.store.contracts import Contracts

        if source.ending != ".docx":
            return None
        sha256 = hashlib.sha256(source.data).hexdigest()
        with self.library.reading() as session:
            if Contracts(session).with_package(sha256):
                return None
        try:
            return related(self.library, accepted(read_in_child(source.data, source.name)))
        except DocumentError:
            return None

    def folder_named(self, name: str) -> str:
        """The id of the folder at the top with this name; made when there is none."""
        from pactoria_desktop.store.contracts import Folders

        with self.library.writing() as session:
            folders = Folders(session)
            for each in folders.all():
                if each.parent is None and each.name == name:
                    return each.id
            identity = self.mint()
            folders.add(identity, name)
            return identity

    def folder_names(self) -> dict[str, str]:
        """Every folder's name by id."""
        from pactoria_desktop.store.contracts import Folders

        with self.library.reading() as session:
            return {each.id: each.name for each in Folders(session).all()}

    def rows(self, folder: str | None = None) -> list[ContractRow]:
        """Every contract, last changed first. Raises NotFoundError for an unknown folder."""
        from pactoria_desktop.store.listing import Filter, Listing, Order

        names = self.folder_names()
        wanted = next((id for id, name in names.items() if name == folder), None)
        if folder is not None and wanted is None:
            raise NotFoundError(f"The library has no folder named {folder}; list all contracts to see the folders.")
        with self.library.reading() as session:
            listing = Listing(session)
            found = listing.window(listing.rows(Filter(folder=wanted), Order.CHANGED))
        return [row_of(record, names) for record in found]

    def search(self, query: str, most: int) -> list[dict[str, object]]:
        """Contracts that fit a query, best first, each with an excerpt."""
        from pactoria_desktop.store.search import MARK_BEGIN, MARK_END, Search

        names = self.folder_names()
        with self.library.reading() as session:
            hits = Search(session).ranked(query, limit=most)
        return [
            {
                **asdict(row_of(hit.contract, names)),
                "excerpt": hit.excerpt.replace(MARK_BEGIN, "").replace(MARK_END, ""),
            }
            for hit in hits
        ]

    def record(self, named: str) -> "ContractRecord":
        """The contract with this id or beginning of an id. Raises NotFoundError."""
        from pactoria_desktop.store.contracts import Contracts

        with self.library.reading() as session:
            found = Contracts(session).with_beginning(named) if named.isascii() and named else ()
        if len(found) == 1:
            return found[0]
        if found:
            raise NotFoundError(f"Several contracts have an id that begins with {named}; give more of it.")
        raise NotFoundError(f"The library has no contract “{named[:60]}”; list them with `pactoria list`.")

    def source(self, named: str) -> Source:
        """A contract of the library as a Word file with its tracked changes."""
        record = self.record(named)
        return Source(f"{record.title}.docx", ".docx", self.export(record.id, "redline"))

    def export(self, contract: str, mode: "ExportMode") -> bytes:
        """A contract of the library as a Word file."""
        from pactoria_desktop.replica.replica import Replica
        from pactoria_desktop.services.opened import export_text, package_of
        from pactoria_desktop.store.texts import Texts

        record = self.record(contract)
        with self.library.reading() as session:
            stored = Texts(session).open(record.id)
        replica = Replica.open(stored.snapshot, stored.updates, identity=self.identity, clock=self.clock)
        try:
            text = replica.text()
        finally:
            replica.close()
        return export_text(package_of(self.library, record.id, text), text, mode)

    def history_export(self, contract: str) -> dict[str, object]:
        """The history of a contract as JSON that can be verified elsewhere."""
        from pactoria_desktop.store.versions import Versions

        record = self.record(contract)
        with self.library.reading() as session:
            return export_history(Versions(session).of(record.id))

    def verify(self, contract: str) -> dict[str, object]:
        """The history of a contract and what is wrong with it."""
        from pactoria_desktop.services.verifying import history_problems
        from pactoria_desktop.store.versions import Versions

        record = self.record(contract)
        with self.library.reading() as session:
            versions = Versions(session).of(record.id)
        problems = history_problems(self.library, record.id, self.clock)
        apart = saved_apart(versions)
        return {
            "id": record.id,
            "title": record.title,
            "versions": len(versions),
            "last_hash": former_of(heads_of(versions)) if versions else None,
            "saved_apart": [each.number for each in versions if each.id in apart],
            "problems": [asdict(each) for each in problems],
        }


@contextmanager
def library_service(
    home: Home, passphrases: PassphraseSources, clock: Clock, *, create: bool = True
) -> Iterator[LibraryService]:
    """The library of a home with its service, closed at the end."""
    with opened_library(home, passphrases, clock, create=create) as library:
        settings = SettingsFile(home.settings)
        service = LibraryService(library, clock, settings.value.author_name or "Me")
        service.remarks = tuple(settings.problems)
        yield service


@contextmanager
def temporary_service(clock: Clock, author: str) -> Iterator[LibraryService]:
    """A library in a temporary folder whose key lies in memory alone; all of it goes at the end."""
    with temporary_library(clock) as library:
        yield LibraryService(library, clock, author)


def back_up_to(service: LibraryService, target: Path, passphrase: str | None) -> None:
    """Write an encrypted copy of the library, read back before it is put in place."""
    from pactoria_desktop.store.backup import back_up

    back_up(service.library, target, passphrase=passphrase)


def restore_from(source: Path, home: Home, passphrases: PassphraseSources, now: Callable[[], datetime]) -> Path | None:
    """Put a backup in the place of the library; gives where the former library now lies, None where there was none.

    The passphrase may be that of the backup or the printed recovery key of the library it was made of. Where the key
    of the library that is here is lost, the restored one gets a new one, and the old key file is kept beside.
    """
    from pactoria_desktop.store.backup import BackupHead, key_by_passphrase, key_by_recovery, restore

    keeper = key_keeper(home, passphrases)

    def open_key(head: BackupHead) -> LibraryKey:
        recovered = recovered_key(passphrases.given())
        if recovered is not None:
            return key_by_recovery(head, recovered)
        if head.vault is not None:
            passphrase = passphrases.ask(False)
            if passphrase is not None:
                return key_by_passphrase(head, passphrase)
        return key_by_recovery(head, keeper.find())

    def library_key() -> LibraryKey:
        if not exists:
            return keeper.make()
        try:
            return keeper.find()
        except (KeyMissingError, KeyFileDamagedError):
            instant = now().strftime("%Y%m%dT%H%M%S")
            keeper.set_aside(home.folder / f"library-before-restore-{instant}.key.json")
            return keeper.make()

    exists = keeper.exists
    return restore(
        source,
        home,
        open_key=open_key,
        library_key=library_key,
        current_key=keeper.find if exists else None,
        now=now,
    )
