"""Others are seen at work: by name at the top right, and by their carets in the page, which cost no layout."""

import time

import pytest
from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pactoria_desktop.contract.text import ContractText, TextSection
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.ui.editor.painting import RemoteCaret
from pactoria_desktop.ui.sharing.presence import MOST, PresenceBar, presence_words
from pactoria_desktop.ui.sharing.values import Present
from pactoria_desktop.ui.theme.look import Look
from tests.ui.accessibility import faults
from tests.ui.editor.samples import Desk, material, paragraph
from tests.ui.screenshots import pictures, settle

PEOPLE = (
    Present("p1", "Ines Falk", 1, False),
    Present("p2", "Tomas Reyes", 3, True, "Clause 12.1"),
    Present("p3", "Ada Lindqvist", 4),
)
SENTENCE = "The Supplier corrects any defect that the Customer reports within twelve months of delivery, at no charge. "


def contract(paragraphs: int) -> ContractText:
    made = tuple(paragraph(f"{number}. {SENTENCE * 3}") for number in range(paragraphs))
    return ContractText((TextSection("s0", made),), {}, (), material())


@pytest.fixture
def desk(look: Look, qtbot: QtBot):
    made = Desk(look, contract(300))
    made.view.show()
    settle()
    yield made
    made.close()


def covered(desk: Desk, caret: RemoteCaret) -> QRectF | None:
    editor = desk.editor
    return dict(editor.remote.boxes(editor, desk.view.view, editor.paper, editor.remote.all())).get(caret)


def seen(desk: Desk) -> QImage:
    return desk.editor.viewport().grab().toImage()


# -- avatars


def test_people_are_named_those_who_are_here_first(look: Look, qtbot: QtBot) -> None:
    bar = PresenceBar(look)
    qtbot.addWidget(bar)
    bar.show_people(PEOPLE)
    bar.show()
    assert [each.accessibleName() for each in bar.avatars] == [
        "Tomas Reyes, in clause 12.1", "Ada Lindqvist, here", "Ines Falk, not here now",
    ]  # fmt: skip
    assert faults(bar) == []
    with qtbot.waitSignal(bar.followed, timeout=1000) as heard:
        qtbot.keyClick(bar.avatars[0], Qt.Key.Key_Space)
    assert heard.args == ["p2"]
    with qtbot.assertNotEmitted(bar.followed):
        bar.avatars[2].click()
    with qtbot.waitSignal(bar.share_wanted, timeout=1000):
        bar.share.click()


def test_more_than_four_are_counted_and_still_named(look: Look, qtbot: QtBot) -> None:
    bar = PresenceBar(look)
    qtbot.addWidget(bar)
    bar.show_people([Present(f"p{n}", f"Person {n}", n) for n in range(1, 8)])
    assert len(bar.avatars) == MOST
    assert bar.avatars[-1].accessibleName() == "; ".join(f"Person {n}, here" for n in range(4, 8))
    assert presence_words(Present("p", "Ada", 1, True, "Schedule 2")) == "Ada, in schedule 2"


def test_the_focus_stays_with_a_person_who_moves(look: Look, qtbot: QtBot) -> None:
    bar = PresenceBar(look)
    qtbot.addWidget(bar)
    bar.show_people(PEOPLE)
    bar.show()
    bar.activateWindow()
    settle()
    bar.avatars[1].setFocus()
    bar.show_people((PEOPLE[0], PEOPLE[2], Present("p2", "Tomas Reyes", 3, True, "Clause 13")))
    assert bar.avatars[0].hasFocus()


def test_the_bar_is_drawn_in_every_theme(look: Look, qtbot: QtBot) -> None:
    window = QWidget()
    window.setObjectName("window")
    qtbot.addWidget(window)
    bar = PresenceBar(look)
    bar.setParent(window)
    bar.show_people([*PEOPLE, *(Present(f"x{n}", f"Petra Holm {n}", n + 4) for n in range(3))])
    bar.move(20, 10)
    bar.adjustSize()
    assert len(pictures(window, look, "presence", size=QSize(300, 60))) == 4


# -- carets in the page


