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


_BLANK = re.compile(
    r"""(?P<mark>\[\s*[●•∙·○■□]\s*\]|[●•]{2,}|(?<=[\s(])●(?=[),.;%]|\s[a-z]))
      |(?P<empty>\[\s*_{0,60}\s*\](?!\())
      |(?P<line>(?<![_\w/])_{2,}(?![_/])|(?<![.\w])(?:_\s){3,}_?)
      |(?P<insert>[\[<{]{1,2}\s*(?:insert|enter|fill\s+in|complete|specify|add|state|describe|to\s+be\s+(?:inserted|completed|confirmed|determined|agreed|provided)|tbd|tbc|tba|
            (?:date|name|address|amount|number|company(?:\s+name)?|party(?:\s+name)?|counterparty|customer(?:\s+name)?|state|country|jurisdiction|title|signatory|year|month|day|xx+|x\.x+)\s*[\]>}])[^\]>}\n]{0,120}[\]>}]{0,2})
      |(?P<note>[\[({]\s*(?:drafting\s+note|note\s+to\s+(?:draft|drafter|counsel|file|self)|ntd|drafter['’]?s\s+note|draft\s+note|note\s*:|nb\s*:|comment\s*:|query\s*:|under\s+review|subject\s+to\s+(?:client|internal)\s+review)[^\])}\n]{0,400}[\])}]?)
      |(?P<bare>(?<![\w.])(?:TBD|TBC|T\.B\.D\.|XXX+|to\s+be\s+determined\s+by\s+drafter|Lorem\s+ipsum)(?!\w))""",
    re.VERBOSE | re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"(?:\b(?:by|its|name|title|date|dated|signed?|signature|print(?:ed)?(?:\s+name)?|witness|attest|address|fax|phone|telephone|email|e-mail|initials?|per|for|company|position|its duly"  # noqa: E501
    r"|seal|notary|place|day|tel|no|capacity|authori[sz]ed\s+(?:signature|signatory|representative))\b[^\w\n]{0,12}|/s/\s*|^[\W_]*)$",
    re.IGNORECASE | re.MULTILINE,
)


_SIGNED = re.compile(r"\s*(?:duly\s+)?(?:signed|executed|agreed|accepted|acknowledged)\b", re.IGNORECASE)


def blanks(scan: Scan) -> Iterator[Draft]:
    """Blanks, placeholders and notes of the drafter that were left in; lines to sign on and redactions are none."""
    for paragraph in scan.reviewed.paragraphs:
        words = scan.text[paragraph.start : paragraph.end]
        if not (
            "[" in words
            or "_" in words
            or "●" in words
            or "•" in words
            or "<" in words
            or "{" in words
            or _BARE.search(words)
        ):
            continue
        for found in _BLANK.finditer(words):
            kind = found.lastgroup or ""
            if kind in ("line", "empty") and (_is_signature(words, found) or (kind == "empty" and len(found[0]) <= 2)):
                continue
            if kind == "bare" and found[0].islower():
                continue
            rule, title = ("drafting-note", "Drafting note left in") if kind == "note" else ("blank", "Blank left open")
            shown = " ".join(found[0].split())[:60]
            yield Draft(
                rule, 1, "medium" if kind != "note" else "high", title,
                f"“{shown}” still has to be filled in." if kind != "note" else f"“{shown}” is a note of the drafter.",
                0.9 if kind != "line" else 0.8, "check", ((paragraph.start + found.start(), paragraph.start + found.end()),),  # noqa: E501
            )  # fmt: skip


_BARE = re.compile(r"TBD|TBC|T\.B\.D|XXX|[Ll]orem")


def _is_signature(words: str, found: re.Match[str]) -> bool:
    if found["line"] and len(found[0]) > 60:
        return True
    before = re.split(r"[\n\u2028]|_{2,}|\s{4,}", words[max(0, found.start() - 120) : found.start()])[-1]
    if _SIGNED.match(before) and before.rstrip().endswith(":"):
        return True
    after = re.split(r"[\n\u2028]|_{2,}|\s{4,}", words[found.end() : found.end() + 40])[0]
    if _SIGNATURE.search(before) and not re.match(r"\s*(?:day\s+of|of\s+[A-Z]|,\s*(?:19|20))", after):
        return True
    letters = re.sub(r"[\W_]+", "", words)
    return len(letters) < 12 or words.count("_") > 0.5 * len(words)


def impossible_dates(scan: Scan) -> Iterator[Draft]:
    """Dates that no calendar has."""
    for paragraph, scanned in zip(scan.reviewed.paragraphs, scan.paragraphs, strict=True):
        for written in scanned.dates:
            if not written.impossible:
                continue
            start, end = paragraph.start + written.start, paragraph.start + written.end
            yield Draft(
                "impossible-date", 1, "high", "Date that does not exist",
                f"“{' '.join(scan.text[start:end].split())}” is not a date of the calendar.", 0.95, "check", ((start, end),),  # noqa: E501
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
    for core, suffix, start, end, _ in found:
        for party, form, party_start, party_end, _ in opening:
            if party_start == start or counts[(party.casefold(), form)] < counts[(core.casefold(), suffix)]:
                continue
            if any(core.casefold() == other.casefold() and suffix == kind for other, kind, *_ in opening):
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
