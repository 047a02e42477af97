"""Shapes that carry meaning without colour: severity marks, authors' lines, soft shadows."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from pactoria_desktop.ui.theme.tokens import Theme

AUTHOR_COLOURS = 5
AUTHOR_LINES: tuple[tuple[float, ...], ...] = ((), (4.0, 2.6), (0.6, 2.4), (6.0, 2.4, 0.6, 2.4), (9.0, 3.0))
AUTHOR_LINE_NAMES = ("solid", "dashed", "dotted", "dash and dot", "long dashes")
SEVERITY_NAMES = {"high": "High", "medium": "Medium", "low": "Low", "ok": "As you want it", "note": "Note"}


def author_token(number: int) -> str:
    """The colour token of an author numbered from 1; a sixth author starts again."""
    return f"author{(number - 1) % AUTHOR_COLOURS + 1}"


def author_pen(theme: Theme, number: int, width: float = 1.5) -> QPen:
    """The pen of an author, in colour and line style together; dashes are given in logical pixels whatever the
    width."""
    pen = QPen(QColor(theme.colours[author_token(number)]), width)
    dashes = AUTHOR_LINES[(number - 1) % AUTHOR_COLOURS]
    if dashes:
        pen.setDashPattern([length / width for length in dashes])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def draw_severity(painter: QPainter, theme: Theme, severity: str, area: QRectF) -> None:
    """Diamond filled (high), triangle filled (medium), ring (low), tick (ok), dash (note), inside the square
    ``area``."""
    centre, half = area.center(), min(area.width(), area.height()) / 2
    x, y = centre.x(), centre.y()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = QColor(
        theme.colours[severity if severity in ("high", "medium", "low") else "edge" if severity == "ok" else "text3"]
    )
    pen = QPen(colour, 1.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    if severity in ("high", "medium"):
        points = ((0, -1), (1, 0), (0, 1), (-1, 0)) if severity == "high" else ((0, -0.86), (0.98, 0.8), (-0.98, 0.8))
        shape = QPainterPath(QPointF(x + points[0][0] * half, y + points[0][1] * half))
        for dx, dy in points[1:]:
            shape.lineTo(x + dx * half, y + dy * half)
        shape.closeSubpath()
        painter.setBrush(colour)
        painter.drawPath(shape)
    elif severity == "low":
        pen.setWidthF(1.8)
        painter.setPen(pen)
        painter.drawEllipse(centre, half * 0.68, half * 0.68)
    elif severity == "ok":
        pen.setWidthF(1.5)
        painter.setPen(pen)
        painter.drawPolyline(
            [
                QPointF(x - half * 0.65, y),
                QPointF(x - half * 0.15, y + half * 0.5),
                QPointF(x + half * 0.7, y - half * 0.55),
            ]
        )
    else:
        pen.setWidthF(1.6)
        painter.setPen(pen)
        painter.drawLine(QPointF(x - half * 0.5, y), QPointF(x + half * 0.5, y))
    painter.restore()


def draw_soft_shadow(
    painter: QPainter, theme: Theme, area: QRectF, *, rounds: int, radius: float, spread: float, drop: float
) -> None:
    """A soft shadow under ``area`` made of growing rounds; nothing in the contrast theme, where lines tell depth."""
    if theme.outlined:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    colour = QColor(theme.colours["shadow"])
    colour.setAlpha(theme.alphas["ring"])
    painter.setBrush(colour)
    for step in range(rounds):
        grown = step * spread
        painter.drawRoundedRect(
            area.adjusted(-grown, -grown + drop, grown, grown + drop), radius + grown, radius + grown
        )
    painter.restore()
