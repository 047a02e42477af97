"""Edits given as operations on the accepted text, applied through the living text and spliced into the Word file.

Offsets and ids mean the file as it was given, all operations at once. What would not give exactly the expected text is
refused, and nothing is written.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from pactoria_desktop.contract.accepted import (
    AcceptedText,
    SourcePlace,
    SourceStretch,
    accepted,
    is_dropped,
    visible,
)
from pactoria_desktop.contract.text import Box, ContractText, Marks, Paragraph, TextSection, kind_of
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.services.operations import (
    CommentOperation,
    DeleteParagraphOperation,
    EditError,
    InsertParagraphOperation,
    Operation,
    ReplaceOperation,
)


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
        raise EditError(
            f"Operation {_blamed(planned, result, expected)} would not give the expected text (a paragraph that must "
            "stay, or words that cannot be edited); nothing was written; leave that place out."
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
            if start == end == len(view.text) and text:
                raise EditError(
                    f"Operation {number} writes behind the last paragraph; use insert_paragraph_after, or end the "
                    "range before its newline."
                )
        else:
            try:
                paragraph = view.paragraph_by_id(operation.paragraph)
            except KeyError as error:
                raise EditError(
                    f"Operation {number} names the paragraph {operation.paragraph[:40]!r}, which is not in the file; "
                    "take ids from `pactoria outline --json`."
                ) from error
            if isinstance(operation, InsertParagraphOperation):
                start = end = paragraph.end
                text = "\n" + operation.text
            else:
                start, end, text = paragraph.start, paragraph.end + 1, ""
        planned.append(_Planned(number, operation, start, end, visible(text)))
    ordered = sorted(planned, key=lambda plan: (plan.start, plan.end))
    for first, second in pairwise(ordered):
        if second.start < first.end or (first.start == second.start and first.end == second.end):
            raise EditError(f"Operations {first.number} and {second.number} overlap; make them one, or leave one out.")
    return planned


def _blamed(planned: Sequence[_Planned], result: str, expected: str) -> int:
    """The number of the operation nearest to the first place where the texts differ."""
    at = next((n for n, (one, other) in enumerate(zip(result, expected, strict=False)) if one != other), len(result))
    shift, best, distance = 0, planned[0].number, len(expected) + 1
    for each in sorted(planned, key=lambda plan: (plan.start, plan.end)):
        if isinstance(each.operation, CommentOperation):
            continue
        start = each.start + shift
        away = max(start - at, at - start - len(each.text), 0)
        if away < distance:
            best, distance = each.number, away
        shift += len(each.text) - (each.end - each.start)
    return best


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

    def place(self, source: SourcePlace) -> Place:
        """A place of the replica."""
        text = self.paragraphs[source.slot][source.paragraph].text
        begin = self._start_of(source.slot, source.paragraph)
        return Place(source.slot, begin + _units(text[: source.character]))

    def stretch(self, source: SourceStretch) -> Stretch:
        """A stretch of the replica."""
        text = self.paragraphs[source.slot][source.paragraph].text
        begin = self._start_of(source.slot, source.paragraph)
        newline = 1 if source.end > len(text) else 0
        return Stretch(source.slot, begin + _units(text[: source.start]), begin + _units(text[: source.end]) + newline)

    def marks(self, source: SourceStretch) -> list[tuple[int, Marks]]:
        """The spans that a stretch of shown characters touches: how many of its characters, and their marks."""
        found, place = [], 0
        for span in self.paragraphs[source.slot][source.paragraph].spans:
            end = place + len(span.text)
            if end > source.start and place < source.end:
                found.append((min(end, source.end) - max(place, source.start), span.marks))
            place = end
        return found

    def last_newline(self, source: SourceStretch) -> Marks | None:
        """The marks of the newline that a stretch ends with, None where it ends before one."""
        paragraph = self.paragraphs[source.slot][source.paragraph]
        return paragraph.marks if source.end > len(paragraph.text) else None

    def box(self, key: str) -> Box | None:
        """The container that a ``box:`` mark names."""
        return self.boxes.get(key[4:]) if kind_of(key) == "box" else None

    @cached_property
    def shown(self) -> Counter[str]:
        """How many shown characters each field and container has in all."""
        found: Counter[str] = Counter()
        for paragraphs in self.paragraphs.values():
            for paragraph in paragraphs:
                for span in paragraph.spans:
                    keys = [key for key in span.marks if kind_of(key) in ("fld", "box")]
                    if keys and not is_dropped(span.marks, "accepted"):
                        size = len(visible(span.text))
                        for key in keys:
                            found[key] += size
        return found

    def _start_of(self, slot: str, paragraph: int) -> int:
        """Where a paragraph begins, in UTF-16 units of its slot."""
        if slot not in self._starts:
            starts = [0]
            for each in self.paragraphs[slot]:
                starts.append(starts[-1] + _units(each.text) + 1)
            self._starts[slot] = starts
        return self._starts[slot][paragraph]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _check(slots: _Slots, view: AcceptedText, plan: _Planned) -> None:
    """Refuse what cuts a field or control, changes locked words, or takes away a newline that must stay."""
    if isinstance(plan.operation, CommentOperation):
        return
    if plan.start == plan.end:
        _check_insertion(slots, view, plan)
        return
    touched: Counter[str] = Counter()
    for source in view.stretches(plan.start, plan.end):
        if "p:fix" in (slots.last_newline(source) or ()):
            raise EditError(
                f"Operation {plan.number} would take away the end of a table cell, note, text box, section of Word or "
                "stretch before a table, which must stay; end the range before that newline."
            )
        for count, marks in slots.marks(source):
            in_field = False
            for key in marks:
                in_field = in_field or kind_of(key) == "fld"
                if kind_of(key) in ("fld", "box"):
                    touched[key] += count
            if "lock" in marks and not in_field:
                raise EditError(
                    f"Operation {plan.number} changes words that are locked (a content control or a simple field); "
                    "leave them out."
                )
    for key, count in touched.items():
        whole = slots.shown[key] <= count
        box = slots.box(key)
        if kind_of(key) == "fld" and not whole:
            raise EditError(
                f"Operation {plan.number} cuts a field; give the range of the whole field, or leave it out."
            )
        closed = box is not None and box.kind in ("sdt", "fldSimple")
        if closed and not whole and plan.end - plan.start > count:
            raise EditError(f"Operation {plan.number} cuts the boundary of a content control; end the range at it.")


def _check_insertion(slots: _Slots, view: AcceptedText, plan: _Planned) -> None:
    """Refuse typing inside a field."""
    if not 0 < plan.start < len(view.text):
        return
    before, after = (
        {
            key
            for source in view.stretches(place, place + 1)
            for _, marks in slots.marks(source)
            for key in marks
            if kind_of(key) == "fld"
        }
        for place in (plan.start - 1, plan.start)
    )
    if before & after:
        raise EditError(
            f"Operation {plan.number} types inside a field, whose words its code makes; replace the whole field, or "
            "leave it out."
        )


def _apply(replica: Replica, slots: _Slots, view: AcceptedText, plan: _Planned) -> None:
    operation = plan.operation
    if plan.start == plan.end:
        if plan.text:
            words = "\n" + operation.text if isinstance(operation, InsertParagraphOperation) else operation.text  # type: ignore[union-attr]
            replica.insert(slots.place(view.place(plan.start, after=False)), words)
        return
    stretches = [slots.stretch(source) for source in view.stretches(plan.start, plan.end)]
    if isinstance(operation, CommentOperation):
        replica.comment(stretches, operation.text)
    elif isinstance(operation, ReplaceOperation) and operation.text:
        replica.replace(stretches, operation.text)
    else:
        replica.delete(stretches)
