"""What goes wrong with a document, in one sentence for the person who gave it."""


class DocumentError(Exception):
    """A document cannot be read or written. ``str()`` is one sentence: what is wrong with which file, what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
