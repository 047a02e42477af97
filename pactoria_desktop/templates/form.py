"""The form of a template: its questions in order, with what is asked now, what is missing, and how far it has come.

A form is made anew from the definition and the values as they are entered (``raw``, which may be partial and wrong in
places); it holds nothing itself. ``draft_of`` is what is saved to go on later.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pactoria_desktop.protocol.templates import (
    ClauseSlot,
    Condition,
    ListVariable,
    Money,
    Party,
    Period,
    Single,
    TemplateDefinition,
    Variable,
)
from pactoria_desktop.templates.conditions import explain
from pactoria_desktop.templates.expectations import expected
from pactoria_desktop.templates.faults import ValueFault
from pactoria_desktop.templates.rendering import entered
from pactoria_desktop.templates.value_set import ClauseChoice, Value, Values
from pactoria_desktop.templates.values import PartialValues, ValuesReader

_DEEPEST_KEPT = 4


@dataclass(frozen=True, slots=True)
class Question:
    """One variable as a form asks for it now.

    ``path`` is ``fee`` or, of a list's item, ``deliverables.2.title``. ``asked`` is None where that hangs on a value
    with a fault. ``reason`` says why it is not asked for. ``words`` is what an entry field shows: what was typed, or
    the value or default. ``value`` is None where nothing is given or it has a fault. ``hint`` says what is expected.
    ``items`` are the questions of each item of a list.
    """

    path: str
    variable: Variable
    asked: bool | None
    reason: str
    words: str
    value: Value | None
    hint: str
    faults: tuple[ValueFault, ...]
    items: tuple[tuple["Question", ...], ...] = ()

    @property
    def is_answered(self) -> bool:
        """Whether it has a value, and no fault in it."""
        return self.value is not None and self.value != () and not self.faults

    @property
    def is_missing(self) -> bool:
        """Whether something is required that is not there yet; what is wrong otherwise is no matter of missing."""
        return bool(self.faults) and all(fault.missing for fault in self.faults)


@dataclass(frozen=True, slots=True)
class SlotQuestion:
    """A place for a clause as a form asks for it now; ``chosen`` is None where no clause goes there."""

    slot: ClauseSlot
    asked: bool | None
    reason: str
    chosen: ClauseChoice | None
    faults: tuple[ValueFault, ...]


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """The questions under one heading, which is empty for those that have none."""

    heading: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the questions that need an answer now have one. A list counts as one question."""

    answered: int
    of: int


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it stands. ``faults`` are all, those of names that the template does not have included."""

    groups: tuple[QuestionGroup, ...]
    slots: tuple[SlotQuestion, ...]
    read: PartialValues
    progress: Progress

    @property
    def faults(self) -> tuple[ValueFault, ...]:
        """All faults, in the order of the form."""
        return self.read.faults

    @property
    def missing(self) -> tuple[str, ...]:
        """The paths of what is required and not there."""
        return tuple(fault.path for fault in self.read.faults if fault.missing)

    @property
    def is_complete(self) -> bool:
        """Whether the template can be filled with what is there."""
        return not self.read.faults


def form_of(definition: TemplateDefinition, raw: Mapping[str, object]) -> Form:
    """The form with what is entered so far. Raises DefinitionError where the conditions cannot be followed."""
    read = ValuesReader(definition).partial(raw)
    questions = [_question(variable, raw, read, definition) for variable in definition.variables]
    slots = tuple(_slot(slot, read, definition) for slot in definition.slots)
    headings = dict.fromkeys(question.variable.group for question in questions)
    groups = tuple(
        QuestionGroup(heading, tuple(one for one in questions if one.variable.group == heading)) for heading in headings
    )
    needed = [one for one in questions if one.asked and (one.variable.required or one.faults)]
    slots_needed = [one for one in slots if one.asked and one.slot.required]
    answered = sum(not one.faults for one in needed) + sum(not one.faults for one in slots_needed)
    return Form(groups, slots, read, Progress(answered, len(needed) + len(slots_needed)))


def draft_of(definition: TemplateDefinition, raw: Mapping[str, object]) -> dict[str, object]:
    """What is saved of a form to go on with later, as JSON: every entry of a variable or slot that the template has, as
    it was entered, with its faults and also where it is not asked for now."""
    names = [one.id for one in (*definition.variables, *definition.slots)]
    return {name: _kept(raw[name], _DEEPEST_KEPT) for name in names if name in raw}


def _question(
    variable: Variable, raw: Mapping[str, object], read: PartialValues, definition: TemplateDefinition
) -> Question:
    faults = _faults_under(variable.id, read)
    value = read.values.fields.get(variable.id)
    asked = _asked(variable.id, variable.id in read.values.fields, bool(faults), read)
    given = raw.get(variable.id)
    items: tuple[tuple[Question, ...], ...] = ()
    if isinstance(variable, ListVariable) and isinstance(value, tuple):
        entries = given if isinstance(given, list | tuple) else ()
        items = tuple(
            tuple(_item_question(one, variable, number, entry, read, definition) for one in variable.of)
            for number, entry in enumerate(entries[: len(value)], 1)
        )
    return Question(
        variable.id,
        variable,
        asked,
        _reason(variable.when, asked, definition, read.values),
        "" if isinstance(variable, ListVariable) else _words(variable, given, variable.id in raw, value, definition),
        value,
        expected(variable, definition.language),
        faults,
        items,
    )


def _item_question(
    variable: Single,
    of: ListVariable,
    number: int,
    entry: object,
    read: PartialValues,
    definition: TemplateDefinition,
) -> Question:
    path = f"{of.id}.{number}.{variable.id}"
    items = read.values.fields[of.id]
    item = items[number - 1] if isinstance(items, tuple) else {}
    faults = _faults_under(path, read)
    asked = _asked(path, variable.id in item, bool(faults), read)
    given = entry.get(variable.id) if isinstance(entry, Mapping) else None
    mentioned = isinstance(entry, Mapping) and variable.id in entry
    value = item.get(variable.id)
    return Question(
        path,
        variable,
        asked,
        _reason(variable.when, asked, definition, read.values.of_item(of.id, number)),
        _words(variable, given, mentioned, value, definition),
        value,
        expected(variable, definition.language),
        faults,
    )


def _slot(slot: ClauseSlot, read: PartialValues, definition: TemplateDefinition) -> SlotQuestion:
    faults = _faults_under(slot.id, read)
    asked = _asked(slot.id, slot.id in read.values.slots, bool(faults), read)
    reason = _reason(slot.when, asked, definition, read.values)
    return SlotQuestion(slot, asked, reason, read.values.slots.get(slot.id), faults)


def _faults_under(path: str, read: PartialValues) -> tuple[ValueFault, ...]:
    return tuple(fault for fault in read.faults if fault.path == path or fault.path.startswith(f"{path}."))


def _asked(path: str, has_value: bool, has_faults: bool, read: PartialValues) -> bool | None:
    if path in read.undecided:
        return None
    return has_value or has_faults


def _reason(when: Condition | None, asked: bool | None, definition: TemplateDefinition, values: Values) -> str:
    return "" if when is None or asked is not False else explain(when, definition, values)


def _words(
    variable: Single, given: object, mentioned: bool, value: Value | None, definition: TemplateDefinition
) -> str:
    if isinstance(given, str):
        return given
    if value is not None and not isinstance(value, tuple):
        return entered(variable, value, definition.language)
    if not mentioned and variable.default is not None:
        return entered(variable, variable.default, definition.language)
    return str(given) if isinstance(given, int | float | Decimal) and not isinstance(given, bool) else ""


def _kept(raw: object, depth: int) -> object:
    if isinstance(raw, Money | Period | Party):
        return raw.model_dump(mode="json")
    if isinstance(raw, ClauseChoice):
        return {"clause": raw.clause, "variant": raw.variant}
    if isinstance(raw, date):
        return raw.isoformat()
    if isinstance(raw, Decimal):
        return str(raw)
    if isinstance(raw, Mapping):
        return {str(name): _kept(one, depth - 1) for name, one in raw.items()} if depth else None
    if isinstance(raw, list | tuple):
        return [_kept(one, depth - 1) for one in raw] if depth else None
    return raw
