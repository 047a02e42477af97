"""The versions of a contract in the real window, on a real library: listed, compared, exported, verified."""

import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import insert, text

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.history import Version, sealed
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.services import versions as services
from pactoria_desktop.services.agreeing import Agreeing, hashes_of
from pactoria_desktop.store.schema import VersionEntry
from pactoria_desktop.store.versions import Versions as StoredVersions
from pactoria_desktop.ui.review.version_list import VersionRow
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.workbench.version_words import APART, NO_FILE, NO_FILE_YET, NO_TEXT_YET
from pactoria_desktop.ui.workbench.versions import COMMANDS, Versions
from tests.end_to_end.desk import Desk, desk
from tests.samples import SAMPLES
from tests.ui.accessibility import faults, visible_texts_clipped
from tests.ui.screenshots import pictures, settle
from tests.ui.workbench.fake_together import ADA, FakeTogether, an_id
from tests.ui.workbench.test_account import shared_contract, signed_in

SAMPLE = SAMPLES / "services-agreement.docx"


@pytest.fixture
def at(look: Look, tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "home", look) as found:
        yield found


@pytest.fixture
def alone(at: Desk) -> Desk:
    """The sample open, in no organization, its one version shown."""
    at.drop(SAMPLE)
    at.opened()
    shown(at, 1)
    return at


def versions(at: Desk) -> Versions:
    return at.bench.panels.versions


def rows(at: Desk) -> tuple[VersionRow, ...]:
    return versions(at).panel.list.rows()


def shown(at: Desk, many: int) -> tuple[VersionRow, ...]:
    """The rows of the panel, once there are as many."""
    assert at.bench.registry.run("contract.versions")
    at.wait(lambda: len(rows(at)) == many, f"{many} versions")
    at.settled()
    return rows(at)


def save(at: Desk, name: str) -> None:
    came = at.answer(name)
    assert at.bench.registry.run("contract.version")
    came()
    at.settled()


