"""Civil dates as contracts write them, and the same read back. A date that can be read in two ways is refused."""

import re
from datetime import date

from pactoria_desktop.contract.quantities import MONTHS, dates_in
from pactoria_desktop.templates.faults import UnreadableError

EXPECTED = "a date such as 1 December 2026 or 2026-12-01"
EARLIEST_YEAR = 1000
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?\s(?:of\s)?([A-Za-z]{3,9})\.?,?\s([0-9]{4})", re.IGNORECASE)
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.?\s([0-9]{1,2})(?:st|nd|rd|th)?,?\s([0-9]{4})", re.IGNORECASE)
_SLASHED = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})")


def date_written(day: date, language: str) -> str:
    """``1 December 2026``, in the United States ``December 1, 2026``."""
    month = MONTHS[day.month - 1].capitalize()
    return f"{month} {day.day}, {day.year}" if language == "en-US" else f"{day.day} {month} {day.year}"


def date_read(words: str) -> date:
    """The date that a form or a table gives. Raises UnreadableError, also for a day that no calendar has and for
    ``03/04/2026``, which is a day of March to some and of April to others."""
    words = " ".join(words.split()) if len(words) <= 80 else ""
    if found := _ISO.fullmatch(words):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_FIRST.fullmatch(words):
        return _day(int(found[3]), _month(found[2]), int(found[1]))
    if found := _MONTH_FIRST.fullmatch(words):
        return _day(int(found[3]), _month(found[1]), int(found[2]))
    if found := _SLASHED.fullmatch(words):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        if first != second and first <= 12 and second <= 12:
            raise UnreadableError(f"{EXPECTED}, because day and month could be either way round")
        return _day(year, first, second) if second > 12 else _day(year, second, first)
    spoken = next(iter(dates_in(words)), None)
    if spoken is None or spoken.value is None or (spoken.start, spoken.end) != (0, len(words)):
        raise UnreadableError(EXPECTED)
    return spoken.value


def _month(name: str) -> int:
    name = name.lower()
    for number, month in enumerate(MONTHS, 1):
        if name in (month, month[:3]) or (name == "sept" and month == "september"):
            return number
    raise UnreadableError(EXPECTED)


def _day(year: int, month: int, day: int) -> date:
    if year < EARLIEST_YEAR:
        raise UnreadableError(f"a date of the year {EARLIEST_YEAR} or later")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise UnreadableError("a date that the calendar has") from error
