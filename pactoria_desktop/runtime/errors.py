"""Refusals of the runtime and the library: each says in one sentence what happened, what is safe and what to do."""


class PactoriaError(Exception):
    """Something that a person can act on. ``sentence`` is shown as it stands, and only that."""

    def __init__(self, sentence: str) -> None:
        """Keep the sentence."""
        super().__init__(sentence)
        self.sentence = sentence


class WriteError(PactoriaError):
    """A file or the library could not be written; what was there before is whole."""


class DiskFullError(WriteError):
    """There is no room left."""


class ReadOnlyError(WriteError):
    """The place may not be written."""


class SettingsError(PactoriaError):
    """A setting was given a value that it cannot hold."""


class LibraryKeyError(PactoriaError):
    """The library's key could not be had. Base of the refusals below."""


class NoKeyKeeperError(LibraryKeyError):
    """There is neither a keyring nor a passphrase to keep the key with."""


class KeyMissingError(LibraryKeyError):
    """The place that should hold the key does not hold it any more."""


class WrongPassphraseError(LibraryKeyError):
    """The passphrase does not open the vault, or the vault was altered."""


class RecoveryKeyError(LibraryKeyError):
    """What was typed is not a recovery key."""


class KeyFileUnreadableError(LibraryKeyError):
    """The file that says where the key lies is there, but the system does not let it be read."""


class KeyFileDamagedError(LibraryKeyError):
    """The file that says where the key lies cannot be read."""
