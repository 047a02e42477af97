import os
import re
from pathlib import Path

import pytest

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
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.pdf import extract
from pactoria_desktop.documents.reader import read

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


DATA = Path(os.environ.get("PACTORIA_CORPUS", Path(__file__).parents[4] / "shared" / "data"))


@pytest.mark.skipif(not (DATA / "pdf").exists(), reason="the corpora are missing (../shared/data/pdf and word)")
@pytest.mark.parametrize(
    ("pdf", "word", "least"),
    [
        ("openagreements-restrictive-covenant-texas", "openagreements/restrictive-covenant-texas", 25),
        pytest.param(
            "common-paper-cloud-service-agreement",
            "common-paper/cloud-service-agreement",
            80,
            marks=pytest.mark.long,
        ),
        pytest.param(
            "common-paper-professional-services-agreement",
            "common-paper/professional-services-agreement",
            70,
            marks=pytest.mark.long,
        ),
    ],
)
def test_labels_are_the_numbers_that_another_program_printed(pdf: str, word: str, least: int) -> None:
    printed = " ".join(extract((DATA / "pdf" / f"{pdf}.pdf").read_bytes(), pdf).split())
    text = read(Package((DATA / "word" / "contracts" / f"{word}.docx").read_bytes(), word))
    same, other = 0, []
    for row in outline(text):
        start = " ".join(row.text.split())[:18]
        if len(start) < 15 or not row.label[-2:].strip(".•▪o)("):
            continue
        if f"{row.label} {start}" in printed:
            same += 1
        elif re.search(r"[\d)][.)]? " + re.escape(start), printed):
            other.append((row.label, start))
    assert other == []
    assert same >= least
