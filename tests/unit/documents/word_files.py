"""The Word files that tests read: the shared corpus where it is there, and small packages made by hand."""

import csv
import io
import os
import random
import zipfile
from pathlib import Path

import pytest

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
ROOT_RELATIONSHIPS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
BROKEN = "NOTZIP"


def corpus() -> Path:
    """The folder of Word files; skips the test that asks where it is missing."""
    named = os.environ.get("PACTORIA_CORPUS")
    folder = (Path(named) if named else Path(__file__).parents[4] / "shared" / "data") / "word"
    if not (folder / "MANIFEST.tsv").is_file():
        pytest.skip(f"the Word corpus is missing: no {folder / 'MANIFEST.tsv'} (set PACTORIA_CORPUS)")
    return folder


def word_files(*features: str) -> list[Path]:
    """All files of the corpus that have every feature named, in the order of the manifest."""
    folder = corpus()
    with (folder / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return [folder / row["path"] for row in rows if set(features) <= set(row["features"].split(","))]


def sample(count: int, *features: str, seed: int = 20261122) -> list[Path]:
    """So many files drawn with a fixed seed from those with the features."""
    files = word_files(*features)
    return random.Random(seed).sample(files, min(count, len(files)))


def document(body: str, **parts: str) -> bytes:
    """A small .docx with this body; ``parts`` adds members under word/, as in ``footnotes="<w:footnotes ...>"``."""
    types, relations = CONTENT_TYPES, []
    for name in parts:
        kind = name.rstrip("0123456789")
        relations.append(
            f'<Relationship Id="rel{len(relations)}" Target="{name}.xml" '
            f'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"/>'
        )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", types)
        file.writestr("_rels/.rels", ROOT_RELATIONSHIPS)
        file.writestr("word/document.xml", story("document", f"<w:body>{body}</w:body>"))
        for name, content in parts.items():
            file.writestr(f"word/{name}.xml", content)
        if relations:
            file.writestr(
                "word/_rels/document.xml.rels",
                '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                + "".join(relations)
                + "</Relationships>",
            )
    return archive.getvalue()


def story(root: str, content: str) -> str:
    """A part: ``root`` element in WordprocessingML round the content."""
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:{root} xmlns:w="{W}">{content}</w:{root}>'
