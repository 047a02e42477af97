"""Words against figures, blanks and drafting notes, dates that cannot be, and parties whose names vary."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from rapidfuzz.distance import DamerauLevenshtein

from pactoria_desktop.contract.findings import Draft
from pactoria_desktop.review.scan import Scan


def words_and_figures(scan: Scan) -> Iterator[Draft]:
    """Numbers whose words and figures differ."""
    for paragraph, scanned in zip(scan.reviewed.paragraphs, scan.paragraphs, strict=True):
        for number in scanned.spelled:
            if number.agrees or number.worded == 0 or (number.worded < 20 and number.figured > 1900):
                continue
            start, end = paragraph.start + number.start, paragraph.start + number.end
            yield Draft(
                "words-against-figures", 1, "high", "Words and figures differ",
                f"The words say “{number.words}”, the figures {number.figures}.", 0.95, "check", ((start, end),),
            )  # fmt: skip


def blanks(scan: Scan) -> Iterator[Draft]:
    """Blanks, placeholders and notes of the drafter that were left in; lines to sign on and redactions are none."""
    for paragraph, scanned in zip(scan.reviewed.paragraphs, scan.paragraphs, strict=True):
        for begin, end, kind in scanned.blanks:
            start = paragraph.start + begin
            shown = " ".join(scan.text[start : paragraph.start + end].split())[:60]
            note = kind == "note"
            yield Draft(
                "drafting-note" if note else "blank", 1, "high" if note else "medium",
                "Drafting note left in" if note else "Blank left open",
                f"“{shown}” is a note of the drafter." if note else f"“{shown}” still has to be filled in.",
                0.8 if kind == "line" else 0.9, "check", ((start, paragraph.start + end),),
            )  # fmt: skip


def impossible_dates(scan: Scan) -> Iterator[Draft]:
    """Dates that no calendar has."""
    for paragraph, scanned in zip(scan.reviewed.paragraphs, scan.paragraphs, strict=True):
        for written in scanned.dates:
            if not written.impossible:
                continue
            start, end = paragraph.start + written.start, paragraph.start + written.end
            yield Draft(
                "impossible-date", 1, "high", "Date that does not exist",
                f"“{' '.join(scan.text[start:end].split())}” is not a date of the calendar.", 0.95, "check",
                ((start, end),),
            )  # fmt: skip


_BEGINS = re.compile(
    r"(?:effective(?:\s+date)?|commenc\w+|begin\w*|start\w*|entered\s+into|made|dated|from)(?:\s+(?:and|is|shall|be|on|as|of|is\s+the|date|into|this|from|effective|the|being))*[\s,(“\"]*$",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"(?:expir\w+|terminat\w+|end(?:s|ing)?|until|through|conclud\w+|no\s+later\s+than|in\s+(?:full\s+)?force\s+until)(?:\s+(?:on|at|and|including|midnight|the|automatically|as|of|is|date|its|own|terms|close|business))*[\s,(“\"]*$",
    re.IGNORECASE,
)


def expiry_before_effect(scan: Scan) -> Iterator[Draft]:
    """A contract, or a term in it, that ends before it begins."""
    beginning: tuple[date, int, int] | None = None
    for paragraph, scanned in zip(scan.reviewed.paragraphs, scan.paragraphs, strict=True):
        here: tuple[date, int, int] | None = None
        for written in scanned.dates:
            if written.value is None:
                continue
            start, end = paragraph.start + written.start, paragraph.start + written.end
            before = scan.text[max(paragraph.start, start - 70) : start]
            if _ENDS.search(before) and not re.search(r"fiscal|quarter|period|year\s+end", before[-50:], re.IGNORECASE):
                opened = here or (beginning if _ABOUT_TERM.search(scan.text, paragraph.start, paragraph.end) else None)
                if opened is not None and written.value < opened[0]:
                    yield Draft(
                        "expiry-before-effect", 1, "high", "Ends before it begins",
                        "This ends on a day before the day on which it takes effect.", 0.85, "check",
                        ((start, end), (opened[1], opened[2])),
                    )  # fmt: skip
            elif _BEGINS.search(before):
                here = (written.value, start, end)
                if beginning is None and re.search(
                    r"agreement|effective", scan.text[paragraph.start : end], re.IGNORECASE
                ):
                    beginning = here


_ABOUT_TERM = re.compile(
    r"(?:\bterm\b|this\s+agreement|effective)[^.]{0,140}(?:expir|terminat|end|until|through|continu)", re.IGNORECASE
)

_ALIAS = re.compile(r"[^(\n]{0,180}\(\s*[^()]{0,60}[\"“]")


def party_names(scan: Scan) -> Iterator[Draft]:
    """Names that are almost those of a party: another legal form, or letters that differ."""
    opening: list[tuple[str, str, int, int, int]] = []
    found: list[tuple[str, str, int, int, int]] = []
    for number, (paragraph, scanned) in enumerate(zip(scan.reviewed.paragraphs, scan.paragraphs, strict=True)):
        for core, form, begin, finish in scanned.names:
            one = (core, form, paragraph.start + begin, paragraph.start + finish, number)
            found.append(one)
            if len(opening) < 8 and number < 120 and not scanned.contents and _ALIAS.match(scan.text, one[3]):
                opening.append(one)
    counts = Counter((core.casefold(), suffix) for core, suffix, *_ in found)
    kinds = {(core.casefold(), suffix) for core, suffix, *_ in opening}
    for core, suffix, start, end, _ in found:
        if (core.casefold(), suffix) in kinds:
            continue
        for party, form, party_start, party_end, _ in opening:
            if party_start == start or counts[(party.casefold(), form)] < counts[(core.casefold(), suffix)]:
                continue
            if core.casefold() == party.casefold() and suffix != form:
                reason = "another legal form"
            elif suffix == form and len(core) > 7 and core.casefold() != party.casefold() and _misspelled(core, party):
                reason = "other letters"
            else:
                continue
            shown = " ".join(scan.text[start:end].split())
            whole = " ".join(scan.text[party_start:party_end].split())
            yield Draft(
                "party-name", 1, "medium", "Name of a party varies", f"“{shown}” gives the party “{whole}” {reason}.",
                0.85, "check", ((start, end), (party_start, party_end)),
            )  # fmt: skip
            break


def _misspelled(one: str, other: str) -> bool:
    first, second = one.casefold(), other.casefold()
    if re.sub(r"\W", "", first) == re.sub(r"\W", "", second) or re.findall(r"\d+|\b[ivx]+\b", first) != re.findall(
        r"\d+|\b[ivx]+\b", second
    ):
        return False
    return len(one.split()) == len(other.split()) and DamerauLevenshtein.distance(first, second, score_cutoff=2) <= 2
