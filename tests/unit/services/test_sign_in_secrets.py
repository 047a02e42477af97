"""The tokens of a sign-in are kept wherever this system can keep them, and in one place at a time."""

from collections.abc import Iterator

import pytest

from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.secrets import KeyringUnusable
from pactoria_desktop.services.sign_in_secrets import SignInSecrets
from pactoria_desktop.store.library import Library, temporary_library
from pactoria_desktop.store.sessions import Secrets

NAME = "platform https://pactoria.example"


class Keyring:
    """A system's keyring, which may be locked."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.locked = False

    def _open(self) -> None:
        if self.locked:
            raise KeyringUnusable("locked")

    def get(self, account: str) -> str | None:
        self._open()
        return self.kept.get(account)

    def put(self, account: str, secret: str) -> None:
        self._open()
        self.kept[account] = secret

    def remove(self, account: str) -> None:
        self._open()
        self.kept.pop(account, None)


@pytest.fixture
def library() -> Iterator[Library]:
    with temporary_library(SystemClock()) as found:
        yield found


def in_library(library: Library) -> str | None:
    with library.reading() as session:
        return Secrets(session).get(NAME)


def test_a_keyring_that_works_keeps_them_and_the_library_nothing(library: Library) -> None:
    keyring = Keyring()
    secrets = SignInSecrets(library, keyring)
    secrets.put(NAME, "first")
    assert (keyring.kept, in_library(library)) == ({NAME: "first"}, None)
    assert secrets.get(NAME) == "first"
    secrets.remove(NAME)
    assert keyring.kept == {}
    assert secrets.get(NAME) is None


def test_without_a_keyring_the_encrypted_library_keeps_them(library: Library) -> None:
    keyring = Keyring()
    keyring.locked = True
    secrets = SignInSecrets(library, keyring)
    secrets.put(NAME, "first")
    secrets.put(NAME, "second")
    assert in_library(library) == "second"
    assert secrets.get(NAME) == "second"
    secrets.remove(NAME)
    assert in_library(library) is None


def test_a_keyring_that_works_again_takes_them_over_and_no_old_pair_stays_behind(library: Library) -> None:
    keyring = Keyring()
    secrets = SignInSecrets(library, keyring)
    keyring.locked = True
    secrets.put(NAME, "in the library")
    keyring.locked = False
    secrets.put(NAME, "in the keyring")
    assert in_library(library) is None
    assert secrets.get(NAME) == "in the keyring"


def test_a_locked_keyring_that_may_hold_them_is_said_and_not_taken_for_signed_out(library: Library) -> None:
    keyring = Keyring()
    secrets = SignInSecrets(library, keyring)
    secrets.put(NAME, "first")
    keyring.locked = True
    with pytest.raises(KeyringUnusable):
        secrets.get(NAME)
    with pytest.raises(KeyringUnusable):
        secrets.remove(NAME)
