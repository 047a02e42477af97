"""The library's places in the window, start page and list; and what the window remembers in the library."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from pactoria_desktop.runtime.clock import to_milliseconds
from pactoria_desktop.runtime.work import Lane
from pactoria_desktop.services.library import VIEW_OF, WINDOW_SESSION
from pactoria_desktop.ui.library.screen import LibraryScreen
from pactoria_desktop.ui.library.start_page import StartPage
from pactoria_desktop.ui.library.values import (
    Column,
    ContractRow,
    Counted,
    FolderRow,
    ImportLine,
    ImportState,
    ListQuery,
    RecentContract,
)
from pactoria_desktop.ui.shell.palette_sources import Entry
from pactoria_desktop.ui.shell.session import SessionState, session_from_json
from pactoria_desktop.ui.widgets.rows import Row
from pactoria_desktop.ui.workbench.chosen import STATUSES, ChosenContracts

if TYPE_CHECKING:
    from pactoria_desktop.services.importing import ImportResult
    from pactoria_desktop.services.reviewing import ReviewedContract
    from pactoria_desktop.services.shelf import ContractRecord, Shelf
    from pactoria_desktop.ui.workbench.workbench import Workbench

ORDERS = {
    Column.TITLE: "TITLE",
    Column.COUNTERPARTY: "COUNTERPARTY",
    Column.STATUS: "STATUS",
    Column.TAGS: "CHANGED",
    Column.CHANGED: "CHANGED",
}  # by name: what they name comes with SQLAlchemy, and the window is painted before that
STATES = {"imported": ImportState.ADDED, "already there": ImportState.KNOWN, "refused": ImportState.REFUSED}


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the library remembers of a contract's last opening: view, verdicts on findings, whether it was reviewed."""

    view: Mapping[str, object]
    verdicts: Mapping[str, str]
    reviewed: bool

    def zoom(self, otherwise: float) -> float:
        """The zoom of the last opening, or another one where there was none."""
        kept = self.view.get("zoom")
        return float(kept) if isinstance(kept, int | float) else otherwise


class LibraryFace:
    """The library as its screens want it. ``shelf`` gives the library's shelf, made when it is first read."""

    def __init__(self, shelf: "Callable[[], Shelf]", person: str) -> None:
        self._of, self._person = shelf, person

    @property
    def _shelf(self) -> "Shelf":
        return self._of()

    def rows(self, query: ListQuery) -> Sequence[int]:
        """The numbers of the contracts of a list, in order."""
        from pactoria_desktop.services.shelf import Filter, Order

        wanted = Filter(
            words=query.words,
            folder=query.folder or None,
            statuses=query.statuses,
            tags=(query.tag,) if query.tag else (),
            trashed=query.trashed,
        )
        return self._shelf.rows(wanted, Order[ORDERS[query.order]], descending=query.descending)

    def window(self, rows: Sequence[int]) -> Sequence[ContractRow | None]:
        """Some contracts by their numbers."""
        return [None if record is None else _row(record) for record in self._shelf.window(rows)]

    def folders(self) -> Sequence[FolderRow]:
        """All folders."""
        return [FolderRow(each.id, each.name, each.parent or "", each.contracts) for each in self._shelf.folders()]

    def tags(self) -> Sequence[Counted]:
        """All tags."""
        return [Counted(name, count) for name, count in self._shelf.tags()]

    def statuses(self) -> Sequence[Counted]:
        """All statuses in use."""
        return [Counted(name, count, STATUSES.get(name, name)) for name, count in self._shelf.statuses()]

    def count(self) -> int:
        """How many contracts there are."""
        return self._shelf.count()

    def recent(self, limit: int) -> Sequence[RecentContract]:
        """The contracts opened last, newest first."""
        found = []
        for record in self._shelf.recent(limit):
            kept = self._shelf.session_value(VIEW_OF + record.id)
            place = kept.get("place", "") if isinstance(kept, Mapping) else ""
            open_findings = self._shelf.open_findings(record.id)
            found.append(
                RecentContract(
                    record.id, record.title, record.counterparty, str(place)[:40], record.opened_at or 0,
                    open_findings.get("high", 0), open_findings.get("medium", 0),
                )
            )  # fmt: skip
        return found

    def person(self) -> str:
        """The name of the person, empty when unknown."""
        return self._person


class ContractSource:
    """Contracts in the palette, by words of title or party."""

    title, prefix, meaning = "Contracts", "", "a contract of the library"

    def __init__(self, shelf: "Callable[[], Shelf]", run: Callable[[str], None]) -> None:
        self._shelf, self._run = shelf, run

    def find(self, typed: str, limit: int) -> list[Entry]:
        """Contracts whose title or party has words that begin so."""
        words = typed.strip()
        found = self._shelf().quick(words, limit) if words else self._shelf().recent(limit)
        return [
            Entry(Row(each.id, each.title, each.counterparty, icon="document"), partial(self._run, each.id))
            for each in found
        ]


