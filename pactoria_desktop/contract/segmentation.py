"""Where the paragraphs, clauses and sentences of a contract text begin and end.

All offsets count code points of the text that is segmented, and ``text[start:end]`` is the piece itself. Nothing is
joined, trimmed away in the middle or rewritten, so that a quote can always be checked mechanically.

The rules are made for contracts: abbreviations and initials end no sentence, a typed number belongs to the words
after it, items of a list ("(a)", "(ii)") are pieces of their own, a heading that runs into its clause is cut off, and
lines that a filing broke at a fixed width are one paragraph.
"""

import re
from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

LONGEST_HEADING = 12
"""Words that a heading has at most."""


@dataclass(frozen=True, slots=True)
class TextParagraph:
    """A paragraph of a reviewed text: ``start`` to ``end`` without its newline.

    ``label`` is the computed number ("" where numbers are typed or absent) and ``level`` its depth from 0; ``style`` is
    the paragraph style's name, ``part`` as in ``contract.text`` ("main" for the body).
    """

    start: int
    end: int
    label: str = ""
    level: int = 0
    style: str = ""
    in_table: bool = False
    part: str = "main"


@dataclass(frozen=True)
class ReviewedText:
    """The accepted text of a contract and its paragraphs, in order and without overlap."""

    text: str
    paragraphs: tuple[TextParagraph, ...]

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the text's UTF-8 form, in hexadecimal; lone surrogates count as U+FFFD."""
        return sha256(self.text.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, list item, heading or label line: the smallest piece that is judged.

    ``paragraph`` indexes the paragraphs of the text; ``number`` is the typed or computed label at its beginning ("" if
    none) and ``words`` where the words after that label start; ``heading`` tells a heading from running words.
    """

    start: int
    end: int
    paragraph: int
    number: str
    words: int
    heading: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered clause or headed passage: sentences ``first`` to ``last`` (exclusive), with number and heading."""

    start: int
    end: int
    first: int
    last: int
    number: str
    heading: str


_LABEL = re.compile(
    r"""(?:(?:SECTION|Section|ARTICLE|Article|CLAUSE|Clause)\s+(?:\d+(?:\.\d+)*|[IVXLC]+)\b(?:[.:](?!\w)|(?=\s+[A-Z"“(\[—–-]|\s*$))
        |(?:\d{1,3}(?:\.\d{1,3}){1,4})(?![\d,%])\.?(?:\([a-z0-9]{1,4}\))*
        |\d{1,3}[.)](?!\d)
        |\((?:[a-z]{1,2}|[ivxlc]{1,6}|[A-Z]{1,2}|[IVXLC]{1,5}|\d{1,2})\)
        |(?:[A-Z]|[IVXLC]{1,6}|[a-z]|[ivx]{1,5})[.)](?=\s))
        (?=\s|$|["“'A-Z])""",
    re.VERBOSE,
)
_BULLET = re.compile(r"[•·▪◦●○■□–—*\-]\s+")
_ENUMERATOR = r"\((?:[a-z]{1,2}|[ivxlc]{1,6}|[A-Z]|\d{1,2})\)"
_BOUNDARY = re.compile(
    rf"""(?P<stop>[.?!]+[)\]"”’']*)(?P<gap>\s+)(?=[A-Z"“‘'(\[\d•·▪*À-Ý§_])
      |(?P<item>[;:,]["”’]?)\s+(?=(?:(?:and|or|and/or|but)\s+)?{_ENUMERATOR}\s)
      |(?P<mark>[;:]["”’]?)\s{{2,}}(?=(?:[•·▪◦●○■□]|\d{{1,2}}[.)]|[a-z][.)]|\d+\.\d+)\s)""",
    re.VERBOSE,
)
_SPACED = re.compile(
    rf"""(?P<wide>(?<=\S)\s)\s{{2,}}(?=(?:\d{{1,2}}(?:\.\d{{1,2}})+\.?|\d{{1,2}}\.|{_ENUMERATOR}|[A-Z]\.|ARTICLE|Section)\s+["“A-Z])
      |(?P<break>(?<=\S)\u2028)\s*(?=\S)""",
    re.VERBOSE,
)
_ABBREVIATIONS = frozenset(
    [
        "inc",
        "corp",
        "ltd",
        "co",
        "llc",
        "no",
        "nos",
        "sec",
        "secs",
        "art",
        "arts",
        "mr",
        "mrs",
        "ms",
        "dr",
        "st",
        "vs",
        "v",
        "eg",
        "ie",
        "etc",
        "al",
        "jr",
        "sr",
        "messrs",
        "hon",
        "rev",
        "gen",
        "col",
        "ave",
        "blvd",
        "rd",
        "dept",
        "div",
        "est",
        "ext",
        "fig",
        "figs",
        "para",
        "paras",
        "pp",
        "p",
        "pg",
        "vol",
        "approx",
        "cf",
        "ca",
        "tel",
        "attn",
        "fl",
        "bros",
        "mfg",
        "intl",
        "assn",
        "ref",
        "reg",
        "regs",
        "esq",
        "prof",
        "sch",
        "schs",
        "cl",
        "cls",
        "ed",
        "eds",
        "cir",
        "supp",
        "app",
        "cal",
        "tex",
        "del",
        "mass",
        "pa",
        "fla",
        "ill",
        "mich",
        "minn",
        "wash",
        "conn",
        "ariz",
        "colo",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "tit",
        "ch",
        "op",
        "cit",
        "ss",
        "sub",
        "subsec",
    ]
)
_LAST_WORD = re.compile(r"([A-Za-zÀ-ÿ.&]+)$")
_SENTENCE_END = re.compile(r"[.?!;:][)\]\"”’']*$")
_LOWER_WORD = re.compile(r"[a-zà-ÿ]")
_SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "and",
        "or",
        "for",
        "to",
        "in",
        "on",
        "by",
        "with",
        "from",
        "as",
        "at",
        "upon",
        "not",
        "no",
        "its",
        "under",
        "into",
        "per",
        "via",
        "&",
        "/",
        "-",
    ]
)
_WORD = re.compile(r"\S+")
_FURNITURE = re.compile(r"^\s*(?:-\s*)?(?:page\s+)?\d{1,4}(?:\s*-)?(?:\s+of\s+\d{1,4})?\s*$", re.IGNORECASE)


