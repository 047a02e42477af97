"""What collaboration is made of, on one node: put together once, started and closed with the application."""

from dataclasses import dataclass

from fastapi import APIRouter

from pactoria_desktop.platform.collaboration import exchange
from pactoria_desktop.platform.collaboration.hints import hints_of
from pactoria_desktop.platform.collaboration.importing import Importing
from pactoria_desktop.platform.collaboration.live import Live
from pactoria_desktop.platform.collaboration.rooms import Rooms
from pactoria_desktop.platform.collaboration.texts import Texts
from pactoria_desktop.platform.house import House


@dataclass(frozen=True, slots=True)
class Collaboration:
    """Texts, rooms and live connections. Rooms that change records or access tell ``rooms`` so."""

    importing: Importing
    texts: Texts
    rooms: Rooms
    live: Live

    def routes(self) -> APIRouter:
        """All routes of texts."""
        router = APIRouter()
        router.include_router(exchange.routes(self.texts, self.rooms))
        router.include_router(self.live.routes())
        return router

    async def start(self) -> None:
        """Begin to import, to hear hints and to look."""
        self.importing.start()
        self.rooms.start()
        self.live.start()

    async def close(self) -> None:
        """End what was started, connections first."""
        await self.live.close()
        await self.texts.close()
        await self.rooms.close()
        await self.importing.close()


def collaboration_of(house: House) -> Collaboration:
    """The parts on a house."""
    importing = Importing()
    texts = Texts(house, importing)
    rooms = Rooms(house, hints_of(house))
    return Collaboration(importing, texts, rooms, Live(house, texts, rooms))
