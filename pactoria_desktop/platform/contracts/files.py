"""Files in the object store: sealed in pieces under their organization's key, named by the hash of their plain bytes.

A piece is a mebibyte, sealed with its number and with whether it is the last, so that a file which was cut, reordered
or moved does not open. Who may fetch one is said in ``collaboration.packages``: its hash alone opens nothing.
"""

import asyncio
import contextlib
import hashlib
import math
from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import obstore
from obstore.exceptions import NotFoundError
from sqlalchemy import Row
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.api.access import Access
from pactoria_desktop.platform.api.refusals import Refusal, not_found
from pactoria_desktop.platform.collaboration import packages
from pactoria_desktop.platform.contracts.scanning import scan
from pactoria_desktop.platform.database.schema.records import StoredFile
from pactoria_desktop.platform.database.sealing import OVERHEAD, OrganizationSeal
from pactoria_desktop.platform.operations.object_store import ObjectStore
from pactoria_desktop.protocol.files import LARGEST_FILE, MEDIA_TYPES, KeptFile
from pactoria_desktop.protocol.problems import Code

PIECE = 1 << 20
INCOMING = "incoming"
_ABANDONED = timedelta(days=1)


@dataclass(slots=True)
class _Received:
    """What has come of a file: its plain bytes, which the scan needs whole, and their hash."""

    content: bytearray
    digest: "hashlib._Hash"


