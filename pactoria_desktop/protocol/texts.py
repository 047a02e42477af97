"""Texts of contracts that sync: updates of the living text, in the order in which the platform acknowledged them.

An update is what ``Replica.updates_since`` gives. The platform numbers the updates of a text from 1; the same bytes
count once. A message is a header, one of the models below, and blobs behind it (``framing``), in the header's order.
Over the live connection the same messages go as binary frames, each with its ``kind``.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from pactoria_desktop.protocol.base import Identity, Message, Sequence, Sha256
from pactoria_desktop.protocol.framing import FramingError, framed, unframed
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.problems import Code

NUMBER_HEADER = "Pactoria-Text-Number"
"""Names the text's present number on a refusal with the code ``changed_meanwhile``."""

MOST_UPDATES = 64
MOST_RELAYED = 10_000
DAYS_TO_RELAY = 30
"""For so long after a platform was restored it takes what others made from whoever holds it."""

LARGEST_PUSH = 32 * 1024 * 1024
"""Bytes that the updates of one push may hold together, as they are handed over (they are compressed themselves)."""

Peer = Annotated[str, StringConstraints(pattern=r"^[1-9a-f][0-9a-f]{0,15}$")]
"""An opening of a text, in hexadecimal digits."""

Cursor = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2}){1,200}$")]
"""A place in a text that lives through edits, as ``Replica.anchor`` gives it."""

Request = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A number that the device chooses; the answer repeats it."""


class TextPush(Message):
    """Updates of a text, in order; blob *n* has the SHA-256 *n*.

    ``peers`` are all openings whose changes may be among them and that the platform may not know yet; they become bound
    to this device and person. With ``expect`` the push counts only while the text's number is that one.

    ``relayed`` are openings of others whose changes are among them: a platform that was restored from a backup has lost
    those, and any device that holds them brings them back. They become bound when their own device sends again.
    """

    updates: tuple[Sha256, ...] = Field(min_length=1, max_length=MOST_UPDATES)
    peers: tuple[Peer, ...] = Field(default=(), max_length=1000)
    relayed: tuple[Peer, ...] = Field(default=(), max_length=MOST_RELAYED)
    expect: Sequence | None = None


class TextPushed(Message):
    """What was pushed is durable. ``number`` is the text's now; ``numbers`` are those of the updates, 0 where an update
    held nothing new."""

    number: Sequence
    numbers: tuple[Sequence, ...]


class UpdateHead(Message):
    """One update and who sent it."""

    number: Sequence
    sha256: Sha256
    person: Identity
    device: Identity


class SnapshotHead(Message):
    """A text up to an update, with its whole history."""

    upto: Sequence
    sha256: Sha256


class TextNews(Message):
    """What came after a number: a snapshot where that is shorter or the only way (the first blob then), and updates.

    ``upto`` is what a device knows when it has taken all of it in, ``number`` the text's; ``more`` says that there is
    more at once. Numbers count within an ``epoch`` of the platform, as those of records do: in another one the device
    asks from 0 and sends what the platform has lost. It is empty where it goes without saying, in a room.
    """

    epoch: str = Field(default="", max_length=100)
    number: Sequence
    upto: Sequence
    more: bool = False
    snapshot: SnapshotHead | None = None
    updates: tuple[UpdateHead, ...] = ()


# The live connection: from the device


class Hello(Message):
    """The first message: who speaks. The token is never part of an address."""

    kind: Literal["hello"] = "hello"
    token: str = Field(min_length=1, max_length=512)
    protocol: int = Field(ge=1, le=1000)


class Join(Message):
    """Enter the room of a contract, knowing its text up to ``after``."""

    kind: Literal["join"] = "join"
    request: Request
    organization: Identity
    contract: Identity
    after: Sequence = 0


class Leave(Message):
    """Leave a room."""

    kind: Literal["leave"] = "leave"
    contract: Identity


class LivePush(TextPush):
    """Updates of a text whose room was joined."""

    kind: Literal["push"] = "push"
    request: Request
    contract: Identity


class AtWork(Message):
    """Where the person works in a text: the caret, and the other end of what is selected. Forgotten after 30 s."""

    kind: Literal["at_work"] = "at_work"
    contract: Identity
    caret: Cursor | None = None
    anchor: Cursor | None = None


# The live connection: from the platform


class Welcome(Message):
    """The device is known. ``beat`` is how often, in seconds, a caret that does not move is said again."""

    kind: Literal["welcome"] = "welcome"
    person: Identity
    device: Identity
    beat: int


class Joined(Message):
    """The device is in the room, with this role; what came after its number follows as news, or as ``behind``."""

    kind: Literal["joined"] = "joined"
    request: Request
    contract: Identity
    number: Sequence
    role: Role


class Accepted(TextPushed):
    """A push is durable."""

    kind: Literal["accepted"] = "accepted"
    request: Request
    contract: Identity


class Refused(Message):
    """A join or a push was refused; nothing of it was kept. ``number`` is the text's where the number did not fit."""

    kind: Literal["refused"] = "refused"
    request: Request
    contract: Identity
    code: Code
    sentence: str
    number: Sequence | None = None


