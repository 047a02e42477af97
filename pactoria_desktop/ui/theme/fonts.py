"""Font families: the system's own first, the packaged ones where it has none of them."""

import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

PREFERRED = {
    "win32": (("Segoe UI Variable Text", "Segoe UI"), ("Cambria", "Georgia")),
    "darwin": ((".AppleSystemUIFont", "Helvetica Neue"), ("Charter", "Georgia")),
}
PREFERRED_ELSEWHERE = (
    ("Adwaita Sans", "Inter", "Cantarell", "Noto Sans"),
    ("Source Serif 4", "Charter", "C059", "Noto Serif"),
)
WEIGHTS = {400: QFont.Weight.Normal, 500: QFont.Weight.Medium, 600: QFont.Weight.DemiBold, 700: QFont.Weight.Bold}


@dataclass(frozen=True)
class Families:
    """The families for interface and contract text; ``*_packaged`` says that the family is a variable font of ours."""

    interface: tuple[str, ...]
    serif: tuple[str, ...]
    interface_packaged: bool
    serif_packaged: bool


def _load_packaged(package: str) -> tuple[str, ...]:
    """Load the variable fonts of a font package and give the family names Qt knows them by; empty when it has none."""
    folder = Path(str(import_module(package).ROOT)) / "files"
    families: dict[str, None] = {}
    for file in sorted(folder.glob("*.ttf")):
        number = QFontDatabase.addApplicationFont(str(file))
        for family in QFontDatabase.applicationFontFamilies(number) if number >= 0 else ():
            families[family] = None
    return tuple(families)


def choose_families(platform: str = sys.platform) -> Families:
    """The families this system has of those we prefer, else the packaged Inter and Source Serif 4. Needs a
    QGuiApplication."""
    interface, serif = PREFERRED.get(platform, PREFERRED_ELSEWHERE)
    known = set(QFontDatabase.families())
    chosen_interface = tuple(name for name in interface if name in known)
    chosen_serif = tuple(name for name in serif if name in known)
    if platform == "darwin":  # the system's own interface font is hidden from the list of families
        chosen_interface = interface
    own_interface, own_serif = not chosen_interface, not chosen_serif
    if own_interface:
        chosen_interface = _load_packaged("fontpkg_inter") or ("DejaVu Sans",)
    if own_serif:
        chosen_serif = _load_packaged("fontpkg_source_serif_4") or ("DejaVu Serif",)
    return Families(chosen_interface, chosen_serif, own_interface, own_serif)


def make_font(families: tuple[str, ...], pixels: int, weight: int, *, packaged: bool, tabular: bool = False) -> QFont:
    """A font of whole pixel size without hinting. ``packaged`` says that the family is a variable font of ours: its
    axis
    gives the weight, and ``setWeight`` stays below the weight from which Qt would thicken the outlines once more."""
    font = QFont(list(families))
    font.setPixelSize(pixels)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if packaged:
        font.setVariableAxis(QFont.Tag("wght"), float(weight))
        weight = min(weight, 600)
    font.setWeight(WEIGHTS[weight])
    if tabular:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font
