"""Paragraphs that accepting everything would join, and whose properties the one that stays should show."""

from collections.abc import Iterable, Iterator, Sequence

from pactoria_desktop.contract.text import HIDDEN, ContractText, Marks, Paragraph, TextSection, id_of, kind_of
from pactoria_desktop.documents.formatting import Formatting, base_properties
from pactoria_desktop.documents.markup import shape
from pactoria_desktop.documents.rendering import Inherited, Renderer


def inherited_properties(paragraphs: Sequence[Paragraph], renderer: Renderer) -> dict[int, Inherited]:
    """By paragraph identity, what the survivors of joins take over. ``paragraphs`` are those of one segment.

    Word keeps the last paragraph's properties when marks between go; people expect those of the first that keeps
    words (rule 9). Only joins that somebody typed here count; a survivor with a tracked change of its own keeps it.
    """
    found: dict[int, Inherited] = {}
    if not any(key.startswith("del:") for paragraph in paragraphs for key in paragraph.marks):
        return found
    start = 0
    while start < len(paragraphs):
        end = start
        while end < len(paragraphs) - 1 and is_gone(paragraphs[end].marks):
            end += 1
        chain, survivor = paragraphs[start:end], paragraphs[end]
        start = end + 1
        typed = [
            id_of(key)
            for one in chain
            for key in one.marks
            if kind_of(key) == "del" and renderer.known(id_of(key)).source == "typed"
        ]
        first = next((one for one in chain if keeps_words(one)), None)
        if not typed or first is None or any(kind_of(key) == "pfmt" for key in survivor.marks):
            continue
        if _base(renderer.formatting, first) != _base(renderer.formatting, survivor):
            found[id(survivor)] = Inherited(first.marks, renderer.known(renderer.earliest(typed)))
    return found


def survivors(text: ContractText, renderer: Renderer) -> set[int]:
    """The identities of all paragraphs that inherit properties, in every body, note, cell and text box."""
    containers: dict[str, list[Paragraph]] = {}
    for section in text.sections:
        if isinstance(section, TextSection):
            containers.setdefault(section.part, []).extend(section.paragraphs)
        else:
            containers.setdefault(section.part, []).append(Paragraph((), {"p:fix": True}))
            for row in section.rows:
                for cell in row.cells:
                    containers[f"cell {cell.id}"] = list(cell.paragraphs)
    found: set[int] = set()
    for paragraphs in containers.values():
        for segment in segments(paragraphs):
            found |= set(inherited_properties(segment, renderer))
    return found


def segments(paragraphs: Iterable[Paragraph]) -> Iterator[list[Paragraph]]:
    """Paragraphs that can be joined with each other: up to one whose newline is fixed."""
    segment: list[Paragraph] = []
    for paragraph in paragraphs:
        segment.append(paragraph)
        if paragraph.marks.get("p:fix"):
            yield segment
            segment = []
    if segment:
        yield segment


def is_gone(marks: Marks) -> bool:
    """Whether accepting everything takes the character or newline away."""
    return any(kind_of(key) in ("del", "moveFrom") for key in marks)


def keeps_words(paragraph: Paragraph) -> bool:
    """Whether words or objects stay when everything is accepted."""
    return any(span.text.strip(HIDDEN) and not is_gone(span.marks) for span in paragraph.spans)


def _base(formatting: Formatting, paragraph: Paragraph) -> list[object]:
    return [shape(child) for child in base_properties(formatting.paragraph(paragraph.marks))]
