"""Contracts' own records, their folders and tags."""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import CursorResult, delete, func, insert, select, update
from sqlalchemy.orm import Session

from pactoria_desktop.store.errors import NotInLibraryError
from pactoria_desktop.store.schema import Contract, ContractTag, Folder, PackageEntry, SearchText


@dataclass(frozen=True, slots=True)
class ContractRecord:
    """A contract as lists show it. Instants in milliseconds since 1970 UTC; ``row`` is its number in lists."""

    row: int
    id: str
    title: str
    counterparty: str
    status: str
    folder: str | None
    tags: tuple[str, ...]
    package_sha256: str | None
    created_at: int
    opened_at: int | None
    changed_at: int
    trashed_at: int | None


@dataclass(frozen=True, slots=True)
class FolderRecord:
    """A folder with the number of contracts that lie directly in it."""

    id: str
    parent: str | None
    name: str
    position: int
    contracts: int


def sort_key(words: str) -> str:
    """What words are sorted by: without accents and case, so that É stands with e."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", words) if not unicodedata.combining(letter))
    return " ".join(plain.casefold().split())


class Contracts:
    """The contracts, in one transaction."""

    def __init__(self, session: Session) -> None:
        """On a session of the library."""
        self._session = session

    def add(
        self,
        identity: str,
        title: str,
        *,
        at: int,
        counterparty: str = "",
        status: str = "draft",
        folder: str | None = None,
        package_sha256: str | None = None,
    ) -> ContractRecord:
        """A new contract. Raises IntegrityError of SQLAlchemy when its id is there already."""
        self._session.execute(
            insert(Contract).values(
                id=identity,
                title=title,
                title_key=sort_key(title),
                counterparty=counterparty,
                counterparty_key=sort_key(counterparty),
                status=status,
                folder=folder,
                package_sha256=package_sha256,
                created_at=at,
                opened_at=None,
                changed_at=at,
                trashed_at=None,
            )
        )
        return self.get(identity)

    def get(self, identity: str) -> ContractRecord:
        """The contract with this id. Raises NotInLibraryError."""
        found = self.find(identity)
        if found is None:
            raise missing(identity)
        return found

    def find(self, identity: str) -> ContractRecord | None:
        """The contract with this id, or None."""
        return self._one(Contract.id == identity)

    def with_beginning(self, beginning: str) -> tuple[ContractRecord, ...]:
        """Up to two contracts whose id begins so: one means that a shortened id names it."""
        pattern = beginning.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        rows = self._session.execute(select(Contract.row).where(Contract.id.like(pattern, escape="\\")).limit(2))
        return records(self._session, [row for (row,) in rows])

    def with_package(self, sha256: str) -> tuple[ContractRecord, ...]:
        """The contracts that came in or were sent as this package, in order of their making."""
        owners = select(PackageEntry.contract).where(PackageEntry.sha256 == sha256)
        rows = self._session.execute(
            select(Contract.row)
            .where((Contract.package_sha256 == sha256) | Contract.id.in_(owners))
            .order_by(Contract.created_at, Contract.row)
        )
        return records(self._session, [row for (row,) in rows])

    def rename(self, identity: str, *, at: int, title: str | None = None, counterparty: str | None = None) -> None:
        """Give a contract another title or counterparty. Raises NotInLibraryError."""
        values: dict[str, object] = {}
        if title is not None:
            values |= {"title": title, "title_key": sort_key(title)}
        if counterparty is not None:
            values |= {"counterparty": counterparty, "counterparty_key": sort_key(counterparty)}
        self._change(identity, {**values, "changed_at": at})

    def set_status(self, identity: str, status: str, *, at: int) -> None:
        """Give a contract another status. Raises NotInLibraryError."""
        self._change(identity, {"status": status, "changed_at": at})

    def move(self, identity: str, folder: str | None, *, at: int) -> None:
        """Put a contract into a folder, or at the top. Raises NotInLibraryError."""
        self._change(identity, {"folder": folder, "changed_at": at})

    def set_package(self, identity: str, sha256: str, *, at: int) -> None:
        """Name the package that exports are spliced onto. Raises NotInLibraryError."""
        self._change(identity, {"package_sha256": sha256, "changed_at": at})

    def opened(self, identity: str, *, at: int) -> None:
        """Note that a contract was opened. Raises NotInLibraryError."""
        self._change(identity, {"opened_at": at})

    def touched(self, identity: str, *, at: int) -> None:
        """Note that a contract's text changed. Raises NotInLibraryError."""
        self._change(identity, {"changed_at": at})

    def trash(self, identity: str, *, at: int) -> None:
        """Put a contract aside; nothing of it goes. Raises NotInLibraryError."""
        self._change(identity, {"trashed_at": at})

    def put_back(self, identity: str) -> None:
        """Take a contract out of the trash. Raises NotInLibraryError."""
        self._change(identity, {"trashed_at": None})

    def remove(self, identity: str) -> None:
        """Remove a trashed contract and all that is its own, for good; packages stay. Raises NotInLibraryError."""
        done = self._session.execute(delete(Contract).where(Contract.id == identity, Contract.trashed_at.is_not(None)))
        if cast("CursorResult[object]", done).rowcount != 1:
            raise missing(identity)

    def set_tags(self, identity: str, tags: Collection[str], *, at: int) -> None:
        """Make these a contract's tags. Raises NotInLibraryError."""
        row = self.get(identity).row
        self._session.execute(delete(ContractTag).where(ContractTag.contract_row == row))
        wanted = sorted({" ".join(tag.split()) for tag in tags} - {""})
        if wanted:
            self._session.execute(insert(ContractTag), [{"contract_row": row, "tag": tag} for tag in wanted])
        self._change(identity, {"changed_at": at})

    def tags(self) -> tuple[tuple[str, int], ...]:
        """All tags with the number of contracts that bear each, trashed ones left out, by name."""
        rows = self._session.execute(
            select(ContractTag.tag, func.count())
            .join(Contract, Contract.row == ContractTag.contract_row)
            .where(Contract.trashed_at.is_(None))
            .group_by(ContractTag.tag)
        )
        return tuple(sorted(((tag, count) for tag, count in rows), key=lambda pair: sort_key(pair[0])))

    def statuses(self) -> tuple[tuple[str, int], ...]:
        """All statuses in use with the number of contracts of each, trashed ones left out."""
        rows = self._session.execute(
            select(Contract.status, func.count()).where(Contract.trashed_at.is_(None)).group_by(Contract.status)
        )
        return tuple(sorted((status, count) for status, count in rows))

    def set_search_text(self, identity: str, text: str, text_sha256: str) -> None:
        """Make this the text that a contract is found by. Raises NotInLibraryError."""
        row = self._session.execute(select(Contract.row).where(Contract.id == identity)).scalar()
        if row is None:
            raise missing(identity)
        self._session.execute(
            update(SearchText).where(SearchText.row == row).values(text=text, text_sha256=text_sha256)
        )

    def search_text(self, identity: str) -> str:
        """The accepted text that a contract is found by, "" where there is none."""
        row = select(Contract.row).where(Contract.id == identity).scalar_subquery()
        return self._session.execute(select(SearchText.text).where(SearchText.row == row)).scalar() or ""

    def search_text_sha256(self, identity: str) -> str:
        """The hash of the text that a contract is found by, "" where there is none."""
        found = self._session.execute(
            select(SearchText.text_sha256).join(Contract, Contract.row == SearchText.row).where(Contract.id == identity)
        ).scalar()
        return found or ""

    def _change(self, identity: str, values: dict[str, object]) -> None:
        done = self._session.execute(update(Contract).where(Contract.id == identity).values(**values))
        if cast("CursorResult[object]", done).rowcount != 1:
            raise missing(identity)

    def _one(self, condition: object) -> ContractRecord | None:
        row = self._session.execute(select(Contract.row).where(condition)).scalar()  # type: ignore[arg-type]
        found = records(self._session, [row]) if row is not None else ()
        return found[0] if found else None


