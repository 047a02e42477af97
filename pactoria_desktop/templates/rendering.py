"""Values in the words of a contract."""

from datetime import date
from decimal import Decimal

from pactoria_desktop.protocol.templates import (
    ChoiceVariable,
    ListVariable,
    Money,
    MoneyVariable,
    NumberVariable,
    Party,
    Period,
    PeriodVariable,
    TemplateDefinition,
    Variable,
)
from pactoria_desktop.templates.readings import SYMBOLS, places_of
from pactoria_desktop.templates.spelling import spelled
from pactoria_desktop.templates.values import Value, Values

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip
_SIGNS = {code: sign for sign, code in SYMBOLS.items()}


def rendered(path: str, values: Values, definition: TemplateDefinition, item: int | None = None) -> str:
    """What stands at a path; "" for what is not given. ``item`` counts a list's items from 1; the path names a variable
    of them as a template does (``deliverables.title``)."""
    first, _, rest = path.partition(".")
    variable = next((one for one in definition.variables if one.id == first), None)
    value = values.get(first)
    if isinstance(variable, ListVariable):
        name, _, rest = rest.partition(".")
        items = values.items(first)
        variable = next((one for one in variable.of if one.id == name), None)
        value = items[item - 1].get(name) if item is not None and 0 < item <= len(items) else None
    if variable is None or value is None:
        return ""
    if isinstance(value, Party):
        return str(getattr(value, rest)) if rest else _party(value)
    return shown(variable, value, definition.language)


def shown(variable: Variable, value: Value, language: str = "en-GB") -> str:
    """A single value in the words of a contract."""
    if isinstance(value, Party):
        return _party(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Money):
        return _money(value, variable.written if isinstance(variable, MoneyVariable) else "symbol")
    if isinstance(value, date):
        month = _MONTHS[value.month - 1]
        return f"{month} {value.day}, {value.year}" if language == "en-US" else f"{value.day} {month} {value.year}"
    if isinstance(value, Period):
        return _period(value, isinstance(variable, PeriodVariable) and variable.written == "words_and_figures")
    if isinstance(value, Decimal):
        return _number(value, variable)
    if isinstance(value, tuple):
        return str(len(value))
    if isinstance(variable, ChoiceVariable):
        return next((one.text or one.label for one in variable.choices if one.id == value), value)
    return value


def _figures(number: Decimal, places: int = 0) -> str:
    return f"{number:,.{places}f}"


def _number(value: Decimal, variable: Variable) -> str:
    exponent = value.normalize().as_tuple().exponent
    figures = _figures(value, max(0, -exponent) if isinstance(exponent, int) else 0)
    unit = variable.unit if isinstance(variable, NumberVariable) else ""
    if isinstance(variable, NumberVariable) and variable.written == "words_and_figures" and value == int(value) >= 0:
        return f"{spelled(int(value))} ({figures}){unit}"
    return f"{figures}{unit}"


def _money(value: Money, written: str) -> str:
    places = places_of(value.currency)
    amount = Decimal(abs(value.amount_minor)) / (Decimal(10) ** places)
    figures = _figures(amount, 0 if amount == amount.to_integral_value() else places)
    minus = "-" if value.amount_minor < 0 else ""
    sign = _SIGNS.get(value.currency)
    if written == "symbol" and sign is not None:
        return f"{minus}{sign}{figures}"
    return f"{value.currency} {minus}{figures}"


def _period(value: Period, twice: bool) -> str:
    unit = value.unit.replace("_", " ")
    unit = unit.removesuffix("s") if value.count == 1 else unit
    return f"{spelled(value.count)} ({value.count:,}) {unit}" if twice else f"{value.count:,} {unit}"


def _party(value: Party) -> str:
    """Name, what it is, where and under which number it is registered, and its address."""
    parts = [value.name]
    kind = value.kind.strip()
    if kind:
        parts.append(f"{'an' if kind[0].casefold() in 'aeiou' else 'a'} {kind[0].lower()}{kind[1:]}")
    registered = " ".join(
        words for words in (f"incorporated in {value.place}" if value.place else "",
                            f"with number {value.number}" if value.number else "") if words
    )  # fmt: skip
    if kind and registered:
        parts[-1] += f" {registered}"
    elif registered:
        parts.append(registered)
    if value.address:
        parts.append(f"of {value.address}")
    return ", ".join(parts)
