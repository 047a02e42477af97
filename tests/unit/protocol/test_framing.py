"""Messages of texts: what was put in comes out, and nothing that a stranger makes of them does harm."""

import random
import struct

import pytest
import zstandard

from pactoria_desktop.protocol.framing import FramingError, framed, unframed
from pactoria_desktop.protocol.texts import TextPush, from_device, from_platform, message, push_of


def test_what_is_framed_comes_out_and_long_blobs_travel_short() -> None:
    blobs = (b"", b"x", b"word " * 10_000, random.Random(1).randbytes(5000))
    data = framed(b'{"a":1}', blobs)
    assert unframed(data) == (b'{"a":1}', blobs)
    assert len(data) < 7000


def test_any_cut_and_any_flipped_bit_is_refused_or_gives_a_message() -> None:
    rng = random.Random(2)
    push = TextPush(updates=("ab" * 32, "cd" * 32), peers=("a1",))
    data = message(push, (b"word " * 200, b"short"))
    assert push_of(data) == (push, (b"word " * 200, b"short"))
    for end in range(len(data)):
        with pytest.raises(FramingError):
            push_of(data[:end])
    for _ in range(2000):
        broken = bytearray(data)
        broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
        for read in (push_of, from_device, from_platform):
            try:
                read(bytes(broken))
            except FramingError:
                continue


def test_what_decompresses_to_more_than_it_may_is_refused_before_it_does() -> None:
    bomb = zstandard.ZstdCompressor(level=3).compress(bytes(200 * 1024 * 1024))
    head = b"PXT1" + struct.pack(">I", 2) + b"{}" + struct.pack(">H", 1)
    with pytest.raises(FramingError, match="more than one may"):
        unframed(head + struct.pack(">BI", 1, len(bomb)) + bomb)
    endless = zstandard.ZstdCompressor(level=3, write_content_size=False).compress(bytes(1024))
    with pytest.raises(FramingError):
        unframed(head + struct.pack(">BI", 1, len(endless)) + endless)
    half = framed(b"{}", (b"a" * 1000, b"b" * 1000))
    with pytest.raises(FramingError):
        unframed(half, most=1500)
