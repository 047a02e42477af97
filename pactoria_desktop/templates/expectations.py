"""What a variable expects, in words that stand behind "must be", and what the parts of a party are called."""

from pactoria_desktop.protocol.templates import (
    ChoiceVariable,
    DateVariable,
    ListVariable,
    LongTextVariable,
    Money,
    MoneyVariable,
    NumberVariable,
    PartyVariable,
    PeriodVariable,
    TextVariable,
    Variable,
)
from pactoria_desktop.templates.dates import EXPECTED as DATE_EXPECTED
from pactoria_desktop.templates.dates import date_written
from pactoria_desktop.templates.money import alternatives, money_written
from pactoria_desktop.templates.money import expected as money_expected
from pactoria_desktop.templates.numerals import figures, units_named

PART_LABELS = {
    "name": "name", "kind": "kind", "number": "registered number", "place": "place of incorporation",
    "address": "address", "represented_by": "signatory", "email": "e-mail address",
}  # fmt: skip
LONGEST_PARTS = {
    "name": 300, "kind": 100, "number": 60, "place": 100, "address": 500, "represented_by": 200, "email": 254,
}  # fmt: skip


def expected(variable: Variable, language: str) -> str:
    """What a variable expects, with its limits: "a whole number from 1 to 90"."""
    match variable:
        case TextVariable():
            if variable.shortest > 1:
                return f"one line of {variable.shortest:,} to {variable.longest:,} characters"
            return f"one line of at most {variable.longest:,} characters"
        case LongTextVariable():
            return f"words of at most {variable.longest:,} characters"
        case NumberVariable():
            return _number(variable)
        case MoneyVariable():
            return money_expected(variable.currencies, language) + _amounts(variable, language)
        case DateVariable():
            earliest = date_written(variable.earliest, language) if variable.earliest else ""
            latest = date_written(variable.latest, language) if variable.latest else ""
            return DATE_EXPECTED + (
                f", {_between(earliest, latest, 'on or after', 'on or before')}" if earliest or latest else ""
            )
        case PeriodVariable():
            limits = _between(f"{variable.least:,}", f"{variable.most:,}")
            return f"a period in {alternatives(units_named(variable.units))}, {limits} of them"
        case ChoiceVariable():
            return "one of " + alternatives([f"“{choice.label}”" for choice in variable.choices])
        case PartyVariable():
            return "a party with its name"
        case ListVariable():
            return f"a list of {variable.least:,} to {variable.most:,} items"
        case _:
            return "yes or no"


def _number(variable: NumberVariable) -> str:
    kind = f"a number with at most {_places(variable.places)} after the point" if variable.places else "a whole number"
    least = "" if variable.least is None else figures(variable.least)
    most = "" if variable.most is None else figures(variable.most)
    limits = f" {_between(least, most)}" if least or most else ""
    unit = variable.unit.strip()
    return kind + limits + (f", in {unit}" if unit else "")


def _places(count: int) -> str:
    return "1 place" if count == 1 else f"{count} places"


def _amounts(variable: MoneyVariable, language: str) -> str:
    least, most = (
        "" if minor is None else money_written(Money(amount_minor=minor, currency=code), "symbol", language)
        for minor, code in (
            (variable.least_minor, variable.currencies[0]),
            (variable.most_minor, variable.currencies[0]),
        )
    )
    return f", {_between(least, most)}" if least or most else ""


def _between(least: str, most: str, above: str = "of at least", below: str = "of at most") -> str:
    if least and most:
        return f"from {least} to {most}"
    return f"{above} {least}" if least else f"{below} {most}"
