"""What transactions have moved, told once they are committed and never where they are not.

Whoever writes says so on the connection at hand (``records_moved``, ``access_changed``), in the few places through
which all such writes go; ``Database.transaction`` tells it after the commit. So no route has to remember to.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

_NOTES = "pactoria_moved"


@dataclass(slots=True)
class MovedHere:
    """What a transaction has moved: the records of organizations; ``access`` where roles, shares or sign-ins did."""

    organizations: set[str] = field(default_factory=set)
    access: bool = False


Hearer = Callable[[MovedHere], None]


class Committed:
    """Who is told what was committed here. Nobody hears at first."""

    def __init__(self) -> None:
        """Without hearers."""
        self._hearers: list[Hearer] = []

    def hear(self, hearer: Hearer) -> None:
        """Be told from now on, on this loop, at once: a hearer does not wait for anything."""
        self._hearers.append(hearer)

    def unhear(self, hearer: Hearer) -> None:
        """Be told no more."""
        self._hearers = [one for one in self._hearers if one != hearer]

    def tell(self, moved: MovedHere) -> None:
        """Tell what a transaction has moved, after its commit."""
        if moved.organizations or moved.access:
            for hearer in self._hearers:
                hearer(moved)


def begin_noting(connection: AsyncConnection) -> MovedHere:
    """Note from now on what is written on a connection: at the beginning of its transaction."""
    moved = MovedHere()
    connection.info[_NOTES] = moved
    return moved


def records_moved(connection: AsyncConnection, organization: str) -> None:
    """The transaction at hand writes records of an organization."""
    if (moved := connection.info.get(_NOTES)) is not None:
        moved.organizations.add(organization)


def access_changed(connection: AsyncConnection) -> None:
    """The transaction at hand changes who may do or reach something, or ends a sign-in."""
    if (moved := connection.info.get(_NOTES)) is not None:
        moved.access = True
