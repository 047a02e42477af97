"""The zip file under a Word package: members read one by one, and written back with all others byte for byte."""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from itertools import pairwise

from pactoria_desktop.documents.errors import DocumentError

_LOCAL_SIGNATURE = 0x04034B50
_CENTRAL_SIGNATURE = 0x02014B50
_END_SIGNATURE = 0x06054B50
_UTF8_NAME = 0x800
_ENCRYPTED_OR_STREAMED = 0x0009
_LARGE_FILE_EXTRA = 0x0001
_COMPRESSION = 4
_LIMIT = 0xFFFFFFFF

READING_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    OverflowError,
)


class Archive:
    """An immutable zip file in memory. ``name`` is what messages call it."""

    def __init__(self, data: bytes, name: str) -> None:
        """Raises DocumentError when the bytes are no readable zip file or hold one member twice."""
        self._data = data
        self._name = name
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except READING_ERRORS as error:
            raise DocumentError(
                f"{name} is not a Word document (its zip container cannot be read); open a .docx file saved by Word."
            ) from error
        self._infos = self._zip.infolist()
        self._by_name = {info.filename: info for info in self._infos}
        if len(self._by_name) != len(self._infos):
            raise DocumentError(f"{name} holds the same part twice; save it again in Word and try once more.")

    @property
    def names(self) -> tuple[str, ...]:
        """All member names in the order of the archive's directory."""
        return tuple(self._by_name)

    def read(self, member: str) -> bytes:
        """The member's bytes, its checksum verified. Raises DocumentError when it is missing or damaged."""
        try:
            return self._zip.read(self._by_name[member])
        except KeyError as error:
            raise DocumentError(
                f"{self._name} has no part {member}; save it again in Word and try once more."
            ) from error
        except READING_ERRORS as error:
            raise DocumentError(
                f"{self._name} is damaged: its part {member} cannot be unpacked; get a fresh copy of the file."
            ) from error

    def replaced(self, parts: Mapping[str, bytes]) -> bytes:
        """A new archive: named members get these bytes, names it lacks are added at the end, all else stays as it is.

        Unchanged members keep their compressed bytes and their directory entry; the order of members stays.
        """
        out = bytearray()
        offsets: dict[str, int] = {}
        entries: dict[str, tuple[int, int, int, int, int]] = {}
        starts = sorted({info.header_offset for info in self._infos} | {self._zip.start_dir})
        following = dict(pairwise(starts))
        for info in sorted(self._infos, key=lambda one: one.header_offset):
            offsets[info.filename] = len(out)
            if info.filename in parts:
                stored = info.compress_type == zipfile.ZIP_STORED
                entries[info.filename] = _put(out, info, parts[info.filename], stored)
            else:
                end = following.get(info.header_offset, self._zip.start_dir)
                out += self._data[info.header_offset : end]
                entries[info.filename] = (
                    info.flag_bits,
                    info.compress_type,
                    info.CRC,
                    info.compress_size,
                    info.file_size,
                )
        added = []
        for name, content in parts.items():
            if name not in self._by_name:
                info = zipfile.ZipInfo(name)
                info.external_attr = 0o600 << 16
                if not name.isascii():
                    info.flag_bits = _UTF8_NAME
                offsets[name] = len(out)
                entries[name] = _put(out, info, content, stored=False)
                added.append(info)
        directory = len(out)
        for info in [*self._infos, *added]:
            out += _directory_entry(info, entries[info.filename], offsets[info.filename])
        count = len(self._infos) + len(added)
        if len(out) >= _LIMIT or count >= 0xFFFF:
            raise DocumentError(
                f"{self._name} would grow beyond what a Word file can hold; remove pictures and try again."
            )
        comment = self._zip.comment
        out += struct.pack(
            "<IHHHHIIH", _END_SIGNATURE, 0, 0, count, count, len(out) - directory, directory, len(comment)
        )
        return bytes(out + comment)


def _put(out: bytearray, info: zipfile.ZipInfo, content: bytes, stored: bool) -> tuple[int, int, int, int, int]:
    """Append a local record; gives flags, method, checksum, packed and unpacked size for the directory."""
    if stored:
        method, packed = zipfile.ZIP_STORED, content
    else:
        packer = zlib.compressobj(_COMPRESSION, zlib.DEFLATED, -15)
        method, packed = zipfile.ZIP_DEFLATED, packer.compress(content) + packer.flush()
    flags = info.flag_bits & ~_ENCRYPTED_OR_STREAMED
    checksum = zlib.crc32(content)
    name = _raw_name(info)
    date, time = _dos_time(info)
    out += struct.pack(
        "<IHHHHHIIIHH",
        _LOCAL_SIGNATURE,
        20,
        flags,
        method,
        time,
        date,
        checksum,
        len(packed),
        len(content),
        len(name),
        0,
    )
    out += name + packed
    return flags, method, checksum, len(packed), len(content)


def _directory_entry(info: zipfile.ZipInfo, entry: tuple[int, int, int, int, int], offset: int) -> bytes:
    flags, method, checksum, packed, unpacked = entry
    name, extra = _raw_name(info), _without_large_file_extra(info.extra)
    date, time = _dos_time(info)
    return (
        struct.pack(
            "<IBBBBHHHHIIIHHHHHII",
            _CENTRAL_SIGNATURE,
            info.create_version,
            info.create_system,
            info.extract_version,
            0,
            flags,
            method,
            time,
            date,
            checksum,
            packed,
            unpacked,
            len(name),
            len(extra),
            len(info.comment),
            0,
            info.internal_attr,
            info.external_attr,
            offset,
        )
        + name
        + extra
        + info.comment
    )


def _raw_name(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8_NAME else "cp437")


def _dos_time(info: zipfile.ZipInfo) -> tuple[int, int]:
    year, month, day, hour, minute, second = info.date_time
    return (max(year, 1980) - 1980) << 9 | month << 5 | day, hour << 11 | minute << 5 | second // 2


def _without_large_file_extra(extra: bytes) -> bytes:
    """The extra field without its zip64 record, which is never needed below four gigabytes."""
    kept, rest = b"", extra
    while len(rest) >= 4:
        kind, length = struct.unpack("<HH", rest[:4])
        if kind != _LARGE_FILE_EXTRA:
            kept += rest[: 4 + length]
        rest = rest[4 + length :]
    return kept + rest
