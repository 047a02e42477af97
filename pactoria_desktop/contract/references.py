"""Cross-references of a contract and the numbers they point at.

A number is written in many ways ("Section 9.2", "ARTICLE IX", "9.2.", "(b)"); here it is a tuple of its parts, so that
"Section 9.2(b)" is ("9", "2", "b"). Roman numbers of articles become Arabic ones.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_ROMAN_SHAPE = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})$|L?X{0,3}(?:IX|IV|V?I{0,3})$")
_KIND = (
    r"(?:Sub-?[Ss]ections?|Sections?|SECTIONS?|Articles?|ARTICLES?|Clauses?|CLAUSES?|Paragraphs?|Sub-?[Cc]lauses?|Sub-?[Pp]aragraphs?"
    r"|sections?|clauses?|paragraphs?|sub-?sections?|sub-?clauses?|sub-?paragraphs?|articles?|§§?)"
)
_NUMBER = r"(?:\d{1,3}(?:\.\d{1,3}){0,5}|[IVXLC]{1,7})(?:\s?\([A-Za-z0-9]{1,4}\)){0,4}(?!\w)"
_JOINT = r"(?:\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or|and/or|through|to|&)\s+)"
REFERENCE = re.compile(rf"(?<![\w])(?P<kind>{_KIND})\s+(?P<numbers>{_NUMBER}(?:{_JOINT}{_NUMBER})*)")
_ONE = re.compile(_NUMBER)
_ATTACHED_KIND = r"(?P<kind>Exhibit|EXHIBIT|Schedule|SCHEDULE|Annex|ANNEX|Appendix|APPENDIX|Attachment|ATTACHMENT)"
ATTACHED = re.compile(
    rf"(?<![\w\"“])(?P<whole>{_ATTACHED_KIND}\s+(?:No\.\s*)?[\"“]?(?P<mark>[A-Z]{{1,2}}(?:-?\d{{1,2}})?|\d{{1,2}}(?:\.\d{{1,2}})*(?:-?[A-Z])?|[IVX]{{1,5}})[\"”]?)(?![\w])"
)
_FOREIGN_AFTER = re.compile(
    r"""\s*(?:(?:,\s*|\s+)?(?:and\s+|or\s+|and/or\s+|through\s+|to\s+)?\([^()\n]{0,40}\)\s*){0,6},?\s*(?:respectively,?\s+)?(?:
        (?:of|in|under|to|from|within)\s+(?:(?:that|the|such|each|its|any|said|applicable|our|your|their|a|an)\s+)*
            (?!(?:this|the)\s+(?:Agreement|Contract)\b)
            (?:[\w.,'’“"&()/-]+\s+){0,10}?
            (?:Act|Code|Regulations?|Rules?|Law|Laws|Statutes?|Title|U\.?S\.?C|Treasury|Constitution|Ordinance|Directive|Decree|Bylaws|By-laws|Charter|Certificate|Plan
              |Indenture|Lease|Order|Manual|Policy|Guidelines|Convention|Treaty|C\.?F\.?R|GDPR|ERISA|FAR|Standards?|Terms|Prospectus|Statement|Addendum|Amendment)\b
        |(?:of|in|under|to)\s*(?:the|that|such|an?|any|each|its|their|such\s+other)\s+(?:certain\s+)?(?:[\w.,'’“"&/-]+\s+){0,8}?(?:Agreements?|Contracts?|License|Licence)\b
        |(?:of|in|under|to)\s+(?:[A-Z][\w.'’&/-]*\s+){1,6}?(?:Agreements?|Contracts?|License|Act|Code)\b
        |(?:of|in|to)\s+(?:the\s+)?(?:Exhibit|Schedule|Annex|Appendix|Attachment|EXHIBIT|SCHEDULE)
        |(?:of|in|under)\s*(?:the\s+)?(?:[A-Z][a-z]+\s+){0,3}(?!THIS\b)[A-Z][A-Z-]{2,}(?!\s*\w*\s*AGREEMENT)
        |thereof|thereto|Township|Row|-\s*\d|(?:is|are|shall\s+be)\s+(?:hereby\s+)?(?:amended|deleted|replaced)|et\s+seq|U\.?S\.?C|C\.?F\.?R|promulgated
        )""",
    re.VERBOSE,
)
_FOREIGN_BEFORE = re.compile(
    r"(?:Act|Code|Law|Laws|Regulations?|Statutes?|Rules?|U\.?\s?S\.?\s?C\.?|C\.?F\.?R\.?|Treas\.|Stat\.|D?FARS?|ERISA|IRC|UCC|Ordinance|Directive|Lease|Indenture|Plan|Manual"
    r"|Exhibit\s+[A-Z\d-]+|Schedule\s+[A-Z\d-]+|Annex\s+[A-Z\d-]+|Appendix\s+[A-Z\d-]+|(?:License|Purchase|Original|Credit|Master|Services?|Supply|Merger|Loan)\s+Agreement)"
    r"[\"”')]*,?\s*(?:\([^()]{0,30}\)\s*)?(?:in\s+|at\s+|under\s+|,\s*)?$"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to a numbered place: its words, the number's parts, and whether it points out of the contract."""

    start: int
    end: int
    kind: str
    parts: tuple[str, ...]
    foreign: bool


@dataclass(frozen=True, slots=True)
class AttachedReference:
    """The mention of an exhibit, schedule, annex, appendix or attachment.

    ``kind`` is lower case, ``mark`` its letter or number.

    ``opens`` tells that it stands at the beginning of its paragraph, ``whole`` that it is all of it.
    """

    start: int
    end: int
    kind: str
    mark: str
    opens: bool
    whole: bool
    foreign: bool


def roman(words: str) -> int | None:
    """The value of a Roman number in capitals, None for anything else."""
    if not words or not _ROMAN_SHAPE.match(words):
        return None
    total = 0
    for letter, following in zip(words, words[1:] + " ", strict=True):
        value = _ROMAN[letter]
        total += -value if _ROMAN.get(following, 0) > value else value
    return total


def parts_of(number: str) -> tuple[str, ...]:
    """The parts of a number as written: "9.2(b)" gives ("9", "2", "b"), "IV" gives ("4",), "(b)" gives ("b",)."""
    found: list[str] = []
    for part in re.findall(r"[A-Za-z0-9]+", number):
        value = roman(part) if not found and not number.startswith("(") else None
        found.append(str(value) if value is not None and len(part) < 6 else part.lstrip("0") or "0")
    return tuple(found)


_LABEL_WORDS = re.compile(r"^(?:section|article|clause|paragraph)\s+", re.IGNORECASE)


def label_parts(label: str) -> tuple[str, ...]:
    """The parts of a label: "Section 9.2." gives ("9", "2"), "ARTICLE IX" gives ("9",), "(b)" gives ("b",)."""
    return parts_of(_LABEL_WORDS.sub("", label.strip()).rstrip(".):") + (")" if label.strip().startswith("(") else ""))


def references_in(paragraph: str) -> Iterator[Reference]:
    """The references to numbered places in one paragraph; each number of a list is a reference of its own."""
    listed: list[tuple[re.Match[str], bool]] = []
    for found in REFERENCE.finditer(paragraph):
        foreign = (
            _FOREIGN_AFTER.match(paragraph, found.end()) is not None
            or _FOREIGN_BEFORE.search(paragraph, max(0, found.start() - 60), found.start()) is not None
            or re.search(r"\b[Tt]his\s+$", paragraph[max(0, found.start() - 6) : found.start()]) is not None
            or (
                _OWN_LABEL.match(paragraph, found.end()) is not None
                and paragraph[: found.start()].rstrip()[-1:] in ("", ".", "]", ":")
            )
        )
        listed.append((found, foreign))
    for at in range(len(listed) - 2, -1, -1):
        found, foreign = listed[at]
        following, outside = listed[at + 1]
        if outside and not foreign and _JOINED.fullmatch(paragraph, found.end(), following.start()):
            listed[at] = (found, True)
    for found, foreign in listed:
        kind = found["kind"].casefold().rstrip("s").replace("-", "")
        for one in _ONE.finditer(paragraph, found.start("numbers"), found.end("numbers")):
            parts = parts_of(one[0])
            while len(parts) > 1 and parts[-1] == "0":
                parts = parts[:-1]
            if not parts or not parts[0].isdigit() or parts[0] == "0":
                continue
            start = found.start() if one.start() == found.start("numbers") else one.start()
            statute = int(parts[0]) >= 100 or "§" in kind
            yield Reference(start, one.end(), kind, parts, foreign or statute)


_OWN_LABEL = re.compile(r"\s*[.:–—-]\s+[\"“]?[A-Z]")
_JOINED = re.compile(r"\s*(?:,\s*)?(?:and|or|and/or|through|to)?\s*(?:the\s+)?")


def attached_in(paragraph: str) -> Iterator[AttachedReference]:
    """The mentions of exhibits and their like in one paragraph."""
    for found in ATTACHED.finditer(paragraph):
        kind = found["kind"].casefold()
        before = paragraph[: found.start()].strip(" \t[(-—*")
        after = paragraph[found.end() :].strip(" \t.:)]-—*")
        foreign = _FOREIGN_AFTER.match(paragraph, found.end()) is not None
        yield AttachedReference(
            found.start(), found.end(), kind, found["mark"].upper(), not before, not before and not after, foreign
        )
