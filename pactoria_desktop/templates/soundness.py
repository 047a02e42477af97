"""Whether a template's definition can be answered at all: what its schema cannot see."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from pactoria_desktop.protocol.templates import (
    ChoiceVariable,
    Comparison,
    Condition,
    DateVariable,
    ListVariable,
    Money,
    MoneyVariable,
    NumberVariable,
    PartyVariable,
    Period,
    PeriodVariable,
    Single,
    TemplateDefinition,
    TextVariable,
    Variable,
)
from pactoria_desktop.templates.conditions import comparisons_in, judged
from pactoria_desktop.templates.faults import DefinitionError, UnreadableError
from pactoria_desktop.templates.reading import read_party, read_single
from pactoria_desktop.templates.value_set import Value
from pactoria_desktop.templates.values import ValuesReader


def definition_faults(definition: TemplateDefinition) -> tuple[str, ...]:
    """One sentence for each thing that keeps the definition from being answered, naming the variable; none when it is
    sound. With a sound definition ``read_values`` raises nothing but ValuesError."""
    faults: list[str] = []
    try:
        ValuesReader(definition)
    except DefinitionError as error:
        faults.append(error.sentence)
    known: dict[str, Variable] = {variable.id: variable for variable in definition.variables}
    for variable in definition.variables:
        faults += _of_condition(variable.when, known)
        if not isinstance(variable, ListVariable):
            faults += _of_single(variable, variable.id, known, definition.language)
            continue
        if variable.least > variable.most:
            faults.append(f"{variable.label} ({variable.id}) wants at least {variable.least} and at most fewer.")
        inside = {**known, **{one.id: one for one in variable.of}}
        for one in variable.of:
            faults += _of_condition(one.when, inside)
            faults += _of_single(one, f"{variable.id}.{one.id}", inside, definition.language)
    for condition in (*(one.when for one in definition.conditions), *(slot.when for slot in definition.slots)):
        faults += _of_condition(condition, known)
    return tuple(dict.fromkeys(faults))


def _of_condition(condition: Condition | None, known: Mapping[str, Variable]) -> Iterator[str]:
    for comparison in comparisons_in(condition):
        variable = known.get(comparison.variable)
        for value in _samples(variable, comparison):
            try:
                judged(comparison, {comparison.variable: value}, frozenset())
            except DefinitionError as error:
                yield error.sentence
                break


def _samples(variable: Variable | None, comparison: Comparison) -> tuple[Value, ...]:
    match variable:
        case NumberVariable():
            return (Decimal(0),)
        case MoneyVariable():
            return tuple(Money(amount_minor=0, currency=code) for code in variable.currencies)
        case DateVariable():
            return (date(2000, 1, 1),)
        case PeriodVariable():
            return tuple(Period(count=1, unit=unit) for unit in variable.units)
        case ListVariable():
            return ((),)
        case _:
            return ()


def _of_single(variable: Single, path: str, known: Mapping[str, Variable], language: str) -> Iterator[str]:
    name = f"{variable.label} ({path})"
    least, most = _limits(variable)
    if least is not None and most is not None and least > most:
        yield f"{name} wants at least {least} and at most {most}, which nothing is."
    if isinstance(variable, DateVariable):
        if variable.earliest is not None and variable.latest is not None and variable.earliest > variable.latest:
            yield f"{name} has an earliest date after its latest."
        for other in (variable.after, variable.not_before):
            if other is not None and (other == variable.id or not isinstance(known.get(other), DateVariable)):
                yield f"{name} must follow {other}, which is no other date."
    if isinstance(variable, ChoiceVariable):
        ids = [choice.id for choice in variable.choices]
        if len(set(ids)) < len(ids):
            yield f"{name} has a choice twice."
    if variable.default is None:
        return
    if isinstance(variable, PartyVariable):
        yield from (
            f"The default does not do: {fault.sentence}" for fault in read_party(variable, variable.default, path)[1]
        )
        return
    try:
        read_single(variable, variable.default, language)
    except UnreadableError as error:
        yield f"The default does not do: {error.fault(variable.label, path, variable.default).sentence}"


def _limits(variable: Single) -> tuple[Decimal | int | None, Decimal | int | None]:
    match variable:
        case TextVariable():
            return variable.shortest, variable.longest
        case NumberVariable():
            return variable.least, variable.most
        case MoneyVariable():
            return variable.least_minor, variable.most_minor
        case PeriodVariable():
            return variable.least, variable.most
        case _:
            return None, None
