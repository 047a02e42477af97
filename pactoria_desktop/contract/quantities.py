"""Dates, numbers, money, percentages and periods as they are written in contracts.

Everything found keeps its place (code points, ``text[start:end]``). Dates are civil dates without a zone.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan\.|Feb\.|Mar\.|Apr\.|Jun\.|Jul\.|Aug\.|Sept?\.|Oct\.|Nov\.|Dec\.)"
)
_YEAR = r"(?:(?:19|20)\d{2}|(?:19|20)?_{1,8}|\[[^\]\n]{0,12}\])"
_BLANK = r"(?:_{1,30}|\[[^\]\n]{0,14}\]|[●•])"
DATE = re.compile(
    rf"""(?P<us>\b{_MONTH}\s{{1,3}}(?P<us_day>\d{{1,2}}|{_BLANK})(?:st|nd|rd|th)?\s{{0,2}},?\s{{1,3}}(?P<us_year>{_YEAR})(?!\d))
      |(?P<day_of>\b(?:the\s+|this\s+)?(?P<of_day>\d{{1,2}}|{_BLANK}|[A-Za-z]+-?[A-Za-z]*(?:st|nd|rd|th))?\s*(?:st|nd|rd|th)?\s{{0,3}}(?:\(\d+(?:st|nd|rd|th)?\)\s*)?day\s+of\s+(?:{_MONTH}|{_BLANK})\s{{0,3}},?\s{{0,3}}(?:in\s+the\s+year\s+)?(?P<of_year>{_YEAR})?)
      |(?P<european>(?<![Pp]age )(?<![Pp]age  )\b(?P<eu_day>\d{{1,2}})(?:st|nd|rd|th)?\s{{1,2}}(?:of\s+)?{_MONTH},?\s+(?P<eu_year>{_YEAR})(?!\d))
      |(?P<iso>\b(?:19|20)\d{{2}}-\d{{2}}-\d{{2}}\b)
      |(?P<slashed>\b\d{{1,2}}/\d{{1,2}}/(?:\d{{4}}|\d{{2}})\b)
      |(?P<month_year>\b{_MONTH}\s*,?\s+(?:(?:19|20)\d{{2}})(?!\d))
      |(?P<blank>{_BLANK}\s*,\s*(?:19|20)\d{{2}}(?!\d))""",  # noqa: E501
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date as written. ``value`` is None where it has blanks, only a month, or does not exist (``impossible``).

    ``kind`` names the way of writing; "slashed" dates are read month first where both readings exist.
    """

    start: int
    end: int
    kind: str
    value: date | None
    impossible: bool


def dates_in(text: str, start: int = 0, end: int | None = None) -> Iterator[WrittenDate]:
    """The dates written in ``text[start:end]``, in order."""
    for found in _near(DATE, _DATE_ANCHOR, text, start, len(text) if end is None else end, 60, 50):
        kind = next(name for name in _KINDS if found[name])
        parts = _parts(found, kind)
        if parts is None:
            yield WrittenDate(found.start(), found.end(), kind, None, False)
            continue
        year, month, day = parts
        possible = 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1] if 1 <= month <= 12 else False
        yield WrittenDate(found.start(), found.end(), kind, date(year, month, day) if possible else None, not possible)


_DATE_ANCHOR = re.compile(
    r"""[JFMASONDjfmasond\d_\]●•](?:
      (?<!\w[A-Za-z])(?:
        (?<=[Jj])(?:an(?:uary\b|\.)|une\b|un\.|uly\b|ul\.)|(?<=[Ff])eb(?:ruary\b|\.)|(?<=[Mm])ar(?:ch\b|\.)|(?<=M)ay\b
        |(?<=[Aa])(?:pr(?:il\b|\.)|ug(?:ust\b|\.))|(?<=[Ss])ep(?:tember\b|t?\.)|(?<=[Oo])ct(?:ober\b|\.)
        |(?<=[Nn])ov(?:ember\b|\.)|(?<=[Dd])(?:ec(?:ember\b|\.)|ay\s+of\s+[_\[])
        |(?<=J)(?:AN(?:UARY\b|\.)|UNE\b|ULY\b)|(?<=F)EB(?:RUARY\b|\.)|(?<=M)A(?:R(?:CH\b|\.)|Y\b)
        |(?<=A)(?:PR(?:IL\b|\.)|UG(?:UST\b|\.))|(?<=S)EP(?:TEMBER\b|T?\.)|(?<=O)CT(?:OBER\b|\.)
        |(?<=N)OV(?:EMBER\b|\.)|(?<=D)EC(?:EMBER\b|\.))
      |(?<=\d)(?:-\d\d-\d|/\d\d?/\d)
      |(?<=[_\]●•])\s*,\s*(?:19|20))""",
    re.VERBOSE,
)
"""Begins with a set of characters, which the search skips to; a look backwards comes after the first character."""