class Folders:
    """The tree of folders, in one transaction."""

    def __init__(self, session: Session) -> None:
        """On a session of the library."""
        self._session = session

    def all(self) -> tuple[FolderRecord, ...]:
        """Every folder, by position and name."""
        counts = dict(
            self._session.execute(
                select(Contract.folder, func.count()).where(Contract.trashed_at.is_(None)).group_by(Contract.folder)
            ).all()
        )
        rows = self._session.execute(select(Folder.id, Folder.parent, Folder.name, Folder.position))
        found = [FolderRecord(*row, contracts=counts.get(row[0], 0)) for row in rows]
        return tuple(sorted(found, key=lambda folder: (folder.position, sort_key(folder.name), folder.id)))

    def add(self, identity: str, name: str, *, parent: str | None = None, position: int = 0) -> None:
        """A new folder."""
        self._session.execute(insert(Folder).values(id=identity, parent=parent, name=name, position=position))

    def rename(self, identity: str, name: str) -> None:
        """Give a folder another name. Raises NotInLibraryError."""
        self._change(identity, {"name": name})

    def move(self, identity: str, parent: str | None, *, position: int = 0) -> None:
        """Put a folder into another. Raises NotInLibraryError, ValueError when it would lie in itself."""
        if parent is not None and parent in self.within(identity):
            raise ValueError("A folder does not lie in itself.")
        self._change(identity, {"parent": parent, "position": position})

    def remove(self, identity: str) -> None:
        """Remove a folder; what lies in it goes to the folder above. Raises NotInLibraryError."""
        above = self._session.execute(select(Folder.parent).where(Folder.id == identity)).first()
        if above is None:
            raise missing(identity)
        self._session.execute(update(Contract).where(Contract.folder == identity).values(folder=above[0]))
        self._session.execute(update(Folder).where(Folder.parent == identity).values(parent=above[0]))
        self._session.execute(delete(Folder).where(Folder.id == identity))

    def within(self, identity: str) -> frozenset[str]:
        """A folder and all that lie in it."""
        tree = select(Folder.id).where(Folder.id == identity).cte("tree", recursive=True)
        tree = tree.union(select(Folder.id).where(Folder.parent == tree.c.id))
        return frozenset(self._session.execute(select(tree.c.id)).scalars())

    def _change(self, identity: str, values: dict[str, object]) -> None:
        done = self._session.execute(update(Folder).where(Folder.id == identity).values(**values))
        if cast("CursorResult[object]", done).rowcount != 1:
            raise missing(identity)


