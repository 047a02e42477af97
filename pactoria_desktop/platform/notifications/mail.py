"""Mail as a port: rooms say what a message says, and whoever sends it stands behind ``Mailer``."""

from typing import Protocol


class Mailer(Protocol):
    """Takes messages in plain text."""

    async def send(self, to: str, subject: str, text: str) -> bool:
        """Take a message for an address; False where it cannot be taken. Sending itself may happen later."""
        ...


class NoMailer:
    """Stands where no mail server was named: takes nothing."""

    async def send(self, to: str, subject: str, text: str) -> bool:
        """Take nothing."""
        return False


def sends_mail(mailer: Mailer) -> bool:
    """Whether there is anybody who sends."""
    return not isinstance(mailer, NoMailer)
