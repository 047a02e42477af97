"""Long contents as rows of pieces, so that no single row grows with a contract."""

from collections.abc import Iterator

CHUNK_BYTES = 262_144


def chunks_of(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Position and bytes of each piece; one empty piece for empty content."""
    for position, start in enumerate(range(0, max(1, len(content)), CHUNK_BYTES)):
        yield position, content[start : start + CHUNK_BYTES]
