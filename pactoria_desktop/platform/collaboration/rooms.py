"""Rooms: who is at work in which contract on this node, and what each has still to be told.

A room knows up to which number of the text its people were told. What this node adds itself it tells at once; a hint,
or a look every few seconds, makes it fetch from the database what other nodes have added. Nobody waits for a slow
connection: what it cannot take is dropped, and it is told to fetch the rest itself (``Mailbox``).
"""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from pactoria_desktop.platform.collaboration.connected import Connected
from pactoria_desktop.platform.collaboration.hints import Hint, Hints
from pactoria_desktop.platform.collaboration.mailbox import Mailbox
from pactoria_desktop.platform.collaboration.stored import LARGEST_PAGE, news_after
from pactoria_desktop.platform.collaboration.texts import Added
from pactoria_desktop.platform.database.committed import MovedHere
from pactoria_desktop.platform.database.schema.texts import TextDocument
from pactoria_desktop.platform.database.sealing import UnsealError
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.problems import Code
from pactoria_desktop.protocol.texts import (
    AtWork,
    Behind,
    News,
    Parted,
    People,
    Present,
    UpdateHead,
    message,
)

_log = logging.getLogger("pactoria.collaboration")

LOOK_SECONDS = 3.0
"""How often a node looks by itself for what hints should have told it."""

FORGET_SECONDS = 30.0
"""After this a caret that was not said again is gone."""

GATHER_SECONDS = 0.08
"""Carets that move within this time are told together."""


@dataclass(slots=True, eq=False)
class Seat:
    """A device in a room. ``behind`` until it has fetched what it missed and joined again."""

    mailbox: Mailbox
    person: str
    device: str
    name: str
    role: Role
    caret: str | None = None
    anchor: str | None = None
    said_at: float = 0.0
    behind: bool = False

    def present(self) -> Present:
        """The seat as others see it."""
        return Present(
            person=self.person, device=self.device, name=self.name, role=self.role, caret=self.caret, anchor=self.anchor
        )


@dataclass(slots=True, eq=False)
class Room:
    """A contract at which people of this node are at work. ``guests`` are people of other nodes, with a time."""

    organization: str
    contract: str
    number: int
    seats: list[Seat] = field(default_factory=list)
    guests: dict[str, tuple[Present, float]] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    shown: bool = True
    waiting: int = 0
    """How many are about to enter."""


