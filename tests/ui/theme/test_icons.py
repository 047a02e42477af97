"""Every drawing is of our small language, stays on its grid and leaves something to see."""

import pytest

from pactoria_desktop.ui.theme.icons import UnknownIconError, drawings, icon_path, parse_path


@pytest.mark.parametrize("name", sorted(drawings()))
def test_a_drawing_lies_within_its_grid(name: str) -> None:
    box = icon_path(name).boundingRect()
    assert box.left() >= 2.4
    assert box.top() >= 2.4
    assert box.right() <= 17.7
    assert box.bottom() <= 17.6
    assert max(box.width(), box.height()) >= 4


def test_no_two_drawings_are_alike() -> None:
    assert len(set(drawings().values())) == len(drawings())


def test_an_unknown_icon_or_word_is_an_error() -> None:
    with pytest.raises(UnknownIconError):
        icon_path("no such thing")
    with pytest.raises(ValueError, match="no command"):
        parse_path("M 1 1 Q 2 2")
