"""Pictures of widgets without a screen: any theme, any scale."""

import os
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from pactoria_desktop.ui.theme.look import Look

SIZE = QSize(1440, 900)
FOLDER = "PACTORIA_SCREENSHOTS"


def settle(rounds: int = 6) -> None:
    """Let the widgets lay themselves out."""
    for _ in range(rounds):
        QApplication.processEvents()


def picture(widget: QWidget, size: QSize = SIZE, scale: float = 1.0) -> QImage:
    """The widget, shown in ``size`` logical pixels, drawn at ``scale`` device pixels each."""
    widget.resize(size)
    widget.show()
    settle()
    image = QImage(round(size.width() * scale), round(size.height() * scale), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    widget.render(image)
    return image


def pictures(
    widget: QWidget, look: Look, name: str, folder: Path | None = None, size: QSize = SIZE
) -> dict[str, QImage]:
    """The widget in light, dark and contrast at 100 % and in light at 200 %; saved where a folder is given (or
    PACTORIA_SCREENSHOTS names one)."""
    before = look.theme.name
    found: dict[str, QImage] = {}
    for theme in ("light", "dark", "contrast"):
        look.set_theme(theme)
        found[f"{name}-{theme}"] = picture(widget, size)
    look.set_theme("light")
    found[f"{name}-200"] = picture(widget, size, scale=2.0)
    look.set_theme(before)
    target = folder or (Path(os.environ[FOLDER]) if FOLDER in os.environ else None)
    if target is not None:
        target.mkdir(parents=True, exist_ok=True)
        for file, image in found.items():
            image.save(str(target / f"{file}.png"))
    return found
