"""Journey 1, a lawyer on a plane: steps 1 to 7 by mouse and keyboard on the real window, with sockets forbidden.

Needs later work and is therefore not here: the clause library of step 4 (the clause is typed) with its ready definition
of "Affiliate", and step 8 (syncing). The kill of step 6 is in ``test_kill.py``.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.tracked import Selection, TrackedChanges
from pactoria_desktop.services.overview import overview
from pactoria_desktop.ui.shell.status_bar import StatusItem
from pactoria_desktop.ui.theme.look import Look
from tests.end_to_end.desk import AUTHOR, CONTROL, SHIFT, Desk, desk, stall_limit
from tests.samples import SAMPLES, sample_package

SENT, RETURNED = "services-agreement.docx", "services-agreement-from-corvane.docx"
THEM = "Dele Okafor"
CLAUSE = "The Supplier shall keep the records of an audit for two years and tell each Affiliate of its outcome."
Figure = Callable[..., None]


class Journey:
    """The steps, each watched for stalls."""

    def __init__(self, at: Desk, folder: Path, figure: Figure) -> None:
        self.desk, self.folder, self.figure = at, folder, figure
        self.stalls: list[str] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step: no error shown, no stall over the limit."""
        seen, before = len(self.desk.watch.stalls), len(self.desk.errors)
        with self.desk.watch:
            yield
            self.desk.settled()
        found = self.desk.watch.stalls[seen:]
        longest = max((one.seconds for one in found), default=0.0)
        self.figure(f"longest stall, {name} (ms)", round(longest * 1000), "100, more on a busy machine")
        self.stalls += [f"{name}: {one.seconds:.3f} s\n{one.stack}" for one in found if one.seconds > stall_limit()]
        assert self.desk.errors[before:] == []


def outcome(package: Package, *, accept: bool, authors: frozenset[str] | None = None) -> str:
    """The text after accepting or rejecting tracked changes, of all or of some authors."""
    changes = TrackedChanges(package)
    chosen = Selection(authors=authors)
    data = (changes.accept(chosen) if accept else changes.reject(chosen)).data
    return accepted(read(Package(data, package.name))).text


def test_a_lawyer_on_a_plane(look: Look, tmp_path: Path, figure: Figure) -> None:
    started = time.monotonic()
    with desk(tmp_path / "home", look) as at:
        journey = Journey(at, tmp_path, figure)
        starts_cold(journey, started)
        receives_a_draft(journey)
        decides_on_changes(journey)
        types_a_clause(journey)
        reviews(journey)
        exports(journey)
        assert journey.stalls == []


def starts_cold(journey: Journey, started: float) -> None:
    at = journey.desk
    with journey.step("start"):
        at.click(next(button for button in at.window.rail.findChildren(type(at.window.rail.children()[-1]))
                      if button.text() == "Library"))  # fmt: skip
        at.wait(lambda: at.window.place() == "library", "the library")
        journey.figure("library made and shown (s)", round(time.monotonic() - started, 2), "1.0 to the library")
        words = [item.words for item in at.window.status.findChildren(StatusItem)]
        assert any(word.startswith("Offline") for word in words)
        assert "0 bytes sent" in words


def receives_a_draft(journey: Journey) -> None:
    at = journey.desk
    with journey.step("opening a contract by drop"):
        at.drop(SAMPLES / SENT)
        at.opened()
    with journey.step("joining a draft by drop"):
        came = at.answer(button="Join it into the contract")
        at.drop(SAMPLES / RETURNED)
        at.wait(lambda: len(at.tab.change_rows()) > 20, "their changes")
        came()
        at.settled()
    document = at.window.documents.current()
    assert document is not None
    sentence = document.banner.sentence
    assert "clause 9.2" in sentence
    assert "twelve" in sentence
    assert "six" in sentence
    theirs = sample_package(RETURNED)
    wanted = {(each.author, each.date) for each in TrackedChanges(theirs).revisions}
    found = at.tab.overview
    assert found is not None
    assert wanted <= {(each.author, each.date) for each in found.changes}
    shown = " ".join(each.words for each in found.changes)
    for each in TrackedChanges(theirs).revisions:
        assert each.text.strip(" .,;\n")[:60] in shown
    notes = {(each.author, each.date, each.text) for each in read(theirs).comments}
    assert notes == {(each.note.author, each.note.date, each.note.text) for each in found.comments}
    assert all(each.quote for each in found.comments)
    assert accepted(at.tab.opened.replica.text()).text == accepted(read(theirs)).text


