"""Texts as they lie in the database: sealed updates and snapshots, opened and held against their hashes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.database.epoch import FACT as EPOCH
from pactoria_desktop.platform.database.schema.identity import PlatformFact
from pactoria_desktop.platform.database.schema.texts import TextDocument, TextSnapshot, TextUpdate
from pactoria_desktop.platform.database.sealing import OrganizationSeal, UnsealError
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.texts import SnapshotHead, TextNews, UpdateHead

UPDATES_BEFORE_SNAPSHOT = 500
BYTES_BEFORE_SNAPSHOT = 256 * 1024
SNAPSHOTS_KEPT = 2
LARGEST_PAGE = 2 * 1024 * 1024
MOST_ON_A_PAGE = 500


@dataclass(frozen=True, slots=True)
class Stored:
    """What a text is opened from, up to its number; ``updates`` and ``size`` are what came after the snapshot."""

    parts: tuple[bytes, ...]
    updates: int
    size: int


def _opened(seal: OrganizationSeal, content: bytes, sha256: bytes, *place: str) -> bytes:
    found = seal.open(content, *place)
    if hashlib.sha256(found).digest() != sha256:
        raise UnsealError(f"A text of organization {seal.organization} is damaged: its hash is another one.")
    return found


async def number_of(connection: AsyncConnection, organization: str, contract: str) -> tuple[int, int]:
    """A text's number and the number up to which updates were dropped; 0 and 0 where there is no text yet."""
    row = (
        await connection.execute(
            select(TextDocument.number, TextDocument.floor_number).where(
                TextDocument.organization_id == organization, TextDocument.contract_id == contract
            )
        )
    ).one_or_none()
    return (0, 0) if row is None else (row.number, row.floor_number)


async def epoch_of(connection: AsyncConnection) -> str:
    """The epoch that numbers count in."""
    found = await connection.execute(select(PlatformFact.value).where(PlatformFact.name == EPOCH))
    return str(found.scalar_one_or_none() or "")


async def updates_after(
    connection: AsyncConnection, seal: OrganizationSeal, contract: str, after: int, upto: int | None = None
) -> tuple[tuple[UpdateHead, ...], tuple[bytes, ...]]:
    """Updates after a number, at most up to another, in order. Raises UnsealError where one is damaged."""
    wanted = (
        select(TextUpdate.number, TextUpdate.content, TextUpdate.sha256, TextUpdate.person_id, TextUpdate.device_id)
        .where(
            TextUpdate.organization_id == seal.organization,
            TextUpdate.contract_id == contract,
            TextUpdate.number > after,
        )
        .order_by(TextUpdate.number)
    )
    if upto is not None:
        wanted = wanted.where(TextUpdate.number <= upto)
    rows = (await connection.execute(wanted)).all()
    heads = tuple(
        UpdateHead(number=row.number, sha256=row.sha256.hex(), person=str(row.person_id), device=str(row.device_id))
        for row in rows
    )
    contents = tuple(_opened(seal, row.content, row.sha256, "text_update", contract, str(row.number)) for row in rows)
    return heads, contents


async def last_snapshot(
    connection: AsyncConnection, seal: OrganizationSeal, contract: str
) -> tuple[SnapshotHead, bytes] | None:
    """The youngest snapshot, None where there is none. Raises UnsealError where it is damaged."""
    row = (
        await connection.execute(
            select(TextSnapshot.upto, TextSnapshot.content, TextSnapshot.sha256)
            .where(TextSnapshot.organization_id == seal.organization, TextSnapshot.contract_id == contract)
            .order_by(TextSnapshot.upto.desc())
            .limit(1)
        )
    ).one_or_none()
    if row is None:
        return None
    content = _opened(seal, row.content, row.sha256, "text_snapshot", contract, str(row.upto))
    return SnapshotHead(upto=row.upto, sha256=row.sha256.hex()), content


async def stored_text(connection: AsyncConnection, seal: OrganizationSeal, contract: str) -> Stored:
    """All of a text. Raises UnsealError where it is damaged."""
    found = await last_snapshot(connection, seal, contract)
    _, contents = await updates_after(connection, seal, contract, 0 if found is None else found[0].upto)
    parts = contents if found is None else (found[1], *contents)
    return Stored(parts, len(contents), sum(map(len, contents)))


