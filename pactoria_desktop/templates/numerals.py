"""Numbers and periods as contracts write them, in figures and in words, and the same read back."""

import re
from collections.abc import Sequence
from decimal import Decimal

from pactoria_desktop.contract.quantities import number_from_words
from pactoria_desktop.protocol.templates import Period, Unit
from pactoria_desktop.templates.faults import UnreadableError

MOST_DIGITS = 18
"""Digits before the point: whatever is larger is refused before it is computed with."""

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = ("", "thousand", "million", "billion", "trillion", "quadrillion")
_UNIT_WORDS: dict[Unit, tuple[str, str]] = {
    "days": ("day", "days"), "business_days": ("business day", "business days"), "weeks": ("week", "weeks"),
    "months": ("month", "months"), "years": ("year", "years"),
}  # fmt: skip
_UNIT_NAMES: dict[str, Unit] = {
    **{word: unit for unit, words in _UNIT_WORDS.items() for word in words},
    "business_days": "business_days", "working day": "business_days", "working days": "business_days",
}  # fmt: skip
_FIGURES = re.compile(r"-?(?:[0-9]{1,3}(?:[,\u00a0\u202f][0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_BRACKETED = re.compile(r"(?P<words>[A-Za-z][A-Za-z ,-]*?)\s*\(\s*(?P<figures>[^()]*?)\s*\)")
_PERIOD = re.compile(r"(?P<number>.*?[0-9)])\s*(?P<unit>[A-Za-z][A-Za-z_ ]*)")


def figures(number: Decimal) -> str:
    """A number in figures, thousands parted by commas."""
    return f"{number:,f}"


def in_words(number: Decimal, language: str) -> str:
    """A number in words: "one hundred and five", in the United States "one hundred five"; digits after a point are
    spoken one by one. The number has at most ``MOST_DIGITS`` digits before its point."""
    whole, _, fraction = f"{abs(number):f}".partition(".")
    words = _whole_in_words(int(whole), " and " if language == "en-GB" else " ")
    if fraction:
        words += " point " + " ".join(_SMALL[int(digit)] for digit in fraction)
    return f"minus {words}" if number < 0 else words


def _whole_in_words(number: int, joint: str) -> str:
    if number == 0:
        return _SMALL[0]
    parts: list[str] = []
    for power in range(len(_SCALES) - 1, -1, -1):
        count, number = divmod(number, 1000**power)
        if count:
            parts.append(" ".join([_below_thousand(count, joint), _SCALES[power]]).strip())
    last = parts[-1]
    small = " " not in last and "hundred" not in last
    if len(parts) > 1 and small:
        return " ".join(parts[:-1]) + joint + last
    return " ".join(parts)


def _below_thousand(number: int, joint: str) -> str:
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = _SMALL[rest] if rest < 20 else _TENS[tens - 2] + (f"-{_SMALL[ones]}" if ones else "")
    if not hundreds:
        return words
    return f"{_SMALL[hundreds]} hundred" + (joint + words if rest else "")


def number_written(number: Decimal, written: str, unit: str, language: str) -> str:
    """``30``, ``5.5%`` or ``thirty (30)``, ``five point five per cent (5.5%)``."""
    if written == "figures":
        return figures(number) + unit
    spoken = ""
    if unit.strip() == "%":
        spoken = " per cent" if language == "en-GB" else " percent"
    return f"{in_words(number, language)}{spoken} ({figures(number)}{unit})"


def number_read(words: str, unit: str) -> Decimal:
    """The number that a form or a table gives, in figures or in words and figures that agree, its unit behind it or
    not. Raises UnreadableError."""
    words = words.strip()
    if len(words) > 500:
        raise UnreadableError("a number")
    bracketed = _BRACKETED.fullmatch(words)
    if bracketed is not None:
        number = number_read(bracketed["figures"], unit)
        if not _agree(bracketed["words"], number):
            raise UnreadableError("a number whose words and figures agree")
        return number
    if unit.strip() and words.endswith(unit.strip()):
        words = words.removesuffix(unit.strip()).strip()
    if _FIGURES.fullmatch(words) is None:
        raise UnreadableError("a number" if not unit.strip() else f"a number of {unit.strip()}")
    return plain(Decimal(re.sub(r"[,\u00a0\u202f]", "", words)))


def plain(number: Decimal) -> Decimal:
    """The same number without zeros that say nothing, so that equal numbers are written alike.

    Raises UnreadableError where it is infinite, no number, or has more digits than contracts need.
    """
    if not number.is_finite() or number.adjusted() >= MOST_DIGITS or len(number.as_tuple().digits) > 60:
        raise UnreadableError(f"a number of at most {MOST_DIGITS} digits")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -60:
        raise UnreadableError("a number of at most 6 places after the point")
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return Decimal("0") if text in ("-0", "") else Decimal(text)


def _agree(words: str, number: Decimal) -> bool:
    spoken = " ".join(words.lower().replace(",", " ").split())
    spoken = spoken.removesuffix(" percent").removesuffix(" per cent")
    ours = {in_words(number, language) for language in ("en-GB", "en-US")}
    return spoken in ours or number_from_words(spoken) == number


def period_written(period: Period, written: str, language: str) -> str:
    """``30 days``, ``1 month`` or ``thirty (30) days``."""
    one, several = _UNIT_WORDS[period.unit]
    count = Decimal(period.count)
    return f"{number_written(count, written, '', language)} {one if period.count == 1 else several}"


def period_read(words: str) -> Period:
    """The period that a form or a table gives: ``30 days``, ``thirty (30) days``. Raises UnreadableError."""
    words = " ".join(words.split()) if len(words) <= 300 else ""
    found = _PERIOD.fullmatch(words)
    unit = _UNIT_NAMES.get(found["unit"].lower()) if found is not None else None
    if found is None or unit is None:
        raise UnreadableError("a whole number of days, weeks, months or years")
    count = number_read(found["number"], "")
    if count != count.to_integral_value() or not 0 <= count <= 100_000:
        raise UnreadableError("a whole number of days, weeks, months or years, at most 100,000")
    return Period(count=int(count), unit=unit)


def units_named(units: Sequence[Unit]) -> list[str]:
    """The units as words, in the plural."""
    return [_UNIT_WORDS[unit][1] for unit in units]
