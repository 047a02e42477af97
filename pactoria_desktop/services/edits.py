"""Edits given as operations on the accepted text, applied through the living text and spliced into the Word file.

Offsets and ids mean the file as it was given, all operations at once. What would not give exactly the expected text is
refused, and nothing is written.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pactoria_desktop.contract.accepted import AcceptedText, SourceStretch, accepted
from pactoria_desktop.contract.text import ContractText, Marks, Paragraph, TextSection, kind_of
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.errors import PactoriaError


class EditError(PactoriaError):
    """Operations that cannot be applied as they are given."""


class _Operation(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ReplaceOperation(_Operation):
    """Put ``text`` in the place of the characters ``start`` to ``end``."""

    op: Literal["replace"]
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]
    text: Annotated[str, Field(max_length=1_000_000)]


class InsertParagraphOperation(_Operation):
    """Start a new paragraph behind one."""

    op: Literal["insert_paragraph_after"]
    paragraph: str
    text: Annotated[str, Field(max_length=1_000_000)]


class DeleteParagraphOperation(_Operation):
    """Delete a paragraph with its newline."""

    op: Literal["delete_paragraph"]
    paragraph: str


class CommentOperation(_Operation):
    """Comment on the characters ``start`` to ``end``."""

    op: Literal["comment"]
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]
    text: Annotated[str, Field(min_length=1, max_length=100_000)]


Operation = ReplaceOperation | InsertParagraphOperation | DeleteParagraphOperation | CommentOperation
_OPERATIONS: TypeAdapter[list[Operation]] = TypeAdapter(list[Annotated[Operation, Field(discriminator="op")]])


@dataclass(frozen=True, slots=True)
class EditCounts:
    """What was done."""

    replacements: int = 0
    inserted_paragraphs: int = 0
    deleted_paragraphs: int = 0
    comments: int = 0


@dataclass(frozen=True, slots=True)
class _Planned:
    """An operation as a range of the accepted text."""

    number: int
    operation: Operation
    start: int
    end: int
    text: str


def parse_operations(text: str) -> list[Operation]:
    """Operations from JSON. Raises EditError naming the operation and the field."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise EditError(f"The operations are not JSON ({error}); give a list of operations.") from error
    try:
        return _OPERATIONS.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = first["loc"]
        if not place:
            raise EditError("The operations are not a list; give a JSON list, [] for none.") from error
        field = ", ".join(str(step) for step in place[1:] if step not in ("replace", "comment"))
        named = f" ({field})" if field else ""
        raise EditError(f"Operation {place[0]}{named} is not valid: {first['msg'].lower()}.") from error


def apply_operations(replica: Replica, base: ContractText, operations: Sequence[Operation]) -> EditCounts:
    """Apply operations to a replica that holds ``base``; as tracked changes when it is suggesting.

    Raises EditError where an operation is out of the text, overlaps another or cuts a field or control, or where the
    result is not the expected text; the replica is then to be thrown away.
    """
    view = accepted(base)
    planned = _plan(view, operations)
    slots = _Slots(base)
    for each in planned:
        _check(slots, view, each)
    expected = view.text
    for each in sorted(planned, key=lambda plan: (plan.start, plan.end, plan.number), reverse=True):
        _apply(replica, slots, view, each)
        if not isinstance(each.operation, CommentOperation):
            expected = expected[: each.start] + each.text + expected[each.end :]
    result = accepted(replica.text()).text
    if result != expected:
        at = next(
            (n for n, (one, other) in enumerate(zip(result, expected, strict=False)) if one != other), len(result)
        )
        raise EditError(
            f"The operations would not give the expected text at offset {at} (a paragraph that must stay, or words "
            "that cannot be edited); nothing was written; leave that place out."
        )
    return EditCounts(
        sum(isinstance(each, ReplaceOperation) for each in operations),
        sum(isinstance(each, InsertParagraphOperation) for each in operations),
        sum(isinstance(each, DeleteParagraphOperation) for each in operations),
        sum(isinstance(each, CommentOperation) for each in operations),
    )


def _plan(view: AcceptedText, operations: Sequence[Operation]) -> list[_Planned]:
    planned = []
    for number, operation in enumerate(operations):
        if isinstance(operation, ReplaceOperation | CommentOperation):
            start, end = operation.start, operation.end
            text = operation.text if isinstance(operation, ReplaceOperation) else view.text[start:end]
            if not start <= end <= len(view.text):
                raise EditError(
                    f"Operation {number} names the characters {start} to {end}, but the text has {len(view.text)}; "
                    "take offsets from `pactoria text`."
                )
            if isinstance(operation, CommentOperation) and start == end:
                raise EditError(f"Operation {number} comments on no characters; give a range with words.")
        else:
            try:
                paragraph = view.paragraph_by_id(operation.paragraph)
            except KeyError as error:
                raise EditError(
                    f"Operation {number} names the paragraph {operation.paragraph}, which is not in the file; take ids "
                    "from `pactoria outline --json`."
                ) from error
            if isinstance(operation, InsertParagraphOperation):
                start = end = paragraph.end
                text = "\n" + operation.text
            else:
                start, end, text = paragraph.start, paragraph.end + 1, ""
        planned.append(_Planned(number, operation, start, end, text.replace("\r\n", "\n").replace("\r", "\n")))
    ordered = sorted(planned, key=lambda plan: (plan.start, plan.end))
    for first, second in pairwise(ordered):
        if second.start < first.end or (first.start == second.start and first.end == second.end):
            raise EditError(f"Operations {first.number} and {second.number} overlap; make them one, or leave one out.")
    return planned


