"""Word packages and attachments: named by the SHA-256 of their bytes, so that they never change."""

from pydantic import AwareDatetime, Field

from pactoria_desktop.protocol.base import Identity, Message, Sha256

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEDIA_TYPES = (WORD, "application/pdf", "image/png", "image/jpeg", "text/plain")
"""What the platform keeps. Word packages are scanned like every stranger's file; the others must be what they say."""

LARGEST_FILE = 64 * 1024 * 1024


class KeptFile(Message):
    """A file that the platform has."""

    sha256: Sha256
    size: int = Field(ge=1, le=LARGEST_FILE)
    media_type: str
    uploaded_by: Identity
    uploaded_at: AwareDatetime
