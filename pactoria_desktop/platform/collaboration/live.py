"""The live connection of a device: one WebSocket, on which it enters rooms, sends updates, and hears of others.

The token comes in the first message, never in the address. A sign-in that ends, a role that is taken away, or a share
that is withdrawn ends the connection or puts its device out of the room: looked at every few seconds, and at once on a
hint.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from fastapi import APIRouter, WebSocket
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.websockets import WebSocketDisconnect, WebSocketState

from pactoria_desktop.platform.api.access import Access, Asker, asker_of, known_by_token, token_of
from pactoria_desktop.platform.api.refusals import Refusal, not_found
from pactoria_desktop.platform.collaboration.mailbox import Mailbox
from pactoria_desktop.platform.collaboration.reaching import reach, role_there
from pactoria_desktop.platform.collaboration.rooms import Room, Rooms, Seat
from pactoria_desktop.platform.collaboration.texts import Texts
from pactoria_desktop.platform.database.schema.organizations import Membership, Organization
from pactoria_desktop.platform.database.schema.records import ContractShare, Record
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol import version
from pactoria_desktop.protocol.framing import FramingError
from pactoria_desktop.protocol.permissions import Role, may
from pactoria_desktop.protocol.problems import Code
from pactoria_desktop.protocol.texts import (
    NUMBER_HEADER,
    Accepted,
    AtWork,
    Ended,
    FromDevice,
    Hello,
    Join,
    Joined,
    Leave,
    LivePush,
    Refused,
    TextPush,
    Welcome,
    from_device,
    message,
)

_log = logging.getLogger("pactoria.collaboration")

HELLO_SECONDS = 10.0
CHECK_SECONDS = 3.0
SEND_SECONDS = 20.0
BEAT_SECONDS = 10
MOST_ROOMS = 50
_SIGNED_OUT, _UNREADABLE, _SLOW, _GOING = 4401, 4400, 1013, 1001

_AT_WORK = text("select session_id from sessions_at_work(cast(:sessions as uuid[]), :moment)").bindparams(
    bindparam("sessions")
)


@dataclass(slots=True, eq=False)
class Line:
    """One live connection. ``organizations`` are those whose rooms were joined, by contract."""

    asker: Asker
    mailbox: Mailbox
    socket: WebSocket
    organizations: dict[str, str] = field(default_factory=dict)
    ending: tuple[int, Ended] | None = None

    def end(self, status: int, code: Code, sentence: str) -> None:
        """Say why and close, once what waits was sent."""
        if self.ending is None:
            self.ending = (status, Ended(code=code, sentence=sentence))
            self.mailbox.put(message(self.ending[1]))
            self.mailbox.close()


class Live:
    """The live connections of one node."""

    def __init__(self, house: House, texts: Texts, rooms: Rooms) -> None:
        """Without any."""
        self._house = house
        self._texts = texts
        self._rooms = rooms
        self._lines: set[Line] = set()
        self._checking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look who may stay."""
        self._checking = asyncio.create_task(self._check_on())

    async def close(self) -> None:
        """End all connections; devices connect to another node."""
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.gather(self._checking, return_exceptions=True)
        for line in tuple(self._lines):
            line.end(_GOING, Code.UNAVAILABLE, "The platform stops here; the program connects again by itself.")

    def routes(self) -> APIRouter:
        """The address of the live connection."""
        router = APIRouter()

        @router.websocket("/live")
        async def live(socket: WebSocket) -> None:
            await self.serve(socket)

        return router

    async def serve(self, socket: WebSocket) -> None:
        """Serve one connection to its end."""
        await socket.accept()
        try:
            line = await self._welcome(socket)
        except (WebSocketDisconnect, TimeoutError, RuntimeError):
            return
        if line is None:
            return
        self._lines.add(line)
        self._house.metrics.sockets.inc()
        sending = asyncio.create_task(self._send_on(line))
        hearing = asyncio.create_task(self._hear_on(line))
        try:
            await asyncio.wait((sending, hearing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._lines.discard(line)
            self._house.metrics.sockets.dec()
            self._rooms.leave_all(line.mailbox)
            self._rooms.connected.go(line.mailbox)
            for task in (sending, hearing):
                task.cancel()
            for outcome in await asyncio.gather(sending, hearing, return_exceptions=True):
                if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect):
                    _log.error("live_connection_failed", exc_info=outcome, extra={"kind": type(outcome).__name__})

    async def _welcome(self, socket: WebSocket) -> Line | None:
        async with asyncio.timeout(HELLO_SECONDS):
            data = await socket.receive_bytes()
        refused: Refusal | None = None
        try:
            said, _ = from_device(data)
            if not isinstance(said, Hello):
                raise FramingError("The first message says who speaks.")
            if outdated := version.refusal(str(said.protocol)):
                raise Refusal(Code.PROTOCOL_VERSION, outdated)
            asker = asker_of(self._house, await known_by_token(self._house, token_of(f"Bearer {said.token}"), None))
            line = Line(asker, Mailbox(), socket)
            line.mailbox.put(message(Welcome(person=asker.person, device=asker.device, beat=BEAT_SECONDS)))
            await self._rooms.connected.come(line.mailbox, asker.person)
        except FramingError as error:
            refused = Refusal(Code.INVALID, str(error))
        except Refusal as error:
            refused = error
        except SQLAlchemyError:
            refused = Refusal(Code.UNAVAILABLE, "The platform's database does not answer right now; try again.")
        if refused is not None:
            status = _SIGNED_OUT if refused.code is Code.SIGNED_OUT else _UNREADABLE
            status = _SLOW if refused.code is Code.UNAVAILABLE else status
            await socket.send_bytes(message(Ended(code=refused.code, sentence=refused.sentence)))
            await socket.close(status)
            return None
        return line

    async def _send_on(self, line: Line) -> None:
        while (said := await line.mailbox.take()) is not None:
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await line.socket.send_bytes(said)
            except TimeoutError:
                await self._close(line, _SLOW)
                return
            except (RuntimeError, WebSocketDisconnect):
                return
        await self._close(line, line.ending[0] if line.ending else _GOING)

    @staticmethod
    async def _close(line: Line, status: int) -> None:
        if line.socket.application_state is not WebSocketState.DISCONNECTED:
            try:
                await line.socket.close(status)
            except (RuntimeError, WebSocketDisconnect):
                return

    async def _hear_on(self, line: Line) -> None:
        while True:
            try:
                data = await line.socket.receive_bytes()
            except (WebSocketDisconnect, KeyError):
                # A text frame has no bytes: nothing of ours sends one.
                return
            try:
                said, blobs = from_device(data)
            except FramingError as error:
                line.end(_UNREADABLE, Code.INVALID, str(error))
                await asyncio.sleep(SEND_SECONDS)
                return
            await self._answer(line, said, blobs)

    async def _answer(self, line: Line, said: FromDevice, blobs: tuple[bytes, ...]) -> None:
        if isinstance(said, AtWork):
            if (found := self._rooms.seat(said.contract, line.mailbox)) is not None:
                self._rooms.at_work(*found, said)
        elif isinstance(said, Leave):
            organization = line.organizations.pop(said.contract, None)
            if organization is not None:
                self._rooms.leave(organization, said.contract, line.mailbox)
        elif isinstance(said, Join | LivePush):
            try:
                await (self._join(line, said) if isinstance(said, Join) else self._push(line, said, blobs))
            except Refusal as error:
                self._refuse(line, said, error)
            except SQLAlchemyError as error:
                _log.warning("live_request_failed", extra={"kind": type(error).__name__})
                sentence = "The platform's database does not answer right now; nothing was kept; try again in a moment."
                self._refuse(line, said, Refusal(Code.UNAVAILABLE, sentence))
        else:
            line.end(_UNREADABLE, Code.INVALID, "The device has said who it is already.")

    def _refuse(self, line: Line, said: Join | LivePush, error: Refusal) -> None:
        number = error.headers.get(NUMBER_HEADER)
        line.mailbox.put(
            message(
                Refused(
                    request=said.request,
                    contract=said.contract,
                    code=error.code,
                    sentence=error.sentence,
                    number=None if number is None else int(number),
                )
            )
        )

    async def _access(self, line: Line, organization: str, operation: str) -> Access:
        """The person's access to an organization now; the sign-in itself is looked at apart."""
        async with self._house.database.transaction(organization=organization, person=line.asker.person) as connection:
            row = (
                await connection.execute(
                    select(Membership.role, Membership.billing)
                    .join(Organization, Organization.organization_id == Membership.organization_id)
                    .where(
                        Membership.organization_id == organization,
                        Membership.person_id == line.asker.person,
                        Organization.deleted_at.is_(None),
                    )
                )
            ).one_or_none()
        if row is None or not may(operation, Role(row.role), billing=row.billing):
            raise not_found("organization")
        return Access(line.asker, organization, Role(row.role), row.billing, operation)

    async def _join(self, line: Line, said: Join) -> None:
        if len(line.organizations) >= MOST_ROOMS and said.contract not in line.organizations:
            raise Refusal(Code.LIMIT_REACHED, f"A device is in {MOST_ROOMS} rooms at most; leave one first.")
        access = await self._access(line, said.organization, "room.join")
        async with access.transaction() as connection:
            reached = await reach(connection, said.organization, access.person, access.role, said.contract)
        asker = line.asker
        seat = Seat(line.mailbox, asker.person, asker.device, asker.name, reached.role)
        joined = Joined(request=said.request, contract=said.contract, number=said.after, role=reached.role)
        line.organizations[said.contract] = said.organization
        await self._rooms.enter(said.organization, said.contract, seat, said.after, message(joined))

    async def _push(self, line: Line, said: LivePush, blobs: tuple[bytes, ...]) -> None:
        organization = line.organizations.get(said.contract)
        if organization is None:
            raise Refusal(Code.CONFLICT, "The room of this contract was not joined; nothing was kept; join it first.")
        access = await self._access(line, organization, "contract.suggest")
        push = TextPush(updates=said.updates, peers=said.peers, relayed=said.relayed, expect=said.expect)
        answer, added = await self._texts.push(access, said.contract, push, blobs)
        accepted = message(
            Accepted(request=said.request, contract=said.contract, number=answer.number, numbers=answer.numbers)
        )
        if added is None:
            line.mailbox.put(accepted)
        else:
            await self._rooms.publish(added, line.mailbox, accepted)

    # Who may stay

    async def _check_on(self) -> None:
        recheck = self._rooms.recheck
        while True:
            try:
                async with asyncio.timeout(CHECK_SECONDS):
                    await recheck.wait()
            except TimeoutError:
                pass
            recheck.clear()
            try:
                await self.check()
            except SQLAlchemyError as error:
                _log.warning("live_connections_not_checked", extra={"kind": type(error).__name__})

    async def check(self) -> None:
        """End connections whose sign-in has ended, and put out of rooms whoever no longer reaches the contract."""
        lines = tuple(self._lines)
        if not lines:
            return
        async with self._house.database.unknown() as connection:
            rows = await connection.execute(
                _AT_WORK,
                {
                    "sessions": sorted({line.asker.session for line in lines}),
                    "moment": self._house.clock.now(),
                },
            )
            at_work = {str(row.session_id) for row in rows}
        for line in lines:
            if line.asker.session not in at_work:
                line.end(_SIGNED_OUT, Code.SIGNED_OUT, "The sign-in on this device has ended; sign in again.")
        rooms: dict[str, list[Room]] = {}
        for room in self._rooms.all():
            rooms.setdefault(room.organization, []).append(room)
        for organization, theirs in rooms.items():
            await self._check_rooms(organization, theirs)

    async def _check_rooms(self, organization: str, rooms: Iterable[Room]) -> None:
        # Whoever sits down while this looks was looked at when they joined, and is looked at the next time.
        seated = [(room, seat) for room in rooms for seat in room.seats]
        people = sorted({seat.person for _, seat in seated})
        contracts = sorted({room.contract for room, _ in seated})
        async with self._house.database.transaction(organization=organization) as connection:
            members = await connection.execute(
                select(Membership.person_id, Membership.role)
                .join(Organization, Organization.organization_id == Membership.organization_id)
                .where(
                    Membership.organization_id == organization,
                    Membership.person_id.in_(people),
                    Organization.deleted_at.is_(None),
                )
            )
            roles = {str(row.person_id): Role(row.role) for row in members}
            records = await connection.execute(
                select(Record.id, Record.scope).where(
                    Record.organization_id == organization,
                    Record.kind == "contract",
                    Record.id.in_(contracts),
                    Record.deleted.is_(False),
                )
            )
            scopes = {row.id: row.scope for row in records}
            shared = await connection.execute(
                select(ContractShare.contract_id, ContractShare.person_id, ContractShare.role).where(
                    ContractShare.organization_id == organization, ContractShare.contract_id.in_(contracts)
                )
            )
            shares = {(str(row.contract_id), str(row.person_id)): row.role for row in shared}
        for room, seat in seated:
            if seat not in room.seats:
                continue
            role = roles.get(seat.person)
            scope = scopes.get(room.contract)
            there = None
            if role is not None and scope is not None:
                there = role_there(role, scope, room.contract, shares.get((room.contract, seat.person)))
            if there is None:
                sentence = "You no longer reach this contract; what you typed since stays on this device."
                self._rooms.part(room, seat, Code.NOT_FOUND, sentence)
            elif there is not seat.role:
                # It enters again as what it is now.
                sentence = "Your role at this contract has changed."
                self._rooms.part(room, seat, Code.CONFLICT, sentence)
