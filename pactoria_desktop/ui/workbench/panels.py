"""The panels beside the text: outline, terms and references at the left; findings, changes, versions at the right."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from pactoria_desktop.ui.review.changes import ChangesPanel
from pactoria_desktop.ui.review.findings import FindingsPanel
from pactoria_desktop.ui.review.outline import OutlinePanel
from pactoria_desktop.ui.widgets.dock import Dock
from pactoria_desktop.ui.workbench.agreements import Agreements
from pactoria_desktop.ui.workbench.versions import Versions

if TYPE_CHECKING:
    from pactoria_desktop.ui.workbench.contract_tab import ContractTab
    from pactoria_desktop.ui.workbench.workbench import Workbench

CHECKED_HERE = "Checked here, with no network."


class Panels(QObject):
    """Docks that follow the contract in front; a comparison has the window to itself."""

    def __init__(self, bench: "Workbench") -> None:
        super().__init__(bench)
        self._bench = bench
        look, window = bench.look, bench.window
        self.outline = OutlinePanel(look, "Filter the outline")
        self.terms = OutlinePanel(look, "Filter the terms", "Defined terms")
        self.references = OutlinePanel(look, "Filter the references", "Cross-references")
        self.findings = FindingsPanel(look)
        self.changes = ChangesPanel(look)
        self.contents_dock = Dock(look, "outline", "Contents", 236)
        self.contents_dock.add_page("outline", "Outline", self.outline)
        self.contents_dock.add_page("terms", "Terms", self.terms)
        self.contents_dock.add_page("references", "Links", self.references)
        self.review_dock = Dock(look, "review", "Review", 330)
        self.review_dock.add_page("findings", "Findings", self.findings)
        self.review_dock.add_page("changes", "Changes", self.changes)
        self.versions = Versions(bench, self.review_dock)
        self.agreements = Agreements(bench, self.review_dock)
        window.add_dock(self.contents_dock, Qt.DockWidgetArea.LeftDockWidgetArea)
        window.add_dock(self.review_dock, Qt.DockWidgetArea.RightDockWidgetArea)
        self._away: list[Dock] = []
        self._connect()

    def _connect(self) -> None:
        on, bench = self._on, self._bench
        self.outline.opened.connect(lambda id: on(lambda tab: tab.go_to_heading(id)))
        self.terms.opened.connect(lambda id: on(lambda tab: tab.go_to_term(id)))
        self.references.opened.connect(lambda id: on(lambda tab: tab.go_to_reference(id)))
        self.findings.opened.connect(lambda id: on(lambda tab: tab.go_to_finding(id)))
        self.findings.review_wanted.connect(lambda: on(lambda tab: tab.review()))
        self.findings.dismissed.connect(lambda id: on(lambda tab: bench.deeds.dismiss(tab, id)))
        self.findings.reopened.connect(lambda id: on(lambda tab: bench.deeds.decide(tab, id, "")))
        self.changes.opened.connect(lambda id: on(lambda tab: tab.go_to_change(id)))
        self.changes.accepted.connect(lambda ids: on(lambda tab: tab.resolve(ids, accept=True)))
        self.changes.rejected.connect(lambda ids: on(lambda tab: tab.resolve(ids, accept=False)))
        self.changes.countered.connect(lambda id: on(lambda tab: bench.deeds.counter(tab, id)))
        self.changes.stepped.connect(
            lambda by: bench.registry.run("review.next_change" if by > 0 else "review.previous_change")
        )
        bench.window.documents.current_changed.connect(lambda key: self._on_document(key))
        bench.window.place_changed.connect(lambda place: self.show())

    def _on(self, act: "Callable[[ContractTab], object]") -> None:
        tab = self._bench.current()
        if tab is not None:
            act(tab)

    def follow(self, tab: "ContractTab") -> None:
        """Show what changes in a tab while it is in front."""
        self._bench.roles.follow(tab)
        self.agreements.follow(tab)
        self.versions.follow(tab)
        tab.overview_changed.connect(lambda: self._show_of(tab))
        tab.findings_changed.connect(lambda: self._show_findings_of(tab))
        tab.place_changed.connect(lambda: self.show_place(tab))
        tab.view.finding_activated.connect(self._show_finding)
        tab.view.comment_activated.connect(lambda id: self.changes.set_current(f"comment-{id}"))

    @property
    def away(self) -> bool:
        """Whether the docks are hidden for a comparison."""
        return bool(self._away)

    def _on_document(self, key: str) -> None:
        if key in self._bench.comparisons:
            shown = [dock for dock in self._bench.window.docks() if not dock.isHidden()]
            self._away = self._away or shown
            for dock in shown:
                dock.hide()
        elif self._away and key:
            for dock in self._away:
                dock.show()
            self._away = []
        self.show()

    def _show_of(self, tab: "ContractTab") -> None:
        if tab is self._bench.current():
            self.show()

    def _show_findings_of(self, tab: "ContractTab") -> None:
        if tab is self._bench.current():
            self._show_findings(tab)
            self.outline.show_outline(tab.outline_rows())

    def show(self) -> None:
        """Show the contract in front in every panel."""
        tab = self._bench.current()
        self.agreements.show()
        self.versions.show()
        if tab is None:
            for panel in (self.outline, self.terms, self.references):
                panel.show_outline(())
            self.changes.show_changes(())
            self.findings.show_nothing("No contract is shown.", "", "")
            comparison = self._bench.comparison()
            self._bench.window.status.set_places(comparison.counts() if comparison is not None else ())
            self._bench.registry.refresh()
            return
        self.outline.show_outline(tab.outline_rows())
        self.terms.show_outline(tab.term_rows())
        self.references.show_outline(tab.reference_rows())
        roles = self._bench.roles
        self.changes.show_changes(
            tab.change_rows(), roles.sentence(tab.key, "contract.edit"), roles.sentence(tab.key, "contract.suggest")
        )
        self._show_findings(tab)
        self.show_place(tab)
        self._bench.registry.refresh()

    def _show_findings(self, tab: "ContractTab") -> None:
        if tab.reviewed is None:
            words = "The review runs on this computer." if not tab.reviewing else "Reading the contract…"
            self.findings.show_nothing("Not reviewed yet.", words, "" if tab.reviewing else "Review now")
        else:
            self.findings.show_findings(tab.finding_rows(), tab.reviewed.playbook, CHECKED_HERE)

    def show_place(self, tab: "ContractTab") -> None:
        """Follow the caret: the clause in the outline and at the foot."""
        if tab is not self._bench.current():
            return
        place = tab.view.commands.caret
        label = tab.view.label_at(place) if place is not None else ""
        self._bench.window.status.set_places(
            [f"Clause {label}" if label else "", f"{tab.words:,} words" if tab.words else "",
             f"{round(tab.view.zoom * 100)} %"]
        )  # fmt: skip
        heading = tab.heading_at(place)
        if heading:
            self.outline.set_current(heading)

    def _show_finding(self, id: str) -> None:
        self.review_dock.show_page("findings")
        self.findings.set_current(id)
