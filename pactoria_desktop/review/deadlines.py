"""Dates that a contract sets by itself: end of term, renewal, last day for notice. Nothing is guessed.

A date is given only when every part of its sum stands in the text: the day the contract takes effect, the length of the
term (or a written last day), and the notice period. All dates are civil dates.
"""

import re
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from datetime import date, timedelta

from pactoria_desktop.contract.findings import Evidence
from pactoria_desktop.contract.quantities import Period, after_months, dates_in, periods_in
from pactoria_desktop.review.scan import TERM, Scan


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date that follows from the contract: an expiry, renewal or notice. ``rule`` says how it was reckoned."""

    kind: str
    date: date
    rule: str
    evidence: tuple[Evidence, ...]


_TAKES_EFFECT = re.compile(
    r"effective\s+date|\beffective\s+(?:as\s+of|on|from)|commenc|\b(?:made|entered\s+into|dated)\b", re.IGNORECASE
)
_OTHER_TERM = re.compile(
    r"renewal|extension|surviv|confidential|warrant|after\s+(?:the\s+)?(?:expir|terminat)|following\s+(?:the\s+)?(?:expir|terminat)",
    re.IGNORECASE,
)
_RENEWS = re.compile(r"automatic\w*\s+(?:be\s+)?(?:renew|extend)|(?:renew|extend)\w*\s+automatic", re.IGNORECASE)
_NOTICE = re.compile(
    r"(?:notice|notif\w+)[^.;]{0,140}?(?:prior\s+to|before)|(?:prior\s+to|before)[^.;]{0,120}?notice|(?:prior|advance)\s+(?:written\s+)?notice",
    re.IGNORECASE,
)
_FROM_EFFECT = re.compile(
    r"effective\s+date|date\s+(?:hereof|of\s+this\s+agreement|first\s+(?:above\s+)?written|first\s+set\s+forth)|commencement\s+date|from\s+the\s+date",
    re.IGNORECASE,
)
_ENDS_ON = re.compile(
    r"(?:expire|terminate|end|until|through)\w*(?:\s+(?:on|at|and|including|automatically|midnight|the))*\s*[\"“(]?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Read:
    """What a sentence says of the day on which the contract takes effect (with places from its start), and its term."""

    effect: tuple[tuple[date, int, int, bool], ...]
    term: bool


DeadlineCache = MutableMapping[str, _Read]
"""What sentences say of effect and term, by their words."""


def deadlines(scan: Scan, cache: DeadlineCache | None = None) -> tuple[Deadline, ...]:
    """The deadlines of a contract in order of date; none where the text leaves a part open or gives it twice."""
    known: DeadlineCache = {} if cache is None else cache
    begins = _effective(scan, known)
    found: list[Deadline] = []
    for sentence in scan.sentences:
        if not scan.paragraphs[sentence.paragraph].term:
            continue
        words = scan.text[sentence.start : sentence.end]
        if len(words) > 2000 or not _read(words, known).term:
            continue
        ends, how, proofs = _end_of(scan, sentence.start, words, begins)
        if ends is None:
            continue
        place = Evidence(sentence.start, sentence.end, words)
        found.append(Deadline("expiry", ends, how, (place, *proofs)))
        found += _notices(scan, sentence.paragraph, place, proofs, ends)
        break
    return tuple(sorted(found, key=lambda item: (item.date, item.kind)))


def _effective(scan: Scan, known: DeadlineCache) -> tuple[date, Evidence] | None:
    days: list[tuple[date, Evidence, bool]] = []
    for sentence in scan.sentences[:60]:
        for day, begin, finish, sure in _read(scan.text[sentence.start : sentence.end], known).effect:
            start, end = sentence.start + begin, sentence.start + finish
            days.append((day, Evidence(start, end, scan.text[start:end]), sure))
    strong = [(day, proof) for day, proof, sure in days if sure]
    if strong:
        return strong[0] if len({day for day, _ in strong}) == 1 else None
    distinct = {day for day, _, _ in days}
    return (days[0][0], days[0][1]) if len(distinct) == 1 else None


def _read(words: str, known: DeadlineCache) -> _Read:
    read = known.get(words)
    if read is None:
        read = known[words] = _Read(tuple(_days_of_effect(words)), TERM.search(words) is not None)
    return read


def _days_of_effect(words: str) -> Iterator[tuple[date, int, int, bool]]:
    if not _TAKES_EFFECT.search(words):
        return
    for written in dates_in(words):
        if written.value is None or written.kind == "slashed":
            continue
        named = re.match(
            r"\W{0,4}\s*\(?\s*(?:the\s+|hereinafter\s+)?[\"“]Effective\s+Date", words[written.end : written.end + 50]
        )
        leads = re.search(
            r"effective\s+(?:date\s+)?(?:is\s+|as\s+of\s+|on\s+|from\s+|shall\s+be\s+|means\s+)*(?:the\s+)?$",
            words[: written.start],
            re.IGNORECASE,
        )
        yield written.value, written.start, written.end, bool(named or leads)


def _end_of(
    scan: Scan, base: int, words: str, begins: tuple[date, Evidence] | None
) -> tuple[date | None, str, tuple[Evidence, ...]]:
    for written in dates_in(words):
        if written.value is not None and _ENDS_ON.search(words[: written.start]):
            return written.value, "the last day is written", ()
    if begins is None or not _FROM_EFFECT.search(words):
        return None, "", ()
    for period in periods_in(words):
        before = words[max(0, period.start - 90) : period.start]
        if _OTHER_TERM.search(before) or period.unit == "day" or "notice" in before:
            continue
        return _last_day(begins[0], period), "the day of effect and the length of the term", (begins[1],)
    return None, "", ()


def _last_day(begins: date, period: Period) -> date | None:
    try:
        if period.unit == "week":
            return begins + timedelta(weeks=period.number) - timedelta(days=1)
        return after_months(begins, round(period.months)) - timedelta(days=1)
    except OverflowError:
        return None


def _notices(
    scan: Scan, paragraph: int, term: Evidence, proofs: tuple[Evidence, ...], ends: date
) -> Iterator[Deadline]:
    near = [item for item in scan.sentences if paragraph <= item.paragraph <= paragraph + 2]
    text = " ".join(scan.text[item.start : item.end] for item in near)
    if not _RENEWS.search(text):
        return
    for sentence in near:
        words = scan.text[sentence.start : sentence.end]
        place = Evidence(sentence.start, sentence.end, words)
        both = (place, *proofs) if place == term else (place, term, *proofs)
        if _RENEWS.search(words):
            yield Deadline("renewal", ends + timedelta(days=1), "the day after the term ends", both)
        if not (_NOTICE.search(words) and re.search(r"renew|extend|expir|end\s+of|term", words, re.IGNORECASE)):
            continue
        for period in periods_in(words):
            around = words[max(0, period.start - 80) : period.end + 80]
            if (
                period.business
                or not re.search(r"prior|before|advance|notice", around, re.IGNORECASE)
                or period.unit == "year"
            ):
                continue
            last = ends - timedelta(days=period.number * (7 if period.unit == "week" else 1))
            if period.unit == "month":
                last = after_months(ends, -round(period.number))
            yield Deadline("notice", last, "the notice period before the term ends", both)
            return
