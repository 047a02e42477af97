"""Approvals hold for one exact text; conflicts are settled together; the one question is answered or left, never
guessed."""

import pytest
from PySide6.QtCore import QSize, Qt
from pytestqt.qtbot import QtBot

from pactoria_desktop.ui.sharing.approvals import CHANGED, MARKS_CHANGED, THIS_TEXT, ActivityPanel, ApprovalsPanel
from pactoria_desktop.ui.sharing.conflicts import ConflictPanel
from pactoria_desktop.ui.sharing.excerpt import Excerpt, spoken
from pactoria_desktop.ui.sharing.question import QuestionDialog, fitting_words
from pactoria_desktop.ui.sharing.values import Answer, Piece, accepted
from pactoria_desktop.ui.theme.look import Look
from tests.ui.accessibility import faults, visible_texts_clipped
from tests.ui.account.fakes import NOW
from tests.ui.screenshots import pictures, settle
from tests.ui.sharing.fakes import ACTIVITY, APPROVALS, CONFLICTS, NOW_TEXT, QUESTION, START

# -- approvals


def approvals(look: Look, qtbot: QtBot) -> ApprovalsPanel:
    panel = ApprovalsPanel(look, lambda: NOW)
    qtbot.addWidget(panel)
    panel.resize(330, 700)
    panel.show()
    return panel


def test_an_approval_says_whether_it_was_of_this_text(look: Look, qtbot: QtBot) -> None:
    panel = approvals(look, qtbot)
    panel.show_approvals(APPROVALS, NOW_TEXT, may_approve=True)
    cards = panel.cards.cards()
    assert [(card.title, card.detail) for card in cards] == [
        ("Approved by Ada Lindqvist", f"{THIS_TEXT}."),
        ("Rejected by Samir Nath", f"{MARKS_CHANGED}."),
        ("Approved by Petra Holm", f"{CHANGED}."),
    ]
    assert [card.stale for card in cards] == [False, False, True]
    assert cards[2].place == "13 November"
    assert panel.state == "This text is approved by 1 person."
    panel.show_approvals(APPROVALS, APPROVALS[0].of, may_approve=True)
    assert panel.cards.cards()[0].detail == f"{CHANGED}."
    panel.show_approvals(APPROVALS[:1], NOW_TEXT, may_approve=True)
    assert panel.state == "This text is not approved yet."


def test_nothing_is_claimed_of_a_text_that_is_not_known_yet(look: Look, qtbot: QtBot) -> None:
    panel = approvals(look, qtbot)
    panel.show_approvals(APPROVALS, None, may_approve=False)
    assert {card.detail for card in panel.cards.cards()} == {""}
    assert panel.state == "This text is not approved yet."


def test_only_who_may_approve_is_asked_to(look: Look, qtbot: QtBot) -> None:
    panel = approvals(look, qtbot)
    assert not panel.approve.isVisible()
    panel.show_approvals((), NOW_TEXT, may_approve=True)
    with qtbot.waitSignal(panel.wanted, timeout=1000) as heard:
        panel.reject.click()
    assert heard.args == ["rejected"]
    panel.show_approvals((), NOW_TEXT, may_approve=True, why_not="Your last changes are not sent yet.")
    assert not panel.approve.isEnabled()
    assert panel.approve.toolTip() == "Your last changes are not sent yet."


def test_activity_is_listed_and_more_is_asked_for(look: Look, qtbot: QtBot) -> None:
    panel = ActivityPanel(look, lambda: NOW)
    qtbot.addWidget(panel)
    panel.show_activity(ACTIVITY, more=True)
    assert panel.list.entries()[1].speech() == "Ines Falk, changed the status to In review, 40 minutes ago"
    with qtbot.waitSignal(panel.earlier_wanted, timeout=1000):
        panel.earlier.click()


# -- conflicts


def conflicts(look: Look, qtbot: QtBot) -> ConflictPanel:
    panel = ConflictPanel(look, lambda: NOW)
    qtbot.addWidget(panel)
    panel.resize(346, 800)
    panel.show_conflicts(CONFLICTS)
    panel.show()
    settle()
    return panel


def test_conflicts_are_settled_together_as_chosen(look: Look, qtbot: QtBot) -> None:
    panel = conflicts(look, qtbot)
    assert set(panel.settlement().values()) == {"kept"}
    panel.cards[1].take.radio.setFocus()
    qtbot.keyClick(panel.cards[1].take.radio, Qt.Key.Key_Space)
    assert panel.settle.text() == "Settle 3 conflicts"
    with qtbot.waitSignal(panel.settled, timeout=1000) as heard:
        panel.settle.click()
    assert heard.args == [{"k1": "kept", "k2": "taken", "k3": "kept"}]
    panel.all_taken.click()
    assert set(panel.settlement().values()) == {"taken"}
    panel.all_kept.click()
    assert set(panel.settlement().values()) == {"kept"}


def test_a_click_on_a_value_chooses_it_and_it_is_spoken_whole(look: Look, qtbot: QtBot) -> None:
    panel = conflicts(look, qtbot)
    option = panel.cards[0].take
    qtbot.mouseClick(option, Qt.MouseButton.LeftButton)
    assert panel.cards[0].side == "taken"
    assert option.radio.accessibleName() == "Take the other: Status Approved, Ada Lindqvist, 9:12"
    assert "empty" in panel.cards[2].keep.radio.accessibleName()


def test_a_conflict_leads_to_its_contract(look: Look, qtbot: QtBot) -> None:
    panel = conflicts(look, qtbot)
    assert [card.show_contract.isVisible() for card in panel.cards] == [True, False, False]
    with qtbot.waitSignal(panel.opened, timeout=1000) as heard:
        panel.cards[0].show_contract.click()
    assert heard.args == ["c1"]


