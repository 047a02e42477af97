"""Who may fetch a file: whoever has had its bytes, and whoever reaches a contract that rightly names it.

A file is named by the hash of its bytes, and a hash may become known to people whom the file is not meant for. So a
name alone opens nothing. Somebody *holds* a file who has sent its bytes, or who named it in a record while they might
fetch it. A record opens a file to all who reach the record's contract, where the one who wrote the name into it
(``record.package_by``) holds the file.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.collaboration.rights import MAY_SEE

_HOLDS = (
    "exists (select 1 from file_holder h where h.organization_id = :organization and h.sha256 = :sha256 "
    "and h.person_id = :person)"
)
_NAMES = (
    "from record r "
    "join file_holder h on h.organization_id = :organization and h.sha256 = r.package_sha256 "
    "and h.person_id = r.package_by "
    "join record c on c.organization_id = :organization and c.kind = 'contract' and c.contract_id = r.contract_id "
    "and not c.deleted "
    f"where r.organization_id = :organization and not r.deleted and {MAY_SEE}"
)
_FILE = (
    f"select f.sha256, f.size, f.media_type, f.uploaded_by, f.uploaded_at, {_HOLDS} as holds from stored_file f "
    "where f.organization_id = :organization and f.sha256 = :sha256"
)
_STORED = text(_FILE)
_OPEN = text(f"{_FILE} and ({_HOLDS} or exists (select 1 {_NAMES} and r.package_sha256 = :sha256))")
_HOLD = text(
    "insert into file_holder (organization_id, sha256, person_id, since) "
    "values (:organization, :sha256, :person, :at) on conflict do nothing"
)
_VOUCH = text(
    "insert into file_holder (organization_id, sha256, person_id, since) "
    "select distinct cast(:organization as uuid), f.sha256, cast(:person as uuid), cast(:at as timestamptz) "
    "from stored_file f join lateral (select r.package_sha256 "
    f"{_NAMES} and r.package_sha256 = f.sha256 limit 1) as named on true "
    "where f.organization_id = :organization and f.sha256 = any(cast(:named as text[])) "
    "on conflict do nothing"
)
_OWN_NAMES = text(
    "select 1 from record r where r.organization_id = :organization and r.package_sha256 = :sha256 "
    "and r.package_by = :person limit 1"
)


async def opened_to(connection: AsyncConnection, organization: str, person: str, sha256: str) -> Row[Any] | None:
    """The row of a file that a person may fetch, with ``holds``; None where there is none for them."""
    values = {"organization": organization, "person": person, "sha256": sha256}
    return (await connection.execute(_OPEN, values)).one_or_none()


async def stored(connection: AsyncConnection, organization: str, person: str, sha256: str) -> Row[Any] | None:
    """The row of a file whoever may fetch it, with whether the person ``holds`` it; for one who sends it."""
    values = {"organization": organization, "person": person, "sha256": sha256}
    return (await connection.execute(_STORED, values)).one_or_none()


async def hold(connection: AsyncConnection, organization: str, person: str, sha256: str, at: datetime) -> None:
    """A person has sent the bytes of a file that is stored."""
    await connection.execute(_HOLD, {"organization": organization, "person": person, "sha256": sha256, "at": at})


async def vouch(
    connection: AsyncConnection, organization: str, person: str, named: Collection[str], at: datetime
) -> None:
    """A person has named files in records: those that they may fetch now they hold from now on, so that their name
    counts where the record by which they may fetch it goes."""
    values = {"organization": organization, "person": person, "named": sorted(named), "at": at}
    await connection.execute(_VOUCH, values)


async def vouch_for_own(connection: AsyncConnection, organization: str, person: str, sha256: str, at: datetime) -> None:
    """A person asks for a file that they may fetch: where they had named it before it was there, they hold it now."""
    own = {"organization": organization, "person": person, "sha256": sha256}
    if (await connection.execute(_OWN_NAMES, own)).one_or_none() is not None:
        await vouch(connection, organization, person, [sha256], at)
