"""Values for the variables of a template: read from JSON, from a form's words or a table's cells, and checked.

Every fault is a sentence that names the field by its label and its name, and says what is expected there.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pydantic import ValidationError

from pactoria_desktop.protocol.templates import (
    ChoiceVariable,
    Condition,
    DateVariable,
    ListVariable,
    LongTextVariable,
    Money,
    MoneyVariable,
    NumberVariable,
    Party,
    PartyVariable,
    Period,
    PeriodVariable,
    TemplateDefinition,
    TextVariable,
    Variable,
    YesNoVariable,
)
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.templates.readings import (
    ReadingError,
    date_from,
    money_from,
    number_from,
    period_from,
    places_of,
    yes_or_no_from,
)

Value = str | Decimal | Money | date | Period | Party | bool | tuple["Item", ...]
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffc\u2060\ufffe\uffff]")
_WHAT = {"text": "words", "long_text": "words", "number": "a number", "money": "an amount of money such as £12,500",
         "date": "a date such as 2026-12-01 or 1 December 2026", "period": "a length of time such as 30 days",
         "choice": "one of the choices", "party": "a party with a name", "yes_no": "yes or no",
         "list": "a list"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ValueFault:
    """What is wrong with one field. ``path`` names it: ``fee``, ``client.name``, ``deliverables.2.title``."""

    path: str
    sentence: str


class ValuesError(PactoriaError):
    """Values cannot be used; the message is the first fault's sentence."""

    def __init__(self, faults: Sequence[ValueFault]) -> None:
        """With at least one fault."""
        super().__init__(faults[0].sentence)
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class ChosenClause:
    """A clause for a slot; without ``variant`` its preferred wording."""

    clause: str
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """The values of one item of a list."""

    values: Mapping[str, Value]

    def get(self, name: str) -> Value | None:
        """A value, None where it is not given."""
        return self.values.get(name)


@dataclass(frozen=True, slots=True)
class Values:
    """What was given for a template, checked. What is not given, or is not asked for, is not there."""

    values: Mapping[str, Value] = field(default_factory=dict)
    slots: Mapping[str, ChosenClause | None] = field(default_factory=dict)

    def get(self, name: str) -> Value | None:
        """A variable's value, None where it is not given."""
        return self.values.get(name)

    def items(self, name: str) -> tuple[Item, ...]:
        """The items of a list."""
        found = self.values.get(name)
        return found if isinstance(found, tuple) else ()

    def count(self, name: str) -> int:
        """How many items a list has."""
        return len(self.items(name))


def comparable(value: Value) -> object:
    """What conditions compare: numbers (of a list how many there are), text, a date as it is written in ISO 8601."""
    if isinstance(value, tuple):
        return Decimal(len(value))
    if isinstance(value, Money):
        return Decimal(value.amount_minor) / (Decimal(10) ** places_of(value.currency))
    if isinstance(value, Period):
        return Decimal(value.count)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Party):
        return value.name
    return value


def read_values(definition: TemplateDefinition, raw: Mapping[str, object]) -> Values:
    """The values for a template. Raises ValuesError with all faults."""
    values, faults = examine(definition, raw)
    if faults:
        raise ValuesError(faults)
    return values


def examine(definition: TemplateDefinition, raw: Mapping[str, object]) -> tuple[Values, tuple[ValueFault, ...]]:
    """The values that are right, and what is wrong with the others: for a form that is being filled."""
    return _Reader(definition).read(raw)


