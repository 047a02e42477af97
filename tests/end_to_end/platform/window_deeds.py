"""What a test lets the window do: each deed is a generator on the interface's thread that yields while it waits."""

import base64
import concurrent.futures
import hashlib
import random
import resource
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from sqlalchemy import Connection, event

from pactoria_desktop.replica.changes import Place
from pactoria_desktop.services.questions import open_questions
from pactoria_desktop.services.together import Together
from pactoria_desktop.store.integrity import damages
from pactoria_desktop.ui.workbench.contract_tab import ContractTab
from pactoria_desktop.ui.workbench.workbench import Workbench
from tests.end_to_end.platform.window_edits import RandomEdits, known_words, letters, units

Result = TypeVar("Result")
Deed = Generator[None, None, Result]
Say = Callable[[dict[str, Any]], None]
SECONDS = 60.0


class PaintedPage(QObject):
    """Notes when the page was painted, and how much of a marked text it showed then.

    ``shown`` has (monotonic, letters behind the marker) for each paint that showed another number of them.
    """

    def __init__(self, tab: ContractTab) -> None:
        super().__init__()
        self._tab = tab
        self._marker = ""
        self._at: QTextCursor | None = None
        self.painted: list[float] = []
        self.shown: list[tuple[float, int]] = []
        tab.view.editor.viewport().installEventFilter(self)

    def follow(self, marker: str) -> None:
        """Follow a marker from now on."""
        self._marker, self._at, self.shown = marker, None, []

    def end(self) -> None:
        """Note nothing more."""
        self._tab.view.editor.viewport().removeEventFilter(self)

    def _letters(self) -> int:
        document = self._tab.view.view.document
        if self._at is None or self._at.document() is not document:
            self._at = document.find(self._marker)
        if self._at.isNull():
            self._at = None
            return 0
        return len(self._at.block().text().partition(self._marker)[2])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note a paint once it is over."""
        if event.type() == QEvent.Type.Paint:
            count = self._letters() if self._marker else 0
            QTimer.singleShot(0, self, lambda: self._over(count))
        return False

    def _over(self, count: int) -> None:
        now = time.monotonic()
        self.painted.append(now)
        if self._marker and (not self.shown or self.shown[-1][1] != count):
            self.shown.append((now, count))


class WindowDeeds:
    """The deeds on one window; every public method is one."""

    def __init__(self, bench: Workbench, together: Together, say: Say) -> None:
        self._bench, self._together, self._say = bench, together, say
        self._away = concurrent.futures.ThreadPoolExecutor(4, thread_name_prefix="deeds")
        self._pages: dict[str, PaintedPage] = {}
        self._edits: dict[str, RandomEdits] = {}
        self._errors: list[str] = []
        self._refusals: list[str] = []
        self._limits: list[Callable[[], None]] = []
        show = bench.window.show_error

        def heard(error: BaseException) -> None:
            self._errors.append(f"{type(error).__name__}: {error}")
            show(error)

        bench.window.show_error = heard  # type: ignore[method-assign]

    # Waiting

    def _until(self, ready: Callable[[], object], what: str, seconds: float = SECONDS) -> Deed[None]:
        end = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > end:
                raise TimeoutError(f"{what} did not come; errors: {self._errors}")
            yield

    def _elsewhere(self, work: Callable[[], Result]) -> Deed[Result]:
        """Do what waits for the library or a network away from the interface."""
        done = self._away.submit(work)
        while not done.done():
            yield
        return done.result()

    def _tab(self, contract: str) -> ContractTab:
        return self._bench.tabs[contract]

    # Account and contracts

    def sign_in(self, address: str) -> Deed[dict[str, Any]]:
        """Sign in by the browser; gives the person's id and the organizations' by name."""
        assert (yield from self._elsewhere(lambda: self._together.sign_in_with_browser(address)))
        account = self._together.account
        assert account is not None
        return {"person": account.person, "seats": {one.name: one.organization for one in self._together.seats}}

    def bring_in(self, path: str) -> Deed[str]:
        """Import a file, as when it is dropped; it is opened. Gives the contract's id."""
        found: list[ContractTab] = []
        self._bench.exchange.import_files([Path(path)], found.append)
        yield from self._until(lambda: found, "the imported contract")
        yield from self._whole(found[0])
        return found[0].key

    def put_in(self, contract: str, organization: str) -> Deed[None]:
        """Put a contract in an organization, as the sharing dialog does."""
        yield from self._elsewhere(lambda: self._bench.account.sharing.put_in(contract, organization))

    def open(self, contract: str) -> Deed[None]:
        """Open a contract of the library, once it is there."""
        yield from self._until(lambda: contract in self._listed(), "the contract in the library")
        found: list[ContractTab] = []
        self._bench.opening.open_contract(contract, found.append)
        yield from self._until(lambda: found, "the opened contract")
        yield from self._whole(found[0])

    def taken_up(self, contract: str) -> Deed[None]:
        """Wait until the last session's contract stands open again."""
        yield from self._until(lambda: contract in self._bench.tabs, "the contract of the last session")
        yield from self._whole(self._tab(contract))

    def _listed(self) -> set[str]:
        return {row.id for row in self._bench.service.rows()}

    def _whole(self, tab: ContractTab) -> Deed[None]:
        yield from self._until(lambda: tab.overview is not None and tab.view.view.whole, "the whole contract")

    def close(self, contract: str) -> Deed[None]:
        """Close a tab and wait until all of it is in the library."""
        if (page := self._pages.pop(contract, None)) is not None:
            page.end()
        self._edits.pop(contract, None)
        self._bench.opening.close_contract(contract)
        yield from self._until(
            lambda: contract not in self._bench.tabs and not self._bench.tasks.jobs(), "the closed contract"
        )

    def quit(self) -> Deed[None]:
        """Close the window."""
        QTimer.singleShot(50, lambda: QCoreApplication.exit(0))
        return None
        yield

    # Typing

    def go_to(self, contract: str, words: str) -> Deed[None]:
        """Put the caret behind words, in sight, with the focus on the page."""
        tab = self._tab(contract)
        yield from self._until(lambda: self._place_behind(tab, words) is not None, f"the words {words!r}")
        tab.view.view.catch_up_shown()
        place = self._place_behind(tab, words)
        assert place is not None
        self._bench.window.activateWindow()
        tab.view.editor.setFocus()
        position = tab.view.view.positions.position(place)
        assert position is not None
        tab.view.editor.show_position(position)
        if contract not in self._pages:
            self._pages[contract] = PaintedPage(tab)

    def _place_behind(self, tab: ContractTab, words: str) -> Place | None:
        replica = tab.opened.replica
        for slot in replica.slots():
            text = letters(replica, slot)
            if words in text:
                return Place(slot, units(text[: text.index(words) + len(words)]))
        return None

    def keys(
        self, contract: str, words: str, pause: float = 0.0, report: bool = False, seed: int = 1
    ) -> Deed[dict[str, list[float]]]:
        """Press a key for each letter, with pauses of about ``pause`` s drawn by lot; gives when each was pressed, when
        the page was painted after it (monotonic), and the seconds of work of this thread until then."""
        tab, chance = self._tab(contract), random.Random(seed)
        page = self._pages[contract]
        pressed, painted, worked = [], [], []
        for number, letter in enumerate(words):
            seen = len(page.painted)
            began, work = time.monotonic(), time.thread_time()
            QTest.keyClick(tab.view.editor, letter)
            pressed.append(began)
            if report:
                self._say({"event": "typed", "number": number, "at": time.monotonic()})
            due = began + pause * chance.uniform(0.5, 1.5)
            while len(page.painted) == seen or time.monotonic() < due:
                yield
                if len(page.painted) > seen and len(worked) == number:
                    worked.append(time.thread_time() - work)
            painted.append(page.painted[seen])
            if len(worked) == number:
                worked.append(time.thread_time() - work)
        return {"pressed": pressed, "painted": painted, "worked": worked}

    def watch(self, contract: str, marker: str) -> Deed[None]:
        """Follow from now on how many letters stand behind a marker on the page."""
        self._pages[contract].follow(marker)
        return None
        yield

    def repaint(self, contract: str) -> Deed[bool]:
        """Paint the page anew, so that ``watched`` knows how it looks."""
        page = self._pages[contract]
        self._tab(contract).view.editor.viewport().update()
        yield from self._until(lambda: page.shown, "a paint")
        return True

    def watched(self, contract: str, count: int, seconds: float = 30.0) -> Deed[list[tuple[float, int]]]:
        """Wait until so many letters stand behind the marker; gives when how many were shown."""
        page = self._pages[contract]
        yield from self._until(
            lambda: bool(page.shown) and page.shown[-1][1] >= count, f"{count} letters (not {page.shown[-1:]})", seconds
        )
        return page.shown

    def insert(self, contract: str, behind: str, words: str) -> Deed[None]:
        """Type words behind others by the editor's command, as one."""
        yield from self.go_to(contract, behind)
        self._tab(contract).view.commands.type(words)

    # Many edits

    def sow(self, contract: str, who: str, count: int, seed: int) -> Deed[None]:
        """Put known words into the text."""
        RandomEdits(self._tab(contract), who, seed).sow(count)
        return None
        yield

    def edit(self, contract: str, who: str, count: int, seed: int) -> Deed[dict[str, Any]]:
        """Make random edits, some at a turn; gives how many of each kind."""
        edits = self._edits.setdefault(contract, RandomEdits(self._tab(contract), who, seed))
        for _ in range(count):
            edits.one()
            yield
        document = self._bench.window.documents.document(contract)
        assert document is not None
        document.banner.hide()  # that something is locked was said, and the edit was made elsewhere
        return {**edits.done, "refused": edits.refused}

    def known_words(self, contract: str) -> Deed[dict[str, Any]]:
        """Where each known word stands, and the words of all comments."""
        replica = self._tab(contract).opened.replica
        return {"words": known_words(replica), "comments": [note.text for note in replica.comments]}
        yield

    # Sync

    def pause(self) -> Deed[None]:
        """Work offline."""
        yield from self._elsewhere(self._together.pause)

    def resume(self) -> Deed[None]:
        """Work with the platform again."""
        yield from self._elsewhere(self._together.resume)

    def sync(self) -> Deed[None]:
        """Exchange everything now."""
        yield from self._elsewhere(self._together.sync_now)

    def connected(self, yes: bool = True, seconds: float = SECONDS) -> Deed[None]:
        """Wait until the live line stands, or does not."""
        yield from self._until(lambda: self._together.connected is yes, f"connected: {yes}", seconds)

    def has_company(self, contract: str, seconds: float = SECONDS) -> Deed[None]:
        """Wait until somebody else is seen at the contract."""
        company = self._bench.live._company
        yield from self._until(lambda: company.get(contract), "company", seconds)

    # What is there

    def words(self, contract: str) -> Deed[str]:
        """All letters of the text, struck ones included."""
        replica = self._tab(contract).opened.replica
        return "".join(letters(replica, slot) for slot in replica.slots())
        yield

    def await_words(self, contract: str, words: str, seconds: float = SECONDS) -> Deed[float]:
        """Wait until words are in the text; gives when."""
        yield from self._until(lambda: self._place_behind(self._tab(contract), words), f"the words {words!r}", seconds)
        return time.monotonic()

    def digest(self, contract: str) -> Deed[dict[str, str]]:
        """A hash of all letters with their marks, and what the replica knows."""
        replica = self._tab(contract).opened.replica
        told = repr([(slot, [(words, sorted(marks.items())) for words, marks in replica.spans(slot)])
                     for slot in replica.slots()])  # fmt: skip
        return {"sha256": hashlib.sha256(told.encode()).hexdigest(), "version": replica.version().hex()}
        yield

    def page_is_true(self, contract: str) -> Deed[list[str]]:
        """Lines of the text that the page does not show; empty where it shows all of them."""
        tab = self._tab(contract)
        tab.view.view.catch_up_shown()
        shown = set(tab.view.view.document.toPlainText().split("\n"))
        replica = tab.opened.replica
        lines = "".join(letters(replica, slot) for slot in replica.slots()).replace("\u2028", "\n").split("\n")
        return [line for line in lines if line.isascii() and line.isprintable() and line not in shown]
        yield

    def authors(self, contract: str) -> Deed[list[str]]:
        """Whose tracked changes are open."""
        return sorted({one.author for one in self._tab(contract).opened.replica.revisions.values()})
        yield

    def export(self, contract: str, mode: str = "redline") -> Deed[str]:
        """The Word file of the open contract, in base64."""
        opened = self._tab(contract).opened
        frozen = opened.freeze()
        data = yield from self._elsewhere(lambda: opened.export(frozen, mode))  # type: ignore[arg-type]
        return base64.b64encode(data).decode()

    def questions(self, contract: str) -> Deed[list[dict[str, Any]]]:
        """The open questions of a contract."""
        found = yield from self._elsewhere(lambda: open_questions(self._together.syncing(), contract))
        return [{"id": one.id, "base": one.base, "versions": list(one.versions)} for one in found]

    def status(self) -> Deed[dict[str, Any]]:
        """What the window says and has shown."""
        together, bench = self._together, self._bench
        status = yield from self._elsewhere(lambda: together.syncing().status())
        banners = {
            key: document.banner.sentence for key in bench.tabs
            if (document := bench.window.documents.document(key)) is not None
        }  # fmt: skip
        return {
            "connected": together.connected, "errors": self._errors, "state": status.state, "waiting": status.waiting,
            "not_accepted": status.not_accepted, "conflicts": status.conflicts, "banners": banners,
            "banner": bench.window.banner.sentence,
            "unsaved": {key: tab.opened.unsaved for key, tab in bench.tabs.items()},
        }  # fmt: skip

    # A disk that gives out

    def limit_disk(self, kind: str) -> Deed[None]:
        """Let the disk take nothing more: "room" (no file may grow), "pages" (nor the library), or "rights"."""
        if kind == "room":
            before = resource.getrlimit(resource.RLIMIT_FSIZE)
            folder = self._bench.service.library.home.library.parent
            largest = max(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 20_000, before[1]))
            self._limits.append(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before))
            return
        engine = self._bench.service.library._engine_of_all()

        def begin(connection: Connection) -> None:
            if kind == "rights":
                connection.exec_driver_sql("PRAGMA query_only = ON")
            else:
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
                connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

        def ended() -> None:
            event.remove(engine, "begin", begin)
            event.listen(engine, "begin", free)

        def free(connection: Connection) -> None:
            connection.exec_driver_sql("PRAGMA query_only = OFF")
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000000")

        event.listen(engine, "begin", begin)
        self._limits.append(ended)
        return
        yield

    def free_disk(self) -> Deed[None]:
        """Let the disk take everything again."""
        while self._limits:
            self._limits.pop()()
        return
        yield

    def hears(self, contract: str, words: str) -> Deed[str]:
        """Wait until a sentence with these words stands across the contract; gives it."""
        document = self._bench.window.documents.document(contract)
        assert document is not None
        yield from self._until(lambda: words in document.banner.sentence, f"the sentence with {words!r}")
        return document.banner.sentence

    def damages(self) -> Deed[list[str]]:
        """What is damaged in the library."""

        def look() -> list[str]:
            with self._bench.service.library.reading() as session:
                return [repr(one) for one in damages(session)]

        return (yield from self._elsewhere(look))
