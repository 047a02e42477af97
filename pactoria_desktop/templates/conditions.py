"""Whether a condition holds with some values, and why, in words.

What is not given fails every test but ``missing`` and ``is_not``. Money is compared in one currency (a bare number is
minor units of the currency that is given), periods where one unit is a whole number of the other; where a comparison
makes no sense (pounds with dollars, days with months) it does not hold.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date
from decimal import Decimal
from typing import TypeVar

from pactoria_desktop.protocol.templates import (
    AllOf,
    AnyOf,
    ChoiceVariable,
    Comparison,
    Condition,
    DateVariable,
    ListVariable,
    Money,
    MoneyVariable,
    NumberVariable,
    Period,
    Single,
    TemplateDefinition,
    Variable,
)
from pactoria_desktop.templates.dates import date_read, date_written
from pactoria_desktop.templates.faults import DefinitionError, UnreadableError
from pactoria_desktop.templates.money import money_read, money_written
from pactoria_desktop.templates.numerals import figures, number_read, period_read, period_written
from pactoria_desktop.templates.value_set import Value, Values

_Asked = TypeVar("_Asked", Variable, Single)
_BASE_UNITS = {"days": ("day", 1), "weeks": ("day", 7), "months": ("month", 1), "years": ("month", 12)}
_CODE_FIRST = re.compile(r"([A-Z]{3}) -?[0-9].*")


def holds(condition: Condition, values: Values) -> bool:
    """Whether the condition holds. Raises DefinitionError where it compares with what cannot be read."""
    return judged(condition, values.fields, frozenset()) is True


def judged(condition: Condition, fields: Mapping[str, Value | None], unknown: Set[str]) -> bool | None:
    """Whether the condition holds; None where that hangs on one of the variables ``unknown``, whose values have faults.

    Raises DefinitionError where it compares with what cannot be read.
    """
    if isinstance(condition, Comparison):
        if condition.variable in unknown:
            return None
        return _compared(condition, fields.get(condition.variable))
    deciding = isinstance(condition, AnyOf)
    parts = condition.any if isinstance(condition, AnyOf) else condition.all
    answers = {judged(part, fields, unknown) for part in parts}
    if deciding in answers:
        return deciding
    return None if None in answers else not deciding


def explain(condition: Condition, definition: TemplateDefinition, values: Values | None = None) -> str:
    """Why words stand or are left out: "stands because “Personal data is processed” is yes".

    Without values: "stands if ...". Variables of lists are named where no variable outside has their name.
    """
    known: dict[str, Variable | Single] = {}
    for variable in definition.variables:
        if isinstance(variable, ListVariable):
            for one in variable.of:
                known.setdefault(one.id, one)
    known.update({variable.id: variable for variable in definition.variables})
    if values is None:
        return "stands if " + _reason(condition, True, known, definition.language, None)
    stands = holds(condition, values)
    reason = _reason(condition, stands, known, definition.language, values)
    return ("stands because " if stands else "is left out because ") + reason


def comparisons_in(condition: Condition | None) -> Iterator[Comparison]:
    """The tests of a condition."""
    if isinstance(condition, Comparison):
        yield condition
    elif condition is not None:
        for part in condition.any if isinstance(condition, AnyOf) else condition.all:
            yield from comparisons_in(part)


def names_in(condition: Condition | None) -> Iterator[str]:
    """The variables that a condition asks for."""
    yield from (comparison.variable for comparison in comparisons_in(condition))


def asking_order(variables: Sequence[_Asked]) -> tuple[_Asked, ...]:
    """The variables, each behind those that its condition asks for.

    Raises DefinitionError where they ask in a circle.
    """
    known = {variable.id: variable for variable in variables}
    ordered: dict[str, _Asked] = {}
    open_names: set[str] = set()

    def visit(variable: _Asked) -> None:
        if variable.id in ordered:
            return
        if variable.id in open_names:
            raise DefinitionError(f"Whether {variable.label} ({variable.id}) is asked for hangs on itself.")
        open_names.add(variable.id)
        for name in _hangs_on(variable):
            if name in known:
                visit(known[name])
        ordered[variable.id] = variable

    for variable in variables:
        visit(variable)
    return tuple(ordered.values())


def _hangs_on(variable: Variable) -> Iterator[str]:
    yield from names_in(variable.when)
    if isinstance(variable, ListVariable):
        own = {one.id for one in variable.of}
        for one in variable.of:
            yield from (name for name in names_in(one.when) if name not in own)


def _compared(comparison: Comparison, value: Value | None) -> bool:
    given = value is not None and value != ()
    match comparison.test:
        case "given":
            return given
        case "missing":
            return not given
        case "is":
            return value is not None and _same(comparison, comparison.value, value)
        case "is_not":
            return value is None or not _same(comparison, comparison.value, value)
        case "one_of":
            wanted = comparison.value if isinstance(comparison.value, tuple) else ()
            return value is not None and any(_same(comparison, one, value) for one in wanted)
        case _:
            if value is None:
                return False
            difference = _difference(comparison, value)
            if difference is None:
                return False
            return difference >= 0 if comparison.test == "at_least" else difference <= 0


def _same(comparison: Comparison, wanted: object, value: Value) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, Decimal):
        return value == _number(comparison, wanted)
    if isinstance(value, date):
        return value == _date(comparison, wanted)
    return value == str(wanted)


def _difference(comparison: Comparison, value: Value) -> Decimal | None:
    """How much the value is above what it is compared with; None where the two cannot be compared."""
    wanted = comparison.value
    if isinstance(value, Decimal):
        return value - _number(comparison, wanted)
    if isinstance(value, date):
        return Decimal((value - _date(comparison, wanted)).days)
    if isinstance(value, Money):
        amount = _money(comparison, value.currency)
        return Decimal(value.amount_minor - amount.amount_minor) if amount.currency == value.currency else None
    if isinstance(value, Period):
        base, length = _BASE_UNITS.get(value.unit, (value.unit, 1))
        limit = _period(comparison, value)
        limit_base, limit_length = _BASE_UNITS.get(limit.unit, (limit.unit, 1))
        return Decimal(value.count * length - limit.count * limit_length) if base == limit_base else None
    if isinstance(value, tuple):
        return len(value) - _number(comparison, wanted)
    return None


def _number(comparison: Comparison, wanted: object) -> Decimal:
    try:
        return number_read(str(wanted), "")
    except UnreadableError as error:
        raise _unreadable(comparison, "a number") from error


def _date(comparison: Comparison, wanted: object) -> date:
    try:
        return date_read(str(wanted))
    except UnreadableError as error:
        raise _unreadable(comparison, "a date such as 2026-12-01") from error


def _money(comparison: Comparison, currency: str) -> Money:
    wanted = comparison.value
    if isinstance(wanted, int) and abs(wanted) <= 10**15:
        return Money(amount_minor=wanted, currency=currency)
    named = _CODE_FIRST.fullmatch(str(wanted)) if isinstance(wanted, str) else None
    try:
        if named is not None:
            return money_read(named[0], (named[1],), "en-GB")
    except UnreadableError as error:
        raise _unreadable(comparison, "an amount such as GBP 10000.00") from error
    raise _unreadable(comparison, "an amount such as GBP 10000.00, or whole minor units")


def _period(comparison: Comparison, value: Period) -> Period:
    wanted = comparison.value
    if isinstance(wanted, int) and 0 <= wanted <= 100_000:
        return Period(count=wanted, unit=value.unit)
    try:
        return period_read(str(wanted))
    except UnreadableError as error:
        raise _unreadable(comparison, "a period such as 30 days, or a whole number of any unit") from error


def _unreadable(comparison: Comparison, expected: str) -> DefinitionError:
    return DefinitionError(
        f"A condition of this template compares {comparison.variable} with something that is not {expected}."
    )


def _reason(
    condition: Condition, stands: bool, known: Mapping[str, Variable], language: str, values: Values | None
) -> str:
    if isinstance(condition, Comparison):
        return _test_in_words(condition, stands, known, language, values)
    parts = condition.any if isinstance(condition, AnyOf) else condition.all
    if values is not None and isinstance(condition, AnyOf) == stands:
        parts = tuple(part for part in parts if holds(part, values) is stands)
        if stands:
            parts = parts[:1]
    reasons = [_reason(part, stands, known, language, values) for part in parts]
    if len(reasons) == 1:
        return reasons[0]
    either = values is None and isinstance(condition, AnyOf)
    nested = any(isinstance(part, AllOf | AnyOf) for part in parts)
    joint = (" or " if either else " and ") if not nested else ("; or " if either else "; and ")
    return joint.join(reasons)


def _test_in_words(
    comparison: Comparison, stands: bool, known: Mapping[str, Variable], language: str, values: Values | None
) -> str:
    variable = known.get(comparison.variable)
    name = f"“{variable.label if variable is not None else comparison.variable}”"
    if comparison.test in ("given", "missing"):
        given = (comparison.test == "given") == stands
        return f"{name} is given" if given else f"{name} is not given"
    if values is not None and values.fields.get(comparison.variable) is None:
        return f"{name} is not given"
    wanted = comparison.value if isinstance(comparison.value, tuple) else (comparison.value,)
    words = [_value_in_words(one, variable, comparison, language) for one in wanted]
    several = words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]
    if comparison.test in ("at_least", "at_most"):
        beyond = ("later", "earlier") if isinstance(variable, DateVariable) else ("more", "less")
        return f"{name} is {'' if stands else 'not '}{several} or {beyond[comparison.test == 'at_most']}"
    if comparison.test == "is_not":
        stands = not stands
    if comparison.value is True or comparison.value is False:
        return f"{name} is {'yes' if comparison.value == stands else 'no'}"
    return f"{name} is {several}" if stands else f"{name} is not {several}"


def _value_in_words(wanted: object, variable: Variable | None, comparison: Comparison, language: str) -> str:
    if isinstance(variable, ChoiceVariable):
        return next((f"“{choice.label}”" for choice in variable.choices if choice.id == wanted), str(wanted))
    if isinstance(variable, MoneyVariable):
        return money_written(_money(comparison, variable.currencies[0]), variable.written, language)
    if isinstance(variable, NumberVariable):
        return figures(_number(comparison, wanted)) + variable.unit
    if variable is not None and variable.kind == "date":
        return date_written(_date(comparison, wanted), language)
    if variable is not None and variable.kind == "period":
        if isinstance(wanted, int):
            return f"{wanted:,}"
        return period_written(_period(comparison, Period(count=0, unit="days")), "figures", language)
    if variable is not None and variable.kind in ("text", "long_text"):
        return f"“{wanted}”"
    return str(wanted)
