"""Rows, columns and hairlines, so that a screen's code reads like the screen."""

from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

Margins = tuple[int, int, int, int]
NO_MARGINS: Margins = (0, 0, 0, 0)


def fill(layout: QBoxLayout, items: tuple[QWidget | int | None, ...], margins: Margins, spacing: int) -> None:
    """Put items into a layout: a widget, a number of pixels of space, or None for a stretch."""
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        else:
            layout.addWidget(item)


def column(*items: QWidget | int | None, margins: Margins = NO_MARGINS, spacing: int = 0) -> QWidget:
    """A widget that holds items from top to bottom."""
    holder = QWidget()
    fill(QVBoxLayout(holder), items, margins, spacing)
    return holder


def row(*items: QWidget | int | None, margins: Margins = NO_MARGINS, spacing: int = 8) -> QWidget:
    """A widget that holds items from left to right."""
    holder = QWidget()
    fill(QHBoxLayout(holder), items, margins, spacing)
    return holder


def rule(vertical: bool = False) -> QFrame:
    """A line of one pixel between two parts."""
    line = QFrame()
    line.setObjectName("rule")
    if vertical:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


def card(*items: QWidget | int | None, margins: Margins = (18, 15, 18, 15), spacing: int = 0) -> QFrame:
    """A framed surface that holds items from top to bottom."""
    frame = QFrame()
    frame.setObjectName("card")
    fill(QVBoxLayout(frame), items, margins, spacing)
    return frame
