"""What goes wrong with a document, in one sentence for the person who gave it."""

from pactoria_desktop.runtime.errors import PactoriaError


class DocumentError(PactoriaError):
    """A document cannot be read or written. ``str()`` is one sentence: what is wrong with which file, what to do."""
