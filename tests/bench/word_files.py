"""Long Word files of our own for benchmarks: numbered clauses of words drawn by a seeded chance, and a changed draft."""

import random
import zipfile
from io import BytesIO
from xml.sax.saxutils import escape

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
WORDS = (
    "agreement party services supplier customer notice term fees invoice liability breach confidential information data "
    "deliver provide perform terminate renew consent written reasonable material prior days months year schedule clause "
    "rights property licence use purpose third law court jurisdiction damages loss indirect insurance audit records staff "
    "shall may must not any each other such under within upon after before for the of to and or in by with from as is"
).split()


def paragraphs(count: int, words: int, seed: int) -> list[str]:
    """``count`` paragraphs of about ``words`` words."""
    chance = random.Random(seed)
    return [
        " ".join(chance.choices(WORDS, k=chance.randrange(words // 2, words * 3 // 2))).capitalize() + f" {number}."
        for number in range(count)
    ]


def edited(lines: list[str], edits: int, seed: int) -> list[str]:
    """The lines with words replaced, and paragraphs put in and left out."""
    chance, result = random.Random(seed), list(lines)
    for _ in range(edits):
        place, kind = chance.randrange(len(result)), chance.random()
        if kind < 0.8:
            words = result[place].split()
            at = chance.randrange(len(words))
            words[at : at + chance.randrange(1, 4)] = chance.choices(WORDS, k=chance.randrange(1, 4))
            result[place] = " ".join(words)
        elif kind < 0.9:
            result.insert(place, "A clause that was not there before, with words of its own.")
        else:
            del result[place]
    return result


def word_file(lines: list[str]) -> bytes:
    """A Word file with these paragraphs; every tenth is a heading, three runs in each paragraph."""
    body = []
    for number, line in enumerate(lines):
        style = '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>' if number % 10 == 0 else ""
        words = line.split(" ")
        third = max(1, len(words) // 3)
        pieces = [" ".join(words[:third]) + " ", " ".join(words[third : 2 * third]) + " ", " ".join(words[2 * third :])]
        runs = "".join(
            f'<w:r>{"<w:rPr><w:b/></w:rPr>" if place == 1 else ""}<w:t xml:space="preserve">{escape(piece)}</w:t></w:r>'
            for place, piece in enumerate(pieces)
        )
        body.append(f"<w:p>{style}{runs}</w:p>")
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
        f'"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
        f'ContentType="{TYPES}.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="{TYPES}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
        f'Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "word/styles.xml": f'<w:styles xmlns:w="{NAMESPACE}"><w:style w:type="paragraph" w:styleId="Heading1"><w:name '
        f'w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style></w:styles>',
        "word/document.xml": f'<w:document xmlns:w="{NAMESPACE}"><w:body>{"".join(body)}<w:sectPr/></w:body></w:document>',
    }
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text.encode("utf-8"), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
