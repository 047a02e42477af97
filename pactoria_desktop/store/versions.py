"""Versions and rounds of a contract: chained by their hashes, to which entries are only ever added."""

from dataclasses import asdict, fields

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pactoria_desktop.contract.history import HistoryProblem, Version, heads_of, problems_of, sealed
from pactoria_desktop.store.contracts import missing
from pactoria_desktop.store.schema import VersionEntry

_COLUMNS = tuple(getattr(VersionEntry, one.name) for one in fields(Version))


class Versions:
    """The histories, in one transaction."""

    def __init__(self, session: Session) -> None:
        """On a session of the library."""
        self._session = session

    def add(self, draft: Version) -> Version:
        """Seal a version at the end of its contract's history. The draft's number and hashes do not count.

        Lines that were saved apart come together in it.
        """
        version = sealed(draft, *heads_of(self.of(draft.contract)))
        self._session.execute(insert(VersionEntry).values(**asdict(version)))
        return version

    def last(self, contract: str) -> Version | None:
        """The youngest version of a contract."""
        row = self._session.execute(
            select(*_COLUMNS)
            .where(VersionEntry.contract == contract)
            .order_by(VersionEntry.number.desc(), VersionEntry.id.desc())
            .limit(1)
        ).first()
        return None if row is None else Version(*row)

    def of(self, contract: str) -> tuple[Version, ...]:
        """The whole history of a contract, oldest first."""
        rows = self._session.execute(
            select(*_COLUMNS).where(VersionEntry.contract == contract).order_by(VersionEntry.number, VersionEntry.id)
        )
        return tuple(Version(*row) for row in rows)

    def get(self, identity: str) -> Version:
        """The version with this id. Raises NotInLibraryError."""
        row = self._session.execute(select(*_COLUMNS).where(VersionEntry.id == identity)).first()
        if row is None:
            raise missing(identity)
        return Version(*row)

    def problems(self, contract: str) -> tuple[HistoryProblem, ...]:
        """What is wrong with a contract's history; empty when it is as it was made."""
        return problems_of(self.of(contract))