def number_at(text: str, start: int, end: int) -> tuple[str, int]:
    """The typed number at ``start`` and where the words after it begin ("" and ``start`` where there is none)."""
    found = _LABEL.match(text, start, end)
    if found is None:
        bullet = _BULLET.match(text, start, end)
        return "", bullet.end() if bullet else start
    after = found.end()
    while after < end and text[after].isspace():
        after += 1
    inner = _LABEL.match(text, after, end) if text[after : after + 1] == "(" else None
    if inner is not None:
        label = text[start : found.end()] + text[after : inner.end()]
        after = inner.end()
        while after < end and text[after].isspace():
            after += 1
        return label, after
    return text[start : found.end()], after


def paragraphs_of_plain(text: str) -> tuple[TextParagraph, ...]:
    """The paragraphs of a plain text: its lines, where lines broken at a fixed width are joined.

    A line goes on in the next one when no blank line lies between, it neither ends a sentence nor looks like a heading,
    and the next one starts in lower case or the line is long. Form feeds and page numbers end nothing they stand in.
    """
    found: list[TextParagraph] = []
    start = end = -1
    for match in re.finditer(r"[^\n\f]+", text):
        line_start, line_end = _trimmed(text, match.start(), match.end())
        if line_start >= line_end:
            continue
        if start >= 0 and _goes_on(text, start, end, line_start, line_end):
            end = line_end
            continue
        if start >= 0:
            found.append(TextParagraph(start, end))
        start, end = line_start, line_end
    if start >= 0:
        found.append(TextParagraph(start, end))
    return tuple(found)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _goes_on(text: str, start: int, end: int, next_start: int, next_end: int) -> bool:
    if text.count("\n", end, next_start) != 1 or "\f" in text[end:next_start]:
        return False
    line_start = max(start, text.rfind("\n", start, end) + 1)
    length = end - line_start
    if length < 40 or _SENTENCE_END.search(text, line_start, end) or _FURNITURE.match(text[next_start:next_end]):
        return False
    if _LOWER_WORD.match(text, next_start):
        return True
    return 55 <= length <= 110 and not number_at(text, next_start, next_end)[0] and not text[line_start:end].isupper()


def plain_text(text: str) -> ReviewedText:
    """A ``.txt`` file's words as a reviewed text: kept verbatim, its lines are the paragraphs."""
    return ReviewedText(text, paragraphs_of_plain(text))


Pieces = tuple[tuple[int, int, str, int, bool], ...]


def pieces_of(words: str) -> Pieces:
    """The sentences of one paragraph as (start, end, number, start of the words, heading), from its start."""
    cuts = list(_cuts(words))
    found: list[tuple[int, int, str, int, bool]] = []
    position = 0
    for cut in [*cuts, len(words)]:
        start, end = _trimmed(words, position, cut)
        position = cut
        if start >= end:
            continue
        number, inner = number_at(words, start, end)
        if inner >= end:
            inner = start if not number else end
        found.append((start, end, number, inner, _is_heading(words[inner:end], alone=len(cuts) == 0)))
    return tuple(_with_lone_numbers_joined(found))


