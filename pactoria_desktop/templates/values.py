"""The values that a template is filled with, read from what a form, a table or a file gives: ``read_values``.

``when`` decides what is asked for: a variable or slot whose condition does not hold has no value, whatever was given,
and is named in ``Values.unasked``. Defaults fill in for what is not mentioned; null and empty words say that nothing is
given. All faults are found in one reading.
"""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date

from pactoria_desktop.protocol.templates import (
    ClauseSlot,
    DateVariable,
    ListVariable,
    PartyVariable,
    Single,
    TemplateDefinition,
    Variable,
)
from pactoria_desktop.templates.conditions import asking_order, judged
from pactoria_desktop.templates.dates import date_written
from pactoria_desktop.templates.expectations import expected
from pactoria_desktop.templates.faults import (
    DefinitionError,
    UnknownPathError,
    UnreadableError,
    ValueFault,
    ValuesError,
    shown,
)
from pactoria_desktop.templates.reading import BLANKS, is_empty, read_party, read_single
from pactoria_desktop.templates.value_set import ClauseChoice, Item, SingleValue, Value, Values

__all__ = [
    "ClauseChoice", "DefinitionError", "Item", "PartialValues", "SingleValue", "UnknownPathError", "Value",
    "ValueFault", "Values", "ValuesError", "ValuesReader", "read_values",
]  # fmt: skip

_CLAUSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_SLOT_EXPECTED = "a clause as clause and variant, or nothing"


@dataclass(frozen=True, slots=True)
class PartialValues:
    """What could be read. ``values`` are those without a fault (of a list with a fault, what is whole of its items);
    ``faults`` says what is wrong or missing, in the order of the form; ``undecided`` are the paths of variables and
    slots of which it hangs on a value with a fault whether they are asked for."""

    values: Values
    faults: tuple[ValueFault, ...]
    undecided: frozenset[str] = frozenset()


def read_values(definition: TemplateDefinition, raw: Mapping[str, object]) -> Values:
    """The values, typed and within the limits of ``definition``.

    ``raw`` maps the ids of variables and slots to JSON values or to words: money "£12,500", "GBP 12,500.50" or
    {"amount_minor", "currency"}; periods "30 days" or {"count", "unit"}; dates "1 December 2026" or ISO; choices by id
    or label; parties and items of lists as objects. Raises ValuesError with every fault, DefinitionError where the
    conditions of the template cannot be followed.
    """
    read = ValuesReader(definition).partial(raw)
    if read.faults:
        raise ValuesError(read.faults)
    return read.values


@dataclass(slots=True)
class _Reading:
    """One reading as it goes on. ``unknown`` are variables with a fault, on which no condition can be judged."""

    fields: dict[str, Value | None] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    undecided: set[str] = field(default_factory=set)
    unasked: list[str] = field(default_factory=list)
    faults: dict[str, list[ValueFault]] = field(default_factory=dict)


