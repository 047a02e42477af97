"""What the library refuses, each in one sentence, and how SQLite's words become such sentences."""

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


def refusal_for(error: BaseException) -> PactoriaError | None:
    """The sentence for an error of the database's own making, None when it is a fault of ours and must be seen."""
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(code, int):
        return None
    primary = code & 0xFF
    if primary == _FULL:
        return DiskFullError(
            "There is no room left for the library; what was saved before is safe and unsaved work is kept in memory; "
            "free some space and try again."
        )
    if primary == _READ_ONLY:
        return ReadOnlyError(
            "The library may not be written; what was saved before is safe and unsaved work is kept in memory; "
            "check the rights of its folder."
        )
    if primary in (_INPUT_OUTPUT, _CANNOT_OPEN):
        return WriteError(
            "The disk does not answer as it should for the library; what was saved before is safe and unsaved work is "
            "kept in memory; check the disk and try again."
        )
    if primary in (_CORRUPT, _NOT_A_DATABASE):
        return LibraryDamagedError(
            "A part of the library is damaged; nothing more was written; copy its folder and restore a backup."
        )
    if primary == _BUSY:
        return LibraryInUseError("Another program holds the library; nothing was changed; close it and try again.")
    return None
