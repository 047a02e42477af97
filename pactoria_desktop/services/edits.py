"""Edits given as operations on the accepted text, applied through the living text and spliced into the Word file.

Offsets and ids mean the file as it was given, all operations at once. What would not give exactly the expected text is
refused, and nothing is written.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from pactoria_desktop.replica.errors import ReplicaError
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
    """An operation as a range of the accepted text and the words to write there; ``comment`` is what is said of it."""

    number: int
    start: int
    end: int
    words: str = ""
    comment: str | None = None

    @property
    def deletes(self) -> bool:
        """Whether it takes words away and writes none."""
        return self.comment is None and not self.words and self.start < self.end


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done, and the text that came of it with its accepted view."""

    counts: EditCounts
    text: ContractText
    view: AcceptedText


def apply_operations(replica: Replica, base: ContractText, operations: Sequence[Operation]) -> Applied:
    """Apply operations to a replica that holds ``base``; as tracked changes when it is suggesting.

    Raises EditError where an operation is out of the text, overlaps another or cuts a field or control, or where the
    result is not the expected text; the replica is then to be thrown away.
    """
    view = accepted(base)
    slots = _Slots(base)
    planned = _settled(slots, view, _plan(view, operations))
    for each in planned:
        _check(slots, view, each)
    taken = _boxes_taken(slots, view, planned)
    for each in reversed(planned):
        _apply(replica, slots, view, each)
    expected = _expected(view.text, sorted([*planned, *taken], key=lambda plan: plan.start))
    text = replica.text()
    result = accepted(text)
    if result.text != expected:
        number = _blamed(planned, result.text, expected)
        raise EditError(
            f"Operation {number} would not give the expected text (a paragraph that must stay, or words "
            "that cannot be edited); nothing was written; leave that place out."
        )
    counts = EditCounts(
        sum(isinstance(each, ReplaceOperation) for each in operations),
        sum(isinstance(each, InsertParagraphOperation) for each in operations),
        sum(isinstance(each, DeleteParagraphOperation) for each in operations),
        sum(isinstance(each, CommentOperation) for each in operations),
    )
    return Applied(counts, text, result)


def _plan(view: AcceptedText, operations: Sequence[Operation]) -> list[_Planned]:
    """The operations in the order of the text. Raises EditError for those out of the text and those that overlap."""
    planned = [_planned(view, number, operation) for number, operation in enumerate(operations)]
    planned.sort(key=lambda plan: (plan.start, plan.end, plan.number))
    for first, second in pairwise(planned):
        if second.start < first.end or (first.start == second.start and first.end == second.end):
            raise EditError(f"Operations {first.number} and {second.number} overlap; make them one, or leave one out.")
    return planned


def _planned(view: AcceptedText, number: int, operation: Operation) -> _Planned:
    if isinstance(operation, ReplaceOperation | CommentOperation):
        start, end = operation.start, operation.end
        if not start <= end <= len(view.text):
            raise EditError(
                f"Operation {number} names the characters {start} to {end}, but the text has {len(view.text)}; "
                "take offsets from `pactoria text`."
            )
        if isinstance(operation, CommentOperation):
            if not view.text[start:end].strip("\n"):
                raise EditError(f"Operation {number} comments on no characters; give a range with words.")
            return _Planned(number, start, end, comment=operation.text)
        if start == end == len(view.text) and operation.text:
            raise EditError(
                f"Operation {number} writes behind the last paragraph; use insert_paragraph_after, or end the range "
                "before its newline."
            )
        return _Planned(number, start, end, operation.text)
    try:
        paragraph = view.paragraph_by_id(operation.paragraph)
    except KeyError as error:
        raise EditError(
            f"Operation {number} names the paragraph {operation.paragraph[:40]!r}, which is not in the file; "
            "take ids from `pactoria outline --json`."
        ) from error
    if isinstance(operation, InsertParagraphOperation):
        return _Planned(number, paragraph.end, paragraph.end, "\n" + operation.text)
    return _Planned(number, paragraph.start, paragraph.end + 1)


def _settled(slots: "_Slots", view: AcceptedText, planned: Sequence[_Planned]) -> list[_Planned]:
    """The plan with deletions side by side made one, and kept off newlines that must stay where another one can go.

    The last paragraph of a cell or before a table keeps its newline, so the newline before it goes in its place; the
    text that comes out is the same.
    """
    joined: list[_Planned] = []
    for plan in planned:
        if joined and joined[-1].deletes and plan.deletes and joined[-1].end == plan.start:
            joined[-1] = replace(joined[-1], end=plan.end)
        else:
            joined.append(plan)
    return [_moved(slots, view, plan) for plan in joined]


def _moved(slots: "_Slots", view: AcceptedText, plan: _Planned) -> _Planned:
    if plan.comment is not None or plan.start == plan.end or not slots.stays(view, plan.end - 1):
        return plan
    if plan.words.endswith("\n"):
        return replace(plan, end=plan.end - 1, words=plan.words[:-1])
    before = plan.start - 1
    if plan.deletes and before >= 0 and view.text[before] == "\n" and not slots.stays(view, before):
        return replace(plan, start=before, end=plan.end - 1)
    return plan


