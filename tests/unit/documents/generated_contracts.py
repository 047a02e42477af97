"""Small random contracts as Word files, and edits of them: paragraphs, clauses that repeat, tables, notes, Unicode.

Written apart from the product: only zipfile and text.
"""

import copy
import io
import random
import zipfile
from xml.sax.saxutils import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
WORDS = (
    *("the", "party", "shall", "pay", "“X”", "§", "1", "é", "😀", "👩‍⚖️", "שלום", "fee,", "and", "not", "Supplier"),
    *("Customer", ";", "notice", "within", "(30)", "days", "of", "Term's", "end."),
)
REPEATED = "Each party shall keep the other party's Confidential Information secret."
PACKAGE = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.document.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>'
    ),
}

Block = tuple[str, list]


def words(dice: random.Random, count: int) -> str:
    return " ".join(dice.choice(WORDS) for _ in range(count))


def contract(dice: random.Random) -> list[Block]:
    """Blocks: ("p", paragraphs) and ("t", rows of cells of paragraphs). Ends with paragraphs, as Word wants it."""
    blocks: list[Block] = []
    for _ in range(dice.randint(1, 4)):
        if dice.random() < 0.35:
            columns = dice.randint(1, 3)
            blocks.append(
                (
                    "t",
                    [
                        [[words(dice, dice.randint(0, 4)) for _ in range(dice.randint(1, 2))] for _ in range(columns)]
                        for _ in range(dice.randint(1, 4))
                    ],
                )
            )
        else:
            paragraphs = [words(dice, dice.choice([0, 3, 8, 12])) for _ in range(dice.randint(1, 5))]
            if dice.random() < 0.4:
                paragraphs.insert(dice.randint(0, len(paragraphs)), REPEATED)
            blocks.append(("p", paragraphs))
    return joined([*blocks, ("p", [words(dice, 3)])])


def joined(blocks: list[Block]) -> list[Block]:
    out: list[Block] = []
    for kind, content in blocks:
        if out and kind == "p" and out[-1][0] == "p":
            out[-1][1].extend(content)
        else:
            out.append((kind, list(content)))
    return out


def edited(dice: random.Random, blocks: list[Block], count: int) -> list[Block]:
    """A copy after some edits of the kinds people make: words, splits, merges, moves, rows, tables."""
    blocks = copy.deepcopy(blocks)
    for _ in range(count):
        place = dice.randrange(len(blocks))
        kind, content = blocks[place]
        chance = dice.random()
        if chance < 0.06:
            blocks.insert(place, ("t", [[[words(dice, 2)], [words(dice, 1)]]]))
        elif chance < 0.1 and place + 1 < len(blocks):
            blocks.pop(place)
        elif kind == "p":
            edit_paragraphs(dice, content)
        else:
            edit_rows(dice, content)
        blocks = joined([block for block in blocks if block[1]])
        if not blocks or blocks[-1][0] == "t":
            blocks.append(("p", [""]))
    return blocks


def edit_paragraphs(dice: random.Random, paragraphs: list[str]) -> None:
    place = dice.randrange(len(paragraphs))
    parts = paragraphs[place].split(" ")
    cut = dice.randint(0, len(parts))
    chance = dice.random()
    if chance < 0.15:
        paragraphs.insert(place, dice.choice([words(dice, 5), REPEATED]))
    elif chance < 0.3 and len(paragraphs) > 1:
        paragraphs.pop(place)
    elif chance < 0.42:
        paragraphs[place : place + 1] = [" ".join(parts[:cut]), " ".join(parts[cut:])]
    elif chance < 0.52 and place + 1 < len(paragraphs):
        paragraphs[place : place + 2] = [paragraphs[place] + " " + paragraphs[place + 1]]
    elif chance < 0.62:
        paragraphs.append(paragraphs.pop(place))
    else:
        parts[cut : cut + dice.randint(0, 2)] = words(dice, dice.randint(0, 2)).split()
        paragraphs[place] = " ".join(parts)


def edit_rows(dice: random.Random, rows: list[list[list[str]]]) -> None:
    place = dice.randrange(len(rows))
    chance = dice.random()
    if chance < 0.2:
        rows.insert(place, [[words(dice, 2)] for _ in rows[place]])
    elif chance < 0.35 and len(rows) > 1:
        rows.pop(place)
    elif chance < 0.45:
        for row in rows:
            row.append([words(dice, 1)])
    else:
        edit_paragraphs(dice, dice.choice(rows[place]))


def document(blocks: list[Block], dice: random.Random | None = None) -> bytes:
    """The blocks as a Word file. With dice some words are bold, and runs are cut anywhere."""
    body = "".join(
        "".join(paragraph(text, dice) for text in content) if kind == "p" else table(content, dice)
        for kind, content in blocks
    )
    return package(f'<w:document xmlns:w="{W}"><w:body>{body}<w:sectPr/></w:body></w:document>')


def package(document_xml: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**PACKAGE, "word/document.xml": document_xml}.items():
            archive.writestr(name, text)
    return out.getvalue()


def paragraph(text: str, dice: random.Random | None) -> str:
    if not text:
        return "<w:p/>"
    cut = dice.randint(0, len(text)) if dice is not None else len(text)
    runs = [run(text[:cut], ""), run(text[cut:], "<w:rPr><w:b/></w:rPr>" if dice and dice.random() < 0.5 else "")]
    return f"<w:p>{''.join(runs)}</w:p>"


def run(text: str, properties: str) -> str:
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""


def table(rows: list[list[list[str]]], dice: random.Random | None) -> str:
    inner = "".join(
        "<w:tr>"
        + "".join(f"<w:tc>{''.join(paragraph(text, dice) for text in cell)}</w:tc>" for cell in row)
        + "</w:tr>"
        for row in rows
    )
    grid = "<w:gridCol/>" * max(len(row) for row in rows)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{inner}</w:tbl>"