class Rooms:
    """The rooms of one node."""

    def __init__(self, house: House, hints: Hints) -> None:
        """Empty."""
        self._house = house
        self._hints = hints
        self.connected = Connected(house)
        """Everybody with a live connection here, in a room or not."""
        self._rooms: dict[tuple[str, str], Room] = {}
        self._behind: dict[tuple[str, str], Room] = {}
        self._stirred = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.recheck = asyncio.Event()
        """Set when roles or sign-ins may have changed."""

    def start(self) -> None:
        """Begin to hear hints and to look."""
        self._house.database.committed.hear(self.committed)
        self._hints.start(self._heard)
        works = (self._catch_up_on, self._look_on, self._tell_people_on, self.connected.tell_on)
        self._tasks = [asyncio.create_task(work()) for work in works]

    async def close(self) -> None:
        """Stop."""
        self._house.database.committed.unhear(self.committed)
        await self._hints.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def all(self) -> tuple[Room, ...]:
        """The rooms with somebody in them."""
        return tuple(self._rooms.values())

    # Coming and going

    async def enter(self, organization: str, contract: str, seat: Seat, after: int, joined: bytes) -> int:
        """Seat a device that knows the text up to ``after``; gives the text's number. ``joined`` is told first.

        What it has missed follows, or that it has to fetch it where that is much.
        """
        self.leave(organization, contract, seat.mailbox)
        place = (organization, contract)
        room = self._rooms.get(place)
        if room is None:
            room = self._rooms[place] = Room(organization, contract, -1)
        try:
            room.waiting += 1
            return await self._seat(room, seat, after, joined)
        finally:
            room.waiting -= 1
            self._let_go(room)

    async def _seat(self, room: Room, seat: Seat, after: int, joined: bytes) -> int:
        async with room.lock:
            async with self._house.database.transaction(organization=room.organization) as connection:
                seal = await self._house.seals.of(connection, room.organization)
                news, blobs = await news_after(connection, seal, room.contract, after)
            if room.number < 0:
                room.number = news.number
            # A page that is less than all, or more than a live connection should carry, is fetched by itself.
            late = after > news.number or news.more or news.snapshot is not None or sum(map(len, blobs)) > LARGEST_PAGE
            seat.behind = late
            seat.mailbox.put(joined)
            if late:
                seat.mailbox.put(message(Behind(contract=room.contract, number=news.number)))
            elif news.updates:
                said = _news(room.contract, after, news.number, news.updates, blobs)
                seat.mailbox.put_news(room.contract, news.number, said)
            if news.number > room.number:
                await self._catch_up(room)
            room.seats.append(seat)
        self._people_changed(room, seat, gone=False)
        return news.number

    def _let_go(self, room: Room) -> None:
        if not room.seats and not room.lock.locked() and not room.waiting:
            self._rooms.pop((room.organization, room.contract), None)

    def leave(self, organization: str, contract: str, mailbox: Mailbox) -> None:
        """Let a device go."""
        room = self._rooms.get((organization, contract))
        if room is None:
            return
        for seat in [each for each in room.seats if each.mailbox is mailbox]:
            room.seats.remove(seat)
            self._people_changed(room, seat, gone=True)
        self._let_go(room)

    def leave_all(self, mailbox: Mailbox) -> None:
        """Let a device go everywhere."""
        for room in self.all():
            self.leave(room.organization, room.contract, mailbox)

    def seat(self, contract: str, mailbox: Mailbox) -> tuple[Room, Seat] | None:
        """Where a device sits at a contract."""
        for room in self._rooms.values():
            if room.contract == contract:
                for seat in room.seats:
                    if seat.mailbox is mailbox:
                        return room, seat
        return None

    def part(self, room: Room, seat: Seat, code: Code, sentence: str) -> None:
        """Put a device out of a room."""
        self.leave(room.organization, room.contract, seat.mailbox)
        seat.mailbox.put(message(Parted(contract=room.contract, code=code, sentence=sentence)))

    # Updates

    async def publish(self, added: Added, sender: Mailbox | None = None, answer: bytes | None = None) -> None:
        """Tell what was committed here: to the room but the sender, who gets the answer in its order, and to nodes."""
        self._hints.say(Hint("text", added.organization, added.contract, added.last))
        room = self._rooms.get((added.organization, added.contract))
        if room is not None:
            async with room.lock:
                if room.number + 1 == added.first:
                    self._tell(room, added.first - 1, added.last, added.heads, added.contents, sender)
                elif room.number < added.last:
                    await self._catch_up(room)
                if sender is not None and answer is not None:
                    sender.put(answer)
        elif sender is not None and answer is not None:
            sender.put(answer)

    def _tell(
        self,
        room: Room,
        after: int,
        upto: int,
        heads: tuple[UpdateHead, ...],
        contents: tuple[bytes, ...],
        sender: Mailbox | None = None,
    ) -> None:
        said: bytes | None = None
        for seat in room.seats:
            if seat.mailbox is sender or seat.behind:
                continue
            if said is None:
                said = _news(room.contract, after, upto, heads, contents)
            seat.behind = not seat.mailbox.put_news(room.contract, upto, said)
        room.number = upto

    async def _catch_up(self, room: Room) -> None:
        """Tell the room what the database has more. Its lock is held."""
        while True:
            async with self._house.database.transaction(organization=room.organization) as connection:
                seal = await self._house.seals.of(connection, room.organization)
                news, blobs = await news_after(connection, seal, room.contract, room.number)
            if news.upto <= room.number and news.snapshot is None:
                return
            if news.snapshot is not None:
                for seat in room.seats:
                    if not seat.behind:
                        seat.behind = True
                        seat.mailbox.put(message(Behind(contract=room.contract, number=news.number)))
                room.number = news.number
                return
            self._tell(room, room.number, news.upto, news.updates, blobs)
            if not news.more:
                return

    # Hints and looks

    def _heard(self, hint: Hint) -> None:
        if hint.kind == "text":
            room = self._rooms.get((hint.organization, hint.contract))
            if room is not None and room.number < hint.number:
                self._behind[hint.organization, hint.contract] = room
        elif hint.kind == "present":
            self._guest(hint)
        elif hint.kind == "records":
            self.connected.moved(hint.organization)
        elif hint.kind == "access":
            self.recheck.set()
        else:
            self._behind.update(self._rooms)
            self.connected.all_moved()
            self.recheck.set()
        self._stirred.set()

    async def _catch_up_on(self) -> None:
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            behind, self._behind = self._behind, {}
            for room in behind.values():
                try:
                    async with room.lock:
                        await self._catch_up(room)
                except (SQLAlchemyError, UnsealError) as error:
                    # The next look tries again.
                    _log.warning("room_not_caught_up", extra={"kind": type(error).__name__, "contract": room.contract})

    def committed(self, moved: MovedHere) -> None:
        """A transaction of this node was committed: tell what it has moved."""
        for organization in moved.organizations:
            self.records_moved(organization)
        if moved.access:
            self.access_changed()

    def records_moved(self, organization: str) -> None:
        """Records of an organization were committed here: tell all who are connected, on every node."""
        self._hints.say(Hint("records", organization))
        self.connected.moved(organization)

    def access_changed(self) -> None:
        """A role, a share or a sign-in has changed here: look again who may stay, on every node."""
        self._hints.say(Hint("access"))
        self.recheck.set()

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look()
            except SQLAlchemyError as error:
                _log.warning("rooms_not_looked_at", extra={"kind": type(error).__name__})
            self._forget_guests()
            for room in self.all():
                self._let_go(room)

    async def _look(self) -> None:
        by_organization: defaultdict[str, list[Room]] = defaultdict(list)
        for room in self.all():
            by_organization[room.organization].append(room)
        for organization, rooms in by_organization.items():
            async with self._house.database.transaction(organization=organization) as connection:
                rows = await connection.execute(
                    select(TextDocument.contract_id, TextDocument.number).where(
                        TextDocument.organization_id == organization,
                        TextDocument.contract_id.in_([room.contract for room in rooms]),
                    )
                )
                numbers: Mapping[str, int] = {str(row.contract_id): row.number for row in rows}
            for room in rooms:
                if numbers.get(room.contract, 0) > room.number:
                    self._behind[organization, room.contract] = room
                    self._stirred.set()

    # People

    def at_work(self, room: Room, seat: Seat, where: AtWork) -> None:
        """A caret has moved, or is said again."""
        moved = (seat.caret, seat.anchor) != (where.caret, where.anchor)
        seat.caret, seat.anchor, seat.said_at = where.caret, where.anchor, self._now()
        if moved:
            room.shown = False
        self._say_present(room, seat, gone=False)

    def _now(self) -> float:
        return self._house.clock.monotonic()

    def _people_changed(self, room: Room, seat: Seat, *, gone: bool) -> None:
        room.shown = False
        self._say_present(room, seat, gone=gone)

    def _say_present(self, room: Room, seat: Seat, *, gone: bool) -> None:
        said = json.dumps([f"{seat.person}{seat.device}", None if gone else seat.present().model_dump(mode="json")])
        self._hints.say(Hint("present", room.organization, room.contract, 0, said))

    def _guest(self, hint: Hint) -> None:
        room = self._rooms.get((hint.organization, hint.contract))
        if room is None:
            return
        try:
            key, value = json.loads(hint.said)
            if value is None:
                room.guests.pop(key, None)
            else:
                present, is_new = Present.model_validate(value), key not in room.guests
                room.guests[str(key)] = (present, self._now())
                if is_new:  # its node may have had no room until now, and have heard of nobody
                    for seat in room.seats:
                        self._say_present(room, seat, gone=False)
        except (ValueError, TypeError, ValidationError):
            _log.warning("hint_unreadable", extra={"size": len(hint.said)})
            return
        room.shown = False

    def _forget_guests(self) -> None:
        before = self._now() - FORGET_SECONDS
        for room in self.all():
            for key in [key for key, (_, said_at) in room.guests.items() if said_at < before]:
                del room.guests[key]
                room.shown = False
            for seat in room.seats:
                if seat.caret is not None and seat.said_at < before:
                    seat.caret = seat.anchor = None
                    room.shown = False

    async def _tell_people_on(self) -> None:
        while True:
            await asyncio.sleep(GATHER_SECONDS)
            for room in self.all():
                if not room.shown:
                    room.shown = True
                    self._tell_people(room)

    def _tell_people(self, room: Room) -> None:
        guests = [present for present, _ in room.guests.values()]
        everybody = [(seat, seat.present()) for seat in room.seats]
        for seat in room.seats:
            others = (*(present for each, present in everybody if each is not seat), *guests)
            seat.mailbox.put_people(room.contract, message(People(contract=room.contract, people=others)))


def _news(contract: str, after: int, upto: int, heads: tuple[UpdateHead, ...], contents: tuple[bytes, ...]) -> bytes:
    return message(News(contract=contract, after=after, upto=upto, number=upto, updates=heads), contents)