_AT_ONCE = 10_000  # a statement takes no more values than some tens of thousands
_COLUMNS = select(
    Contract.row,
    Contract.id,
    Contract.title,
    Contract.counterparty,
    Contract.status,
    Contract.folder,
    Contract.package_sha256,
    Contract.created_at,
    Contract.opened_at,
    Contract.changed_at,
    Contract.trashed_at,
)


def records(session: Session, rows: Sequence[int]) -> tuple[ContractRecord, ...]:
    """The contracts of these rows, in this order; a row that is gone is left out. Plain rows, no objects to track."""
    return tuple(each for at in range(0, len(rows), _AT_ONCE) for each in _records(session, rows[at : at + _AT_ONCE]))


def _records(session: Session, rows: Sequence[int]) -> tuple[ContractRecord, ...]:
    wanted = list(rows)
    tags: dict[int, list[str]] = {}
    for row, tag in session.execute(
        select(ContractTag.contract_row, ContractTag.tag)
        .where(ContractTag.contract_row.in_(wanted))
        .order_by(ContractTag.tag)
    ):
        tags.setdefault(row, []).append(tag)
    found = {
        line[0]: ContractRecord(*line[:6], tuple(tags.get(line[0], ())), *line[6:])
        for line in session.execute(_COLUMNS.where(Contract.row.in_(wanted)))
    }
    return tuple(found[row] for row in wanted if row in found)


def missing(identity: str) -> NotInLibraryError:
    """The refusal for something that is not there."""
    return NotInLibraryError(f"Nothing in the library has the id {identity[:60]}; nothing was changed; list it to see.")
