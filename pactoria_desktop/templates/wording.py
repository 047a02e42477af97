"""The terms of a clause in the words of a contract.

A term that the contract defines stays; else the one synonym that it defines takes its place, as whole words and in the
same number, with "a" or "an" before it set right; else it is unknown. Where the contract defines several synonyms the
choice is a question for the lawyer. What the clause puts in quotation marks is its own and is never touched.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pactoria_desktop.contract.terms import capitalised_uses, definitions_in, forms, tidy
from pactoria_desktop.templates.emphasis import Piece, plain
from pactoria_desktop.templates.synonyms import Group, Synonyms, Term, is_defined

_QUOTED = re.compile(r"“[^“”\n]{1,300}”|\"[^\"\n]{1,300}\"")
_STATUTE = re.compile(
    r"[A-Z][\w’'-]*(?:\s+(?:of|and|for|[A-Z][\w’'-]*|\([A-Z][^()\n]{1,60}\)))*?\s+"
    r"(?:Act|Acts|Regulations?|Rules|Order|Convention|Directive|Code)(?!\w)"
)
_THIS = re.compile(r"\b[Tt]his\s+([A-Z][a-z]+)\b")
_ARTICLE = re.compile(r"(?<!\w)([Aa])(n?)(\s+)$")
_LEADING = re.compile(
    r"(?:(?:The|This|These|Those|Such|Any|Each|Every|All|An|A|No|Its|Their|Either|Neither|Other|Both|If|In|On|At|For|When"
    r"|Where|Within|During|After|Until|Once|Subject)\s+)+"
)
_VOWEL = re.compile(r"[AEIOaeio]|U[np](?!i[lot])|[FHLMNRSX](?:[A-Z]|$)")
_THIS_SMALL = re.compile(r"\b[Tt]his\s+(agreement|contract|deed)\b")
_THE = re.compile(r"(?<!\w)[Tt]he\s+$")
_OFTEN = 4
_AS_FAR_AS_KNOWN = ("Agreement", "Contract", "Deed")


@dataclass(frozen=True, slots=True)
class Replaced:
    """A term that gave way to the contract's own, and how often. ``number``: it lost its plural; look at the verb."""

    term: str
    by: str
    count: int
    number: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """A term that the contract does not define, how often, and where: paragraph of the clause, start and end there.

    Places count code points of the adapted paragraph's words.
    """

    term: str
    count: int
    places: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A term for which the contract defines several others: which is meant? ``term`` is the key for the answer."""

    term: str
    candidates: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class Wording:
    """Paragraphs in the words of the contract, and what is to be said of their terms.

    ``doubled`` are terms that both the clause and the contract define.
    """

    paragraphs: tuple[tuple[Piece, ...], ...]
    replaced: tuple[Replaced, ...]
    unknown: tuple[Unknown, ...]
    questions: tuple[Question, ...]
    doubled: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """What a contract calls things: the terms it has, and the roles that stand in it without "the".

    ``itself`` is what it calls itself where it does so in small letters ("this agreement"), else "".
    """

    known: frozenset[str]
    bare: frozenset[str] = frozenset()
    itself: str = ""


def terms_of(paragraphs: Sequence[str], synonyms: Synonyms) -> Terms:
    """The terms that a contract has.

    Those that it defines, and "Agreement" and its like where the text calls itself so. Of a group of which it defines
    none, as where a cover page names the parties, also those that it uses again and again.
    """
    found: set[str] = set()
    used: Counter[str] = Counter()
    articles: Counter[str] = Counter()
    small: Counter[str] = Counter()
    every = _any_of(synonyms.by_spelling)
    for words in paragraphs:
        if any(mark in words for mark in '"“„') or "mean" in words:
            found.update(one.term for one in definitions_in(words))
        for named in _THIS.finditer(words):
            if named[1] in _AS_FAR_AS_KNOWN:
                found.add(named[1])
        small.update(named[1] for named in _THIS_SMALL.finditer(words))
        for use in every.finditer(words):
            spelling = _spaced(use[0])
            has_article = _THE.search(words, max(0, use.start() - 5), use.start()) is not None
            articles[spelling] += has_article
            used[spelling] += has_article or not _opens(words, use.start())
    known = set(found)
    for group in synonyms.groups:
        if not any(is_defined(term, found) for term in group.terms):
            known.update(
                term.one for term in group.terms if sum(used[spelling] for spelling in term.spellings) >= _OFTEN
            )
    roles = {spelling for group in synonyms.roles for term in group.terms for spelling in term.spellings}
    bare = {role for role in roles if used[role] >= _OFTEN and articles[role] * 10 <= used[role]}
    by_name = known.isdisjoint(_AS_FAR_AS_KNOWN)
    itself = next((word for word, count in small.most_common(1) if by_name and count > 1), "")
    return Terms(frozenset(known), frozenset(bare), itself)


def adapt_terms(
    paragraphs: Sequence[tuple[Piece, ...]],
    terms: Terms,
    synonyms: Synonyms,
    answers: Mapping[str, str] | None = None,
) -> Wording:
    """The paragraphs of a clause in the terms of a contract.

    ``answers`` says for terms, by the word in which the clause has them, which of the contract's is meant; an answer
    that the contract does not define is taken as it stands and is listed as unknown.
    """
    return _Adapting(paragraphs, terms, synonyms, answers or {}).wording()


@dataclass(frozen=True, slots=True)
class _Use:
    """A term at a place of a paragraph's words. ``many``: it stands in the plural."""

    start: int
    end: int
    term: Term
    group: Group
    many: bool


