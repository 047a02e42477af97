"""The living text of a contract: one interface of commands over the replica document.

Every command validates, writes, commits once and then tells the subscribers; the same way out serves what arrives
from elsewhere and what undo brings back. Offsets are UTF-16 units of a slot. A command gives the new place of the
caret, or None where nothing may be done there. Nothing here is safe to use from two threads at once.
"""

from collections.abc import Mapping, Sequence

from pactoria_desktop.contract.anchors import Anchor, Located
from pactoria_desktop.contract.text import (
    MarkValue,
    WordObject,
    id_of,
    kind_of,
)
from pactoria_desktop.replica import commenting, erasing, formatting, tables, writing
from pactoria_desktop.replica.anchoring import anchor_at, cursor_at, locate, place_at
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.gradual import Gradually, replace_each
from pactoria_desktop.replica.living import TRACKED_KINDS
from pactoria_desktop.replica.opening import Opening
from pactoria_desktop.replica.paragraphs import NewParagraph, insert_paragraphs
from pactoria_desktop.replica.rebasing import Join, rebase
from pactoria_desktop.replica.resolving import Selection, require_all, resolve_revisions, resolve_within


class Replica(Opening):
    """One opening of a contract's living text. ``create`` and ``open`` make one; ``close`` it when done.

    ``identity``, ``suggesting`` and ``round`` may be changed at any time and hold for the commands after that.
    """

    # Commands on words

    def insert(self, place: Place, text: str, formatting: Mapping[str, MarkValue | None] | None = None) -> Place | None:
        """Type or paste text, newlines start paragraphs. ``formatting`` is laid over the look of the place."""
        with self._command():
            return writing.insert(self._living, place, text, formatting)

    def insert_object(self, place: Place, thing: WordObject) -> Place | None:
        """Insert a piece of Word XML that has no words, such as a page break."""
        with self._command():
            return writing.insert_object(self._living, place, thing)

    def insert_paragraphs(self, place: Place, paragraphs: Sequence[NewParagraph]) -> Place | None:
        """Put paragraphs with properties of their own behind the paragraph of a place, as one step."""
        with self._command():
            return insert_paragraphs(self._living, place, paragraphs)

    def enter(self, place: Place) -> Place | None:
        """Start a new paragraph."""
        return self.insert(place, "\n")

    def delete(self, stretches: Sequence[Stretch], forward: bool = False) -> Place | None:
        """Delete, or strike when suggesting. With ``forward`` the caret goes after what stays struck."""
        with self._command():
            return erasing.delete(self._living, stretches, forward)

    def replace(
        self, stretches: Sequence[Stretch], text: str, formatting: dict[str, MarkValue | None] | None = None
    ) -> Place | None:
        """Put text in the place of stretches, as one step."""
        with self._command():
            return erasing.replace(self._living, stretches, text, formatting)

    def replace_each(self, stretches: Sequence[Stretch], text: str) -> int:
        """Put text in the place of each stretch, as one commit; gives how many there were."""
        with self._command():
            return replace_each(self._living, stretches, text)

    def format(self, stretches: Sequence[Stretch], key: str, value: bool | None) -> None:
        """Give characters ``bold``, ``italic``, ``underline`` or ``strike``; None takes the word of their run."""
        with self._command():
            formatting.format_characters(self._living, stretches, key, value)

    def set_paragraph(self, stretches: Sequence[Stretch], key: str, value: str | int | None) -> None:
        """Set ``p:style``, ``p:num`` or ``p:lvl`` of every paragraph that the stretches touch."""
        with self._command():
            formatting.set_paragraphs(self._living, stretches, key, value)

    # Comments

    def comment(self, stretches: Sequence[Stretch], text: str) -> str:
        """Comment on words; gives the comment's id."""
        with self._command():
            return commenting.comment(self._living, stretches, text)

    def reply(self, comment: str, text: str) -> str:
        """Answer in a comment's thread; gives the answer's id."""
        with self._command():
            return commenting.reply(self._living, comment, text)

    def resolve_comment(self, comment: str, resolved: bool = True) -> None:
        """Mark a thread as resolved, or open it again."""
        with self._command():
            commenting.resolve_comment(self._living, comment, resolved)

    def remove_comment(self, comment: str) -> None:
        """Remove a comment with its answers, or one answer."""
        with self._command():
            commenting.remove_comment(self._living, comment)

    def comment_stretches(self, comment: str) -> list[Stretch]:
        """Where the words of a comment stand, in order; none when they are gone."""
        return commenting.stretches_of(self._living, comment)

    def comment_anchor(self, comment: str) -> Anchor | None:
        """Where a comment was made and on which words; None for answers and for those that came with a file."""
        return commenting.stored(self._living, comment).anchor

    # Places that live through edits

    def anchor(self, stretch: Stretch) -> Anchor:
        """An anchor on the words of a stretch. Raises ReplicaError where it is empty."""
        return anchor_at(self._living, stretch)

    def locate(self, anchor: Anchor) -> Located:
        """Where an anchor stands now, and what became of its words. Raises ReplicaError for a foreign one."""
        return locate(self._living, anchor)

    def cursor(self, place: Place) -> str:
        """A place that lives through edits, in hexadecimal digits. Raises ReplicaError where its slot is not shown."""
        return cursor_at(self._living, place)

    def place(self, cursor: str) -> Place | None:
        """Where a cursor stands now, None where its slot is not shown. Raises ReplicaError for a foreign one."""
        return place_at(self._living, cursor)

    def revision_stretches(self, revision: str) -> list[Stretch]:
        """Where the marks of a revision stand, in order, newlines included."""
        return self._living.stretches_where(lambda key: kind_of(key) in TRACKED_KINDS and id_of(key) == revision)

    # Sections

    def move_section(self, slot: str, before: str | None) -> None:
        """Move the section that holds a slot in front of the section that holds another, None for the end."""
        structure = self._living.structure
        section = structure.slot(slot).section
        target = structure.slot(before).section if before is not None else None
        with self._command():
            require_all(self._living)
            self._living.move_section(section.key, None if target is None else target.key)

    # Tables; a cell's slot names its row and column

    def insert_row(self, slot: str, below: bool = True) -> Place:
        """A row beside that of a cell; gives the caret in its first cell."""
        with self._command():
            return tables.insert_row(self._living, slot, below)

    def delete_rows(self, slots: Sequence[str]) -> Place | None:
        """Delete the rows of these cells, or strike them when suggesting."""
        with self._command():
            return tables.delete_rows(self._living, slots)

    def insert_column(self, slot: str, right: bool = True) -> Place:
        """A column beside that of a cell; not while suggesting."""
        with self._command():
            return tables.insert_column(self._living, slot, right)

    def delete_column(self, slot: str) -> Place | None:
        """Delete the column that a cell begins in; not while suggesting."""
        with self._command():
            return tables.delete_column(self._living, slot)

    def merge_right(self, slot: str) -> Place:
        """Merge a cell with the one at its right; not while suggesting."""
        with self._command():
            return tables.merge_right(self._living, slot)

    def merge_down(self, slot: str) -> Place:
        """Merge a cell with the one below it; not while suggesting."""
        with self._command():
            return tables.merge_down(self._living, slot)

    def split_cell(self, slot: str) -> Place:
        """Let the cells of a merged one stand by themselves again; not while suggesting."""
        with self._command():
            return tables.split_cell(self._living, slot)

    def new_table(self, slot: str, rows: int, columns: int) -> Place:
        """A table after the section of a slot."""
        with self._command():
            return tables.new_table(self._living, slot, rows, columns)

    def paragraph_beside(self, slot: str, before: bool) -> Place:
        """An empty paragraph before or after the table of a cell, where nobody could type otherwise."""
        with self._command():
            return tables.paragraph_beside(self._living, slot, before)

    # Tracked changes

    def accept(self, selection: Selection) -> int:
        """Accept tracked changes; gives how many revisions were among them."""
        with self._command():
            return resolve_revisions(self._living, selection, True)

    def reject(self, selection: Selection) -> int:
        """Reject tracked changes; gives how many revisions were among them."""
        with self._command():
            return resolve_revisions(self._living, selection, False)

    def resolve_within(self, stretch: Stretch, people: frozenset[str], *, accept: bool) -> int:
        """Accept or reject the tracked changes that people (ids of users) made in a stretch; gives how many."""
        with self._command():
            return resolve_within(self._living, stretch, people, accept)

    @property
    def gradually(self) -> Gradually:
        """Large deeds, text by text: each part is committed and told, all of them are one step of undo."""
        return Gradually(self._living, self._command, self._steps.group)

    def rebase(self, join: Join) -> None:
        """Lay a received text's changes on this one as their authors', then move the sources to its package."""
        with self._command():
            require_all(self._living)
            rebase(self._living, join)
