"""People: an avatar with initials, and a tag with the author's colour and line."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.theme.marks import author_pen, author_token
from pactoria_desktop.ui.widgets.text import CENTRE, Painted, draw_line

LEGEND_GAP = 20


def initials(name: str) -> str:
    """One or two letters of a name, "IF" for Ines Falk; "?" for a name without letters or digits."""
    words = [word for word in name.replace(".", " ").split() if any(letter.isalnum() for letter in word)]
    letters = [next(letter for letter in word if letter.isalnum()) for word in words]
    return "".join(letters[:1] + letters[-1:] if len(letters) > 1 else letters).upper() or "?"


def draw_avatar(painter: QPainter, look: Look, area: QRectF, name: str, number: int) -> None:
    """A tinted disc with the initials of an author numbered from 1."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    token = author_token(number)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour(token, look.theme.alphas["avatar"]))
    painter.drawEllipse(area)
    draw_line(painter, area, initials(name), look.font(11, 600), look.colour(token), CENTRE)
    painter.restore()


class Avatar(Painted):
    """The initials of a person in a disc of their colour."""

    def __init__(self, look: Look, name: str, number: int, size: int = 24) -> None:
        super().__init__(look, name)
        self.setToolTip(name)
        self._name, self._number, self._size = name, number, size

    def show_person(self, name: str, number: int) -> None:
        """Stand for somebody else."""
        self._name, self._number = name, number
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.update()

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(self.look.pixels(self._size), self.look.pixels(self._size))

    def minimumSizeHint(self) -> QSize:
        """The same square."""
        return self.sizeHint()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """The disc and the letters."""
        draw_avatar(painter, self.look, area.adjusted(0.5, 0.5, -0.5, -0.5), self._name, self._number)


class AuthorTag(Painted):
    """An author's count over their line, then the name: "5 I. Falk" in colour and line style together."""

    def __init__(self, look: Look, name: str, number: int, count: int) -> None:
        super().__init__(look, f"{name}, {count} {'change' if count == 1 else 'changes'}")
        self.setToolTip(self.accessibleName())
        self._name, self._number, self._count = short_name(name), number, str(count)

    def _figure_width(self) -> float:
        return max(self.look.pixels(16), self.look.text_width(self._count, 12, 600, True) + 4)

    def sizeHint(self) -> QSize:
        """Figure, air, name."""
        width = self._figure_width() + 8 + self.look.text_width(self._name, 12) + 2
        return QSize(int(width + 0.999), self.look.pixels(26))

    def minimumSizeHint(self) -> QSize:
        """The figure and some of the name."""
        return QSize(int(self._figure_width()) + 30, self.look.pixels(26))

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """The count over the author's line, then the name."""
        width, token = self._figure_width(), author_token(self._number)
        figure = QRectF(0, 0, width, area.height() - 6)
        draw_line(painter, figure, self._count, self.look.font(12, 600, True), self.look.colour(token), CENTRE)
        painter.setPen(author_pen(self.look.theme, self._number, 2))
        painter.drawLine(QPointF(1, area.bottom() - 4), QPointF(width - 1, area.bottom() - 4))
        draw_line(painter, area.adjusted(width + 8, 0, 0, 0), self._name, self.look.font(12), self.look.colour("text2"))


def short_name(name: str) -> str:
    """A person's name with initials before the last word, "I. Falk"; a company's or a single word as it is."""
    words = name.split()
    if len(words) not in (2, 3) or not all(word[:1].isupper() and word[1:].islower() for word in words):
        return name
    return " ".join([*(f"{word[0]}." for word in words[:-1]), words[-1]])


class AuthorLegend(QWidget):
    """Who changed how much, each with their line, as many people as there is room for, those with most first."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._shown: tuple[tuple[str, int, int], ...] = ()
        self.tags: list[AuthorTag] = []
        self.setAccessibleName("Authors of changes")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_authors(self, authors: Sequence[tuple[str, int, int]]) -> None:
        """Show people by name, number from 1 and how many changes of theirs are open."""
        ordered = tuple(sorted((one for one in authors if one[2]), key=lambda one: (-one[2], one[1])))
        if ordered == self._shown:
            return
        self._shown = ordered
        for tag in self.tags:
            tag.hide()
            tag.deleteLater()
        self.tags = [AuthorTag(self._look, name, number, count) for name, number, count in ordered]
        for tag in self.tags:
            tag.setParent(self)
        self.updateGeometry()
        self._place()

    def _place(self) -> None:
        """From the right, so that the bar's last button stays near; who does not fit is left out."""
        widths = [tag.sizeHint().width() for tag in self.tags]
        while widths and sum(widths) + LEGEND_GAP * (len(widths) - 1) > self.width():
            widths.pop()
        left = self.width() - sum(widths) - LEGEND_GAP * max(0, len(widths) - 1)
        for number, tag in enumerate(self.tags):
            tag.setVisible(number < len(widths))
            if number < len(widths):
                tag.setGeometry(left, 0, widths[number], self.height())
                left += widths[number] + LEGEND_GAP

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many as there is room for now."""
        super().resizeEvent(event)
        self._place()

    def sizeHint(self) -> QSize:
        """Room for all, and some pixels that a layout may take when it divides its room."""
        widths = [tag.sizeHint().width() for tag in self.tags]
        return QSize(sum(widths) + LEGEND_GAP * max(0, len(widths) - 1) + 4, self._look.pixels(26))

    def minimumSizeHint(self) -> QSize:
        """None: the bar's buttons come first."""
        return QSize(0, self._look.pixels(26))
