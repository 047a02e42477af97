"""Parts say what they are, can be used by keyboard, do not clip, and tell by shape what they tell by colour."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel
from pytestqt.qtbot import QtBot

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.author import initials
from pactoria_desktop.ui.widgets.banner import Banner
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.card_list import Card, CardList, wrap
from pactoria_desktop.ui.widgets.chips import Chip, ChipRow
from pactoria_desktop.ui.widgets.dialogs import AskingDialog
from pactoria_desktop.ui.widgets.dock import Dock
from pactoria_desktop.ui.widgets.progress import ProgressItem
from pactoria_desktop.ui.widgets.rows import Row, RowList
from pactoria_desktop.ui.widgets.search_field import SearchField
from pactoria_desktop.ui.widgets.text import ElidedLabel, Label
from tests.ui.accessibility import faults, focusable, visible_texts_clipped
from tests.ui.screenshots import pictures, settle
from tests.ui.widgets.sheet import CARDS, sheet


def test_every_part_is_named_and_reached_by_keyboard(look: Look, qtbot: QtBot) -> None:
    window = sheet(look)
    qtbot.addWidget(window)
    window.show()
    assert len(focusable(window)) > 20
    assert faults(window) == []


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_no_words_are_clipped_at_a_larger_text_size(look: Look, qtbot: QtBot, scale: float) -> None:
    window = sheet(look)
    qtbot.addWidget(window)
    look.set_text_scale(scale)
    window.resize(1440 * 2, 1800)
    window.show()
    settle()
    assert [words for words in visible_texts_clipped(window) if "Halden" not in words] == []


def test_the_sheet_is_drawn_in_every_theme(look: Look, qtbot: QtBot) -> None:
    window = sheet(look)
    qtbot.addWidget(window)
    found = pictures(window, look, "parts")
    assert found["parts-200"].width() == 2880
    grounds = {name: image.pixelColor(5, 5).name().upper() for name, image in found.items()}
    assert grounds == {
        "parts-light": "#F7F6F3",
        "parts-dark": "#191A18",
        "parts-contrast": "#000000",
        "parts-200": "#F7F6F3",
    }


def test_words_from_a_file_are_never_read_as_markup(look: Look, qtbot: QtBot) -> None:
    label = Label(look, "<b>Party</b> <img src='x'>")
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_a_label_keeps_its_weight_inside_a_styled_window(look: Look, qtbot: QtBot) -> None:
    window = sheet(look)
    qtbot.addWidget(window)
    window.show()
    settle()
    heading = next(label for label in window.findChildren(QLabel) if label.text() == "Buttons")
    assert heading.fontMetrics().horizontalAdvance("Limitation of liability") == pytest.approx(
        look.text_width("Limitation of liability", 14, 600), abs=1
    )


def test_an_elided_label_tells_all_its_words(look: Look, qtbot: QtBot) -> None:
    label = ElidedLabel(look, "Services agreement between two parties")
    qtbot.addWidget(label)
    label.show()
    label.resize(60, 20)
    settle()
    assert label.toolTip() == "Services agreement between two parties"
    label.resize(900, 20)
    settle()
    assert label.toolTip() == ""


def test_initials_never_fail() -> None:
    assert initials("Ines Falk") == "IF"
    assert initials("Dr. Ada von Lindqvist") == "DL"
    assert initials("legal") == "L"
    assert initials("") == initials(" . ") == "?"


def test_progress_appears_after_its_delay_and_cancels_once(look: Look, qtbot: QtBot) -> None:
    item = ProgressItem(look, "Reading", delay=60)
    qtbot.addWidget(item)
    assert item.isHidden()
    qtbot.waitUntil(lambda: not item.isHidden(), timeout=2000)
    item.set_progress(0.5, "Reading 20 of 40")
    button = item.findChild(Button)
    with qtbot.waitSignal(item.cancelled, timeout=1000):
        button.click()
    assert not button.isEnabled()
    item.finish()
    assert item.isHidden()


def test_progress_that_ends_early_never_appears(look: Look, qtbot: QtBot) -> None:
    item = ProgressItem(look, "Reading", delay=30)
    qtbot.addWidget(item)
    item.finish()
    end = time.monotonic() + 0.08
    while time.monotonic() < end:
        QApplication.processEvents()
    assert item.isHidden()


def test_a_search_waits_for_a_pause_and_escape_clears_it(look: Look, qtbot: QtBot) -> None:
    field = SearchField(look, "Search contracts", pause=20)
    qtbot.addWidget(field)
    field.show()
    heard: list[str] = []
    field.asked.connect(heard.append)
    qtbot.keyClicks(field, "cap")
    assert heard == []
    qtbot.waitUntil(lambda: heard == ["cap"], timeout=2000)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert heard == ["cap", ""]
    with qtbot.waitSignal(field.left, timeout=1000):
        qtbot.keyClick(field, Qt.Key.Key_Down)


def test_rows_are_walked_over_heads_and_opened_by_enter(look: Look, qtbot: QtBot) -> None:
    rows = RowList(
        look, "Results", (Row("h", "Group", head=True), Row("a", "One"), Row("h2", "More", head=True), Row("b", "Two"))
    )
    qtbot.addWidget(rows)
    rows.show()
    rows.set_current("a")
    qtbot.keyClick(rows, Qt.Key.Key_Down)
    assert rows.current_key() == "b"
    heard: list[str] = []
    rows.opened.connect(heard.append)
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert heard == ["b"]


def test_a_row_is_spoken_with_its_severity_first(look: Look, qtbot: QtBot) -> None:
    rows = RowList(look, "Outline", (Row("a", "Term and termination", number="12", right="2", severity="medium"),))
    qtbot.addWidget(rows)
    index = rows.model().index(0, 0)
    assert rows.model().data(index, int(Qt.ItemDataRole.AccessibleTextRole)) == "Medium, 12, Term and termination, 2"


def test_cards_are_as_high_as_their_words_and_keep_the_current_one(look: Look, qtbot: QtBot) -> None:
    cards = CardList(look, "Findings")
    qtbot.addWidget(cards)
    cards.resize(320, 600)
    cards.set_cards(CARDS)
    cards.show()
    settle()
    wide = [cards.visualRect(cards.model().index(number, 0)).height() for number in range(len(CARDS))]
    cards.resize(200, 600)
    settle()
    narrow = [cards.visualRect(cards.model().index(number, 0)).height() for number in range(len(CARDS))]
    assert all(after >= before for before, after in zip(wide, narrow, strict=True))
    assert sum(narrow) > sum(wide)
    cards.set_current("c")
    cards.set_cards(CARDS[1:])
    assert cards.current_key() == "c"
    assert cards.model().data(cards.currentIndex(), int(Qt.ItemDataRole.AccessibleTextRole)).startswith("Medium, ")


def test_five_hundred_cards_are_shown_at_once(look: Look, qtbot: QtBot) -> None:
    cards = CardList(look, "Findings", lambda card: (Button(look, "Dismiss…"),))
    qtbot.addWidget(cards)
    cards.resize(320, 700)
    many = [
        Card(str(n), f"Finding {n} about a clause", "11.2", "the words of it " * 6, "Why it matters", "high")
        for n in range(500)
    ]
    started = time.thread_time()
    cards.set_cards(many)
    cards.show()
    settle()
    cards.grab()
    assert time.thread_time() - started < 3.0
    cards.set_current("400")
    settle()
    assert cards.findChild(Button) is not None


def test_wrapped_words_lose_nothing_and_end_in_an_ellipsis_when_cut(look: Look) -> None:
    words = "one two 😀 three four five six seven eight nine ten eleven"
    lines = wrap(words, look.font(13), 90, 40)
    assert " ".join(line for line, _ in lines) == words
    cut = wrap(words, look.font(13), 90, 2)
    assert len(cut) == 2
    assert cut[-1][0].endswith("…")


def test_an_exclusive_row_of_chips_always_has_one_on(look: Look, qtbot: QtBot) -> None:
    chips = ChipRow(look, "Kind", (Chip("all", "All", 3), Chip("in", "Insertions", 2)))
    qtbot.addWidget(chips)
    assert chips.keys() == ("all",)
    with qtbot.waitSignal(chips.chosen, timeout=1000) as heard:
        chips.findChildren(Button)[1].click()
    assert heard.args == [("in",)]
    chips.set_chips((Chip("all", "All", 1), Chip("in", "Insertions", 1)))
    assert chips.keys() == ("in",)


def test_a_banner_offers_its_action(look: Look, qtbot: QtBot) -> None:
    banner = Banner(look)
    qtbot.addWidget(banner)
    ran: list[bool] = []
    banner.show_sentence("medium", "One edit is not marked.", "Show it", lambda: ran.append(True))
    assert banner.sentence == "One edit is not marked."
    banner.findChild(Button).click()
    assert ran == [True]


def test_enter_never_presses_a_button_that_destroys(look: Look, qtbot: QtBot) -> None:
    for danger, outcome in ((True, QDialog.DialogCode.Rejected), (False, QDialog.DialogCode.Accepted)):
        dialog = AskingDialog(look, None, "Remove Ada?", "What they wrote stays.", "Remove", danger=danger)
        qtbot.addWidget(dialog)
        dialog.show()
        assert dialog.primary.property("kind") == ("danger" if danger else "primary")
        with qtbot.waitSignal(dialog.finished, timeout=1000):
            qtbot.keyClick(dialog, Qt.Key.Key_Return)
        assert dialog.result() == outcome.value


def test_a_dock_turns_its_title_into_tabs_with_a_second_page(look: Look, qtbot: QtBot) -> None:
    dock = Dock(look, "right", "Findings", 322)
    qtbot.addWidget(dock)
    dock.add_page("findings", "Findings", RowList(look, "Findings"))
    assert dock.page_keys() == ("findings",)
    dock.add_page("comments", "Comments", RowList(look, "Comments"))
    dock.show_page("comments")
    assert dock.current_page() == "comments"