class ValuesReader:
    """Reads values for one definition, any number of times."""

    def __init__(self, definition: TemplateDefinition) -> None:
        """Order the questions. Raises DefinitionError where they hang on one another in a circle, or where a slot has
        the name of a variable."""
        self._definition = definition
        self._language = definition.language
        self._variables = {variable.id: variable for variable in definition.variables}
        self._slots = {slot.id: slot for slot in definition.slots}
        for name in self._slots.keys() & self._variables.keys():
            raise DefinitionError(f"The slot {name} of this template has the name of a variable.")
        self._order = asking_order(definition.variables)
        self._item_orders = {
            variable.id: asking_order(variable.of)
            for variable in definition.variables
            if isinstance(variable, ListVariable)
        }

    def partial(self, raw: Mapping[str, object]) -> PartialValues:
        """What can be read of ``raw``, with all that is wrong or missing. Raises only DefinitionError."""
        reading = _Reading()
        unknown_names: list[ValueFault] = []
        if not isinstance(raw, Mapping):
            fault = ValueFault("", f"The values must be an object of names and values, not {shown(raw)}.")
            return PartialValues(Values({}, {}), (fault,))
        for name in raw:
            if name not in self._variables and name not in self._slots:
                title = self._definition.title
                unknown_names.append(ValueFault(_safe(name), f"“{_safe(name)}” is no field of the template “{title}”."))
        for variable in self._order:
            self._read(variable, raw, reading)
        for name, fault in self._dates_out_of_order(reading.fields):
            reading.faults.setdefault(name, []).append(fault)
            reading.fields.pop(name, None)
        slots = self._read_slots(raw, reading)
        fields = {name: reading.fields[name] for name in self._variables if name in reading.fields}
        order = [*self._variables, *self._slots]
        faults = unknown_names + [fault for name in order for fault in reading.faults.get(name, ())]
        unasked = tuple(sorted(reading.unasked, key=lambda path: order.index(path.split(".")[0])))
        return PartialValues(Values(fields, slots, unasked), tuple(faults), frozenset(reading.undecided))

    def _read(self, variable: Variable, raw: Mapping[str, object], reading: _Reading) -> None:
        asked = True if variable.when is None else judged(variable.when, reading.fields, reading.unknown)
        given = raw.get(variable.id)
        if asked is False:
            if not is_empty(given) and given != []:
                reading.unasked.append(variable.id)
            return
        if asked is None:
            reading.undecided.add(variable.id)
        value: Value | None
        if isinstance(variable, ListVariable):
            value, faults = self._read_list(variable, given, reading)
        else:
            given = variable.default if variable.id not in raw else given
            value, faults = self._read_one(variable, given, variable.id)
        if asked is None:
            faults = [fault for fault in faults if not (fault.missing and fault.path == variable.id)]
            reading.unknown.add(variable.id)
        if faults:
            reading.faults[variable.id] = faults
            reading.unknown.add(variable.id)
        if not faults or isinstance(value, tuple):
            reading.fields[variable.id] = value

    def _read_one(self, variable: Single, given: object, path: str) -> tuple[SingleValue | None, list[ValueFault]]:
        if is_empty(given):
            if not variable.required:
                return None, []
            expectation = expected(variable, self._language)
            return None, [
                ValueFault(path, f"{variable.label} ({path}) is missing: it must be {expectation}.", missing=True)
            ]
        if isinstance(variable, PartyVariable):
            return read_party(variable, given, path)
        try:
            return read_single(variable, given, self._language), []
        except UnreadableError as error:
            return None, [error.fault(variable.label, path, given)]

    def _read_list(
        self, variable: ListVariable, given: object, reading: _Reading
    ) -> tuple[tuple[Item, ...] | None, list[ValueFault]]:
        path = variable.id
        if given is None or (isinstance(given, str) and not given.strip(BLANKS)):
            given = []
        expectation = expected(variable, self._language)
        if not isinstance(given, list | tuple):
            return None, [UnreadableError(expectation).fault(variable.label, path, given)]
        if not given:
            if not variable.required or variable.least == 0:
                return (), []
            return None, [
                ValueFault(path, f"{variable.label} ({path}) is missing: it must be {expectation}.", missing=True)
            ]
        items: list[Item] = []
        faults: list[ValueFault] = []
        if not variable.least <= len(given) <= variable.most:
            faults.append(ValueFault(path, f"{variable.label} ({path}) must be {expectation}, not of {len(given):,}."))
        for number, raw in enumerate(given[: variable.most], 1):
            item, wrong = self._read_item(variable, raw, f"{path}.{number}", reading)
            items.append(item)
            faults += wrong
        return tuple(items), faults

    def _read_item(
        self, variable: ListVariable, raw: object, path: str, reading: _Reading
    ) -> tuple[Item, list[ValueFault]]:
        if not isinstance(raw, Mapping):
            error = UnreadableError(f"an object with {', '.join(one.id for one in variable.of)}")
            return {}, [error.fault(variable.item_label, path, raw)]
        own = {one.id: one for one in variable.of}
        faults = [
            ValueFault(f"{path}.{_safe(name)}", f"“{path}.{_safe(name)}” is no field of {variable.item_label}.")
            for name in raw
            if name not in own
        ]
        outside = {name: value for name, value in reading.fields.items() if name not in own}
        item: dict[str, SingleValue | None] = {}
        unknown: Set[str] = reading.unknown - own.keys()
        found: dict[str, list[ValueFault]] = {}
        for one in self._item_orders[variable.id]:
            asked = True if one.when is None else judged(one.when, {**outside, **item}, unknown)
            path_of_one = f"{path}.{one.id}"
            given = raw.get(one.id)
            if asked is False:
                if not is_empty(given):
                    reading.unasked.append(path_of_one)
                continue
            given = one.default if one.id not in raw else given
            value, wrong = self._read_one(one, given, path_of_one)
            if asked is None:
                wrong = [fault for fault in wrong if not (fault.missing and fault.path == path_of_one)]
                unknown = unknown | {one.id}
                reading.undecided.add(path_of_one)
            if wrong:
                found[one.id] = wrong
                unknown = unknown | {one.id}
            else:
                item[one.id] = value
        for one in variable.of:
            if isinstance(one, DateVariable):
                fault = self._out_of_order(one, f"{path}.{one.id}", {**outside, **item}, own)
                if fault is not None:
                    found.setdefault(one.id, []).append(fault)
                    item.pop(one.id, None)
        faults += [fault for one in variable.of for fault in found.get(one.id, ())]
        return {name: item[name] for name in own if name in item}, faults

    def _dates_out_of_order(self, fields: Mapping[str, Value | None]) -> list[tuple[str, ValueFault]]:
        dates = (variable for variable in self._definition.variables if isinstance(variable, DateVariable))
        faults = ((variable.id, self._out_of_order(variable, variable.id, fields)) for variable in dates)
        return [(name, fault) for name, fault in faults if fault is not None]

    def _out_of_order(
        self,
        variable: DateVariable,
        path: str,
        fields: Mapping[str, Value | None],
        own: Mapping[str, Single] | None = None,
    ) -> ValueFault | None:
        day = fields.get(variable.id)
        if not isinstance(day, date):
            return None
        for name, words in ((variable.after, "after"), (variable.not_before, "on or after")):
            other = fields.get(name) if name is not None else None
            if name is None or not isinstance(other, date):
                continue
            if day < other or (words == "after" and day == other):
                known: Mapping[str, Variable] = {**self._variables, **(own or {})}
                label = f"{known[name].label} ({name}), which is {date_written(other, self._language)}"
                given = date_written(day, self._language)
                return ValueFault(path, f"{variable.label} ({path}) must be {words} {label}, not {given}.")
        return None

    def _read_slots(self, raw: Mapping[str, object], reading: _Reading) -> dict[str, ClauseChoice | None]:
        slots: dict[str, ClauseChoice | None] = {}
        for slot in self._definition.slots:
            asked = True if slot.when is None else judged(slot.when, reading.fields, reading.unknown)
            given = raw.get(slot.id)
            if asked is False:
                if not is_empty(given):
                    reading.unasked.append(slot.id)
                continue
            if asked is None:
                reading.undecided.add(slot.id)
            try:
                chosen = _clause(given, slot, slot.id in raw)
            except UnreadableError as error:
                reading.faults[slot.id] = [error.fault(slot.title, slot.id, given)]
                continue
            if chosen is None and slot.required and asked:
                sentence = f"{slot.title} ({slot.id}) is missing: it must be a clause of the library."
                reading.faults[slot.id] = [ValueFault(slot.id, sentence, missing=True)]
                continue
            slots[slot.id] = chosen
        return slots


def _clause(given: object, slot: ClauseSlot, mentioned: bool) -> ClauseChoice | None:
    if not mentioned:
        return ClauseChoice(slot.default) if slot.default else None
    if isinstance(given, ClauseChoice):
        given = {"clause": given.clause, "variant": given.variant}
    if is_empty(given):
        return None
    names: Sequence[object] = ()
    if isinstance(given, str) and len(given) <= 300:
        names = given.strip(BLANKS).split("/")
    elif isinstance(given, Mapping) and set(given) <= {"clause", "variant"}:
        names = (given.get("clause"), given.get("variant") or "")
    if len(names) == 1:
        names = (*names, "")
    if len(names) != 2:
        raise UnreadableError(_SLOT_EXPECTED)
    clause, variant = names
    if not isinstance(clause, str) or _CLAUSE.fullmatch(clause) is None or not isinstance(variant, str):
        raise UnreadableError(_SLOT_EXPECTED)
    if variant and _CLAUSE.fullmatch(variant) is None:
        raise UnreadableError(_SLOT_EXPECTED)
    return ClauseChoice(clause, variant)


def _safe(name: object) -> str:
    """An unknown name as a path and a sentence may hold it: short and printable."""
    return shown(str(name))[1:-1]
