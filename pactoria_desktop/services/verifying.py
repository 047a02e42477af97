"""Whether a contract's history is what was made: the chain of its versions, each one's text, and each one's file."""

from collections.abc import Iterator

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.canonical import content_hash
from pactoria_desktop.contract.history import HistoryProblem, Version, hash_of
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.store.errors import LibraryDamagedError, NotInLibraryError
from pactoria_desktop.store.library import Library
from pactoria_desktop.store.packages import Packages
from pactoria_desktop.store.texts import StoredText, Texts
from pactoria_desktop.store.versions import Versions


def history_problems(library: Library, contract: str, clock: Clock) -> tuple[HistoryProblem, ...]:
    """What is wrong with a contract's history; empty when it is as it was made. Reads all of it."""
    with library.reading() as session:
        versions = Versions(session).of(contract)
        found = list(Versions(session).problems(contract))
        if not versions:
            return (HistoryProblem("missing", 1, "The contract has no version, though each begins with one."),)
        packages = Packages(session)
        for version in versions:
            if version.package_sha256 is not None:
                try:
                    packages.read(version.package_sha256)
                except LibraryDamagedError:
                    sentence = f"The file of version {version.number} is damaged."
                    found.append(HistoryProblem("file", version.number, sentence))
                except NotInLibraryError:
                    sentence = f"The file of version {version.number} is missing, or has not come yet."
                    found.append(HistoryProblem("file", version.number, sentence))
        try:
            stored = Texts(session).open(contract)
        except (LibraryDamagedError, NotInLibraryError) as error:
            return (*found, HistoryProblem("text", versions[-1].number, error.sentence))
    sound = tuple(version for version in versions if hash_of(version) == version.hash)
    return (*found, *_other_texts(stored, sound, clock))


def _other_texts(stored: StoredText, versions: tuple[Version, ...], clock: Clock) -> Iterator[HistoryProblem]:
    """The versions whose words are not those that were sealed."""
    try:
        replica = Replica.open(stored.snapshot, stored.updates, identity=Identity(""), clock=clock)
    except ReplicaError as error:
        yield HistoryProblem("text", versions[-1].number if versions else 1, error.sentence)
        return
    try:
        for version in versions:
            try:
                text = replica.text_at(bytes.fromhex(version.frontier))
            except (ReplicaError, ValueError):
                yield HistoryProblem(
                    "text",
                    version.number,
                    f"The text of version {version.number} is not in the library any more, or yet.",
                )
                continue
            if (accepted(text).sha256, content_hash(text)) != (version.text_sha256, version.content_sha256):
                yield HistoryProblem(
                    "text", version.number, f"The text of version {version.number} is not the one that was sealed."
                )
    finally:
        replica.close()
