"""Writing a run of paragraphs and tables back over the bytes they came from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pactoria_desktop.contract.text import Paragraph, TableSection
from pactoria_desktop.documents.chains import inherited_properties, segments
from pactoria_desktop.documents.rendering import Inherited, Renderer
from pactoria_desktop.documents.spans import ElementSpan
from pactoria_desktop.documents.splices import Cut, longest_rising

Item = Paragraph | TableSection


@dataclass(frozen=True, slots=True)
class Place:
    """An item as the package has it: its value and its bytes."""

    item: Item
    span: ElementSpan


@dataclass(frozen=True, slots=True)
class End:
    """Where new items go when nothing of a container is left to stand beside."""

    at: int
    span: ElementSpan | None


@dataclass(slots=True)
class FlowWriter:
    """Makes the cuts for one container (a body, a note, a cell, a text box).

    ``table`` gives the cuts inside a table that stays, ``new_table`` the XML of one that is new or moved. ``changed``
    are the paragraphs to write, by identity; others stay as they are.
    """

    renderer: Renderer
    changed: set[int]
    table: Callable[[TableSection, Place], list[Cut]]
    new_table: Callable[[TableSection, ElementSpan | None, Place | None], bytes]

    def cuts(self, items: Sequence[Item], base: Sequence[Place], found: Sequence[int], end: End) -> list[Cut]:
        """The cuts that turn ``base`` into ``items``; ``found`` has each item's place in ``base`` or -1."""
        if not base and all(isinstance(item, Paragraph) and not item.spans for item in items):
            return []
        kept = longest_rising(found)
        inherited = self._inherited(items)
        cuts: list[Cut] = []
        waiting: list[tuple[Item, int]] = []
        last = -1
        for position, item in enumerate(items):
            place = found[position]
            if position not in kept:
                waiting.append((item, place))
                continue
            there = base[place]
            self._insert(waiting, there.span.start, there.span, base, inherited, cuts)
            waiting = []
            last = place
            if isinstance(item, TableSection):
                cuts += self.table(item, there)
            elif self._differs(item, there, inherited):
                new = self._rendered(item, there.span, True, inherited)
                cuts.append(Cut(there.span.start, there.span.end, new))
        remaining = {found[position] for position in kept}
        if waiting:
            beside = base[last].span if last >= 0 else end.span
            at = base[last].span.end if last >= 0 else end.at
            self._insert(waiting, at, beside, base, inherited, cuts)
        cuts += self._removed(base, remaining, bool(items))
        return cuts

    def rendered(self, paragraphs: Sequence[Paragraph], span: ElementSpan | None) -> bytes:
        """New paragraphs for a place with the namespaces of a span."""
        inherited = self._inherited(paragraphs)
        return b"".join(self._rendered(one, span, False, inherited) for one in paragraphs)

    def _insert(
        self,
        waiting: Sequence[tuple[Item, int]],
        at: int,
        beside: ElementSpan | None,
        base: Sequence[Place],
        inherited: dict[int, Inherited],
        cuts: list[Cut],
    ) -> None:
        new = b""
        for item, place in waiting:
            if isinstance(item, TableSection):
                new += self.new_table(item, beside, base[place] if place >= 0 else None)
            else:
                new += self._rendered(item, beside, False, inherited)
        if new:
            cuts.append(Cut(at, at, new))

    def _differs(self, item: Paragraph, there: Place, inherited: dict[int, Inherited]) -> bool:
        return id(item) in self.changed or id(item) in inherited or not isinstance(there.item, Paragraph)

    def _rendered(
        self, paragraph: Paragraph, span: ElementSpan | None, kept: bool, inherited: dict[int, Inherited]
    ) -> bytes:
        scope = span.namespaces if span is not None else {}
        return self.renderer.paragraph(paragraph, scope, kept, inherited.get(id(paragraph))).encode("utf-8")

    def _inherited(self, items: Sequence[Item]) -> dict[int, Inherited]:
        found: dict[int, Inherited] = {}
        flat = [one if isinstance(one, Paragraph) else Paragraph((), {"p:fix": True}) for one in items]
        for segment in segments(flat):
            found.update(inherited_properties(segment, self.renderer))
        return found

    def _removed(self, base: Sequence[Place], remaining: set[int], has_items: bool) -> list[Cut]:
        """Cuts for what is gone; a cell, a note or a body of which nothing is left keeps an empty paragraph.

        A Word section goes with the paragraph that ended it, as in Word: no edit takes that away, but accepting or
        rejecting a tracked section break does.
        """
        cuts = []
        for place, there in enumerate(base):
            if place in remaining:
                continue
            new = b""
            if isinstance(there.item, Paragraph) and not has_items and place == len(base) - 1:
                new = self._rendered(Paragraph((), there.item.marks), there.span, True, {})
            cuts.append(Cut(there.span.start, there.span.end, new))
        return cuts
