"""A contract that becomes restricted, or open again: its records move to another scope.

The new scope goes on counting above the old one, so that what a device knew of a field can still be told from what it
did not. Devices that see the old scope are told to drop the records by departures.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.collaboration.rights import ORGANIZATION, contract_scope
from pactoria_desktop.platform.collaboration.writing import lock_scopes
from pactoria_desktop.platform.database.committed import access_changed, records_moved
from pactoria_desktop.platform.house import House

_MOVE = text(
    """
with leaving as materialized (
  select kind, id, row_number() over (order by sequence) as place from record
  where organization_id = :organization and contract_id = cast(:contract as uuid) and scope = :from_scope
), moved as (
  update record r set scope = :to_scope, sequence = :above + l.place,
    fields = case when r.kind = 'contract'
                  then r.fields || jsonb_build_object('restricted', cast(:restricted as boolean))
                  else r.fields end,
    field_sequence = case when r.kind = 'contract'
                          then r.field_sequence || jsonb_build_object('restricted', :above + l.place)
                          else r.field_sequence end
  from leaving l where r.organization_id = :organization and r.kind = l.kind and r.id = l.id
), departed as (
  insert into departure (organization_id, scope, kind, id, contract_id, sequence, at)
  select cast(:organization as uuid), :from_scope, kind, id, cast(:contract as uuid), :left_above + place, :at
  from leaving
  where cast(:restricted as boolean)
  on conflict (organization_id, scope, kind, id) do update set sequence = excluded.sequence, at = excluded.at
), returned as (
  delete from departure where organization_id = :organization and scope = :to_scope
    and contract_id = cast(:contract as uuid)
), counted as (
  update sync_scope s set sequence = case when s.scope = :to_scope then :above else :left_above end
                                     + (select count(*) from leaving)
  where s.organization_id = :organization and s.scope in (:from_scope, :to_scope)
)
select count(*) from leaving
"""
)


async def move_contract(
    connection: AsyncConnection, house: House, organization: str, contract: str, *, restricted: bool
) -> int:
    """Move a contract's records to the scope of its own, or back to the organization's; gives how many moved.

    The caller has looked that the contract is there. Nothing happens where it lives there already.
    """
    own = contract_scope(contract)
    source, target = (ORGANIZATION, own) if restricted else (own, ORGANIZATION)
    counters = await lock_scopes(connection, organization, [source, target])
    values = {
        "organization": organization,
        "contract": contract,
        "from_scope": source,
        "to_scope": target,
        "above": max(counters.values()),
        "left_above": counters[source],
        "restricted": restricted,
        "at": house.clock.now(),
    }
    records_moved(connection, organization)
    access_changed(connection)
    return int((await connection.execute(_MOVE, values)).scalar_one())
