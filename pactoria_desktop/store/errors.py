"""What the library refuses, each in one sentence, and how SQLite's words become such sentences."""

from pathlib import Path

from pactoria_desktop.runtime.errors import DiskFullError, PactoriaError, ReadOnlyError, WriteError


class LibraryError(PactoriaError):
    """Base of the library's refusals."""


class LibraryClosedToKeyError(LibraryError):
    """The key does not open the library, or its beginning is damaged."""


class LibraryDamagedError(LibraryError):
    """Part of the library is not what was written."""


class LibraryNewerError(LibraryError):
    """A newer program made this library."""


class LibraryInUseError(LibraryError):
    """Another process has the library open."""


class LibraryEndedError(LibraryError):
    """The library was closed; whoever still works on a thread comes too late."""


class LibraryMissingError(LibraryError):
    """There is no library."""


class NotInLibraryError(LibraryError):
    """What was asked for is not in the library."""


class MigrationError(LibraryError):
    """The library could not be brought to this program's form; it is as it was."""


class BackupError(LibraryError):
    """A backup cannot be used."""


class SearchCancelled(Exception):  # noqa: N818 - an outcome, not an error
    """A search was stopped because nobody waits for it any more."""


_FULL, _READ_ONLY, _CORRUPT, _NOT_A_DATABASE, _BUSY, _INPUT_OUTPUT, _CANNOT_OPEN = 13, 8, 11, 26, 5, 10, 14
_NOT_PERMITTED = 3


def refusal_for(error: BaseException, library: Path | None = None) -> PactoriaError | None:
    """The sentence for an error of the database's own making, None when it is a fault of ours and must be seen.

    ``library`` is the file, where it is known.
    """
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(code, int):
        return None
    primary, name = code & 0xFF, "The library" if library is None else f"The library {library}"
    if primary == _FULL:
        return DiskFullError(
            f"{name} cannot grow, since there is no room left; what was saved before is safe; "
            "free some space and try again."
        )
    if primary in (_READ_ONLY, _NOT_PERMITTED):
        return ReadOnlyError(
            f"{name} may not be written; what was saved before is safe; check the rights of the file and its folder."
        )
    if primary == _CANNOT_OPEN:
        return WriteError(f"{name} could not be opened; it is as it was; check that you may read and write it.")
    if primary == _INPUT_OUTPUT:
        return WriteError(
            f"{name} cannot be read or written as it should, since the disk refuses; what was saved before is safe; "
            "check the disk and try again."
        )
    if primary in (_CORRUPT, _NOT_A_DATABASE):
        return LibraryDamagedError(
            f"{name} is damaged in a part; nothing more was written; copy its folder and restore a backup."
        )
    if primary == _BUSY:
        return LibraryInUseError(f"{name} is held by another program; nothing was changed; close it and try again.")
    return None
