import os
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.guard import Limits, check
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
RELATIONSHIPS = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    b'Target="word/document.xml"/></Relationships>'
)


def document(body: str = "<w:p/>") -> bytes:
    return f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'.encode()


def packed(*members: tuple[str, bytes], main: bytes | None = None) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONSHIPS)
        archive.writestr("word/document.xml", document() if main is None else main)
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def patched(data: bytes, member: str, offset: int, value: bytes, *, local: bool) -> bytes:
    """A header field of one member written over, in the directory or in the local header."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        start = archive.start_dir
        place = archive.getinfo(member).header_offset
    if not local:
        place = data.rindex(b"PK\x01\x02", start, data.index(member.encode(), start))
    return data[: place + offset] + value + data[place + offset + len(value) :]


def with_wrong_size() -> bytes:
    data = packed(("word/media/a.bin", os.urandom(5000)))
    return patched(data, "word/media/a.bin", 24, struct.pack("<I", 100), local=False)


def with_wrong_checksum() -> bytes:
    return patched(packed(("word/media/a.bin", b"abc" * 50)), "word/media/a.bin", 16, b"\1\2\3\4", local=False)


def with_encrypted_member() -> bytes:
    return patched(packed(), "word/document.xml", 8, b"\x01", local=False)


def with_odd_method() -> bytes:
    return patched(packed(), "word/document.xml", 10, struct.pack("<H", 14), local=False)


def with_overlap() -> bytes:
    """Two directory entries over the same packed bytes, as in an overlapping bomb."""
    data = packed(("word/a.bin", b"x" * 1000), ("word/b.bin", b"x" * 1000))
    with zipfile.ZipFile(BytesIO(data)) as archive:
        first, start = archive.getinfo("word/a.bin").header_offset, archive.start_dir
    place = data.rindex(b"PK\x01\x02", start, data.index(b"word/b.bin", start))
    return data[: place + 42] + struct.pack("<I", first) + data[place + 46 :]


def with_doubled_member() -> bytes:
    out = BytesIO(packed())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("WORD/document.xml", document("<w:p><w:r><w:t>other</w:t></w:r></w:p>"))
    return out.getvalue()


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le") + bytes(512)


def nested_bomb() -> bytes:
    inner = BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(30 << 20))
    return packed(("word/embeddings/book.xlsx", inner.getvalue()))


def lying_bomb() -> bytes:
    """A stream that inflates to far more than its headers declare."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream = packer.compress(bytes(64 << 20)) + packer.flush()
    data = packed(("word/media/a.bin", b"x"))
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            if info.filename != "word/media/a.bin":
                new.writestr(info, old.read(info))
        place = out.tell()
        info = zipfile.ZipInfo("word/media/a.bin")
        info.compress_type = zipfile.ZIP_DEFLATED
        info.CRC, info.compress_size, info.file_size, info.header_offset = 0, len(stream), 4000, place
        assert new.fp is not None
        new.fp.write(info.FileHeader(False) + stream)
        new.start_dir = new.fp.tell()
        new.filelist.append(info)
        new.NameToInfo[info.filename] = info
        new._didModify = True  # type: ignore[attr-defined]
    return out.getvalue()


