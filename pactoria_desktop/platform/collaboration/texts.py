"""Updates of texts: checked, numbered, sealed, kept, and handed out in their order.

An update is acknowledged once its transaction has committed. A text is locked by its row while updates are added, so
that numbers have no gaps; within a node a lock of its own keeps waiting pushes from holding connections.
"""

import asyncio
import hashlib
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_keep
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.api.access import Access
from pactoria_desktop.platform.api.refusals import Refusal
from pactoria_desktop.platform.collaboration.feed import note_text
from pactoria_desktop.platform.collaboration.importing import (
    Imported,
    Importing,
    ImportRefusedError,
    Reviewing,
    State,
    UnknownStateError,
)
from pactoria_desktop.platform.collaboration.reaching import Reached, reach
from pactoria_desktop.platform.collaboration.resting import Resting
from pactoria_desktop.platform.collaboration.states import Known, States
from pactoria_desktop.platform.collaboration.stored import (
    BYTES_BEFORE_SNAPSHOT,
    UPDATES_BEFORE_SNAPSHOT,
    compact,
    keep_snapshot,
    news_after,
    weight_since_snapshot,
)
from pactoria_desktop.platform.database.epoch import RESTORED
from pactoria_desktop.platform.database.schema.identity import PlatformFact
from pactoria_desktop.platform.database.schema.records import StoredFile
from pactoria_desktop.platform.database.schema.texts import TextDocument, TextPeer, TextUpdate
from pactoria_desktop.platform.database.sealing import UnsealError
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.permissions import may
from pactoria_desktop.protocol.problems import Code
from pactoria_desktop.protocol.texts import DAYS_TO_RELAY, NUMBER_HEADER, TextNews, TextPush, TextPushed, UpdateHead

_log = logging.getLogger("pactoria.collaboration")


@dataclass(frozen=True, slots=True)
class Added:
    """Updates that a push added: ``first`` is the number of the first, ``heads`` and ``contents`` go together.

    ``noted`` where the contract's record says the last number already.
    """

    organization: str
    contract: str
    first: int
    heads: tuple[UpdateHead, ...]
    contents: tuple[bytes, ...]
    noted: bool

    @property
    def last(self) -> int:
        """The number of the last."""
        return self.first + len(self.heads) - 1


@dataclass(frozen=True, slots=True)
class _Peers:
    """The peers that a push introduced, who they are bound to so far, and those of others that it may bring."""

    introduced: frozenset[str]
    bound: dict[str, tuple[str, str]]
    relayed: frozenset[str]


