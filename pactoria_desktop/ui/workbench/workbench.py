"""The workbench: the window, the library behind it, contracts in tabs, panels that follow the one in front."""

import time
from collections.abc import Callable, Sequence
from importlib.resources import as_file
from pathlib import Path

from PySide6.QtCore import QObject, Qt

from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.files import write_atomically
from pactoria_desktop.runtime.resources import resource
from pactoria_desktop.runtime.settings import SettingsFile
from pactoria_desktop.runtime.work import Lane, Task
from pactoria_desktop.services.drafts import compare_for_screen
from pactoria_desktop.services.importing import ImportResult
from pactoria_desktop.services.joining import Received
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.services.opened import ExportMode, Loaded, OpenContract, load
from pactoria_desktop.services.relating import Related
from pactoria_desktop.services.reviewing import Reviewer, default_reviewer
from pactoria_desktop.services.sources import Source, SourceError, read_source
from pactoria_desktop.ui.compare.screen import CompareScreen
from pactoria_desktop.ui.review.changes import ChangesPanel
from pactoria_desktop.ui.review.findings import FindingsPanel
from pactoria_desktop.ui.review.outline import OutlinePanel
from pactoria_desktop.ui.shell.command_bar import SEPARATOR, STRETCH, CommandBar
from pactoria_desktop.ui.shell.commands import Command, CommandRegistry
from pactoria_desktop.ui.shell.palette_sources import RowSource
from pactoria_desktop.ui.shell.tasks import BackgroundTasks
from pactoria_desktop.ui.shell.window import MainWindow
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.dock import Dock
from pactoria_desktop.ui.widgets.rows import Row
from pactoria_desktop.ui.workbench.contract_commands import contract_commands
from pactoria_desktop.ui.workbench.contract_tab import ContractTab
from pactoria_desktop.ui.workbench.questions import READABLE_FILES, WORD_FILES, Questions, WindowQuestions
from pactoria_desktop.ui.workbench.shelves import Shelves

BAR = (
    "edit.undo", "edit.redo", SEPARATOR, "contract.bold", "contract.italic", "contract.underline", SEPARATOR,
    "contract.level_up", "contract.level_down", SEPARATOR, "contract.suggesting+", "review.comment", SEPARATOR,
    "review.previous_change", "review.next_change", "review.accept", "review.reject", STRETCH, "review.check+",
)  # fmt: skip
SAMPLE = "services-agreement-from-corvane.docx"
CHECKED_HERE = "Checked here, with no network."


