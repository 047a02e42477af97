"""What the feeds let go of: old tombstones, what belonged to deleted contracts, old answers.

A device that was away for longer begins again (``Feed.reset``).
"""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.collaboration.writing import lock_scopes
from pactoria_desktop.platform.database.committed import records_moved
from pactoria_desktop.platform.house import House

KEPT_TOMBSTONES = timedelta(days=90)
KEPT_ANSWERS = timedelta(days=120)
"""Longer than tombstones, so that no operation is taken twice by a device that need not begin again."""

_SCOPES = text(
    "select scope from record where organization_id = :organization and deleted and changed_at < :before "
    "union select scope from departure where organization_id = :organization and at < :before order by scope"
)
"""Scopes with something old; what belongs to a deleted contract lives where that lives."""

_ORPHANS = text(
    """
with orphans as materialized (
  select r.kind, r.id, row_number() over (order by r.sequence) as place from record r
  join record c on c.organization_id = :organization and c.kind = 'contract' and c.contract_id = r.contract_id
  where r.organization_id = :organization and r.scope = :scope and r.kind <> 'contract' and not r.deleted
    and c.deleted and c.changed_at < :before
), buried as (
  update record r set deleted = true, fields = '{}', field_sequence = '{}', sequence = :counter + o.place,
    changed_at = :now
  from orphans o where r.organization_id = :organization and r.kind = o.kind and r.id = o.id
)
update sync_scope set sequence = :counter + (select count(*) from orphans)
where organization_id = :organization and scope = :scope and exists (select 1 from orphans)
returning sequence
"""
)
_FORGET = text(
    """
with gone as (
  delete from record r where r.organization_id = :organization and r.scope = :scope and r.deleted
    and r.changed_at < :before
    and not exists (select 1 from record k where k.organization_id = :organization and r.kind = 'contract'
                    and k.contract_id = r.contract_id and k.kind <> 'contract')
  returning r.sequence
), left_behind as (
  delete from departure d where d.organization_id = :organization and d.scope = :scope and d.at < :before
  returning d.sequence
), highest as (
  select max(sequence) as sequence
  from (select sequence from gone union all select sequence from left_behind) as all_gone
), raised as (
  update sync_scope set floor_sequence = greatest(floor_sequence, (select sequence from highest))
  where organization_id = :organization and scope = :scope and (select sequence from highest) is not null
)
select (select count(*) from gone) + (select count(*) from left_behind) as forgotten
"""
)
_ANSWERS = text("delete from applied_operation where organization_id = :organization and at < :before")


async def compact(connection: AsyncConnection, house: House, organization: str) -> int:
    """Let go of what is older than it is kept, in the caller's transaction; gives how many tombstones went.

    A deleted contract goes only after its records have: they become tombstones first, so that devices drop them.
    """
    now = house.clock.now()
    before = now - KEPT_TOMBSTONES
    forgotten = 0
    old = {"organization": organization, "before": before}
    for (scope,) in (await connection.execute(_SCOPES, old)).all():
        counter = (await lock_scopes(connection, organization, [scope]))[scope]
        place = {"organization": organization, "scope": scope, "before": before}
        if (await connection.execute(_ORPHANS, {**place, "counter": counter, "now": now})).one_or_none() is not None:
            records_moved(connection, organization)
        forgotten += int((await connection.execute(_FORGET, place)).scalar_one())
    await connection.execute(_ANSWERS, {"organization": organization, "before": now - KEPT_ANSWERS})
    return forgotten
