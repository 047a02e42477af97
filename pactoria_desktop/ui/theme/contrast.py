"""Contrast of the theme's pairs by WCAG 2.2, success criteria 1.4.3 (words) and 1.4.11 (shapes)."""

from dataclasses import dataclass

from pactoria_desktop.ui.theme.tokens import Theme

WORDS = 4.5
SHAPES = 3.0


@dataclass(frozen=True)
class Pair:
    """A foreground token on a background token and the least ratio allowed between them."""

    foreground: str
    background: str
    least: float


def _pairs(foregrounds: str, backgrounds: str, least: float) -> tuple[Pair, ...]:
    return tuple(Pair(front, back, least) for front in foregrounds.split() for back in backgrounds.split())


PAIRS = (
    *_pairs("text text2 text3", "desk panel surface page input hover", WORDS),
    *_pairs("text text2", "accent_soft select", WORDS),
    *_pairs("accent", "panel surface accent_soft hover", WORDS),
    *_pairs("on_accent", "accent accent_hover", WORDS),
    *_pairs("high", "panel surface high_soft", WORDS),
    *_pairs("medium", "panel surface medium_soft", WORDS),
    *_pairs("low", "panel surface low_soft", WORDS),
    *_pairs("text", "high_soft medium_soft low_soft", WORDS),
    *_pairs("author1 author2 author3 author4 author5", "page", WORDS),
    *_pairs("edge", "input surface panel", SHAPES),
    *_pairs("high medium low", "accent_soft page", SHAPES),
)


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, of a ``#RRGGBB`` colour (WCAG 2.2, definition of relative luminance)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21, of two ``#RRGGBB`` colours in either order."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def table(theme: Theme) -> dict[Pair, float]:
    """The ratio of every pair that the interface draws, in this theme."""
    return {pair: ratio(theme.colours[pair.foreground], theme.colours[pair.background]) for pair in PAIRS}


def failures(theme: Theme) -> dict[Pair, float]:
    """The pairs of this theme that are under their least ratio."""
    return {pair: value for pair, value in table(theme).items() if value < pair.least}
