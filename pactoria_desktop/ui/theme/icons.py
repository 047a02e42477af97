"""Line icons drawn from vectors at paint time: 20 by 20 grid, stroke 1.5, round caps, sharp at any scale.

A drawing is a line of words in ``resources/icons/icons.json``: ``M x y`` move, ``L x y`` line, ``C`` cubic curve with
three points,
``Z`` close, ``O x y radius`` circle, ``R x y width height radius`` rounded rectangle; all coordinates absolute.
"""

import json
from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPainterPath, QPen, QPixmap

from pactoria_desktop.runtime.resources import resource

GRID = 20.0
STROKE = 1.5
ARGUMENTS = {"M": 2, "L": 2, "C": 6, "Z": 0, "O": 3, "R": 5}


class UnknownIconError(KeyError):
    """No drawing has this name."""


@lru_cache(maxsize=1)
def drawings() -> dict[str, str]:
    """All drawings by name."""
    words: dict[str, str] = json.loads(resource("icons", "icons.json").read_text(encoding="utf-8"))
    return words


def parse_path(words: str) -> QPainterPath:
    """The path that a drawing's words describe. Raises ValueError for a word that is not of the language."""
    path = QPainterPath()
    parts = iter(words.split())
    for letter in parts:
        if letter not in ARGUMENTS:
            raise ValueError(f"The drawing holds {letter!r}, which is no command.")
        n = [float(next(parts)) for _ in range(ARGUMENTS[letter])]
        if letter == "M":
            path.moveTo(n[0], n[1])
        elif letter == "L":
            path.lineTo(n[0], n[1])
        elif letter == "C":
            path.cubicTo(n[0], n[1], n[2], n[3], n[4], n[5])
        elif letter == "Z":
            path.closeSubpath()
        elif letter == "O":
            path.addEllipse(QPointF(n[0], n[1]), n[2], n[2])
        else:
            path.addRoundedRect(QRectF(n[0], n[1], n[2], n[3]), n[4], n[4])
    return path


@lru_cache(maxsize=256)
def icon_path(name: str) -> QPainterPath:
    """The path of an icon on its grid. Raises UnknownIconError."""
    if name not in drawings():
        raise UnknownIconError(name)
    return parse_path(drawings()[name])


def draw_icon(painter: QPainter, name: str, x: float, y: float, size: float, colour: QColor) -> None:
    """Draw an icon in a square of ``size`` logical pixels; a smaller icon keeps its stroke near 1.5 px."""
    scale = size / GRID
    stroke = STROKE * scale**0.35 / scale
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(x, y)
    painter.scale(scale, scale)
    painter.setPen(QPen(colour, stroke, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(icon_path(name))
    painter.restore()


class VectorIconEngine(QIconEngine):
    """Draws a vector at whatever size and pixel ratio is asked for, in the colour of the moment: a theme switch needs
    no new icon."""

    def __init__(self, name: str, colour: Callable[[QIcon.Mode, QIcon.State], QColor]) -> None:
        super().__init__()
        icon_path(name)
        self._name, self._colour = name, colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw centred in ``rect``."""
        size = float(min(rect.width(), rect.height()))
        x, y = rect.x() + (rect.width() - size) / 2, rect.y() + (rect.height() - size) / 2
        draw_icon(painter, self._name, x, y, size, self._colour(mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """A transparent picture of the icon in device pixels."""
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, picture.rect(), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        """Another engine of the same drawing."""
        return VectorIconEngine(self._name, self._colour)