def decides_on_changes(journey: Journey) -> None:
    at = journey.desk
    panel = at.bench.panels.changes
    with journey.step("filtering by author"):
        panel.authors.setFocus()
        at.wait(panel.authors.hasFocus, "the focus of the filter")
        for _ in range(panel.authors.findText(THEM)):
            at.press(Qt.Key.Key_Down)
        assert panel.authors.currentText() == THEM
        at.click_words(panel, "Changes")
        assert {row.author for row in panel.shown()} == {THEM}
    for button, count in (("Accept", 5), ("Reject", 3)):
        with journey.step(f"{button.lower()}ing {count} changes"):
            for _ in range(count):
                row = panel.shown()[0]
                at.click_card(panel.cards, row.id)
                at.click_words(panel, button)
                at.wait(lambda row=row: not set(row.ids) & _open_ids(at), "the decision")  # type: ignore[misc]
                at.wait(lambda row=row: row.ids not in [each.ids for each in panel.rows()], "the panel")  # type: ignore[misc]
    with journey.step("countering two changes"):
        countered: set[tuple[str, ...]] = set()
        for words, reason in (("twenty (20)", "We need three weeks."), ("sixty (60)", "Sixty days is our floor.")):
            row = next(each for each in panel.shown() if each.kind == "Inserted" and each.ids not in countered)
            countered.add(row.ids)
            at.click_card(panel.cards, row.id)
            came = at.answer(words, reason)
            at.click_words(panel, "Counter…")
            came()
            at.settled()
            mine = [each for each in _rows(at) if each.author == AUTHOR]
            assert any(each.words == words for each in mine)
            assert any(each.is_comment and each.words == reason and each.quote == words for each in mine)
            assert row.ids in [each.ids for each in _rows(at)]
    with journey.step("undoing and redoing a decision"):
        before = at.text()
        at.tab.view.setFocus()
        at.press(Qt.Key.Key_Z, CONTROL)
        assert at.text() != before
        at.press(Qt.Key.Key_Z, CONTROL | SHIFT)
        assert at.text() == before


def types_a_clause(journey: Journey) -> None:
    at = journey.desk
    with journey.step("typing clause 14.3"):
        at.go_to_words("five per cent (5%)")
        at.press(Qt.Key.Key_End)
        at.press(Qt.Key.Key_Return)
        at.type(CLAUSE)
        caret = at.tab.view.commands.caret
        assert caret is not None
        assert at.tab.view.label_at(caret) == "14.3"
    with journey.step("typing a clause before another"):
        at.go_to_words("The Supplier shall keep records of the Services")
        at.press(Qt.Key.Key_Home)
        at.type("Audits are quiet.")
        at.press(Qt.Key.Key_Return)
        labels = {row.text: row.label for row in _outline(at)}
        assert labels["Audits are quiet."] == "14.1"
        assert labels[CLAUSE] == "14.4"
        at.press(Qt.Key.Key_Z, CONTROL, times=2)
        at.settled()
    with journey.step("a clause that moves the others: references are live"):
        at.click_row(at.bench.panels.outline.list, "Staff")
        at.press(Qt.Key.Key_Home)
        at.type("Insurance")
        at.press(Qt.Key.Key_Return)
        at.settled()
        rights = {row.title: row.right for row in at.tab.reference_rows()}
        assert any(right == "now 8" for title, right in rights.items() if title.startswith("“7”"))
        at.press(Qt.Key.Key_Z, CONTROL, times=2)
        at.settled()
        assert not any(row.right for row in at.tab.reference_rows())


def reviews(journey: Journey) -> None:
    at = journey.desk
    panel = at.bench.panels.findings
    with journey.step("reviewing"):
        at.tab.view.setFocus()
        came = at.answer()
        at.press(Qt.Key.Key_R, CONTROL | SHIFT)
        came()
        at.wait(lambda: at.tab.reviewed is not None and not at.tab.reviewing, "the review")
    assert at.tab.reviewer.wanted == "buyer-services", "the playbook of the services agreement was not offered"
    rows = panel.rows()
    assert any("11.2" in row.place and row.severity == "high" for row in rows), "the lowered cap was not found"
    affiliate = next(
        row for row in rows if "Affiliate" in row.title + row.message and "defined" in row.title + row.message
    )
    broken = next(row for row in rows if "13.6" in row.message + row.quote)
    assert "12.3" in broken.place
    text = at.text()
    reviewed = at.tab.reviewed
    assert reviewed is not None
    for finding in reviewed.result.findings:
        for evidence in finding.evidence:
            assert text[evidence.start : evidence.end] == evidence.quote
    with journey.step("a click jumps to the exact words"):
        for row in (affiliate, broken):
            at.click_card(panel.cards, row.id)
            shown = next(each for each in reviewed.findings if each.id == row.id)
            assert shown.quote == " ".join(at.tab.view.commands.copied_text().split())
            assert at.tab.view.editor.hasFocus()
    with journey.step("editing the words turns the finding stale"):
        at.type("13.2")
        at.wait(lambda: any(each.id == broken.id and each.stale for each in panel.rows()), "the stale finding")
        assert not any(each.id == affiliate.id and each.stale for each in panel.rows())
        while at.text() != text:
            before = at.text()
            at.press(Qt.Key.Key_Z, CONTROL)
            assert at.text() != before
    with journey.step("dismissing a finding with a reason"):
        came = at.answer("The schedule defines it.")
        at.click_card(panel.cards, affiliate.id)
        at.click_words(panel, "Dismiss…")
        came()
        assert affiliate.id not in [card.key for card in panel.cards.cards()]


