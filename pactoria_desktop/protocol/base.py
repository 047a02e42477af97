"""What every message is made of: bounded words, ids, instants and hashes, and nothing that is not declared."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

LONGEST_NAME = 200
LONGEST_WORDS = 10_000


class Message(BaseModel):
    """A value on the wire: frozen, and refused when it holds a field that is not declared."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _in_utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


def _storable(text: str) -> str:
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("these characters cannot be kept")
    return text


Identity = Annotated[
    str,
    StringConstraints(
        min_length=36, max_length=36, pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
    ),
]
"""A UUIDv7 in its usual form: what ``contract.identity.is_identity`` says, said here to the validator itself."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in hexadecimal."""

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_NAME, strip_whitespace=True), AfterValidator(_storable)
]
"""A name of a person, an organization or a device."""

Words = Annotated[str, StringConstraints(max_length=LONGEST_WORDS), AfterValidator(_storable)]
"""What a person wrote, at most 10,000 code points."""

Email = Annotated[
    str,
    StringConstraints(
        min_length=3,
        max_length=254,
        strip_whitespace=True,
        to_lower=True,
        pattern=r"^[^@\s\x00-\x1f<>,;:\"()]+@[^@\s\x00-\x1f<>,;:\"()]+$",
    ),
]
"""An e-mail address in small letters; whether it exists is known when a message to it is answered."""

Instant = Annotated[datetime, Field(description="an instant with its zone, RFC 3339"), AfterValidator(_in_utc)]
"""An instant; without a zone it is refused where it is declared ``AwareDatetime``, and shown in UTC."""

Sequence = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A place in a feed, counted by the platform."""


class Nothing(Message):
    """An answer that says only that it was done."""