class _Reader:
    def __init__(self, definition: TemplateDefinition) -> None:
        self._definition = definition
        self._faults: list[ValueFault] = []

    def read(self, raw: Mapping[str, object]) -> tuple[Values, tuple[ValueFault, ...]]:
        known = {one.id for one in (*self._definition.variables, *self._definition.slots)}
        for name in raw:
            if name not in known:
                self._fault(str(name)[:60], f"{str(name)[:60]!r} is no field of this template; leave it out.")
        given: dict[str, Value] = {}
        for variable in self._definition.variables:
            value = self._variable(variable, raw.get(variable.id), variable.id)
            if value is not None:
                given[variable.id] = value
        values = self._asked(given, raw)
        self._orders(values)
        return Values(values.values, self._slots(raw, values)), tuple(self._faults)

    def _fault(self, path: str, sentence: str) -> None:
        self._faults.append(ValueFault(path, sentence))

    def _asked(self, given: dict[str, Value], raw: Mapping[str, object]) -> Values:
        """The values without those that are not asked for, defaults filled in; what is required must be there."""
        faulty = {one.path.partition(".")[0] for one in self._faults}
        for variable in self._definition.variables:
            default = getattr(variable, "default", None)
            absent = raw.get(variable.id) is None and variable.id not in given
            if absent and default is not None:
                given[variable.id] = default
        standing = dict(given)
        for _ in self._definition.variables:  # what is asked for may hang on what is asked for
            kept = {
                one.id: standing[one.id]
                for one in self._definition.variables
                if one.id in standing and self._holds(one.when, Values(standing))
            }
            if kept.keys() == standing.keys():
                break
            standing = kept
        values = Values(standing)
        for variable in self._definition.variables:
            if (
                variable.required
                and variable.id not in standing
                and variable.id not in faulty
                and self._holds(variable.when, values)
            ):
                self._fault(variable.id, f"{_named(variable)} is missing; give {_WHAT[variable.kind]}.")
        return values

    @staticmethod
    def _holds(condition: Condition | None, values: Values) -> bool:
        from pactoria_desktop.templates.conditions import holds

        return condition is None or holds(condition, values)

    def _slots(self, raw: Mapping[str, object], values: Values) -> dict[str, ChosenClause | None]:
        found: dict[str, ChosenClause | None] = {}
        for slot in self._definition.slots:
            value = raw.get(slot.id)
            if value is None or not self._holds(slot.when, values):
                found[slot.id] = ChosenClause(slot.default) if value is None and slot.default else None
                continue
            clause = value.get("clause") if isinstance(value, Mapping) else value
            variant = value.get("variant") or "" if isinstance(value, Mapping) else ""
            others = set(value) - {"clause", "variant"} if isinstance(value, Mapping) else set()
            if not isinstance(clause, str) or not clause or not isinstance(variant, str) or others:
                self._fault(
                    slot.id, f"{slot.title!r} ({slot.id}) takes a clause of the library by its name, or nothing."
                )
                continue
            found[slot.id] = ChosenClause(clause, variant)
        return found

    def _orders(self, values: Values) -> None:
        for variable in self._definition.variables:
            if not isinstance(variable, DateVariable):
                continue
            mine = values.get(variable.id)
            for name, strict in ((variable.after, True), (variable.not_before, False)):
                other = values.get(name) if name else None
                if not isinstance(mine, date) or not isinstance(other, date):
                    continue
                if mine < other or (strict and mine == other):
                    label = next(one.label for one in self._definition.variables if one.id == name)
                    word = "after" if strict else "on or after"
                    self._fault(variable.id, f"{_named(variable)} must be {word} {label!r} ({other.isoformat()}).")

    def _variable(self, variable: Variable, raw: object, path: str) -> Value | None:
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        try:
            return self._read(variable, raw, path)
        except ReadingError as error:
            self._fault(path, f"{_named(variable, path)} {error}.")
        return None

    def _read(self, variable: Variable, raw: object, path: str) -> Value | None:
        if isinstance(variable, TextVariable | LongTextVariable):
            return _words(variable, raw)
        if isinstance(variable, NumberVariable):
            return _number(variable, raw)
        if isinstance(variable, MoneyVariable):
            return _money(variable, raw)
        if isinstance(variable, DateVariable):
            return _date(variable, raw)
        if isinstance(variable, PeriodVariable):
            return _period(variable, raw)
        if isinstance(variable, ChoiceVariable):
            return _choice(variable, raw)
        if isinstance(variable, PartyVariable):
            return self._party(variable, raw, path)
        if isinstance(variable, YesNoVariable):
            return yes_or_no_from(raw)
        return self._list(variable, raw, path)

    def _party(self, variable: PartyVariable, raw: object, path: str) -> Party | None:
        given = {"name": raw} if isinstance(raw, str) else raw
        if not isinstance(given, Mapping):
            raise ReadingError(f"must be {_WHAT['party']}")
        known = ("name", *variable.parts)
        right = True
        parts: dict[str, str] = {}
        for name, value in given.items():
            if name not in known:
                self._fault(f"{path}.{name}"[:90], f"{_named(variable, path)} has no part {str(name)[:40]!r}.")
                right = False
            elif value is not None:
                if not isinstance(value, str) or _UNSTORABLE.search(value):
                    self._fault(f"{path}.{name}", f"{_named(variable, path)}: {name!r} must be words.")
                    right = False
                elif value.strip():
                    parts[str(name)] = value.strip()
        if not right:
            return None
        if "name" not in parts:
            raise ReadingError("has no name; give one")
        try:
            return Party.model_validate(parts)
        except ValidationError as error:
            first = str(error.errors(include_url=False)[0]["loc"][0])
            raise ReadingError(f"has a part that is too long ({first})") from error

    def _list(self, variable: ListVariable, raw: object, path: str) -> tuple[Item, ...] | None:
        if not isinstance(raw, list | tuple):
            raise ReadingError(f"must be {_WHAT['list']} of {variable.item_label!r}")
        if not variable.least <= len(raw) <= variable.most:
            raise ReadingError(f"must have {variable.least} to {variable.most} items, not {len(raw)}")
        before = len(self._faults)
        items = []
        for number, one in enumerate(raw, 1):
            where = f"{path}.{number}"
            if not isinstance(one, Mapping):
                self._fault(where, f"{_named(variable, where)} must have the fields {', '.join(_names(variable))}.")
                continue
            for name in one:
                if name not in _names(variable):
                    self._fault(f"{where}.{name}"[:90], f"{_named(variable, where)} has no field {str(name)[:40]!r}.")
            found: dict[str, Value] = {}
            for each in variable.of:
                value = self._variable(each, one.get(each.id), f"{where}.{each.id}")
                value = getattr(each, "default", None) if value is None and one.get(each.id) is None else value
                if value is not None:
                    found[each.id] = value
                elif each.required and not any(fault.path.startswith(f"{where}.{each.id}") for fault in self._faults):
                    self._fault(
                        f"{where}.{each.id}", f"{_named(each, f'{where}.{each.id}')} is missing; "
                        f"give {_WHAT[each.kind]}.",
                    )  # fmt: skip
            items.append(Item(found))
        return tuple(items) if len(self._faults) == before else None


