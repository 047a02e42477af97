"""Every screen, for eyes and for screen readers: all named, all reachable, nothing clipped at larger text.

With PACTORIA_SCREENSHOTS set to a folder, the pictures of each screen are saved there.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.dialogs import AskingDialog, TextDialog
from pactoria_desktop.ui.workbench.preferences import SettingsDialog
from tests.end_to_end.desk import Desk, desk
from tests.samples import SAMPLES
from tests.ui.accessibility import faults, visible_texts_clipped
from tests.ui.screenshots import FOLDER, settle

RETURNED = SAMPLES / "services-agreement-from-corvane.docx"
THEMES = ("light", "dark", "contrast")


def keep(widget: QWidget, name: str) -> None:
    settle()
    if FOLDER in os.environ:
        folder = Path(os.environ[FOLDER])
        folder.mkdir(parents=True, exist_ok=True)
        widget.grab().save(str(folder / f"{name}.png"))


def screens(at: Desk) -> Iterator[tuple[str, QWidget]]:
    """Brings each screen up, one after the other."""
    yield "first-minute", at.window
    at.drop(SAMPLES / "services-agreement.docx")
    at.opened()
    at.bench.exchange.receive_file(at.tab, RETURNED)
    at.wait(lambda: len(at.tab.change_rows()) > 20, "their changes")
    at.settled()
    yield "changes", at.window
    at.tab.review()
    at.wait(lambda: at.tab.reviewed is not None and not at.tab.reviewing, "the review")
    at.bench.panels.review_dock.show_page("findings")
    heading = next(each for each in at.bench.panels.outline.list.rows() if each.title == "Limitation of liability")
    at.tab.go_to_heading(heading.key)
    at.window.documents.current().banner.hide()  # type: ignore[union-attr]
    at.bench.panels.findings.cards.set_current(at.bench.panels.findings.rows()[0].id)
    at.settled()
    yield "findings", at.window
    at.bench.panels.contents_dock.show_page("references")
    yield "references", at.window
    at.bench.panels.contents_dock.show_page("outline")
    at.window.palette_sheet.open("a")
    at.rest(0.1)
    yield "palette", at.window
    at.window.palette_sheet.dismiss()
    at.bench.comparing.with_file(at.tab, SAMPLES / "services-agreement.docx")
    at.wait(lambda: at.bench.comparisons, "the comparison")
    at.settled()
    yield "comparison", at.window
    at.bench.opening.close_contract(next(iter(at.bench.comparisons)))
    document = at.window.documents.current()
    assert document is not None
    document.banner.show()
    at.click_words(document.banner, "Compare")
    at.wait(lambda: at.bench.comparisons, "the comparison with what was sent")
    at.settled()
    yield "received", at.window
    at.bench.opening.close_contract(next(iter(at.bench.comparisons)))
    at.drop(*sorted(SAMPLES.glob("mutual*.docx")), Path(__file__))
    at.wait(lambda: at.window.place() == "library", "the library")
    at.settled()
    yield "library", at.window
    at.window.show_place("start")
    at.settled()
    yield "start", at.window
    at.bench.search.search("insolvency")
    at.settled()
    yield "search", at.window
    help_pages = at.bench.deeds.show_help("editing.md")
    yield "help", help_pages
    help_pages.close()
    for name, dialog in dialogs(at):
        dialog.show()
        yield name, dialog
        dialog.close()
        dialog.deleteLater()


def dialogs(at: Desk) -> Iterator[tuple[str, QWidget]]:
    """The dialogs, not shown yet."""
    look, window = at.bench.look, at.window
    yield "settings", SettingsDialog(look, window, at.bench.settings.value)
    yield (
        "recovery-key",
        TextDialog(look, window, "Recovery key", "Print it and keep it.", "ABCD-EFGH " * 7, "Copy the key"),
    )
    why = "Joined, their changes stand in your contract as theirs. Otherwise it becomes a contract of its own."
    join = AskingDialog(look, window, "Is this “Services agreement”, come back?", why, "Join it", "Keep it apart")
    yield "join", join
    tags = AskingDialog(look, window, "Tags", "", "Keep")
    tags.add_ticks("Tags", [("EU", None), ("Renewal", True), ("Urgent", False)])
    tags.add_field("New tags, separated by commas", "", named=True, needed=False)
    yield "tags", tags
    counter = AskingDialog(look, window, "Counter this change", "Dele Okafor: inserted “ten (10)”.", "Suggest")
    counter.add_field("Your words", "ten (10)", long=True, named=True)
    counter.add_field("Reason", "", long=True, named=True, needed=False)
    yield "counter", counter


def test_every_screen_is_named_reachable_and_whole(look: Look, tmp_path: Path) -> None:
    found: list[str] = []
    with desk(tmp_path, look) as at:
        for name, widget in screens(at):
            keep(widget, f"{name}-light")
            panes = tuple(at.window._pane_widgets()) if widget is at.window else ()
            found += [f"{name}: {fault}" for fault in faults(widget, panes)]
            found += [f"{name}: {words}" for words in visible_texts_clipped(widget)]
        assert at.errors == []
    assert found == []


@pytest.mark.parametrize(("theme", "scale"), [("dark", 1.0), ("contrast", 1.0), ("light", 1.5)])
def test_the_contract_screen_is_whole_in_every_look(look: Look, tmp_path: Path, theme: str, scale: float) -> None:
    look.set_theme(theme)
    look.set_text_scale(scale)
    with desk(tmp_path, look) as at:
        at.drop(RETURNED)
        tab = at.opened()
        tab.review()
        at.wait(lambda: tab.reviewed is not None and not tab.reviewing, "the review")
        at.go_to_words("total liability")
        at.settled()
        keep(at.window, f"contract-{theme}-{round(scale * 100)}")
        assert visible_texts_clipped(at.window) == []
        at.window.show_place("library")
        at.settled()
        keep(at.window, f"library-{theme}-{round(scale * 100)}")
        assert visible_texts_clipped(at.window) == []
    QApplication.processEvents()
