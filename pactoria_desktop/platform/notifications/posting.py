"""Handing a letter to the queue of jobs, in the transaction that it tells of."""

from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.contract.identity import IdentityMint
from pactoria_desktop.platform.database.engine import Database
from pactoria_desktop.platform.database.sealing import Seals
from pactoria_desktop.platform.notifications.letters import Letter
from pactoria_desktop.platform.operations.outbox import MAIL, later


async def post(connection: AsyncConnection, seals: Seals, mint: IdentityMint, to: str, letter: Letter) -> None:
    """Let a letter be sent once the transaction is committed."""
    await later(connection, seals, MAIL, to=to, subject=letter.subject, text=letter.text, id=mint.mint())


class QueuedMailer:
    """The port ``Mailer`` on the queue of jobs: a message is kept before ``send`` comes back, and sent by a worker."""

    def __init__(self, database: Database, seals: Seals, mint: IdentityMint) -> None:
        """On parts of the house."""
        self._database, self._seals, self._mint = database, seals, mint

    async def send(self, to: str, subject: str, text: str) -> bool:
        """Keep a message for the worker."""
        async with self._database.unknown() as connection:
            await post(connection, self._seals, self._mint, to, Letter(subject, text))
        return True
