"""Everybody with a live connection to this node, told that records of their organizations have moved.

Whether or not a device is in a room: a contract that somebody shares, or a list that grows, is news at every desk.
"""

import asyncio
import logging
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from pactoria_desktop.platform.collaboration.mailbox import Mailbox
from pactoria_desktop.platform.database.schema.organizations import Membership, Organization
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.texts import Moved, message

_log = logging.getLogger("pactoria.collaboration")

GATHER_SECONDS = 0.1
"""What moves within this time is told once."""


@dataclass(slots=True, eq=False)
class _Listener:
    """A connection: whose it is, and the organizations that the person was a member of when last looked at."""

    mailbox: Mailbox
    person: str
    organizations: set[str] = field(default_factory=set)


class Connected:
    """The live connections of one node, by whose they are."""

    def __init__(self, house: House) -> None:
        """Without any."""
        self._house = house
        self._listeners: dict[Mailbox, _Listener] = {}
        self._moved: set[str] = set()
        self._stirred = asyncio.Event()

    async def come(self, mailbox: Mailbox, person: str) -> None:
        """Somebody has connected. Raises SQLAlchemyError where it cannot be known where they belong."""
        listener = self._listeners[mailbox] = _Listener(mailbox, person)
        # They listen already: where they join meanwhile, they are told.
        try:
            async with self._house.database.transaction(person=person) as connection:
                rows = await connection.execute(
                    select(Membership.organization_id)
                    .join(Organization, Organization.organization_id == Membership.organization_id)
                    .where(Membership.person_id == person, Organization.deleted_at.is_(None))
                )
                listener.organizations |= {str(row.organization_id) for row in rows}
        except BaseException:
            self.go(mailbox)
            raise

    def go(self, mailbox: Mailbox) -> None:
        """Somebody has gone."""
        self._listeners.pop(mailbox, None)

    def moved(self, organization: str) -> None:
        """Records of an organization have moved, here or on another node."""
        self._moved.add(organization)
        self._stirred.set()

    def all_moved(self) -> None:
        """Hints were lost: records of any organization may have moved."""
        for listener in self._listeners.values():
            self._moved |= listener.organizations
        self._stirred.set()

    async def tell_on(self) -> None:
        """Tell what has moved, on and on."""
        while True:
            await self._stirred.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._stirred.clear()
            moved, self._moved = self._moved, set()
            for organization in moved:
                try:
                    await self._tell(organization)
                except SQLAlchemyError as error:
                    self._moved.add(organization)
                    _log.warning("not_told_of_records", extra={"kind": type(error).__name__})
            if self._moved:
                await asyncio.sleep(1)
                self._stirred.set()

    async def _tell(self, organization: str) -> None:
        """Tell the members, and once more whoever was one until now: they ask, and learn that it is gone."""
        people = sorted({one.person for one in self._listeners.values()})
        if not people:
            return
        async with self._house.database.transaction(organization=organization) as connection:
            rows = await connection.execute(
                select(Membership.person_id)
                .join(Organization, Organization.organization_id == Membership.organization_id)
                .where(
                    Membership.organization_id == organization,
                    Membership.person_id.in_(people),
                    Organization.deleted_at.is_(None),
                )
            )
            members = {str(row.person_id) for row in rows}
        said = message(Moved(organization=organization))
        for listener in tuple(self._listeners.values()):
            if listener.person in members:
                listener.organizations.add(organization)
                listener.mailbox.put_moved(organization, said)
            elif organization in listener.organizations:
                listener.organizations.discard(organization)
                listener.mailbox.put_moved(organization, said)