class News(TextNews):
    """Updates after ``after`` in a room, as somebody made them."""

    kind: Literal["news"] = "news"
    contract: Identity
    after: Sequence


class Behind(Message):
    """There is more than the connection can take: fetch what came after the last number, then join again."""

    kind: Literal["behind"] = "behind"
    contract: Identity
    number: Sequence


class Present(Message):
    """Somebody in a room."""

    person: Identity
    device: Identity
    name: str
    role: Role
    caret: Cursor | None = None
    anchor: Cursor | None = None


class People(Message):
    """Everybody in a room but the device itself."""

    kind: Literal["people"] = "people"
    contract: Identity
    people: tuple[Present, ...]


class Parted(Message):
    """The device is no longer in the room."""

    kind: Literal["parted"] = "parted"
    contract: Identity
    code: Code
    sentence: str


class Moved(Message):
    """Records of an organization have changed: pull."""

    kind: Literal["moved"] = "moved"
    organization: Identity


class Ended(Message):
    """The connection ends; ``code`` says whether signing in again helps."""

    kind: Literal["ended"] = "ended"
    code: Code
    sentence: str


FromDevice = Annotated[Hello | Join | Leave | LivePush | AtWork, Field(discriminator="kind")]
FromPlatform = Annotated[
    Welcome | Joined | Accepted | Refused | News | Behind | People | Parted | Moved | Ended, Field(discriminator="kind")
]
_FROM_DEVICE: TypeAdapter[FromDevice] = TypeAdapter(FromDevice)
_FROM_PLATFORM: TypeAdapter[FromPlatform] = TypeAdapter(FromPlatform)


def message(header: Message, blobs: tuple[bytes, ...] = ()) -> bytes:
    """A message as it travels. Raises FramingError where it is larger than one may be."""
    return framed(header.model_dump_json(exclude_none=True, exclude_defaults=False).encode(), blobs)


def push_of(data: bytes) -> tuple[TextPush, tuple[bytes, ...]]:
    """A push and its updates. Raises FramingError."""
    header, blobs = unframed(data, most=LARGEST_PUSH)
    try:
        found = TextPush.model_validate_json(header)
    except ValidationError as error:
        raise FramingError(_unreadable(error)) from error
    return found, _counted(len(found.updates), blobs)


def news_of(data: bytes) -> tuple[TextNews, tuple[bytes, ...]]:
    """News and its blobs: the snapshot first, where there is one. Raises FramingError."""
    header, blobs = unframed(data)
    try:
        found = TextNews.model_validate_json(header)
    except ValidationError as error:
        raise FramingError(_unreadable(error)) from error
    return found, _counted(_blobs_of(found), blobs)


def from_device(data: bytes) -> tuple[FromDevice, tuple[bytes, ...]]:
    """What a device said over the live connection. Raises FramingError."""
    header, blobs = unframed(data, most=LARGEST_PUSH)
    try:
        found = _FROM_DEVICE.validate_json(header)
    except ValidationError as error:
        raise FramingError(_unreadable(error)) from error
    return found, _counted(len(found.updates) if isinstance(found, LivePush) else 0, blobs)


def from_platform(data: bytes) -> tuple[FromPlatform, tuple[bytes, ...]]:
    """What the platform said over the live connection. Raises FramingError."""
    header, blobs = unframed(data)
    try:
        found = _FROM_PLATFORM.validate_json(header)
    except ValidationError as error:
        raise FramingError(_unreadable(error)) from error
    return found, _counted(_blobs_of(found) if isinstance(found, News) else 0, blobs)


def _blobs_of(news: TextNews) -> int:
    return len(news.updates) + (news.snapshot is not None)


def _counted(wanted: int, blobs: tuple[bytes, ...]) -> tuple[bytes, ...]:
    if len(blobs) != wanted:
        raise FramingError(f"The message holds {len(blobs)} parts and says {wanted}.")
    return blobs


def _unreadable(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "header"
    return f"The field {place[:100]} cannot be read: {str(first['msg'])[:200]}."
