"""Who keeps the library's key: the system's keyring, or a vault under a passphrase, or nobody but memory.

The key file beside the library says which. It never holds a key in plain: for the keyring it holds the name of the
entry, for the vault the sealed key.
"""

import contextlib
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pactoria_desktop.runtime.errors import (
    KeyFileDamagedError,
    KeyFileUnreadableError,
    KeyMissingError,
    NoKeyKeeperError,
    RecoveryKeyError,
    WrongPassphraseError,
)
from pactoria_desktop.runtime.files import write_atomically, write_error
from pactoria_desktop.runtime.library_key import LibraryKey, key_from_recovery
from pactoria_desktop.runtime.vault import UNLOCK_SECONDS, Vault, seal, unseal, vault_from_json

SERVICE = "Pactoria Desktop"
PASSPHRASE_VARIABLE = "PACTORIA_PASSPHRASE"
_FORMAT = 1
_LONGEST_FILE = 65_536


class KeyringUnusable(Exception):  # noqa: N818 - the keyring's own state, turned into a sentence by the keeper
    """The system has no keyring, it is locked, or it did not keep what it was given."""


class Keyring(Protocol):
    """The system's store of secrets. Each call may raise KeyringUnusable."""

    def get(self, account: str) -> str | None:
        """The secret under this name, None where there is none."""
        ...

    def put(self, account: str, secret: str) -> None:
        """Keep a secret under this name."""
        ...

    def remove(self, account: str) -> None:
        """Forget the secret under this name; nothing happens where there is none."""
        ...


class SystemKeyring:
    """The keyring of this system, through the ``keyring`` library, which is imported at the first use.

    Only real system keyrings count: backends that write plain files, or none at all, are unusable.
    """

    def get(self, account: str) -> str | None:
        """The secret, or None. Raises KeyringUnusable."""
        import keyring
        from keyring.errors import KeyringError

        self._require_system_backend()
        try:
            return keyring.get_password(SERVICE, account)
        except (KeyringError, OSError, RuntimeError) as error:
            raise KeyringUnusable(type(error).__name__) from error

    def put(self, account: str, secret: str) -> None:
        """Keep the secret. Raises KeyringUnusable."""
        import keyring
        from keyring.errors import KeyringError

        self._require_system_backend()
        try:
            keyring.set_password(SERVICE, account, secret)
        except (KeyringError, OSError, RuntimeError) as error:
            raise KeyringUnusable(type(error).__name__) from error

    def remove(self, account: str) -> None:
        """Forget the secret. Raises KeyringUnusable."""
        import keyring
        from keyring.errors import KeyringError, PasswordDeleteError

        self._require_system_backend()
        try:
            with contextlib.suppress(PasswordDeleteError):
                keyring.delete_password(SERVICE, account)
        except (KeyringError, OSError, RuntimeError) as error:
            raise KeyringUnusable(type(error).__name__) from error

    def _require_system_backend(self) -> None:
        import keyring

        backend = keyring.get_keyring()
        home = type(backend).__module__
        members = getattr(backend, "backends", None)
        homes = [type(member).__module__ for member in members] if members else [home]
        if any(not name.startswith("keyring.backends.") for name in homes) or home.endswith((".fail", ".null")):
            raise KeyringUnusable(home)


@dataclass(frozen=True, slots=True)
class PassphraseSources:
    """Where a passphrase may come from, in order: a key file, the environment, a question put to the person.

    ``prompt`` is called with True when a passphrase is being chosen and False when one is asked for; it returns None
    when the person declines. Without a terminal or a window there is no prompt.
    """

    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    key_file: Path | None = None
    prompt: Callable[[bool], str | None] | None = None

    def given(self) -> str | None:
        """The passphrase that was given without asking, None where none was. Raises KeyMissingError for a bad file."""
        if self.key_file is not None:
            return self._from_file(self.key_file)
        return self.environment.get(PASSPHRASE_VARIABLE) or None

    def ask(self, choosing: bool) -> str | None:
        """The passphrase that was given, else the person's answer."""
        return self.given() or (self.prompt(choosing) or None if self.prompt is not None else None)

    def _from_file(self, path: Path) -> str:
        try:
            with path.open("rb") as stream:
                content = stream.read(_LONGEST_FILE + 1)
            text = content.decode("utf-8-sig").strip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise KeyMissingError(
                f"The key file {path} cannot be read; nothing was changed; name a text file that holds the passphrase."
            ) from error
        if not text or len(content) > _LONGEST_FILE:
            raise KeyMissingError(
                f"The key file {path} holds no passphrase (empty, or over 64 KB); nothing was changed; name another."
            )
        return text


