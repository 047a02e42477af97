"""Which state of a text its importing process holds, as this node knows it, and how it is brought to the database's."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.collaboration.importing import Importing, State, UnknownStateError
from pactoria_desktop.platform.collaboration.stored import stored_text, updates_after
from pactoria_desktop.platform.house import House

_MOST = 512
Result = TypeVar("Result")


@dataclass(slots=True)
class Known:
    """A text's number and the name of its state in its process; ``updates`` and ``size`` came since a snapshot."""

    number: int
    token: str
    updates: int
    size: int


class States:
    """The states of the texts of one node. Used by one task at a time for each text."""

    def __init__(self, house: House, importing: Importing) -> None:
        """With the node's processes."""
        self._house = house
        self._importing = importing
        self._known: OrderedDict[tuple[str, str], Known] = OrderedDict()

    def remember(self, organization: str, contract: str, known: Known) -> None:
        """A transaction that went with an act has committed."""
        self._known[organization, contract] = known
        self._known.move_to_end((organization, contract))
        while len(self._known) > _MOST:
            self._known.popitem(last=False)

    def forget(self, organization: str, contract: str) -> None:
        """It has not, or nobody knows: next time the text is given anew."""
        self._known.pop((organization, contract), None)

    async def act(
        self,
        connection: AsyncConnection,
        organization: str,
        contract: str,
        number: int,
        do: Callable[[State], Awaitable[Result]],
    ) -> tuple[Result, Known]:
        """Do something with a text whose row is locked, in the state of its number; the state after it is new.

        Raises what ``do`` raises, except that a process that does not hold the text is given it once.
        """
        seal = await self._house.seals.of(connection, organization)
        room = f"{organization}/{contract}"
        then = self._house.randomness(12).hex()
        known = self._known.get((organization, contract))
        if known is not None and known.number <= number:
            _, caught_up = (
                await updates_after(connection, seal, contract, known.number) if known.number < number else ((), ())
            )
            if len(caught_up) == number - known.number:
                try:
                    result = await do(State(room, known.token, caught_up, then))
                except UnknownStateError:
                    pass
                else:
                    size = known.size + sum(map(len, caught_up))
                    return result, Known(number, then, known.updates + len(caught_up), size)
        stored = await stored_text(connection, seal, contract)
        result = await do(State(room, None, stored.parts, then))
        return result, Known(number, then, stored.updates, stored.size)
