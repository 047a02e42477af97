"""The look as one object that widgets are given: colours, fonts, sizes and icons of the moment, and word when they
change."""

from typing import NamedTuple

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QIcon, QPainter
from PySide6.QtWidgets import QApplication

from pactoria_desktop.ui.theme.fonts import Families, choose_families, make_font
from pactoria_desktop.ui.theme.icons import VectorIconEngine, draw_icon
from pactoria_desktop.ui.theme.palette import make_palette, make_style_sheet, style_sheet_source
from pactoria_desktop.ui.theme.tokens import Theme, load_themes

LEAST_SCALE, GREATEST_SCALE = 0.8, 2.0


class _IconKey(NamedTuple):
    name: str
    tone: str
    on: str


class Look(QObject):
    """Colours, fonts and icons for every widget; ``changed`` is emitted after a theme, page or text size switch.

    ``text_scale`` is the system's text size over the 13 px that sizes are given at (1.0 is 100 %). Needs a
    QApplication.
    """

    changed = Signal()

    def __init__(self, theme: str = "light", text_scale: float = 1.0, families: Families | None = None) -> None:
        super().__init__()
        self._themes = load_themes()
        self._theme = self._themes[theme]
        self._white_page = False
        self._text_scale = min(GREATEST_SCALE, max(LEAST_SCALE, text_scale))
        self._families = families or choose_families()
        self._style_source = style_sheet_source()
        self._icons: dict[_IconKey, tuple[VectorIconEngine, QIcon]] = {}
        self._fonts: dict[tuple[bool, int, int, bool], QFont] = {}
        self._applied_to: QApplication | None = None

    @property
    def theme(self) -> Theme:
        """The theme of the interface."""
        return self._theme

    @property
    def page_theme(self) -> Theme:
        """The theme the contract's page is drawn in: light when "white page in dark" is on."""
        return self._themes["light"] if self._white_page and self._theme.name == "dark" else self._theme

    @property
    def white_page(self) -> bool:
        """True when the page stays white in the dark theme."""
        return self._white_page

    @property
    def text_scale(self) -> float:
        """The system's text size over the usual one."""
        return self._text_scale

    @property
    def families(self) -> Families:
        """The chosen font families."""
        return self._families

    def apply(self, application: QApplication) -> None:
        """Dress the whole application; later switches dress it again."""
        if self._applied_to is None:
            application.setStyle("Fusion")
        self._applied_to = application
        application.setPalette(make_palette(self._theme))
        application.setFont(self.font(13))
        application.setStyleSheet(make_style_sheet(self._style_source, self._theme, self._text_scale))

    def set_theme(self, name: str) -> None:
        """Switch to ``light``, ``dark`` or ``contrast``. Raises KeyError for another name."""
        if self._theme is not self._themes[name]:
            self._theme = self._themes[name]
            self._dress_again()

    def set_white_page(self, on: bool) -> None:
        """Keep the page white in the dark theme, or not."""
        if self._white_page != on:
            self._white_page = on
            self.changed.emit()

    def set_text_scale(self, scale: float) -> None:
        """Follow another text size of the system, held between 80 and 200 %."""
        held = min(GREATEST_SCALE, max(LEAST_SCALE, scale))
        if held != self._text_scale:
            self._text_scale = held
            self._fonts.clear()
            self._dress_again()

    def _dress_again(self) -> None:
        if self._applied_to is not None:
            self.apply(self._applied_to)
        self.changed.emit()

    def colour(self, token: str, alpha: int | None = None) -> QColor:
        """The colour of a token, with an opacity of 0 to 255 when given."""
        colour = QColor(self._theme.colours[token])
        if alpha is not None:
            colour.setAlpha(alpha)
        return colour

    def pixels(self, size: float) -> int:
        """A size given at 13 px text, scaled with the system's text size, in whole logical pixels."""
        return max(1, round(size * self._text_scale))

    def font(self, size: int = 13, weight: int = 400, tabular: bool = False) -> QFont:
        """The interface font in ``size`` (scaled) and weight 400, 500, 600 or 700; ``tabular`` for figures in
        columns."""
        return self._font(False, size, weight, tabular)

    def serif(self, size: int = 15, weight: int = 400) -> QFont:
        """The font of contract text and quotes."""
        return self._font(True, size, weight, False)

    def _font(self, serif: bool, size: int, weight: int, tabular: bool) -> QFont:
        key = (serif, size, weight, tabular)
        if key not in self._fonts:
            families = self._families.serif if serif else self._families.interface
            packaged = self._families.serif_packaged if serif else self._families.interface_packaged
            self._fonts[key] = make_font(families, self.pixels(size), weight, packaged=packaged, tabular=tabular)
        return QFont(self._fonts[key])

    def text_width(self, words: str, size: int = 13, weight: int = 400, tabular: bool = False) -> float:
        """Width in logical pixels of one line of words."""
        return QFontMetricsF(self.font(size, weight, tabular)).horizontalAdvance(words)

    def icon(self, name: str, tone: str = "text2", on: str = "accent") -> QIcon:
        """An icon that takes its colours from the theme of the moment: ``tone``, ``on`` when checked, ``text3`` when
        disabled."""
        key = _IconKey(name, tone, on)
        if key not in self._icons:

            def colour(mode: QIcon.Mode, state: QIcon.State) -> QColor:
                if mode == QIcon.Mode.Disabled:
                    return self.colour("text3", 150)
                return self.colour(on if state == QIcon.State.On else tone)

            engine = VectorIconEngine(name, colour)
            self._icons[key] = (engine, QIcon(engine))
        return self._icons[key][1]

    def draw_icon(self, painter: QPainter, name: str, x: float, y: float, size: float, tone: str = "text2") -> None:
        """Paint an icon of ``size`` logical pixels at a place."""
        draw_icon(painter, name, x, y, size, self.colour(tone))

    def draw_icon_in(self, painter: QPainter, name: str, area: QRectF, size: float, tone: str = "text2") -> None:
        """Paint an icon in the middle of an area."""
        self.draw_icon(painter, name, area.center().x() - size / 2, area.center().y() - size / 2, size, tone)
