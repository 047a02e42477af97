"""Namespaces and relationship types of Office Open XML (ECMA-376 parts 1 and 4), and names in Clark notation."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MATHEMATICS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/math"
DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
RELATIONSHIP_REFERENCE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_RELATIONSHIPS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
COMPATIBILITY: Final = "http://schemas.openxmlformats.org/markup-compatibility/2006"
WORD_2010: Final = "http://schemas.microsoft.com/office/word/2010/wordml"
WORD_2012: Final = "http://schemas.microsoft.com/office/word/2012/wordml"
XML: Final = "http://www.w3.org/XML/1998/namespace"

STRICT_WORD: Final = "http://purl.oclc.org/ooxml/wordprocessingml/main"

TRANSITIONAL_OF_STRICT: Final[Mapping[str, str]] = MappingProxyType(
    {
        STRICT_WORD: WORD,
        "http://purl.oclc.org/ooxml/officeDocument/math": MATHEMATICS,
        "http://purl.oclc.org/ooxml/officeDocument/relationships": RELATIONSHIP_REFERENCE,
        "http://purl.oclc.org/ooxml/drawingml/main": DRAWING,
        "http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing": (
            "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
        ),
        "http://purl.oclc.org/ooxml/drawingml/picture": "http://schemas.openxmlformats.org/drawingml/2006/picture",
        "http://purl.oclc.org/ooxml/drawingml/chart": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    }
)

PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        WORD: "w",
        MATHEMATICS: "m",
        DRAWING: "a",
        RELATIONSHIP_REFERENCE: "r",
        COMPATIBILITY: "mc",
        WORD_2010: "w14",
        WORD_2012: "w15",
        "http://schemas.microsoft.com/office/word/2006/wordml": "wne",
        "http://schemas.microsoft.com/office/word/2015/wordml/symex": "w16se",
        "http://schemas.microsoft.com/office/word/2016/wordml/cid": "w16cid",
        "http://schemas.microsoft.com/office/word/2018/wordml": "w16",
        "http://schemas.microsoft.com/office/word/2018/wordml/cex": "w16cex",
        "http://schemas.microsoft.com/office/word/2020/wordml/sdtdatahash": "w16sdtdh",
        "http://schemas.microsoft.com/office/word/2023/wordml/word16du": "w16du",
        "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": "wp",
        "http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing": "wp14",
        "http://schemas.openxmlformats.org/drawingml/2006/picture": "pic",
        "http://schemas.microsoft.com/office/word/2010/wordprocessingShape": "wps",
        "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup": "wpg",
        "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas": "wpc",
        "http://schemas.microsoft.com/office/drawing/2010/main": "a14",
        "urn:schemas-microsoft-com:vml": "v",
        "urn:schemas-microsoft-com:office:office": "o",
        "urn:schemas-microsoft-com:office:word": "w10",
        XML: "xml",
    }
)


def word(name: str) -> str:
    """The Clark name of a WordprocessingML element or attribute: ``word("p")`` is ``{...}p``."""
    return f"{{{WORD}}}{name}"


def mathematics(name: str) -> str:
    """The Clark name of an Office mathematics element."""
    return f"{{{MATHEMATICS}}}{name}"


def local_word_name(tag: object) -> str:
    """The local name of a WordprocessingML element's tag, "" for any other tag, comment or instruction."""
    if isinstance(tag, str) and tag.startswith("{" + WORD + "}"):
        return tag[len(WORD) + 2 :]
    return ""