def exports(journey: Journey) -> None:
    at, folder = journey.desk, journey.folder
    mine = at.text()
    clean, redline, report, full = (folder / name for name in ("clean.docx", "round.docx", "summary.md", "full.docx"))
    for name, command, path in (("clean", "file.export_clean", clean), ("redline", "file.export", redline),
                                ("summary", "file.export_summary", report)):  # fmt: skip
        with journey.step(f"exporting {name}"):
            at.files.paths.append(path)
            assert at.bench.registry.run(command)
            at.wait(path.exists, f"the {name} export")
    assert outcome(Package(clean.read_bytes(), "clean"), accept=False) == mine
    assert not TrackedChanges(Package(clean.read_bytes(), "clean")).revisions
    written = Package(redline.read_bytes(), "redline")
    assert outcome(written, accept=True) == mine
    again, before = overview(read(written)), at.tab.overview
    assert before is not None
    assert sorted((x.kind, x.author, x.words) for x in again.changes) == sorted(
        (x.kind, x.author, x.words) for x in before.changes
    )
    assert {x.note.text for x in again.comments} == {x.note.text for x in before.comments}
    summary = report.read_text(encoding="utf-8")
    assert "Sixty days is our floor." in summary
    assert "The schedule defines it." in summary
    with journey.step("comparing with what came, and exporting the redline on it"):
        document = at.window.documents.current()
        assert document is not None
        at.bench.comparing.with_file(at.tab, SAMPLES / RETURNED)
        at.wait(lambda: at.bench.comparisons, "the comparison")
        at.files.paths.append(full)
        at.click_words(next(iter(at.bench.comparisons.values())), "Export as Word redline…")
        at.wait(full.exists, "the redline")
    redlined = Package(full.read_bytes(), "full")
    assert outcome(redlined, accept=True) == mine
    theirs = sample_package(RETURNED)
    assert outcome(redlined, accept=False, authors=frozenset({AUTHOR})) == accepted(read(theirs)).text
    assert outcome(redlined, accept=False) == outcome(theirs, accept=False)
    with journey.step("importing the redline again"):
        came = at.answer(button="Keep it apart")
        at.drop(full)
        at.wait(lambda: len(at.bench.tabs) == 2, "the imported redline")
        came()
        at.opened()
        assert at.text() == mine


def _rows(at: Desk) -> list:  # type: ignore[type-arg]
    return at.tab.change_rows()


def _open_ids(at: Desk) -> set[str]:
    from pactoria_desktop.contract.text import REVISION_KINDS, id_of, kind_of

    replica = at.tab.opened.replica
    return {
        id_of(key)
        for slot in replica.slots()
        for _, marks in replica.spans(slot)
        for key in marks
        if kind_of(key) in REVISION_KINDS
    }


def _outline(at: Desk) -> tuple:  # type: ignore[type-arg]
    from pactoria_desktop.contract.outline import outline

    text = at.tab.opened.replica.text()
    return outline(text, accepted(text))


def test_the_playbook_finds_what_is_planted_in_its_sample(look: Look, tmp_path: Path) -> None:
    with desk(tmp_path / "home", look) as at:
        at.drop(SAMPLES / "mutual-nda-from-tessel.docx")
        at.opened()
        at.tab.review()
        at.wait(lambda: at.tab.reviewed is not None and not at.tab.reviewing, "the review")
        assert at.tab.reviewer.wanted == "mutual-nda", "the playbook that fits the contract was not chosen"
        assert any(finding.rule.startswith("mutual-nda") or "mutual-nda" in finding.rule
                   for finding in at.tab.reviewed.result.findings)  # fmt: skip


if __name__ == "__main__":
    pytest.main([__file__, "-s", "-x"])
