"""Word packages as they came, by their SHA-256; the same bytes are kept once."""

import hashlib

from sqlalchemy import func, insert, select, union
from sqlalchemy.orm import Session

from pactoria_desktop.store.chunks import chunks_of
from pactoria_desktop.store.errors import LibraryDamagedError, NotInLibraryError
from pactoria_desktop.store.schema import Contract, ContractHome, Package, PackageChunk, PackageEntry, VersionEntry


class Packages:
    """The packages, in one transaction."""

    def __init__(self, session: Session) -> None:
        """On a session of the library."""
        self._session = session

    def add(self, content: bytes, name: str, *, at: int) -> str:
        """Keep a package under the name of the file it came as; gives its SHA-256."""
        sha256 = hashlib.sha256(content).hexdigest()
        if not self.holds(sha256):
            self._session.execute(insert(Package).values(sha256=sha256, size=len(content), name=name, added_at=at))
            self._session.execute(
                insert(PackageChunk),
                [{"sha256": sha256, "position": place, "content": piece} for place, piece in chunks_of(content)],
            )
        return sha256

    def holds(self, sha256: str) -> bool:
        """Whether a package is here."""
        return self._session.execute(select(Package.size).where(Package.sha256 == sha256)).first() is not None

    def read(self, sha256: str) -> bytes:
        """The bytes of a package. Raises NotInLibraryError, or LibraryDamagedError when they are not what came."""
        pieces = self._session.execute(
            select(PackageChunk.content).where(PackageChunk.sha256 == sha256).order_by(PackageChunk.position)
        ).scalars()
        content = b"".join(pieces)
        if hashlib.sha256(content).hexdigest() == sha256:
            return content
        if not self.holds(sha256):
            raise NotInLibraryError(
                f"The Word file {sha256[:12]} is not in the library, or has not come from the platform yet; "
                "nothing was changed; sync, or import it again."
            )
        raise LibraryDamagedError(
            f"The Word file {sha256[:12]} in the library is damaged; the contract's text is safe; restore a backup."
        )

    def attach(self, contract: str, sha256: str, *, at: int) -> int:
        """List a package with a contract, after those before it; gives its place. Once is enough."""
        known = self._session.execute(
            select(PackageEntry.position).where(PackageEntry.contract == contract, PackageEntry.sha256 == sha256)
        ).scalar()
        if known is not None:
            return known
        last = self._session.execute(
            select(func.max(PackageEntry.position)).where(PackageEntry.contract == contract)
        ).scalar()
        position = 1 if last is None else last + 1
        self._session.execute(
            insert(PackageEntry).values(contract=contract, position=position, sha256=sha256, added_at=at)
        )
        return position

    def of(self, contract: str) -> tuple[str, ...]:
        """The packages listed with a contract, first to last."""
        return tuple(
            self._session.execute(
                select(PackageEntry.sha256).where(PackageEntry.contract == contract).order_by(PackageEntry.position)
            ).scalars()
        )

    def named(self, contract: str) -> tuple[str, ...]:
        """The packages that a contract's versions and its own record name, whether they are here or not.

        In the order in which they are to be attached: as the versions were made, and the contract's own last.
        """
        own = self._session.execute(select(Contract.package_sha256).where(Contract.id == contract)).scalar()
        versions = self._session.execute(
            select(VersionEntry.package_sha256)
            .where(VersionEntry.contract == contract, VersionEntry.package_sha256.is_not(None))
            .order_by(VersionEntry.number, VersionEntry.id)
        ).scalars()
        found = dict.fromkeys(str(each) for each in versions if each != own)
        return (*found, own) if own is not None else tuple(found)

    def held(self, contract: str) -> dict[str, str]:
        """The packages that a contract's versions name and that are here: under which file's name, by SHA-256."""
        rows = self._session.execute(
            select(Package.sha256, Package.name).where(
                Package.sha256.in_(
                    select(VersionEntry.package_sha256).where(
                        VersionEntry.contract == contract, VersionEntry.package_sha256.is_not(None)
                    )
                )
            )
        )
        return {row.sha256: row.name for row in rows}

    def lacking(self, seat: int) -> tuple[str, ...]:
        """The contracts of a seat that name a package which is not attached to them."""
        named = union(
            select(Contract.id, Contract.package_sha256).where(Contract.package_sha256.is_not(None)),
            select(VersionEntry.contract, VersionEntry.package_sha256).where(VersionEntry.package_sha256.is_not(None)),
        ).subquery()
        contract, sha256 = named.c
        rows = self._session.execute(
            select(contract)
            .distinct()
            .join(ContractHome, ContractHome.contract == contract)
            .outerjoin(PackageEntry, (PackageEntry.contract == contract) & (PackageEntry.sha256 == sha256))
            .where(ContractHome.seat == seat, ContractHome.state == "member", PackageEntry.sha256.is_(None))
            .order_by(contract)
        )
        return tuple(rows.scalars())
