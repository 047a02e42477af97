"""F6 walks from pane to pane; each pane remembers where the focus was in it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

Panes = Callable[[], Sequence[QWidget]]


class PaneCycle(QObject):
    """The panes of a window in reading order, as ``panes`` lists them at each step; hidden ones are passed over.

    It lives as long as ``window``.
    """

    def __init__(self, panes: Panes, window: QWidget) -> None:
        super().__init__(window)
        self._panes = panes
        self._last: dict[int, QWidget] = {}
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus)

    def _on_focus(self, before: QWidget | None, now: QWidget | None) -> None:
        if now is None:
            return
        for pane in self._panes():
            if pane is now or pane.isAncestorOf(now):
                self._last[id(pane)] = now
                return

    def step(self, forward: bool = True) -> QWidget | None:
        """Put the focus into the next (or previous) pane that can take it; gives the widget that has it now."""
        panes = [pane for pane in self._panes() if pane.isVisible()]
        focus = QApplication.focusWidget()
        holding = [place for place, pane in enumerate(panes) if focus and (pane is focus or pane.isAncestorOf(focus))]
        start = holding[0] if holding else (-1 if forward else len(panes))
        for distance in range(1, len(panes) + 1):
            pane = panes[(start + (distance if forward else -distance)) % len(panes)]
            target = self.target(pane)
            if target is not None:
                target.setFocus(Qt.FocusReason.TabFocusReason)
                return target
        return None

    def target(self, pane: QWidget) -> QWidget | None:
        """Where the focus goes in a pane: where it was, else its first widget that takes it by keyboard."""
        last = self._last.get(id(pane))
        if last is not None and isValid(last) and pane.isAncestorOf(last) and last.isVisible() and last.isEnabled():
            return last
        if pane.focusPolicy() & Qt.FocusPolicy.TabFocus:
            return pane
        current = pane.nextInFocusChain()
        while current is not None and current is not pane:
            usable = current.focusPolicy() & Qt.FocusPolicy.TabFocus and current.isVisible() and current.isEnabled()
            if usable and pane.isAncestorOf(current):
                return current
            current = current.nextInFocusChain()
        return None
