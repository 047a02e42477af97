"""What the editor needs of a contract's living text; `pactoria_desktop.replica.replica.Replica` has it all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from pactoria_desktop.contract.text import CommentNote, Marks, MarkValue, Material, Revision
from pactoria_desktop.replica.changes import Changes, Node, Place, Stretch
from pactoria_desktop.replica.gradual import Gradually
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.replica.rights import Rights


class LivingText(Protocol):
    """Reading, commands and events of one open contract. Each command commits once and may raise ReplicaError."""

    @property
    def suggesting(self) -> bool:
        """Whether edits are tracked changes."""

    @suggesting.setter
    def suggesting(self, suggesting: bool) -> None: ...

    @property
    def rights(self) -> Rights:
        """What may be done here."""

    @rights.setter
    def rights(self, rights: Rights) -> None: ...

    @property
    def revisions(self) -> Mapping[str, Revision]:
        """Who changed what, by revision id."""

    @property
    def comments(self) -> tuple[CommentNote, ...]:
        """Comments and replies."""

    @property
    def material(self) -> Material:
        """What marks name."""

    def nodes(self) -> tuple[Node, ...]:
        """The shown sections in document order."""

    def spans(self, slot: str) -> list[tuple[str, Marks]]:
        """A slot's characters under their marks, newlines included."""

    def length(self, slot: str) -> int:
        """A slot's length in UTF-16 units."""

    def subscribe(self, callback: Callable[[Changes], None]) -> Callable[[], None]:
        """Call back after every commit, import and undo; gives the way to stop it."""

    def insert(self, place: Place, text: str, formatting: Mapping[str, MarkValue | None] | None = None) -> Place | None:
        """Type or paste; newlines make paragraphs."""

    def enter(self, place: Place) -> Place | None:
        """Divide a paragraph."""

    def delete(self, stretches: Sequence[Stretch], forward: bool = False) -> Place | None:
        """Strike or remove."""

    def replace(
        self, stretches: Sequence[Stretch], text: str, formatting: dict[str, MarkValue | None] | None = None
    ) -> Place | None:
        """Strike or remove, then type."""

    def format(self, stretches: Sequence[Stretch], key: str, value: bool | None) -> None:
        """Change a look of characters."""

    def set_paragraph(self, stretches: Sequence[Stretch], key: str, value: str | int | None) -> None:
        """Change a property of paragraphs."""

    def comment(self, stretches: Sequence[Stretch], text: str) -> str:
        """Comment on words; gives the id."""

    def reply(self, comment: str, text: str) -> str:
        """Answer in a thread; gives the id."""

    def resolve_comment(self, comment: str, resolved: bool = True) -> None:
        """Settle a thread, or open it again."""

    def insert_row(self, slot: str, below: bool = True) -> Place:
        """A row beside that of a cell."""

    def delete_rows(self, slots: Sequence[str]) -> Place | None:
        """Delete or strike the rows of these cells."""

    def insert_column(self, slot: str, right: bool = True) -> Place:
        """A column beside that of a cell."""

    def delete_column(self, slot: str) -> Place | None:
        """Delete a cell's column."""

    def merge_right(self, slot: str) -> Place:
        """Join a cell with the one at its right."""

    def merge_down(self, slot: str) -> Place:
        """Join a cell with the one below it."""

    def split_cell(self, slot: str) -> Place:
        """Divide a joined cell."""

    def new_table(self, slot: str, rows: int, columns: int) -> Place:
        """A table after the section of a slot."""

    def paragraph_beside(self, slot: str, before: bool) -> Place:
        """An empty paragraph before or after a cell's table."""

    def accept(self, selection: Selection) -> int:
        """Accept tracked changes; gives how many."""

    def reject(self, selection: Selection) -> int:
        """Reject tracked changes; gives how many."""

    @property
    def gradually(self) -> Gradually:
        """Large deeds, text by text."""

    def replace_each(self, stretches: Sequence[Stretch], text: str) -> int:
        """Put text in the place of each stretch, as one commit."""

    def undo_group(self) -> AbstractContextManager[None]:
        """What happens inside is one step of undo."""

    def undo_gradually(self) -> Iterator[Place | None]:
        """Take the last step back part by part."""

    def redo_gradually(self) -> Iterator[Place | None]:
        """Do again part by part what was taken back."""
