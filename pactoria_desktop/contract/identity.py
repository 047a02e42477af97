"""Ids of contracts and records: UUID version 7 (RFC 9562, 5.7), in order of their making."""

import re
import threading
import uuid
from collections.abc import Callable

_RANDOM_BITS = 74
_IDENTITY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
"""Digits of version 7 and of the variant of RFC 9562 (4.1, 4.2) at their places."""
_GREATEST_RANDOM = 2**_RANDOM_BITS - 1


def identity_from(milliseconds: int, random_bits: int) -> str:
    """The UUIDv7 of an instant (milliseconds since 1970 UTC) and 74 random bits. Raises ValueError out of range."""
    if not 0 <= milliseconds < 2**48 or not 0 <= random_bits <= _GREATEST_RANDOM:
        raise ValueError("An instant of 48 bits and 74 random bits make an id.")
    high, low = random_bits >> 62, random_bits & (2**62 - 1)
    return str(uuid.UUID(int=milliseconds << 80 | 7 << 76 | high << 64 | 2 << 62 | low))


def is_identity(text: str) -> bool:
    """Whether the text is a UUIDv7 in its usual form."""
    return _IDENTITY.fullmatch(text) is not None


def minted_at(identity: str) -> int:
    """When a UUIDv7 was made, in milliseconds since 1970 UTC. Raises ValueError for any other text."""
    if not is_identity(identity):
        raise ValueError("Not an id of this program.")
    return uuid.UUID(identity).int >> 80


class IdentityMint:
    """Makes ids that only grow, also within one millisecond and when the clock is set back (RFC 9562, 6.2)."""

    def __init__(self, milliseconds: Callable[[], int], randomness: Callable[[int], bytes]) -> None:
        """``milliseconds`` since 1970 UTC; ``randomness`` gives as many random bytes as asked."""
        self._milliseconds = milliseconds
        self._randomness = randomness
        self._lock = threading.Lock()
        self._last = (-1, 0)

    def mint(self) -> str:
        """A new id, greater than all before it."""
        with self._lock:
            now = self._milliseconds()
            last, bits = self._last
            if now > last:
                # The top bit stays free, so that counting on within this millisecond cannot overflow.
                self._last = (now, int.from_bytes(self._randomness(10), "big") >> 7)
            else:
                self._last = (last, bits + 1 + int.from_bytes(self._randomness(4), "big"))
            return identity_from(*self._last)
