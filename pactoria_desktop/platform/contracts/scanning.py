"""What a file is held against before it is kept; a Word package in a child process with limits of memory and time."""

from pactoria_desktop.documents import child
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.protocol.files import WORD

LIMITS = child.ChildLimits(memory=448 << 20, seconds=4, result=1 << 10)
_BEGINNINGS = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
}


def scan_package(payload: bytes, name: str) -> bytes:
    """Hold a Word package against the guard of documents: what the child process does."""
    from pactoria_desktop.documents import guard

    guard.check(payload, name)
    return b""


def scan(content: bytearray, media_type: str) -> str | None:
    """Why a file is not kept, in a sentence; None where it is what it says. Takes up to four seconds."""
    if media_type == WORD:
        try:
            child.run("pactoria_desktop.platform.contracts.scanning:scan_package", content, "The file", LIMITS)
        except DocumentError as error:
            return error.sentence
        return None
    beginnings = _BEGINNINGS.get(media_type)
    if beginnings is not None:
        return None if content.startswith(beginnings) else "The file is not of the kind that it is said to be."
    try:
        words = content.decode()
    except UnicodeDecodeError:
        return "The file is not text in UTF-8."
    return "The file is not text." if "\x00" in words else None
