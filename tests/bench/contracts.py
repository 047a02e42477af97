"""Contracts made up for measuring: as long as wanted, always the same for one seed."""

from dataclasses import replace
from random import Random

from pactoria_desktop.contract.text import (
    Cell,
    CharacterLook,
    CommentNote,
    ContractText,
    Marks,
    Material,
    Numbering,
    NumberingLevel,
    Paragraph,
    ParagraphLook,
    ParagraphProperties,
    Revision,
    Row,
    RunProperties,
    Section,
    Span,
    Style,
    TableSection,
    TextSection,
)

PARAGRAPHS_ON_A_PAGE = 20
PARAGRAPHS_IN_A_SECTION = 60
SENTENCES = """
the Supplier shall not be liable for any loss of profit arising under this Agreement unless the Customer has given
written notice within thirty days after the Effective Date and each party keeps confidential what the other
discloses provided that nothing in clause limits liability for death or personal injury caused by negligence
fees invoices services data security termination renewal governing law courts assignment affiliates warranties
"""
WORDS = tuple(SENTENCES.split())
AUTHORS = ("Ines Falk", "Dele Okafor", "Tomas Reyes")


def material() -> Material:
    """Clauses numbered 1, 1.1, (a); headings; one run look for words and one for defined terms."""
    levels = (
        NumberingLevel("decimal", "%1", left=720, hanging=720),
        NumberingLevel("decimal", "%1.%2", left=720, hanging=720),
        NumberingLevel("lowerLetter", "(%3)", left=1440, hanging=720),
    )
    clause = ParagraphLook(left=720, first_line=-720, after=150)
    item = ParagraphLook(left=1440, first_line=-720, after=105)
    heading = ParagraphLook(left=720, first_line=-720, before=300, after=105, outline_level=0)
    bold = CharacterLook(bold=True, size=24)
    return Material(
        runs={"words": RunProperties(), "term": RunProperties(xml="<w:rPr/>", look=CharacterLook(bold=True))},
        paragraphs={
            "heading": ParagraphProperties(style="Heading1", numbering="1", level=0, look=heading),
            "clause": ParagraphProperties(style="Clause", numbering="1", level=1, look=clause),
            "item": ParagraphProperties(style="Item", numbering="1", level=2, look=item),
            "body": ParagraphProperties(style="Body", look=ParagraphLook(after=150)),
        },
        styles={
            "Heading1": Style("Heading1", "heading 1", 1, "1", 0, characters=bold, layout=heading),
            "Clause": Style("Clause", "Clause", None, "1", 1, layout=clause),
            "Item": Style("Item", "Item", None, "1", 2, layout=item),
            "Body": Style("Body", "Body Text", layout=ParagraphLook(after=150)),
        },
        numberings={"1": Numbering("1", "1", levels)},
    )


def words(random: Random, count: int) -> str:
    """So many words as a sentence."""
    picked = [random.choice(WORDS) for _ in range(count)]
    return " ".join(picked).capitalize() + "."


def contract(pages: int = 300, *, changes: int = 0, comments: int = 0, tables: int = 0, seed: int = 1) -> ContractText:
    """A contract of so many pages of 20 paragraphs, with tracked changes by three authors and tables between."""
    random = Random(seed)
    count = pages * PARAGRAPHS_ON_A_PAGE
    changed = set(random.sample(range(count), min(changes, count)))
    noted = set(random.sample(range(count), min(comments, count)))
    revisions: dict[str, Revision] = {}
    notes: list[CommentNote] = []
    sections: list[Section] = []
    paragraphs: list[Paragraph] = []
    every = max(1, count // tables) if tables else count + 1
    for number in range(count):
        if number and (number % PARAGRAPHS_IN_A_SECTION == 0 or number % every == 0):
            sections.append(TextSection(f"s{len(sections)}", tuple(paragraphs)))
            paragraphs = []
        if number and number % every == 0:
            sections.append(table(random, f"t{len(sections)}", 10, 3))
        paragraph = _paragraph(random, number)
        if number in changed:
            paragraph = _changed(random, paragraph, revisions)
        if number in noted:
            notes.append(
                CommentNote(f"c{number}", None, random.choice(AUTHORS), "2026-11-20T16:20:00Z", words(random, 9))
            )
            first, *rest = paragraph.spans
            paragraph = replace(paragraph, spans=(Span(first.text, {**first.marks, f"comment:c{number}": True}), *rest))
        paragraphs.append(paragraph)
    sections.append(TextSection(f"s{len(sections)}", tuple(paragraphs)))
    return ContractText(tuple(sections), revisions, tuple(notes), material())


def table(random: Random, name: str, rows: int, columns: int) -> TableSection:
    """A table of short cells."""
    return TableSection(
        name,
        tuple(
            Row(
                f"{name}r{row}",
                tuple(
                    Cell(f"{name}r{row}c{column}", (Paragraph((Span(words(random, 4), {"run": "words"}),)),))
                    for column in range(columns)
                ),
            )
            for row in range(rows)
        ),
        (3000,) * columns,
    )


def _paragraph(random: Random, number: int) -> Paragraph:
    if number % 20 == 0:
        return Paragraph((Span(words(random, 3).rstrip("."), {"run": "words"}),), {"p:props": "heading"})
    if number % 10 == 5:
        return Paragraph((Span(words(random, 12), {"run": "words"}),), {"p:props": "item"})
    spans = (
        Span(words(random, 10) + " ", {"run": "words"}),
        Span("Services", {"run": "term"}),
        Span(" " + words(random, 14).lower(), {"run": "words"}),
    )
    return Paragraph(spans, {"p:props": "clause"})


def _changed(random: Random, paragraph: Paragraph, revisions: dict[str, Revision]) -> Paragraph:
    author = random.choice(AUTHORS)
    name = f"r{len(revisions)}"
    struck = random.random() < 0.5
    kind = "deletion" if struck else "insertion"
    revisions[name] = Revision(name, kind, author, "2026-11-20T16:20:00Z")
    first, *rest = paragraph.spans
    middle = max(1, len(first.text) // 2)
    end = min(len(first.text), middle + 18)
    marks: Marks = {**first.marks, (f"del:{name}" if struck else f"ins:{name}"): {"d": 0}}
    pieces = (
        Span(first.text[:middle], first.marks),
        Span(first.text[middle:end], marks),
        *((Span(first.text[end:], first.marks),) if end < len(first.text) else ()),
    )
    return replace(paragraph, spans=(*pieces, *rest))
