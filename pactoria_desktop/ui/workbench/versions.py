"""The versions of the contract in front, beside its findings and changes; and what is done with one of them.

Everything is read in the background: the list, the text of the last version, the verifying of the whole history.
"""

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication

from pactoria_desktop.runtime.work import Lane, Task
from pactoria_desktop.ui.review.versions import VersionsPanel
from pactoria_desktop.ui.widgets.dock import Dock
from pactoria_desktop.ui.workbench.questions import WORD_FILES
from pactoria_desktop.ui.workbench.version_words import NO_FILE, NO_TEXT, state_words, version_rows

if TYPE_CHECKING:
    from pactoria_desktop.contract.accepted import AcceptedText
    from pactoria_desktop.contract.history import Version
    from pactoria_desktop.services.library import LibraryService
    from pactoria_desktop.services.versions import ListedVersion, Listing, Verified, VersionMode
    from pactoria_desktop.ui.review.version_list import VersionRow
    from pactoria_desktop.ui.workbench.contract_tab import ContractTab
    from pactoria_desktop.ui.workbench.workbench import Workbench

PAGE = "versions"
PAUSE = 300
UNTIL_KEPT = 2_000
BUSY = 400
COMMANDS = (
    "version.compare_now", "version.compare_before", "version.export", "version.export_clean", "version.export_file",
    "version.copy_hash",
)  # fmt: skip
NOT_CHOSEN, FIRST, NO_FILE_OF_ITS_OWN = "no version is chosen", "it is the first version", "it has no Word file"
LATE_TEXT, LATE_FILE = "its text has not come yet", "its file has not come yet"
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


@dataclass(frozen=True)
class _Past:
    """The paragraphs of the version that the text of now is held against."""

    contract: str
    version: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class _Shown:
    """What is shown of a contract, and what verifying said of these very versions, None where nobody asked."""

    listing: "Listing"
    rows: "tuple[VersionRow, ...]"
    verified: "Verified | None" = None


@dataclass(frozen=True)
class _Found:
    shown: _Shown
    past: _Past | None
    state: str


