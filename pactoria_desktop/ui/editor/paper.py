"""The measures and colours of the page, scaled by the zoom; all lengths in device-independent pixels at 100 %."""

from dataclasses import dataclass, replace

from PySide6.QtGui import QColor, QFont

from pactoria_desktop.ui.theme.fonts import Families, make_font
from pactoria_desktop.ui.theme.tokens import Theme

PAGE_WIDTH = 584
TEXT_LEFT = 66
TEXT_RIGHT = 42
LANE_WIDTH = 206
FOLD_BELOW = 800
TEXT_SIZE = 15
LEADING = 118
PAGE_TOP = 24
TEXT_TOP = 84
TEXT_BOTTOM = 60
WORD_COLUMN = 624.0
SMALLEST_ZOOM, LARGEST_ZOOM = 0.5, 4.0


@dataclass(frozen=True)
class Paper:
    """Theme, fonts and zoom together. ``page_theme`` is set where the page keeps another theme than the desk."""

    theme: Theme
    families: Families
    zoom: float = 1.0
    page_theme: Theme | None = None

    @property
    def sheet(self) -> Theme:
        """The theme that the page is drawn in."""
        return self.page_theme or self.theme

    @property
    def column(self) -> float:
        """Width of the text."""
        return self.length(PAGE_WIDTH - TEXT_LEFT - TEXT_RIGHT)

    def zoomed(self, zoom: float) -> "Paper":
        """The same at another zoom, held between the smallest and the largest."""
        return replace(self, zoom=max(SMALLEST_ZOOM, min(LARGEST_ZOOM, zoom)))

    def length(self, pixels: float) -> float:
        """A length given at 100 %."""
        return pixels * self.zoom

    def from_twips(self, twips: int) -> float:
        """A length of Word's, narrowed as the page's column is narrower than a sheet's."""
        return twips / 15 * (PAGE_WIDTH - TEXT_LEFT - TEXT_RIGHT) / WORD_COLUMN * self.zoom

    def colour(self, token: str, alpha: int | None = None) -> QColor:
        """A token's colour on the desk."""
        return _colour(self.theme, token, alpha)

    def on_page(self, token: str, alpha: int | None = None) -> QColor:
        """A token's colour on the page, which may stay white in a dark window."""
        return _colour(self.sheet, token, alpha)

    @property
    def insertion_wash(self) -> int:
        """Opacity of the wash under an insertion, 0 to 255."""
        return self.sheet.alphas["wash"]

    def serif(self, pixels: float = TEXT_SIZE, weight: int = 400) -> QFont:
        """The contract's own face."""
        size = max(6, round(self.length(pixels)))
        return make_font(self.families.serif, size, weight, packaged=self.families.serif_packaged)

    def interface(self, pixels: float = 13, weight: int = 400, *, zoomed: bool = False) -> QFont:
        """The interface's face; grows with the page only when asked to."""
        size = max(8, round(self.length(pixels) if zoomed else pixels))
        return make_font(self.families.interface, size, weight, packaged=self.families.interface_packaged)


def _colour(theme: Theme, token: str, alpha: int | None) -> QColor:
    colour = QColor(theme.colours[token])
    if alpha is not None:
        colour.setAlpha(alpha)
    return colour
