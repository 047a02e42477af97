"""Qt without a screen, one look for all tests, and nothing left running."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from pactoria_desktop.ui.theme.look import Look


@pytest.fixture(scope="session")
def _shared_look(qapp: QApplication) -> Look:
    look = Look()
    look.apply(qapp)
    return look


@pytest.fixture(autouse=True)
def _delete_what_was_closed() -> Iterator[None]:
    """Widgets that a test closed are deleted at its end; Qt alone would keep them until an event loop runs."""
    yield
    if QApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete.value))


@pytest.fixture(scope="session", autouse=True)
def _leave_no_words_on_the_clipboard() -> Iterator[None]:
    """Data made in Python must not outlive it: Qt would let it go after Python has ended, and crash."""
    yield
    if QApplication.instance() is not None:
        QApplication.clipboard().clear()


@pytest.fixture
def look(_shared_look: Look) -> Iterator[Look]:
    """The light look at 100 %, applied to the application; put back after the test."""
    yield _shared_look
    _shared_look.set_white_page(False)
    _shared_look.set_theme("light")
    _shared_look.set_text_scale(1.0)
