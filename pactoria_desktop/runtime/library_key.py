"""The library's key as a value that does not show itself, and its printed form."""

import hashlib
import hmac
import re
from collections.abc import Callable
from typing import NoReturn

from pactoria_desktop.runtime.errors import RecoveryKeyError

KEY_BYTES = 32
_CHECK_BYTES = 3
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O or U
_LETTERS = (KEY_BYTES + _CHECK_BYTES) * 8 // 5
_GROUP = 4


class LibraryKey:
    """256 random bits. Shown, logged or formatted, it says only what it is; it cannot be pickled."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        """Wrap 32 bytes. Raises ValueError for any other length."""
        if len(secret) != KEY_BYTES:
            raise ValueError("A library key has 32 bytes.")
        self._secret = bytes(secret)

    @classmethod
    def random(cls, randomness: Callable[[int], bytes]) -> "LibraryKey":
        """A new key from ``randomness`` (``os.urandom`` but in tests)."""
        return cls(randomness(KEY_BYTES))

    @classmethod
    def from_hexadecimal(cls, text: str) -> "LibraryKey":
        """The key from 64 hexadecimal digits. Raises ValueError for anything else."""
        if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
            raise ValueError("A library key in hexadecimal has 64 digits.")
        return cls(bytes.fromhex(text))

    def reveal(self) -> bytes:
        """The 32 bytes."""
        return self._secret

    def hexadecimal(self) -> str:
        """The 64 hexadecimal digits."""
        return self._secret.hex()

    def __eq__(self, other: object) -> bool:
        """Equal keys, compared in constant time."""
        return isinstance(other, LibraryKey) and hmac.compare_digest(self._secret, other._secret)

    def __hash__(self) -> int:
        """A hash that tells nothing of the key."""
        return hash(hashlib.sha256(b"pactoria hash" + self._secret).digest())

    def __repr__(self) -> str:
        """What it is, never its value."""
        return "<library key>"

    def __reduce__(self) -> NoReturn:
        """Raises TypeError: a key is not written anywhere by accident."""
        raise TypeError("A library key cannot be pickled.")


def recovery_text(key: LibraryKey) -> str:
    """The key to print: 14 groups of four letters and digits, the last of which check the others."""
    number = int.from_bytes(key.reveal() + _check(key.reveal()), "big")
    letters = "".join(_ALPHABET[(number >> shift) & 31] for shift in range(5 * (_LETTERS - 1), -1, -5))
    return "-".join(letters[at : at + _GROUP] for at in range(0, _LETTERS, _GROUP))


def key_from_recovery(typed: str) -> LibraryKey:
    """The key that was printed. Case, spaces and dashes do not matter; O counts as 0, I and L as 1.

    Raises RecoveryKeyError when letters are missing or wrong (one mistake in 16 million goes unseen here, and then
    the key does not open the library).
    """
    letters = re.sub(r"[\s\-\u2010-\u2015]", "", typed).upper().replace("O", "0").replace("I", "1").replace("L", "1")
    if len(letters) != _LETTERS:
        raise RecoveryKeyError(
            f"A recovery key has {_LETTERS} letters and digits, and this has {len(letters)}; nothing was changed; "
            "type it again as it was printed."
        )
    number = 0
    for letter in letters:
        value = _ALPHABET.find(letter)
        if value < 0:
            raise RecoveryKeyError(
                "The recovery key holds a character that no recovery key has; nothing was changed; "
                "type it again as it was printed."
            )
        number = number << 5 | value
    whole = number.to_bytes(KEY_BYTES + _CHECK_BYTES, "big")
    if not hmac.compare_digest(_check(whole[:KEY_BYTES]), whole[KEY_BYTES:]):
        raise RecoveryKeyError(
            "The recovery key has a typing mistake; nothing was changed; type it again as it was printed."
        )
    return LibraryKey(whole[:KEY_BYTES])


def _check(secret: bytes) -> bytes:
    return hashlib.sha256(b"pactoria recovery key" + secret).digest()[:_CHECK_BYTES]
