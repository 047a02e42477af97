"""The scan of a Word file that came from elsewhere, before anything in it is parsed.

It reads the archive's directory, inflates each member in small pieces under limits, and goes over each XML part with
an event parser that builds nothing. A file that passes may still be refused later for what its parts say.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from typing import Final

from lxml import etree

from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.names import STRICT_WORD, WORD
from pactoria_desktop.documents.parsing import as_utf8

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PIECE: Final = 1 << 16
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCAL_HEADER: Final = struct.Struct("<IHHHHHIIIHH")
_LOCAL_SIGNATURE: Final = 0x04034B50
_ENCRYPTED: Final = 0x1
_UTF8_NAME: Final = 0x800
_DRIVE: Final = re.compile(r"^[A-Za-z]:")
_MAIN_TYPE: Final = re.compile(
    rb"""<(?:\w+:)?Relationship\s[^>]*?Type\s*=\s*["'][^"']*/officeDocument["'][^>]*>""", re.DOTALL
)
_TARGET: Final = re.compile(rb"""\sTarget\s*=\s*["']([^"']*)["']""")
_MACROS: Final = b".macroEnabled"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_ROOT: Final = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)(?=[\s/>])")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may hold. Sizes are bytes; ``ratio`` is unpacked to packed size, for members above ``ratio_from``;
    ``pixels`` are those of one picture, by its width and height."""

    file: int = 300 << 20
    members: int = 10_000
    name: int = 512
    member: int = 256 << 20
    unpacked: int = 400 << 20
    xml_part: int = 64 << 20
    xml_all: int = 160 << 20
    ratio: int = 300
    ratio_from: int = 2 << 20
    elements: int = 3_000_000
    attributes: int = 8_000_000
    attributes_of_one: int = 2_000
    attribute: int = 4 << 20
    pixels: int = 200_000_000


DEFAULT: Final = Limits()

# Building an element takes the square of the number of its attributes; only a long tag can hold many.
_LONG_TAG: Final = re.compile(rb"<[^<>]{10000,}")


class _Nothing:
    """A parser target that takes no event, so that nothing is built."""

    def close(self) -> None:
        """Ends the parse."""


def check(data: bytes, name: str = "The file", limits: Limits = DEFAULT) -> None:
    """Refuses a file that is not a Word document or could harm whoever opens it.

    ``name`` is what the message calls the file. Raises DocumentError with one sentence.
    """
    _container(data, name, limits)
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise DocumentError(
            f"{name} is damaged: its zip container cannot be read; get a fresh copy of the file."
        ) from error
    with archive:
        infos = archive.infolist()
        _directory(infos, data, archive.start_dir, name, limits)
        main = _members(archive, infos, name, limits)
    if main is None:
        raise DocumentError(f"{name} is a zip file without a Word document in it; open a .docx file saved by Word.")


def _container(data: bytes, name: str, limits: Limits) -> None:
    if not data:
        raise DocumentError(f"{name} is empty; get a fresh copy of the file.")
    if len(data) > limits.file:
        raise DocumentError(f"{name} is larger than {limits.file >> 20} MB; remove pictures and try again.")
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise DocumentError(f"{name} is protected by a password; remove the password in Word and try again.")
        raise DocumentError(f"{name} is in the old .doc format; save it as .docx in Word and try again.")
    if data.startswith(b"%PDF"):
        raise DocumentError(f"{name} is a PDF, not a Word document; convert it or open it as .pdf.")
    if data.startswith(b"{\\rtf"):
        raise DocumentError(f"{name} is rich text (RTF), not a Word document; save it as .docx and try again.")
    if not data.startswith(b"PK"):
        raise DocumentError(f"{name} is not a Word document; open a .docx file saved by Word.")


def _directory(infos: list[zipfile.ZipInfo], data: bytes, end: int, name: str, limits: Limits) -> None:
    """Checks what the archive says of itself: count, names, sizes, places."""
    if len(infos) > limits.members:
        raise DocumentError(f"{name} holds {len(infos):,} parts, more than any contract needs; it is refused.")
    seen: set[str] = set()
    declared = xml = 0
    places: list[tuple[int, int]] = []
    for info in infos:
        _member_name(info, seen, name, limits)
        if info.flag_bits & _ENCRYPTED:
            raise DocumentError(f"{name} holds encrypted parts; remove the protection and try again.")
        if info.compress_type not in _METHODS:
            raise DocumentError(f"{name} is packed in a way that Word does not use; save it again in Word.")
        declared += info.file_size
        xml += info.file_size if _is_xml(info.filename) else 0
        too_large = info.file_size > (limits.xml_part if _is_xml(info.filename) else limits.member)
        if too_large or declared > limits.unpacked or xml > limits.xml_all:
            raise DocumentError(f"{name} would unpack to far more than a contract needs; it is refused.")
        _ratio(info.file_size, info.compress_size, name, limits)
        places.append((info.header_offset, _end_of_member(info, data, name)))
    places.sort()
    for (_, first_end), (second, _) in pairwise(places):
        if first_end > second:
            raise DocumentError(f"{name} is damaged: parts of its zip container overlap; it is refused.")
    if places and places[-1][1] > end:
        raise DocumentError(f"{name} is damaged: parts of its zip container overlap; it is refused.")


