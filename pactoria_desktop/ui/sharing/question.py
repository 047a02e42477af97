"""The one question after a merge: a sentence that two people changed apart."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from pactoria_desktop.ui.sharing.excerpt import Excerpt
from pactoria_desktop.ui.sharing.values import Answer, Passage, Question, Side, accepted
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.dialogs import LongField
from pactoria_desktop.ui.widgets.layouts import card, column, row
from pactoria_desktop.ui.widgets.text import Label

BOTH_STAY = "Both versions stay in the history."
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


def fitting_words(question: Question) -> str:
    """ "Eleven other changes from Ada fit and are in your text. Only this sentence needs you. …"."""
    count = question.fits
    if not count:
        return f"Only this sentence needs you. {BOTH_STAY}"
    said = NUMBERS[count] if count < len(NUMBERS) else str(count)
    changes = "change" if count == 1 else "changes"
    verbs = "fits and is" if count == 1 else "fit and are"
    return (
        f"{said} other {changes} from {question.other} {verbs} in your text. Only this sentence needs you. {BOTH_STAY}"
    )


class SideCard(QWidget):
    """One version of the sentence; one that can be chosen has a radio button and a green frame while it is."""

    def __init__(self, look: Look, side: Side, *, choosable: bool) -> None:
        super().__init__()
        self._look, self._choosable = look, choosable
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # painted anew as the mouse comes and goes
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.excerpt = Excerpt(look, side.title, side.sentence)
        self.radio = QRadioButton(side.title, self)
        self.radio.setFont(look.font(13, 600))
        self.radio.setAccessibleName(f"{side.title}, {side.when}")
        self.radio.toggled.connect(lambda _: self.update())
        title: QWidget = self.radio if choosable else Label(look, side.title, 13, 600)
        self.radio.setVisible(choosable)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(row(title, None, Label(look, side.when, 12, 400, "text2"), spacing=8))
        layout.addWidget(self.excerpt)
        layout.addStretch(1)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and frame."""
        look, chosen = self._look, self._choosable and self.radio.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = self._choosable and self.underMouse() and not chosen
        token = "hover" if hovered else "surface" if self._choosable else "panel"
        painter.setBrush(look.colour(token))
        painter.setPen(QPen(look.colour("accent" if chosen else "line2"), 2 if chosen else 1))
        inset = 1.0 if chosen else 0.5
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 8, 8)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose it."""
        if self._choosable and event.button() == Qt.MouseButton.LeftButton:
            self.radio.click()
        else:
            super().mousePressEvent(event)


class QuestionDialog(QDialog):
    """Asks one question of several. ``answered`` gives its key and the Answer; leaving, by "Decide later" or Escape,
    answers nothing."""

    answered = Signal(str, object)

    def __init__(self, look: Look, parent: QWidget | None, question: Question, at: int = 1, of: int = 1) -> None:
        super().__init__(parent)
        self._look, self.question = look, question
        place = f"clause {question.clause}" if question.clause else "one sentence"
        title = f"You and {question.other} both changed {place}"
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setMinimumWidth(look.pixels(880))
        self.before = SideCard(look, question.before, choosable=False)
        self.ours = SideCard(look, question.ours, choosable=True)
        self.theirs = SideCard(look, question.theirs, choosable=True)
        self._group = QButtonGroup(self)
        for side in (self.ours, self.theirs):
            self._group.addButton(side.radio)
        self.ours.radio.setChecked(True)
        self._group.buttonToggled.connect(lambda *_: self._show_reading())
        sides = QWidget()
        line = QHBoxLayout(sides)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        for side in (self.before, self.ours, self.theirs):
            line.addWidget(side, 1)
        self.reads = Excerpt(look, "The clause will read", (), question.clause)
        self.field = LongField()
        self.field.setObjectName("long-field")
        self.field.setTabChangesFocus(True)
        self.field.setAccessibleName("Words of the clause")
        self.field.setFont(look.serif(15))
        self.field.setFixedHeight(look.pixels(84))
        self.field.textChanged.connect(self._follow_field)
        self._reading = card(self.reads, margins=(16, 12, 16, 12))
        self.field.hide()
        self.edit = Button(look, "Change the words", "quiet", icon="suggest")
        self.edit.clicked.connect(self._toggle_editing)
        self._note = Label(look, question.note, 12, 400, "text2", wrap=True)
        self._note.setVisible(bool(question.note))
        self._note.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        buttons = QDialogButtonBox()
        self.use = Button(look, "Use this sentence", "primary")
        self.both = Button(look, "Keep both as tracked changes")
        self.later = Button(look, "Decide later")
        buttons.addButton(self.use, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.both, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.later, QDialogButtonBox.ButtonRole.RejectRole)
        self.use.setDefault(True)
        self.use.clicked.connect(self._use)
        self.both.clicked.connect(lambda: self._answer(Answer("both")))
        self.later.clicked.connect(self.reject)
        head = column(
            Label(look, title, 17, 600, wrap=True), Label(look, fitting_words(question), 13, 400, "text2", wrap=True),
            spacing=3,
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 22, 24, 20)
        layout.setSpacing(14)
        layout.addWidget(head)
        layout.addWidget(sides)
        layout.addWidget(column(Label(look, "The clause will read", 12, 600, "text2"), self._reading, self.field,
                                row(self.edit, self._note, spacing=10), spacing=6))  # fmt: skip
        foot = QHBoxLayout()
        foot.addWidget(Label(look, f"Question {at} of {of}", 12, 400, "text2", tabular=True))
        foot.addWidget(buttons, 1)
        layout.addLayout(foot)
        self._show_reading()
        self.ours.radio.setFocus()

    @property
    def editing(self) -> bool:
        """Whether the person writes the sentence anew."""
        return not self.field.isHidden()

    def _chosen(self) -> Side:
        return self.question.theirs if self.theirs.radio.isChecked() else self.question.ours

    def _passage(self) -> Passage:
        side = self._chosen()
        return side.reads or side.sentence

    def _show_reading(self) -> None:
        passage = self._passage()
        # what is struck will not be there: the clause is shown as it will read
        self.reads.show_passage(tuple(piece for piece in passage if not piece.struck))
        self.field.setPlainText(accepted(passage))

    def _toggle_editing(self) -> None:
        editing = not self.editing
        self._reading.setVisible(not editing)
        self.field.setVisible(editing)
        if editing:
            self.field.setFocus()
        else:
            self._show_reading()
        words = " Take the change back" if self.editing else " Change the words"
        self.edit.setText(words)
        self.edit.setAccessibleName(words.strip())
        self._follow_field()

    def _follow_field(self) -> None:
        self.use.setEnabled(not self.editing or bool(self.field.words().strip()))

    def _use(self) -> None:
        words = self.field.words()
        if self.editing and words != accepted(self._passage()):
            self._answer(Answer("own", words))
        else:
            self._answer(Answer("theirs" if self.theirs.radio.isChecked() else "ours"))

    def _answer(self, answer: Answer) -> None:
        self.answered.emit(self.question.key, answer)
        self.accept()
