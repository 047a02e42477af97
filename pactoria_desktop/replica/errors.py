"""What can go wrong with the living text."""


class ReplicaError(Exception):
    """A command or an import that was refused; its message is one sentence, and the text is as it was before."""
