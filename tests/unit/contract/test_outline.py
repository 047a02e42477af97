from pactoria_desktop.contract.outline import outline
from pactoria_desktop.contract.outline import to_json as outline_json
from pactoria_desktop.contract.text import (
    Cell,
    ContractText,
    Material,
    Numbering,
    NumberingLevel,
    Paragraph,
    ParagraphLook,
    ParagraphProperties,
    Row,
    Span,
    Style,
    TableSection,
    TextSection,
)

MATERIAL = Material(
    paragraphs={
        "h": ParagraphProperties(style="H1", numbering="1", level=0),
        "n": ParagraphProperties(numbering="1", level=1),
        "o": ParagraphProperties(look=ParagraphLook(outline_level=2)),
    },
    styles={"H1": Style("H1", "heading 1", 1, "1", 0)},
    numberings={"1": Numbering("1", "0", (NumberingLevel(text="%1."), NumberingLevel(text="%1.%2")))},
)


def test_outline_tells_label_level_style_and_place() -> None:
    text = ContractText(
        (
            TextSection(
                "s",
                (
                    Paragraph((Span("Term"),), {"p:props": "h"}),
                    Paragraph((Span("Two years"),), {"p:props": "n"}),
                    Paragraph((Span("Part"),), {"p:props": "o"}),
                ),
            ),
            TableSection("t", (Row("r", (Cell("c", (Paragraph((Span("x"),)),)),)),)),
        ),
        material=MATERIAL,
    )
    rows = outline(text)
    assert [(row.label, row.level, row.style, row.text, row.in_table) for row in rows] == [
        ("1.", 1, "heading 1", "Term", False),
        ("1.1", 2, "", "Two years", False),
        ("", 3, "", "Part", False),
        ("", None, "", "x", True),
    ]
    assert [(row.start, row.end) for row in rows] == [(0, 4), (5, 14), (15, 19), (20, 21)]
    listed = outline_json(rows)["paragraphs"]
    assert isinstance(listed, list)
    assert set(listed[0]) == {"id", "label", "level", "style", "text", "start", "end", "part", "in_table"}
