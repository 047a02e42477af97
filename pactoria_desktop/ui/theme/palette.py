"""What Qt's own painting needs of the tokens: the palette for what no style sheet reaches, and the one style sheet."""

import re

from PySide6.QtGui import QColor, QPalette

from pactoria_desktop.runtime.resources import resource
from pactoria_desktop.ui.theme.tokens import Theme

_ROLE = QPalette.ColorRole
ROLES = {
    _ROLE.Window: "panel",
    _ROLE.WindowText: "text",
    _ROLE.Base: "surface",
    _ROLE.AlternateBase: "panel",
    _ROLE.Text: "text",
    _ROLE.Button: "surface",
    _ROLE.ButtonText: "text",
    _ROLE.BrightText: "high",
    _ROLE.ToolTipBase: "surface",
    _ROLE.ToolTipText: "text",
    _ROLE.PlaceholderText: "text3",
    _ROLE.Highlight: "select",
    _ROLE.HighlightedText: "text",
    _ROLE.Link: "accent",
    _ROLE.LinkVisited: "accent",
    _ROLE.Light: "surface",
    _ROLE.Midlight: "hover",
    _ROLE.Mid: "line2",
    _ROLE.Dark: "line2",
    _ROLE.Shadow: "line",
    _ROLE.Accent: "accent",
}
_PLACEHOLDER = re.compile(r"@(?:(\d+)px|picture\((\w+)\)|([a-z_0-9]+))")


def make_palette(theme: Theme) -> QPalette:
    """The application palette of a theme."""
    palette = QPalette()
    for role, token in ROLES.items():
        palette.setColor(role, QColor(theme.colours[token]))
    for role in (_ROLE.WindowText, _ROLE.Text, _ROLE.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.colours["text3"]))
    return palette


def style_sheet_source() -> str:
    """The style sheet with its placeholders."""
    return resource("theme", "workbench.qss").read_text(encoding="utf-8")


def make_style_sheet(source: str, theme: Theme, text_scale: float) -> str:
    """The style sheet of a theme: ``@token`` becomes a colour, ``@13px`` a size that follows the system's text size,
    ``@picture(tick)`` the theme's own drawing. Raises KeyError for a token that does not exist."""

    def fill(match: re.Match[str]) -> str:
        pixels, picture, token = match.groups()
        if pixels:
            return f"{max(1, round(int(pixels) * text_scale))}px"
        if picture:
            return f'url("{picture_path(picture, theme.name)}")'
        return theme.colours[token]

    return _PLACEHOLDER.sub(fill, source)


def picture_path(name: str, theme: str) -> str:
    """Where the small drawing of a control (tick, dot, down) lies in the colour of a theme, with forward slashes for
    a style sheet."""
    return str(resource("theme", f"{name}-{theme}.svg")).replace("\\", "/")