def begin_with(at: Desk, words: str) -> None:
    """Type words at the beginning, and wait until the panels know the text."""
    at.tab.view.setFocus()
    at.press(Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    at.type(words)
    at.settled()
    at.settled()


def choose(at: Desk, name: str) -> None:
    versions(at).panel.list.set_current(next(row.key for row in rows(at) if row.name == name))


def marks(row: VersionRow) -> list[tuple[str, str]]:
    return [(mark.severity, mark.words) for mark in row.marks]


def exported(at: Desk, command: str, path: Path) -> bytes:
    at.files.paths.append(path)
    assert at.bench.registry.run(command)
    at.wait(path.exists, path.name)
    at.settled()
    return path.read_bytes()


def words_of(data: bytes) -> str:
    return accepted(read(Package(data, "x.docx"))).text


def reason(at: Desk, command: str) -> str:
    at.bench.registry.refresh([command])
    action = at.bench.registry.action(command)
    return "" if action.isEnabled() else action.toolTip().partition(": ")[2]


# Listing


def test_a_contract_alone_on_this_computer_shows_its_versions_newest_first(alone: Desk) -> None:
    first = rows(alone)[0]
    assert (first.number, first.name, first.who, first.file) == (1, "As imported", "Imported by you", SAMPLE.name)
    assert versions(alone).panel.state == "The same words as “As imported”."
    save(alone, "Our first round")
    assert [row.name for row in rows(alone)] == ["Our first round", "As imported"]
    assert versions(alone).panel.list.current_key() == rows(alone)[0].key, "the saved one is chosen"
    begin_with(alone, "Draft. ")
    assert versions(alone).panel.state == "1 paragraph changed since “Our first round”."
    assert alone.errors == []


def test_what_went_and_came_is_listed_with_whom_and_as_which_file(alone: Desk, tmp_path: Path) -> None:
    alone.bench.deeds.describe(alone.tab.key, counterparty="Corvane Freight")
    alone.settled()
    alone.bench.exchange.export_to(alone.tab, "redline", tmp_path / "round 1.docx")
    alone.wait(lambda: len(rows(alone)) == 2, "the version that was sent")
    alone.settled()
    alone.bench.exchange.receive_file(alone.tab, SAMPLES / "services-agreement-from-corvane.docx")
    alone.settled()
    received, sent, _ = shown(alone, 3)
    assert (sent.name, sent.who) == ("Sent as round 1.docx", "Sent by you to Corvane Freight")
    assert received.name == "Received as services-agreement-from-corvane.docx"
    assert received.who == "Received from Corvane Freight"
    choose(alone, sent.name)
    data = exported(alone, "version.export_file", tmp_path / "again.docx")
    assert data == (tmp_path / "round 1.docx").read_bytes(), "the file that went, byte by byte"
    assert alone.files.proposed[-1] == "round 1.docx"
    assert len(rows(alone)) == 3, "looking back makes no version"
    assert alone.errors == []


def test_decisions_stand_at_the_versions_whose_very_text_they_were_on(alone: Desk) -> None:
    of = hashes_of(alone.tab.opened.freeze().text())
    agreeing = Agreeing(alone.bench.service)
    agreeing.decide(alone.tab.key, "approved", text_sha256=of.text, content_sha256=of.content)
    agreeing.decide(alone.tab.key, "rejected", text_sha256=of.text, content_sha256="9" * 64)
    begin_with(alone, "Draft. ")
    save(alone, "After")
    after, first = rows(alone)
    assert marks(after) == []
    assert marks(first) == [("ok", "Approved by you"), ("note", "These words rejected by you, with other marks")]
    assert first.speech(alone.bench.account.now()).endswith(marks(first)[1][1])


def test_another_contract_shows_its_own_versions(alone: Desk) -> None:
    save(alone, "Only here")
    first = alone.tab.key
    alone.drop(SAMPLES / "mutual-nda.docx")
    alone.wait(lambda: alone.bench.current() is not None and alone.tab.key != first, "the other contract")
    alone.opened()
    assert [row.name for row in shown(alone, 1)] == ["As imported"]
    alone.window.documents.tabs.setCurrentIndex(0)
    assert [row.name for row in rows(alone)] == ["Only here", "As imported"], "what is known is shown at once"


# With one version


def test_a_version_is_compared_with_now_and_with_the_one_before(alone: Desk) -> None:
    before = alone.text()
    begin_with(alone, "Draft. ")
    save(alone, "With a word")
    begin_with(alone, "Second. ")
    choose(alone, "As imported")
    assert reason(alone, "version.compare_before") == "it is the first version"
    assert alone.bench.registry.run("version.compare_now")
    alone.wait(lambda: alone.bench.comparisons, "the comparison")
    (key, screen), *_ = alone.bench.comparisons.items()
    changed = [pair for pair in screen._pairs if pair.kind != "same"]
    assert [(pair.old.text, pair.new.text) for pair in changed if pair.old and pair.new] == [
        (before.split("\n")[0], f"Second. Draft. {before.split(chr(10))[0]}")
    ]
    alone.bench.opening.close_contract(key)
    alone.settled()
    choose(alone, "With a word")
    assert alone.bench.registry.run("version.compare_before")
    alone.wait(lambda: alone.bench.comparisons, "the second comparison")
    screen = next(iter(alone.bench.comparisons.values()))
    changed = [pair for pair in screen._pairs if pair.kind != "same"]
    assert [pair.new.text.split(" ")[0] for pair in changed if pair.new] == ["Draft."]
    assert alone.errors == []


@pytest.mark.parametrize("command", ["version.compare_now", "version.compare_before"])
def test_a_comparison_of_versions_is_exported_as_a_redline(alone: Desk, command: str, tmp_path: Path) -> None:
    begin_with(alone, "Draft. ")
    save(alone, "With a word")
    new = alone.text()
    choose(alone, "As imported" if command == "version.compare_now" else "With a word")
    assert alone.bench.registry.run(command)
    alone.wait(lambda: alone.bench.comparisons, "the comparison")
    screen = next(iter(alone.bench.comparisons.values()))
    path = tmp_path / "redline.docx"
    alone.files.paths.append(path)
    alone.click_words(screen, "Export as Word redline…")
    alone.wait(path.exists, "the redline")
    alone.settled()
    assert words_of(path.read_bytes()) == new
    assert alone.errors == []


def test_a_version_is_exported_as_it_was_not_as_it_is(alone: Desk, tmp_path: Path) -> None:
    before = alone.text()
    begin_with(alone, "Draft. ")
    save(alone, "Bad/name: <1>")
    begin_with(alone, "Second. ")
    assert words_of(exported(alone, "version.export", tmp_path / "one.docx")) == f"Draft. {before}"
    assert alone.files.proposed[-1] == f"{alone.tab.title} (Bad-name- -1-).docx"
    clean = read(Package(exported(alone, "version.export_clean", tmp_path / "two.docx"), "two.docx"))
    assert (accepted(clean).text, dict(clean.revisions)) == (f"Draft. {before}", {})
    assert reason(alone, "version.export_file") == "it has no Word file"
    choose(alone, "As imported")
    assert exported(alone, "version.export_file", tmp_path / "three.docx") == SAMPLE.read_bytes()
    assert words_of(exported(alone, "version.export", tmp_path / "four.docx")) == before
    assert alone.errors == []


def test_the_hash_is_copied_and_said(alone: Desk) -> None:
    assert alone.bench.registry.run("version.copy_hash")
    with alone.bench.service.library.reading() as session:
        version = StoredVersions(session).of(alone.tab.key)[0]
    assert QApplication.clipboard().text() == version.hash
    assert "As imported" in alone.window.documents.document(alone.tab.key).banner.sentence


# Verifying


def test_verifying_says_that_the_history_is_whole_until_a_version_is_added(alone: Desk) -> None:
    save(alone, "Our first round")
    assert alone.bench.registry.run("contract.verify")
    alone.settled()
    assert versions(alone).panel.verdict == "The history is whole: 2 versions, none altered."
    save(alone, "Another")
    assert versions(alone).panel.verdict == "", "nobody has verified these three"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE version SET name = 'Better' WHERE number = 1", "Version 1 (“Better”) was altered after it was made."),
        ("UPDATE version SET text_sha256 = :other WHERE number = 1", "Version 1 (“As imported”) was altered"),
        ("DELETE FROM package_chunk", "The file of version 1 (“As imported”) is damaged."),
    ],
)
def test_verifying_says_which_version_is_wrong_and_chooses_it(alone: Desk, change: str, said: str) -> None:
    save(alone, "Our first round")
    with alone.bench.service.library.writing() as session:
        session.execute(text(change), {"other": "1" * 64} if ":other" in change else {})
    assert alone.bench.registry.run("contract.verify")
    alone.settled()
    assert versions(alone).panel.verdict.startswith(f"The history is not as it was made. {said}")
    assert versions(alone).panel.list.current_key() == rows(alone)[1].key
    assert any(severity == "high" and words.startswith(said) for severity, words in marks(rows(alone)[1]))
    assert said in alone.window.documents.document(alone.tab.key).banner.sentence