async def news_after(
    connection: AsyncConnection, seal: OrganizationSeal, contract: str, after: int
) -> tuple[TextNews, tuple[bytes, ...]]:
    """A page of what came after a number, and its blobs.

    A snapshot begins it where the updates are gone, where it is shorter, and where the device knows of more than the
    platform (which was restored then).
    """
    number, floor = await number_of(connection, seal.organization, contract)
    epoch = await epoch_of(connection)
    if after == number:
        return TextNews(epoch=epoch, number=number, upto=number), ()
    sizes = (
        await connection.execute(
            select(TextUpdate.number, TextUpdate.size)
            .where(TextUpdate.organization_id == seal.organization, TextUpdate.contract_id == contract)
            .order_by(TextUpdate.number)
        )
    ).all()
    snapshot: tuple[SnapshotHead, bytes] | None = None
    start = 0 if after > number else after
    if start < floor or await _snapshot_is_shorter(connection, seal.organization, contract, start, sizes):
        snapshot = await last_snapshot(connection, seal, contract)
    if snapshot is not None:
        start = snapshot[0].upto
    page = [(each.number, each.size) for each in sizes if each.number > start]
    taken = size = 0
    for _, weight in page:
        if taken and (size + weight > LARGEST_PAGE or taken == MOST_ON_A_PAGE):
            break
        taken, size = taken + 1, size + weight
    upto = page[taken - 1][0] if taken else start
    heads, contents = await updates_after(connection, seal, contract, start, upto) if taken else ((), ())
    news = TextNews(
        epoch=epoch,
        number=number,
        upto=upto,
        more=upto < number,
        snapshot=None if snapshot is None else snapshot[0],
        updates=heads,
    )
    return news, contents if snapshot is None else (snapshot[1], *contents)


async def _snapshot_is_shorter(
    connection: AsyncConnection, organization: str, contract: str, after: int, sizes: Sequence[object]
) -> bool:
    row = (
        await connection.execute(
            select(TextSnapshot.upto, TextSnapshot.size)
            .where(TextSnapshot.organization_id == organization, TextSnapshot.contract_id == contract)
            .order_by(TextSnapshot.upto.desc())
            .limit(1)
        )
    ).one_or_none()
    if row is None or row.upto <= after:
        return False
    dropped = sum(each.size for each in sizes if after < each.number <= row.upto)  # type: ignore[attr-defined]
    return bool(row.size < dropped)


async def keep_snapshot(
    connection: AsyncConnection, seal: OrganizationSeal, house: House, contract: str, upto: int, content: bytes
) -> None:
    """Keep a text with its whole history, up to its last update."""
    await connection.execute(
        insert(TextSnapshot).values(
            organization_id=seal.organization,
            contract_id=contract,
            upto=upto,
            content=seal.seal(content, "text_snapshot", contract, str(upto)),
            size=len(content),
            sha256=hashlib.sha256(content).digest(),
            made_at=house.clock.now(),
        )
    )


async def compact(connection: AsyncConnection, seal: OrganizationSeal, contract: str) -> int:
    """Drop what the two youngest snapshots make needless; gives the number up to which updates are gone.

    Snapshots hold the whole history, so that no version's frontier goes out of reach. Both are opened and held against
    their hashes before anything goes; where one is damaged all stays as it is.
    """
    mine = (TextSnapshot.organization_id == seal.organization, TextSnapshot.contract_id == contract)
    rows = (
        await connection.execute(
            select(TextSnapshot.upto, TextSnapshot.content, TextSnapshot.sha256)
            .where(*mine)
            .order_by(TextSnapshot.upto.desc())
            .limit(SNAPSHOTS_KEPT)
        )
    ).all()
    if len(rows) < SNAPSHOTS_KEPT:
        return 0
    for row in rows:
        _opened(seal, row.content, row.sha256, "text_snapshot", contract, str(row.upto))
    floor = int(rows[-1].upto)
    await connection.execute(delete(TextSnapshot).where(*mine, TextSnapshot.upto < floor))
    await connection.execute(
        delete(TextUpdate).where(
            TextUpdate.organization_id == seal.organization,
            TextUpdate.contract_id == contract,
            TextUpdate.number <= floor,
        )
    )
    await connection.execute(
        update(TextDocument)
        .where(TextDocument.organization_id == seal.organization, TextDocument.contract_id == contract)
        .values(floor_number=floor)
    )
    return floor


async def weight_since_snapshot(connection: AsyncConnection, organization: str, contract: str) -> tuple[int, int]:
    """How many updates came after the last snapshot, and their bytes."""
    last = (
        select(func.coalesce(func.max(TextSnapshot.upto), 0))
        .where(TextSnapshot.organization_id == organization, TextSnapshot.contract_id == contract)
        .scalar_subquery()
    )
    count, size = (
        await connection.execute(
            select(func.count(), func.coalesce(func.sum(TextUpdate.size), 0)).where(
                TextUpdate.organization_id == organization,
                TextUpdate.contract_id == contract,
                TextUpdate.number > last,
            )
        )
    ).one()
    return int(count), int(size)