def _member_name(info: zipfile.ZipInfo, seen: set[str], name: str, limits: Limits) -> None:
    member = info.orig_filename
    if len(member) > limits.name or "\x00" in member or not member:
        raise DocumentError(f"{name} holds a part without a proper name; it is refused.")
    plain = member.replace("\\", "/")
    if plain.startswith("/") or _DRIVE.match(plain) or ".." in plain.split("/"):
        raise DocumentError(f"{name} holds a part that points outside the file; it is refused.")
    if member.casefold() in seen:
        raise DocumentError(f"{name} holds the same part twice; save it again in Word and try again.")
    seen.add(member.casefold())


def _ratio(unpacked: int, packed: int, name: str, limits: Limits) -> None:
    if unpacked > limits.ratio_from and unpacked > limits.ratio * max(packed, 1):
        raise DocumentError(f"{name} is packed so tightly that it looks like an attack; it is refused.")


def _end_of_member(info: zipfile.ZipInfo, data: bytes, name: str) -> int:
    """The offset behind a member's packed bytes; its local header must name it as the directory does."""
    damaged = DocumentError(f"{name} is damaged: its zip container contradicts itself; get a fresh copy of the file.")
    header = data[info.header_offset : info.header_offset + _LOCAL_HEADER.size]
    if len(header) < _LOCAL_HEADER.size:
        raise damaged
    fields = _LOCAL_HEADER.unpack(header)
    start = info.header_offset + _LOCAL_HEADER.size
    raw = data[start : start + fields[9]]
    wanted = info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8_NAME else "cp437", "replace")
    if fields[0] != _LOCAL_SIGNATURE or raw != wanted:
        raise damaged
    return start + int(fields[9]) + int(fields[10]) + info.compress_size


def _is_xml(member: str) -> bool:
    return member.casefold().endswith((".xml", ".rels"))


def _members(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], name: str, limits: Limits) -> str | None:
    """Inflates every member under limits and checks the XML ones; gives the main part's name."""
    main = None
    inflated = 0
    names = {info.filename.casefold(): info.filename for info in infos}
    wanted = _main_member(archive, names, name, limits)
    for info in infos:
        if info.is_dir():
            continue
        is_xml = _is_xml(info.filename)
        pieces: list[bytes] = []
        size = 0
        for piece in _inflate(archive, info, name):
            size += len(piece)
            inflated += len(piece)
            if size > info.file_size or inflated > limits.unpacked:
                raise DocumentError(f"{name} unpacks to more than it declares; it is refused.")
            if is_xml:
                pieces.append(piece)
            elif size == len(piece):
                if piece.startswith(b"PK\x03\x04"):
                    _nested(archive, info, name, limits)
                _picture(piece, name, limits)
        if size != info.file_size:
            raise DocumentError(f"{name} is damaged: its part {info.filename} is cut off; get a fresh copy.")
        if is_xml:
            part = b"".join(pieces)
            pieces.clear()
            _xml(part, info.filename, name, limits)
            if info.filename == "[Content_Types].xml" and _MACROS in as_utf8(part, info.filename, name):
                raise DocumentError(
                    f"{name} is a Word file with macros (.docm); save it as .docx in Word and try again."
                )
            if info.filename == wanted:
                _main_root(part, info.filename, name)
                main = wanted
    return main