def _names(variable: ListVariable) -> list[str]:
    return [one.id for one in variable.of]


def _named(variable: Variable, path: str = "") -> str:
    return f"{variable.label!r} ({path or variable.id})"


def _words(variable: TextVariable | LongTextVariable, raw: object) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise ReadingError("must be words")
    words = str(raw).replace("\r\n", "\n").replace("\r", "\n").strip()
    if _UNSTORABLE.search(words):
        raise ReadingError("holds characters that no contract can hold; type it anew")
    if isinstance(variable, TextVariable):
        if "\n" in words:
            raise ReadingError("must be one line")
        if len(words) < variable.shortest:
            raise ReadingError(f"must have {variable.shortest} characters at least")
    if len(words) > variable.longest:
        raise ReadingError(f"must have {variable.longest:,} characters at most, not {len(words):,}")
    return words


def _number(variable: NumberVariable, raw: object) -> Decimal:
    number = number_from(raw, variable.unit)
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > variable.places:
        places = f"{variable.places} decimal places at most" if variable.places else "a whole number"
        raise ReadingError(f"must be {places}")
    if (variable.least is not None and number < variable.least) or (
        variable.most is not None and number > variable.most
    ):
        raise ReadingError(f"must be {_between(variable.least, variable.most)}")
    return number


def _money(variable: MoneyVariable, raw: object) -> Money:
    money = money_from(raw, variable.currencies[0] if len(variable.currencies) == 1 else None)
    if money.currency not in variable.currencies:
        raise ReadingError(f"must be in {' or '.join(variable.currencies)}, not {money.currency}")
    if (variable.least_minor is not None and money.amount_minor < variable.least_minor) or (
        variable.most_minor is not None and money.amount_minor > variable.most_minor
    ):
        scale = Decimal(10) ** places_of(money.currency)
        bounds = [None if one is None else one / scale for one in (variable.least_minor, variable.most_minor)]
        raise ReadingError(f"must be {_between(*bounds)} {money.currency}")
    return money


def _date(variable: DateVariable, raw: object) -> date:
    found = date_from(raw)
    if variable.earliest is not None and found < variable.earliest:
        raise ReadingError(f"must be {variable.earliest.isoformat()} or later")
    if variable.latest is not None and found > variable.latest:
        raise ReadingError(f"must be {variable.latest.isoformat()} or earlier")
    return found


def _period(variable: PeriodVariable, raw: object) -> Period:
    period = period_from(raw, variable.units[0] if len(variable.units) == 1 else None)
    if period.unit not in variable.units:
        raise ReadingError(f"must be in {' or '.join(one.replace('_', ' ') for one in variable.units)}")
    if not variable.least <= period.count <= variable.most:
        raise ReadingError(f"must be {_between(variable.least, variable.most)} {period.unit.replace('_', ' ')}")
    return period


def _choice(variable: ChoiceVariable, raw: object) -> str:
    names = [one.id for one in variable.choices]
    if isinstance(raw, str):
        if raw in names:
            return raw
        for one in variable.choices:
            if raw.strip().casefold() in (one.id, one.label.casefold()):
                return one.id
    raise ReadingError(f"must be one of {', '.join(names)}")


def _between(least: object, most: object) -> str:
    if least is None:
        return f"{most} or less"
    return f"{least} or more" if most is None else f"between {least} and {most}"
