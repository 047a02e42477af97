"""What can go wrong with the living text."""

from pactoria_desktop.runtime.errors import PactoriaError


class ReplicaError(PactoriaError):
    """A command or an import that was refused; its message is one sentence, and the text is as it was before."""


class ChangedMeanwhileError(ReplicaError):
    """What was worked out on a text of before does not fit the present one; worked out anew it may be tried again."""
