"""Every command runs once on a real contract; what cannot work is disabled and says why."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QDialog

from pactoria_desktop.ui.theme.look import Look
from tests.end_to_end.desk import Desk, desk
from tests.samples import SAMPLES
from tests.ui.workbench.fake_together import ORGANIZATION, FakeTogether

RETURNED = SAMPLES / "services-agreement-from-corvane.docx"
LAST = ("file.close_contract", "file.quit", "contract.delete_for_everyone")
"""Run by the tests of closing and of the account."""


@pytest.fixture
def at(look: Look, tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "home", look) as found:
        yield found


def shut_dialogs() -> None:
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog) and widget.isVisible():
            widget.reject()


def prepare(at: Desk, identifier: str, folder: Path) -> None:
    """What a command needs to be usable."""
    if identifier.startswith("library."):
        at.window.show_place("library")
        at.wait(lambda: at.bench.shelves.library.contracts.rowCount() > 0, "the list")
        at.bench.shelves.library.table.selectRow(0)
    else:
        at.window.show_place("contracts")
        at.window.documents.tabs.setCurrentIndex(0)
    if identifier.startswith("table."):
        at.go_to_words("Arrivals within the agreed window")
        cursor = at.tab.view.editor.textCursor()
        cursor.clearSelection()
        at.tab.view.editor.setTextCursor(cursor)
    elif identifier.startswith(("edit.", "contract.")):
        at.go_to_words("on its behalf")
        if identifier == "edit.redo":
            at.bench.registry.run("edit.undo")
    elif identifier in ("review.accept", "review.reject"):
        assert at.bench.registry.run("review.next_change")
    elif identifier == "review.comment":
        at.go_to_words("prompt")
    elif identifier.startswith("version."):
        choose_version(at, "Sent as" if identifier == "version.export_file" else "First round")
    if identifier in ("review.compare", "review.receive"):
        at.files.paths.append(RETURNED)
    elif identifier.startswith("version.export"):
        at.files.paths.append(folder / f"{identifier}.docx")
    elif identifier in ("file.import",):
        at.files.paths.append(SAMPLES / "mutual-nda.docx")
    elif identifier.startswith("file.export") or identifier == "file.backup":
        endings = {"file.export_pdf": ".pdf", "file.export_summary": ".md", "file.backup": ".pactoria"}
        at.files.paths.append(folder / (identifier + endings.get(identifier, ".docx")))


def choose_version(at: Desk, name: str) -> None:
    """Make a version whose name begins so the chosen one."""
    assert at.bench.registry.run("contract.versions")
    found = at.bench.panels.versions.panel.list
    at.wait(lambda: any(row.name.startswith(name) for row in found.rows()), "the versions")
    found.set_current(next(row.key for row in found.rows() if row.name.startswith(name)))


def characters(at: Desk) -> list[str]:
    """Every character, struck ones too, and the accepted text."""
    replica = at.tab.opened.replica
    return [at.text(), *["".join(words for words, _ in replica.spans(slot)) for slot in replica.slots()]]


ASKING = {
    "contract.version": ("First round",), "contract.rename": ("Another title",), "review.comment": ("A remark",),
    "file.backup": ("a long passphrase",), "library.new_folder": ("Folder",), "library.folder": (),
    "library.tags": ("one, two",), "library.details": ("A title", "Corvane Freight"),
    "review.check": (), "review.accept_all": (), "review.reject_all": (),
    "contract.approve": ("Fine",), "contract.disapprove": ("Not yet",),
    "file.recovery_key": (), "library.trash": None, "library.put_back": None,
}  # fmt: skip


def test_every_command_runs_once_without_an_error(at: Desk, tmp_path: Path) -> None:
    together = FakeTogether(at.bench.service)
    at.bench.together = together
    at.wait(lambda: at.bench.account.together is together, "the account's sync")
    at.drop(RETURNED)
    at.opened()
    at.bench.account.sharing.put_in(at.tab.key, ORGANIZATION)
    at.bench.roles.refresh()
    at.settled()
    at.tab.view.setFocus()
    at.type("Draft. ")
    ran, skipped = [], []
    order = [command.identifier for command in at.bench.registry.all() if command.identifier not in LAST]
    late = ("review.accept_all", "edit.undo", "review.reject_all", "library.trash", "library.put_back")
    for identifier in [*[one for one in order if one not in late], *late]:
        prepare(at, identifier, tmp_path)
        command = at.bench.registry.command(identifier)
        at.bench.registry.refresh()
        if identifier == "library.put_back":
            at.bench.shelves.library.tree.choose("trash")
            at.wait(lambda: at.bench.shelves.library.contracts.rowCount() > 0, "the trash")
            at.bench.shelves.library.table.selectRow(0)
        if not command.usable:
            action = at.bench.registry.action(identifier)
            assert command.reason, f"{identifier} cannot be used and does not say why"
            assert command.reason in action.toolTip()
            skipped.append(identifier)
            continue
        fields = ASKING.get(identifier)
        came = at.answer(*fields) if fields is not None else None
        front = at.bench.current()
        before = characters(at) if front is not None else []
        assert at.bench.registry.run(identifier)
        if came is not None:
            came()
        at.wait(lambda: not at.bench.tasks.jobs(), "rest")
        at.rest(0.02)
        shut_dialogs()
        if at.window.isFullScreen():
            at.bench.registry.run("view.full_screen")
        for key in tuple(at.bench.comparisons):
            at.bench.opening.close_contract(key)
        assert at.errors == [], identifier
        ran.append(identifier)
        if front is not None and front is at.bench.current() and not identifier.endswith("do"):
            if characters(at) != before:
                assert at.bench.registry.run("edit.undo")
            assert characters(at) == before, identifier
    assert set(skipped) <= {
        "table.split", "view.white_page", "window.next_contract", "window.previous_contract", "account.sign_in",
        "account.conflicts", "contract.questions",
    }, skipped  # fmt: skip
    for name in ("file.export", "file.export_clean", "file.export_original", "file.export_pdf", "file.export_summary"):
        assert any(path.name.startswith(name + ".") for path in tmp_path.iterdir()), name
    assert (tmp_path / "file.export_original.docx").read_bytes() == RETURNED.read_bytes()
    assert (tmp_path / "version.export_file.docx").read_bytes()[:2] == b"PK"


def test_without_a_contract_its_commands_are_disabled_and_say_why(at: Desk) -> None:
    at.bench.registry.refresh()
    for command in at.bench.registry.all():
        if command.menu in ("Edit", "Insert", "Contract", "Review"):
            action = at.bench.registry.action(command.identifier)
            assert not action.isEnabled(), command.identifier
            assert command.why_not in action.toolTip()
    assert at.bench.registry.check() == []


def test_undo_and_redo_reach_across_accepting_replacing_and_joining(at: Desk) -> None:
    at.drop(SAMPLES / "services-agreement.docx")
    tab = at.opened()
    texts = [at.text()]

    def done() -> None:
        at.settled()
        texts.append(at.text())
        assert texts[-1] != texts[-2]

    at.bench.exchange.receive_file(tab, RETURNED)
    at.wait(lambda: len(tab.change_rows()) > 20, "their changes")
    done()
    row = next(each for each in tab.change_rows() if each.kind == "Inserted")
    tab.resolve(row.ids, accept=False)
    done()
    tab.view.find_bar.open(replacing=True)
    tab.view.find_bar.look_for("Supplier")
    tab.view.find_bar.replace_with("Provider")
    assert tab.view.find_bar.replace_all() > 20
    tab.view.find_bar.leave()
    done()
    for text in reversed(texts[:-1]):
        assert at.bench.registry.run("edit.undo")
        at.settled()
        assert at.text() == text
    for text in texts[1:]:
        assert at.bench.registry.run("edit.redo")
        at.settled()
        assert at.text() == text


def test_the_caret_select_all_and_copy_give_the_words(at: Desk) -> None:
    at.drop(SAMPLES / "mutual-nda.docx")
    tab = at.opened()
    assert not at.bench.registry.action("edit.copy").isEnabled()
    tab.view.setFocus()
    cursor = tab.view.editor.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    tab.view.editor.setTextCursor(cursor)
    assert at.bench.registry.run("edit.copy")
    assert QApplication.clipboard().text() == tab.view.commands.copied_text() != ""
