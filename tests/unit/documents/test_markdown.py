import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.outline import outline
from pactoria_desktop.contract.text import (
    Cell,
    CharacterLook,
    ContractText,
    Material,
    Numbering,
    NumberingLevel,
    Paragraph,
    ParagraphProperties,
    Row,
    RunProperties,
    Span,
    Style,
    TableSection,
    TextSection,
)
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.markdown import plain_text, to_markdown, word_from_markdown, word_from_text
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from tests.unit.documents.test_tracked import CORPUS, needs_corpus

MATERIAL = Material(
    runs={"b": RunProperties(look=CharacterLook(bold=True))},
    paragraphs={
        "h": ParagraphProperties(style="H", numbering="1", level=0),
        "n": ParagraphProperties(numbering="1", level=1),
    },
    styles={"H": Style("H", "heading 1", 1)},
    numberings={"1": Numbering("1", "0", (NumberingLevel(text="%1."), NumberingLevel("lowerLetter", "(%2)")))},
)


def test_headings_numbers_emphasis_and_tables_are_written() -> None:
    made = ContractText(
        (
            TextSection(
                "s",
                (
                    Paragraph((Span("Term", {"run": "b"}),), {"p:props": "h"}),
                    Paragraph((Span("the "), Span("whole ", {"run": "b"}), Span("a*b")), {"p:props": "n"}),
                    Paragraph((Span("1. typed"),)),
                    Paragraph((Span("x\u2028y"), Span("gone", {"del:a": {"d": 0}}))),
                ),
            ),
            TableSection(
                "t",
                (
                    Row(
                        "r",
                        (Cell("c", (Paragraph((Span("a|b"),)), Paragraph((Span("c"),)))), Cell("d", (Paragraph(),))),
                    ),
                    Row("q", (Cell("e", (Paragraph((Span("wide"),)),), columns=2),)),
                ),
            ),
            TextSection("f", (Paragraph((Span("note"),)),), "footnote:1"),
        ),
        material=MATERIAL,
    )
    assert to_markdown(made, accepted(made)) == (
        "# 1. Term\n\n(a) the **whole** a\\*b\n\n1\\. typed\n\nx\\\ny\n\n"
        "| a\\|b<br>c |  |\n| --- | --- |\n| wide |  |\n\n---\n\n**Footnotes**\n\nnote\n"
    )


def test_markdown_becomes_word_with_the_same_words() -> None:
    text = (
        "# Title\n\nPlain **bold** *it* ~~no~~ `code`\nsoft  \nhard\n\n3. three\n4. four\n   - inner\n\n> quoted\n\n"
        "| a | b |\n|---|---|\n| c **d** | e<br>f |\n\n```\nx  y\nz\n```\n\n<b>tag</b> &amp; \\# sign\n"
    )
    assert plain_text(text).split("\n") == [
        "Title",
        "Plain bold it no code soft\u2028hard",
        "3. three",
        "4. four",
        "inner",
        "quoted",
        *("a", "b", "c d", "e\u2028f"),
        "x  y",
        "z",
        "<b>tag</b> & # sign",
        "",
    ]
    made = read(Package(word_from_markdown(text)))
    assert accepted(made).text == plain_text(text)
    rows = outline(made)
    assert (rows[0].level, rows[0].style.lower()) == (1, "heading 1")
    assert to_markdown(made, accepted(made)).startswith("# Title\n\nPlain **bold** *it* ~~no~~ code soft\\\nhard\n")


@pytest.mark.parametrize(
    "text",
    [
        "one\ntwo\n",
        "one\n\n\ntwo\n",
        "  spaces\tand tab \n",
        "é 😀 “q” § שלום\u2028next\n",
        "no\u2011break\n",
        "a" * 70_000 + "\n",
    ],
)
def test_word_from_text_reads_back_as_that_text(text: str) -> None:
    assert accepted(read(Package(word_from_text(text)))).text == text


def test_characters_that_xml_cannot_hold_are_left_out() -> None:
    assert accepted(read(Package(word_from_text("a\x00b\x0bc\ud800d\n")))).text == "abcd\n"


@needs_corpus
def test_markdown_of_real_contracts_keeps_their_words() -> None:
    files = sorted((CORPUS / "contracts").rglob("*.docx"))[::20]
    for path in files:
        try:
            text = read(Package(path.read_bytes(), path.name))
        except DocumentError:
            continue
        view = accepted(text)
        words = view.text.replace("\ufffc", " ").split()
        out = plain_text(to_markdown(text, view)).replace("\u2028", " ").split()
        assert not set(words) - set(out) or len(set(words) - set(out)) <= len(set(words)) // 50, path