class _Adapting:
    def __init__(
        self,
        paragraphs: Sequence[tuple[Piece, ...]],
        terms: Terms,
        synonyms: Synonyms,
        answers: Mapping[str, str],
    ) -> None:
        self._paragraphs = paragraphs
        self._words = [plain(pieces) for pieces in paragraphs]
        self._defined = terms.known
        self._bare = terms.bare
        self._itself = terms.itself
        self._synonyms = synonyms
        self._answers = answers
        self._own = frozenset(one.term for words in self._words for one in definitions_in(words))
        self._replaced: Counter[tuple[str, str, bool]] = Counter()
        self._unknown: dict[str, list[tuple[int, int, int]]] = {}
        self._questions: dict[str, tuple[str, ...]] = {}
        self._asked: Counter[str] = Counter()

    def wording(self) -> Wording:
        paragraphs = tuple(self._paragraph(number) for number in range(len(self._paragraphs)))
        for number, pieces in enumerate(paragraphs):
            self._note_others(number, plain(pieces))
        doubled = sorted(term for term in self._own if is_defined(self._term(term), self._defined))
        return Wording(
            paragraphs,
            tuple(Replaced(*key[:2], count, key[2]) for key, count in self._replaced.items()),
            tuple(Unknown(term, len(places), tuple(sorted(places))) for term, places in self._unknown.items()),
            tuple(Question(term, found, self._asked[term]) for term, found in self._questions.items()),
            tuple(doubled),
        )

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Every term that is known, the longest first."""
        return _any_of({*self._synonyms.by_spelling, *self._own_forms})

    @cached_property
    def _own_forms(self) -> frozenset[str]:
        return frozenset(form for term in self._own for form in forms(term))

    @cached_property
    def _certain(self) -> frozenset[str]:
        """Terms of one word that stand with a capital where no sentence opens."""
        found: set[str] = set()
        for words in self._words:
            for use in self._pattern.finditer(words):
                if not _opens(words, use.start()):
                    found.add(use[0])
        return frozenset(found)

    def _uses(self, words: str) -> Iterator[_Use]:
        closed = self._closed(words)
        for found in self._pattern.finditer(words):
            spelling = _spaced(found[0])
            if spelling in self._own_forms or any(start <= found.start() < end for start, end in closed):
                continue
            group, term = self._synonyms.by_spelling[spelling]
            opens = " " not in spelling and _opens(words, found.start())
            if opens and not group.role and spelling not in self._certain:
                continue
            yield _Use(found.start(), found.end(), term, group, spelling != term.one)

    def _closed(self, words: str) -> list[tuple[int, int]]:
        """What holds no term of the contract: quotations, names of statutes, other names."""
        return [found.span() for pattern in (_QUOTED, _STATUTE, self._names) for found in pattern.finditer(words)]

    def _paragraph(self, number: int) -> tuple[Piece, ...]:
        pieces = self._paragraphs[number]
        words = self._words[number]
        changes: list[tuple[int, int, str]] = []
        shift = 0
        for use in self._uses(words):
            by, known = self._word_for(use, words[use.start : use.end])
            shown = by if by is not None else words[use.start : use.end]
            the = _THE.search(words, max(0, use.start - 5), use.start) if _spaced(shown) in self._bare else None
            if the is not None:
                changes.append((the.start(), the.end(), ""))
                shift -= the.end() - the.start()
            if by is not None:
                found = _ARTICLE.search(words, max(0, use.start - 4), use.start)
                if found is not None and bool(found[2]) != (_VOWEL.match(by) is not None):
                    article = found[1] + ("n" if _VOWEL.match(by) else "")
                    changes.append((found.start(1), found.end(2), article))
                    shift += len(article) - (found.end(2) - found.start(1))
                changes.append((use.start, use.end, by))
            start = use.start + shift
            shift += len(shown) - (use.end - use.start)
            if not known:
                self._note_unknown(_spaced(shown), number, start, start + len(shown))
        return _changed(pieces, changes)

    def _word_for(self, use: _Use, shown: str) -> tuple[str | None, bool]:
        """What takes the place of a term (None: it stays), and whether the contract defines what stands then."""
        term, group = use.term, use.group
        if is_defined(term, self._defined):
            return None, True
        answer = self._answer(term)
        if answer is not None:
            chosen = self._term(answer)
            return self._said(use, term, chosen), is_defined(chosen, self._defined)
        found = [other for other in group.terms if other != term and is_defined(other, self._defined)]
        if len(found) == 1:
            return self._said(use, term, found[0]), True
        if found:
            key = term.many if use.many else term.one
            key = next((asked for asked in self._questions if asked in term.spellings), key)
            self._questions.setdefault(key, tuple(self._as_defined(other) for other in found))
            self._asked[key] += 1
            return None, True
        if self._itself and term.one in _AS_FAR_AS_KNOWN:
            return self._said(use, term, Term(self._itself, f"{self._itself}s")), True
        return self._compound(use, shown), False

    def _as_defined(self, term: Term) -> str:
        return term.one if term.one in self._defined or term.many not in self._defined else term.many

    def _compound(self, use: _Use, shown: str) -> str | None:
        """A term that begins with a role ("Customer Data"), with the role as the contract has it; None: as it is."""
        first, _, rest = _spaced(shown).partition(" ")
        known = self._synonyms.by_spelling.get(first)
        if not rest or known is None or not known[0].role or is_defined(known[1], self._defined):
            return None
        found = [one for one in known[0].terms if is_defined(one, self._defined)]
        return f"{found[0].one} {rest}" if len(found) == 1 else None

    def _answer(self, term: Term) -> str | None:
        return next((tidy(self._answers[one]) for one in term.spellings if one in self._answers), None)

    def _term(self, words: str) -> Term:
        known = self._synonyms.by_spelling.get(words)
        return known[1] if known is not None else _plain(words)

    def _said(self, use: _Use, term: Term, by: Term) -> str:
        new = by.many if use.many else by.one
        loses_number = use.many and term.one != term.many and by.one == by.many
        self._replaced[term.many if use.many else term.one, new, loses_number] += 1
        return new

    def _note_unknown(self, shown: str, number: int, start: int, end: int) -> None:
        key = next((known for known in self._unknown if known in forms(shown) or known == shown), shown)
        self._unknown.setdefault(key, []).append((number, start, end))

    def _note_others(self, number: int, words: str) -> None:
        """Capitalised words outside the groups that neither the clause nor the contract defines."""
        covered = self._closed(words) + [found.span() for found in self._pattern.finditer(words)]
        covered += [(start, end) for places in self._unknown.values() for at, start, end in places if at == number]
        for use in capitalised_uses(words):
            lead = _LEADING.match(use.words)
            start = use.start + (lead.end() if lead is not None else 0)
            shown = re.sub(r"[’']s?$", "", words[start : use.end])
            end = start + len(shown)
            single = " " not in shown
            if len(shown) < 2 or shown.isupper() or (single and use.opening and lead is None):
                continue
            if _spaced(shown) in self._known or any(start < b and a < end for a, b in covered):
                continue
            self._note_unknown(_spaced(shown), number, start, end)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(form for term in self._defined | self._own for form in forms(term))

    @cached_property
    def _names(self) -> re.Pattern[str]:
        return _any_of(self._synonyms.names)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    ordered = sorted(words, key=lambda each: (-len(each), each))
    if not ordered:
        return re.compile(r"(?!)")
    spaced = (r"\s+".join(map(re.escape, each.split())) for each in ordered)
    return re.compile(r"(?<![\w-])(?:" + "|".join(spaced) + r")(?![\w-])")


def _changed(pieces: tuple[Piece, ...], changes: Sequence[tuple[int, int, str]]) -> tuple[Piece, ...]:
    """Stretches with words replaced; what comes in has the look of the first character that goes."""
    found: list[Piece] = []
    at = 0
    for piece in pieces:
        end = at + len(piece.text)
        words, position = "", at
        for start, stop, new in changes:
            if stop <= at or start >= end:
                continue
            words += piece.text[position - at : max(start - at, 0)] + (new if start >= at else "")
            position = min(stop, end)
        words += piece.text[position - at :]
        if words:
            found.append(replace(piece, text=words))
        at = end
    return tuple(found)


def _opens(words: str, at: int) -> bool:
    before = words[:at].rstrip()
    return not before or before[-1] in ".?!:;"


def _spaced(words: str) -> str:
    return " ".join(words.split())


def _plain(words: str) -> Term:
    """A term of no group."""
    shapes = forms(words)
    if len(shapes) < 2:
        return Term(words, words)
    ends_many = words.endswith("s") and not words.endswith("ss")
    return Term(shapes[-1], words) if ends_many else Term(words, shapes[1])
