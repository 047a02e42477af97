"""Cross-references that lead nowhere, and gaps and doubles in the numbering."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pactoria_desktop.contract.findings import Draft
from pactoria_desktop.contract.references import label_parts
from pactoria_desktop.contract.segmentation import Sentence
from pactoria_desktop.review.scan import Scan

_PARENTHESISED = re.compile(r"\(([A-Za-z]{1,5}|\d{1,2})\)")
_CITED = re.compile(
    r"(?:[Ss]ections?|SECTIONS?|[Aa]rticles?|ARTICLES?|[Cc]lauses?|[Pp]aragraphs?|§§?|and|or|through|to|,|&)\s*$"
)


@dataclass
class NumberIndex:
    """The numbers that a contract's own clauses carry.

    ``known`` holds every number and its beginnings, ``numeric`` those of figures with their starts, in order of place.
    """

    whole: int
    known: set[tuple[str, ...]] = field(default_factory=set)
    labels: list[tuple[tuple[str, ...], int, int]] = field(default_factory=list)
    numeric: list[tuple[tuple[str, ...], int]] = field(default_factory=list)

    def regions(self, base: tuple[str, ...]) -> Iterator[tuple[int, int]]:
        """Where the clauses of a number, and of those below it, begin and end in the text."""
        for place, (parts, start) in enumerate(self.numeric):
            if parts[: len(base)] == base:
                yield start, self._end(place)

    def letters(self, start: int, end: int) -> Iterator[str]:
        """The letters and figures of list labels between two places, typed or computed: "(a)" gives "a"."""
        for parts, _, place in self.labels:
            if start <= place < end:
                yield parts[-1]

    def _end(self, place: int) -> int:
        """Where the clause of a number ends: at the next greater number of its depth, not at a list inside it."""
        mine = _figures(self.numeric[place][0])
        for parts, start in self.numeric[place + 1 : place + 1 + _FARTHEST]:
            theirs = _figures(parts)
            if len(theirs) >= len(mine) and theirs[: len(mine)] > mine:
                return start
        return self.whole


_FARTHEST = 400
"""Labels that are looked through for the end of a clause."""


def _figures(parts: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(int(part) for part in parts if part.isdigit())


def number_index(scan: Scan) -> NumberIndex:
    """The numbers of a contract, typed or computed, tables of contents left out."""
    index = NumberIndex(len(scan.text))
    read: dict[str, tuple[str, ...]] = {}
    for at, sentence in enumerate(scan.sentences):
        if not sentence.number or scan.paragraphs[sentence.paragraph].contents:
            continue
        parts = read.get(sentence.number)
        if parts is None:
            parts = read[sentence.number] = label_parts(sentence.number)
        if parts:
            index.labels.append((parts, at, sentence.start))
    index.numeric = [(parts, start) for parts, _, start in index.labels if parts[0].isdigit()]
    for parts, _ in index.numeric:
        index.known.update(parts[:length] for length in range(1, len(parts) + 1))
    return index


_AMENDS = re.compile(r"\b(?:amendment|addendum|supplement|termination\s+agreement|waiver|joinder)\b", re.IGNORECASE)


def broken_references(scan: Scan, index: NumberIndex) -> Iterator[Draft]:
    """References to sections, clauses, paragraphs and articles that the contract does not have.

    Nothing is said of an amendment (its references mean the amended contract), nor when many references lead nowhere:
    then the numbers were lost on the way here, not by the drafter.
    """
    if sum(scanned.changes for scanned in scan.paragraphs) > 1 or _AMENDS.search(
        " ".join(scan.text[item.start : item.end] for item in scan.sentences[:4])[:300]
    ):
        return
    broken: list[tuple[int, int, str]] = []
    sound: set[tuple[str, ...]] = set()
    depth = max((sum(part.isdigit() for part in parts) for parts, _, _ in index.labels), default=0)
    for paragraph, scanned in zip(scan.reviewed.paragraphs, scan.paragraphs, strict=True):
        for reference in scanned.references:
            if reference.foreign:
                continue
            start, end = paragraph.start + reference.start, paragraph.start + reference.end
            if _leads_somewhere(scan.text, index, reference.parts, depth):
                sound.add(reference.parts)
            else:
                broken.append((start, end, reference.kind))
    if len({scan.text[start:end] for start, end, _ in broken}) > max(2, len(sound) // 4):
        return
    for start, end, kind in broken:
        words = " ".join(scan.text[start:end].split())
        named = kind.replace("§", "section")
        yield Draft(
            "broken-reference", 1, "medium", "Broken cross-reference",
            f"“{words}” points to {'an' if named[0] == 'a' else 'a'} {named} that this contract does not have.",
            0.9, "check", ((start, end),),
        )  # fmt: skip


def _leads_somewhere(text: str, index: NumberIndex, parts: tuple[str, ...], depth: int) -> bool:
    base = tuple(part for part in parts if part.isdigit())
    while base and base not in index.known:
        if not (len(base) > depth and len(base) > 1):
            break
        base = base[:-1]
    base = _base(parts)
    if base not in index.known:
        return _stands_as_label(text, base)
    below = parts[len(base) :]
    if not below:
        return True
    joined = (*base, *below)
    if joined in index.known:
        return True
    for start, end in index.regions(base):
        seen = {found[1].casefold() for found in _PARENTHESISED.finditer(text, start, end)}
        seen.update(part.casefold() for part in index.letters(start, end))
        if all(part.casefold() in seen or _as_label(text, part, start, end) for part in below):
            return True
    return False


def _base(parts: tuple[str, ...]) -> tuple[str, ...]:
    length = 0
    while length < len(parts) and parts[length].isdigit():
        length += 1
    return parts[:length]


def _as_label(text: str, part: str, start: int, end: int) -> bool:
    return re.search(rf"(?:^|\s|\d){re.escape(part)}[.)]\s", text[start:end], re.IGNORECASE) is not None


def _stands_as_label(text: str, base: tuple[str, ...]) -> bool:
    if ".".join(base) not in text and ".0".join(base) not in text:
        return False
    deep = len(base) > 1
    for found in re.finditer(r"\.0?".join(base), text):
        start, end = found.span()
        start -= text[start - 1 : start] == "0"
        before = text[max(0, start - _BEFORE) : start]
        if not (before and (before[-1].isalnum() or before[-1] in "_.$,")):
            closed = (_CLOSED_DEEP if deep else _CLOSED).match(text, end)
            if closed is not None and (len(base) > 2 or not _CITED.search(before[-14:])):
                return True
        if deep and _WORDS_AFTER.match(text, end) and _OPENS_ITEM.search(before):
            return True
        if not deep and (
            (_CAPITAL_AFTER.match(text, end) and _OPENS_LINE.search(before))
            or (_NAMED_LABEL.search(before) and not text[end : end + 1].isalnum())
        ):
            return True
    return False


_BEFORE = 40
_CLOSED = re.compile(r"[.):](?:\s+[\"“(]?[A-Z_]|[A-Z][a-z]|\s*$)", re.MULTILINE)
_CLOSED_DEEP = re.compile(r"[.):]?(?:\s+[\"“(]?[A-Z_]|[A-Z][a-z]|\s*$)", re.MULTILINE)
_WORDS_AFTER = re.compile(r"[.)]?\s+\w")
_OPENS_ITEM = re.compile(r"(?:[.;:)\]”\"]\s+|\n\s*)(?:and\s+|or\s+)?$")
_CAPITAL_AFTER = re.compile(r"(?:[ \t]+|[.)-]\s*)[A-Z]")
_OPENS_LINE = re.compile(r"(?:^|\n)[ \t]*$")
_NAMED_LABEL = re.compile(r"(?:SECTION|ARTICLE|CLAUSE)\s+$")


def missing_attachments(scan: Scan) -> Iterator[Draft]:
    """Exhibits, schedules and annexes that are mentioned, where others of their kind are attached and they are not.

    Each is said once, at its first mention.
    """
    attached: dict[str, set[str]] = {}
    mentions: list[tuple[str, str, int, int]] = []
    for paragraph, scanned in zip(scan.reviewed.paragraphs, scan.paragraphs, strict=True):
        for item in scanned.attached:
            words = scan.text[paragraph.start + item.start : paragraph.start + item.end]
            short = paragraph.end - paragraph.start < 120
            heading = item.opens and (
                item.whole or short or words.isupper() or _SETS_OFF.match(scan.text, paragraph.start + item.end)
            )
            inline = words.isupper() and not scanned.capitals
            if heading or (inline and _SETS_OFF.match(scan.text, paragraph.start + item.end)):
                attached.setdefault(item.kind, set()).add(item.mark)
            elif not item.foreign and not scanned.contents:
                mentions.append((item.kind, item.mark, paragraph.start + item.start, paragraph.start + item.end))
    said: set[tuple[str, str]] = set()
    for kind, mark, start, end in mentions:
        marks = attached.get(kind, set())
        if (
            not marks
            or "." in mark
            or mark in ("13D", "13G", "K-1")
            or not any(one.isalpha() == mark.isalpha() for one in marks)
        ):
            continue
        if mark in marks or any(other.startswith(mark + "-") for other in marks):
            continue
        if len({m for k, m, _, _ in mentions if k == kind} - marks) > max(2, len(marks)):
            continue
        if (kind, mark) in said:
            continue
        said.add((kind, mark))
        words = " ".join(scan.text[start:end].split())
        yield Draft(
            "missing-attachment", 1, "medium", f"Missing {kind}",
            f"“{words}” is mentioned but not attached, while others are.", 0.8, "check", ((start, end),),
        )  # fmt: skip


_SETS_OFF = re.compile(r"[\"”]?\s*(?:$|\n|[-–—:]|\s{2,}|to\s+(?:the|this)|[A-Z]{3,})", re.MULTILINE)


def numbering(scan: Scan, index: NumberIndex) -> Iterator[Draft]:
    """Numbers that are skipped, and numbers given twice in a row."""
    last: dict[tuple[str, ...], tuple[int, int]] = {}
    for parts, at, _ in index.labels:
        if not all(part.isdigit() for part in parts):
            continue
        parent, number = parts[:-1], int(parts[-1])
        sentence = scan.sentences[at]
        before = last.get(parent)
        last[parent] = (number, at)
        for deeper in [known for known in last if len(known) > len(parent) and known[: len(parent)] == parent]:
            last.pop(deeper)
        if before is None:
            continue
        previous, previous_at = before
        shown = ".".join(parts)
        if previous + 1 < number <= previous + 3 and previous >= 1:
            skipped = [(*parent, str(value)) for value in range(previous + 1, number)]
            if any(one in index.known or _stands_as_label(scan.text, one) for one in skipped):
                continue
            names = ", ".join(".".join(one) for one in skipped)
            yield Draft(
                "numbering-gap", 1, "low", "Gap in the numbering",
                f"The numbering goes on with {shown} and leaves out {names}.",
                0.85, "check", (_first_word(scan, sentence),),
            )  # fmt: skip
        elif (
            number == previous
            and previous_at != at
            and not _GOES_ON.match(scan.text, sentence.words)
            and _comparable(scan, previous_at, at)
        ):
            yield Draft(
                "numbering-duplicate", 1, "low", "Number given twice",
                f"The number {shown} is given to two clauses in a row.",
                0.8, "check", (_first_word(scan, sentence),),
            )  # fmt: skip


def _first_word(scan: Scan, sentence: Sentence) -> tuple[int, int]:
    words = scan.text[sentence.start : sentence.end].split(None, 1)
    return sentence.start, sentence.start + max(1, len(words[0]) if words else 0)


_GOES_ON = re.compile(r"\d|[A-Z]\.(?!\w)")


def _comparable(scan: Scan, one: int, other: int) -> bool:
    """Whether two labels count in one row. Those in brackets open a new list each time, or say how many of a thing."""
    first, second = scan.sentences[one], scan.sentences[other]
    shape = [re.sub(r"[IVXLC]+", "I", re.sub(r"\d+", "0", item.number)).strip() for item in (first, second)]
    if ")" in shape[1] or second.number.strip(". ") in ("L", "C"):
        return False
    part = [scan.reviewed.paragraphs[item.paragraph].part for item in (first, second)]
    return (
        shape[0] == shape[1]
        and part[0] == part[1]
        and scan.text[first.words : first.end] != scan.text[second.words : second.end]
    )


_LIST_ITEM = re.compile(r"(?:(?:and|or|and/or|but)\s+)?\(([a-z])\)\s")


def list_gaps(scan: Scan) -> Iterator[Draft]:
    """Letters of a list that are skipped: (a), (b), (d). Letters that are Roman numbers as well are passed over."""
    previous: tuple[str, int] | None = None
    for sentence in scan.sentences:
        if sentence.number[:1].isdigit():
            previous = None
        inner = sentence.words if sentence.number[:1].isdigit() else sentence.start
        item = _LIST_ITEM.match(scan.text, inner, sentence.end)
        if item is None:
            continue
        letter = item[1]
        if previous is not None and ord(letter) == ord(previous[0]) + 2 and letter not in "ivx":
            skipped = chr(ord(letter) - 1)
            between = scan.text[previous[1] : item.start()]
            if not re.search(rf"(?<![A-Za-z]){skipped}(?:\)|\.\s)", between):
                yield Draft(
                    "numbering-gap", 1, "low", "Gap in the numbering",
                    f"The list goes on with ({letter}) and leaves out ({skipped}).", 0.8, "check",
                    ((item.start(1) - 1, item.end(1) + 1),),
                )  # fmt: skip
        if previous is None or letter not in "ivx" or ord(letter) == ord(previous[0]) + 1:
            previous = (letter, item.start())
