"""Colours as named tokens in three themes; code asks for a token, never for a colour value."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pactoria_desktop.runtime.resources import resource

THEME_NAMES = ("light", "dark", "contrast")


@dataclass(frozen=True)
class Theme:
    """One set of values for all tokens.

    ``colours`` maps a token to ``#RRGGBB``; ``alphas`` maps a use (shadow, scrim, wash of an insertion, avatar, one
    ring
    of a soft shadow) to an opacity of 0 to 255.
    """

    name: str
    dark: bool
    colours: Mapping[str, str]
    alphas: Mapping[str, int]

    @property
    def outlined(self) -> bool:
        """True where a tint is not enough and state needs a line (the contrast theme)."""
        return self.name == "contrast"


def load_themes() -> dict[str, Theme]:
    """The themes of ``resources/theme/tokens.json``, by name. Raises ValueError when they do not hold the same
    tokens."""
    data = json.loads(resource("theme", "tokens.json").read_text(encoding="utf-8"))
    themes = {
        name: Theme(
            name, data[name]["dark"], MappingProxyType(data[name]["colours"]), MappingProxyType(data[name]["alphas"])
        )
        for name in THEME_NAMES
    }
    first = themes["light"]
    for theme in themes.values():
        if theme.colours.keys() != first.colours.keys() or theme.alphas.keys() != first.alphas.keys():
            raise ValueError(f"The theme {theme.name} does not hold the same tokens as the light theme.")
    return themes
