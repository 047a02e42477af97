"""A draft that came back: what it changed without a mark, and how it joins the living text on its own package."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.laying import laid, slots_of
from pactoria_desktop.contract.operations import PutSection
from pactoria_desktop.contract.outline import outline
from pactoria_desktop.contract.rewriting import Author
from pactoria_desktop.contract.text import ContractText, Material, WordObject, id_of, kind_of
from pactoria_desktop.documents.adopting import Standing, Stray, adopted
from pactoria_desktop.documents.compare import part_kind
from pactoria_desktop.documents.compare_parts import NoteCarrier
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.merge import join
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.received import Finding, check_texts
from pactoria_desktop.replica.rebasing import Join
from pactoria_desktop.services.leftovers import leftovers
from pactoria_desktop.services.matching import Line, Matching, matching_of, remarks_of
from pactoria_desktop.services.moving import Luggage, carried, holding
from pactoria_desktop.services.renaming import renamed
from pactoria_desktop.services.sources import Source

SOMEBODY = "Counterparty"
NOTES = ("footnote", "endnote")
MARGINS = ("header", "footer")


@dataclass(frozen=True, slots=True)
class Received:
    """A received draft, ready to be joined. ``unmarked`` are the edits that its tracked changes do not show.

    ``joins`` (one, its steps in it) are laid on the living text; ``sentence`` says to a person what came; ``clashes``
    counts the places where both sides changed the same words, ``left_out`` pictures and links of mine that the package
    cannot take. ``version`` is what the living text knew when this was
    worked out, ``sent`` the file that the other side edited.
    """

    package: Package
    text: ContractText
    joins: tuple[Join, ...]
    unmarked: tuple[Finding, ...]
    sentence: str
    clashes: int
    changes: int
    version: bytes = b""
    left_out: int = 0
    sent: Source | None = None


def received(
    base: ContractText, mine: ContractText, package: Package, date: str, standing: Package | None = None
) -> Received:
    """What joining a received package means for a living text. Raises DocumentError where it cannot be read or joined.

    The package of the answer has room for notes that they struck, which stay in the text until that is accepted, and
    what pictures and links of mine need from ``standing``, the package that the living text comes from.
    """
    try:
        places: dict[str, str] = {}
        found, lost, strays = _received(base, mine, package, date, places, Luggage(), standing)
        if not lost and not (strays and standing):
            return found
        carrier = NoteCarrier(package)
        places = {part: f"{part_kind(part)}:{carrier.place_for(part_kind(part), lost[part])}" for part in lost}
        roomy, luggage = carrier.package() if lost else package, Luggage()
        if standing is not None:
            roomy, luggage = carried(strays, mine.material, standing, roomy)
        return _received(base, mine, roomy, date, places, luggage, standing)[0]
    except ValueError as error:
        raise DocumentError(
            f"{package.name} could not be joined into this contract, because its changes do not fit the text; "
            "nothing was changed. Compare it with the contract instead, and report this."
        ) from error


def _received(
    base: ContractText,
    mine: ContractText,
    package: Package,
    date: str,
    places: Mapping[str, str],
    luggage: Luggage,
    standing: Package | None,
) -> tuple[Received, dict[str, str], tuple[Stray, ...]]:
    """The answer; the notes that the package has no room for, each with the id of its note that it stands before; and
    what else of mine it does not hold. ``places`` and ``luggage`` say where those of before went.
    """
    theirs = read(package)
    findings = tuple(check_texts(base, theirs))
    operations, merged = join(base, mine, theirs, Author(their_name(base, theirs), date))
    prefix = f"{package.sha256[:12]}."
    changes_of = renamed(merged, operations, mine, prefix)
    known = {note.id for note in mine.comments}
    clashes = tuple(note for note in merged.text.comments if note.id not in known)
    joined = laid(mine, changes_of.operations)
    parts = {**merged.parts, **places}
    moved = {**_moved_notes(merged.text.material, places), **luggage.objects}
    matching = matching_of(mine, joined, theirs, parts)
    only_mine = frozenset(mine.revisions) - frozenset(theirs.revisions)
    remarks, notes = remarks_of(matching, base, theirs, only_mine, prefix)
    parted = {one.rest for one in changes_of.operations if isinstance(one, PutSection)}
    new_slots = frozenset(slots_of(joined)) - slots_of(mine).keys() - parted
    taken = adopted(
        standing_of(matching, frozenset(changes_of.revisions), new_slots),
        theirs,
        merged.text.material,
        base,
        {**merged.objects, **{key: new for key, (new, _) in moved.items()}},
        frozenset(new for new, _ in moved.values()),
        holding(standing, package),
        luggage.boxes,
    )
    laying = sorted([*remarks, *taken.operations], key=lambda each: (each.slot, each.start))
    material = taken.material(theirs, dict(moved.values()))
    here = dict.fromkeys(section.part for section in joined.sections)
    lost = _without_place(list(here), parts)
    deletions = [id for id, one in changes_of.revisions.items() if one.kind == "deletion"]
    struck = leftovers(_with_material(laid(joined, laying), material), theirs, only_mine, deletions)
    moving = Join(
        laying,
        material=material,
        comments=notes,
        sources=matching.sources,
        row_sources=matching.row_sources,
        parts=parts,
        lost=frozenset(part for part in here if part_kind(part) in MARGINS and part not in parts),
        then=Join(struck) if struck else None,
    )
    joins = (
        Join(
            changes_of.operations,
            changes_of.revisions,
            merged.text.material,
            clashes,
            words=slots_of(mine),
            then=moving,
        ),
    )
    changes = len(merged.theirs)
    strays = tuple(taken.strays.values())
    sentence = sentence_of(findings, theirs, changes) + _left_out(len(strays))
    found = Received(package, theirs, joins, findings, sentence, len(merged.clashes), changes, left_out=len(strays))
    return found, lost, strays


def _left_out(count: int) -> str:
    """What is said of pictures and links that could not be taken along."""
    if not count:
        return ""
    what = "One picture or link" if count == 1 else f"{count} pictures or links"
    return f" {what} of your text could not be taken into their file; undo the join to have your own file again."


def _without_place(here: Sequence[str], parts: Mapping[str, str]) -> dict[str, str]:
    """The notes that ``parts`` does not lead to the package, each with the id of the next one of its kind there."""
    found = {}
    following: dict[str, str] = {}
    for part in reversed(here):
        kind = part_kind(part)
        if part in parts:
            following[kind] = parts[part].partition(":")[2]
        elif kind in NOTES:
            found[part] = following.get(kind, "")
    return dict(reversed(found.items()))


def _moved_notes(material: Material, places: Mapping[str, str]) -> dict[str, tuple[str, WordObject]]:
    """By key, the references to notes that have another place, each under a new key."""
    found = {}
    for key, one in material.objects.items():
        place = places.get(f"{one.role.removesuffix('Reference')}:{one.ref}") if one.kind == "note" else None
        if place is not None:
            number = place.partition(":")[2]
            xml = re.sub(r'(\bw:id=")[^"]*"', rf'\g<1>{number}"', one.xml)
            found[key] = (f"{key}-{number}", replace(one, ref=number, xml=xml))
    return found


def _with_material(text: ContractText, added: Material) -> ContractText:
    """The text with more material."""
    known = text.material
    grown = replace(
        known,
        paragraphs={**known.paragraphs, **added.paragraphs},
        boxes={**known.boxes, **added.boxes},
        objects={**known.objects, **added.objects},
    )
    return replace(text, material=grown)


def _came(line: Line, theirs: frozenset[str], slots: frozenset[str]) -> frozenset[int]:
    """The spans of a paragraph that they put there."""
    return frozenset(
        number
        for number, span in enumerate(line.paragraph.spans)
        if line.slot in slots or any(kind_of(key) in ("ins", "moveTo") and id_of(key) in theirs for key in span.marks)
    )


def standing_of(matching: Matching, theirs: frozenset[str], slots: frozenset[str]) -> list[Standing]:
    """Every paragraph of a joined text with the one of the received draft that it is, in order within each slot.

    ``theirs`` are the revisions that came in, ``slots`` those that came with them.
    """
    pairs: list[tuple[Line, Line | None]] = [*matching.lines, *((line, None) for line in matching.alone)]
    pairs.sort(key=lambda pair: (pair[0].slot, pair[0].start))
    for number, (one, other) in enumerate(pairs[:-1]):
        following, taken = pairs[number + 1]
        if one.gone and other is not None and not other.gone and taken is None and following.slot == one.slot:
            pairs[number], pairs[number + 1] = (one, None), (following, other)
    return [
        Standing(
            one.slot,
            one.start,
            one.paragraph,
            None if other is None else other.paragraph,
            other.part if other else one.part,
            one.last,
            _came(one, theirs, slots),
            one.part,
        )
        for one, other in pairs
    ]


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
