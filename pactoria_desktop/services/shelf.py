"""The library as the window reads and changes it: lists, folders, tags, trash, session, verdicts."""

from array import array
from collections.abc import Collection, Mapping, Sequence

from pactoria_desktop.services.accounts import Accounts
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.store.contracts import ContractRecord, Contracts, FolderRecord, Folders
from pactoria_desktop.store.findings import Findings, RunRecord, VerdictRecord
from pactoria_desktop.store.listing import Filter, Listing, Order
from pactoria_desktop.store.search import Search
from pactoria_desktop.store.sessions import Sessions

__all__ = ["ContractRecord", "Filter", "FolderRecord", "Order", "RunRecord", "Shelf"]


class Shelf:
    """Reads and writes for the library's screens. Every call is one transaction.

    What an organization hears of raises NotAllowedError for a role that may not do it.
    """

    def __init__(self, service: LibraryService) -> None:
        self._service = service
        self._accounts = Accounts(service)
        self._library = service.library

    # Lists

    def rows(self, wanted: Filter, order: Order, *, descending: bool) -> "array[int]":
        """The row numbers of a list, in order."""
        with self._library.reading() as session:
            return Listing(session).rows(wanted, order, descending=descending)

    def window(self, rows: Sequence[int]) -> tuple[ContractRecord | None, ...]:
        """Contracts by row number, each in its place; None for one that is gone."""
        with self._library.reading() as session:
            found = {record.row: record for record in Listing(session).window(rows)}
        return tuple(found.get(row) for row in rows)

    def recent(self, most: int) -> tuple[ContractRecord, ...]:
        """The contracts opened last."""
        rows = self.rows(Filter(), Order.OPENED, descending=True)[:most]
        return tuple(record for record in self.window(rows) if record is not None and record.opened_at is not None)

    def quick(self, words: str, most: int) -> tuple[ContractRecord, ...]:
        """Contracts whose title or party has words that begin so."""
        with self._library.reading() as session:
            return Search(session).quick(words, limit=most)

    def folders(self) -> tuple[FolderRecord, ...]:
        """All folders."""
        with self._library.reading() as session:
            return Folders(session).all()

    def tags(self) -> tuple[tuple[str, int], ...]:
        """All tags with their numbers of contracts."""
        with self._library.reading() as session:
            return Contracts(session).tags()

    def statuses(self) -> tuple[tuple[str, int], ...]:
        """All statuses in use."""
        with self._library.reading() as session:
            return Contracts(session).statuses()

    def count(self) -> int:
        """How many contracts there are outside the trash."""
        return sum(number for _, number in self.statuses())

    # Changes

    def make_folder(self, name: str, parent: str | None = None) -> str:
        """A new folder; gives its id."""
        identity = self._service.mint()
        with self._library.writing() as session:
            Folders(session).add(identity, name, parent=parent)
        return identity

    def rename_folder(self, folder: str, name: str) -> None:
        """Give a folder another name."""
        with self._library.writing() as session:
            Folders(session).rename(folder, name)

    def remove_folder(self, folder: str) -> None:
        """Remove a folder; its contracts stay in the library."""
        with self._library.writing() as session:
            Folders(session).remove(folder)

    def move(self, contracts: Collection[str], folder: str | None) -> None:
        """Put contracts into a folder, None for none."""
        with self._library.writing() as session:
            for contract in contracts:
                Contracts(session).move(contract, folder, at=self._library.now())

    def records(self, contracts: Collection[str]) -> tuple[ContractRecord, ...]:
        """Contracts by their ids, in their order. Raises NotInLibraryError."""
        with self._library.reading() as session:
            return tuple(Contracts(session).get(contract) for contract in contracts)

    def change_tags(self, contracts: Collection[str], added: Collection[str], removed: Collection[str]) -> None:
        """Give contracts some tags and take others from them; what is not named stays. All of them or none."""
        for contract in contracts:
            self._accounts.require(contract, "contract.edit")
        with self._library.writing() as session:
            for contract in contracts:
                tags = set(Contracts(session).get(contract).tags)
                Contracts(session).set_tags(contract, (tags - set(removed)) | set(added), at=self._library.now())

    def trash(self, contracts: Collection[str]) -> None:
        """Put contracts into the trash."""
        with self._library.writing() as session:
            for contract in contracts:
                Contracts(session).trash(contract, at=self._library.now())

    def put_back(self, contracts: Collection[str]) -> None:
        """Take contracts out of the trash."""
        with self._library.writing() as session:
            for contract in contracts:
                Contracts(session).put_back(contract)

    def describe(
        self, contract: str, *, title: str | None = None, counterparty: str | None = None, status: str | None = None
    ) -> ContractRecord:
        """Give a contract another title, counterparty or status, None for none; gives the contract as it then is."""
        self._accounts.require(contract, "contract.edit")
        at = self._library.now()
        with self._library.writing() as session:
            contracts = Contracts(session)
            contracts.rename(contract, at=at, title=title, counterparty=counterparty)
            if status is not None:
                contracts.set_status(contract, status, at=at)
            return contracts.get(contract)

    # Session

    def session_value(self, name: str) -> object:
        """A JSON value that the window kept, None where there is none."""
        with self._library.reading() as session:
            return Sessions(session).get(name)

    def keep_session_value(self, name: str, value: object) -> None:
        """Keep a JSON value for the window."""
        with self._library.writing() as session:
            Sessions(session).put(name, value, at=self._library.now())

    # Reviews

    def record_run(self, run: RunRecord, findings: Sequence[Mapping[str, object]]) -> None:
        """Keep a review with its findings."""
        with self._library.writing() as session:
            Findings(session).record(run, findings)

    def last_run(self, contract: str) -> RunRecord | None:
        """The last review of a contract."""
        with self._library.reading() as session:
            return Findings(session).last_run(contract)

    def open_findings(self, contract: str) -> dict[str, int]:
        """How many findings of the last review are open, by severity."""
        with self._library.reading() as session:
            return Findings(session).open_counts(contract)

    def verdicts(self, contract: str) -> dict[str, str]:
        """What was decided about findings, by id, in words; open ones are not in it."""
        with self._library.reading() as session:
            found = Findings(session).verdicts(contract)
        return {id: f"{each.verdict}: {each.reason}" for id, each in found.items() if each.verdict != "open"}

    def decide(self, contract: str, finding: str, verdict: str, reason: str) -> None:
        """Keep a verdict."""
        self._accounts.require(contract, "contract.judge")
        now = self._library.now()
        record = VerdictRecord(contract, finding, verdict, reason, "", self._service.person.user, now)
        with self._library.writing() as session:
            Findings(session).decide(record)
