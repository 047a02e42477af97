"""The Qt application: names, look after the system, errors that nobody caught. No window is made here."""

import os
import sys
from collections.abc import Callable, Sequence
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from pactoria_desktop.ui.theme.look import Look

USUAL_POINTS = {"win32": 9.0, "darwin": 13.0}
USUAL_POINTS_ELSEWHERE = 10.0
WITHOUT_SCREEN = ("offscreen", "minimal")


def create_application(arguments: Sequence[str]) -> QApplication:
    """The one application of this process; an existing one is given back."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    QCoreApplication.setApplicationName("Pactoria")
    QCoreApplication.setOrganizationName("Pactoria")
    QGuiApplication.setApplicationDisplayName("Pactoria")
    former = qInstallMessageHandler(_end_without_display)
    try:
        application = QApplication(list(arguments))
    finally:
        qInstallMessageHandler(former)
    QGuiApplication.setDesktopFileName("pactoria")
    return application


def _end_without_display(kind: QtMsgType, context: QMessageLogContext, words: str) -> None:
    """Say in one sentence that no window can be shown: Qt would end the process with a memory dump."""
    if kind is QtMsgType.QtFatalMsg:
        sys.stderr.write(
            "The workbench cannot be shown, since the display does not answer; look at DISPLAY and WAYLAND_DISPLAY, "
            "or see pactoria --help for what works without.\n"
        )
        sys.stderr.flush()
        os._exit(2)


def system_theme(application: QApplication) -> str:
    """The theme that the system asks for: contrast before dark before light."""
    hints = application.styleHints()
    accessibility = getattr(hints, "accessibility", None)
    preference = getattr(accessibility(), "contrastPreference", None) if callable(accessibility) else None
    if callable(preference) and getattr(preference(), "name", "") == "HighContrast":
        return "contrast"
    return "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"


def system_text_scale(application: QApplication, platform: str = sys.platform) -> float:
    """The system's text size over the usual one of its kind; 1.0 without a screen and within 11 % of the usual."""
    points = QGuiApplication.font().pointSizeF()
    if application.platformName() in WITHOUT_SCREEN or points <= 0:
        return 1.0
    scale = points / USUAL_POINTS.get(platform, USUAL_POINTS_ELSEWHERE)
    return 1.0 if abs(scale - 1.0) <= 0.11 else scale


def dress(application: QApplication, theme: str = "") -> Look:
    """The look of the application, applied: the theme named, else the system's."""
    look = Look(theme or system_theme(application), system_text_scale(application))
    look.apply(application)
    return look


def follow_system(application: QApplication, look: Look, chosen: Callable[[], str]) -> None:
    """Switch with the system while no theme was chosen by a person."""

    def switch() -> None:
        if not chosen():
            look.set_theme(system_theme(application))

    application.styleHints().colorSchemeChanged.connect(switch)


def hear_uncaught_errors(report: Callable[[BaseException], None]) -> Callable[[], None]:
    """Hand errors that nobody caught (those of Qt slots too) to ``report``; gives the call that ends it."""
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            before(kind, error, trace)
        else:
            report(error.with_traceback(trace))

    sys.excepthook = hook

    def end() -> None:
        sys.excepthook = before

    return end
