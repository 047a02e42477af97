"""A small contract made of values: definitions, a few numbered clauses, and a line at the end."""

from collections.abc import Iterable, Sequence

from pactoria_desktop.contract.text import (
    ContractText,
    Marks,
    Material,
    Numbering,
    NumberingLevel,
    Paragraph,
    ParagraphProperties,
    RunProperties,
    Span,
    Style,
    TextSection,
)

LEVELS = (
    NumberingLevel("decimal", "%1.", style="ClauseHeading"),
    NumberingLevel("decimal", "%1.%2"),
    NumberingLevel("lowerLetter", "(%3)"),
    NumberingLevel("lowerRoman", "(%4)"),
)
MATERIAL = Material(
    runs={"usual": RunProperties(xml="<w:rPr/>")},
    paragraphs={
        "body": ParagraphProperties(style="Body"),
        "heading": ParagraphProperties(style="ClauseHeading", numbering="5", level=0),
        "level2": ParagraphProperties(style="Body", numbering="5", level=1, xml="<w:pPr><w:numPr/></w:pPr>"),
        "level3": ParagraphProperties(style="Body", numbering="5", level=2, xml="<w:pPr><w:numPr/></w:pPr>"),
    },
    styles={
        "Body": Style("Body", "Body Text"),
        "ClauseHeading": Style("ClauseHeading", "heading 1", heading=1, numbering="5", level=0),
    },
    numberings={"5": Numbering("5", "2", LEVELS)},
)


def line(words: str, properties: str = "body", **marks: object) -> Paragraph:
    """A paragraph."""
    look: Marks = {"run": "usual"}
    return Paragraph((Span(words, look),) if words else (), {"p:props": properties, **marks})  # type: ignore[dict-item]


def contract(lines: Sequence[Paragraph], material: Material = MATERIAL) -> ContractText:
    """A contract of one section."""
    *most, last = lines
    return ContractText(
        (TextSection("s1", (*most, Paragraph(last.spans, {**last.marks, "p:fix": True}))),), material=material
    )


def small_contract(terms: Iterable[str]) -> ContractText:
    """A contract that defines these terms, with the roles by their parties and the others in its first clause."""
    definitions = [line(f"“{term}” means what the schedule says of it.") for term in terms]
    return contract([
        line("Services between two companies"),
        line("Definitions", "heading"),
        line("The following words have these meanings:", "level2"),
        *definitions,
        line("Beginning", "heading"),
        line("What is agreed here begins on the day of signature.", "level2"),
        line("It ends when:", "level2"),
        line("both agree; or", "level3"),
        line("one of them says so.", "level3"),
        line("Language", "heading"),
        line("The English words count.", "level2"),
        line("Signed by both."),
    ])  # fmt: skip
