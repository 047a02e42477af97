"""How many paragraphs changed from one text to another."""

import pytest

from pactoria_desktop.services.versions import paragraphs_changed


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("a b c", "a b c", 0),
        ("a b c", "a X c", 1),
        ("a b c", "X b Y", 2),
        ("a b c", "a c", 1),
        ("a b c", "a X Y c", 2),
        ("a b b c", "a b c", 1),
        ("", "a b", 2),
        ("a b c d", "a c d X", 2),
    ],
)
def test_a_changed_paragraph_counts_once(old: str, new: str, changed: int) -> None:
    assert paragraphs_changed(old.split(), new.split()) == changed
