"""Reading a Word package into a contract text: every story, nothing left out, the same result every time.

What cannot be said in marks stays as raw Word XML in the material, so that a paragraph can always be written again.
The mapping is that of ``contract/text.py``; its proof and rules: research/revisions.md in the shared folder's docs.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from lxml import etree

from pactoria_desktop.contract.text import ContractText, Material, Paragraph, Section, TextSection
from pactoria_desktop.documents.blocks import BlockReader, SectionNames
from pactoria_desktop.documents.comments import read_comments
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.inline import CrowdedError, InlineReader, Tables
from pactoria_desktop.documents.names import word
from pactoria_desktop.documents.numbering import read_numbering
from pactoria_desktop.documents.package import Package, Story
from pactoria_desktop.documents.properties import PropertyTables
from pactoria_desktop.documents.styles import read_styles

_NOTE_ELEMENTS = {"footnotes": "footnote", "endnotes": "endnote"}


def read(package: Package) -> ContractText:
    """The package's contract text.

    Raises DocumentError, one sentence, when a part that is needed is missing, damaged or not XML, or when the document
    includes another file whole (altChunk).
    """
    with _without_collection():
        try:
            return _read(package)
        except CrowdedError as error:
            raise DocumentError(
                f"{package.name} has more comments or fields over the same words than any contract; it is refused."
            ) from error
        except RecursionError as error:
            raise DocumentError(
                f"{package.name} nests its content too deeply to be read; open it in Word, save it and try again."
            ) from error


@contextmanager
def _without_collection() -> Iterator[None]:
    """Reading makes a hundred thousand values and no garbage cycles: collecting meanwhile costs a fifth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _read(package: Package) -> ContractText:
    numberings = read_numbering(_parsed(package, "numbering"))
    styles = read_styles(_parsed(package, "styles"), _parsed(package, "theme"), numberings)
    tables = Tables(package.sha256, PropertyTables(styles))
    names = SectionNames(package.sha256[:12])
    sections: list[Section] = []
    boxes: list[Section] = []
    for story in package.stories:
        root = package.parse(story.member)
        tables.commented = frozenset(one.get(word("id"), "") for one in root.iter(word("commentRangeStart")))
        inline = InlineReader(tables, story.member)
        blocks = BlockReader(inline, story.member, names, package.name)
        blocks.count(root)
        sections += _story(story, root, blocks, package)
        boxes += _boxes(inline, blocks, names)
    if not any(section.part == "main" for section in sections):
        sections.insert(0, TextSection(names.next("s"), (Paragraph((), {"p:fix": True}),)))
    material = Material(
        runs=tables.properties.runs,
        paragraphs=tables.properties.paragraphs,
        objects=tables.objects.objects,
        boxes=tables.boxes,
        styles=styles.table(),
        numberings=numberings,
    )
    return ContractText((*sections, *boxes), tables.revisions, read_comments(package), material)


def _parsed(package: Package, kind: str) -> etree._Element | None:
    member = package.related(kind)
    return None if member is None else package.parse(member)


def _story(story: Story, root: etree._Element, blocks: BlockReader, package: Package) -> list[Section]:
    if story.kind == "main":
        body = root.find(word("body"))
        if body is None:
            raise DocumentError(f"{package.name} has no document body; open it in Word, save it and try again.")
        return blocks.sections(body, "main")
    if story.kind in ("header", "footer"):
        return blocks.sections(root, f"{story.kind}:{story.member}")
    element = _NOTE_ELEMENTS[story.kind]
    found: list[Section] = []
    for note in root.iterchildren(word(element)):
        if note.get(word("type"), "normal") == "normal":
            found += blocks.sections(note, f"{element}:{note.get(word('id'), '')}")
            blocks.inline.leave()
    return found


def _boxes(inline: InlineReader, blocks: BlockReader, names: SectionNames) -> list[Section]:
    """The text boxes met while reading a part, in document order; boxes within boxes stay part of their object."""
    found: list[Section] = []
    counts: dict[str, int] = {}
    met = list(inline.boxes)
    inline.leave()
    for box in met:
        first = counts.get(box.paragraph, 0)
        paragraphs = blocks.box(box.content, box.paragraph, first)
        inline.leave()
        counts[box.paragraph] = first + len(paragraphs)
        if paragraphs:
            found.append(TextSection(names.next("s"), tuple(paragraphs), f"textbox:{box.object}:{box.place}"))
    return found
