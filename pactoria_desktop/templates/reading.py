"""One variable's value, read from JSON or from the words that a form or a table gives.

Each reader returns a typed value or raises UnreadableError with what is expected. Nothing is rounded or cut, and binary
fractions are refused: 0.1 is not a tenth. Words lose the blanks round them, an address given in several lines becomes
one with commas.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from pactoria_desktop.protocol.templates import (
    PARTY_PARTS,
    ChoiceVariable,
    DateVariable,
    LongTextVariable,
    Money,
    MoneyVariable,
    NumberVariable,
    Party,
    PartyVariable,
    Period,
    PeriodVariable,
    Single,
    TextVariable,
)
from pactoria_desktop.templates.dates import EARLIEST_YEAR, date_read
from pactoria_desktop.templates.expectations import LONGEST_PARTS, PART_LABELS, expected
from pactoria_desktop.templates.faults import UnreadableError, ValueFault, shown
from pactoria_desktop.templates.money import money_read
from pactoria_desktop.templates.numerals import MOST_DIGITS, number_read, period_read, plain, units_named
from pactoria_desktop.templates.value_set import SingleValue

BLANKS = " \t\r\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""What is taken away round words: the white space of Unicode that is no control character."""

_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u2060\ufffc\ufffe\uffff\ud800-\udfff]")
"""Control characters; ends of lines; what the text of a contract marks its own places with; what XML cannot hold."""

_REFUSED_IN_LINES = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u2060\ufffc\ufffe\uffff\ud800-\udfff]")
_EMAIL = re.compile(r"[^@\s<>,;:\"()]+@[^@\s<>,;:\"()]+")
_YES = frozenset(("yes", "y", "true", "1", "on"))
_NO = frozenset(("no", "n", "false", "0", "off"))


def is_empty(raw: object) -> bool:
    """Whether nothing is given: null, no words, or a party without a part."""
    if isinstance(raw, str):
        return not raw.strip(BLANKS)
    if isinstance(raw, Mapping):
        return all(part is None or (isinstance(part, str) and not part.strip(BLANKS)) for part in raw.values())
    return raw is None


def read_single(variable: Single, raw: object, language: str) -> SingleValue:
    """The value of a variable that is no party. Raises UnreadableError."""
    match variable:
        case TextVariable():
            words = one_line(raw, expected(variable, language), variable.longest)
            if len(words) < variable.shortest:
                raise UnreadableError(expected(variable, language))
            return words
        case LongTextVariable():
            return _several_lines(raw, variable, language)
        case NumberVariable():
            return _number(raw, variable, language)
        case MoneyVariable():
            return _money(raw, variable, language)
        case DateVariable():
            return _date(raw, variable, language)
        case PeriodVariable():
            return _period(raw, variable, language)
        case ChoiceVariable():
            return _choice(raw, variable, language)
        case PartyVariable():
            raise TypeError("a party is read by read_party")
        case _:
            return _yes_or_no(raw)


def read_party(variable: PartyVariable, raw: object, path: str) -> tuple[Party | None, list[ValueFault]]:
    """The party, or None with the faults of its parts. A name alone may be given as words."""
    if isinstance(raw, Party):
        raw = {name: part for name, part in raw.model_dump().items() if part}
    if isinstance(raw, str):
        raw = {"name": raw}
    if not isinstance(raw, Mapping):
        return None, [UnreadableError("a party with its name").fault(variable.label, path, raw)]
    faults: list[ValueFault] = []
    parts: dict[str, str] = {}
    asked = ("name", *variable.parts)
    for name, given in raw.items():
        own = f"{path}.{name}"
        if name not in PARTY_PARTS:
            sentence = f"{variable.label} ({path}) has no part {shown(str(name))}; it has {', '.join(asked)}."
            faults.append(ValueFault(path, sentence))
            continue
        if is_empty(given):
            continue
        if name not in asked:
            sentence = f"{variable.label}, {PART_LABELS[name]} ({own}) is not asked for here: {', '.join(asked)} are."
            faults.append(ValueFault(own, sentence))
            continue
        try:
            parts[name] = _part(name, given)
        except UnreadableError as error:
            faults.append(error.fault(f"{variable.label}, {PART_LABELS[name]}", own, given))
    if "name" not in parts and not any(fault.path == f"{path}.name" for fault in faults):
        faults.append(
            ValueFault(f"{path}.name", f"{variable.label}, name ({path}.name) is missing: a party has a name.", True)
        )
    return (None, faults) if faults else (Party.model_validate(parts), [])


