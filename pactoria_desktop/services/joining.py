"""A draft that came back: what it changed without a mark, and how it joins the living text on its own package."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.laying import laid, slots_of
from pactoria_desktop.contract.outline import outline
from pactoria_desktop.contract.rewriting import Author
from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.documents.merge import join
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.received import Finding, check_texts
from pactoria_desktop.replica.rebasing import Join
from pactoria_desktop.services.matching import matching_of, remarks_of
from pactoria_desktop.services.renaming import renamed

SOMEBODY = "Counterparty"


@dataclass(frozen=True, slots=True)
class Received:
    """A received draft, ready to be joined. ``unmarked`` are the edits that its tracked changes do not show.

    ``joins`` are laid on the living text one after the other; ``sentence`` says to a person what came; ``clashes``
    counts the places where both sides changed the same words.
    """

    package: Package
    text: ContractText
    joins: tuple[Join, ...]
    unmarked: tuple[Finding, ...]
    sentence: str
    clashes: int
    changes: int


def received(base: ContractText, mine: ContractText, package: Package, date: str) -> Received:
    """What joining a received package means for a living text. Raises DocumentError, or ValueError for no relation."""
    theirs = read(package)
    findings = tuple(check_texts(base, theirs))
    operations, merged = join(base, mine, theirs, Author(their_name(base, theirs), date))
    prefix = f"{package.sha256[:12]}."
    changes_of = renamed(merged, operations, mine, prefix)
    known = {note.id for note in mine.comments}
    clashes = tuple(note for note in merged.text.comments if note.id not in known)
    joined = laid(mine, changes_of.operations)
    matching = matching_of(mine, joined, theirs)
    only_mine = frozenset(mine.revisions) - frozenset(theirs.revisions)
    remarks, notes = remarks_of(matching, base, theirs, only_mine, prefix)
    joins = (
        Join(changes_of.operations, changes_of.revisions, merged.text.material, clashes, words=slots_of(mine)),
        Join(remarks, comments=notes, sources=matching.sources, row_sources=matching.row_sources),
    )
    changes = len(merged.theirs)
    return Received(
        package, theirs, joins, findings, sentence_of(findings, theirs, changes), len(merged.clashes), changes
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
