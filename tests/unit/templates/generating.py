"""Values for any template, valid and with a fault planted, and definitions to try them on; all from a seeded Random.

Written apart from the code that reads values: it knows the schema alone, and what a lawyer would enter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from pactoria_desktop.protocol.clauses import Clause
from pactoria_desktop.protocol.templates import (
    ChoiceVariable,
    ClauseSlot,
    DateVariable,
    ListVariable,
    LongTextVariable,
    MoneyVariable,
    NumberVariable,
    PartyVariable,
    PeriodVariable,
    Single,
    TemplateDefinition,
    TextVariable,
    Variable,
    YesNoVariable,
)

WORDS = (
    "software", "delivery", "maintenance", "hosting", "of", "the", "annual", "Zürich", "façade", "data", "R&D",
    "support", "Straße", "naïve", "café", "O’Neill", "<draft>", '"Plan A"', "50/50", "x-ray", "10", "日本", "Ωmega",
    "design,", "tests;",
)  # fmt: skip
COMPANIES = ("Northwind", "Aldgate", "Müller & Söhne", "Brightwater", "O’Connor", "Île-de-France Énergie", "Acme")
ENDINGS = ("Limited", "PLC", "GmbH", "LLP", "Inc.", "S.A.", "Holdings B.V.")
KINDS = ("company", "limited liability partnership", "individual", "LLP", "university", "public limited company")
PLACES = ("England and Wales", "Scotland", "Delaware", "Germany", "New South Wales")
STREETS = (
    "1 High Street, Leeds LS1 1AA",
    "22 Rue de la Paix, 75002 Paris",
    "5 Königsallee, Düsseldorf",
    "Unit 7, The Mill",
)
PEOPLE = ("Ann Lee", "José García", "Søren Kierkegaard", "D’Arcy O’Brien", "Mary-Jane Smith")
DECIMALS = {"GBP": 2, "EUR": 2, "USD": 2, "CHF": 2, "JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3}
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """Values with one fault: reading must name ``path``. ``how`` says what was done."""

    raw: dict[str, object]
    path: str
    how: str


def valid_values(definition: TemplateDefinition, random: Random, clauses: Sequence[Clause] = ()) -> dict[str, object]:
    """Raw values as JSON with which the template can be filled. Optional values are left out now and then; what is not
    asked for may be given all the same. Slots take a clause of ``clauses`` of their category, or a made-up one where
    there is none at all."""
    raw = _valid(definition.variables, {}, random)
    for slot in definition.slots:
        chosen = _clause_for(slot, random, clauses)
        if chosen is not None or not slot.required:
            raw[slot.id] = chosen
    return raw


def as_entered(definition: TemplateDefinition, raw: Mapping[str, object], random: Random) -> dict[str, object]:
    """The same values, some of them as a person would type them."""
    entered = dict(raw)
    for variable in definition.variables:
        if variable.id not in raw:
            continue
        if isinstance(variable, ListVariable):
            items = raw[variable.id]
            if isinstance(items, list):
                own = {one.id: one for one in variable.of}
                entered[variable.id] = [
                    {name: _entered(own[name], value, definition.language, random) for name, value in item.items()}
                    for item in items
                ]
        else:
            entered[variable.id] = _entered(variable, raw[variable.id], definition.language, random)
    return entered


def invalid_values(definition: TemplateDefinition, random: Random) -> Planted:
    """Valid values into which one fault is planted, in a variable that is always asked for."""
    raw = valid_values(definition, random)
    always = [variable for variable in definition.variables if variable.when is None]
    variable = random.choice(always) if always and random.random() < 0.9 else None
    if variable is None:
        raw["no_such_field_here"] = "x"
        return Planted(raw, "no_such_field_here", "a name that is not there")
    if isinstance(variable, ListVariable):
        return _plant_in_list(raw, variable, random)
    wrong, part, how = _wrong(variable, {one.id: raw.get(one.id) for one in always}, random)
    raw[variable.id] = wrong
    return Planted(raw, variable.id + part, how)


def some_definition(random: Random) -> TemplateDefinition:
    """A sound definition with variables of every kind, conditions, a list and slots."""
    language = random.choice(("en-GB", "en-US"))
    variables: list[dict[str, object]] = [
        {"kind": "yes_no", "id": "personal", "label": "Personal data is processed"},
        {"kind": "choice", "id": "model", "label": "Pricing model", "choices": [
            {"id": "fixed", "label": "Fixed price", "text": "a fixed price"},
            {"id": "hourly", "label": "By the hour"}]},
    ]  # fmt: skip
    switches: list[dict[str, object]] = [
        {"variable": "personal", "test": "is", "value": True},
        {"variable": "model", "test": "one_of", "value": ["hourly"]},
        {"any": [{"variable": "personal", "test": "is_not", "value": True}, {"variable": "model", "test": "missing"}]},
    ]
    for number in range(random.randint(6, 12)):
        variable = _some_variable(f"field_{number}", random)
        if random.random() < 0.3:
            variable["when"] = random.choice(switches)
        variable["required"] = random.random() < 0.7
        variable["group"] = random.choice(("", "Parties", "Terms"))
        variables.append(variable)
    variables += [
        {"kind": "date", "id": "begins", "label": "Begins", "earliest": "2020-01-01", "latest": "2030-12-31"},
        {"kind": "date", "id": "ends", "label": "Ends", "after": "begins", "required": random.random() < 0.5},
        {"kind": "list", "id": "works", "label": "Works", "item_label": "Work", "most": 6,
         "least": random.randint(0, 2), "of": [_some_variable(f"p_{n}", random) for n in range(random.randint(1, 5))]},
    ]  # fmt: skip
    random.shuffle(variables)
    return TemplateDefinition.model_validate({
        "id": "generated", "title": "Generated", "category": "tests", "language": language, "variables": variables,
        "slots": [{"id": "law", "title": "Governing law", "category": "law", "required": random.random() < 0.5}],
    })  # fmt: skip


def _valid(variables: Sequence[Variable], outside: Mapping[str, object], random: Random) -> dict[str, object]:
    raw: dict[str, object] = _dates([one for one in variables if isinstance(one, DateVariable)], outside, random)
    for variable in variables:
        if isinstance(variable, DateVariable):
            continue
        if not variable.required and random.random() < 0.3:
            if random.random() < 0.5:
                raw[variable.id] = None
            continue
        raw[variable.id] = _value(variable, raw, random)
    return {variable.id: raw[variable.id] for variable in variables if variable.id in raw}


def _dates(variables: Sequence[DateVariable], outside: Mapping[str, object], random: Random) -> dict[str, object]:
    """Days that keep their order: earlier ones near their first possible day, tried until all of them fit."""
    for attempt in range(200):
        days: dict[str, date] = {}
        left = list(variables)
        fits = True
        while left:
            variable = next(
                one for one in left if not {one.after, one.not_before} & {other.id for other in left} - {one.id}
            )
            left.remove(variable)
            first = variable.earliest or date(2024, 1, 1)
            for name, gap in ((variable.after, 1), (variable.not_before, 0)):
                known = days.get(name or "") or _iso(outside.get(name or ""))
                if known is not None:
                    first = max(first, known + timedelta(days=gap))
            if variable.earliest is None and variable.latest is not None and first > variable.latest:
                first = variable.latest - timedelta(days=30)
            last = variable.latest or first + timedelta(days=2_000)
            reach = max(0, (last - first).days) >> (attempt // 20)
            days[variable.id] = first + timedelta(days=random.randint(0, reach))
            fits = fits and first <= last
        if fits:
            return {name: day.isoformat() for name, day in days.items()}
    raise AssertionError("no days were found that keep the order which the template asks for")


def _iso(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None


def _value(variable: Variable, outside: Mapping[str, object], random: Random) -> object:
    match variable:
        case TextVariable():
            return _words(max(1, variable.shortest), variable.longest, random)
        case LongTextVariable():
            lines = [_words(1, max(1, variable.longest // 4), random) for _ in range(random.randint(1, 3))]
            return "\n".join(lines)[: variable.longest].strip()
        case NumberVariable():
            return _number(variable, random)
        case MoneyVariable():
            currency = random.choice(variable.currencies)
            least = 0 if variable.least_minor is None else variable.least_minor
            most = max(least, 50_000_000) if variable.most_minor is None else variable.most_minor
            amount = random.randint(min(least, most), most)
            whole = amount - amount % 10 ** DECIMALS.get(currency, 2)
            return {"amount_minor": whole if random.random() < 0.5 and whole >= least else amount, "currency": currency}
        case PeriodVariable():
            most = min(variable.most, variable.least + 120, 100_000)
            return {"count": random.randint(variable.least, most), "unit": random.choice(variable.units)}
        case ChoiceVariable():
            return random.choice(variable.choices).id
        case PartyVariable():
            return _party(variable, random)
        case YesNoVariable():
            return random.random() < 0.5
        case ListVariable():
            count = random.randint(variable.least, min(variable.most, variable.least + 4))
            if variable.required and variable.most:
                count = max(count, min(1, variable.most))
            return [_valid(variable.of, outside, random) for _ in range(count)]
        case _:
            raise AssertionError(f"no value is made for {variable.kind}")


def _words(least: int, most: int, random: Random) -> str:
    words = random.choice(WORDS)
    while len(words) < least or (random.random() < 0.7 and len(words) < 80):
        words += " " + random.choice(WORDS)
    words = words[:most].strip()
    return words + "x" * (least - len(words))


def _number(variable: NumberVariable, random: Random) -> object:
    scale = 10 ** random.randint(0, variable.places)
    least = Decimal(0) if variable.least is None else variable.least
    most = max(least, Decimal(0)) + 5_000 if variable.most is None else variable.most
    if variable.least is None and variable.most is not None:
        least = min(Decimal(0), most)
    low, high = -(-least * scale // 1), most * scale // 1
    if low > high:
        return str(most)
    number = Decimal(random.randint(int(low), int(high))) / scale
    return int(number) if number == int(number) and random.random() < 0.5 else str(number)


def _party(variable: PartyVariable, random: Random) -> dict[str, object]:
    made = {
        "kind": random.choice(KINDS), "number": str(random.randint(10_000, 9_999_999)).zfill(8),
        "place": random.choice(PLACES), "address": random.choice(STREETS), "represented_by": random.choice(PEOPLE),
        "email": f"legal{random.randint(1, 99)}@example.com",
    }  # fmt: skip
    party: dict[str, object] = {"name": f"{random.choice(COMPANIES)} {random.choice(ENDINGS)}"}
    return party | {part: made[part] for part in variable.parts if random.random() < 0.85}


def _clause_for(slot: ClauseSlot, random: Random, clauses: Sequence[Clause]) -> dict[str, object] | None:
    if not slot.required and random.random() < 0.4:
        return None
    if not clauses:
        return {"clause": slot.default or "made-up", "variant": random.choice(("", "short"))}
    fitting = [clause for clause in clauses if clause.category == slot.category]
    if not fitting:
        return None
    clause = random.choice(fitting)
    return {"clause": clause.id, "variant": random.choice(clause.variants).id}


def _entered(variable: Single, value: object, language: str, random: Random) -> object:
    if value is None or random.random() < 0.3:
        return value
    match variable:
        case TextVariable() | LongTextVariable():
            return f"  {value} "
        case NumberVariable():
            number = Decimal(str(value))
            return random.choice((f"{number:f}", f"{number:,f}", f"{number:f}{variable.unit}"))
        case MoneyVariable() if isinstance(value, dict) and value["currency"] in DECIMALS:
            places = DECIMALS[value["currency"]]
            amount = f"{Decimal(value['amount_minor']).scaleb(-places):,.{places}f}"
            forms = [f"{value['currency']} {amount}", f"{amount.replace(',', '')} {value['currency']}"]
            signs = {"GBP": "£", "EUR": "€"}
            if value["currency"] in signs and value["amount_minor"] >= 0:
                forms.append(signs[value["currency"]] + amount)
            return random.choice(forms)
        case DateVariable():
            day = date.fromisoformat(str(value))
            month = MONTH_NAMES[day.month - 1]
            return random.choice((f"{day.day} {month} {day.year}", f"{month} {day.day}, {day.year}", f"{day.day} {month[:3]} {day.year}"))  # noqa: E501  # fmt: skip
        case PeriodVariable() if isinstance(value, dict):
            return f"{value['count']} {str(value['unit']).replace('_', ' ')}"
        case ChoiceVariable():
            return next(choice.label for choice in variable.choices if choice.id == value).upper()
        case YesNoVariable():
            return random.choice(("yes", "Y", "TRUE") if value else ("no", "N", "false"))
        case _:
            return value


def _wrong(variable: Single, raw: Mapping[str, object], random: Random) -> tuple[object, str, str]:
    """A wrong value, what comes behind the variable's path in the path of the fault, and what was done."""
    wrong: list[tuple[object, str, str]] = [([1], "", "a list"), ({"a": "b"}, "", "an object of something else")]
    if variable.required:
        wrong += [(None, "", "nothing"), (" ", "", "blanks")]
    match variable:
        case TextVariable():
            wrong += [
                ("two\nlines", "", "two lines"),
                ("x" * (variable.longest + 1), "", "too long"),
                (7, "", "a number"),
            ]
            wrong += [(f"a{sign}b", "", f"U+{ord(sign):04X}") for sign in "\x00\x07\x7f\u2060\ufffc\ud800\uffff"]
        case LongTextVariable():
            wrong += [("x" * (variable.longest + 1), "", "too long"), ("a\x0bb", "", "a control character")]
        case NumberVariable():
            wrong += [
                ("many", "", "a word"),
                (0.5, "", "a binary fraction"),
                ("1,00", "", "a comma"),
                (True, "", "true"),
            ]
            wrong += [("1." + "3" * (variable.places + 1), "", "too many places"), ("1e3", "", "an exponent")]
            if variable.most is not None:
                wrong.append((str(variable.most + 1), "", "too much"))
            if variable.least is not None:
                wrong.append((str(variable.least - 1), "", "too little"))
        case MoneyVariable():
            other = next(code for code in ("SEK", "PLN", "ZAR", *DECIMALS) if code not in variable.currencies)
            wrong += [
                ({"amount_minor": 100, "currency": other}, "", "another currency"),
                (12.5, "", "a binary fraction"),
            ]
            wrong += [
                (f"{other} 100", "", "another currency in words"),
                ("12,34,5", "", "commas"),
                (100, "", "bare units"),
            ]
            if variable.most_minor is not None:
                above = {"amount_minor": variable.most_minor + 1, "currency": variable.currencies[0]}
                wrong.append((above, "", "too much"))
        case DateVariable():
            wrong += [
                ("31 February 2026", "", "no day"),
                ("next week", "", "words"),
                ("03/04/2026", "", "either way round"),
            ]
            wrong += [("2026-13-01", "", "no month"), (20260101, "", "a number")]
            if variable.latest is not None and variable.latest.year < 9_999:
                wrong.append((str(variable.latest + timedelta(days=1)), "", "too late"))
            before = raw.get(variable.after or "")
            if isinstance(before, str):
                wrong.append((before, "", "out of order"))
        case PeriodVariable():
            wrong += [("thirty", "", "no unit"), ("1.5 months", "", "a fraction"), ("3 fortnights", "", "another unit")]
            wrong += [
                ({"count": -1, "unit": variable.units[0]}, "", "below zero"),
                ("-3 days", "", "below zero in words"),
            ]
            wrong.append(({"count": variable.most + 1, "unit": variable.units[0]}, "", "too long"))
        case ChoiceVariable():
            wrong += [("no such choice", "", "no choice"), (1, "", "a number")]
        case PartyVariable():
            wrong = [([1], "", "a list"), ({"name": "Acme", "hat": "red"}, "", "another part"), (3, "", "a number")]
            wrong += [({"name": "a\x00b"}, ".name", "a null character"), ({"name": "x" * 301}, ".name", "too long")]
            if "email" in variable.parts:
                wrong.append(({"name": "Acme", "email": "nobody"}, ".email", "no address"))
            if "address" in variable.parts:
                wrong += [
                    ({"address": "1 High Street"}, ".name", "no name"),
                    ({"name": "A", "address": 1}, ".address", "1"),
                ]
        case YesNoVariable():
            wrong += [("perhaps", "", "perhaps"), (2, "", "a number")]
    return random.choice(wrong)


