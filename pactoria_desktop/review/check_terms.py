"""Defined terms that are missing, unused, doubled, late, or written with the wrong capitals."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from pactoria_desktop.contract.findings import Draft
from pactoria_desktop.contract.terms import Definition, forms, tidy
from pactoria_desktop.review.scan import TOKEN, Scan


@dataclass(frozen=True)
class Placed:
    """A definition with its place in the whole text, and its paragraph."""

    definition: Definition
    start: int
    end: int
    paragraph: int


@dataclass(frozen=True)
class Glossary:
    """The terms a contract defines, where, and every place where one of their forms stands (code points)."""

    placed: tuple[Placed, ...]
    by_term: dict[str, list[Placed]]
    places: dict[str, list[tuple[int, int]]]


@dataclass
class UseCache:
    """Where the terms of one glossary stand in paragraphs that were read before, by the words of the paragraph."""

    terms: frozenset[tuple[tuple[str, ...], str]] = frozenset()
    by_words: dict[str, tuple[tuple[str, int, int], ...]] = field(default_factory=dict)


def glossary(scan: Scan, kept: UseCache | None = None) -> Glossary:
    """Collect definitions, and find all their uses in one pass over the text."""
    placed = []
    for number, (paragraph, scanned) in enumerate(zip(scan.reviewed.paragraphs, scan.paragraphs, strict=True)):
        for one in scanned.definitions:
            placed.append(Placed(one, paragraph.start + one.start, paragraph.start + one.end, number))
    by_term: dict[str, list[Placed]] = defaultdict(list)
    for item in placed:
        by_term[item.definition.term].append(item)
    folded: dict[str, str] = {}
    for term in by_term:
        folded[term.casefold()] = term
    for term in by_term:
        for form in forms(term):
            folded.setdefault(form.casefold(), term)
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    keys = {tuple(TOKEN.findall(form.replace("’", "'"))): term for form, term in folded.items()}
    cache = kept if kept is not None else UseCache()
    terms = frozenset(keys.items())
    if terms != cache.terms:
        cache.terms = terms
        cache.by_words.clear()
    longest = max((len(key) for key in keys), default=0)
    words = frozenset(key[0] for key in keys if key)
    for paragraph, scanned in zip(scan.reviewed.paragraphs, scan.paragraphs, strict=True):
        read = scan.text[paragraph.start : paragraph.end]
        found = cache.by_words.get(read)
        if found is None:
            found = cache.by_words[read] = tuple(_uses_in(read, scanned.tokens, keys, words, longest))
        for term, start, end in found:
            places[term].append((paragraph.start + start, paragraph.start + end))
    return Glossary(tuple(placed), dict(by_term), dict(places))


def _uses_in(
    words: str,
    tokens: tuple[str, ...],
    keys: dict[tuple[str, ...], str],
    first_words: frozenset[str],
    longest: int,
) -> Iterator[tuple[str, int, int]]:
    if first_words.isdisjoint(tokens):
        return
    spans: list[tuple[int, int]] = []
    past = 0
    for at, word in enumerate(tokens):
        if word not in first_words or at < past:
            continue
        for length in range(min(longest, len(tokens) - at), 0, -1):
            named = keys.get(tokens[at : at + length])
            if named is not None:
                spans = spans or [token.span() for token in TOKEN.finditer(words)]
                yield named, spans[at][0], spans[at + length - 1][1]
                past = at + length
                break


def unused_terms(scan: Scan, known: Glossary) -> Iterator[Draft]:
    """Terms that are defined and never used outside their definitions."""
    for term, definitions in known.by_term.items():
        own = {(item.start, item.end) for item in definitions}
        if all(item.definition.way == "meaning elsewhere" for item in definitions) or term in _STANDING:
            continue
        if _is_used(known, term) or any(_is_used(known, other) for other in _other_names(scan, known, term)):
            continue
        if any(other != term and term in other and known.places.get(other) for other in known.by_term):
            continue
        if _stands_elsewhere(scan.lowered, term.lower(), own):
            continue
        item = definitions[0]
        yield Draft(
            "unused-term", 1, "low", "Defined term is not used", f"“{term}” is defined but not used.",
            0.9, "check", ((item.start, item.end),),
        )  # fmt: skip


def _is_used(known: Glossary, term: str) -> bool:
    own = [(item.start, item.end) for item in known.by_term[term]]
    return any(not any(start < b and a < end for a, b in own) for start, end in known.places.get(term, []))


_OTHER_NAME = re.compile(r"[\"”]\s*(?:,|/)?\s*(?:\(?\s*)?(?:or|and)\s+(?:\w+,?\s+){0,3}[\"“]\s?")


def _other_names(scan: Scan, known: Glossary, term: str) -> list[str]:
    """Terms of the same definition: its other number (“Fee”, “Fees”), and what is joined to it (“X” or “Y” means)."""
    found = [form for form in forms(term)[1:] if form in known.by_term]
    for item in known.by_term[term]:
        for other, definitions in known.by_term.items():
            for their in definitions:
                first, second = sorted(((item.start, item.end), (their.start, their.end)))
                if their.paragraph == item.paragraph and _OTHER_NAME.fullmatch(scan.text, first[1], second[0]):
                    found.append(other)
    return found


_STANDING = frozenset(("Agreement", "Party", "Parties", "Amendment", "Contract"))


def _stands_elsewhere(lowered: str, term: str, own: set[tuple[int, int]]) -> bool:
    for found in re.finditer(r"\s+".join(re.escape(word) for word in term.split()), lowered):
        start = found.start()
        before = lowered[start - 1 : start]
        if not (before.isalnum() or before == "_") and not any(a <= start < b for a, b in own):
            return True
    return False


def duplicate_definitions(scan: Scan, known: Glossary) -> Iterator[Draft]:
    """Terms that are given a meaning twice in the same part of the document."""
    for term, definitions in known.by_term.items():
        full = [item for item in definitions if item.definition.way in ("means", "bracket")]
        if term in _STANDING or term.split()[0] in ("Party", "Parties"):
            continue
        for before, item in pairwise(full):
            if (
                _names_party(scan, before, item)
                or _short_for_name(scan, item)
                or _VERB.search(scan.text, max(0, item.start - 40), item.start)
            ):
                continue
            parts = {scan.reviewed.paragraphs[one.paragraph].part for one in (before, item)}
            ways = {before.definition.way, item.definition.way}
            if len(parts) > 1 or (ways == {"means", "bracket"} and before.paragraph == item.paragraph):
                continue
            yield Draft(
                "duplicate-definition", 1, "medium", "Term defined twice", f"“{term}” is defined more than once.",
                0.8, "check", ((item.start, item.end), (before.start, before.end)),
            )  # fmt: skip


def _names_party(scan: Scan, before: Placed, item: Placed) -> bool:
    """Whether both definitions are short names of one party: after the same name, on a cover or by its signature."""
    if {before.definition.way, item.definition.way} != {"bracket"}:
        return False
    leads = [scan.text[max(0, one.start - 40) : one.start] for one in (before, item)]
    names = [re.sub(r"\W+", " ", lead).casefold().split()[-4:] for lead in leads]
    if names[0] == names[1]:
        return True
    openings = [scan.text[scan.reviewed.paragraphs[one.paragraph].start : one.start] for one in (before, item)]
    return any(_NAME_ALONE.fullmatch(opening) for opening in openings)


_NAME_ALONE = re.compile(r"[A-Z0-9][A-Z0-9\s.,&'’-]{2,80}\(\s*(?:[Tt]he\s+)?[\"“]")
_VERB = re.compile(r"as\s+a\s+(?:verb|noun)|references?\s+(?:\w+\s+){0,3}to\b", re.IGNORECASE)


def _short_for_name(scan: Scan, item: Placed) -> bool:
    """Whether the term is short for a name just before it: Acme Holdings, Inc. ("Acme")."""
    if item.definition.way != "bracket":
        return False
    opens = scan.reviewed.paragraphs[item.paragraph].start
    before = scan.text[max(opens, item.start - 160) : item.start]
    first = item.definition.term.split()[0]
    letters = "".join(word[0] for word in re.findall(r"[A-Z][\w.]*", before)[-6:])
    names = rf"(?<!\w)(?:{re.escape(first)}|{re.escape(first.upper())})"
    return re.search(names, before) is not None or (first.isupper() and first[:3] in letters)


def late_definitions(scan: Scan, known: Glossary) -> Iterator[Draft]:
    """Terms defined in running text that are used in an earlier paragraph of the body."""
    for term, definitions in known.by_term.items():
        first = min(definitions, key=lambda item: item.start)
        if first.definition.way not in ("bracket", "called") or term in _STANDING or len(definitions) > 1:
            continue
        if any(item.definition.way == "meaning elsewhere" for item in definitions) or _short_for_name(scan, first):
            continue
        exact = {tuple(form.split()) for form in forms(term)}
        for start, end in known.places.get(term, []):
            if start >= first.start:
                break
            words = scan.text[start:end]
            if _DEFINED_LATER.match(scan.text, end):
                break
            if not _determined(scan.text, start) or re.match(r"[’']?s?\s+[A-Z]", scan.text[end : end + 4]):
                continue
            if tuple(tidy(words).split()) not in exact or not _in_running_words(scan, start, first.paragraph):
                continue
            yield Draft(
                "used-before-definition", 1, "low", "Term used before its definition",
                f"“{term}” is used before it is defined.", 0.7, "check", ((start, end), (first.start, first.end)),
            )  # fmt: skip
            break


_DEFINED_LATER = re.compile(
    r"[\"”]?\s*[,(]{0,2}\s*(?:(?:as\s+)?(?:such\s+term|that\s+term)\s+is\s+|as\s+)(?:hereinafter\s+|further\s+|so\s+)?"
    r"(?:defined|described|specified|set\s+(?:out|forth))"
)


def _in_running_words(scan: Scan, place: int, before: int) -> bool:
    for number, paragraph in enumerate(scan.reviewed.paragraphs):
        if paragraph.start <= place < paragraph.end:
            scanned = scan.paragraphs[number]
            words = scan.text[paragraph.start : paragraph.end]
            if scanned.contents or scanned.capitals or number >= before or len(words) < 60:
                return False
            return not scan.text[max(0, place - 2) : place].endswith(("“", '"'))
    return False


def wrong_case(scan: Scan, known: Glossary) -> Iterator[Draft]:
    """Uses of a defined term of several words, or of "this agreement", with other capitals than defined.

    Each way of writing is said once, at its first place; words in quotation marks are somebody else's term.
    """
    for term, definitions in known.by_term.items():
        words = term.split()
        single = len(words) == 1
        if (
            (single and term != "Agreement")
            or term.isupper()
            or not all(word[0].isupper() for word in words if len(word) > 3)
        ):
            continue
        own = {(item.start, item.end) for item in definitions}
        defining = _defining_sentences(scan, definitions)
        exact, other = 0, []
        accepted = set(forms(term))
        upper = {form.upper() for form in accepted}
        accepted_words = [TOKEN.findall(form) for form in accepted]
        for start, end in known.places.get(term, []):
            shown = " ".join(scan.text[start:end].split()).replace("’", "'")
            if shown in accepted or shown in upper or TOKEN.findall(shown) in accepted_words:
                exact += (start, end) not in own
            elif (
                any(a <= start < b for a, b in defining)
                or scan.text[start - 1 : start] == "-"
                or shown.casefold().startswith(("third part", "other part"))
            ):
                continue
            elif not single or (
                scan.text[max(0, start - 5) : start].casefold() == "this " and scan.text[end : end + 4] != " to "
            ):
                other.append((start, end, shown))
        another = _TIME_OF_ANOTHER if words[-1] in ("Date", "Period", "Term") else _OF_ANOTHER
        lower = [place for place in other if place[2].islower()]
        mixed = [place for place in other if not place[2].islower()]
        chosen = [
            place for place in mixed if not _is_title(place[2], term) and not _opens_sentence(scan, place[0], place[2])
        ]
        if exact >= 1 and len(lower) <= max(1, exact // 8):
            chosen += [
                place
                for place in lower
                if single or (_determined(scan.text, place[0]) and not another.match(scan.text, place[1]))
            ]
        said: set[str] = set()
        for start, end, shown in sorted(chosen):
            if shown in said or scan.text[start - 1 : start] in ("“", '"'):
                continue
            said.add(shown)
            yield Draft(
                "wrong-case", 1, "low", "Capitals differ from the definition", f"“{shown}” is defined as “{term}”.",
                0.8, "check", ((start, end),),
            )  # fmt: skip


_OF_ANOTHER = re.compile(r"\s+of\s+(?:such|any|an?|each|that|those)\b")
_TIME_OF_ANOTHER = re.compile(r"\s+of\s+(?!(?:this|the)\s+(?:Agreement|Contract)\b)")
"""What follows words in their ordinary sense: “the effective date of such assignment”."""


def _defining_sentences(scan: Scan, definitions: list[Placed]) -> list[tuple[int, int]]:
    """The sentences that define a term: its words stand there in their ordinary sense."""
    found = []
    for item in definitions:
        at = bisect_right(scan.sentences, item.start, key=lambda sentence: sentence.start) - 1
        found.append((scan.sentences[at].start, scan.sentences[at].end))
    return found


def lower_agreement(scan: Scan, known: Glossary) -> Iterator[Draft]:
    """The words "this agreement" in a contract that otherwise speaks of "this Agreement" and does not define it."""
    if "Agreement" in known.by_term:
        return
    spans = [
        (paragraph.start + start, paragraph.start + end)
        for paragraph, scanned in zip(scan.reviewed.paragraphs, scan.paragraphs, strict=True)
        for start, end in scanned.agreements
    ]
    found = [(start, end) for start, end in spans if scan.text[start] == "a"]
    usual = len(spans) - len(found)
    if usual < 3 or len(found) > max(1, usual // 8):
        return
    for place in found:
        yield Draft(
            "wrong-case", 1, "low", "Capitals differ from the definition",
            "“agreement” is written with a capital letter elsewhere in this contract.", 0.7, "check", (place,),
        )  # fmt: skip


def _is_title(shown: str, term: str) -> bool:
    pairs = zip(shown.split(), term.split(), strict=False)
    return all(one == other or one == other.capitalize() or one.isupper() for one, other in pairs)


def _opens_sentence(scan: Scan, start: int, shown: str) -> bool:
    rest = shown.split(None, 1)[1:]
    return (
        bool(rest)
        and rest[0].islower()
        and re.search(r"(?:^|[.?!:;\n]|\)|\")\s*$", scan.text[max(0, start - 4) : start]) is not None
    )


_BEFORE_TERM = re.compile(r"\b(?:the|such|this|said|its|their|any|all|each|of|under)\s+$")


def _determined(text: str, start: int) -> bool:
    return _BEFORE_TERM.search(text, max(0, start - 8), start) is not None