def test_what_is_missing_of_a_contract_alone_is_lost_and_not_on_its_way(alone: Desk) -> None:
    with alone.bench.service.library.writing() as session:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for statement in ("UPDATE contract SET package_sha256 = NULL", "DELETE FROM package_of_contract",
                          "DELETE FROM package_chunk", "DELETE FROM package"):  # fmt: skip
            session.execute(text(statement))
    alone.bench.agreements_changed()
    alone.settled()
    assert marks(rows(alone)[0]) == [("high", NO_FILE)]
    assert reason(alone, "version.export_file") == "its file is not in the library"
    assert alone.bench.registry.run("contract.verify")
    alone.settled()
    said = versions(alone).panel.verdict
    assert said.startswith("The history is not as it was made. The file of version 1 (“As imported”) is missing")


# In an organization


def arrived(at: Desk, contract: str) -> bytes:
    """A version of Ada's comes as a record; its text, which is given, and its file are still on their way."""
    together = at.bench.together
    assert isinstance(together, FakeTogether)
    hers = Replica.open(at.tab.opened.freeze().snapshot, identity=Identity("Ada Lindqvist", ADA), clock=SystemClock())
    known = hers.version()
    hers.insert(Place(hers.slots()[0], 0), "Hers. ")
    of = hashes_of(hers.text())
    with at.bench.service.library.reading() as session:
        last = StoredVersions(session).of(contract)[-1]
    version = sealed(
        Version(
            contract, 0, an_id(900), "Sent as ours.docx", "2026-11-29T09:00:00+00:00", ADA, hers.frontier().hex(),
            of.text, of.content, direction="sent", counterparty="Corvane", package_sha256="7" * 64,
        ),
        last,
    )  # fmt: skip
    update = hers.updates_since(known)
    hers.close()
    fields = asdict(version)
    del fields["id"]
    together.arrive("version", version.id, {**fields, "made_by": ADA})
    together.changed()
    at.bench.agreements_changed()
    return update


