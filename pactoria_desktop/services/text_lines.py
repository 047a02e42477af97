"""How the texts of one account go over the line: one exchange at a time for each, and nothing unseen."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence

from pactoria_desktop.protocol.problems import Code
from pactoria_desktop.protocol.texts import TextNews, TextPush, TextPushed
from pactoria_desktop.services.syncing import Departure
from pactoria_desktop.sync.courier import HttpCourier
from pactoria_desktop.sync.texts import Exchange, LocalText, PushRefusedError, TextSync


class OneAtATime(TextSync):
    """Exchanges of one text go one after the other, whoever asks."""

    def __init__(
        self,
        inner: TextSync,
        locks: dict[str, asyncio.Lock],
        may_push: Callable[[str], bool],
        renew: Callable[[], Awaitable[None]],
    ) -> None:
        self._inner, self._locks, self._may_push, self._renew = inner, locks, may_push, renew

    async def exchange(self, text: LocalText) -> Exchange:
        """As ``TextSync.exchange``; whoever may not change the text only receives."""
        async with self._locks.setdefault(text.contract, asyncio.Lock()):
            try:
                return await self._exchanged(text)
            except PushRefusedError as error:
                if error.code is not Code.SIGNED_OUT:
                    raise
            await self._renew()
            return await self._exchanged(text)

    async def _exchanged(self, text: LocalText) -> Exchange:
        if await asyncio.to_thread(self._may_push, text.contract):
            return await self._inner.exchange(text)
        await self._inner.pull(text)
        return Exchange.NOTHING


class Noted:
    """A courier that notes in the upload ledger what is about to leave."""

    def __init__(self, courier: HttpCourier, note: Callable[[list[Departure]], None]) -> None:
        self._courier, self._note = courier, note

    async def pull(self, contract: str, after: int) -> tuple[TextNews, tuple[bytes, ...]]:
        return await self._courier.pull(contract, after)

    async def push(self, contract: str, push: TextPush, updates: Sequence[bytes]) -> TextPushed:
        body = b"".join(updates)
        departure = Departure(contract, "text", len(body), hashlib.sha256(body).hexdigest())
        await asyncio.to_thread(self._note, [departure])
        return await self._courier.push(contract, push, updates)