def _near(
    pattern: re.Pattern[str], anchor: re.Pattern[str], text: str, start: int, end: int, before: int, after: int
) -> Iterator[re.Match[str]]:
    """Matches of a costly pattern, looked for only near the cheap anchors that every match holds."""
    position = start
    for found in anchor.finditer(text, start, end):
        if found.start() < position:
            continue
        stop = min(end, found.end() + after)
        match = pattern.search(text, max(position, found.start() - before), stop)
        while match is not None and match.start() <= found.start() + after:
            yield match
            position = match.end()
            if position > found.start():
                break
            match = pattern.search(text, position, stop)


_KINDS = ("us", "day_of", "european", "iso", "slashed", "month_year", "blank")


def _parts(found: re.Match[str], kind: str) -> tuple[int, int, int] | None:
    words = found[0]
    if kind == "iso":
        year, month, day = (int(part) for part in words.split("-"))
        return year, month, day
    if kind == "slashed":
        first, second, year = (int(part) for part in words.split("/"))
        if year < 100:
            year += 2000 if year < 70 else 1900
        if first > 12 >= second:
            first, second = second, first
        return year, first, second
    if kind in ("month_year", "blank"):
        return None
    prefix = {"us": "us", "day_of": "of", "european": "eu"}[kind]
    day_words, year_words = found[f"{prefix}_day"] or "", found[f"{prefix}_year"] or ""
    named = re.search(_MONTH, words, re.IGNORECASE)
    if not year_words.isdigit() or len(year_words) != 4 or named is None:
        return None
    day_number = int(day_words) if day_words.isdigit() else _ORDINALS.get(day_words.lower().replace(" ", "-"))
    if day_number is None:
        return None
    index = next(i for i, name in enumerate(MONTHS) if name.startswith(named[0][:3].lower()))
    return int(year_words), index + 1, day_number


_ORDINALS = {
    name: number
    for number, name in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
            "twenty-first",
            "twenty-second",
            "twenty-third",
            "twenty-fourth",
            "twenty-fifth",
            "twenty-sixth",
            "twenty-seventh",
            "twenty-eighth",
            "twenty-ninth",
            "thirtieth",
            "thirty-first",
        ],
        start=1,
    )
}

_UNITS = {
    name: value
    for value, name in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    name: 10 * value
    for value, name in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
} | {"fourty": 40}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_NUMBER_WORD = r"(?:" + "|".join([*_UNITS, *_TENS, *_SCALES, "half"]) + r")"
_NUMBER_WORDS = (
    rf"(?:(?:an?\s+(?=hundred|thousand|million))?{_NUMBER_WORD}(?:(?:\s*-\s*|\s+and\s+|\s*,\s*|\s+){_NUMBER_WORD})*)"
)
_FIGURES = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_CURRENCY = r"(?:US\$|U\.S\.\$|[$€£¥]|USD|EUR|GBP|CHF|NOK|SEK|DKK|JPY|CAD|AUD|Euros?|Rs\.?)"
_MONEY = (
    r"(?:(?:United\s+States|U\.?\s?S\.?|US|Canadian|Australian|Swiss|Norwegian|Swedish|Danish)\s+)?"
    r"(?:dollars?|euros?|pounds?(?:\s+sterling)?|francs?|kron(?:er?|or)|yen|percent|per\s+cent|per\s+centum)"
)
SPELLED = re.compile(
    rf"""(?<![\w-])(?P<words>{_NUMBER_WORDS})(?P<cents>\s+and\s+(?:\d\d|no|xx)/100)?
        (?P<unit>\s+{_MONEY})?
        \s*\(\s*(?P<sign>{_CURRENCY}?)\s*(?P<figures>{_FIGURES})\s*
        (?P<after>%|percent|per\s+cent|million|billion|thousand|[a-z]+)?\s*\)""",
    re.VERBOSE | re.IGNORECASE,
)

FIGURED = re.compile(
    rf"""(?<![\w.,:/§-])(?P<figures>(?:{_FIGURES})(?![\d,.]*\d))\s{{0,2}}
        (?P<after>%|percent\b|per\s+cent\b|million\b|billion\b|thousand\b)?
        (?:\s+{_MONEY}|\s?[€£]|\s{_CURRENCY})?
        \s{{0,2}}\(\s*(?P<words>{_NUMBER_WORDS})(?P<unit>\s+{_MONEY})?(?:\s+only)?\s*\)""",
    re.VERBOSE | re.IGNORECASE,
)