def one_line(raw: object, expectation: str, longest: int) -> str:
    """Words on one line, without blanks round them. Raises UnreadableError."""
    if not isinstance(raw, str):
        raise UnreadableError(expectation)
    if len(raw) > 4 * longest + 1_000:
        raise UnreadableError(expectation, quoted=False)
    words = raw.strip(BLANKS)
    _refuse(_REFUSED, words)
    if len(words) > longest:
        raise UnreadableError(f"{expectation}; it has {len(words):,}", quoted=False)
    return words


def _part(name: str, raw: object) -> str:
    longest = LONGEST_PARTS[name]
    if name == "address" and isinstance(raw, str) and len(raw) <= 4 * longest:
        lines = (line.strip(BLANKS + ",") for line in re.split(r"\r\n|\r|\n", raw.strip(BLANKS)))
        raw = ", ".join(line for line in lines if line)
    words = one_line(raw, f"one line of at most {longest} characters", longest)
    if name == "email" and _EMAIL.fullmatch(words) is None:
        raise UnreadableError("an e-mail address such as name@example.com")
    return words


def _several_lines(raw: object, variable: LongTextVariable, language: str) -> str:
    if not isinstance(raw, str):
        raise UnreadableError(expected(variable, language))
    if len(raw) > 4 * variable.longest + 1_000:
        raise UnreadableError(expected(variable, language), quoted=False)
    words = raw.replace("\r\n", "\n").replace("\r", "\n").strip(BLANKS)
    _refuse(_REFUSED_IN_LINES, words)
    if len(words) > variable.longest:
        raise UnreadableError(f"{expected(variable, language)}; it has {len(words):,}", quoted=False)
    return words


def _refuse(refused: re.Pattern[str], words: str) -> None:
    found = refused.search(words)
    if found is not None:
        what = {"\n": "line breaks", "\t": "tabs"}.get(found[0], f"the character U+{ord(found[0]):04X}")
        raise UnreadableError(f"words without {what}")


def _number(raw: object, variable: NumberVariable, language: str) -> Decimal:
    expectation = expected(variable, language)
    if isinstance(raw, bool):
        raise UnreadableError(expectation)
    if isinstance(raw, int):
        if abs(raw) >= 10**MOST_DIGITS:
            raise UnreadableError(expectation)
        number = Decimal(raw)
    elif isinstance(raw, Decimal):
        number = plain(raw)
    elif isinstance(raw, str):
        try:
            number = number_read(raw, variable.unit)
        except UnreadableError as error:
            agree = "agree" in error.expected
            raise UnreadableError(error.expected if agree else expectation) from error
    elif isinstance(raw, float):
        raise UnreadableError(f"{expectation}, written as words such as “12.5”")
    else:
        raise UnreadableError(expectation)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > variable.places:
        raise UnreadableError(expectation)
    if (variable.least is not None and number < variable.least) or (
        variable.most is not None and number > variable.most
    ):
        raise UnreadableError(expectation)
    return number


