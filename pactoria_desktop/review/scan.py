"""One reading of a contract for all checks: what each paragraph defines, uses, numbers, cites and leaves blank.

What a paragraph holds depends on its words alone, so it is kept by them; after an edit only changed paragraphs
are read.
"""

import re
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from functools import cached_property

from pactoria_desktop.contract.quantities import SpelledNumber, WrittenDate, dates_in, spelled_numbers
from pactoria_desktop.contract.references import AttachedReference, Reference, attached_in, references_in
from pactoria_desktop.contract.segmentation import ReviewedText, Sentence
from pactoria_desktop.contract.terms import Definition, definitions_in
from pactoria_desktop.review.blanks import blanks_in
from pactoria_desktop.review.mentions import Mention, mentions_in

_CONTENTS_LINE = re.compile(r"(?:\.{3,}|(?:\. ){3,}|…|\t|\s{3,})\s*(?:[ivx]{1,5}|\d{1,3})\s*$")
_CONTENTS_TITLE = re.compile(r"\s*table\s+of\s+contents\b", re.IGNORECASE)

TOKEN = re.compile(r"[^\W_]+(?:['’][a-z]+)?|&")
"""A word as terms are compared by."""
_UPPER, _LOWER = re.compile(r"[A-ZÀ-Þ]"), re.compile(r"[a-zß-ÿ]")
_FORMS = (
    r"(?:Incorporated|INCORPORATED|Inc|INC|Corporation|CORPORATION|Corp|CORP|L\.L\.C|LLC|L\.L\.P|LLP|L\.P|LP|Limited"
    r"|LIMITED|Ltd|LTD|GmbH|AG|S\.A|N\.V|B\.V|PLC|plc|Pty|Company|COMPANY|Co|CO)"
)
_ANY_FORM = re.compile(rf"{_FORMS}(?!\w)")
_FORM = re.compile(rf"[\w.],?\s{{1,2}}{_FORMS}(?!\w)")
_NAME = re.compile(
    r"(?<!\w)(?P<core>[A-Z0-9][\w&'’.-]*(?:\s{1,2}(?:(?:of|and|the|&)\s{1,2})?[A-Z0-9][\w&'’.-]*){0,5})"
    rf",?\s{{1,2}}(?P<form>{_FORMS})(?!\w)"
)
_BEFORE_NAME = re.compile(r"^(?:(?:The|THE|AND|And|BETWEEN|Between|By|BY|Among)\s+)+")
_THIS_AGREEMENT = re.compile(r"\b[Tt]his\s+([Aa]greement)\b")
TERM = re.compile(
    r"\b(?:initial\s+)?term\b[^.;]{0,160}?\b(?:shall|will|is|of|for|continu\w+)\b|\bthis\s+agreement\s+(?:shall|will)\s+(?:\w+\s+){0,12}?(?:continue|remain|expire|terminate|be\s+in\s+(?:full\s+)?(?:force|effect))",
    re.IGNORECASE,
)
"""What a sentence says that may set the length of a contract."""
_SAME_FORM = {"incorporated": "inc", "corporation": "corp", "limited": "ltd", "company": "co"}


_CHANGES = re.compile(
    r"(?:Section|SECTION|Article|ARTICLE|Clause|CLAUSE|Exhibit|Schedule)\s[^.;\n]{0,90}(?:\.\d[^.;\n]{0,60}){0,2}?"
    r"\b(?:is|are)\s+(?:hereby\s+)?(?:modified|amended|deleted|replaced)\b"
)
"""What an amendment says of the contract that it changes."""


@dataclass(frozen=True, slots=True)
class ParagraphScan:
    """What one paragraph holds; all places count from its start. ``tokens`` are its words (``TOKEN``), folded."""

    definitions: tuple[Definition, ...]
    mentions: tuple[Mention, ...]
    references: tuple[Reference, ...]
    attached: tuple[AttachedReference, ...]
    spelled: tuple[SpelledNumber, ...]
    dates: tuple[WrittenDate, ...]
    contents: bool
    capitals: bool
    tokens: tuple[str, ...]
    lower: frozenset[str]
    names: tuple[tuple[str, str, int, int], ...]
    blanks: tuple[tuple[int, int, str], ...]
    agreements: tuple[tuple[int, int], ...]
    term: bool
    changes: int


ScanCache = MutableMapping[str, ParagraphScan]


def scan_paragraph(words: str) -> ParagraphScan:
    """Read one paragraph."""
    contents = (len(words) < 200 and _CONTENTS_LINE.search(words) is not None) or _CONTENTS_TITLE.match(
        words
    ) is not None
    sample = words[:400]
    upper = len(_UPPER.findall(sample))
    capitals = upper > 0.7 * (upper + len(_LOWER.findall(sample)))
    tokens = TOKEN.findall(words)
    return ParagraphScan(
        tuple(definitions_in(words)) if '"' in words or "“" in words or "mean" in words else (),
        () if contents or capitals else tuple(mentions_in(words)),
        () if contents else tuple(references_in(words)),
        tuple(attached_in(words)),
        tuple(spelled_numbers(words)) if "(" in words else (),
        tuple(dates_in(words)) if any(character.isdigit() for character in words) else (),
        contents,
        capitals,
        tuple("\n".join(tokens).casefold().replace("’", "'").split("\n")) if tokens else (),
        frozenset(filter(str.islower, set(tokens))),
        tuple(_names_in(words)) if _ANY_FORM.search(words) and _FORM.search(words) else (),
        tuple(blanks_in(words)),
        tuple(found.span(1) for found in _THIS_AGREEMENT.finditer(words)) if "greement" in words else (),
        TERM.search(words) is not None,
        len(_CHANGES.findall(words)) if " is " in words or " are " in words else 0,
    )


def _names_in(words: str) -> Iterator[tuple[str, str, int, int]]:
    for found in _NAME.finditer(words):
        core = " ".join(_BEFORE_NAME.sub("", found["core"]).split())
        form = found["form"].replace(".", "").casefold()
        if core:
            yield (
                core,
                _SAME_FORM.get(form, form),
                found.end("core") - len(_BEFORE_NAME.sub("", found["core"])),
                found.end(),
            )


@dataclass(frozen=True)
class Scan:
    """A reviewed text with its sentences and what each paragraph holds."""

    reviewed: ReviewedText
    sentences: tuple[Sentence, ...]
    paragraphs: tuple[ParagraphScan, ...]

    @property
    def text(self) -> str:
        """The words of the contract."""
        return self.reviewed.text

    @cached_property
    def lowered(self) -> str:
        """The words of the contract in lower case, every letter at its place."""
        lowered = self.text.lower()
        if len(lowered) == len(self.text):
            return lowered
        return "".join(small if len(small := letter.lower()) == 1 else letter for letter in self.text)


def scan(reviewed: ReviewedText, sentences: tuple[Sentence, ...], cache: ScanCache) -> Scan:
    """Read all paragraphs whose words are not in ``cache``."""
    found = []
    for paragraph in reviewed.paragraphs:
        words = reviewed.text[paragraph.start : paragraph.end]
        known = cache.get(words)
        if known is None:
            known = cache[words] = scan_paragraph(words)
        found.append(known)
    return Scan(reviewed, sentences, tuple(found))