class Shelves:
    """Start page and library in the window."""

    def __init__(self, bench: "Workbench") -> None:
        self._bench = bench
        self._kept = bench.service.window_session()
        face = LibraryFace(lambda: self.shelf, bench.settings.value.author_name)
        self.start = StartPage(
            bench.look, face, bench.service.clock.now, ask=self._ask, first_time=self._kept is None
        )  # fmt: skip
        self.library = LibraryScreen(
            bench.look, face, bench.service.clock.now, ask=self._ask, fill_menu=lambda menu: self.chosen.fill_menu(menu)
        )
        window = bench.window
        window.add_place("start", "Start", "home", self.start, order=10)
        window.add_place("library", "Library", "library", self.library, order=20)
        self.start.opened.connect(lambda key: bench.opening.open_contract(key))
        self.start.open_asked.connect(lambda: bench.exchange.choose_files())
        self.start.sample_asked.connect(lambda: bench.opening.open_sample())
        self.start.library_asked.connect(lambda: window.show_place("library"))
        self.library.opened.connect(lambda key: bench.opening.open_contract(key))
        self.library.add_asked.connect(lambda: bench.exchange.choose_files())
        self.library.chosen.connect(lambda keys: bench.registry.refresh())
        window.palette_sheet.add_source(
            ContractSource(lambda: self.shelf, lambda key: bench.opening.open_contract(key))
        )
        self._stale: set[str] = set()
        window.place_changed.connect(self._refresh_shown)
        self.chosen = ChosenContracts(bench, lambda: self.shelf, self.library, self.refresh)
        bench.registry.add(*self.chosen.commands())

    @cached_property
    def shelf(self) -> "Shelf":
        """The library's shelf."""
        from pactoria_desktop.services.shelf import Shelf

        return Shelf(self._bench.service)

    def refresh(self) -> None:
        """Read the library anew, for the place that is shown now and for the others when they are shown."""
        self._stale = {"start", "library"}
        self._refresh_shown(self._bench.window.place())

    def _refresh_shown(self, place: str) -> None:
        if place in self._stale:
            self._stale.discard(place)
            (self.start if place == "start" else self.library).refresh()

    def _ask(self, question: Callable[[], Any], answer: Callable[[Any], None]) -> None:
        self._bench.tasks.start(
            self.library, Lane.COMPUTE, "Reading the library", lambda task: question(), on_result=answer,
            on_error=self._bench.window.show_error,
        )  # fmt: skip

    # Imports

    def show_import(self, results: "Sequence[ImportResult]") -> None:
        """Show the outcome of each file under the list."""
        self.library.imports.show_lines(
            [ImportLine(each.name, STATES[each.outcome], each.sentence, each.contract) for each in results]
        )
        self.refresh()
        if len(results) > 1 or not results or not results[0].contract:
            self._bench.window.show_place("library")

    # What the window remembers

    def remembered(self, contract: str) -> Remembered:
        """What a contract's opening takes up again. On any thread."""
        kept = self.shelf.session_value(VIEW_OF + contract)
        reviewed = self.shelf.last_run(contract) is not None
        return Remembered(kept if isinstance(kept, Mapping) else {}, self.shelf.verdicts(contract), reviewed)

    def keep_view_state(self, contract: str, state: Mapping[str, object]) -> None:
        """Keep caret, scroll and zoom."""
        self.shelf.keep_session_value(VIEW_OF + contract, dict(state))

    def keep_session(self, session: object, open_contracts: Sequence[str], *, with_docks: bool = True) -> None:
        """Keep the window's session with its open contracts; without docks they stand as usual at the next start."""
        if isinstance(session, SessionState):
            value = session.to_json()
            if not with_docks:
                value["docks"] = ""
            value["documents"] = [{"key": key, "view": {}} for key in open_contracts]
            self.shelf.keep_session_value(WINDOW_SESSION, value)

    def session(self) -> SessionState | None:
        """The last session, as it was when the window was made."""
        return session_from_json(self._kept) if self._kept is not None else None

    # Reviews

    def keep_verdict(self, contract: str, finding: str, verdict: str) -> None:
        """Keep a verdict in words; "" opens the finding again."""
        kind, _, reason = verdict.partition(": ")
        self.shelf.decide(contract, finding, kind if verdict else "open", reason)

    def keep_review(self, contract: str, reviewed: "ReviewedContract") -> None:
        """Keep a review with its findings, in the background."""
        from pactoria_desktop.services.shelf import RunRecord

        bench, result = self._bench, reviewed.result
        name, _, version = result.playbook.partition("/")
        run = RunRecord(
            bench.service.mint(), contract, result.text_sha256, name, version, "", "",
            to_milliseconds(bench.service.clock.now()),
        )  # fmt: skip
        findings = [
            {"id": each.id, "rule": each.rule, "severity": each.severity, "title": each.title, "quote": each.quote}
            for each in reviewed.findings
        ]
        bench.tasks.start(
            self.library, Lane.WRITE, "Keeping the review", lambda task: self.shelf.record_run(run, findings),
            on_error=bench.window.show_error,
        )  # fmt: skip


def _row(record: "ContractRecord") -> ContractRow:
    return ContractRow(
        record.id, record.title, record.counterparty, STATUSES.get(record.status, record.status), record.tags,
        record.changed_at,
    )  # fmt: skip