def _plant_in_list(raw: dict[str, object], variable: ListVariable, random: Random) -> Planted:
    items = raw.get(variable.id)
    always = [one for one in variable.of if one.when is None]
    if not isinstance(items, list) or not items or not always or random.random() < 0.3:
        too_many = [_valid(variable.of, {}, random) for _ in range(variable.most + 1)]
        raw[variable.id] = random.choice(("many", 3, too_many))
        return Planted(raw, variable.id, "no list of this size")
    number = random.randrange(len(items))
    path = f"{variable.id}.{number + 1}"
    if random.random() < 0.2:
        raw[variable.id] = [*items[:number], random.choice((3, "x", None, [])), *items[number + 1 :]]
        return Planted(raw, path, "an item that is no object")
    if random.random() < 0.2:
        raw[variable.id] = [*items[:number], {**items[number], "nobody": 1}, *items[number + 1 :]]
        return Planted(raw, f"{path}.nobody", "a name that the item does not have")
    one = random.choice(always)
    wrong, part, how = _wrong(one, {other.id: items[number].get(other.id) for other in always}, random)
    raw[variable.id] = [*items[:number], {**items[number], one.id: wrong}, *items[number + 1 :]]
    return Planted(raw, f"{path}.{one.id}{part}", how)


def _some_variable(name: str, random: Random) -> dict[str, object]:
    written = random.choice(("figures", "words_and_figures"))
    least = random.randint(0, 3)
    return {"id": name, "label": f"The {name.replace('_', ' ')}"} | random.choice((
        {"kind": "text", "shortest": least, "longest": random.choice((20, 500))},
        {"kind": "long_text", "longest": 300},
        {"kind": "number", "places": random.randint(0, 3), "written": written, "unit": random.choice(("", "%", " kg"))},
        {"kind": "number", "least": str(least), "most": "90.5", "places": 1, "written": written},
        {"kind": "number", "least": "-1000000", "most": "999999999999", "written": written},
        {"kind": "money", "currencies": random.sample(sorted(DECIMALS), random.randint(1, 4)),
         "written": random.choice(("symbol", "code"))},
        {"kind": "money", "currencies": ["GBP"], "least_minor": 100, "most_minor": 90_000},
        {"kind": "date", "earliest": "2024-02-29", "latest": "2031-01-01"},
        {"kind": "date"},
        {"kind": "period", "written": written, "least": least, "most": 365},
        {"kind": "period", "units": ["business_days"], "written": written},
        {"kind": "choice", "choices": [{"id": "one", "label": "The first"}, {"id": "two", "label": "Das Zweite"}]},
        {"kind": "party", "parts": ["kind", "number", "place", "address", "represented_by", "email"]},
        {"kind": "party"},
        {"kind": "yes_no"},
    ))  # fmt: skip
