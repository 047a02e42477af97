"""What the command line refuses by itself."""

from pactoria_desktop.runtime.errors import PactoriaError


class UsageError(PactoriaError):
    """The words of a command do not fit together."""
