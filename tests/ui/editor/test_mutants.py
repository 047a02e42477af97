"""The random tests find the faults that this kind of editor had: each is planted here and must be noticed."""

import pytest

from pactoria_desktop.ui.editor import editor, formats, page, view, writing
from pactoria_desktop.ui.editor.positions import Positions
from tests.ui.editor.test_view_follows import run

SEEDS = 12


def code_points_as_units(patch):
    """Counts of a change taken for UTF-16 units."""
    patch.setattr(writing, "advance", lambda document, position, count: position + count)


def first_paragraphs_format_survives(patch):
    """Qt's own choice of format where paragraphs join."""

    def remove(self, cursor, start, end):
        cursor.setPosition(start)
        cursor.setPosition(end, cursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()

    patch.setattr(writing.Writer, "remove", remove)


def new_newline_takes_the_old_format(patch):
    """The half before the caret keeps the marks of the half behind it."""

    def put(self, cursor, position, text, number):
        made = self._formats
        for line, part in enumerate(writing.shown(text).split("\n")):
            cursor.setPosition(position)
            if line:
                cursor.insertBlock(cursor.blockFormat())
                position += 1
            if part:
                cursor.insertText(part, made.characters(number, 0))
                position += writing.units(part)
        return position

    patch.setattr(writing.Writer, "put", put)


def none_is_kept_as_a_mark(patch):
    """A mark that was taken away stays, with no value."""
    patch.setattr(
        formats.Formats, "changed", lambda self, number, changes: self.number({**self.marks(number), **_named(changes)})
    )


def _named(changes):
    return {key: False if value is None else value for key, value in changes.items()}


def the_lead_is_not_counted(patch):
    """A table's first frame marker left out of the sum."""
    patch.setattr(Positions, "text_start", lambda self, index: self.start(index))


def rows_are_not_coloured_anew(patch):
    """A row's insertion or deletion shown only when its piece is built."""
    patch.setattr(view.View, "_recolour", lambda self, number, piece: False)


def structure_is_not_followed(patch):
    """Rows, cells and sections come and go unseen."""
    patch.setattr(view.View, "_restructure", lambda self, cursor: False)


def a_styles_look_is_not_followed(patch):
    """Words keep the look of the style that their paragraph had."""
    patch.setattr(writing.Writer, "restyle", lambda self, cursor, start, end: None)


def the_caret_stands_anywhere(patch):
    """The caret may stay before a table's frame or behind the end."""
    patch.setattr(page, "standing", lambda shown, position, came_from: position)


def marks_on_newlines_are_lost(patch):
    """Marks laid on characters only."""
    right = writing.Writer.mark

    def mark(self, cursor, start, end, changes):
        newline = self._document.findBlock(end - 1)
        inside = min(end, newline.position() + newline.length() - 1)
        return right(self, cursor, start, max(start, inside), changes)

    patch.setattr(writing.Writer, "mark", mark)


def growth_is_forgotten(patch):
    """Positions are not moved when words come."""
    patch.setattr(Positions, "grow", lambda self, index, by: None)


def keys_reach_qt(patch):
    """A key edits the document itself, and the net below is gone."""
    patch.setattr(editor.Editor, "_guard", lambda self, position, removed, added: None)
    patch.setattr(editor.Editor, "keyPressEvent", page.QTextEdit.keyPressEvent)


MUTANTS = [
    code_points_as_units,
    first_paragraphs_format_survives,
    new_newline_takes_the_old_format,
    none_is_kept_as_a_mark,
    the_lead_is_not_counted,
    rows_are_not_coloured_anew,
    structure_is_not_followed,
    a_styles_look_is_not_followed,
    the_caret_stands_anywhere,
    marks_on_newlines_are_lost,
    growth_is_forgotten,
    keys_reach_qt,
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_planted_fault_is_noticed(look, monkeypatch, mutant):
    mutant(monkeypatch)
    for seed in range(SEEDS):
        try:
            run(look, seed, 30)
        except Exception:  # noqa: BLE001 - whatever the fault breaks first is a kill
            return
    pytest.fail(f"{mutant.__doc__} Not noticed in {SEEDS} sessions.")
