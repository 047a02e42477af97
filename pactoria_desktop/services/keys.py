"""Opening the library of this device: where it lies, whose key opens it, who works in it."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pactoria_desktop.contract.identity import IdentityMint
from pactoria_desktop.runtime.clock import Clock, to_milliseconds
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.runtime.secrets import KeyKeeper, PassphraseSources, SystemKeyring
from pactoria_desktop.store.errors import LibraryMissingError
from pactoria_desktop.store.library import Library, open_library


@dataclass(frozen=True, slots=True)
class Person:
    """Who works here: the user's id in this library and the device's."""

    user: str
    device: str


def key_keeper(home: Home, passphrases: PassphraseSources) -> KeyKeeper:
    """The keeper of a home's key."""
    return KeyKeeper(home.key_file, keyring=SystemKeyring(), passphrases=passphrases, randomness=os.urandom)


def passphrase_sources(
    environment: Mapping[str, str], key_file: str | None, prompt: Callable[[bool], str | None] | None
) -> PassphraseSources:
    """Where the passphrase may come from."""
    return PassphraseSources(environment, Path(key_file) if key_file else None, prompt)


@contextlib.contextmanager
def opened_library(
    home: Home, passphrases: PassphraseSources, clock: Clock, *, create: bool = True
) -> Iterator[Library]:
    """The library of a home, closed at the end. Raises the refusals of keys and of the library.

    Without ``create`` nothing is made where there is no library, not even the folder.
    """
    if not create and not home.library.exists():
        raise LibraryMissingError(
            f"There is no library in {home.folder}; nothing was made; import a contract, or restore a backup."
        )
    keeper = key_keeper(home, passphrases)

    def key(new: bool) -> LibraryKey:
        return keeper.make() if new and not keeper.exists else keeper.find()

    with contextlib.closing(open_library(home, key, clock, create=create)) as library:
        yield library


def person_of(library: Library, clock: Clock) -> Person:
    """The user and device of a library; minted at the first call."""
    from pactoria_desktop.store.sessions import Facts

    with library.reading() as session:
        facts = Facts(session)
        user, device = facts.get("user"), facts.get("device")
    if user is not None and device is not None:
        return Person(user, device)
    mint = IdentityMint(lambda: to_milliseconds(clock.now()), os.urandom)
    with library.writing() as session:
        facts = Facts(session)
        found = []
        for name in ("user", "device"):
            value = facts.get(name)
            if value is None:
                value = mint.mint()
                facts.put(name, value)
            found.append(value)
    return Person(*found)