def _money(raw: object, variable: MoneyVariable, language: str) -> Money:
    expectation = expected(variable, language)
    if isinstance(raw, str):
        money = money_read(raw, variable.currencies, language)
    elif isinstance(raw, Money):
        money = raw
    elif isinstance(raw, Mapping):
        amount, currency = raw.get("amount_minor"), raw.get("currency")
        if set(raw) != {"amount_minor", "currency"} or not isinstance(currency, str):
            raise UnreadableError(f"{expectation}, as amount_minor and currency")
        if isinstance(amount, bool) or not isinstance(amount, int) or abs(amount) > 10**15:
            raise UnreadableError("an amount whose amount_minor is a whole number of minor units")
        if currency not in variable.currencies:
            raise UnreadableError(f"{expectation}; {shown(currency)} is not among them", quoted=False)
        money = Money(amount_minor=amount, currency=currency)
    else:
        raise UnreadableError(f"{expectation}, with its currency")
    too_little = variable.least_minor is not None and money.amount_minor < variable.least_minor
    too_much = variable.most_minor is not None and money.amount_minor > variable.most_minor
    if money.currency not in variable.currencies or too_little or too_much:
        raise UnreadableError(expectation)
    return money


def _date(raw: object, variable: DateVariable, language: str) -> date:
    expectation = expected(variable, language)
    if isinstance(raw, datetime) or not isinstance(raw, date | str):
        raise UnreadableError(expectation)
    day = date_read(raw) if isinstance(raw, str) else raw
    too_early = day.year < EARLIEST_YEAR or (variable.earliest is not None and day < variable.earliest)
    if too_early or (variable.latest is not None and day > variable.latest):
        raise UnreadableError(expectation)
    return day


def _period(raw: object, variable: PeriodVariable, language: str) -> Period:
    expectation = expected(variable, language)
    only = variable.units[0] if len(variable.units) == 1 else None
    if isinstance(raw, Period):
        period = raw
    elif isinstance(raw, Mapping):
        count = raw.get("count")
        if set(raw) != {"count", "unit"} or not isinstance(raw.get("unit"), str):
            raise UnreadableError(f"{expectation}, as count and unit")
        if isinstance(count, str) and re.fullmatch(r"[0-9]{1,6}", count.strip(BLANKS)):
            count = int(count)
        if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= 100_000:
            raise UnreadableError(f"{expectation}, whose count is a whole number")
        if raw["unit"] not in variable.units:
            raise UnreadableError(expectation, quoted=False)
        period = Period.model_validate({"count": count, "unit": raw["unit"]})
    elif isinstance(raw, str):
        words = raw.strip(BLANKS)
        if only is not None and re.fullmatch(r"[0-9]{1,6}", words):
            words = f"{words} {units_named([only])[0]}"
        try:
            period = period_read(words)
        except UnreadableError as error:
            raise UnreadableError(error.expected if "agree" in error.expected else expectation) from error
    elif isinstance(raw, int) and not isinstance(raw, bool) and only is not None and 0 <= raw <= 100_000:
        period = Period(count=raw, unit=only)
    else:
        raise UnreadableError(expectation)
    if period.unit not in variable.units or not variable.least <= period.count <= variable.most:
        raise UnreadableError(expectation)
    return period


def _choice(raw: object, variable: ChoiceVariable, language: str) -> str:
    if not isinstance(raw, str) or len(raw) > 4_000:
        raise UnreadableError(expected(variable, language))
    words = raw.strip(BLANKS)
    if any(choice.id == words for choice in variable.choices):
        return words
    spoken = _spoken(words)
    meant = [c.id for c in variable.choices if spoken in (c.id, _spoken(c.label), _spoken(c.text))]
    if len(meant) != 1:
        raise UnreadableError(expected(variable, language))
    return meant[0]


def _spoken(words: str) -> str:
    return " ".join(words.split()).casefold()


def _yes_or_no(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    spoken = raw.strip(BLANKS).lower() if isinstance(raw, str) and len(raw) <= 40 else ""
    if spoken in _YES:
        return True
    if spoken in _NO:
        return False
    raise UnreadableError("yes or no")