def _expected(text: str, planned: Sequence[_Planned]) -> str:
    """The text that the plan should give."""
    pieces, place = [], 0
    for plan in planned:
        if plan.comment is None:
            pieces += [text[place : plan.start], visible(plan.words)]
            place = max(place, plan.end)
    return "".join([*pieces, text[place:]])


def _boxes_taken(slots: "_Slots", view: AcceptedText, planned: Sequence[_Planned]) -> list[_Planned]:
    """What goes with the drawings that the plan deletes: the words of their text boxes, which stand apart in the text.

    Raises EditError where another operation speaks of these words.
    """
    if not slots.text_boxes:
        return []
    holders: dict[str, int] = {}
    for plan in planned:
        if plan.comment is None:
            for source in view.stretches(plan.start, plan.end):
                for _, marks in slots.marks(source):
                    if marks.get("obj") in slots.text_boxes:
                        holders[str(marks["obj"])] = plan.number
    taken = [
        _Planned(holders[paragraph.part.split(":")[1]], paragraph.start, paragraph.end + 1)
        for paragraph in view.paragraphs
        if kind_of(paragraph.part) == "textbox" and paragraph.part.split(":")[1] in holders
    ]
    for gone in taken:
        for plan in planned:
            if gone.start <= plan.start < gone.end or plan.start < gone.start < plan.end:
                raise EditError(
                    f"Operation {gone.number} takes away a drawing with a text box, and operation {plan.number} speaks "
                    "of the words in that box; leave one of them out."
                )
    return taken


def _blamed(planned: Sequence[_Planned], result: str, expected: str) -> int:
    """The number of the operation nearest to the first place where the texts differ."""
    at = next((n for n, (one, other) in enumerate(zip(result, expected, strict=False)) if one != other), len(result))
    shift, best, distance = 0, planned[0].number, len(expected) + 1
    for each in planned:
        if each.comment is None:
            start, length = each.start + shift, len(visible(each.words))
            away = max(start - at, at - start - length, 0)
            if away < distance:
                best, distance = each.number, away
            shift += length - (each.end - each.start)
    return best


class _Slots:
    """The paragraphs of each slot, for going from code points of a paragraph to UTF-16 units of the slot."""

    def __init__(self, text: ContractText) -> None:
        self.paragraphs: dict[str, tuple[Paragraph, ...]] = {}
        self.boxes = text.material.boxes
        parts = (section.part.split(":") for section in text.sections)
        self.text_boxes = {names[1] for names in parts if names[0] == "textbox"}
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

    def closed(self, source: SourceStretch) -> set[str]:
        """What nobody can type in, by name: the fields, formulas and locked containers that a stretch lies in."""
        found: set[str] = set()
        for _, marks in self.marks(source):
            for key in marks:
                kind = kind_of(key)
                if kind == "fld" or (kind == "box" and "lock" in marks):
                    found.add(key)
                elif kind == "obj":
                    found.add(f"obj:{marks[key]}")
        return found

    def ends_fixed(self, source: SourceStretch) -> bool:
        """Whether a stretch ends with a newline that may not be deleted."""
        paragraph = self.paragraphs[source.slot][source.paragraph]
        return source.end > len(paragraph.text) and "p:fix" in paragraph.marks

    def stays(self, view: AcceptedText, offset: int) -> bool:
        """Whether a newline that may not be deleted stands at an offset of the text."""
        return any(self.ends_fixed(source) for source in view.stretches(offset, offset + 1))

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
    if plan.comment is not None:
        return
    if plan.start == plan.end:
        _check_insertion(slots, view, plan)
        return
    touched: Counter[str] = Counter()
    for source in view.stretches(plan.start, plan.end):
        if slots.ends_fixed(source):
            raise EditError(
                f"Operation {plan.number} would take away the last paragraph of a table cell, note, header, text box, "
                "Word section or of the words before a table, which must stay; replace its words alone."
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
    """Refuse typing inside a field, a formula or locked words."""
    if not 0 < plan.start < len(view.text):
        return
    before, after = (
        {closed for source in view.stretches(place, place + 1) for closed in slots.closed(source)}
        for place in (plan.start - 1, plan.start)
    )
    if before & after:
        raise EditError(
            f"Operation {plan.number} types inside a field, a formula or locked words; replace the whole of it, or "
            "leave it out."
        )


def _apply(replica: Replica, slots: _Slots, view: AcceptedText, plan: _Planned) -> None:
    """Apply one operation. Raises EditError for what the living text does not take."""
    try:
        if plan.start == plan.end:
            if plan.words:
                replica.insert(slots.place(view.place(plan.start, after=False)), plan.words)
            return
        stretches = [slots.stretch(source) for source in view.stretches(plan.start, plan.end)]
        if plan.comment is not None:
            replica.comment(stretches, plan.comment)
        elif plan.words:
            replica.replace(stretches, plan.words)
        else:
            replica.delete(stretches)
    except ReplicaError as error:
        raise EditError(
            f"Operation {plan.number} is at a place that cannot be edited (a cell that is merged into the one above, "
            "or a part that Word shows nowhere); leave it out."
        ) from error
