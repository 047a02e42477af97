"""Comparisons in tabs of their own: a contract with a file or a version, versions, and a draft that came back with what
was sent."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from pactoria_desktop.runtime.work import Lane
from pactoria_desktop.services.sources import Source, read_source
from pactoria_desktop.ui.workbench.questions import WORD_FILES

if TYPE_CHECKING:
    from pactoria_desktop.contract.history import Version
    from pactoria_desktop.services.comparing import ScreenComparison
    from pactoria_desktop.ui.workbench.contract_tab import ContractTab
    from pactoria_desktop.ui.workbench.workbench import Workbench


class Comparing(QObject):
    """Compares in the background and shows both drafts side by side."""

    def __init__(self, bench: "Workbench") -> None:
        super().__init__(bench)
        self._bench = bench

    def choose_file(self, tab: "ContractTab") -> None:
        """Ask for a file and show what changed from it to this contract."""
        path = self._bench.questions.file_to_open("Compare with a file", WORD_FILES)
        if path is not None:
            self.with_file(tab, path)

    def with_file(self, tab: "ContractTab", path: Path) -> None:
        """Show the changes from a file to the contract."""
        opened, frozen, author = tab.opened, tab.opened.freeze(), self._bench.service.author

        def work() -> "ScreenComparison":
            from pactoria_desktop.services.drafts import compare_for_screen

            return compare_for_screen(read_source(str(path)), frozen.text())

        def redline() -> bytes:
            return opened.redline_from(read_source(str(path)), frozen, author)

        self._show(f"compare:{path.name}:{tab.key}", path.stem, tab.title, work, redline)

    def received(self, tab: "ContractTab", sent: Source, path: Path) -> None:
        """Show what the other side changed in what was sent, and which of that they did not mark."""
        back, opened, author = read_source(str(path)), tab.opened, self._bench.service.author

        def work() -> "ScreenComparison":
            from pactoria_desktop.services.drafts import compare_received

            return compare_received(sent, back)

        def redline() -> bytes:
            from pactoria_desktop.services.drafts import compare_drafts

            return compare_drafts(sent, back, author, opened.now()).data

        self._show(f"received:{path.name}:{tab.key}", f"{tab.title} as sent", path.stem, work, redline)

    def version_with_now(self, tab: "ContractTab", version: "Version") -> None:
        """Show the changes from a version to the text as it is now."""
        tab.view.commands.bursts.end()
        tab.opened.collect()
        opened, frozen, service = tab.opened, tab.opened.freeze(), self._bench.service

        def work() -> "ScreenComparison":
            from pactoria_desktop.services.versions import compare_with_now

            return compare_with_now(version, frozen)

        def redline() -> bytes:
            from pactoria_desktop.services.versions import source_of_version

            return opened.redline_from(source_of_version(service, version), frozen, service.author)

        self._show(f"version:{version.id}:now:{tab.key}", version.name, f"{tab.title} now", work, redline)

    def versions(self, tab: "ContractTab", old: "Version", new: "Version") -> None:
        """Show the changes from one version of a contract to another."""
        service, opened = self._bench.service, tab.opened

        def work() -> "ScreenComparison":
            from pactoria_desktop.services.versions import compare_versions

            return compare_versions(service, old, new)

        def redline() -> bytes:
            from pactoria_desktop.services.versions import redline_of_versions

            return redline_of_versions(service, old, new, opened.now())

        self._show(f"version:{old.id}:{new.id}:{tab.key}", old.name, new.name, work, redline)

    def _show(
        self, key: str, old: str, new: str, work: "Callable[[], ScreenComparison]", redline: Callable[[], bytes]
    ) -> None:
        from pactoria_desktop.ui.compare.screen import CompareScreen

        bench = self._bench

        def show(found: "ScreenComparison") -> None:
            screen = CompareScreen(bench.look)
            screen.export_wanted.connect(lambda: self._export(new, redline))
            screen.show_comparison(old, new, found.pairs, found.note)
            if key in bench.comparisons:
                bench.opening.close_contract(key)
            bench.comparisons[key] = screen
            bench.window.open_document(key, f"{old} › {new}", screen)

        bench.tasks.start(
            self, Lane.COMPUTE, "Comparing", lambda task: work(), on_result=show, on_error=bench.window.show_error
        )

    def _export(self, new: str, redline: Callable[[], bytes]) -> None:
        path = self._bench.questions.file_to_write("Export as Word redline", f"{new} redline.docx", WORD_FILES)
        if path is not None:
            self._bench.exchange.write("", path, "Writing the redline", redline)