class Versions(QObject):
    """Fills the page of versions of the review dock and does what is asked of a version there."""

    def __init__(self, bench: "Workbench", dock: Dock) -> None:
        super().__init__(bench)
        self._bench, self._dock = bench, dock
        action = bench.registry.action
        more = [
            action("version.compare_now"), action("version.compare_before"), None, action("version.export"),
            action("version.export_clean"), action("version.export_file"), None, action("version.copy_hash"),
            action("contract.verify"),
        ]  # fmt: skip
        self.panel = VersionsPanel(
            bench.look, bench.account.now, save=action("contract.version"), compare=action("version.compare_now"),
            verify=action("contract.verify"), more=more,
        )  # fmt: skip
        dock.add_page(PAGE, "Versions", self.panel)
        dock.page_changed.connect(lambda page: self.show())
        self.panel.compare_wanted.connect(lambda: bench.registry.run("version.compare_now"))
        self.panel.chosen.connect(lambda key: bench.registry.refresh(COMMANDS))
        self._contract = ""
        self._shown: dict[str, _Shown] = {}
        self._past: _Past | None = None
        self._choose = ""
        self._reading = False
        self._again = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._read)
        self._busy = QTimer(self)
        self._busy.setSingleShot(True)
        self._busy.setInterval(BUSY)
        self._busy.timeout.connect(self._say_busy)

    def follow(self, tab: "ContractTab") -> None:
        """Hold a tab's text against its last version while it is in front."""
        tab.overview_changed.connect(lambda: self._read_soon(tab))

    def _read_soon(self, tab: "ContractTab") -> None:
        if tab is self._bench.current() and self._visible():
            self._timer.start(PAUSE)

    def _visible(self) -> bool:
        return not self._dock.isHidden() and self._dock.current_page() == PAGE

    def show(self) -> None:
        """Show the contract in front: what is known of it at once, and what is there now after a moment."""
        tab, known = self._bench.current(), self._shown
        self._shown = {key: shown for key, shown in known.items() if key in self._bench.tabs}
        if tab is None:
            self._contract = ""
            self.panel.clear()
            self.panel.show_nothing("No contract is shown")
        elif self._visible():
            if self._contract != tab.key:
                self._contract = tab.key
                self.panel.clear()
                self._show_of(tab.key)
                self._busy.start()
            self._timer.start(0)

    def changed(self, contract: str, choose: str = "") -> None:
        """A version was added: show it, and make the one with the id ``choose`` the current one."""
        self._choose = choose or self._choose
        tab = self._bench.current()
        if tab is not None and tab.key == contract:
            self.show()

    # Reading

    def _say_busy(self) -> None:
        if self._contract and self._contract not in self._shown:
            self.panel.show_nothing("Reading the versions…")

    def _read(self) -> None:
        tab = self._bench.current()
        if tab is None or not self._visible():
            return
        if self._reading:
            self._again = True
            return
        self._reading = True
        bench, contract, service = self._bench, tab.key, self._bench.service
        before = self._shown.get(contract)
        past = self._past if self._past is not None and self._past.contract == contract else None
        view = tab.overview.view if tab.overview is not None else None

        def take(found: _Found) -> None:
            self._ended()
            self._past = found.past
            if contract in bench.tabs:
                known = self._shown.get(contract)
                if found.shown is not before or known is None:
                    self._shown[contract] = found.shown
                    self._show_of(contract)
                if contract == self._contract:
                    self.panel.show_state(found.state)
                late = not all(one.text_here for one in found.shown.listing.versions)
                if late and tab.opened.unsaved:  # what came is in the text before it is in the library
                    self._timer.start(UNTIL_KEPT)

        def failed(error: Exception) -> None:
            self._ended()
            if contract == self._contract and contract not in self._shown:
                self.panel.show_nothing("The versions could not be read", "They are tried again when you come back.")
            bench.window.show_error(error)

        bench.tasks.start(self, Lane.COMPUTE, "Reading the versions",
                          lambda task: _look(service, contract, before, past, view),
                          on_result=take, on_error=failed, on_cancelled=self._ended)  # fmt: skip

    def _ended(self) -> None:
        self._reading = False
        if self._again:
            self._again = False
            self._timer.start(0)

    def _show_of(self, contract: str) -> None:
        shown = self._shown.get(contract)
        if shown is None or contract != self._contract:
            return
        if shown.rows:
            if self.panel.list.rows() != shown.rows:
                self.panel.show_versions(shown.rows)
        else:
            self.panel.show_nothing("No version has come yet", "They come with the next sync.")
        found = shown.verified
        self.panel.show_verdict(_severity(found) if found else "", found.sentence if found else "")
        if self._choose:
            self.panel.list.set_current(self._choose)
            self._choose = ""
        self._bench.registry.refresh(COMMANDS)

    # The chosen version

    def _chosen(self) -> "ListedVersion | None":
        tab, key = self._bench.current(), self.panel.list.current_key()
        shown = self._shown.get(tab.key) if tab is not None and tab.key == self._contract else None
        return next((one for one in shown.listing.versions if one.version.id == key), None) if shown else None

    def _before(self, one: "ListedVersion") -> "ListedVersion | None":
        versions = self._shown[one.version.contract].listing.versions
        return next((each for each in versions if each.version.id == one.before), None)

    def why_not(self, command: str) -> str:
        """Why something cannot be done with the chosen version; empty where it can."""
        one = self._chosen()
        if one is None:
            return NOT_CHOSEN
        shared = self._shown[one.version.contract].listing.shared
        if command == "version.export_file":
            if not one.file:
                return NO_FILE_OF_ITS_OWN
            return "" if one.file_here else _late(LATE_FILE, NO_FILE, shared)
        if command == "version.copy_hash":
            return ""
        if not one.text_here:
            return _late(LATE_TEXT, NO_TEXT, shared)
        if command == "version.compare_before":
            before = self._before(one)
            if before is None:
                return FIRST
            if not before.text_here:
                return f"of the version before, {_late(LATE_TEXT, NO_TEXT, shared)}"
        return ""

    def compare_now(self, tab: "ContractTab") -> None:
        """Show what changed from the chosen version to the text as it is now."""
        one = self._chosen()
        if one is not None:
            self._bench.comparing.version_with_now(tab, one.version)

    def compare_before(self, tab: "ContractTab") -> None:
        """Show what changed from the version before the chosen one to it."""
        one = self._chosen()
        before = self._before(one) if one is not None else None
        if one is not None and before is not None:
            self._bench.comparing.versions(tab, before.version, one.version)

    def export(self, tab: "ContractTab", mode: "VersionMode") -> None:
        """Ask for a file and write the chosen version there as a Word file, verified; no version is made of it."""
        one, bench = self._chosen(), self._bench
        if one is None:
            return
        version, service = one.version, bench.service
        proposed = PurePath(one.file).name if mode == "file" else _file_name(tab.title, version, mode)
        path = bench.questions.file_to_write("Export the version as Word", proposed, WORD_FILES)
        if path is None:
            return

        def make() -> bytes:
            from pactoria_desktop.services.versions import export_version

            return export_version(service, version, mode)

        bench.exchange.write(tab.key, path, "Exporting the version", make)

    def copy_hash(self, tab: "ContractTab") -> None:
        """Put the chosen version's hash on the clipboard."""
        one = self._chosen()
        if one is not None:
            QGuiApplication.clipboard().setText(one.version.hash)
            words = f"The hash of “{one.version.name}” is on the clipboard ({one.version.hash[:12]})."
            self._bench.say(tab.key, "ok", words)

    # Verifying

    def verify(self, tab: "ContractTab") -> None:
        """Verify the whole history, say what was found, and mark the versions that are not as they were made."""
        bench, contract, service = self._bench, tab.key, self._bench.service
        tab.opened.collect()
        self._dock.show_page(PAGE)

        def work(task: Task) -> _Shown:
            from pactoria_desktop.services.versions import listing, verified

            tab.opened.flush()
            found = verified(service, contract)
            return _shown(listing(service, contract), found)

        def show(shown: _Shown) -> None:
            if contract not in bench.tabs or shown.verified is None:
                return
            self._shown[contract] = shown
            if shown.verified.wrong:
                number = shown.verified.wrong[0].number
                self._choose = next((row.key for row in shown.rows if row.number == number), "")
                bench.say(contract, "high", shown.verified.sentence)
            self._show_of(contract)

        bench.tasks.start(tab, Lane.COMPUTE, "Verifying the history", work, on_result=show,
                          on_error=bench.window.show_error)  # fmt: skip