def test_a_version_that_is_ahead_of_its_text_and_file_says_so_and_opens_nothing(at: Desk) -> None:
    together = signed_in(at)
    contract = shared_contract(at, together)
    shown(at, 1)
    update = arrived(at, contract)
    first = shown(at, 2)[0]
    assert first.who == "Sent by Ada Lindqvist to Corvane"
    assert marks(first) == [("low", NO_TEXT_YET), ("low", NO_FILE_YET)]
    assert versions(at).panel.state == "“Sent as ours.docx” is ahead of the text that is here."
    choose(at, first.name)
    assert {reason(at, one) for one in COMMANDS} == {"its text has not come yet", "its file has not come yet", ""}
    assert not versions(at).panel.compare.isEnabled()
    assert versions(at).panel.compare.toolTip().endswith("its text has not come yet")
    versions(at).panel.list.opened.emit(first.key)
    at.settled()
    assert at.bench.comparisons == {}
    assert at.bench.registry.run("contract.verify")
    at.settled()
    assert versions(at).panel.verdict == (
        "2 versions, none altered as far as they are here; text or file of 1 version has not come yet."
    )
    assert at.window.documents.document(contract).banner.sentence == ""
    at.tab.opened.replica.import_updates(update)
    at.wait(lambda: marks(rows(at)[0]) == [("low", NO_FILE_YET)], "her text")
    at.settled()
    assert versions(at).panel.state == "The same words as “Sent as ours.docx”."
    assert at.bench.registry.run("version.compare_before")
    at.wait(lambda: at.bench.comparisons, "the comparison")
    assert at.errors == []


def test_versions_that_two_devices_saved_apart_say_so(at: Desk) -> None:
    together = signed_in(at)
    contract = shared_contract(at, together)
    shown(at, 1)
    arrived(at, contract)
    with at.bench.service.library.writing() as session:
        first = StoredVersions(session).of(contract)[0]
        mine = sealed(replace(first, id=an_id(901), name="Mine", package_sha256=None), first)
        session.execute(insert(VersionEntry).values(**asdict(mine)))
    at.bench.agreements_changed()
    found = shown(at, 3)
    assert [(row.number, ("note", APART) in marks(row)) for row in found] == [(2, True), (2, True), (1, False)]


def test_who_may_not_edit_sees_and_compares_versions_and_saves_none(at: Desk) -> None:
    together = signed_in(at, Role.VIEWER)
    shared_contract(at, together)
    shown(at, 1)
    panel = versions(at).panel
    assert not panel.save.isEnabled()
    assert "as viewer of Northgate Legal" in panel.save.toolTip()
    assert panel.compare.isEnabled()


# Keys, eyes, time


