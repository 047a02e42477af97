"""Files in and out: import, joining a draft that came back, export."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from pactoria_desktop.replica.errors import ChangedMeanwhileError
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.files import write_atomically
from pactoria_desktop.runtime.work import Lane, Task
from pactoria_desktop.services.sources import READABLE, Source, SourceError, read_source
from pactoria_desktop.ui.workbench.questions import READABLE_FILES, SUMMARY_FILES, WORD_FILES

if TYPE_CHECKING:
    from pactoria_desktop.services.importing import ImportResult
    from pactoria_desktop.services.joining import Received
    from pactoria_desktop.services.opened import ExportMode
    from pactoria_desktop.services.relating import Related
    from pactoria_desktop.ui.workbench.contract_tab import ContractTab
    from pactoria_desktop.ui.workbench.workbench import Workbench

    Then = Callable[[ContractTab], object]

MOST_READINGS = 4
SUFFIXES: "dict[ExportMode, str]" = {"redline": "redline", "clean": "clean", "original": "original"}


class Exchange(QObject):
    """Brings files in and sends them out, in the background, each outcome told in a sentence."""

    def __init__(self, bench: "Workbench") -> None:
        super().__init__(bench)
        self._bench = bench

    # Bringing in

    def choose_files(self) -> None:
        """Ask for files and import them."""
        self.import_files(self._bench.questions.files_to_open("Import files", READABLE_FILES))

    def import_files(self, paths: Sequence[Path], then: "Then | None" = None, *, apart: bool = False) -> None:
        """Import files and folders, each with its outcome; a single one is opened, and ``then`` called with its tab.

        A single file that is a draft of a contract in the library can be joined into it, unless kept ``apart``.
        """
        if not paths:
            return
        service = self._bench.service

        def work(task: Task) -> "list[ImportResult] | Related":
            from pactoria_desktop.services.importing import ImportResult

            results: list[ImportResult] = []
            files = [file for path in paths for file in _files_in(path)]
            for number, path in enumerate(files):
                task.progress(number / max(1, len(files)), path.name)
                try:
                    source = read_source(str(path))
                except SourceError as error:
                    results.append(ImportResult(path.name, "refused", "", "", error.sentence))
                    continue
                known = service.related_to(source) if len(files) == 1 and not apart else None
                if known is not None:
                    return known
                results += service.bring_in((Source(path.name, source.ending, source.data),))
            return results

        def done(found: "list[ImportResult] | Related") -> None:
            if isinstance(found, list):
                self._imported(found, then)
            else:
                self._ask_to_join(found, paths[0], then)

        self._bench.tasks.start(
            self, Lane.COMPUTE, "Importing files", work, on_result=done, on_error=self._bench.window.show_error
        )

    def _ask_to_join(self, known: "Related", path: Path, then: "Then | None") -> None:
        """A draft of a contract that is here: joined into it, or kept apart."""
        joined = self._bench.questions.decision(
            f"Is this “{known.title}”, come back?",
            f"{path.name} has most of its paragraphs. Joined, their changes stand in your contract as theirs, and "
            "what they did not mark is shown first. Otherwise it becomes a contract of its own.",
            "Join it into the contract",
            "Keep it apart",
        )
        if joined is None:
            return
        if joined:
            self._bench.opening.open_contract(known.contract, lambda tab: self.receive_file(tab, path))
        else:
            self.import_files([path], then, apart=True)

    def _imported(self, results: "list[ImportResult]", then: "Then | None") -> None:
        self._bench.shelves.show_import(results)
        if len(results) == 1 and results[0].contract:
            self._bench.opening.open_contract(results[0].contract, then)
        elif len(results) == 1:
            self._bench.window.banner.show_sentence("high", results[0].sentence)

    # Joining

    def receive(self, tab: "ContractTab") -> None:
        """Ask for the file that came back and join it into the contract."""
        path = self._bench.questions.file_to_open("Join a draft that came back", WORD_FILES)
        if path is not None:
            self.receive_file(tab, path)

    def receive_file(self, tab: "ContractTab", path: Path) -> None:
        """Join a received file into the living text, and say first what was changed without a mark."""
        self._receive(tab, path, 1)

    def _receive(self, tab: "ContractTab", path: Path, attempt: int) -> None:
        """Read the draft for the text as it is now. What is edited meanwhile counts: then it is read once more.

        Only the last time does the page wait for it.
        """
        commands = tab.view.commands
        if commands.turns.later(lambda: self._receive(tab, path, attempt)):
            return
        commands.bursts.end()
        bench, opened, frozen, last = self._bench, tab.opened, tab.opened.freeze(), attempt == MOST_READINGS
        tab.view.set_read_only(last)

        def joined(found: "Received") -> None:
            if commands.turns.later(lambda: joined(found)):
                return
            commands.bursts.end()
            tab.view.set_read_only(False)
            try:
                opened.join(found, path.name, exactly=not last)
            except ChangedMeanwhileError as error:
                if last:
                    bench.window.show_error(error)
                else:
                    self._receive(tab, path, attempt + 1)
                return
            except PactoriaError as error:
                bench.window.show_error(error)
                return
            self._joined(tab, path, found)

        def failed(error: Exception) -> None:
            tab.view.set_read_only(False)
            bench.window.show_error(error)

        bench.tasks.start(
            tab, Lane.COMPUTE, "Joining the draft", lambda task: opened.receive(read_source(str(path)), frozen),
            on_result=joined, on_error=failed, on_cancelled=lambda: tab.view.set_read_only(False),
        )  # fmt: skip

    def _joined(self, tab: "ContractTab", path: Path, found: "Received") -> None:
        """Keep a draft that stands in the text now, and tell what came."""
        bench, opened = self._bench, tab.opened
        after, author = opened.freeze(), opened.replica.identity.by

        def keep(task: Task) -> None:
            opened.flush()
            opened.note_received(found, after, path.name, author=author)

        bench.tasks.start(tab, Lane.WRITE, "Keeping the draft", keep, on_error=bench.window.show_error,
                          on_result=lambda nothing: bench.versions_changed(tab.key))  # fmt: skip
        sent = found.sent
        if found.unmarked and sent is not None:
            bench.say(tab.key, "high", found.sentence, "Compare", lambda: bench.comparing.received(tab, sent, path))
        else:
            bench.say(tab.key, "ok", found.sentence)
        bench.panels.review_dock.show_page("changes")

    # Sending out

    def export(self, tab: "ContractTab", mode: "ExportMode") -> None:
        """Ask for a file and write the contract there as a Word file, verified."""
        name = f"{tab.title} ({SUFFIXES[mode]}).docx"
        path = self._bench.questions.file_to_write("Export as Word", name, WORD_FILES)
        if path is not None:
            self.export_to(tab, mode, path)

    def export_to(self, tab: "ContractTab", mode: "ExportMode", path: Path) -> None:
        """Write the contract to a file in the background."""
        opened, frozen, author = tab.opened, tab.opened.freeze(), tab.opened.replica.identity.by
        allowed = self._bench.roles.may(tab.key, "contract.edit")  # a version of it is the organization's, too

        def noted(data: bytes) -> None:
            if mode != "original" and allowed:
                opened.note_sent(frozen, data, path.name, author=author)

        self.write(tab.key, path, "Exporting", lambda: opened.export(frozen, mode), noted)

    def export_summary(self, tab: "ContractTab") -> None:
        """Ask for a file and write a summary of findings, changes and comments there."""
        path = self._bench.questions.file_to_write("Export a summary", f"{tab.title} (summary).docx", SUMMARY_FILES)
        if path is None:
            return
        from pactoria_desktop.services.summary import summary_file

        frozen, facts = tab.opened.freeze(), tab.facts(self._bench.service.clock.now())
        self.write(tab.key, path, "Writing the summary", lambda: summary_file(frozen.text(), facts, path.suffix))

    def export_pdf(self, tab: "ContractTab") -> None:
        """Ask for a file and print the contract there."""
        path = self._bench.questions.file_to_write("Export as PDF", f"{tab.title}.pdf", "PDF files (*.pdf)")
        if path is None:
            return
        from pactoria_desktop.ui.printing import pdf_of

        frozen, title = tab.opened.freeze(), tab.title
        self.write(tab.key, path, "Printing", lambda: pdf_of(frozen.text(), title))

    def write(
        self, key: str, path: Path, label: str, make: Callable[[], bytes],
        afterwards: Callable[[bytes], None] | None = None,
    ) -> None:  # fmt: skip
        """Make a file in the background and put it in place, whole or not at all; then say so on the tab ``key``."""

        def work(task: Task) -> None:
            data = make()
            task.check()
            write_atomically(path, data)
            if afterwards is not None:
                afterwards(data)

        def written(nothing: None) -> None:
            self._bench.say(key, "ok", f"{path.name} was written{checked}.")
            if afterwards is not None:
                self._bench.versions_changed(key)

        checked = " and read back" if path.suffix == ".docx" and label != "Writing the summary" else ""
        self._bench.tasks.start(
            self, Lane.COMPUTE, label, work, on_error=self._bench.window.show_error,
            on_result=written,
        )  # fmt: skip


def _files_in(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    endings = tuple(ending for ending in READABLE if ending != ".json")
    return sorted(each for each in path.rglob("*") if each.suffix.lower() in endings and each.is_file())
