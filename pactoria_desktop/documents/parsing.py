"""Parsing of XML that came from elsewhere: no document type, no entities, no network."""

import re
from typing import Final

from lxml import etree

from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.names import TRANSITIONAL_OF_STRICT

_ENCODING: Final = re.compile(rb"""^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_STRICT: Final = b"http://purl.oclc.org/ooxml/"


def encoding_of(data: bytes) -> str:
    """The Python codec of an XML part: by its byte order mark, else its declaration, else UTF-8 ("utf-8")."""
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if data.startswith(b"<\x00"):
        return "utf-16-le"
    if data.startswith(b"\x00<"):
        return "utf-16-be"
    found = _ENCODING.match(data[:200])
    name = found.group(1).decode("ascii").lower() if found else "utf-8"
    return "utf-8" if name in ("utf-8", "utf8", "us-ascii", "ascii") else name


def as_utf8(data: bytes, part: str, file: str) -> bytes:
    """The part's bytes in UTF-8, unchanged where they are already. Raises DocumentError for an unknown encoding."""
    codec = encoding_of(data)
    if codec == "utf-8":
        return data
    try:
        return data.decode(codec).encode("utf-8")
    except (LookupError, UnicodeError) as error:
        raise DocumentError(
            f"{file} is damaged: its part {part} is in an encoding that cannot be read; save it again in Word."
        ) from error


def from_utf8(text: bytes, original: bytes) -> bytes:
    """UTF-8 bytes back in the encoding of the part they replace; characters it lacks become references."""
    codec = encoding_of(original)
    if codec == "utf-8":
        return text
    decoded = text.decode("utf-8")
    if codec == "utf-16":
        little = original.startswith(b"\xff\xfe")
        return original[:2] + decoded.lstrip("\ufeff").encode("utf-16-le" if little else "utf-16-be")
    return decoded.encode(codec, "xmlcharrefreplace")


def parse(data: bytes, part: str, file: str) -> etree._Element:
    """The root element of a part given in UTF-8. Raises DocumentError when it is not well-formed or has a DTD."""
    if b"<!DOCTYPE" in data:
        raise DocumentError(
            f"{file} declares a document type in its part {part}, which no Word file has; it is refused."
        )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, load_dtd=False, encoding="utf-8")
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentError(
            f"{file} is damaged: its part {part} is not well-formed XML; open it in Word, save it and try again."
        ) from error


def is_strict(data: bytes) -> bool:
    """Whether a part uses the namespaces of strict Office Open XML (ISO/IEC 29500-1)."""
    return _STRICT in data[:8192]


def as_transitional(data: bytes) -> bytes:
    """A strict part with the transitional namespaces in place of its own; for reading only, offsets move."""
    for strict, transitional in TRANSITIONAL_OF_STRICT.items():
        for quote in (b'"', b"'"):
            data = data.replace(quote + strict.encode() + quote, quote + transitional.encode() + quote)
    return data
