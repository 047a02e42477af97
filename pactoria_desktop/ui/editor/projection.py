"""A text as it will be once everything is accepted, or as it was before all tracked changes: to read, not to edit."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from pactoria_desktop.contract.suggesting import is_inserted, is_struck
from pactoria_desktop.contract.text import CommentNote, Marks, MarkValue, Material, Revision, kind_of
from pactoria_desktop.replica.changes import Changes, Node, Place, RowNode, TableNode
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.rights import Rights
from pactoria_desktop.ui.editor.living import LivingText
from pactoria_desktop.ui.editor.writing import units

GONE_KINDS = ("ins", "del", "moveFrom", "moveTo", "fmt", "pfmt", "typ")


def _refuse(*given: object, **named: object) -> Any:
    raise ReplicaError("This view only shows the contract; edit it where all changes are shown.")


class Projection:
    """Shows what ``accepted`` asks for: True for everything accepted, False for everything rejected.

    The projection follows nothing: make a new one to see later changes.
    """

    suggesting = False
    rights = Rights.READ

    def __init__(self, text: LivingText, *, accepted: bool) -> None:
        self._text = text
        self._accepted = accepted

    @property
    def revisions(self) -> Mapping[str, Revision]:
        """None: nothing is marked."""
        return {}

    @property
    def comments(self) -> tuple[CommentNote, ...]:
        """The text's comments."""
        return self._text.comments

    @property
    def material(self) -> Material:
        """The text's material."""
        return self._text.material

    def nodes(self) -> tuple[Node, ...]:
        """The sections, without rows that are gone."""
        found: list[Node] = []
        for node in self._text.nodes():
            if isinstance(node, TableNode):
                rows = tuple(RowNode(row.id, row.cells, {}) for row in node.rows if not self._is_gone(row.marks))
                if rows:
                    found.append(TableNode(node.id, node.part, rows, node.columns, node.widths))
            else:
                found.append(node)
        return tuple(found)

    def spans(self, slot: str) -> list[tuple[str, Marks]]:
        """What is left of a slot; its last newline always is."""
        spans = self._text.spans(slot)
        kept = [(text, self._marks(marks)) for text, marks in spans if not self._is_gone(marks)]
        if spans and (not kept or not kept[-1][0].endswith("\n") or self._is_gone(spans[-1][1])):
            kept.append(("\n", self._marks(spans[-1][1])))
        return kept

    def length(self, slot: str) -> int:
        """A slot's length in UTF-16 units."""
        return sum(units(text) for text, _ in self.spans(slot))

    def subscribe(self, callback: Callable[[Changes], None]) -> Callable[[], None]:
        """Nothing ever changes."""
        del callback
        return lambda: None

    def undo_group(self) -> AbstractContextManager[None]:
        """Nothing to group."""
        return nullcontext()

    def undo_gradually(self) -> Iterator[Place | None]:
        """Nothing to undo."""
        return iter(())

    redo_gradually = undo_gradually
    gradually: Any = property(_refuse)
    replace_each: Any = staticmethod(_refuse)
    insert: Any = staticmethod(_refuse)
    enter: Any = staticmethod(_refuse)
    delete: Any = staticmethod(_refuse)
    replace: Any = staticmethod(_refuse)
    format: Any = staticmethod(_refuse)
    set_paragraph: Any = staticmethod(_refuse)
    comment: Any = staticmethod(_refuse)
    reply: Any = staticmethod(_refuse)
    resolve_comment: Any = staticmethod(_refuse)
    accept: Any = staticmethod(_refuse)
    reject: Any = staticmethod(_refuse)
    insert_row: Any = staticmethod(_refuse)
    delete_rows: Any = staticmethod(_refuse)
    insert_column: Any = staticmethod(_refuse)
    delete_column: Any = staticmethod(_refuse)
    merge_right: Any = staticmethod(_refuse)
    merge_down: Any = staticmethod(_refuse)
    split_cell: Any = staticmethod(_refuse)
    new_table: Any = staticmethod(_refuse)
    paragraph_beside: Any = staticmethod(_refuse)

    def _is_gone(self, marks: Marks) -> bool:
        return is_struck(marks) if self._accepted else is_inserted(marks)

    def _marks(self, marks: Marks) -> Marks:
        kept: dict[str, MarkValue] = {key: value for key, value in marks.items() if kind_of(key) not in GONE_KINDS}
        if self._accepted:
            return kept
        for key, old in marks.items():
            if kind_of(key) in ("fmt", "pfmt") and isinstance(old, dict):
                _lay_back(kept, old)
        return kept


def _lay_back(kept: dict[str, MarkValue], old: Mapping[str, object]) -> None:
    """Put the values back that a tracked formatting replaced."""
    for name, value in old.items():
        key = "p:props" if name == "props" else name
        if isinstance(value, bool | int | str):
            kept[key] = value
        else:
            kept.pop(key, None)
