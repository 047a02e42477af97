"""Updates of texts on the wire: a header in JSON and blobs behind it, each compressed where that is shorter.

The form: ``PXT1``, the header's length (four bytes, big endian), the header in UTF-8, the number of blobs (two bytes),
and for each blob one byte (0 as it is, 1 zstd), its stored length (four bytes) and itself. What arrives is a stranger's
until it was checked: lengths are held against what is there and against limits before anything is made of them.
"""

import struct

MEDIA_TYPE = "application/vnd.pactoria.text"
LARGEST_HEADER = 512 * 1024
MOST_BLOBS = 1000
LARGEST_CONTENT = 64 * 1024 * 1024
"""Bytes that all blobs of one message may hold together once they are decompressed."""

_MAGIC = b"PXT1"
_HEAD = struct.Struct(">4sI")
_COUNT = struct.Struct(">H")
_BLOB = struct.Struct(">BI")
_WORTH_IT = 128


class FramingError(ValueError):
    """The bytes are not a message of this form, or it is larger than it may be. The message is one sentence."""


def framed(header: bytes, blobs: tuple[bytes, ...] = ()) -> bytes:
    """A header and its blobs as one message. Raises FramingError where it would not be taken."""
    import zstandard

    if len(header) > LARGEST_HEADER or len(blobs) > MOST_BLOBS or sum(map(len, blobs)) > LARGEST_CONTENT:
        raise FramingError("The message is larger than one may be; send it in parts.")
    parts = [_HEAD.pack(_MAGIC, len(header)), header, _COUNT.pack(len(blobs))]
    compressor = zstandard.ZstdCompressor(level=3)
    for blob in blobs:
        short = compressor.compress(blob) if len(blob) >= _WORTH_IT else blob
        flag, kept = (1, short) if len(short) < len(blob) else (0, blob)
        parts += [_BLOB.pack(flag, len(kept)), kept]
    return b"".join(parts)


def unframed(data: bytes, *, most: int = LARGEST_CONTENT) -> tuple[bytes, tuple[bytes, ...]]:
    """The header and the blobs of a message whose blobs hold at most so many bytes. Raises FramingError."""
    reader = _Reader(data)
    magic, length = _HEAD.unpack(reader.take(_HEAD.size))
    if magic != _MAGIC or length > LARGEST_HEADER:
        raise FramingError("The message is not of the form that updates of texts have.")
    header = reader.take(length)
    (count,) = _COUNT.unpack(reader.take(_COUNT.size))
    if count > MOST_BLOBS:
        raise FramingError("The message holds more parts than one may.")
    blobs: list[bytes] = []
    left = most
    for _ in range(count):
        flag, size = _BLOB.unpack(reader.take(_BLOB.size))
        blob = _plain(flag, reader.take(size), left)
        left -= len(blob)
        blobs.append(blob)
    if not reader.at_end:
        raise FramingError("The message goes on behind its end.")
    return header, tuple(blobs)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        found = self._data[self._at : self._at + count]
        if len(found) != count:
            raise FramingError("The message is cut off.")
        self._at += count
        return found

    @property
    def at_end(self) -> bool:
        return self._at == len(self._data)


def _plain(flag: int, stored: bytes, most: int) -> bytes:
    if flag == 0:
        found = stored
    elif flag == 1:
        import zstandard

        try:
            declared = zstandard.get_frame_parameters(stored).content_size
            if declared > most or declared < 0:
                raise FramingError("The message holds more than one may.")
            reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj(read_across_frames=False)
            found = reader.decompress(stored)
            if not reader.eof or reader.unused_data or len(found) != declared:
                raise FramingError("A part of the message does not decompress.")
        except zstandard.ZstdError as error:
            raise FramingError("A part of the message does not decompress.") from error
    else:
        raise FramingError("The message is not of the form that updates of texts have.")
    if len(found) > most:
        raise FramingError("The message holds more than one may.")
    return found