class Texts:
    """The texts of all contracts, as one node serves them."""

    def __init__(self, house: House, importing: Importing) -> None:
        """As a node serves them that has just begun."""
        self._house = house
        self._states = States(house, importing)
        self._importing = importing
        self._resting = Resting(house)
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[None]] = set()

    def _turn(self, organization: str, contract: str) -> asyncio.Lock:
        """Whoever works on a text waits here rather than with a connection in hand."""
        place = (organization, contract)
        found = self._turns.get(place)
        if found is None:
            found = self._turns[place] = asyncio.Lock()
        return found

    async def push(
        self, access: Access, contract: str, push: TextPush, contents: Sequence[bytes]
    ) -> tuple[TextPushed, Added | None]:
        """Take a push. What it added is given beside the answer, None where there was nothing new.

        Raises Refusal; nothing of the push was kept then.
        """
        _check_hashes(push, contents)
        async with self._turn(access.organization, contract):
            try:
                async with access.transaction() as connection:
                    reached = await reach(connection, access.organization, access.person, access.role, contract)
                    reached.need("contract.suggest")
                    answer, added, known = await self._add(connection, access, reached, push, contents)
            except BaseException:
                # The importing process may be ahead of what was kept.
                self._states.forget(access.organization, contract)
                raise
            if known is not None:
                self._states.remember(access.organization, contract, known)
                if known.updates >= UPDATES_BEFORE_SNAPSHOT or known.size >= BYTES_BEFORE_SNAPSHOT:
                    self._later(self.make_snapshot(access.organization, contract))
        if added is not None:
            self._resting.came_to(access.organization, contract, added.last, noted=added.noted)
        return answer, added

    async def pull(self, access: Access, contract: str, after: int) -> tuple[TextNews, tuple[bytes, ...]]:
        """A page of what came after a number, with its blobs. Raises Refusal."""
        async with access.transaction() as connection:
            await reach(connection, access.organization, access.person, access.role, contract)
            seal = await self._house.seals.of(connection, access.organization)
            return await news_after(connection, seal, contract, after)

    async def make_snapshot(self, organization: str, contract: str) -> None:
        """Keep a snapshot where one is due, and drop what it makes needless."""
        async with self._turn(organization, contract):
            try:
                async with self._house.database.transaction(organization=organization) as connection:
                    known = await self._snapshot(connection, organization, contract)
            except BaseException:
                self._states.forget(organization, contract)
                raise
            if known is not None:
                self._states.remember(organization, contract, known)

    async def _snapshot(self, connection: AsyncConnection, organization: str, contract: str) -> Known | None:
        number = (
            await connection.execute(
                select(TextDocument.number)
                .where(TextDocument.organization_id == organization, TextDocument.contract_id == contract)
                .with_for_update()
            )
        ).scalar_one_or_none()
        count, size = await weight_since_snapshot(connection, organization, contract)
        if number is None or (count < UPDATES_BEFORE_SNAPSHOT and size < BYTES_BEFORE_SNAPSHOT):
            # Another node was quicker.
            return None
        content, known = await self._states.act(connection, organization, contract, number, self._importing.snapshot)
        seal = await self._house.seals.of(connection, organization)
        await keep_snapshot(connection, seal, self._house, contract, number, content)
        await compact(connection, seal, contract)
        known.updates = known.size = 0
        return known

    def _later(self, work: Coroutine[None, None, None]) -> None:
        async def watched() -> None:
            try:
                await work
            except (SQLAlchemyError, UnsealError, ImportRefusedError, UnknownStateError) as error:
                # The updates are kept; the next push that finds them too many tries again.
                _log.error("snapshot_failed", exc_info=error, extra={"kind": type(error).__name__})

        task = asyncio.create_task(watched())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Tell the records what they are still to be told, and wait for what goes on in the background."""
        await self._resting.close()
        await self.settle()

    async def settle(self) -> None:
        """Wait for what goes on in the background."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def _add(
        self, connection: AsyncConnection, access: Access, reached: Reached, push: TextPush, contents: Sequence[bytes]
    ) -> tuple[TextPushed, Added | None, Known | None]:
        contract = reached.contract
        number = await self._locked(connection, access, reached)
        if push.expect is not None and push.expect != number:
            raise Refusal(
                Code.CHANGED_MEANWHILE,
                "Others have changed the text meanwhile; nothing was kept; take in their changes and send it again.",
                headers={NUMBER_HEADER: str(number)},
            )
        numbers = await self._numbers_of(connection, access.organization, contract, push.updates)
        fresh = [place for place, sha256 in enumerate(push.updates) if sha256 not in numbers]
        fresh = [place for place in fresh if push.updates.index(push.updates[place]) == place]
        if not fresh:
            return TextPushed(number=number, numbers=tuple(numbers[each] for each in push.updates)), None, None
        peers = await self._peers(connection, access, reached, push)
        imported, known = await self._imported(
            connection, access, reached, number, peers, [contents[at] for at in fresh]
        )
        await self._bind(connection, access, contract, peers, imported)
        kept = [at for at, new in zip(fresh, imported.new, strict=True) if new]
        heads = tuple(
            UpdateHead(number=number + place, sha256=push.updates[at], person=access.person, device=access.device)
            for place, at in enumerate(kept, 1)
        )
        numbers |= {push.updates[at]: 0 for at in fresh} | {head.sha256: head.number for head in heads}
        last = number + len(kept)
        noted = False
        if kept:
            await self._keep(connection, access, contract, heads, [contents[at] for at in kept])
            noted = await note_text(connection, self._house, access.organization, contract, last)
        known.number = last
        known.updates += len(kept)
        known.size += sum(len(contents[at]) for at in kept)
        answer = TextPushed(number=last, numbers=tuple(numbers[each] for each in push.updates))
        added = Added(access.organization, contract, number + 1, heads, tuple(contents[at] for at in kept), noted)
        return answer, added if kept else None, known

    async def _locked(self, connection: AsyncConnection, access: Access, reached: Reached) -> int:
        """The text's number, its row locked; the row is made by the first push. Raises Refusal."""
        find = (
            select(TextDocument.number)
            .where(TextDocument.organization_id == access.organization, TextDocument.contract_id == reached.contract)
            .with_for_update()
        )
        number = (await connection.execute(find)).scalar_one_or_none()
        if number is not None:
            return number
        reached.need("contract.edit")
        if reached.package is not None:
            found = await connection.execute(
                select(StoredFile.sha256).where(
                    StoredFile.organization_id == access.organization, StoredFile.sha256 == reached.package
                )
            )
            if found.scalar_one_or_none() is None:
                raise Refusal(
                    Code.CONFLICT,
                    "The contract's Word file has not arrived yet; its text was not kept; send the file first.",
                )
        now = self._house.clock.now()
        await connection.execute(
            insert_or_keep(TextDocument)
            .values(
                organization_id=access.organization,
                contract_id=reached.contract,
                number=0,
                created_at=now,
                changed_at=now,
            )
            .on_conflict_do_nothing()
        )
        return (await connection.execute(find)).scalar_one()

    @staticmethod
    async def _numbers_of(
        connection: AsyncConnection, organization: str, contract: str, hashes: Sequence[str]
    ) -> dict[str, int]:
        rows = await connection.execute(
            select(TextUpdate.sha256, TextUpdate.number).where(
                TextUpdate.organization_id == organization,
                TextUpdate.contract_id == contract,
                TextUpdate.sha256.in_([bytes.fromhex(each) for each in hashes]),
            )
        )
        return {row.sha256.hex(): row.number for row in rows}

    async def _peers(self, connection: AsyncConnection, access: Access, reached: Reached, push: TextPush) -> _Peers:
        """Who the peers are bound to. Raises Refusal where one that is introduced is somebody else's."""
        rows = await connection.execute(
            select(TextPeer.peer, TextPeer.device_id, TextPeer.person_id).where(
                TextPeer.organization_id == access.organization, TextPeer.contract_id == reached.contract
            )
        )
        bound = {row.peer: (str(row.device_id), str(row.person_id)) for row in rows}
        mine = (access.device, access.person)
        if any(bound.get(peer, mine) != mine for peer in push.peers):
            raise _foreign_peer()
        introduced = frozenset(push.peers)
        relayed = frozenset(push.relayed) - introduced
        if relayed and not (may("contract.edit", reached.role) and await self._was_restored(connection)):
            raise Refusal(
                Code.CONFLICT,
                "The platform was restored from a backup and waits for changes that others made to this contract; "
                "nothing was kept; it goes when they have come.",
            )
        return _Peers(introduced, bound, relayed)

    async def _was_restored(self, connection: AsyncConnection) -> bool:
        """Whether a backup was put in place lately, so that it may lack what others than the sender had sent."""
        found = await connection.execute(select(PlatformFact.value).where(PlatformFact.name == RESTORED))
        at = found.scalar_one_or_none()
        return at is not None and self._house.clock.now() - datetime.fromisoformat(at) < timedelta(days=DAYS_TO_RELAY)

    async def _imported(
        self,
        connection: AsyncConnection,
        access: Access,
        reached: Reached,
        number: int,
        peers: _Peers,
        updates: Sequence[bytes],
    ) -> tuple[Imported, Known]:
        reviewing = None
        if not may("contract.edit", reached.role):
            own = {peer for peer, (_, person) in peers.bound.items() if person == access.person}
            reviewing = Reviewing(access.person, frozenset(own | peers.introduced))

        async def take(state: State) -> Imported:
            return await self._importing.take(state, updates, reviewing)

        try:
            return await self._states.act(connection, access.organization, reached.contract, number, take)
        except ImportRefusedError as error:
            code = Code.INVALID if reviewing is None else Code.FORBIDDEN
            raise Refusal(code, error.sentence) from error

    async def _bind(
        self, connection: AsyncConnection, access: Access, contract: str, peers: _Peers, imported: Imported
    ) -> None:
        """Bind the peers of what is new to whoever sent it. Raises Refusal where that is not theirs to send."""
        mine = (access.device, access.person)
        for peer in imported.peers - peers.relayed:
            if peers.bound.get(peer, mine) != mine:
                raise _foreign_peer()
            if peer not in peers.bound and peer not in peers.introduced:
                raise Refusal(
                    Code.INVALID, "The change was made by an opening that was not introduced; nothing of it was kept."
                )
        new = [peer for peer in imported.peers - peers.relayed if peer not in peers.bound]
        if new:
            await connection.execute(
                insert(TextPeer),
                [
                    {
                        "organization_id": access.organization,
                        "contract_id": contract,
                        "peer": peer,
                        "device_id": access.device,
                        "person_id": access.person,
                        "bound_at": self._house.clock.now(),
                    }
                    for peer in new
                ],
            )

    async def _keep(
        self,
        connection: AsyncConnection,
        access: Access,
        contract: str,
        heads: Sequence[UpdateHead],
        contents: Sequence[bytes],
    ) -> None:
        seal = await self._house.seals.of(connection, access.organization)
        now = self._house.clock.now()
        await connection.execute(
            insert(TextUpdate),
            [
                {
                    "organization_id": access.organization,
                    "contract_id": contract,
                    "number": head.number,
                    "content": seal.seal(content, "text_update", contract, str(head.number)),
                    "size": len(content),
                    "sha256": bytes.fromhex(head.sha256),
                    "person_id": head.person,
                    "device_id": head.device,
                    "at": now,
                }
                for head, content in zip(heads, contents, strict=True)
            ],
        )
        await connection.execute(
            update(TextDocument)
            .where(TextDocument.organization_id == access.organization, TextDocument.contract_id == contract)
            .values(number=heads[-1].number, changed_at=now)
        )


def _foreign_peer() -> Refusal:
    return Refusal(
        Code.FORBIDDEN,
        "The change says to come from an opening of the text that belongs to another device or person; "
        "nothing of it was kept.",
    )


def _check_hashes(push: TextPush, contents: Sequence[bytes]) -> None:
    for sha256, content in zip(push.updates, contents, strict=True):
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Refusal(Code.INVALID, "A change was damaged on its way; nothing was kept; send it again.")