def test_a_remote_caret_is_painted_where_it_stands_with_its_name(desk: Desk, look: Look) -> None:
    before = seen(desk)
    caret = RemoteCaret("Tomas", 3, Place("s0", 40))
    desk.view.show_remote_carets([caret])
    box = covered(desk, caret)
    assert box is not None
    after = seen(desk)
    places = [(x, y) for x in range(after.width()) for y in range(0, after.height(), 2)]
    changed = [place for place in places if before.pixel(*place) != after.pixel(*place)]
    assert changed
    assert all(box.contains(x, y) for x, y in changed)
    assert after.pixelColor(round(box.left()) + 3, round(box.top()) + 4).name().upper() == look.theme.colours["author3"]
    desk.view.show_remote_carets([])
    assert seen(desk) == before


def test_a_name_never_leaves_the_page_and_a_caret_stands_at_a_paragraphs_end(desk: Desk) -> None:
    end = "".join(words for words, _ in desk.replica.spans("s0")).index("\n")
    caret = RemoteCaret("Bartholomew Featherstonehaugh", 2, Place("s0", end))
    line_end = RemoteCaret("Bartholomew Featherstonehaugh", 2, Place("s0", 62))
    desk.view.show_remote_carets([caret, line_end])
    for one in (caret, line_end):
        box = covered(desk, one)
        assert box is not None
        assert box.left() >= 0
        assert box.right() <= desk.editor.viewport().width()


def test_only_carets_in_sight_are_looked_at(desk: Desk) -> None:
    last = desk.replica.length("s0") - 2
    far = RemoteCaret("Ada", 4, Place("s0", last))
    gone = RemoteCaret("Ada", 4, Place("nowhere", 3))
    desk.view.show_remote_carets([far, gone])
    assert covered(desk, far) is None
    assert covered(desk, gone) is None
    desk.place_caret("s0", last)
    settle()
    assert covered(desk, far) is not None


def test_a_caret_moves_with_the_words_before_it(desk: Desk) -> None:
    desk.view.show_remote_carets([RemoteCaret("Ada", 4, Place("s0", 40)), RemoteCaret("Tomas", 3, Place("s0", 10))])
    desk.replica.insert(Place("s0", 20), "new words ")
    settle()
    assert sorted(caret.place.offset for caret in desk.editor.remote.all()) == [10, 50]


def test_carets_are_drawn_in_every_theme(desk: Desk, look: Look) -> None:
    carets = [("Tomas", 3, 130), ("Ada", 4, 700), ("Petra", 2, 1100), ("Samir", 5, 1390)]
    desk.view.show_remote_carets([RemoteCaret(name, style, Place("s0", at)) for name, style, at in carets])
    assert len(pictures(desk.view, look, "carets", size=QSize(900, 600))) == 4


def test_only_what_carets_cover_is_painted_anew(desk: Desk) -> None:
    seen(desk)
    settle()
    painted: list[QRectF] = []

    class Listening(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if isinstance(event, QPaintEvent):
                painted.append(QRectF(event.rect()))
            return False

    listening = Listening()
    desk.editor.viewport().installEventFilter(listening)
    desk.view.show_remote_carets([RemoteCaret("Ada", 4, Place("s0", 40))])
    settle()
    assert painted
    assert all(box.height() < 60 for box in painted)


def test_twenty_remote_carets_add_less_than_a_millisecond(desk: Desk) -> None:
    editor, view = desk.editor, desk.view.view
    carets = [RemoteCaret(f"Person {n}", n % 5 + 1, Place("s0", 30 + 60 * n)) for n in range(20)]
    image = QImage(editor.viewport().size(), QImage.Format.Format_RGB32)
    clip = QRectF(editor.viewport().rect())
    editor.remote.replace(carets)
    assert len(dict(editor.remote.boxes(editor, view, editor.paper, carets))) == 20
    scene = editor.scene(clip.top(), clip.bottom())
    taken = []
    for _ in range(50):
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        started = time.thread_time()
        editor.remote.paint(painter, editor.paper, scene, clip, clip.width())
        taken.append((time.thread_time() - started) * 1000)
        painter.end()
    middle = sorted(taken)[len(taken) // 2]
    print(f"20 remote carets: {middle:.2f} ms of own work (budget 1), worst {max(taken):.2f} ms")
    assert middle < 4