def _late(waiting: str, lost: str, shared: bool) -> str:
    return waiting if shared else f"{lost[0].lower()}{lost[1:]}"


def _severity(found: "Verified") -> str:
    return "high" if found.wrong else "low" if found.waiting else "ok"


def _file_name(title: str, version: "Version", mode: "VersionMode") -> str:
    name = version.name.removesuffix(".docx") + (" clean" if mode == "clean" else "")
    return _NOT_IN_NAMES.sub("-", f"{title} ({name}).docx")


def _shown(found: "Listing", verified: "Verified | None") -> _Shown:
    wrong: dict[int, list[str]] = {}
    for problem in verified.wrong if verified is not None else ():
        wrong.setdefault(problem.number, []).append(problem.sentence)
    return _Shown(found, version_rows(found, wrong), verified)


def _look(
    service: "LibraryService", contract: str, before: _Shown | None, past: _Past | None, view: "AcceptedText | None"
) -> _Found:
    """Read the versions; ``before`` comes back as it is where nothing changed."""
    from pactoria_desktop.services.versions import listing

    here = () if before is None else [one.version.frontier for one in before.listing.versions if one.text_here]
    found = listing(service, contract, frozenset(here))
    shown = before if before is not None and before.listing == found else _shown(found, None)
    if not found.versions:
        return _Found(shown, None, "")
    last = found.versions[0]
    past, changed = _changed(service, last, past, view) if last.text_here and view is not None else (past, None)
    return _Found(shown, past, state_words(last.version.name, last.text_here, changed))


def _changed(
    service: "LibraryService", last: "ListedVersion", past: _Past | None, view: "AcceptedText"
) -> tuple[_Past | None, int]:
    from pactoria_desktop.services.versions import paragraphs_changed, paragraphs_of_version

    if view.sha256 == last.version.text_sha256:
        return past, 0
    if past is None or past.version != last.version.id:
        past = _Past(last.version.contract, last.version.id, paragraphs_of_version(service, last.version))
    return past, paragraphs_changed(past.paragraphs, view.text.split("\n"))