_FIGURE_ANCHOR = re.compile(rf"\(\s{{0,2}}{_CURRENCY}?\s{{0,2}}\d", re.IGNORECASE)
_WORDS_ANCHOR = re.compile(rf"\(\s{{0,2}}(?:an?\s+)?{_NUMBER_WORD}\b", re.IGNORECASE)
_NUMBERED = re.compile(
    r"(?:section|clause|article|paragraph|schedule|exhibit|annex|appendix|part|item|page|no\.?|number)s?\s{1,2}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SpelledNumber:
    """A number written in words and in figures, either of them in brackets."""

    start: int
    end: int
    words: str
    figures: str
    worded: int
    figured: float

    @property
    def agrees(self) -> bool:
        """Whether words and figures say the same."""
        return abs(self.worded - self.figured) < 1e-9


def spelled_numbers(text: str) -> Iterator[SpelledNumber]:
    """The numbers of a text that are given in words and in figures ("thirty (30)", "30 (thirty)")."""
    for found in _near(SPELLED, _FIGURE_ANCHOR, text, 0, len(text), 130, 60):
        if _FRACTION.search(text, max(0, found.start() - 14), found.start()):
            continue
        if not found["cents"] or re.search(r"no|xx|00", found["cents"], re.IGNORECASE):
            yield from _spelled(found)
    for found in _near(FIGURED, _WORDS_ANCHOR, text, 0, len(text), 50, 130):
        if not _NUMBERED.search(text, max(0, found.start() - 16), found.start()):
            yield from _spelled(found)


def _spelled(found: re.Match[str]) -> Iterator[SpelledNumber]:
    worded = number_from_words(found["words"])
    if worded is not None:
        scale = _SCALES.get((found["after"] or "").lower(), 1)
        figured = float(found["figures"].replace(",", "")) * scale
        if _POINTED.fullmatch(found["figures"]) and int(found["figures"].replace(".", "")) * scale == worded:
            figured = worded
        yield SpelledNumber(
            found.start(), found.end(), " ".join(found["words"].split()), found["figures"], worded, figured
        )


_POINTED = re.compile(r"\d{1,3}(?:\.\d{3})+")
"""Thousands as much of Europe parts them."""

_FRACTION = re.compile(r"(?:point|hundredths?\s+of|tenths?\s+of|thousandths?\s+of|half\s+of)\s+$", re.IGNORECASE)


def number_from_words(words: str) -> int | None:
    """The value of an English number in words, None where the words do not make one ("two hundred and five" is 205)."""
    total = current = 0
    previous = ""
    for word in re.findall(r"[a-z]+", words.lower()):
        if word in ("and", "a", "an"):
            if word != "and":
                current = 1
            continue
        if word in _UNITS:
            if previous in _UNITS or (previous in _TENS and not 0 < _UNITS[word] < 10):
                return None
            current += _UNITS[word]
        elif word in _TENS:
            if previous in _UNITS or previous in _TENS:
                return None
            current += _TENS[word]
        elif word == "hundred":
            current = max(1, current) * 100
        elif word in _SCALES:
            total += max(1, current) * _SCALES[word]
            current = 0
        else:
            return None
        previous = word
    return total + current


PERIOD = re.compile(
    rf"(?<![\w-])(?:(?P<words>{_NUMBER_WORDS})\s*)?(?:\(\s*)?(?P<figures>\d{{1,4}}(?:\.\d)?)?\s*(?:\)\s*)?[-\s]\s*(?P<kind>(?:business|calendar|working|successive|consecutive|full|additional)\s+)?"
    r"(?P<unit>days?|weeks?|months?|years?)(?!\w)",
    re.IGNORECASE,
)

_UNIT_ANCHOR = re.compile(r"\b(?:days?|weeks?|months?|years?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time as written: a number of days, weeks, months or years ("unit" in the singular)."""

    start: int
    end: int
    number: float
    unit: str
    business: bool

    @property
    def months(self) -> float:
        """The length in months; a day is a thirtieth of one."""
        return self.number * {"day": 1 / 30, "week": 7 / 30, "month": 1, "year": 12}[self.unit]


def periods_in(text: str) -> Iterator[Period]:
    """The lengths of time written in a text, in order."""
    for found in _near(PERIOD, _UNIT_ANCHOR, text, 0, len(text), 90, 8):
        figures = found["figures"]
        number = float(figures) if figures else None
        if number is None and found["words"]:
            number = number_from_words(found["words"])
        if number is None:
            continue
        kind = (found["kind"] or "").strip().lower()
        yield Period(
            found.start(), found.end(), number, found["unit"].lower().rstrip("s"), kind in ("business", "working")
        )


def after_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month where it is shorter. May raise OverflowError."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise OverflowError("The date lies outside the calendar.")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
