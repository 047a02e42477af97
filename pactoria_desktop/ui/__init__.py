"""The interface, the only room with Qt.

PySide puts a hook into ``import`` that, for the sake of its optional naming schemes (``from __feature__ import ...``),
reads the source of every module imported afterwards and keeps it: 20 MB and a third of the start for nothing, because
this program asks for no such scheme. The hook is taken out again here, before anything else of this room is imported.
"""

import builtins

import PySide6.QtCore  # noqa: F401 - brings the hook


def _import_plainly() -> None:
    """Put the ``import`` back that stood before PySide's hook for its naming schemes."""
    if getattr(builtins.__import__, "__name__", "") == "__feature_import__":
        builtins.__import__ = builtins.__orig_import__  # type: ignore[attr-defined]


_import_plainly()
