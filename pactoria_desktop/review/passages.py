"""The passages that may answer a clause category: short answers inside sentences, with the words around them.

Sentences themselves are candidates of the clause-like categories. The name of the contract, its parties and its dates
are shorter than a sentence; they are found by their form and judged by the words around them.
"""

import re
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from zlib import crc32

from pactoria_desktop.contract.quantities import dates_in
from pactoria_desktop.contract.segmentation import Sentence

SHORT_CATEGORIES = ("Document Name", "Parties", "Agreement Date", "Effective Date")
HASHED = 1 << 15

_SUFFIX = (
    r"(?:Inc|INC|Corp|CORP|Corporation|CORPORATION|Company|COMPANY|Co|CO|LLC|L\.L\.C|LLP|L\.L\.P|LP|L\.P|Ltd|LTD|Limited"
    r"|LIMITED|Incorporated|INCORPORATED|GmbH|GMBH|AG|S\.A|SA|N\.V|B\.V|BV|NV|plc|PLC|Pty|Bank|BANK|N\.A|Association"
    r"|Trust|TRUST|Partnership|PARTNERSHIP|Fund|FUND|University|A/S|AB|Oy|KK|K\.K|S\.r\.l|SpA|S\.p\.A|SAS)"
)
_NAME = re.compile(
    rf"(?:[A-Z0-9][\w.&'’\-@!*]*(?:\s{{1,3}}|,\s{{1,3}}(?=(?:Inc|INC|LLC|L\.L|Ltd|LTD|Corp|LP|L\.P|Limited|INCORP)))"
    rf"(?:(?:and|of|the|&|de|for|von|di|du)\s{{1,3}})?(?:\([A-Z][\w. ]{{1,24}}\)\s)?){{1,8}}{_SUFFIX}\b\.?"
    r"(?:\s?,?\s(?:Ltd|Inc|LLC|L\.P|Limited)\b\.?)?"
)
_PERSON = re.compile(
    r"(?:(?:by\s+and\s+)?(?:between|among)|,?\s+and)[:\s]\s*((?:[A-Z][\w.&'’\-]*\s{0,2}){1,7})(?=\s*[,(;])"
)
_ALIAS = re.compile(r"\(([^()]{0,90}?)[\"“”]([^\"“”()]{2,60}?)[\"“”,.]{1,3}([^()]{0,80}?)\)?")
_CALLED = re.compile(
    r"(?:referred\s+to\s+(?:herein\s+|collectively\s+|as\s+|individually\s+)*as|called|known\s+as)\s+(?:the\s+)?"
    r"[\"“”']?([A-Z][\w&.’' -]{1,40}?)(?=[\"“”'),.;]| and )"
)
_TITLE = re.compile(
    r"(?:[A-Z][\w&/’'.®-]*|and|of|for|to|the|on|in|with|by|&|-|,|/|\(|\)|\d+|#\d)(?:[\s/]+(?:[A-Z#][\w&/’'.®-]*|and|of|for|to|the|on|in|with|by|&|-|/|\d+))*?"
    r"[\s/-]+(?:(?:AGREEMENT|Agreement|CONTRACT|Contract|AMENDMENT|Amendment|ADDENDUM|Addendum|LICEN[CS]E|License|ATTORNEY|Attorney|PLAN|Plan|TERMS|Terms|LEASE|Lease)\b)(?:\s+(?:AND|and)\s+[A-Z][\w]+(?:\s[A-Z]\w+){0,3})?"
)
_AFTER_THIS = re.compile(r"^(?:(?:THIS|This|the|The|EXHIBIT|Exhibit)\s+(?:[\d.()A-Z]+\s+)?)+")


@dataclass(frozen=True, slots=True)
class ShortPassage:
    """A possible short answer: its place, the category it could answer, the sentence it stands in and its kind."""

    start: int
    end: int
    category: str
    sentence: int
    kind: int


Answers = tuple[tuple[int, int, str, int], ...]
"""The possible short answers in a sentence: start and end from its start, category and kind."""
AnswerCache = MutableMapping[tuple[str, bool], Answers]
"""Answers by the words of the sentence and whether it stands in the opening."""