class KeyKeeper:
    """Makes, finds and re-seats the key of the library whose key file is ``path``."""

    def __init__(
        self,
        path: Path,
        *,
        keyring: Keyring,
        passphrases: PassphraseSources,
        randomness: Callable[[int], bytes],
        unlock_seconds: float = UNLOCK_SECONDS,
    ) -> None:
        """``unlock_seconds`` is what a new vault costs to open."""
        self._path = path
        self._keyring = keyring
        self._passphrases = passphrases
        self._randomness = randomness
        self._unlock_seconds = unlock_seconds

    @property
    def exists(self) -> bool:
        """Whether a key was made here before."""
        return self._path.exists()

    def make(self) -> LibraryKey:
        """A new key, kept before it is returned: under a passphrase that was given, else in the keyring, else asked.

        Raises NoKeyKeeperError when there is none of them, WriteError when the key file cannot be written.
        """
        key = LibraryKey.random(self._randomness)
        self.keep(key)
        return key

    def keep(self, key: LibraryKey) -> None:
        """Seat a key here, as ``make`` does: for a key that came from a recovery key or a backup."""
        given = self._passphrases.given()
        if given is not None:
            self.keep_under_passphrase(key, given)
            return
        try:
            self.keep_in_keyring(key)
        except KeyringUnusable as reason:
            chosen = self._passphrases.ask(True)
            if chosen is None:
                raise _no_keeper() from reason
            self.keep_under_passphrase(key, chosen)

    def keep_in_keyring(self, key: LibraryKey) -> None:
        """Seat the key in the keyring and read it back. Raises KeyringUnusable, and then nothing has changed."""
        old = self._account()
        account = f"library {uuid.UUID(bytes=self._randomness(16), version=4)}"
        self._keyring.put(account, key.hexadecimal())
        try:
            kept = self._keyring.get(account)
            if kept is None or not _same(kept, key):
                raise KeyringUnusable("The keyring did not keep the key.")
            self._write({"keeper": "keyring", "account": account})
        except BaseException:
            with contextlib.suppress(KeyringUnusable):
                self._keyring.remove(account)
            raise
        self._forget(old)

    def keep_under_passphrase(self, key: LibraryKey, passphrase: str) -> None:
        """Seat the key in a vault and open it once to be sure; an entry in the keyring is removed afterwards."""
        old = self._account()
        vault = seal(key, passphrase, randomness=self._randomness, seconds=self._unlock_seconds)
        if unseal(vault, passphrase) != key:
            raise WrongPassphraseError("The new vault does not give back its key; nothing was changed; try again.")
        self._write({"keeper": "passphrase", "vault": vault.to_json()})
        self._forget(old)

    def find(self) -> LibraryKey:
        """The key of this library; a printed recovery key given as the passphrase serves where its keeper fails.

        Raises LibraryKeyError, each kind in one sentence.
        """
        try:
            return self._kept()
        except (KeyMissingError, KeyFileDamagedError, KeyFileUnreadableError):
            recovered = recovered_key(self._passphrases.given())
            if recovered is None:
                raise
            return recovered

    def set_aside(self, beside: Path) -> None:
        """Keep a key file that is of no use any more under another name; nothing happens where there is none.

        Raises WriteError.
        """
        try:
            self._path.replace(beside)
        except FileNotFoundError:
            return
        except OSError as error:
            raise write_error(beside, error) from error

    def _kept(self) -> LibraryKey:
        content = self._read()
        keeper = content.get("keeper")
        if keeper == "keyring" and isinstance(content.get("account"), str):
            return self._from_keyring(str(content["account"]))
        if keeper == "passphrase":
            return self._from_vault(vault_from_json(content.get("vault")))
        raise self._damaged()

    def _from_keyring(self, account: str) -> LibraryKey:
        try:
            kept = self._keyring.get(account)
        except KeyringUnusable as error:
            raise KeyMissingError(
                "The system's keyring that holds this library's key cannot be reached; the contracts are untouched; "
                f"unlock the keyring and start again, or give the recovery key in {PASSPHRASE_VARIABLE} or --key-file."
            ) from error
        if kept is None:
            raise KeyMissingError(
                "The system's keyring does not hold this library's key any more; the contracts are untouched; "
                f"give the recovery key in {PASSPHRASE_VARIABLE} or --key-file."
            )
        try:
            return LibraryKey.from_hexadecimal(kept)
        except ValueError as error:
            raise KeyMissingError(
                "What the system's keyring holds for this library is not its key; the contracts are untouched; "
                f"give the recovery key in {PASSPHRASE_VARIABLE} or --key-file."
            ) from error

    def _from_vault(self, vault: Vault) -> LibraryKey:
        passphrase = self._passphrases.ask(False)
        if passphrase is None:
            raise _no_keeper()
        try:
            return unseal(vault, passphrase)
        except WrongPassphraseError:
            recovered = recovered_key(passphrase)
            if recovered is None:
                raise
            return recovered

    def _forget(self, account: str | None) -> None:
        """Remove an entry that nothing names any more; a keyring that is away keeps it, which harms nothing."""
        if account is not None:
            with contextlib.suppress(KeyringUnusable):
                self._keyring.remove(account)

    def _account(self) -> str | None:
        if not self.exists:
            return None
        try:
            account = self._read().get("account")
        except KeyFileDamagedError:
            return None
        return account if isinstance(account, str) else None

    def _read(self) -> dict[str, object]:
        try:
            with self._path.open("rb") as stream:
                content = json.loads(stream.read(_LONGEST_FILE))
        except FileNotFoundError as error:
            raise KeyMissingError(
                f"The key file {self._path} is missing; the contracts are untouched; "
                f"give the recovery key in {PASSPHRASE_VARIABLE} or --key-file."
            ) from error
        except OSError as error:
            raise KeyFileUnreadableError(
                f"The key file {self._path} cannot be read ({error.strerror}); the contracts are untouched; "
                "check that you may read it."
            ) from error
        except (ValueError, RecursionError) as error:
            raise self._damaged() from error
        if not isinstance(content, dict) or content.get("format") != _FORMAT:
            raise self._damaged()
        return content

    def _write(self, content: dict[str, object]) -> None:
        whole = json.dumps({"format": _FORMAT, **content}, indent=1, sort_keys=True)
        write_atomically(self._path, whole.encode(), mode=0o600)

    def _damaged(self) -> KeyFileDamagedError:
        return KeyFileDamagedError(
            f"The key file {self._path} is damaged or from a newer program; the contracts are untouched; "
            f"give the recovery key in {PASSPHRASE_VARIABLE} or --key-file."
        )


def recovered_key(typed: str | None) -> LibraryKey | None:
    """The key that a passphrase is the printed form of, None for every other passphrase."""
    try:
        return None if typed is None else key_from_recovery(typed)
    except RecoveryKeyError:
        return None


def _same(text: str, key: LibraryKey) -> bool:
    try:
        return LibraryKey.from_hexadecimal(text) == key
    except ValueError:
        return False


def _no_keeper() -> NoKeyKeeperError:
    return NoKeyKeeperError(
        "The library's key needs a keeper, and this system offers no keyring; nothing was changed; "
        f"set {PASSPHRASE_VARIABLE} or give --key-file FILE with a passphrase."
    )
