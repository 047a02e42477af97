"""The application follows the system's look, hears errors that nobody caught, and gives shortcuts their keys."""

import sys

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QLineEdit, QTextEdit
from pytestqt.qtbot import QtBot

from pactoria_desktop.ui.shell.application import (
    create_application,
    follow_system,
    hear_uncaught_errors,
    system_text_scale,
    system_theme,
)
from pactoria_desktop.ui.theme.look import Look
from tests.ui.shell.bench_window import make_bench


class Preference:
    """Stands for an enumeration's member."""

    def __init__(self, name: str) -> None:
        self.name = name


class Accessibility:
    """What the system says about contrast."""

    def __init__(self, preference: str) -> None:
        self._preference = preference

    def contrastPreference(self) -> Preference:
        return Preference(self._preference)


class Hints(QObject):
    """What the system says about colours."""

    colorSchemeChanged = Signal()  # noqa: N815 - the name that Qt gives it

    def __init__(self, scheme: Qt.ColorScheme, preference: str = "NoPreference") -> None:
        super().__init__()
        self.scheme, self._preference = scheme, preference

    def colorScheme(self) -> Qt.ColorScheme:
        return self.scheme

    def accessibility(self) -> Accessibility:
        return Accessibility(self._preference)


class System:
    """Stands for an application on some system."""

    def __init__(self, hints: Hints) -> None:
        self._hints = hints

    def styleHints(self) -> Hints:
        return self._hints

    def platformName(self) -> str:
        return "xcb"


@pytest.mark.parametrize(
    ("scheme", "preference", "theme"),
    [
        (Qt.ColorScheme.Unknown, "NoPreference", "light"),
        (Qt.ColorScheme.Light, "NoPreference", "light"),
        (Qt.ColorScheme.Dark, "NoPreference", "dark"),
        (Qt.ColorScheme.Light, "HighContrast", "contrast"),
    ],
)
def test_the_systems_wish_decides_the_theme(scheme: Qt.ColorScheme, preference: str, theme: str) -> None:
    assert system_theme(System(Hints(scheme, preference))) == theme  # type: ignore[arg-type]


def test_the_program_follows_the_system_until_a_theme_is_chosen(look: Look) -> None:
    hints, chosen = Hints(Qt.ColorScheme.Dark), {"theme": ""}
    follow_system(System(hints), look, lambda: chosen["theme"])  # type: ignore[arg-type]
    hints.colorSchemeChanged.emit()
    assert look.theme.name == "dark"
    chosen["theme"] = "dark"
    hints.scheme = Qt.ColorScheme.Light
    hints.colorSchemeChanged.emit()
    assert look.theme.name == "dark"


def test_the_text_size_is_the_usual_one_without_a_screen(qapp: QApplication) -> None:
    assert system_text_scale(qapp) == 1.0
    assert create_application([]) is qapp
    assert 0.5 < system_text_scale(System(Hints(Qt.ColorScheme.Light)), "linux") < 3  # type: ignore[arg-type]


def test_errors_nobody_caught_are_reported_and_the_hook_is_put_back() -> None:
    before = sys.excepthook
    heard: list[BaseException] = []
    end = hear_uncaught_errors(heard.append)
    error = ValueError("x")
    sys.excepthook(ValueError, error, None)
    end()
    assert heard == [error]
    assert sys.excepthook is before


@pytest.mark.parametrize("kind", [QLineEdit, QTextEdit])
def test_a_text_field_does_not_take_the_palettes_key(
    look: Look, qtbot: QtBot, kind: type[QLineEdit | QTextEdit]
) -> None:
    bench = make_bench(look, qtbot)
    field = kind()
    field.setText("Each party keeps confidential")
    bench.window.add_place("field", "Field", "search", field)
    bench.window.show_place("field")
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Home)
    qtbot.keyClick(field, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert bench.window.palette_sheet.isVisible()
    assert (field.text() if isinstance(field, QLineEdit) else field.toPlainText()) == "Each party keeps confidential"
