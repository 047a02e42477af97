"""What a platform is known to hold: of each text up to where, and which Word files."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_update
from sqlalchemy.orm import Session

from pactoria_desktop.store.schema import Contract, ContractHome, KeptFile, PackageEntry, Seat, SyncedRecord, TextState


@dataclass(frozen=True, slots=True)
class ExchangedText:
    """How a text stands with its platform; what each means is written at ``sync.texts.TextState``."""

    number: int
    known: bytes
    sent: dict[str, object] | None
    waiting_since: int | None
    epoch: str = ""


class TextStates:
    """How texts stand with the platform of their organization, in one transaction."""

    def __init__(self, session: Session) -> None:
        """On a session of the library."""
        self._session = session

    def get(self, contract: str, seat: int) -> ExchangedText | None:
        """How a text stands with a seat's platform, None where nothing of it was exchanged yet."""
        row = self._session.execute(
            select(TextState.number, TextState.known, TextState.sent, TextState.waiting_since, TextState.epoch).where(
                TextState.contract == contract, TextState.seat == seat
            )
        ).first()
        return None if row is None else ExchangedText(*row)

    def put(self, contract: str, seat: int, state: ExchangedText) -> None:
        """Keep how a text stands. What stood with another seat is forgotten: a contract has one place."""
        values = {
            "seat": seat,
            "number": state.number,
            "known": state.known,
            "sent": state.sent,
            "waiting_since": state.waiting_since,
            "epoch": state.epoch,
        }
        statement = insert_or_update(TextState).values(contract=contract, **values)
        self._session.execute(statement.on_conflict_do_update(index_elements=[TextState.contract], set_=values))

    def mark_waiting(self, contract: str, at: int) -> None:
        """Note that something was typed that the platform does not have; where that is noted already, nothing."""
        self._session.execute(
            update(TextState)
            .where(TextState.contract == contract, TextState.waiting_since.is_(None))
            .values(waiting_since=at)
        )

    def waiting(self, seat: int) -> int:
        """How many texts of a seat hold words that the platform does not have."""
        rows = (
            select(func.count())
            .select_from(TextState)
            .join(ContractHome, ContractHome.contract == TextState.contract)
            .where(TextState.seat == seat, TextState.waiting_since.is_not(None))
            .where(ContractHome.seat == seat, ContractHome.state == "member")
        )
        return self._session.execute(rows).scalar_one()

    def behind(self, seat: int) -> tuple[str, ...]:
        """The contracts of a seat whose text is to be exchanged: those with words that wait, those that grew
        elsewhere, and those that never came here, the last changed first.

        After the platform was restored all of them: it may have lost what it had.
        """
        epoch = self._session.execute(select(Seat.epoch).where(Seat.number == seat)).scalar_one()
        rows = self._session.execute(
            select(
                ContractHome.contract, TextState.number, TextState.waiting_since, TextState.epoch, Contract.changed_at
            )
            .join(Contract, Contract.id == ContractHome.contract)
            .outerjoin(TextState, (TextState.contract == ContractHome.contract) & (TextState.seat == seat))
            .where(ContractHome.seat == seat, ContractHome.state == "member")
        ).all()
        numbers = self._session.execute(
            select(SyncedRecord.record, SyncedRecord.fields["text_number"].as_integer()).where(
                SyncedRecord.seat == seat, SyncedRecord.kind == "contract", SyncedRecord.deleted.is_(False)
            )
        )
        grown: dict[str, int | None] = {}
        for record, length in numbers:
            grown[record] = length
        found = [
            (0 if waiting is not None else 2 if number is None else 1, -changed_at, contract)
            for contract, number, waiting, counted_in, changed_at in rows
            if waiting is not None
            or number is None
            or (grown.get(contract) or 0) > number
            or counted_in not in ("", epoch)
        ]
        return tuple(contract for _, _, contract in sorted(found))


class KeptFiles:
    """Which Word files the platform of a seat is known to hold, in one transaction."""

    def __init__(self, session: Session, seat: int) -> None:
        """On a session of the library."""
        self._session = session
        self._seat = seat

    def note(self, sha256: str) -> None:
        """Note that the platform holds a file."""
        self._session.execute(
            insert_or_update(KeptFile).values(seat=self._seat, sha256=sha256).on_conflict_do_nothing()
        )

    def forget(self) -> None:
        """Nothing is known any more: the platform was restored from a backup."""
        self._session.execute(delete(KeptFile).where(KeptFile.seat == self._seat))

    def unsent(self) -> tuple[tuple[str, str], ...]:
        """Files of the seat's contracts that the platform is not known to hold: contract and SHA-256."""
        rows = self._session.execute(
            select(PackageEntry.contract, PackageEntry.sha256)
            .join(ContractHome, ContractHome.contract == PackageEntry.contract)
            .outerjoin(KeptFile, (KeptFile.seat == self._seat) & (KeptFile.sha256 == PackageEntry.sha256))
            .where(ContractHome.seat == self._seat, ContractHome.state == "member", KeptFile.sha256.is_(None))
            .order_by(PackageEntry.contract, PackageEntry.position)
        )
        return tuple((contract, sha256) for contract, sha256 in rows)