def wide_laughs() -> bytes:
    levels = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    text = f'<!DOCTYPE d [<!ENTITY l0 "ha">{levels}]><w:document xmlns:w="{W}">&l9;</w:document>'
    return packed(main=text.encode())


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "is empty"),
    "text": (lambda: b"just words", "not a Word document"),
    "pdf": (lambda: b"%PDF-1.7 ...", "is a PDF"),
    "rtf": (lambda: b"{\\rtf1 hello}", "rich text"),
    "password": (lambda: ole("EncryptedPackage"), "protected by a password"),
    "old doc": (lambda: ole("WordDocument"), "old .doc format"),
    "cut off": (lambda: packed()[:-30], "zip container"),
    "cut in the middle": (lambda: packed(("word/a.bin", os.urandom(4000)))[:1500], "zip container"),
    "climbing name": (lambda: packed(("../../etc/passwd", b"x")), "outside the file"),
    "climbing by backslash": (lambda: packed(("word\\..\\..\\x", b"x")), "outside the file"),
    "absolute name": (lambda: packed(("/etc/passwd", b"x")), "outside the file"),
    "drive name": (lambda: packed(("C:/Windows/x", b"x")), "outside the file"),
    "doubled name": (with_doubled_member, "same part twice"),
    "many members": (lambda: packed(*((f"m{n}", b"") for n in range(10_050))), "parts, more than"),
    "bomb": (lambda: packed(("word/media/a.bin", bytes(120 << 20))), "so tightly"),
    "bomb in xml": (lambda: packed(main=document("<w:p/>" * 11_000_000)), "far more|tightly"),
    "lying bomb": (lying_bomb, "more than it declares|cannot be unpacked|cut off"),
    "nested bomb": (nested_bomb, "so tightly"),
    "overlap": (with_overlap, "contradicts itself|overlap"),
    "wrong size": (with_wrong_size, "cannot be unpacked|more than it declares|cut off"),
    "wrong checksum": (with_wrong_checksum, "cannot be unpacked"),
    "encrypted member": (with_encrypted_member, "encrypted"),
    "odd method": (with_odd_method, "packed in a way"),
    "entities": (wide_laughs, "document type"),
    "entities in utf-16": (
        lambda: packed(main=f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d><d xmlns="{W}"/>'.encode("utf-16")),
        "document type",
    ),
    "deep": (lambda: packed(main=document("<w:a>" * 40_000 + "</w:a>" * 40_000)), "too deeply"),
    "many elements": (lambda: packed(main=document("<w:p/>" * 6_100_000)), "elements|tightly"),
    "long attribute": (lambda: packed(main=document(f'<w:p a="{os.urandom(3 << 20).hex()}"/>')), "attribute of more"),
    "many attributes of one element": (
        lambda: packed(main=document("<w:p " + " ".join(f'a{number}="1"' for number in range(20_000)) + "/>")),
        "element with more attributes",
    ),
    "not well-formed": (lambda: packed(main=document("<w:p>")), "not well-formed"),
    "no main part": (lambda: packed_without("word/document.xml"), "without a Word document"),
    "quadratic entities": (
        lambda: packed(
            main=f'<!DOCTYPE d [<!ENTITY a "{"x" * 50_000}">]><w:document xmlns:w="{W}">{"&a;" * 20_000}'
            "</w:document>".encode()
        ),
        "document type",
    ),
    "external entity": (
        lambda: packed(
            main=f'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document xmlns:w="{W}">&a;'
            "</w:document>".encode()
        ),
        "document type",
    ),
    "external entity in relationships": (
        lambda: packed(("word/_rels/document.xml.rels", b'<!DOCTYPE d SYSTEM "http://example.com/x.dtd"><R/>')),
        "document type",
    ),
    "macros under another name": (lambda: packed_typed(".macroEnabled.main+xml"), "with macros"),
    "huge png": (lambda: packed(("word/media/a.png", png(60_000, 60_000))), "60,000 by 60,000"),
    "huge gif": (lambda: packed(("word/media/a.gif", b"GIF89a" + struct.pack("<HH", 65_535, 65_535))), "far too large"),
    "huge bmp": (
        lambda: packed(("word/media/a.bmp", b"BM" + bytes(12) + struct.pack("<Iii", 40, 99_999, -99_999))),
        "far too large",
    ),
    "huge jpeg": (
        lambda: packed(("word/media/a.jpeg", b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc2\x00\x11\x08" + b"\xff" * 8)),
        "far too large",
    ),
    "invalid utf-8": (
        lambda: packed(main=document("<w:p/>").replace(b"<w:p/>", b"<w:p>\xff\xfe</w:p>")),
        "well-formed",
    ),
    "unknown encoding": (
        lambda: packed(main=b'<?xml version="1.0" encoding="x-none"?>' + document()),
        "encoding that cannot be read",
    ),
    "nul byte": (lambda: packed(main=document("<w:p>\x00</w:p>")), "well-formed"),
    "another format": (lambda: packed(main=b'<workbook xmlns="urn:x"/>'), "not a Word document"),
}


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(9)


def packed_typed(ending: str) -> bytes:
    """A file whose main part is declared as this type of Word file."""
    override = f'<Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.document{ending}"/>'
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(packed())) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "[Content_Types].xml":
                content = content.replace(b"/>", b">" + override.encode() + b"</Types>")
            new.writestr(info, content)
    return out.getvalue()


def packed_without(member: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(packed())) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            if info.filename != member:
                new.writestr(info, old.read(info))
    return out.getvalue()


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_in_one_sentence_and_in_time(kind: str) -> None:
    make, message = HOSTILE[kind]
    data = make()
    before = time.monotonic()
    with pytest.raises(DocumentError, match=message) as caught:
        check(data, "offer.docx")
    assert time.monotonic() - before < 5
    assert str(caught.value).startswith("offer.docx ")
    assert "\n" not in str(caught.value)


def test_an_ordinary_file_passes() -> None:
    check(packed(("word/media/picture.png", os.urandom(100_000)), ("word/media/", b"")), "offer.docx")


@pytest.mark.parametrize(
    ("limits", "message"),
    [(Limits(elements=100), "more elements"), (Limits(attributes=100), "more attributes"), (Limits(file=9), "larger")],
)
def test_counts_and_sizes_are_limited(limits: Limits, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        check(packed(main=document('<w:p w:a="1"/>' * 400)), "offer.docx", limits)


def test_nothing_outside_the_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relationships to other places are common and harmless as long as nobody follows them."""
    secret = tmp_path / "secret.xml"
    secret.write_text("secret words", "utf-8")
    address = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    kinds = ("header", "attachedTemplate", "image", "footnotes", "aFChunk")
    relations = "".join(
        f'<Relationship Id="r{place}" Type="{R}/{kind}" Target="{target}" TargetMode="{mode}"/>'
        for place, (kind, target, mode) in enumerate(
            (kind, target, mode)
            for kind in kinds
            for target in (secret.as_uri(), "\\\\host\\share\\x.dotm", "../../../../etc/passwd")
            for mode in ("External", "Internal")
        )
    )
    rels = f"<Relationships {address}>{relations}</Relationships>".encode()
    data = packed(("word/_rels/document.xml.rels", rels))
    check(data, "offer.docx")
    opened: list[str] = []
    monkeypatch.setattr("builtins.open", lambda file, *_, **__: opened.append(str(file)))
    assert accepted(read(Package(data))).text == "\n"
    assert opened == []


def test_an_ordinary_picture_passes() -> None:
    check(packed(("word/media/a.png", png(8_000, 6_000)), ("word/media/b.jpeg", b"\xff\xd8\xff")), "offer.docx")


def test_limits_are_the_callers() -> None:
    with pytest.raises(DocumentError, match="parts, more than"):
        check(packed(), "offer.docx", Limits(members=2))


@pytest.mark.parametrize("kind", ["bomb in xml", "lying bomb", "many elements", "deep"])
def test_refusing_takes_little_memory(kind: str, tmp_path: Path) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("this system has no /proc/self/status to read memory from")
    target = tmp_path / "hostile.docx"
    target.write_bytes(HOSTILE[kind][0]())
    script = (
        "import sys\n"
        "from pactoria_desktop.documents.errors import DocumentError\n"
        "from pactoria_desktop.documents.guard import check\n"
        "try:\n    check(open(sys.argv[1], 'rb').read())\n    print('passed')\n"
        "except DocumentError:\n    lines = open('/proc/self/status').read().splitlines()\n"
        "    print([line.split()[1] for line in lines if line.startswith('VmHWM')][0])\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(target)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 512 << 10


CORPUS = Path(os.environ.get("PACTORIA_CORPUS", Path(__file__).parents[4] / "shared" / "data")) / "word"


@pytest.mark.skipif(not CORPUS.exists(), reason="the Word corpus is missing (../shared/data/word)")
def test_files_of_the_corpus_pass_unless_they_are_meant_to_be_broken() -> None:
    lines = (CORPUS / "MANIFEST.tsv").read_text("utf-8").splitlines()[1:]
    for line in lines[::9]:
        columns = line.split("\t")
        if "NOTZIP" in columns[4]:
            continue
        data = (CORPUS / columns[0]).read_bytes()
        if b"ExternalEntity" in columns[0].encode():
            with pytest.raises(DocumentError, match="document type"):
                check(data, columns[0])
        else:
            check(data, columns[0])
