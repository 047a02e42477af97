"""What the window looked like, saved searches, who opened what, facts about the library, and this device's secrets."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or_update
from sqlalchemy.orm import Session

from pactoria_desktop.store.schema import LibraryFact, PeerEntry, SavedSearch, Secret, SessionState


@dataclass(frozen=True, slots=True)
class Peer:
    """One opening of a contract's replica: its random peer id, and on which device for which user."""

    peer: str
    contract: str
    device: str
    user: str
    opened_at: int


@dataclass(frozen=True, slots=True)
class NamedSearch:
    """A search that a person gave a name; ``query`` is the interface's JSON."""

    id: str
    name: str
    query: dict[str, object]
    position: int


class Sessions:
    """Session state by name: JSON values that the interface reads back at the next start."""

    def __init__(self, session: Session) -> None:
        """On a session of the library."""
        self._session = session

    def get(self, name: str) -> object:
        """The value under a name, None where there is none."""
        return self._session.execute(select(SessionState.value).where(SessionState.name == name)).scalar()

    def put(self, name: str, value: object, *, at: int) -> None:
        """Keep a JSON value under a name."""
        values = {"value": value, "changed_at": at}
        statement = insert_or_update(SessionState).values(name=name, **values)
        self._session.execute(statement.on_conflict_do_update(index_elements=[SessionState.name], set_=values))

    def remove(self, name: str) -> None:
        """Forget a name."""
        self._session.execute(delete(SessionState).where(SessionState.name == name))


class SavedSearches:
    """The searches with names."""

    def __init__(self, session: Session) -> None:
        """On a session of the library."""
        self._session = session

    def put(self, search: NamedSearch) -> None:
        """Keep a search in place of the one with its id."""
        values = {"name": search.name, "query": search.query, "position": search.position}
        statement = insert_or_update(SavedSearch).values(id=search.id, **values)
        self._session.execute(statement.on_conflict_do_update(index_elements=[SavedSearch.id], set_=values))

    def remove(self, identity: str) -> None:
        """Forget a search."""
        self._session.execute(delete(SavedSearch).where(SavedSearch.id == identity))

    def all(self) -> tuple[NamedSearch, ...]:
        """All searches by their position."""
        rows = self._session.execute(
            select(SavedSearch.id, SavedSearch.name, SavedSearch.query, SavedSearch.position).order_by(
                SavedSearch.position, SavedSearch.name
            )
        )
        return tuple(NamedSearch(*row) for row in rows)


class Peers:
    """The journal of peers: a platform will ask who they were."""

    def __init__(self, session: Session) -> None:
        """On a session of the library."""
        self._session = session

    def add(self, peer: Peer) -> None:
        """Note an opening before its first update is written."""
        self._session.execute(
            insert(PeerEntry).values(
                peer=peer.peer,
                contract=peer.contract,
                device=peer.device,
                user=peer.user,
                opened_at=peer.opened_at,
            )
        )

    def of(self, contract: str) -> tuple[Peer, ...]:
        """The peers of a contract, oldest first."""
        rows = self._session.execute(
            select(PeerEntry.peer, PeerEntry.contract, PeerEntry.device, PeerEntry.user, PeerEntry.opened_at)
            .where(PeerEntry.contract == contract)
            .order_by(PeerEntry.opened_at, PeerEntry.peer)
        )
        return tuple(Peer(*row) for row in rows)


class Facts:
    """Facts about the library: its id, this device's id, the name of its owner."""

    def __init__(self, session: Session) -> None:
        """On a session of the library."""
        self._session = session

    def get(self, name: str) -> str | None:
        """A fact, None where it is not known."""
        return self._session.execute(select(LibraryFact.value).where(LibraryFact.name == name)).scalar()

    def put(self, name: str, value: str) -> None:
        """Keep a fact."""
        statement = insert_or_update(LibraryFact).values(name=name, value=value)
        self._session.execute(statement.on_conflict_do_update(index_elements=[LibraryFact.name], set_={"value": value}))


class Secrets:
    """Secrets of this device by name, for systems without a keyring."""

    def __init__(self, session: Session) -> None:
        """On a session of the library."""
        self._session = session

    def get(self, name: str) -> str | None:
        """A secret, None where there is none."""
        return self._session.execute(select(Secret.value).where(Secret.name == name)).scalar()

    def put(self, name: str, value: str) -> None:
        """Keep a secret in place of the one with its name."""
        statement = insert_or_update(Secret).values(name=name, value=value)
        self._session.execute(statement.on_conflict_do_update(index_elements=[Secret.name], set_={"value": value}))

    def remove(self, name: str) -> None:
        """Forget a secret."""
        self._session.execute(delete(Secret).where(Secret.name == name))
