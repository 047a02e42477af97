"""What sync refuses or meets, each in one sentence. Local work goes on whatever the platform says."""

from pactoria_desktop.runtime.errors import PactoriaError


class SyncError(PactoriaError):
    """Base: the platform could not take or give what was asked; what was changed here stays here and waits."""


class OfflineError(SyncError):
    """The platform does not answer."""


class SignedOutError(SyncError):
    """The platform does not know this device any more; sign in again."""


class AccessLostError(SyncError):
    """The person does not belong to the organization any more, or may not sync there."""


class NotThereError(AccessLostError):
    """The platform does not have what was asked for, or the person may not know of it."""


class TooOldError(SyncError):
    """The program and the platform speak different versions of the wire."""


class RefusedError(SyncError):
    """The platform refused for another reason; its sentence is kept."""


class ChangedThereError(RefusedError):
    """Somebody else changed meanwhile what was to be changed; asked again with what is there now, it may be taken."""


class AnswerLostError(OfflineError):
    """The platform may have done what was asked, but its answer did not come."""


class AnswerError(SyncError):
    """An answer that is not one of a platform."""


class LargeAnswerError(AnswerError):
    """An answer larger than what was asked for may be."""


class WrongFileError(AnswerError):
    """What came, or was kept, as a Word file is not that file."""


class RemovalError(SyncError):
    """A sync would take away so much that a person is asked first; nothing of it was done."""

    def __init__(self, removed: int, known: int) -> None:
        """``removed`` of the ``known`` records would go."""
        super().__init__(
            f"Sync would remove {removed} of {known} records; nothing was removed; "
            "check with whoever runs the organization, then allow it or leave it."
        )
        self.removed = removed
        self.known = known