def _cuts(words: str) -> Iterator[int]:
    sentence = 0
    matches: Iterable[re.Match[str]] = _BOUNDARY.finditer(words)
    if "   " in words or "\u2028" in words:
        matches = sorted([*matches, *_SPACED.finditer(words)], key=lambda match: match.start())
    for match in matches:
        if match.start() < sentence:
            continue
        group = match.lastgroup
        if group == "gap":
            stop = match.end("stop")
            if not _ends_sentence(words, sentence, match.start("stop"), match.end(), match["stop"], len(match["gap"])):
                continue
        elif group == "wide":
            stop = match.start("wide")
        elif group == "break":
            stop = match.start("break")
        else:
            stop = match.end(group or 0)
            if group == "item" and (words[match.start()] == "," or stop - sentence < 25):
                continue
        yield stop
        sentence = match.end()


def _ends_sentence(words: str, sentence: int, dot: int, after: int, stop: str, gap: int) -> bool:
    if stop[0] != ".":
        return True
    label = _LABEL.match(words, sentence)
    if label is not None and label.end() >= dot:
        return False
    last = _LAST_WORD.search(words, max(sentence, dot - 24), dot)
    if last is None:
        return not (words[dot - 1 : dot].isdigit() and words[after : after + 1].isdigit() and gap == 1)
    word = last.group(1)
    bare = word.replace(".", "").lower()
    if bare in _ABBREVIATIONS:
        return gap > 2 or (bare in {"inc", "corp", "ltd", "co", "llc", "etc"} and _starts_sentence(words, after))
    if len(word) == 1 and word.isupper():
        return gap > 2
    if "." in word:
        return _starts_sentence(words, after)
    return True


_STARTERS = re.compile(
    r"(?:The|This|These|That|In|If|Each|Any|All|No|Neither|Either|Upon|For|To|As|At|It|Such|Unless|Except|Nothing|"
    r"Notwithstanding|Subject|During|After|When|Where|Company|Licensee|Licensor|Supplier|Section|ARTICLE)\b|\d+\.\d+\s|\("
)


def _starts_sentence(words: str, position: int) -> bool:
    return _STARTERS.match(words, position) is not None


def _is_heading(words: str, alone: bool) -> bool:
    text = words.strip().rstrip(".:")
    if not text or len(text) > 120:
        return False
    tokens = _WORD.findall(text)
    if len(tokens) > LONGEST_HEADING or (alone and words.rstrip().endswith((",", ";"))):
        return False
    letters = [token for token in tokens if any(character.isalpha() for character in token)]
    if not letters:
        return False
    titled = sum(
        1 for token in letters if token[0].isupper() or token.lower() in _SMALL_WORDS or not token[0].isalpha()
    )
    return titled == len(letters) and letters[0][0].isupper()


def _with_lone_numbers_joined(
    pieces: list[tuple[int, int, str, int, bool]],
) -> Iterator[tuple[int, int, str, int, bool]]:
    carried: tuple[int, str] | None = None
    for start, end, number, inner, heading in pieces:
        if number and inner >= end and carried is None:
            carried = (start, number)
            continue
        if carried is not None:
            yield carried[0], end, carried[1] + number, inner, heading
            carried = None
        else:
            yield start, end, number, inner, heading
    if carried is not None:
        yield carried[0], pieces[-1][1], carried[1], pieces[-1][1], False


def sentences_of(reviewed: ReviewedText, cache: MutableMapping[str, Pieces] | None = None) -> tuple[Sentence, ...]:
    """All sentences of a text in order. ``cache`` keeps the pieces of a paragraph by its words between two calls."""
    known = {} if cache is None else cache
    found: list[Sentence] = []
    text = reviewed.text
    for index, paragraph in enumerate(reviewed.paragraphs):
        base = paragraph.start
        words = text[base : paragraph.end]
        pieces = known.get(words)
        if pieces is None:
            pieces = known[words] = pieces_of(words)
        label = paragraph.label
        for start, end, number, inner, heading in pieces:
            found.append(Sentence(base + start, base + end, index, label or number, base + inner, heading))
            label = ""
    return tuple(found)


def clauses_of(reviewed: ReviewedText, sentences: Iterable[Sentence]) -> tuple[Clause, ...]:
    """Sentences grouped into clauses: one begins at a number, at a heading, or with a paragraph after a heading."""
    listed = tuple(sentences)
    found: list[Clause] = []
    first = 0
    for index in range(1, len(listed) + 1):
        if index < len(listed) and not _begins_clause(listed, index):
            continue
        opening = listed[first]
        heading = ""
        if opening.heading:
            heading = reviewed.text[opening.words : opening.end].strip(" .:")
        found.append(Clause(opening.start, listed[index - 1].end, first, index, opening.number, heading))
        first = index
    return tuple(found)


def _begins_clause(listed: tuple[Sentence, ...], index: int) -> bool:
    sentence, before = listed[index], listed[index - 1]
    if before.heading and index >= 1 and (sentence.paragraph == before.paragraph or not sentence.number):
        return False
    return bool(sentence.number) or sentence.heading