def _inflate(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    try:
        with archive.open(info) as stream:
            while piece := stream.read(_PIECE):
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise DocumentError(
            f"{name} is damaged: its part {info.filename} cannot be unpacked; get a fresh copy of the file."
        ) from error


def _nested(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, limits: Limits) -> None:
    """An archive inside (an embedded workbook) is never opened here, but a bomb in it is not passed on either."""
    content = b"".join(_inflate(archive, info, name))
    try:
        with zipfile.ZipFile(BytesIO(content)) as inner:
            entries = inner.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        return
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > limits.members or unpacked > limits.unpacked:
        raise DocumentError(f"{name} holds an archive that would unpack to far more than it should; it is refused.")
    for entry in entries:
        _ratio(entry.file_size, entry.compress_size, name, limits)


def _picture(start: bytes, name: str, limits: Limits) -> None:
    """Refuses a picture that says it is so wide and high that drawing it would take all memory."""
    width = height = 0
    if start.startswith(_PNG) and len(start) >= 24:
        width, height = struct.unpack(">II", start[16:24])
    elif start.startswith((b"GIF87a", b"GIF89a")) and len(start) >= 10:
        width, height = struct.unpack("<HH", start[6:10])
    elif start.startswith(b"BM") and len(start) >= 26 and struct.unpack("<I", start[14:18])[0] >= 40:
        width, height = (abs(one) for one in struct.unpack("<ii", start[18:26]))
    elif start.startswith(b"\xff\xd8"):
        width, height = _jpeg_size(start)
    if width * height > limits.pixels:
        raise DocumentError(f"{name} holds a picture of {width:,} by {height:,} points, far too large; it is refused.")


def _jpeg_size(start: bytes) -> tuple[int, int]:
    """Width and height by the first frame header, (0, 0) where the first bytes do not hold one (ITU-T T.81, B.2.2)."""
    place = 2
    while place + 9 <= len(start) and start[place] == 0xFF:
        marker = start[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", start[place + 5 : place + 9])
            return width, height
        place += 2 + int.from_bytes(start[place + 2 : place + 4], "big")
    return 0, 0


def _xml(part: bytes, member: str, name: str, limits: Limits) -> None:
    """Checks one XML part: document type, counts, size of attributes, depth and form, building nothing."""
    text = as_utf8(part, member, name)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise DocumentError(f"{name} declares a document type in its part {member}, which no Word file has.")
    if text.count(b"<") > 2 * limits.elements:
        raise DocumentError(f"{name} has more elements in its part {member} than any contract needs; it is refused.")
    if _attributes(text) > limits.attributes:
        raise DocumentError(f"{name} has more attributes in its part {member} than any contract needs; it is refused.")
    if any(_attributes(found[0]) > limits.attributes_of_one for found in _LONG_TAG.finditer(text)):
        raise DocumentError(f"{name} has an element with more attributes than any contract needs; it is refused.")
    if len(text) > limits.attribute:
        longest = re.compile(rb"""=\s*(?:"[^"<]{%d}|'[^'<]{%d})""" % (limits.attribute, limits.attribute))
        if longest.search(text):
            raise DocumentError(f"{name} has an attribute of more than {limits.attribute >> 20} MB; it is refused.")
    parser = etree.XMLParser(
        target=_Nothing(),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        encoding="utf-8",
    )
    try:
        etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        if "depth" in str(error):
            raise DocumentError(
                f"{name} nests elements too deeply in its part {member} for any contract; it is refused."
            ) from error
        raise DocumentError(
            f"{name} is damaged: its part {member} is not well-formed XML; open it in Word, save it and try again."
        ) from error


def _attributes(text: bytes) -> int:
    return text.count(b'="') + text.count(b"='")


def _main_member(archive: zipfile.ZipFile, names: dict[str, str], name: str, limits: Limits) -> str | None:
    """The main part that the package's relationships name, else the usual one; None where there is neither."""
    relationships = names.get("_rels/.rels")
    if relationships is not None:
        info = archive.getinfo(relationships)
        if info.file_size > limits.attribute:
            raise DocumentError(f"{name} would unpack to far more than a contract needs; it is refused.")
        found = _MAIN_TYPE.search(b"".join(_inflate(archive, info, name))[: limits.attribute])
        target = _TARGET.search(found[0]) if found else None
        if target is not None:
            path = target[1].decode("utf-8", "replace").replace("\\", "/").lstrip("/").removeprefix("./")
            if path.casefold() in names:
                return names[path.casefold()]
    return names.get("word/document.xml")


def _main_root(part: bytes, member: str, name: str) -> None:
    """Refuses another office format in the shell of a Word file."""
    text = as_utf8(part, member, name)
    root = _ROOT.search(text)
    address = any(one in text for one in (WORD.encode(), STRICT_WORD.encode()))
    if root is None or root[2] != b"document" or not address:
        raise DocumentError(f"{name} is not a Word document (its main part holds something else); open a .docx file.")
