"""Empty paragraphs that a joined text still has although the received draft has none: they are struck as well.

A comparison leaves the newline that ends a Word section, a paragraph before a table and the like, because on the old
package it may not go. On the received package, which has other sections, it may.
"""

from collections.abc import Collection

from rapidfuzz.distance import Indel

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.operations import Strike
from pactoria_desktop.contract.text import ContractText, id_of, kind_of
from pactoria_desktop.services.matching import slots_of


def leftovers(
    joined: ContractText, theirs: ContractText, mine: Collection[str], deletions: Collection[str]
) -> list[Strike]:
    """The newlines to strike. ``mine`` are revisions that only my side has, ``deletions`` those that came in.

    Nothing where none came in.
    """
    here, there = accepted(joined), accepted(theirs)
    lines = [one for one in here.paragraphs if one.part.partition(":")[0] == "main"]
    others = [there.line(one) for one in there.paragraphs if one.part.partition(":")[0] == "main"]
    words = [here.line(one) for one in lines]
    if not deletions or "" not in words or words == others:
        return []
    slots = {name: paragraphs for section in joined.sections for name, paragraphs in slots_of(section)}
    found = []
    last = min(deletions)
    for step in Indel.opcodes(words, others):
        if step.tag not in ("delete", "replace"):
            continue
        for line in lines[step.src_start : step.src_end]:
            paragraphs = slots[line.slot]
            marks = paragraphs[line.paragraph].marks
            own = any(kind_of(key) in ("ins", "moveTo") and id_of(key) in mine for key in marks)
            if here.line(line) or "p:fix" in marks or own or any(kind_of(key) == "del" for key in marks):
                continue
            start = sum(len(one.text) + 1 for one in paragraphs[: line.paragraph])
            end = start + len(paragraphs[line.paragraph].text)
            last = next(
                (
                    id_of(key)
                    for one in reversed(paragraphs[: line.paragraph])
                    for key in one.marks
                    if kind_of(key) == "del" and id_of(key) in deletions
                ),
                last,
            )
            found.append(Strike(line.slot, end, end + 1, last))
    return sorted(found, key=lambda one: (one.slot, one.start))