def test_all_of_it_goes_by_keys_and_is_named_and_whole(at: Desk, look: Look) -> None:
    together = signed_in(at)
    contract = shared_contract(at, together)
    shown(at, 1)
    save(at, "Our first round, before the call with Corvane on limitation of liability")
    arrived(at, contract)
    shown(at, 3)
    assert at.bench.registry.run("contract.verify")
    at.settled()
    panel = versions(at).panel
    panel.list.setFocus()
    at.press(Qt.Key.Key_End)
    assert panel.list.current_key() == rows(at)[-1].key
    middle = panel.list.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, middle, panel.list.mapToGlobal(middle))
    QApplication.sendEvent(panel.list.viewport(), event)
    assert panel.menu is not None
    settle()
    assert [one.text() for one in panel.menu.actions() if one.isEnabled() and one.text()] == [
        "Compare the version with now", "Export the version as Word…", "Export the version clean…",
        "Export the version’s own file…", "Copy the version’s hash", "Verify the history",
    ]  # fmt: skip
    panel.menu.close()
    settle()
    assert faults(at.window, tuple(at.window._pane_widgets())) == []
    assert visible_texts_clipped(panel) == []
    assert len(pictures(at.window, look, "versions")) == 4
    look.set_text_scale(1.5)
    settle()
    assert visible_texts_clipped(panel) == []
    look.set_text_scale(1.0)
    panel.list.setFocus()
    at.press(Qt.Key.Key_Return)
    at.wait(lambda: at.bench.comparisons, "the comparison")
    assert at.errors == []


def thousand(at: Desk, contract: str) -> None:
    """999 versions more, sealed one after the other."""
    with at.bench.service.library.writing() as session:
        last = StoredVersions(session).of(contract)[-1]
        made = []
        for number in range(2, 1001):
            draft = replace(last, id=an_id(1000 + number), name=f"Round {number}", package_sha256=None, direction=None)
            last = sealed(draft, last)
            made.append(asdict(last))
        session.execute(insert(VersionEntry), made)


def test_a_thousand_versions_are_read_in_the_background_and_cost_the_window_little(
    alone: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract, panel = alone.tab.key, versions(alone).panel
    thousand(alone, contract)
    here = time.thread_time
    spent: list[float] = []
    show = panel.show_versions

    def timed(found: tuple[VersionRow, ...]) -> None:
        began = here()
        show(found)
        settle(1)
        panel.list.viewport().repaint()
        spent.append(here() - began)

    monkeypatch.setattr(panel, "show_versions", timed)
    alone.bench.agreements_changed()
    alone.wait(lambda: len(rows(alone)) == 1000, "a thousand versions")
    print(f"first paint of 1,000 versions: {spent[0] * 1000:.1f} ms of the window's own work (budget 50 ms)")
    assert spent[0] < 0.050
    panel.list.setFocus()
    began = here()
    for _ in range(20):
        QTest.keyClick(panel.list, Qt.Key.Key_PageDown)
        panel.list.viewport().repaint()
    step = (here() - began) / 20
    print(f"one page down among 1,000 versions: {step * 1000:.1f} ms")
    assert step < 0.050
    assert alone.errors == []


def test_nothing_is_read_on_the_windows_thread(alone: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    threads: list[str] = []
    for name in ("listing", "verified", "paragraphs_of_version", "compare_versions", "compare_with_now",
                 "export_version"):  # fmt: skip
        real = getattr(services, name)

        def seen(*values: object, real=real, name=name, **named: object) -> object:
            threads.append(f"{name} {threading.current_thread() is threading.main_thread()}")
            return real(*values, **named)

        monkeypatch.setattr(services, name, seen)
    begin_with(alone, "Draft. ")
    save(alone, "Second")
    begin_with(alone, "Third. ")
    alone.bench.registry.run("contract.verify")
    alone.settled()
    alone.files.paths.append(tmp_path / "x.docx")
    alone.bench.registry.run("version.export")
    alone.settled()
    alone.bench.registry.run("version.compare_before")
    alone.wait(lambda: len(alone.bench.comparisons) == 1, "a comparison")
    alone.window.documents.tabs.setCurrentIndex(0)
    alone.settled()
    alone.bench.registry.run("version.compare_now")
    alone.wait(lambda: len(alone.bench.comparisons) == 2, "another comparison")
    assert {one.split(" ")[0] for one in threads} == {
        "listing", "verified", "paragraphs_of_version", "compare_versions", "compare_with_now", "export_version",
    }  # fmt: skip
    assert all(one.endswith("False") for one in threads), threads
