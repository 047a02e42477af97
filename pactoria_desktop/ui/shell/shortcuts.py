"""Shortcuts of the window that a text field must not take for itself (Ctrl+K deletes to the end of the line there)."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from pactoria_desktop.ui.shell.commands import CommandRegistry


class ShortcutGuard(QObject):
    """Refuses the claim of the focused field to the keys of commands that hold ``everywhere``; lives as long as its
    window.

    Before a shortcut runs, Qt asks the widget with the focus whether it wants the key (``ShortcutOverride``). Only that
    widget is watched, so that no other event passes through Python.
    """

    def __init__(self, registry: CommandRegistry, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._registry = registry
        self._keys: set[str] = set()
        self._watched: QWidget | None = None
        registry.changed.connect(self._learn)
        self._learn()
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus)

    def _learn(self) -> None:
        self._keys = {
            QKeySequence(keys).toString()
            for command in self._registry.all()
            if command.everywhere
            for keys in command.shortcuts
        }

    def _on_focus(self, before: QWidget | None, now: QWidget | None) -> None:
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched = now if now is not None and now.window() is self._window else None
        if self._watched is not None:
            self._watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave the key to the shortcut."""
        claim = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if claim and QKeySequence(event.keyCombination()).toString() in self._keys:  # type: ignore[attr-defined]
            event.ignore()
            return True
        return False
