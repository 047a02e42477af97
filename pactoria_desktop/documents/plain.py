"""New Word documents from plain text: one paragraph a line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pactoria_desktop.contract.text import LINE_BREAK

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

_NO_DATE: Final = (1980, 1, 1, 0, 0, 0)  # the first that a package can have
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Words:
    """Characters of one look."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False


def word_from_text(text: str) -> bytes:
    """A .docx whose accepted text is this text: a paragraph a line, the newline at the end ends the last one.

    Characters that XML cannot hold are left out.
    """
    document = empty_document()
    for line in lines_of(text):
        put_words(document.add_paragraph(), (Words(line),))
    return saved(document)


def lines_of(text: str) -> list[str]:
    """The lines of a text, without the empty one behind a last newline."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if len(lines) > 1 and not lines[-1] else lines


def empty_document() -> "Document":
    """A new document in python-docx's own template, without a paragraph."""
    import docx

    return docx.Document()


def put_words(paragraph: "Paragraph", words: Sequence[Words]) -> None:
    """Adds words to a paragraph; a line break becomes one of Word's, a tab likewise."""
    for one in words:
        pieces = _ILLEGAL.sub("", one.text).split(LINE_BREAK)
        for number, piece in enumerate(pieces):
            if not piece and len(pieces) == 1:
                continue
            run = paragraph.add_run()
            if number:
                run.add_break()
            run.add_text(piece)
            if one.bold:
                run.bold = True
            if one.italic:
                run.italic = True
            if one.strike:
                run.font.strike = True


def saved(document: "Document") -> bytes:
    """The document's bytes: the same for the same words, whenever it is made."""
    made, out = BytesIO(), BytesIO()
    document.save(made)
    with ZipFile(made) as parts, ZipFile(out, "w", ZIP_DEFLATED) as package:
        for name in parts.namelist():
            part = ZipInfo(name, _NO_DATE)
            part.compress_type = ZIP_DEFLATED
            package.writestr(part, parts.read(name))
    return out.getvalue()
