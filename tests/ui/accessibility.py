"""A walk over a window as a screen reader and a keyboard see it."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QComboBox, QMenuBar, QToolBar, QWidget

KEYBOARD = Qt.FocusPolicy.TabFocus


@dataclass(frozen=True)
class Fault:
    """A widget that a blind or mouse-less person meets and cannot use."""

    widget: str
    reason: str


def describe(widget: QWidget) -> str:
    """Class, object name and place in the tree."""
    names = []
    current: QWidget | None = widget
    while current is not None:
        names.append(type(current).__name__ + (f"#{current.objectName()}" if current.objectName() else ""))
        current = current.parentWidget()
    return " < ".join(names[:5])


def accessible_name(widget: QWidget) -> str:
    """What a screen reader says for the widget."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface is not None else widget.accessibleName().strip()


def focusable(window: QWidget) -> list[QWidget]:
    """The visible, enabled widgets of a window that take the focus by keyboard."""
    found = []
    for widget in window.findChildren(QWidget):
        internal = (
            isinstance(widget.parentWidget(), QAbstractScrollArea | QComboBox)
            and widget.focusPolicy() == Qt.FocusPolicy.NoFocus
        )
        if (
            widget.isVisibleTo(window)
            and widget.isEnabled()
            and not internal
            and widget.focusPolicy() & KEYBOARD
            and widget.focusProxy() is None
        ):
            found.append(widget)
    return found


def tab_chain(window: QWidget, limit: int = 2000) -> set[QWidget]:
    """The widgets that real Tab steps reach, starting anywhere in the window."""
    reached: set[QWidget] = set()
    current = window
    for _ in range(limit):
        following = current.nextInFocusChain()
        if following is None or following in reached or following is window:
            break
        reached.add(following)
        current = following
    return reached


def faults(window: QWidget, panes: tuple[QWidget, ...] = ()) -> list[Fault]:
    """Focusable widgets without a name, or reached neither by Tab nor inside a pane that F6 visits. Empty is good."""
    QApplication.processEvents()
    chain = tab_chain(window)
    found = []
    for widget in focusable(window):
        if isinstance(widget, QMenuBar | QToolBar):
            continue
        if not accessible_name(widget):
            found.append(Fault(describe(widget), "has no accessible name"))
        if widget not in chain and not any(pane is widget or pane.isAncestorOf(widget) for pane in panes):
            found.append(Fault(describe(widget), "is reached neither by Tab nor by F6"))
    return found


def visible_texts_clipped(window: QWidget) -> list[str]:
    """Labels and buttons whose words need more width than they have (elided labels, which carry a tooltip, aside)."""
    from PySide6.QtWidgets import QLabel, QPushButton

    clipped = []
    for widget in window.findChildren(QLabel) + window.findChildren(QPushButton):
        wrapped = isinstance(widget, QLabel) and widget.wordWrap()
        if not widget.isVisibleTo(window) or wrapped or not widget.text():
            continue
        needed = widget.fontMetrics().horizontalAdvance(widget.text())
        if needed > widget.width() + 1:
            clipped.append(f"{widget.text()!r} needs {needed} and has {widget.width()}")
    return clipped
