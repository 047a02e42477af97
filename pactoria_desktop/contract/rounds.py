"""Rounds of a bare file: which exchange each tracked change belongs to, told from authors and dates alone.

A side is an author, or several who work together: their changes alternate within an hour, or they name one company
in brackets or one mail domain. Taken in order of time, each unbroken stretch of one side's changes is a round. A change
without author or date has no round, nor has one made in a minute in which two sides made changes, because then nothing
says who came first.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

COMPANY = re.compile(r"[(\[]([^)\]]{2,})[)\]]\s*$|@([\w.-]+)")
TOGETHER = timedelta(hours=1)


def moment(date: str) -> datetime | None:
    """A Word date as an instant (without a zone it counts as UTC); None where it is not one."""
    try:
        when = datetime.fromisoformat(date.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def rounds(changes: Sequence[tuple[str, str]]) -> tuple[int | None, ...]:
    """The round, from 1, of each (author, date as Word wrote it); None where it cannot be told."""
    times = [_minute(date) if author else None for author, date in changes]
    known = sorted({(when, author) for (author, _), when in zip(changes, times, strict=True) if when is not None})
    side = _sides(known)
    by_minute: dict[datetime, set[str]] = {}
    for when, author in known:
        by_minute.setdefault(when, set()).add(side[author])
    number, last = 0, ""
    numbers: dict[datetime, int] = {}
    for when, sides in sorted(by_minute.items()):
        if len(sides) > 1:
            last = ""
            continue
        (one,) = sides
        if one != last:
            number, last = number + 1, one
        numbers[when] = number
    return tuple(numbers.get(when) if when is not None else None for when in times)


def _minute(date: str) -> datetime | None:
    when = moment(date)
    return when.replace(second=0, microsecond=0) if when is not None else None


def _sides(known: Sequence[tuple[datetime, str]]) -> dict[str, str]:
    """Each author's side, named by one of its authors."""
    leader = {author: author for _, author in known}

    def find(author: str) -> str:
        while leader[author] != author:
            author = leader[author]
        return author

    companies: dict[str, str] = {}
    for author in sorted(leader):
        company = COMPANY.search(author)
        if company:
            name = (company[1] or company[2]).casefold().strip()
            leader[find(author)] = find(companies.setdefault(name, author))
    for first, second, third in zip(known, known[1:], known[2:], strict=False):
        if first[1] == third[1] != second[1] and third[0] - first[0] <= TOGETHER and first[0] < second[0] < third[0]:
            leader[find(second[1])] = find(first[1])
    return {author: find(author) for author in leader}
