"""A key sealed under a passphrase: AES-256-GCM under scrypt (RFC 7914), tuned to this machine when it is made."""

import base64
import binascii
import json
import time
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pactoria_desktop.runtime.errors import KeyFileDamagedError, WrongPassphraseError
from pactoria_desktop.runtime.library_key import LibraryKey

UNLOCK_SECONDS = 0.25
_BLOCK = 8
_LEAST_COST = 2**15
_GREATEST_COST = 2**20  # 1 GiB of memory; a vault that asks for more is refused
_USUAL_COST = 2**17  # 128 MiB; beyond it, more rounds are taken instead of more memory
_GREATEST_ROUNDS = 16


@dataclass(frozen=True, slots=True)
class Vault:
    """What is written down: the cost of scrypt (n, with r = 8), its rounds (p), salt, nonce and the sealed key."""

    cost: int
    rounds: int
    salt: bytes
    nonce: bytes
    sealed: bytes

    def to_json(self) -> dict[str, object]:
        """The vault as a JSON object."""
        return {
            "cost": self.cost,
            "rounds": self.rounds,
            "salt": base64.b64encode(self.salt).decode(),
            "nonce": base64.b64encode(self.nonce).decode(),
            "sealed": base64.b64encode(self.sealed).decode(),
        }


def vault_from_json(value: object) -> Vault:
    """Read a vault that may have been damaged or altered. Raises KeyFileDamagedError."""
    try:
        if not isinstance(value, Mapping):
            raise ValueError("not an object")
        cost, rounds = value["cost"], value["rounds"]
        if type(cost) is not int or type(rounds) is not int or cost & (cost - 1):
            raise ValueError("not a cost")
        if not (_LEAST_COST <= cost <= _GREATEST_COST and 1 <= rounds <= _GREATEST_ROUNDS):
            raise ValueError("a cost out of range")
        salt, nonce, sealed = (base64.b64decode(value[name], validate=True) for name in ("salt", "nonce", "sealed"))
        if (len(salt), len(nonce), len(sealed)) != (16, 12, 48):
            raise ValueError("a part of the wrong length")
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise KeyFileDamagedError(
            "The sealed key is damaged and cannot be read; the contracts are untouched; use the recovery key."
        ) from error
    return Vault(cost, rounds, salt, nonce, sealed)


def seal(
    key: LibraryKey,
    passphrase: str,
    *,
    randomness: Callable[[int], bytes],
    seconds: float = UNLOCK_SECONDS,
    purpose: str = "library",
) -> Vault:
    """Seal ``key`` so that unlocking takes about ``seconds`` here. ``purpose`` is bound in: a vault serves no other."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cost, rounds = tuned(seconds)
    salt, nonce = randomness(16), randomness(12)
    wrapping = _derive(passphrase, salt, cost, rounds)
    return Vault(
        cost, rounds, salt, nonce, AESGCM(wrapping).encrypt(nonce, key.reveal(), _bound(purpose, cost, rounds, salt))
    )


def unseal(vault: Vault, passphrase: str, *, purpose: str = "library") -> LibraryKey:
    """The key that was sealed. Raises WrongPassphraseError when the passphrase is wrong or the vault was altered."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    wrapping = _derive(passphrase, vault.salt, vault.cost, vault.rounds)
    try:
        secret = AESGCM(wrapping).decrypt(
            vault.nonce, vault.sealed, _bound(purpose, vault.cost, vault.rounds, vault.salt)
        )
    except InvalidTag as error:
        raise WrongPassphraseError(
            f"The passphrase does not open this {purpose}; nothing was changed; try again, or use the recovery key."
        ) from error
    return LibraryKey(secret)


def tuned(seconds: float) -> tuple[int, int]:
    """Cost and rounds of scrypt that take about ``seconds`` of this processor, never less than the least cost."""
    begin = time.thread_time()
    _derive("measure", b"\0" * 16, _LEAST_COST, 1)
    once = max(time.thread_time() - begin, 1e-4)
    cost = _LEAST_COST
    while cost < _USUAL_COST and once * (cost // _LEAST_COST) * 2 <= seconds:
        cost *= 2
    rounds = int(seconds / (once * (cost // _LEAST_COST)))
    return cost, min(_GREATEST_ROUNDS, max(1, rounds))


def _derive(passphrase: str, salt: bytes, cost: int, rounds: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    words = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    return Scrypt(salt=salt, length=32, n=cost, r=_BLOCK, p=rounds).derive(words)


def _bound(purpose: str, cost: int, rounds: int, salt: bytes) -> bytes:
    return json.dumps(["pactoria vault 1", purpose, cost, rounds, salt.hex()]).encode()
