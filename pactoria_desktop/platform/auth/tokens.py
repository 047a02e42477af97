"""Opaque tokens: 256 random bits, known to the platform by their SHA-256 alone."""

import base64
import hashlib
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

TOKEN_BYTES = 32
LONGEST_TOKEN = 128
USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Letters that spell no words and are told apart (RFC 8628, 6.1)."""
USER_CODE_LENGTH = 8
_NONCE = 12


def new_token(randomness: Callable[[int], bytes]) -> str:
    """A token of 43 letters, fit for addresses and headers."""
    return base64.urlsafe_b64encode(randomness(TOKEN_BYTES)).rstrip(b"=").decode()


def digest_of(token: str) -> bytes:
    """What the database knows of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("utf-8", "replace")).digest()).rstrip(b"=").decode()


def seal_under(token: str, content: bytes, randomness: Callable[[int], bytes]) -> bytes:
    """Seal a content so that only the holder of the token can open it: nonce, then AES-256-GCM."""
    nonce = randomness(_NONCE)
    return nonce + AESGCM(_key_from(token)).encrypt(nonce, content, None)


def open_under(token: str, sealed: bytes) -> bytes | None:
    """What was sealed under the token, None where it was another."""
    try:
        return AESGCM(_key_from(token)).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
    except (InvalidTag, ValueError):
        return None


def _key_from(token: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"pactoria successor of a refresh token").derive(token.encode())


def new_user_code(randomness: Callable[[int], bytes]) -> str:
    """Eight letters that a person types, each equally likely."""
    letters = ""
    greatest = 256 - 256 % len(USER_CODE_LETTERS)
    while len(letters) < USER_CODE_LENGTH:
        letters += "".join(USER_CODE_LETTERS[one % 20] for one in randomness(16) if one < greatest)
    return letters[:USER_CODE_LENGTH]


def shown_user_code(code: str) -> str:
    """A user code as it is shown: ``BCDF-GHJK``."""
    return f"{code[:4]}-{code[4:]}"


def typed_user_code(typed: str) -> str | None:
    """The user code that somebody typed, with whatever dashes and case; None where it is none."""
    code = "".join(letter for letter in typed.upper() if letter not in " -\u2010\u2011\u2012\u2013\u2014\t")
    return code if len(code) == USER_CODE_LENGTH and all(letter in USER_CODE_LETTERS for letter in code) else None