class _Slots:
    """The paragraphs of each slot, for going from code points of a paragraph to UTF-16 units of the slot."""

    def __init__(self, text: ContractText) -> None:
        self.paragraphs: dict[str, tuple[Paragraph, ...]] = {}
        self.boxes = text.material.boxes
        for section in text.sections:
            if isinstance(section, TextSection):
                self.paragraphs[section.id] = section.paragraphs
            else:
                for row in section.rows:
                    for cell in row.cells:
                        self.paragraphs[cell.id] = cell.paragraphs
        self._starts: dict[str, list[int]] = {}

    def start_of(self, slot: str, paragraph: int) -> int:
        """Where a paragraph begins, in UTF-16 units of its slot."""
        if slot not in self._starts:
            starts = [0]
            for each in self.paragraphs[slot]:
                starts.append(starts[-1] + _units(each.text) + 1)
            self._starts[slot] = starts
        return self._starts[slot][paragraph]

    def stretch(self, source: SourceStretch) -> Stretch:
        """A stretch of the replica."""
        text = self.paragraphs[source.slot][source.paragraph].text
        begin = self.start_of(source.slot, source.paragraph)
        newline = 1 if source.end > len(text) else 0
        return Stretch(source.slot, begin + _units(text[: source.start]), begin + _units(text[: source.end]) + newline)

    def marks(self, source: SourceStretch) -> list[tuple[int, int, Marks]]:
        """The spans that a source stretch touches, as (start, end, marks) in code points of the paragraph."""
        found, place = [], 0
        paragraph = self.paragraphs[source.slot][source.paragraph]
        for span in paragraph.spans:
            end = place + len(span.text)
            if end > source.start and place < source.end:
                found.append((max(place, source.start), min(end, source.end), span.marks))
            place = end
        return found

    def whole(self, key: str) -> set[tuple[str, int, int]]:
        """Every character (slot, paragraph, place) under a mark, hidden ones left out."""
        found: set[tuple[str, int, int]] = set()
        for slot, paragraphs in self.paragraphs.items():
            for number, paragraph in enumerate(paragraphs):
                place = 0
                for span in paragraph.spans:
                    if key in span.marks:
                        found.update((slot, number, place + n) for n, c in enumerate(span.text) if c != "\u2060")
                    place += len(span.text)
        return found


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _check(slots: _Slots, view: AcceptedText, plan: _Planned) -> None:
    """Refuse what cuts a field, a locked control or an object."""
    if isinstance(plan.operation, CommentOperation) or plan.start == plan.end:
        return
    touched: dict[str, set[tuple[str, int, int]]] = {}
    for source in view.stretches(plan.start, plan.end):
        for start, end, marks in slots.marks(source):
            for key in marks:
                closed = kind_of(key) == "box" and slots.boxes.get(key[4:]) is not None
                if kind_of(key) == "fld" or closed:
                    touched.setdefault(key, set()).update((source.slot, source.paragraph, n) for n in range(start, end))
            if "lock" in marks and not any(kind_of(key) == "fld" for key in marks):
                raise EditError(
                    f"Operation {plan.number} changes words that are locked (a content control or a simple field); "
                    "leave them out."
                )
    total = plan.end - plan.start
    for key, characters in touched.items():
        box = slots.boxes.get(key[4:]) if kind_of(key) == "box" else None
        if box is not None and box.kind not in ("sdt", "fldSimple"):
            continue
        whole = slots.whole(key)
        reaches_out = total > len(characters)
        if kind_of(key) == "fld" and not whole <= characters:
            raise EditError(
                f"Operation {plan.number} cuts a field; give the range of the whole field, or leave it out."
            )
        if box is not None and reaches_out and not whole <= characters:
            raise EditError(f"Operation {plan.number} cuts the boundary of a content control; end the range at it.")


def _apply(replica: Replica, slots: _Slots, view: AcceptedText, plan: _Planned) -> None:
    operation = plan.operation
    if plan.start == plan.end:
        source = view.place(plan.start, after=False)
        text = slots.paragraphs[source.slot][source.paragraph].text
        offset = slots.start_of(source.slot, source.paragraph) + _units(text[: source.character])
        if plan.text:
            replica.insert(Place(source.slot, offset), plan.text)
        return
    stretches = [slots.stretch(source) for source in view.stretches(plan.start, plan.end)]
    if isinstance(operation, CommentOperation):
        replica.comment(stretches, operation.text)
    elif plan.text:
        replica.replace(stretches, plan.text)
    else:
        replica.delete(stretches)
