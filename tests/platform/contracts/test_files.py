"""Files: what comes back is what was sent, lies sealed, and is scanned before it is kept."""

import hashlib
import os
import random
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from pactoria_desktop.platform.contracts import scanning
from pactoria_desktop.platform.contracts.files import INCOMING, PIECE, Files
from pactoria_desktop.platform.database.sealing import UnsealError
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.operations.object_store import object_store
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.protocol.files import WORD
from pactoria_desktop.protocol.permissions import Role
from tests.platform.records.teams import Device, Team, contract, edit
from tests.unit.documents.test_guard import HOSTILE, packed

pytestmark = pytest.mark.anyio
CANARY = b"CANARY words of a contract"


def address(team: Team, content: bytes) -> str:
    return f"/api/v1/organizations/{team.organization}/files/{hashlib.sha256(content).hexdigest()}"


async def send(
    client: httpx2.AsyncClient, team: Team, device: Device, content: bytes, kind: str = "text/plain"
) -> httpx2.Response:
    return await client.put(
        address(team, content), content=content, headers={**device.headers, "Content-Type": kind}
    )  # fmt: skip


def lying(settings: PlatformSettings) -> list[Path]:
    return [path for path in (settings.platform_data / "files").rglob("*") if path.is_file()]


async def test_a_file_comes_back_as_it_was_and_lies_sealed(
    team: Team, client: httpx2.AsyncClient, settings: PlatformSettings
) -> None:
    ana, ben = team.member(Role.EDITOR), team.member(Role.VIEWER)
    chance = random.Random(7)
    made = contract()
    await ana.push(made)
    for size in (1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 17):
        content = (CANARY + chance.randbytes(size).hex().encode())[:size]
        sent = await send(client, team, ana, content)
        assert (sent.status_code, sent.json()["size"]) == (201, size), sent.text
        assert (await send(client, team, ana, content)).status_code == 200
        assert (await client.get(address(team, content), headers=ben.headers)).status_code == 404
        await ana.push(edit("contract", made.record, 10**9, package_sha256=hashlib.sha256(content).hexdigest()))
        got = await client.get(address(team, content), headers=ben.headers)
        assert (got.status_code, got.content) == (200, content)
        assert got.headers["content-length"] == str(size)
        assert "immutable" in got.headers["cache-control"]
        assert "private" in got.headers["cache-control"]
        same = await client.get(address(team, content), headers={**ben.headers, "If-None-Match": got.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")
        head = await client.head(address(team, content), headers=ben.headers)
        assert (head.status_code, head.headers["content-length"], head.content) == (200, str(size), b"")
    files = lying(settings)
    assert len(files) == 6
    assert not any(CANARY[:10] in path.read_bytes() for path in files)
    assert not any(INCOMING in path.parts for path in files)


async def test_files_of_another_organization_are_not_there(
    team: Team, client: httpx2.AsyncClient, house: House
) -> None:
    ana = team.member(Role.OWNER)
    other = Team(house, team.superuser)
    eve = other.member(Role.OWNER)
    await send(client, team, ana, CANARY)
    assert (await client.get(address(other, CANARY), headers=eve.headers)).status_code == 404
    assert (await client.get(address(team, CANARY), headers=eve.headers)).status_code == 404
    assert (await send(client, other, eve, CANARY)).status_code == 201
    for wrong in ("nonsense", "A" * 64):
        at = f"/api/v1/organizations/{team.organization}/files/{wrong}"
        assert (await client.get(at, headers=ana.headers)).status_code == 404


async def test_what_is_altered_cut_or_moved_does_not_open(
    team: Team, client: httpx2.AsyncClient, settings: PlatformSettings, application: FastAPI
) -> None:
    # An answer that has begun is broken off; this client sees why.
    strict = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=application), base_url="http://platform.test")
    ana = team.member(Role.EDITOR)
    contents = [bytes([65 + number]) * (2 * PIECE + 5) for number in range(2)]
    for content in contents:
        assert (await send(client, team, ana, content)).status_code == 201
    first, second = sorted(lying(settings))
    whole = first.read_bytes()
    piece = (len(whole) - 5) // 2
    for altered in (
        bytes([whole[0] ^ 1]) + whole[1:],
        whole[:40] + bytes([whole[40] ^ 1]) + whole[41:],
        whole[piece : 2 * piece] + whole[:piece] + whole[2 * piece :],
        second.read_bytes(),
    ):
        first.write_bytes(altered)
        digest = first.name
        at = f"/api/v1/organizations/{team.organization}/files/{digest}"
        assert (await client.get(at, headers=ana.headers)).status_code == 500
    for cut in (whole[: 2 * piece - 31], whole[:piece]):
        first.write_bytes(cut)
        with pytest.raises(UnsealError):
            await strict.get(at, headers=ana.headers)
    first.unlink()
    assert (await client.get(at, headers=ana.headers)).status_code == 503


async def test_a_wrong_hash_an_empty_file_and_other_kinds_are_not_kept(
    team: Team, client: httpx2.AsyncClient, settings: PlatformSettings
) -> None:
    ana, ben = team.member(Role.EDITOR), team.member(Role.REVIEWER)
    text = {**ana.headers, "Content-Type": "text/plain"}
    assert (await client.put(address(team, b"other"), content=b"sent", headers=text)).status_code == 422
    assert (await client.put(address(team, b""), content=b"", headers=text)).status_code == 422
    assert (await send(client, team, ana, b"x", "application/x-sh")).status_code == 415
    assert (await send(client, team, ana, b"MZ", "application/pdf")).status_code == 422
    assert (await send(client, team, ana, b"\xff\xfe", "text/plain")).status_code == 422
    assert (await send(client, team, ana, packed(), "text/plain")).status_code == 422
    assert (await send(client, team, ben, b"x")).status_code == 403
    assert (await send(client, team, ana, packed(), WORD)).status_code == 201
    assert len(lying(settings)) == 1

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(65):
            yield b"a" * (1 << 20)

    too_large = await client.put(address(team, b"large"), content=endless(), headers=text)
    assert (too_large.status_code, too_large.json()["code"]) == (413, "too_large")
    assert len(lying(settings)) == 1


async def test_hostile_packages_are_refused_in_time(
    team: Team, client: httpx2.AsyncClient, settings: PlatformSettings
) -> None:
    assert len(HOSTILE) >= 12
    assert scanning.LIMITS.memory <= 512 << 20
    assert scanning.LIMITS.seconds < 5
    ana = team.member(Role.EDITOR)
    for kind, (make, _) in HOSTILE.items():
        content = make()
        began = time.monotonic()
        answer = await send(client, team, ana, content, WORD)
        took = time.monotonic() - began
        assert answer.status_code == 422, kind
        assert answer.json()["detail"].endswith("."), kind
        assert took <= 5.5, kind
    assert lying(settings) == []


async def test_what_was_left_of_a_broken_upload_is_swept_away(
    team: Team, client: httpx2.AsyncClient, settings: PlatformSettings, application: FastAPI
) -> None:
    import obstore

    ana = team.member(Role.EDITOR)
    await send(client, team, ana, b"kept")
    store = object_store(settings)
    await obstore.put_async(store, f"{team.organization}/{INCOMING}/left", b"half")
    left = settings.platform_data / "files" / team.organization / INCOMING / "left"
    from datetime import UTC, datetime

    files = Files(lambda: store)
    assert await files.sweep(team.organization, datetime.now(UTC)) == 0
    old = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    os.utime(left, (old, old))
    assert await files.sweep(team.organization, datetime.now(UTC)) == 1
    assert len(lying(settings)) == 1
