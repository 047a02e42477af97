"""Contents at rest: sealed under a key of their organization, which is itself sealed under the platform's master key.

AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits. What a sealed content belongs to (organization, kind,
place) is authenticated with it, so that a row moved elsewhere does not open. A sealed content is version (1 byte),
number of the key (2 bytes), nonce (12 bytes), then the ciphertext with its tag (16 bytes more than the content).
"""

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_keep
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.database.schema.organizations import OrganizationKey
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.runtime.errors import PactoriaError

_VERSION = 1
_HEAD = struct.Struct(">BH")
_NONCE = 12
OVERHEAD = _HEAD.size + _NONCE + 16
"""Bytes that sealing adds."""


class UnsealError(PactoriaError):
    """A sealed content was altered, or belongs elsewhere, or the master key is another one."""


@dataclass(frozen=True, slots=True)
class OrganizationSeal:
    """Seals and opens the contents of one organization."""

    organization: str
    number: int
    keys: dict[int, bytes]
    random: Callable[[int], bytes] = os.urandom
    ciphers: dict[int, AESGCM] = field(default_factory=dict, repr=False, compare=False)
    """Made of the keys as they are asked for: setting one up costs as much as sealing a sentence."""

    def seal(self, content: bytes, *place: str) -> bytes:
        """Seal bytes for a place, for example ``("text_update", contract, "17")``."""
        nonce = self.random(_NONCE)
        head = _HEAD.pack(_VERSION, self.number)
        return head + nonce + self._cipher(self.number).encrypt(nonce, content, self._place(head, place))

    def open(self, sealed: bytes, *place: str) -> bytes:
        """The bytes sealed for a place. Raises UnsealError."""
        head, nonce, rest = (
            sealed[: _HEAD.size],
            sealed[_HEAD.size : _HEAD.size + _NONCE],
            sealed[_HEAD.size + _NONCE :],
        )
        try:
            version, number = _HEAD.unpack(head)
            if version != _VERSION:
                raise ValueError
            return self._cipher(number).decrypt(nonce, rest, self._place(head, place))
        except (struct.error, KeyError, ValueError, InvalidTag) as error:
            raise UnsealError(
                f"A content of organization {self.organization} ({place[0] if place else 'content'}) does not open; "
                "it was altered, or the master key is another one."
            ) from error

    def _cipher(self, number: int) -> AESGCM:
        found = self.ciphers.get(number)
        if found is None:
            found = self.ciphers[number] = AESGCM(self.keys[number])
        return found

    def _place(self, head: bytes, place: tuple[str, ...]) -> bytes:
        return head + "\x1f".join((self.organization, *place)).encode()


class Seals:
    """The seals of all organizations. Keys are kept in memory once they were opened."""

    def __init__(self, master_key: bytes, clock: Clock, random: Callable[[int], bytes] = os.urandom) -> None:
        """With the master key (32 bytes). Raises ValueError for another length."""
        if len(master_key) != 32:
            raise ValueError("A master key has 32 bytes.")
        self._master_key = master_key
        self._master = AESGCM(master_key)
        self._clock = clock
        self._random = random
        self._known: dict[str, OrganizationSeal] = {}

    def derived(self, purpose: str) -> bytes:
        """A key of 32 bytes for a purpose, the same on every node (HKDF, RFC 5869, from the master key)."""
        return HKDF(SHA256(), 32, salt=None, info=f"pactoria {purpose}".encode()).derive(self._master_key)

    async def of(self, connection: AsyncConnection, organization: str) -> OrganizationSeal:
        """The seal of an organization, in a transaction of that organization; its first key is made when missing.

        Raises UnsealError when the key was sealed under another master key.
        """
        known = self._known.get(organization)
        if known is not None:
            return known
        rows = (await connection.execute(_keys_of(organization))).all()
        if not rows:
            sealed = self._wrap(organization, 1, self._random(32))
            await connection.execute(
                insert_or_keep(OrganizationKey)
                .values(organization_id=organization, number=1, sealed=sealed, created_at=self._clock.now())
                .on_conflict_do_nothing()
            )
            # Not remembered yet: this transaction may still be rolled back, and the key with it.
            rows = (await connection.execute(_keys_of(organization))).all()
            return self._seal(organization, {row.number: row.sealed for row in rows})
        seal = self._seal(organization, {row.number: row.sealed for row in rows})
        self._known[organization] = seal
        return seal

    async def add_key(self, connection: AsyncConnection, organization: str) -> int:
        """Give an organization a further key, which everything sealed from now on is under; gives its number."""
        seal = await self.of(connection, organization)
        number = max(seal.keys) + 1
        await connection.execute(
            insert(OrganizationKey).values(
                organization_id=organization,
                number=number,
                sealed=self._wrap(organization, number, self._random(32)),
                created_at=self._clock.now(),
            )
        )
        self._known.pop(organization, None)
        return number

    def _seal(self, organization: str, sealed: dict[int, bytes]) -> OrganizationSeal:
        keys = {number: self._unwrap(organization, number, content) for number, content in sealed.items()}
        return OrganizationSeal(organization, max(keys), keys, self._random)

    def _wrap(self, organization: str, number: int, key: bytes) -> bytes:
        nonce = self._random(_NONCE)
        return nonce + self._master.encrypt(nonce, key, f"{organization}\x1f{number}".encode())

    def _unwrap(self, organization: str, number: int, sealed: bytes) -> bytes:
        try:
            return self._master.decrypt(sealed[:_NONCE], sealed[_NONCE:], f"{organization}\x1f{number}".encode())
        except (InvalidTag, ValueError) as error:
            raise UnsealError(
                "The organizations' keys were sealed under another master key; nothing was changed; "
                "give PACTORIA_MASTER_KEY the one that this platform was made with."
            ) from error


def opens_key(master_key: bytes, organization: str, number: int, sealed: bytes) -> bytes:
    """An organization's key out of its seal. Raises InvalidTag for another master key."""
    return AESGCM(master_key).decrypt(sealed[:_NONCE], sealed[_NONCE:], f"{organization}\x1f{number}".encode())


def _keys_of(organization: str):  # type: ignore[no-untyped-def]
    return select(OrganizationKey.number, OrganizationKey.sealed).where(OrganizationKey.organization_id == organization)