class Files:
    """The files of all organizations. At most ``scans`` are scanned at a time, each in a process of its own."""

    def __init__(self, opening: Callable[[], ObjectStore], scans: int = 2) -> None:
        """In a store that is opened when a file first comes or goes."""
        self._opening = opening
        self._scanning = asyncio.Semaphore(scans)

    @cached_property
    def _store(self) -> ObjectStore:
        return self._opening()

    async def known(self, connection: AsyncConnection, access: Access, sha256: str) -> KeptFile:
        """What is kept about a file that the asker may fetch. Raises Refusal (404), as for one that is not there."""
        row = await packages.opened_to(connection, access.organization, access.person, sha256)
        if row is None:
            raise not_found("file")
        if not row.holds:
            now = access.house.clock.now()
            await packages.vouch_for_own(connection, access.organization, access.person, sha256, now)
        return _kept(row)

    async def keep(
        self, access: Access, sha256: str, media_type: str, body: AsyncIterable[bytes]
    ) -> tuple[KeptFile, bool]:
        """Keep a file that is being sent; gives what is kept, and whether it is new. Who sends it holds it.

        One that is there already is taken again from somebody who does not hold it: that they know its hash shows
        nothing, and its bytes do.
        It is sealed into a temporary object while it comes, and gets its name when its hash is right and the scan has
        passed it. Raises Refusal.
        """
        if media_type not in MEDIA_TYPES:
            raise Refusal(
                Code.UNSUPPORTED,
                "Files of this kind are not kept; nothing was changed; send a Word document, a PDF, a picture or text.",
            )
        async with access.transaction() as connection:
            known = await packages.stored(connection, access.organization, access.person, sha256)
            if known is not None and known.holds:
                return _kept(known), False
            seal = await access.house.seals.of(connection, access.organization)
        if known is not None:
            await _hear(body, sha256)
            async with access.transaction() as connection:
                now = access.house.clock.now()
                await packages.hold(connection, access.organization, access.person, sha256, now)
            return _kept(known), False
        incoming = f"{access.organization}/{INCOMING}/{access.house.mint.mint()}"
        received = _Received(bytearray(), hashlib.sha256())
        try:
            await self._receive(seal, sha256, incoming, body, received)
            _require_hash(received, sha256)
            size = len(received.content)
            async with self._scanning:
                problem = await asyncio.to_thread(scan, received.content, media_type)
            if problem is not None:
                raise Refusal(Code.INVALID, problem)
            await obstore.rename_async(self._store, incoming, _place(access.organization, sha256))
        except BaseException:
            with contextlib.suppress(NotFoundError, FileNotFoundError):
                await obstore.delete_async(self._store, incoming)
            raise
        async with access.transaction() as connection:
            row = insert(StoredFile).values(
                organization_id=access.organization,
                sha256=sha256,
                size=size,
                media_type=media_type,
                uploaded_by=access.person,
                uploaded_at=access.house.clock.now(),
            )
            added = await connection.execute(row.on_conflict_do_nothing().returning(StoredFile.sha256))
            is_new = added.one_or_none() is not None
            now = access.house.clock.now()
            await packages.hold(connection, access.organization, access.person, sha256, now)
            kept = await packages.stored(connection, access.organization, access.person, sha256)
            assert kept is not None
            return _kept(kept), is_new

    async def _receive(
        self,
        seal: OrganizationSeal,
        sha256: str,
        incoming: str,
        body: AsyncIterable[bytes],
        received: _Received,
    ) -> None:
        writer = obstore.open_writer_async(self._store, incoming)
        number = 0
        try:
            async for part in body:
                received.content += part
                received.digest.update(part)
                if len(received.content) > LARGEST_FILE:
                    raise _too_large()
                # A piece is written when a byte after it has come, because the last one is sealed as the last.
                while len(received.content) > (number + 1) * PIECE:
                    piece = bytes(memoryview(received.content)[number * PIECE : (number + 1) * PIECE])
                    await writer.write(seal.seal(piece, "file", sha256, str(number), "more"))
                    number += 1
            piece = bytes(memoryview(received.content)[number * PIECE :])
            await writer.write(seal.seal(piece, "file", sha256, str(number), "last"))
        finally:
            # Closed even when it is given up: only then is there an object that can be deleted.
            await writer.close()

    async def read(self, seal: OrganizationSeal, file: KeptFile) -> AsyncIterator[bytes]:
        """The plain bytes of a file, piece by piece. Raises Refusal where the store lacks it, and UnsealError."""
        try:
            found = await obstore.get_async(self._store, _place(seal.organization, file.sha256))
        except (NotFoundError, FileNotFoundError) as error:
            sentence = "The platform's store of files does not have this one right now; try again later."
            raise Refusal(Code.UNAVAILABLE, sentence, retry_after=60) from error
        pieces = math.ceil(file.size / PIECE)
        sealed = bytearray()
        number = 0
        async for part in found.stream(min_chunk_size=PIECE + OVERHEAD):
            sealed += part
            while number < pieces - 1 and len(sealed) >= PIECE + OVERHEAD:
                piece = bytes(memoryview(sealed)[: PIECE + OVERHEAD])
                del sealed[: PIECE + OVERHEAD]
                yield seal.open(piece, "file", file.sha256, str(number), "more")
                number += 1
        yield seal.open(bytes(sealed), "file", file.sha256, str(number), "last")

    async def sweep(self, organization: str, now: datetime) -> int:
        """Take away what was being sent when a node died, a day later; gives how many objects went."""
        objects = await obstore.list(self._store, f"{organization}/{INCOMING}").collect_async()
        old = [one["path"] for one in objects if now - one["last_modified"] > _ABANDONED]
        for path in old:
            await obstore.delete_async(self._store, path)
        return len(old)


async def _hear(body: AsyncIterable[bytes], sha256: str) -> None:
    """Take bytes that are stored already, for their hash alone. Raises Refusal."""
    digest, size = hashlib.sha256(), 0
    async for part in body:
        digest.update(part)
        size += len(part)
        if size > LARGEST_FILE:
            raise _too_large()
    if digest.hexdigest() != sha256:
        raise _other_bytes()


def _require_hash(received: _Received, sha256: str) -> None:
    if not received.content:
        raise Refusal(Code.INVALID, "The file is empty; nothing was kept.")
    if received.digest.hexdigest() != sha256:
        raise _other_bytes()


def _other_bytes() -> Refusal:
    return Refusal(
        Code.INVALID, "The file's bytes have another hash than its address; nothing was kept; send it again."
    )


def _too_large() -> Refusal:
    return Refusal(Code.TOO_LARGE, "The file is larger than 64 MB; nothing was changed; make it smaller.")


def _kept(row: Row[Any]) -> KeptFile:
    return KeptFile(
        sha256=row.sha256,
        size=row.size,
        media_type=row.media_type,
        uploaded_by=str(row.uploaded_by),
        uploaded_at=row.uploaded_at,
    )


def _place(organization: str, sha256: str) -> str:
    return f"{organization}/{sha256[:2]}/{sha256}"
