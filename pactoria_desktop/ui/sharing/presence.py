"""Who is at a contract, as avatars at the top right, beside the button that shares it."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from pactoria_desktop.ui.sharing.values import Present
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.author import draw_avatar
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.text import CENTRE, draw_line

MOST, DISC, DOT = 4, 24, 7


def presence_words(person: Present) -> str:
    """ "Tomas Reyes, in clause 12.1", "Ada Lindqvist, not here now"."""
    if not person.here:
        return f"{person.name}, not here now"
    return f"{person.name}, in {person.place[0].lower()}{person.place[1:]}" if person.place else f"{person.name}, here"


class PresenceAvatar(QAbstractButton):
    """One person; a dot with a ring says that they are here. Without a person it says how many more there are."""

    def __init__(self, look: Look, person: Present | None, more: Sequence[Present] = ()) -> None:
        super().__init__()
        self._look, self.person, self._more = look, person, tuple(more)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # painted anew as the mouse comes and goes
        words = presence_words(person) if person is not None else "; ".join(presence_words(one) for one in more)
        self.setAccessibleName(words)
        self.setToolTip(words if person is not None else words.replace("; ", "\n"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if person is not None and person.here:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        look.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """The disc and room for its ring."""
        side = self._look.pixels(DISC) + 6
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Disc, dot, ring of the focus."""
        look, area = self._look, QRectF(self.rect()).adjusted(3, 3, -3, -3)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() or self.underMouse():
            painter.setPen(QPen(look.colour("accent" if self.hasFocus() else "line2"), 2 if self.hasFocus() else 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(area.adjusted(-1.5, -1.5, 1.5, 1.5))
        if self.person is None:
            painter.setPen(QPen(look.colour("line2"), 1))
            painter.setBrush(look.colour("surface"))
            painter.drawEllipse(area.adjusted(0.5, 0.5, -0.5, -0.5))
            draw_line(painter, area, f"+{len(self._more)}", look.font(11, 600), look.colour("text2"), CENTRE)
        else:
            draw_avatar(painter, look, area, self.person.name, self.person.number)
            if self.person.here:
                side = look.pixels(DOT)
                dot = QRectF(area.right() - side + 2, area.bottom() - side + 2, side, side)
                painter.setPen(QPen(look.colour("panel"), 1.5))
                painter.setBrush(look.colour("accent"))
                painter.drawEllipse(dot)
        painter.end()


class PresenceBar(QWidget):
    """People at the contract and the button that shares it. ``followed`` asks to go to where somebody is (a person's
    key), ``share_wanted`` for the sharing dialog."""

    followed = Signal(str)
    share_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._shown: tuple[Present, ...] = ()
        self.avatars: list[PresenceAvatar] = []
        self.setAccessibleName("People at this contract")
        self._people = QHBoxLayout()
        self._people.setSpacing(0)
        self.share = Button(look, "Share", icon="export")
        self.share.clicked.connect(self.share_wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(self._people)
        layout.addWidget(self.share)

    def show_people(self, people: Sequence[Present]) -> None:
        """Show these, those who are here first; more than four are counted."""
        ordered = tuple(sorted(people, key=lambda one: not one.here))
        if ordered == self._shown:
            return
        focused = next((each.person.person for each in self.avatars if each.hasFocus() and each.person), "")
        self._shown = ordered
        for each in self.avatars:
            self._people.removeWidget(each)
            each.hide()
            each.deleteLater()
        first = ordered if len(ordered) <= MOST else ordered[: MOST - 1]
        rest = ordered[len(first) :]
        self.avatars = [PresenceAvatar(self._look, one) for one in first]
        if rest:
            self.avatars.append(PresenceAvatar(self._look, None, rest))
        for each in self.avatars:
            self._people.addWidget(each)
            person = each.person
            if person is not None and person.here:
                each.clicked.connect(lambda *_, key=person.person: self.followed.emit(key))
            if person is not None and person.person == focused:
                each.show()
                each.setFocus()
