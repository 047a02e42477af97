"""Sync as a person meets it: now, how it stands in words, what came to a conflict, and what was not accepted.

Nothing here blocks editing: a sync is a job of its own, and whatever it meets is a sentence in ``status``.
"""

from dataclasses import dataclass, replace
from typing import Literal

from pactoria_desktop.protocol.records import KINDS
from pactoria_desktop.services.library import LibraryService, NotFoundError
from pactoria_desktop.store.accounts import Accounts, LogLine, NotAcceptedRecord, SeatRecord, SyncState, UploadRecord
from pactoria_desktop.store.contracts import Contracts
from pactoria_desktop.store.exchanged import TextStates
from pactoria_desktop.sync.desk import LibraryDesk, LibraryDesks
from pactoria_desktop.sync.errors import AccessLostError, SyncError
from pactoria_desktop.sync.mapping import read_instant, written
from pactoria_desktop.sync.overlay import enqueue, shown
from pactoria_desktop.sync.ports import Desk, Transport
from pactoria_desktop.sync.records import RecordSync, SyncResult
from pactoria_desktop.sync.transport import Departure

__all__ = ["Conflict", "Departure", "LogLine", "NotAcceptedRecord", "Status", "SyncResult", "Syncing", "UploadRecord"]

State = Literal["synced", "queued", "offline", "conflict", "signed out", "lost"]


