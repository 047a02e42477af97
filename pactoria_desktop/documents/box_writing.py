"""Writing text boxes back: the object that holds them gets new words, its fallback for older programs the same."""

from collections.abc import Sequence

from lxml import etree

from pactoria_desktop.contract.text import Paragraph
from pactoria_desktop.documents.flow import End, FlowWriter, Place
from pactoria_desktop.documents.markup import element_of
from pactoria_desktop.documents.names import word
from pactoria_desktop.documents.objects import TEXT_BOX_CONTENT, text_boxes
from pactoria_desktop.documents.spans import ElementSpan, index
from pactoria_desktop.documents.splices import Cut, spliced


def with_boxes(
    xml: str,
    base: Sequence[Sequence[Paragraph]],
    boxes: Sequence[Sequence[Paragraph]],
    flow: FlowWriter,
) -> str:
    """An object's XML with new paragraphs in its text boxes. ``base`` and ``boxes`` list the paragraphs box by box."""
    data = xml.encode("utf-8")
    spans = index(data).paragraphs
    root = element_of(xml)
    ordinals = {paragraph: number for number, paragraph in enumerate(_outermost(root))}
    shown = text_boxes(root)
    fallbacks = [one for one in root.iter(TEXT_BOX_CONTENT) if one not in shown and not _within(one)]
    paired = fallbacks if len(fallbacks) == len(shown) else [None] * len(shown)
    cuts: list[Cut] = []
    for content, fallback, old, new in zip(shown, paired, base, boxes, strict=True):
        places = [spans[ordinals[one]] for one in _outermost(content)]
        if old == new or len(places) != len(old):
            continue
        found = _found(new, old)
        cuts += flow.cuts(new, _places(old, places), found, _end(places))
        if fallback is None:
            continue
        others = [spans[ordinals[one]] for one in _outermost(fallback)]
        if len(others) == len(old):
            cuts += flow.cuts(new, _places(old, others), found, _end(others))
        elif others:
            cuts.append(Cut(others[0].start, others[-1].end, flow.rendered(new, others[0])))
    return spliced(data, cuts).decode("utf-8")


def _outermost(element: etree._Element) -> list[etree._Element]:
    """Paragraphs in document order, without those inside other paragraphs."""
    found = []
    stack = list(reversed(element))
    while stack:
        one = stack.pop()
        if one.tag == word("p"):
            found.append(one)
        else:
            stack.extend(reversed(one))
    return found


def _within(content: etree._Element) -> bool:
    """Whether a text box lies in another one."""
    return any(above.tag == TEXT_BOX_CONTENT for above in content.iterancestors())


def _places(paragraphs: Sequence[Paragraph], spans: Sequence[ElementSpan]) -> list[Place]:
    return [Place(one, span) for one, span in zip(paragraphs, spans, strict=True)]


def _end(spans: Sequence[ElementSpan]) -> End:
    return End(spans[-1].end if spans else 0, spans[-1] if spans else None)


def _found(new: Sequence[Paragraph], old: Sequence[Paragraph]) -> list[int]:
    positions = {str(one.marks.get("p:src", "")): number for number, one in enumerate(old)}
    taken: set[int] = set()
    found = []
    for one in new:
        place = positions.get(str(one.marks.get("p:src", "")), -1)
        found.append(-1 if place in taken else place)
        taken.add(place)
    return found
