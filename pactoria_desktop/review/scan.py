"""One reading of a contract for all checks: what each paragraph defines, uses, numbers, cites and leaves blank.

What a paragraph holds depends on its words alone, so it is kept by them; after an edit only changed paragraphs are read.
"""  # noqa: E501

import re
from collections.abc import MutableMapping
from dataclasses import dataclass

from pactoria_desktop.contract.quantities import SpelledNumber, WrittenDate, dates_in, spelled_numbers
from pactoria_desktop.contract.references import AttachedReference, Reference, attached_in, references_in
from pactoria_desktop.contract.segmentation import ReviewedText, Sentence
from pactoria_desktop.contract.terms import Definition, Use, capitalised_uses, definitions_in

_CONTENTS_LINE = re.compile(r"(?:\.{3,}|(?:\. ){3,}|…|\t|\s{3,})\s*(?:[ivx]{1,5}|\d{1,3})\s*$")
_CONTENTS_TITLE = re.compile(r"\s*table\s+of\s+contents\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParagraphScan:
    """What one paragraph holds; all places count from its start."""

    definitions: tuple[Definition, ...]
    uses: tuple[Use, ...]
    references: tuple[Reference, ...]
    attached: tuple[AttachedReference, ...]
    spelled: tuple[SpelledNumber, ...]
    dates: tuple[WrittenDate, ...]
    contents: bool
    capitals: bool


ScanCache = MutableMapping[str, ParagraphScan]


def scan_paragraph(words: str) -> ParagraphScan:
    """Read one paragraph."""
    contents = (len(words) < 200 and _CONTENTS_LINE.search(words) is not None) or _CONTENTS_TITLE.match(
        words
    ) is not None
    letters = [character for character in words if character.isalpha()]
    capitals = bool(letters) and sum(character.isupper() for character in letters) > 0.7 * len(letters)
    return ParagraphScan(
        tuple(definitions_in(words)) if '"' in words or "“" in words or "mean" in words else (),
        () if contents or capitals else tuple(capitalised_uses(words)),
        () if contents else tuple(references_in(words)),
        tuple(attached_in(words)),
        tuple(spelled_numbers(words)) if "(" in words else (),
        tuple(dates_in(words)) if any(character.isdigit() for character in words) else (),
        contents,
        capitals,
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
