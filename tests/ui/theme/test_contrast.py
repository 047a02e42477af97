"""Words and shapes stand out in every theme, and no theme misses a token."""

import re

import pytest

from pactoria_desktop.ui.theme.contrast import failures, ratio, table
from pactoria_desktop.ui.theme.palette import ROLES, picture_path, style_sheet_source
from pactoria_desktop.ui.theme.tokens import THEME_NAMES, load_themes


def test_the_ratio_is_that_of_wcag() -> None:
    assert ratio("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert ratio("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)
    assert ratio("#FFFFFF", "#777777") == ratio("#777777", "#FFFFFF")


@pytest.mark.parametrize("name", THEME_NAMES)
def test_every_pair_meets_its_least_ratio(name: str) -> None:
    theme = load_themes()[name]
    assert len(table(theme)) > 40
    assert failures(theme) == {}


def test_the_published_figures_hold() -> None:
    light = {
        (pair.foreground, pair.background): round(value, 1) for pair, value in table(load_themes()["light"]).items()
    }
    assert light[("text", "page")] == 17.0
    assert light[("text3", "desk")] == 4.9
    assert light[("author4", "page")] == 5.0


def test_dark_text_is_never_pure_white_and_the_dark_page_never_pure_black() -> None:
    dark = load_themes()["dark"]
    assert dark.colours["text"] != "#FFFFFF"
    assert dark.colours["page"] != "#000000"


def test_the_style_sheet_and_palette_ask_only_for_tokens_that_exist() -> None:
    tokens = set(load_themes()["light"].colours)
    asked = {
        word
        for word in re.findall(r"@([a-z_][a-z_0-9]*)(?!\()", style_sheet_source())
        if word not in ("picture", "pictur")
    }
    assert asked <= tokens
    assert set(ROLES.values()) <= tokens
    assert not re.search(r"#[0-9A-Fa-f]{6}\b", style_sheet_source())


@pytest.mark.parametrize("name", THEME_NAMES)
def test_the_small_pictures_of_controls_carry_the_colours_of_their_theme(name: str) -> None:
    theme = load_themes()[name]
    for picture, token in (("tick", "on_accent"), ("check", "text2"), ("down", "text2")):
        with open(picture_path(picture, name), encoding="utf-8") as file:
            assert theme.colours[token] in file.read()