def test_a_choice_outlives_the_arrival_of_another_conflict(look: Look, qtbot: QtBot) -> None:
    panel = conflicts(look, qtbot)
    panel.cards[2].choose("taken")
    panel.show_conflicts(CONFLICTS[1:])
    assert panel.settlement() == {"k2": "kept", "k3": "taken"}
    panel.show_conflicts(())
    assert panel.settlement() == {}
    assert not panel.settle.isVisible()


# -- the question


def ask(look: Look, qtbot: QtBot) -> tuple[QuestionDialog, list[tuple[str, Answer]]]:
    dialog = QuestionDialog(look, None, QUESTION)
    qtbot.addWidget(dialog)
    heard: list[tuple[str, Answer]] = []
    dialog.answered.connect(lambda key, answer: heard.append((key, answer)))
    dialog.show()
    settle()
    return dialog, heard


def test_the_question_is_answered_by_either_side(look: Look, qtbot: QtBot) -> None:
    dialog, heard = ask(look, qtbot)
    assert accepted(dialog.reads.passage) == f"{START}eighteen months of delivery, at its own cost."
    qtbot.mouseClick(dialog.theirs, Qt.MouseButton.LeftButton)
    assert accepted(dialog.reads.passage) == f"{START}nine months of delivery, at its own cost."
    dialog.use.click()
    assert heard == [("q1", Answer("theirs"))]


def test_the_question_is_answered_by_both_or_left(look: Look, qtbot: QtBot) -> None:
    dialog, heard = ask(look, qtbot)
    dialog.later.click()
    assert heard == []
    dialog, heard = ask(look, qtbot)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert heard == []
    dialog, heard = ask(look, qtbot)
    dialog.both.click()
    assert heard == [("q1", Answer("both"))]


def test_own_words_are_given_as_own_words_and_an_untouched_sentence_is_not(look: Look, qtbot: QtBot) -> None:
    dialog, heard = ask(look, qtbot)
    dialog.edit.click()
    assert dialog.field.words() == f"{START}eighteen months of delivery, at its own cost."
    dialog.field.clear()
    assert not dialog.use.isEnabled()
    dialog.field.setPlainText(f"{START}a year.")
    dialog.use.click()
    assert heard == [("q1", Answer("own", f"{START}a year."))]
    dialog, heard = ask(look, qtbot)
    dialog.edit.click()
    dialog.use.click()
    assert heard == [("q1", Answer("ours"))]
    dialog, heard = ask(look, qtbot)
    dialog.edit.click()
    dialog.field.setPlainText("Nothing.")
    dialog.edit.click()
    assert not dialog.editing
    dialog.use.click()
    assert heard == [("q1", Answer("ours"))]


def test_what_fits_is_counted_in_words() -> None:
    assert fitting_words(QUESTION).startswith("Eleven other changes from Ada fit and are in your text.")


def test_an_excerpt_is_spoken_with_its_changes_and_is_as_high_as_its_lines(look: Look, qtbot: QtBot) -> None:
    passage = (Piece("within "), Piece("twelve", struck=1), Piece("eighteen", 1), Piece(" months 😀"))
    assert spoken(passage) == "within, struck: twelve, inserted: eighteen, months 😀"
    excerpt = Excerpt(look, "Yours", QUESTION.ours.sentence)
    qtbot.addWidget(excerpt)
    assert excerpt.heightForWidth(200) > 2 * excerpt.heightForWidth(900)
    assert excerpt.accessibleName().startswith("Yours: The Supplier")


def test_who_wrote_it_is_told_by_the_line_and_not_by_colour_alone(look: Look, qtbot: QtBot) -> None:
    def drawn(author: int) -> set[int]:
        excerpt = Excerpt(look, "x", (Piece("eighteen months of delivery", author),))
        qtbot.addWidget(excerpt)
        excerpt.resize(300, 40)
        image = excerpt.grab().toImage()
        return {
            sum(1 for x in range(image.width()) if image.pixelColor(x, y).lightnessF() < 0.7)
            for y in range(image.height())
        }

    assert max(drawn(1)) > max(drawn(2)) > 40


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_panels_and_question_are_named_reached_and_not_clipped(look: Look, qtbot: QtBot, scale: float) -> None:
    look.set_text_scale(scale)
    dialog, _ = ask(look, qtbot)
    panel = approvals(look, qtbot)
    panel.show_approvals(APPROVALS, NOW_TEXT, may_approve=True)
    panel.resize(round(330 * scale), 800)
    panel_two = conflicts(look, qtbot)
    panel_two.resize(round(346 * scale), 900)
    for widget in (dialog, panel, panel_two):
        settle()
        assert faults(widget) == []
        assert visible_texts_clipped(widget) == []


def test_all_is_drawn_in_every_theme(look: Look, qtbot: QtBot) -> None:
    dialog, _ = ask(look, qtbot)
    assert len(pictures(dialog, look, "question", size=dialog.size())) == 4
    dock = QSize(346, 760)
    pictures(conflicts(look, qtbot), look, "conflicts", size=dock)
    panel = approvals(look, qtbot)
    panel.show_approvals(APPROVALS, NOW_TEXT, may_approve=True)
    pictures(panel, look, "approvals", size=dock)
    activity = ActivityPanel(look, lambda: NOW)
    qtbot.addWidget(activity)
    activity.show_activity(ACTIVITY, more=True)
    assert len(pictures(activity, look, "activity", size=dock)) == 4