@dataclass(frozen=True, slots=True)
class Status:
    """How sync stands at one seat; ``words`` is what the indicator shows, ``sentence`` why, where there is a trouble.

    ``synced_at`` in milliseconds since 1970 UTC, None before the first.
    """

    state: State
    words: str
    waiting: int
    conflicts: int
    not_accepted: int
    synced_at: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A write that lost against another's: ``theirs`` stands, ``mine`` was set aside.

    ``author`` wrote ``mine`` and ``kept_by`` wrote ``theirs``: names, "" unknown.
    """

    id: str
    contract: str
    title: str
    kind: str
    record: str
    field: str
    mine: object
    theirs: object
    author: str
    at: int | None
    kept_by: str = ""
    kept_at: int | None = None


class Syncing:
    """Sync of one seat. Calls may come from any thread; ``sync_now`` from one at a time."""

    def __init__(self, service: LibraryService, seat: int) -> None:
        """On an open library."""
        self._service = service
        self._library = service.library
        self._seat = seat
        self._desks = LibraryDesks(service.library, seat)

    def sync_now(self, transport: Transport, *, allow_removal: bool = False) -> SyncResult:
        """Send what waits and take what came. ``allow_removal`` is a person's answer to RemovalError.

        Raises the errors of ``sync`` and of the library; how it ended is in ``status`` too.
        """
        try:
            result = RecordSync(self._desks, transport, self._service.clock).sync(allow_removal=allow_removal)
        except AccessLostError as error:
            with self._library.writing() as session:
                Accounts(session).lose_seat(self._seat)
                Accounts(session).note_sync(self._seat, at=None, trouble=error.sentence)
            raise
        except SyncError as error:
            self._note(None, error.sentence)
            raise
        self._note(self._library.now(), "")
        return result

    def note_trouble(self, sentence: str) -> None:
        """Keep why nothing goes and comes, until a sync goes through."""
        self._note(None, sentence)

    def note_departures(self, departures: list[Departure]) -> None:
        """The upload ledger: what is about to leave, durable before it goes."""
        with self._library.writing() as session:
            for each in departures:
                SyncState(session, self._seat).note_upload(
                    each.contract, each.what, each.size, each.sha256, at=self._library.now()
                )

    def waits(self) -> bool:
        """Whether records wait to be sent."""
        with self._library.reading() as session:
            return SyncState(session, self._seat).waiting() > 0

    def behind(self) -> tuple[str, ...]:
        """The contracts whose text is to be exchanged, in this order."""
        with self._library.reading() as session:
            return TextStates(session).behind(self._seat)

    def contract_of(self, kind: str, record: str) -> str:
        """Which contract a record belongs to, "" where that is not known."""
        with self._library.reading() as session:
            found = dict(SyncState(session, self._seat).records(kind)).get(record, {})
        contract = found.get("contract")
        return contract if isinstance(contract, str) else ""

    # How it stands

    def status(self) -> Status:
        """How it stands, in words."""
        with self._library.reading() as session:
            accounts, state = Accounts(session), SyncState(session, self._seat)
            seat = accounts.seat(self._seat)
            account = next(one for one in accounts.all() if one.id == seat.account)
            waiting, refused = state.waiting(), len(state.not_accepted())
            if seat.state == "member":
                waiting += TextStates(session).waiting(self._seat)
            conflicts = sum(1 for _, fields in state.records("conflict") if not fields.get("resolved"))
        found, words = self._words(seat, account.signed_out_at is not None, waiting, conflicts)
        return Status(found, words, waiting, conflicts, refused, seat.synced_at, seat.trouble)

    @staticmethod
    def _words(seat: SeatRecord, signed_out: bool, waiting: int, conflicts: int) -> tuple[State, str]:
        if seat.state == "lost":
            return "lost", "No access"
        if signed_out:
            return "signed out", "Signed out" + (f", {waiting} queued" if waiting else "")
        if conflicts:
            return "conflict", f"{conflicts} conflict{'s' if conflicts > 1 else ''}"
        if seat.trouble:
            return "offline", "Offline" + (f", {waiting} queued" if waiting else "")
        return ("queued", f"{waiting} queued") if waiting or seat.synced_at is None else ("synced", "Synced")

    def log(self, most: int = 200) -> tuple[LogLine, ...]:
        """What came, what went, what was refused: the youngest first."""
        with self._library.reading() as session:
            return SyncState(session, self._seat).log(most)

    def uploads(self, contract: str | None = None) -> tuple[UploadRecord, ...]:
        """The upload ledger."""
        with self._library.reading() as session:
            return SyncState(session, self._seat).uploads(contract)

    # Conflicts

    def conflicts(self, contract: str | None = None) -> tuple[Conflict, ...]:
        """What came to a conflict and was not decided yet, the oldest first."""
        with self._library.reading() as session:
            state = SyncState(session, self._seat)
            names = {person: str(fields.get("name", "")) for person, fields in state.records("member")}
            desk = LibraryDesk(session, self._seat, self._library.now())
            found = []
            for identity, fields in state.records("conflict", contract):
                if fields.get("resolved"):
                    continue
                of = str(fields.get("contract") or "")
                record = Contracts(session).find(of)
                about = str(fields.get("record_kind", "")), str(fields.get("record", ""))
                standing = desk.known(*about)
                found.append(
                    Conflict(
                        identity,
                        of,
                        record.title if record is not None else "",
                        str(fields.get("record_kind", "")),
                        str(fields.get("record", "")),
                        str(fields.get("field", "")),
                        fields.get("value"),
                        fields.get("kept"),
                        names.get(str(fields.get("author")), ""),
                        read_instant(fields.get("at")),
                        names.get(str(standing.changed_by), "") if standing is not None else "",
                        standing.changed_at if standing is not None else None,
                    )
                )
        return tuple(sorted(found, key=lambda each: (each.at or 0, each.id)))

    def resolve(self, conflict: str, answer: Literal["kept", "taken"]) -> None:
        """Decide a conflict for everybody: leave what stands, or put the value that was set aside in its place.

        Raises NotFoundError for one that is not open here.
        """
        found = next((each for each in self.conflicts() if each.id == conflict), None)
        if found is None:
            raise NotFoundError("This conflict was decided already; nothing was changed.")
        with self._desks() as desk:
            if answer == "taken" and found.kind in KINDS:
                if found.field in KINDS[found.kind].fields:
                    self._enqueue(desk, found.kind, found.record, {found.field: found.mine})
                else:  # not a field: it was the deletion that lost
                    self._enqueue(desk, found.kind, found.record, {}, deletes=True)
            self._enqueue(desk, "conflict", conflict, {"resolved": answer})
            known = desk.known("conflict", conflict)
            if known is not None:
                desk.keep(replace(known, fields={**known.fields, "resolved": answer}))

    def _enqueue(self, desk: Desk, kind: str, record: str, patch: dict[str, object], *, deletes: bool = False) -> None:
        enqueue(desk, kind, record, patch, mint=self._service.mint, at=self._library.now(), deletes=deletes)
        desk.show(kind, record, shown(desk.known(kind, record), desk.outbox_of(kind, record)))

    def open_questions(self) -> int:
        """How many sentences that two people changed apart wait for an answer."""
        with self._library.reading() as session:
            found = SyncState(session, self._seat).records("question")
        return sum(1 for _, fields in found if not fields.get("answer"))

    def answer(self, question: str, answer: Literal["ours", "theirs", "both", "own"]) -> None:
        """Say for everybody how a question was answered. Raises NotFoundError for one that is not open here."""
        with self._desks() as desk:
            known = desk.known("question", question)
            if known is None or known.deleted or known.fields.get("answer"):
                raise NotFoundError("This question was answered already; nothing was changed.")
            said: dict[str, object] = {"answer": answer, "answered_at": written(self._library.now())}
            self._enqueue(desk, "question", question, said)
            desk.keep(replace(known, fields={**known.fields, **said}))
        self._service.when_waiting()

    # What was not accepted

    def not_accepted(self) -> tuple[NotAcceptedRecord, ...]:
        """Changes that the platform did not take; they stay on this device."""
        with self._library.reading() as session:
            return SyncState(session, self._seat).not_accepted()

    def export_not_accepted(self) -> dict[str, object]:
        """All of them as JSON that a person can keep."""
        return {
            "form": "pactoria.not-accepted/1",
            "changes": [
                {
                    "operation": each.operation,
                    "kind": each.kind,
                    "record": each.record,
                    "contract": each.contract,
                    "values": each.patch,
                    "deletes": each.deletes,
                    "reason": each.reason,
                    "at": each.at,
                }
                for each in self.not_accepted()
            ],
        }

    # What the organization has

    def members(self) -> tuple[tuple[str, str, str], ...]:
        """Id, name and role of the organization's members, by name."""
        with self._library.reading() as session:
            rows = SyncState(session, self._seat).records("member")
        found = ((person, str(fields.get("name", "")), str(fields.get("role", ""))) for person, fields in rows)
        return tuple(sorted(found, key=lambda each: (each[1].casefold(), each[0])))

    def records(self, kind: str, contract: str | None = None) -> tuple[tuple[str, dict[str, object]], ...]:
        """The platform's own records of a kind (activity, share, question) with their fields, by id."""
        with self._library.reading() as session:
            return SyncState(session, self._seat).records(kind, contract)

    def _note(self, at: int | None, trouble: str) -> None:
        with self._library.writing() as session:
            Accounts(session).note_sync(self._seat, at=at, trouble=trouble)


def instant_of(field: object) -> int:
    """The instant in a record's field, in milliseconds since 1970 UTC; 0 for none."""
    return read_instant(field) or 0
