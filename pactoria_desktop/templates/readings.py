"""Numbers, money, dates and periods as people and programs write them.

Nothing is guessed: a date without its year, a comma that may be a point, an amount without its currency are refused.
Places after the point of a currency follow ISO 4217.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from pydantic import ValidationError

from pactoria_desktop.contract.quantities import number_from_words
from pactoria_desktop.protocol.templates import Money, Period, Unit

SYMBOLS = {"£": "GBP", "$": "USD", "€": "EUR", "¥": "JPY", "₹": "INR"}
_WITHOUT_PLACES = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
     "XPF")
)  # fmt: skip
_THREE_PLACES = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_FIGURES = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_MONEY = re.compile(
    rf"(?P<sign>[£$€¥₹])?\s*(?P<code>[A-Z]{{3}})?\s*(?P<figures>{_FIGURES.pattern})\s*(?P<after>[A-Z]{{3}})?"
)
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]+),?\s+(\d{4})")
_MONTH_FIRST = re.compile(r"([A-Za-z]+)\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_PERIOD = re.compile(
    r"(?P<count>.+?)\s*(?P<unit>(?:business|working)\s+days?|days?|weeks?|months?|years?)", re.IGNORECASE
)
_WRITTEN_TWICE = re.compile(r"(?P<words>.+?)\s*\((?P<figures>[\d,]+)\)")
_YES, _NO = frozenset({"yes", "true", "y", "1"}), frozenset({"no", "false", "n", "0"})
LARGEST = Decimal(10) ** 15


class ReadingError(ValueError):
    """What is expected instead, as the end of a sentence that begins with the field's name."""


def places_of(currency: str) -> int:
    """How many digits stand behind the point of a currency's amounts."""
    return 0 if currency in _WITHOUT_PLACES else 3 if currency in _THREE_PLACES else 2


def number_from(raw: object, unit: str = "") -> Decimal:
    """A number from an integer, a decimal string, figures with commas, or words such as "thirty (30)"."""
    if isinstance(raw, bool) or not isinstance(raw, int | str | Decimal):
        raise ReadingError("must be a number")
    words = str(raw).strip()
    if unit and words.endswith(unit):
        words = words[: -len(unit)].strip()
    if (twice := _WRITTEN_TWICE.fullmatch(words)) is not None:
        figures, written = number_from(twice["figures"]), _from_words(twice["words"])
        if written is not None and written != figures:
            raise ReadingError(f"says two numbers, {twice['words']} and {twice['figures']}")
        return figures
    if _FIGURES.fullmatch(words) is None or len(words) > 30:
        written = _from_words(words)
        if written is None:
            raise ReadingError("must be a number such as 12 or 1,250.50")
        return written
    number = Decimal(words.replace(",", ""))
    if abs(number) > LARGEST:
        raise ReadingError("is too large")
    return number


def _from_words(words: str) -> Decimal | None:
    found = number_from_words(words) if len(words) < 80 and not any(one.isdigit() for one in words) else None
    return None if found is None else Decimal(found)


def money_from(raw: object, only: str | None = None) -> Money:
    """An amount from ``{"amount_minor": 1250000, "currency": "GBP"}``, "£12,500" or "12,500.00 GBP". ``only`` is the
    currency of an amount that names none, where there is one alone."""
    if isinstance(raw, Mapping):
        try:
            return Money.model_validate(dict(raw), strict=True)
        except ValidationError as error:
            raise ReadingError('must be an amount such as {"amount_minor": 1250000, "currency": "GBP"}') from error
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise ReadingError("must be an amount of money such as £12,500")
    found = _MONEY.fullmatch(str(raw).strip())
    if found is None:
        raise ReadingError("must be an amount of money such as £12,500 or 12,500.00 GBP")
    named = {one for one in (SYMBOLS.get(found["sign"] or ""), found["code"], found["after"]) if one}
    if len(named) > 1 or not (named or only):
        raise ReadingError("must name one currency, as in £12,500 or 12,500 GBP")
    currency = next(iter(named), only or "")
    amount = Decimal(found["figures"].replace(",", "")) * (Decimal(10) ** places_of(currency))
    if amount != amount.to_integral_value():
        raise ReadingError(f"has more places after the point than {currency} has")
    if abs(amount) > LARGEST:
        raise ReadingError("is too large")
    return Money(amount_minor=int(amount), currency=currency)


def date_from(raw: object) -> date:
    """A date from ISO 8601, "1 December 2026" or "December 1, 2026". Figures alone in another order are refused."""
    if isinstance(raw, date):
        return raw
    if not isinstance(raw, str):
        raise ReadingError("must be a date such as 2026-12-01")
    words = raw.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", words):
            return date.fromisoformat(words)
        if (found := _DAY_FIRST.fullmatch(words)) is not None:
            return date(int(found[3]), _MONTHS.index(_month(found[2])) + 1, int(found[1]))
        if (found := _MONTH_FIRST.fullmatch(words)) is not None:
            return date(int(found[3]), _MONTHS.index(_month(found[1])) + 1, int(found[2]))
    except ValueError as error:
        raise ReadingError("is no date that there is; write it as 2026-12-01") from error
    raise ReadingError("must be a date such as 2026-12-01 or 1 December 2026")


def _month(word: str) -> str:
    found = [month for month in _MONTHS if len(word) >= 3 and month.startswith(word.casefold())]
    return found[0] if len(found) == 1 else ""


def period_from(raw: object, only: Unit | None = None) -> Period:
    """A period from ``{"count": 30, "unit": "days"}``, "30 days" or "thirty (30) days". ``only`` is the unit of a bare
    number, where there is one alone."""
    if isinstance(raw, Mapping):
        try:
            return Period.model_validate(dict(raw), strict=True)
        except ValidationError as error:
            raise ReadingError('must be a length of time such as {"count": 30, "unit": "days"}') from error
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise ReadingError("must be a length of time such as 30 days")
    words = str(raw).strip()
    found = _PERIOD.fullmatch(words)
    if found is None and only is None:
        raise ReadingError("must be a length of time such as 30 days")
    count = number_from(found["count"] if found is not None else words)
    if count != count.to_integral_value() or not 0 <= count <= 100_000:
        raise ReadingError("must be a whole number of its unit")
    unit = _unit(found["unit"]) if found is not None else only
    assert unit is not None
    return Period(count=int(count), unit=unit)


def _unit(word: str) -> Unit:
    plain = " ".join(word.casefold().split()).removesuffix("s")
    units: dict[str, Unit] = {"business day": "business_days", "working day": "business_days", "day": "days",
                              "week": "weeks", "month": "months", "year": "years"}  # fmt: skip
    return units[plain]


def yes_or_no_from(raw: object) -> bool:
    """Yes or no from true, false or the words."""
    if isinstance(raw, bool):
        return raw
    words = str(raw).strip().casefold() if isinstance(raw, str | int) else ""
    if words in _YES or words in _NO:
        return words in _YES
    raise ReadingError("must be yes or no")