def short_passages(
    text: str, sentences: tuple[Sentence, ...], cache: AnswerCache | None = None
) -> Iterator[ShortPassage]:
    """Names of the contract and of parties from the opening; dates from there and where the text speaks of them."""
    known: AnswerCache = {} if cache is None else cache
    limit = _opening(text, sentences)
    for index, sentence in enumerate(sentences):
        key = text[sentence.start : sentence.end], index < limit
        answers = known.get(key)
        if answers is None:
            answers = known[key] = tuple(_answers(*key))
        for start, end, category, kind in answers:
            yield ShortPassage(sentence.start + start, sentence.start + end, category, index, kind)


def _answers(words: str, inside: bool) -> Iterator[tuple[int, int, str, int]]:
    if inside:
        yield from _titles(words)
        yield from _names(words)
    if inside or "effective" in words.lower() or "dated" in words or "date first" in words:
        for found in dates_in(words):
            for category, kind in (("Agreement Date", 1), ("Effective Date", 2)):
                yield found.start, found.end, category, kind


def _opening(text: str, sentences: tuple[Sentence, ...]) -> int:
    first = 0
    for index, sentence in enumerate(sentences[:400]):
        words = text[sentence.start : sentence.end]
        if ("between" in words or "among" in words or "BETWEEN" in words) and len(words) > 60:
            first = index
            break
    return min(len(sentences), max(25, first + 14))


def _titles(words: str) -> Iterator[tuple[int, int, str, int]]:
    for count, found in enumerate(_TITLE.finditer(words[:1500])):
        if count >= 3:
            return
        start, end = found.span()
        lead = _AFTER_THIS.match(found[0])
        if lead is not None and lead.end() < len(found[0]) - 4:
            start += lead.end()
        if 2 <= len(words[start:end].split()) <= 16:
            yield start, end, "Document Name", 3


def _names(words: str) -> Iterator[tuple[int, int, str, int]]:
    seen: set[tuple[int, int]] = set()
    for pattern, kind, group in ((_NAME, 4, 0), (_PERSON, 5, 1), (_ALIAS, 6, 2), (_ALIAS, 7, 0), (_CALLED, 8, 1)):
        for found in pattern.finditer(words[:4000]):
            start, end = found.span(group)
            if kind == 7:
                start, end = start + 1, end - (1 if words[end - 1] == ")" else 0)
                if "arties" not in words[start:end] and "Party" not in words[start:end]:
                    continue
            while end > start and words[end - 1] in " ,":
                end -= 1
            if end - start < 2 or (start, end) in seen:
                continue
            seen.add((start, end))
            yield start, end, "Parties", kind


_WORD = re.compile(r"[^\W_]+|[^\w\s]|_+")


AnswerKey = tuple[str, int, int, str, int, int, bool]


def answer_key(text: str, passage: ShortPassage, sentence: Sentence) -> AnswerKey:
    """All that the surroundings of a short passage depend on."""
    return (
        text[sentence.start : sentence.end], passage.start - sentence.start, passage.end - sentence.start,
        passage.category, passage.kind, _early(passage), sentence.heading,
    )  # fmt: skip


def _early(passage: ShortPassage) -> int:
    """How early in the contract a short passage stands: 0 for its first sentences, 10 for all from the fortieth."""
    return min(passage.sentence, 40) // 4


def surroundings(text: str, passage: ShortPassage, sentence: Sentence) -> list[int]:
    """Hashed features of the words in and around a short passage, each below ``HASHED``."""
    before = _WORD.findall(text[max(sentence.start, passage.start - 120) : passage.start].lower())[-8:]
    after = _WORD.findall(text[passage.end : min(sentence.end, passage.end + 120)].lower())[:8]
    inside = _WORD.findall(text[passage.start : passage.end].lower())
    found = [
        f"k{passage.kind}",
        f"n{min(len(inside), 12)}",
        f"i{_early(passage)}",
        f"h{sentence.heading}",
    ]
    found += [f"p{offset}{word}" for offset, word in enumerate(reversed(before[-4:]))] + [f"b{word}" for word in before]
    found += [f"s{offset}{word}" for offset, word in enumerate(after[:4])] + [f"a{word}" for word in after]
    found += [f"w{word}" for word in inside[:10]] + ([f"f{inside[0]}", f"l{inside[-1]}"] if inside else [])
    found.append("first" if passage.start - sentence.start < 5 else "later")
    found.append("upper" if text[passage.start : passage.end].isupper() else "mixed")
    found.append("whole" if passage.end - passage.start > 0.8 * (sentence.end - sentence.start) else "part")
    category = passage.category
    return [crc32(f"{category}|{feature}".encode()) % HASHED for feature in found]