class Workbench(QObject):
    """Everything of one window. ``questions`` asks the person; tests put their own answers there."""

    def __init__(
        self, service: LibraryService, look: Look, tasks: BackgroundTasks, settings: SettingsFile,
        reviewer: Reviewer | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.service, self.look, self.tasks, self.settings = service, look, tasks, settings
        self.reviewer = reviewer or default_reviewer(settings.value.default_playbook, service.clock)
        self.registry = CommandRegistry(look)
        self.window = MainWindow(look, self.registry, tasks)
        self.questions: Questions = WindowQuestions(look, self.window)
        self.tabs: dict[str, ContractTab] = {}
        self.comparisons: dict[str, CompareScreen] = {}
        self._opening: set[str] = set()
        self.review_when_opened = False
        self._apart: set[Path] = set()
        self._joins: dict[str, Path] = {}
        self._make_panels()
        self.registry.add(*self._commands(), *contract_commands(self))
        self.shelves = Shelves(self)
        window = self.window
        window.close_asked.connect(self.close_contract)
        window.files_dropped.connect(self.import_files)
        window.closing.connect(self._on_closing)
        window.documents.current_changed.connect(lambda key: self._show_panels())
        window.place_changed.connect(lambda place: self._show_panels())
        window.palette_sheet.add_source(
            RowSource("Clauses", "@", "a clause of this contract", self._clause_rows, self._go_to_clause)
        )

    # Parts

    def _make_panels(self) -> None:
        look = self.look
        self.outline = OutlinePanel(look)
        self.findings = FindingsPanel(look)
        self.changes = ChangesPanel(look)
        left = Dock(look, "outline", "Outline", 236)
        left.add_page("outline", "Outline", self.outline)
        self.review_dock = Dock(look, "review", "Review", 330)
        self.review_dock.add_page("findings", "Findings", self.findings)
        self.review_dock.add_page("changes", "Changes", self.changes)
        self.window.add_dock(left, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.window.add_dock(self.review_dock, Qt.DockWidgetArea.RightDockWidgetArea)
        self.outline.opened.connect(lambda id: self._with_current(lambda tab: tab.go_to_heading(id)))
        self.findings.opened.connect(lambda id: self._with_current(lambda tab: tab.view.show_finding(id)))
        self.findings.review_wanted.connect(lambda: self._with_current(lambda tab: tab.review()))
        self.findings.dismissed.connect(lambda id: self._with_current(lambda tab: self.dismiss(tab, id)))
        self.findings.reopened.connect(lambda id: self._with_current(lambda tab: self._decide(tab, id, "")))
        self.changes.opened.connect(lambda id: self._with_current(lambda tab: tab.go_to_change(id)))
        self.changes.accepted.connect(lambda ids: self._with_current(lambda tab: tab.resolve(ids, accept=True)))
        self.changes.rejected.connect(lambda ids: self._with_current(lambda tab: tab.resolve(ids, accept=False)))
        self.changes.stepped.connect(
            lambda by: self.registry.run("review.next_change" if by > 0 else "review.previous_change")
        )

    def _commands(self) -> tuple[Command, ...]:
        return (
            Command("file.import", "Import files…", "File", self.choose_files, ("Ctrl+O",), "import", group=10),
            Command(
                "file.recovery_key", "Recovery key…", "File", self.show_recovery_key, (), "key", group=70,
                words="print password lost",
            ),
            Command("file.backup", "Back up the library…", "File", self.back_up, (), "archive", group=70),
        )  # fmt: skip

    def current(self) -> ContractTab | None:
        """The contract in front, None where there is none."""
        document = self.window.documents.current()
        if document is None or self.window.place() != "contracts":
            return None
        return self.tabs.get(document.key)

    def _with_current(self, act: Callable[[ContractTab], object]) -> None:
        tab = self.current()
        if tab is not None:
            act(tab)

    # Opening and closing

    def open_contract(self, contract: str) -> None:
        """Open a contract of the library in a tab, or bring its tab forward."""
        if contract in self.tabs:
            self.window.documents.show_document(contract)
            self.window.show_place("contracts")
            return
        if contract in self._opening:
            return
        self._opening.add(contract)
        person = self.service.person
        library = self.service.library
        self.tasks.start(
            self, Lane.WRITE, "Opening the contract",
            lambda task: load(library, contract, person.user, person.device),
            on_result=self._show_contract, on_error=lambda error: self._not_opened(contract, error),
        )  # fmt: skip

    def _not_opened(self, contract: str, error: Exception) -> None:
        self._opening.discard(contract)
        self.window.show_error(error)

    def _show_contract(self, loaded: Loaded) -> None:
        contract = loaded.record.id
        self._opening.discard(contract)
        try:
            opened = OpenContract(
                self.service.library,
                loaded,
                self.service.identity,
                self.service.clock,
                self.service.mint,
                time.monotonic,
            )
        except PactoriaError as error:
            self.window.show_error(error)
            return
        opened.replica.suggesting = self.settings.value.suggesting_at_start
        tab = ContractTab(opened, self.look, self.tasks, self.reviewer)
        tab.verdicts = self.shelves.verdicts(contract)
        tab.overview_changed.connect(lambda: self._show_panels_of(tab))
        tab.findings_changed.connect(lambda: self._show_panels_of(tab))
        tab.place_changed.connect(lambda: self._show_place(tab))
        tab.failed.connect(self.window.show_error)
        tab.view.refused.connect(lambda sentence: self._say(tab, "note", sentence))
        tab.view.finding_activated.connect(lambda id: self._show_finding(id))
        self.tabs[contract] = tab
        bar = CommandBar(self.look, self.registry, "Editing", BAR)
        self.window.open_document(contract, loaded.record.title, tab.view, bar)
        tab.view.menu_actions = [
            self.registry.action(name)
            for name in ("edit.cut", "edit.copy", "edit.paste", "review.accept", "review.reject", "review.comment")
        ]
        state = self.shelves.view_state(contract)
        if state:
            tab.view.restore(state)
        if opened.damage:
            self._say(tab, "high", opened.damage)
        if self.review_when_opened or self.shelves.was_reviewed(contract):
            tab.review()
        self.shelves.refresh()
        self._show_panels()
        if contract in self._joins:
            self.receive_file(tab, self._joins.pop(contract))

    def close_contract(self, key: str) -> None:
        """Close a tab; what was typed is written in the background."""
        if key in self.comparisons:
            del self.comparisons[key]
            self.window.close_document(key)
            return
        tab = self.tabs.pop(key, None)
        if tab is None:
            return
        self.shelves.keep_view_state(key, tab.view.session())
        settle = tab.end()
        self._settle(settle)
        self.window.close_document(key)
        self._show_panels()

    def _settle(self, settle: Callable[[], None]) -> None:
        self.tasks.work.submit(Lane.WRITE, "Keeping your edits", lambda task: settle())

    def _on_closing(self, session: object) -> None:
        self.shelves.keep_session(session, [key for key in self.window.documents.open_keys() if key in self.tabs])
        for key in tuple(self.tabs):
            tab = self.tabs.pop(key)
            self.shelves.keep_view_state(key, tab.view.session())
            settle = tab.end()
            self._settle(settle)

    def start_session(self, *, restore: bool) -> None:
        """Take up the window's last session; with ``restore`` its contracts, too."""
        session = self.shelves.session()
        if session is None:
            return
        self.window.restore(session)
        if restore and self.settings.value.restore_session:
            for document in session.documents:
                self.open_contract(document.key)

    def open_sample(self) -> None:
        """Import and open the sample contract that comes with the program."""
        with as_file(resource("samples", SAMPLE)) as path:
            source = read_source(str(path))
        self.review_when_opened = True
        self._imported(list(self.service.bring_in((Source(SAMPLE, source.ending, source.data),))))

    # Panels

    def _show_panels_of(self, tab: ContractTab) -> None:
        if tab is self.current():
            self._show_panels()

    def _show_panels(self) -> None:
        tab = self.current()
        if tab is None:
            self.outline.show_outline(())
            self.changes.show_changes(())
            self.findings.show_nothing("No contract is shown.", "", "")
            self.window.status.set_places([])
            return
        self.outline.show_outline(tab.outline_rows())
        self.changes.show_changes(tab.change_rows())
        if tab.reviewed is None:
            self.findings.show_nothing("Not reviewed yet.", "The review runs on this computer.", "Review now")
        else:
            self.findings.show_findings(tab.finding_rows(), tab.reviewed.playbook, CHECKED_HERE)
        self._show_place(tab)
        self.registry.refresh()

    def _show_place(self, tab: ContractTab) -> None:
        if tab is not self.current():
            return
        place = tab.view.commands.caret
        label = tab.view.label_at(place) if place is not None else ""
        words = len(tab.overview.view.text.split()) if tab.overview else 0
        self.window.status.set_places([f"Clause {label}" if label else "", f"{words:,} words" if words else ""])
        if tab.overview is not None and place is not None:
            order = {slot: number for number, slot in enumerate(tab.opened.replica.slots())}
            here = (order.get(place.slot, 0), place.offset)
            above = [
                each for each in tab.overview.headings if (order.get(each.place.slot, 0), each.place.start) <= here
            ]
            if above:
                self.outline.set_current(above[-1].id)

    def _show_finding(self, id: str) -> None:
        self.review_dock.show_page("findings")
        self.findings.set_current(id)

    def _say(
        self, tab: ContractTab, severity: str, sentence: str, action: str = "", run: Callable[[], None] | None = None
    ) -> None:
        document = self.window.documents.document(tab.key)
        if document is not None:
            document.banner.show_sentence(severity, sentence, action, run)

    def _clause_rows(self) -> Sequence[Row]:
        tab = self.current()
        return [Row(each.id, each.title, number=each.number) for each in tab.outline_rows()] if tab is not None else []

    def _go_to_clause(self, id: str) -> None:
        self._with_current(lambda tab: tab.go_to_heading(id))

    # Bringing in

    def choose_files(self) -> None:
        """Ask for files and import them."""
        self.import_files(self.questions.files_to_open("Import files", READABLE_FILES))

    def import_files(self, paths: Sequence[Path]) -> None:
        """Import files and folders in the background, each with its outcome; a single one is opened.

        A single file that is a draft of a contract in the library can be joined into it instead.
        """
        if not paths:
            return
        service = self.service

        def work(task: Task) -> list[ImportResult] | Related:
            results = []
            files = [file for path in paths for file in _files_in(path)]
            for number, path in enumerate(files):
                task.progress(number / max(1, len(files)), path.name)
                try:
                    source = read_source(str(path))
                except SourceError as error:
                    results.append(ImportResult(path.name, "refused", "", "", error.sentence))
                    continue
                if len(files) == 1 and paths[0] not in self._apart:
                    known = service.related_to(source)
                    if known is not None:
                        return known
                results += service.bring_in((Source(path.name, source.ending, source.data),))
            return results

        def done(found: list[ImportResult] | Related) -> None:
            if isinstance(found, Related):
                self._ask_to_join(found, paths[0])
            else:
                self._imported(found)

        self.tasks.start(
            self, Lane.COMPUTE, "Importing files", work, on_result=done, on_error=self.window.show_error
        )  # fmt: skip

    def _ask_to_join(self, known: Related, path: Path) -> None:
        """A draft of a contract that is here: joined into it, or kept apart."""
        joined = self.questions.decision(
            f"Is this “{known.title}”, come back?",
            f"{path.name} has most of its paragraphs. Joined, their changes stand in your contract as theirs, and "
            "what they did not mark is shown first. Otherwise it becomes a contract of its own.",
            "Join it into the contract",
        )
        if not joined:
            self._apart.add(path)
            self.import_files([path])
            return
        self._joins[known.contract] = path
        if known.contract in self.tabs:
            self.open_contract(known.contract)
            self.receive_file(self.tabs[known.contract], self._joins.pop(known.contract))
        else:
            self.open_contract(known.contract)

    def _imported(self, results: list[ImportResult]) -> None:
        self.shelves.show_import(results)
        if len(results) == 1 and results[0].contract:
            self.open_contract(results[0].contract)
        elif len(results) == 1:
            self.window.banner.show_sentence("high", results[0].sentence)

    # Sending out

    def export(self, tab: ContractTab, mode: ExportMode) -> None:
        """Ask for a file and write the contract there as a Word file, verified."""
        suffix = {"redline": "redline", "clean": "clean", "original": "original"}[mode]
        path = self.questions.file_to_write("Export as Word", f"{tab.title} ({suffix}).docx", WORD_FILES)
        if path is not None:
            self.export_to(tab, mode, path)

    def export_to(self, tab: ContractTab, mode: ExportMode, path: Path) -> None:
        """Write the contract to a file in the background."""
        opened, frozen, author = tab.opened, tab.opened.freeze(), self.service.person.user

        def work(task: Task) -> Path:
            data = opened.export(frozen, mode)
            write_atomically(path, data)
            if mode != "original":
                opened.note_sent(frozen, data, path.name, author=author)
            return path

        self.tasks.start(
            self, Lane.COMPUTE, "Exporting", work, on_error=self.window.show_error,
            on_result=lambda written: self._say(tab, "ok", f"{written.name} was written and read back."),
        )  # fmt: skip

    def export_pdf(self, tab: ContractTab) -> None:
        """Ask for a file and print the contract there."""
        path = self.questions.file_to_write("Export as PDF", f"{tab.title}.pdf", "PDF files (*.pdf)")
        if path is None:
            return
        from pactoria_desktop.ui.printing import pdf_of

        try:
            write_atomically(path, pdf_of(tab.opened.replica.text(), tab.title))
        except PactoriaError as error:
            self.window.show_error(error)
        else:
            self._say(tab, "ok", f"{path.name} was written.")

    # Comparing and joining

    def compare_with_file(self, tab: ContractTab) -> None:
        """Ask for a file and show what changed from it to this contract."""
        path = self.questions.file_to_open("Compare with a file", WORD_FILES)
        if path is not None:
            self.compare_with(tab, path)

    def compare_with(self, tab: ContractTab, path: Path) -> None:
        """Show the changes from a file to the contract, side by side."""
        frozen = tab.opened.freeze()
        title = tab.title

        def show(found: object) -> None:
            key = f"compare:{path.name}:{tab.key}"
            screen = CompareScreen(self.look)
            screen.export_wanted.connect(lambda: self._export_redline(tab, path))
            screen.show_comparison(path.stem, title, found.pairs, found.note)  # type: ignore[attr-defined]
            if key in self.comparisons:
                self.close_contract(key)
            self.comparisons[key] = screen
            self.window.open_document(key, f"{path.stem} and {title}", screen)

        self.tasks.start(
            self, Lane.COMPUTE, "Comparing", lambda task: compare_for_screen(read_source(str(path)), frozen.text()),
            on_result=show, on_error=self.window.show_error,
        )  # fmt: skip

    def _export_redline(self, tab: ContractTab, old: Path) -> None:
        path = self.questions.file_to_write("Export as Word redline", f"{tab.title} redline.docx", WORD_FILES)
        if path is None:
            return
        frozen, opened, author = tab.opened.freeze(), tab.opened, self.service.identity.author

        def work(task: Task) -> None:
            write_atomically(path, opened.redline_from(read_source(str(old)), frozen, author))

        self.tasks.start(
            self, Lane.COMPUTE, "Writing the redline", work, on_error=self.window.show_error,
            on_result=lambda nothing: self.window.banner.show_sentence("ok", f"{path.name} was written and read back."),
        )  # fmt: skip

    def receive(self, tab: ContractTab) -> None:
        """Ask for the file that came back and join it into the contract."""
        path = self.questions.file_to_open("Join a draft that came back", WORD_FILES)
        if path is not None:
            self.receive_file(tab, path)

    def receive_file(self, tab: ContractTab, path: Path) -> None:
        """Join a received file into the living text, and say first what was changed without a mark."""
        opened, frozen = tab.opened, tab.opened.freeze()
        tab.view.set_read_only(True)

        def joined(found: Received) -> None:
            tab.view.set_read_only(False)
            opened.join(found)
            opened.collect()
            after, author = opened.freeze(), self.service.person.user

            def keep(task: Task) -> None:
                opened.flush()
                opened.note_received(found, after, path.name, author=author)

            self.tasks.start(self, Lane.WRITE, "Keeping the draft", keep, on_error=self.window.show_error)
            if found.unmarked:
                self._say(tab, "high", found.sentence, "Compare", lambda: self.compare_with(tab, path))
            else:
                self._say(tab, "ok", found.sentence)
            self.review_dock.show_page("changes")

        def failed(error: Exception) -> None:
            tab.view.set_read_only(False)
            self.window.show_error(error)

        self.tasks.start(
            self, Lane.COMPUTE, "Joining the draft", lambda task: opened.receive(read_source(str(path)), frozen),
            on_result=joined, on_error=failed,
        )  # fmt: skip

    # Smaller deeds

    def comment(self, tab: ContractTab) -> None:
        """Ask for a comment on the selected words."""
        words = self.questions.words("Comment", "It stays with the selected words.", "Comment", long=True)
        if words:
            tab.view.commands.comment(words)

    def resolve_all(self, tab: ContractTab, *, accept: bool) -> None:
        """Accept or reject every tracked change, after asking."""
        ids = {id for row in tab.change_rows() for id in row.ids}
        count = sum(1 for row in tab.change_rows() if not row.is_comment)
        if not count:
            self._say(tab, "note", "There are no tracked changes in this contract.")
            return
        verb = "Accept" if accept else "Reject"
        if self.questions.decision(f"{verb} {count} changes?", "You can undo this.", f"{verb} {count} changes"):
            tab.resolve(ids, accept=accept)

    def dismiss(self, tab: ContractTab, finding: str) -> None:
        """Ask for the reason and put a finding aside."""
        reason = self.questions.words("Dismiss this finding", "The reason is kept with it.", "Dismiss", long=True)
        if reason:
            self._decide(tab, finding, f"Dismissed: {reason}")

    def _decide(self, tab: ContractTab, finding: str, verdict: str) -> None:
        tab.decide(finding, verdict)
        self.shelves.keep_verdict(tab.key, finding, verdict)

    def name_version(self, tab: ContractTab) -> None:
        """Ask for a name and seal a version under it."""
        name = self.questions.words(
            "Name this version", "It keeps the text as it is now, with its hash.", "Keep version"
        )
        if not name:
            return
        opened, frozen, author = tab.opened, tab.opened.freeze(), self.service.person.user
        opened.collect()

        def work(task: Task) -> str:
            opened.flush()
            return opened.add_version(name, frozen, author=author).hash

        self.tasks.start(
            self, Lane.WRITE, "Keeping the version", work, on_error=self.window.show_error,
            on_result=lambda digest: self._say(tab, "ok", f"Version “{name}” is kept ({digest[:12]})."),
        )  # fmt: skip

    def verify_history(self, tab: ContractTab) -> None:
        """Verify the chain of versions."""
        problems = tab.opened.history_problems()
        count = len(tab.opened.versions())
        noun = "version" if count == 1 else "versions"
        if problems:
            self._say(tab, "high", problems[0].sentence)
        else:
            self._say(tab, "ok", f"The history is whole: {count} {noun}, none altered.")

    def rename(self, tab: ContractTab) -> None:
        """Ask for another title."""
        title = self.questions.words("Rename the contract", "", "Rename", tab.title)
        if title:
            tab.opened.rename(title)
            self.window.documents.set_title(tab.key, title)
            self.shelves.refresh()

    def show_recovery_key(self) -> None:
        """Show the key that opens the library when keyring or passphrase are lost."""
        from pactoria_desktop.runtime.library_key import recovery_text

        self.questions.words(
            "Recovery key", "Print it and keep it in a safe place: whoever has it can open this library.", "Done",
            recovery_text(self.service.library.key), long=True,
        )  # fmt: skip

    def back_up(self) -> None:
        """Ask for a file and a passphrase and write an encrypted copy of the library."""
        path = self.questions.file_to_write("Back up the library", "pactoria-backup.pactoria", "Backups (*.pactoria)")
        if path is None:
            return
        passphrase = self.questions.words(
            "Passphrase of the backup",
            "It opens the backup; the recovery key of this library opens it, too.",
            "Back up",
        )
        if not passphrase:
            return
        from pactoria_desktop.services.library import back_up_to

        service = self.service
        self.tasks.start(
            self, Lane.WRITE, "Backing up", lambda task: back_up_to(service, path, passphrase),
            on_error=self.window.show_error,
            on_result=lambda nothing: self.window.banner.show_sentence("ok", f"{path.name} was written and verified."),
        )  # fmt: skip


def _files_in(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    endings = (".docx", ".pdf", ".md", ".txt")
    return sorted(each for each in path.rglob("*") if each.suffix.lower() in endings and each.is_file())
