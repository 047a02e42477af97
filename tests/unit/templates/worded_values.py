"""Random values for any template, each with the words that it must become; shares no code with the engine that reads
and writes them."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pactoria_desktop.protocol.templates import (
    AllOf,
    AnyOf,
    ChoiceVariable,
    Condition,
    DateVariable,
    ListVariable,
    LongTextVariable,
    MoneyVariable,
    NumberVariable,
    PartyVariable,
    PeriodVariable,
    TemplateDefinition,
    TextVariable,
    Variable,
    YesNoVariable,
)

MONTHS = ("", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
NAMES = (
    "Halden Marine Systems Ltd",
    "Corvane Freight B.V.",
    "Ösel & Søn A/S",
    "Quill “Ink” Partners LLP",
    "Tessel GmbH",
)
PEOPLE = ("Ana Reyes", "Dele Okafor", "Jonas Weidner", "Priya Nair")
WORDS = ("harbour", "planning", "north", "system", "review", "colour", "yard", "cargo", "store", "survey")
SIGNS = {"GBP": "£", "USD": "US$", "EUR": "€"}
TENS = {20: "twenty", 30: "thirty", 40: "forty", 50: "fifty", 60: "sixty", 70: "seventy", 80: "eighty", 90: "ninety"}
ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip


@dataclass
class Given:
    """Raw values, and by path the words that must stand there; items of a list by ``list.number.name``."""

    raw: dict[str, Any] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def holds(self, condition: Condition | None) -> bool:
        """Whether a condition holds of the raw values."""
        if condition is None:
            return True
        if isinstance(condition, AllOf):
            return all(self.holds(one) for one in condition.all)
        if isinstance(condition, AnyOf):
            return any(self.holds(one) for one in condition.any)
        value = self.raw.get(condition.variable)
        match condition.test:
            case "given":
                return value is not None
            case "missing":
                return value is None
            case "one_of":
                return value in condition.value  # type: ignore[operator]
            case "is":
                return value is not None and str(value) == str(condition.value)
            case "is_not":
                return str(value) != str(condition.value)
        number = value["count"] if isinstance(value, dict) and "count" in value else value
        if isinstance(number, dict):
            number = number["amount_minor"] / 100
        if isinstance(number, list):
            number = len(number)
        if number is None:
            return False
        bound = float(condition.value)  # type: ignore[arg-type]
        return float(number) >= bound if condition.test == "at_least" else float(number) <= bound


def given(definition: TemplateDefinition, chance: random.Random) -> Given:
    """Values for all that is asked for; what is optional is given half of the time."""
    found = Given()
    dates = date(2026, 1, 1) + timedelta(days=chance.randrange(900))
    for number, variable in enumerate(definition.variables):
        if not found.holds(variable.when) or (not variable.required and chance.random() < 0.5):
            continue
        if isinstance(variable, ListVariable):
            _list(variable, found, chance)
            continue
        raw, words = _one(variable, chance, dates + timedelta(days=30 * number))
        found.raw[variable.id] = raw
        _say(found, variable.id, variable, raw, words)
    return found


def _list(variable: ListVariable, found: Given, chance: random.Random) -> None:
    count = chance.randint(max(variable.least, 1), min(variable.most, 4))
    items = []
    for number in range(1, count + 1):
        item: dict[str, Any] = {}
        for one in variable.of:
            raw, words = _one(one, chance, date(2027, 1, 1) + timedelta(days=number))
            item[one.id] = raw
            _say(found, f"{variable.id}.{number}.{one.id}", one, raw, words)
        items.append(item)
    found.raw[variable.id] = items
    found.counts[variable.id] = count


def _say(found: Given, path: str, variable: Variable, raw: Any, words: str) -> None:
    found.words[path] = words
    if isinstance(variable, PartyVariable):
        for part, value in raw.items():
            found.words[f"{path}.{part}"] = value


def _some(chance: random.Random, count: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(count))


def _one(variable: Variable, chance: random.Random, day: date) -> tuple[Any, str]:
    if isinstance(variable, TextVariable | LongTextVariable):
        words = _some(chance, chance.randint(1, 6))
        if isinstance(variable, LongTextVariable) and chance.random() < 0.5:
            return f"{words}\nand {words}", f"{words}\u2028and {words}"
        return words, words
    if isinstance(variable, YesNoVariable):
        value = chance.random() < 0.5
        return value, "yes" if value else "no"
    if isinstance(variable, ChoiceVariable):
        choice = chance.choice(variable.choices)
        return choice.id, choice.text or choice.label
    if isinstance(variable, DateVariable):
        return day.isoformat(), f"{day.day} {MONTHS[day.month]} {day.year}"
    if isinstance(variable, NumberVariable):
        number = chance.randint(int(variable.least or 1), int(variable.most or 5_000))
        figures = f"{number:,}"
        shown = f"{spelled(number)} ({figures})" if variable.written == "words_and_figures" else figures
        return str(number), f"{shown}{variable.unit}"
    if isinstance(variable, MoneyVariable):
        return _money(variable, chance)
    if isinstance(variable, PeriodVariable):
        return _period(variable, chance)
    assert isinstance(variable, PartyVariable)
    return _party(variable, chance)


def _money(variable: MoneyVariable, chance: random.Random) -> tuple[Any, str]:
    currency = chance.choice(variable.currencies)
    least = variable.least_minor if variable.least_minor is not None else 100
    most = variable.most_minor if variable.most_minor is not None else max(least, 100_000_00)
    amount = chance.randint(least, most)
    amount -= amount % 100 if chance.random() < 0.6 and amount - amount % 100 >= least else 0
    major, minor = divmod(amount, 100)
    figures = f"{major:,}" + (f".{minor:02}" if minor else "")
    sign = SIGNS.get(currency) if variable.written == "symbol" else None
    return {"amount_minor": amount, "currency": currency}, f"{sign}{figures}" if sign else f"{currency} {figures}"


def _period(variable: PeriodVariable, chance: random.Random) -> tuple[Any, str]:
    unit = chance.choice(variable.units)
    count = chance.randint(max(variable.least, 1), min(variable.most, 90))
    name = unit.replace("_", " ")
    name = name[:-1] if count == 1 else name
    shown = f"{spelled(count)} ({count})" if variable.written == "words_and_figures" else str(count)
    return {"count": count, "unit": unit}, f"{shown} {name}"


def _party(variable: PartyVariable, chance: random.Random) -> tuple[Any, str]:
    raw = {"name": chance.choice(NAMES)}
    values = {"kind": "company", "number": str(chance.randint(10_000_000, 99_999_999)), "place": "England and Wales",
              "address": f"{chance.randint(1, 99)} Quayside Row, Bristol BS1 4QA", "email": "legal@example.org",
              "represented_by": chance.choice(PEOPLE)}  # fmt: skip
    raw |= {part: values[part] for part in variable.parts}
    words = raw["name"]
    registered = " ".join(
        ([f"incorporated in {raw['place']}"] if "place" in raw else [])
        + ([f"with number {raw['number']}"] if "number" in raw else [])
    )
    if "kind" in raw:
        words += f", a {raw['kind']}" + (f" {registered}" if registered else "")
    elif registered:
        words += f", {registered}"
    return raw, words + (f", of {raw['address']}" if "address" in raw else "")


def spelled(number: int) -> str:
    """A number up to 999,999 in words."""
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number - number % 10] + (f"-{ONES[number % 10]}" if number % 10 else "")
    if number < 1_000:
        rest = f" and {spelled(number % 100)}" if number % 100 else ""
        return f"{ONES[number // 100]} hundred{rest}"
    rest = number % 1_000
    joint = (" and " if rest < 100 else " ") + spelled(rest) if rest else ""
    return f"{spelled(number // 1_000)} thousand{joint}"
