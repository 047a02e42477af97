"""A draft that came back: what it changed without a mark, and how it joins the living text on its own package."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.alignment import equal_pairs
from pactoria_desktop.contract.outline import outline
from pactoria_desktop.contract.rewriting import Author
from pactoria_desktop.contract.text import (
    HIDDEN,
    ContractText,
    Paragraph,
    TableSection,
    id_of,
    kind_of,
    paragraphs_of,
)
from pactoria_desktop.documents.merge import join
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.received import Finding, check_texts
from pactoria_desktop.replica.rebasing import Join

SOMEBODY = "Counterparty"
LEAST_LIKENESS = 0.4
MOST_PAIRED = 200


@dataclass(frozen=True, slots=True)
class Received:
    """A received draft, ready to be joined. ``unmarked`` are the edits that its tracked changes do not show.

    ``sentence`` says it to a person; ``clashes`` counts the places where both sides changed the same words.
    """

    package: Package
    text: ContractText
    join: Join
    unmarked: tuple[Finding, ...]
    sentence: str
    clashes: int
    changes: int


def received(base: ContractText, mine: ContractText, package: Package, date: str) -> Received:
    """What joining a received package means for a living text. Raises DocumentError, or ValueError for no relation."""
    theirs = read(package)
    findings = tuple(check_texts(base, theirs))
    operations, merged = join(base, mine, theirs, Author(their_name(base, theirs), date))
    made = {id: each for id, each in merged.text.revisions.items() if id not in mine.revisions}
    known = {note.id for note in mine.comments}
    new_comments = tuple(note for note in merged.text.comments if note.id not in known)
    sources = matching_sources(mine, merged.text, theirs)
    join_value = Join(operations, made, merged.text.material, new_comments, sources)
    return Received(
        package, theirs, join_value, findings, sentence_of(findings, theirs, len(merged.theirs)), len(merged.clashes),
        len(merged.theirs),
    )  # fmt: skip


def their_name(base: ContractText, theirs: ContractText) -> str:
    """Who made most of the new tracked changes of a received draft."""
    known = {(one.author, one.date) for one in base.revisions.values()}
    names = Counter(
        one.author for one in theirs.revisions.values() if (one.author, one.date) not in known and one.author
    )
    return names.most_common(1)[0][0] if names else SOMEBODY


def sentence_of(findings: Sequence[Finding], theirs: ContractText, changes: int) -> str:
    """What came back, in one sentence; what was not marked first."""
    noun = "tracked change" if changes == 1 else "tracked changes"
    if not findings:
        return f"The draft was joined: {changes} {noun} of theirs, and nothing that they did not mark."
    labels = {row.id: row.label for row in outline(theirs, accepted(theirs))}
    places = list(dict.fromkeys(labels.get(each.paragraph, "") or "the text" for each in findings))
    first = next((each for each in findings if each.paragraph == findings[0].paragraph), findings[0])
    same = [each for each in findings if each.paragraph == first.paragraph]
    before, after = (
        " … ".join(each.before for each in same if each.before),
        " … ".join(each.after for each in same if each.after),
    )
    what = (
        f"“{before}” became “{after}”"
        if before and after
        else f"“{after or before}” was {'added' if after else 'removed'}"
    )
    where = f"clause {places[0]}" if places[0] != "the text" else "the text"
    if len(places) == 1:
        return f"One edit in {where} is not marked: {what}. It is now a tracked change of theirs."
    others = ", ".join(places[1:5])
    return f"Edits in {len(places)} places are not marked, first in {where}: {what}; then in {others}."


def matching_sources(mine: ContractText, merged: ContractText, theirs: ContractText) -> dict[str, str]:
    """From each source in the joined text to the received package's: paragraphs, and rows of tables."""
    new_in_mine = frozenset(mine.revisions) - frozenset(theirs.revisions)
    found = dict(_matched(_paragraph_keys(merged, new_in_mine), _paragraph_keys(theirs, frozenset())))
    found.update(_matched(_row_keys(merged), _row_keys(theirs)))
    return found


Keys = Mapping[str, list[tuple[str, str]]]


def _paragraph_keys(text: ContractText, without: frozenset[str]) -> dict[str, list[tuple[str, str]]]:
    """By kind of story: (source, words) of each paragraph that has a source; words that are only mine left out."""
    found: dict[str, list[tuple[str, str]]] = {}
    for section in text.sections:
        kept = found.setdefault(section.part.partition(":")[0], [])
        for paragraph in paragraphs_of(section):
            source = paragraph.marks.get("p:src")
            if isinstance(source, str) and source:
                kept.append((source, _words(paragraph, without)))
    return found


def _row_keys(text: ContractText) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for section in text.sections:
        if isinstance(section, TableSection):
            kept = found.setdefault(section.part.partition(":")[0], [])
            for row in section.rows:
                if row.source:
                    words = "\t".join(_words(each, frozenset()) for cell in row.cells for each in cell.paragraphs)
                    kept.append((row.source, words))
    return found


def _words(paragraph: Paragraph, without: frozenset[str]) -> str:
    return "".join(
        span.text.replace(HIDDEN, "")
        for span in paragraph.spans
        if not any(kind_of(key) in ("ins", "moveTo") and id_of(key) in without for key in span.marks)
    )


def _matched(here: Keys, there: Keys) -> Iterator[tuple[str, str]]:
    for kind, old in here.items():
        new = there.get(kind, [])
        pairs = sorted(equal_pairs([words for _, words in old], [words for _, words in new]))
        low = other_low = 0
        for high, other_high in [*pairs, (len(old), len(new))]:
            yield from _between(old[low:high], new[other_low:other_high])
            if high < len(old) and other_high < len(new):
                yield old[high][0], new[other_high][0]
            low, other_low = high + 1, other_high + 1


def _between(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Pairs of what lies between two equal paragraphs: by place when there are as many, else by likeness, in order."""
    if len(old) == len(new):
        yield from ((one[0], other[0]) for one, other in zip(old, new, strict=True))
        return
    after = 0
    for source, words in old[:MOST_PAIRED]:
        best, likeness = -1, LEAST_LIKENESS
        for number in range(after, min(len(new), after + MOST_PAIRED)):
            score = Indel.normalized_similarity(words, new[number][1])
            if score > likeness:
                best, likeness = number, score
        if best >= 0:
            yield source, new[best][0]
            after = best + 1
