"""What a device gets to know: the scopes that a person may see, and what came in each after the device's cursor.

Three statements at the most, however many cursors: where the scopes stand, the rows, and digests where asked for. A
scope's counter is read before its rows, so that a row which is not seen lies behind the cursor that is handed out.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row as DatabaseRow
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.api.refusals import not_found
from pactoria_desktop.platform.collaboration.rights import ORGANIZATION
from pactoria_desktop.platform.collaboration.sealed_fields import OpenedFields
from pactoria_desktop.platform.database.sealing import OrganizationSeal
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.records import Feed, Pull, Pulled, Row

_SCOPES = text(
    """
with me as (
  select role from membership where organization_id = :organization and person_id = :person
), seen as (
  select scope, sequence, floor_sequence from sync_scope
  where organization_id = :organization and scope = 'organization'
  union all
  select s.scope, s.sequence, s.floor_sequence
  from record c join sync_scope s on s.organization_id = :organization and s.scope = c.scope
  where c.organization_id = :organization and c.kind = 'contract' and c.scope <> 'organization'
    and ((select role from me) in ('owner', 'admin') or exists (
      select 1 from contract_share h where h.organization_id = :organization and h.person_id = :person
        and h.contract_id = c.contract_id))
)
select (select role from me) as role, (select value from platform_fact where name = 'epoch') as epoch,
  (select jsonb_agg(jsonb_build_array(scope, sequence, floor_sequence) order by scope <> 'organization', scope)
   from seen) as scopes
"""
)
_ROWS = text(
    """
select w.place, n.kind, n.id, n.sequence, n.deleted, n.fields, n.field_sequence, n.schema_version, n.changed_by,
       n.changed_at
from jsonb_to_recordset(cast(:wanted as jsonb)) as w (place integer, scope text, after bigint)
cross join lateral (
  (select r.kind, r.id, r.sequence, r.deleted, r.fields, r.field_sequence, r.schema_version, r.changed_by, r.changed_at
   from record r
   where r.organization_id = :organization and r.scope = w.scope and r.sequence > w.after
   order by r.sequence limit :most)
  union all
  (select d.kind, d.id, d.sequence, true, '{}'::jsonb, '{}'::jsonb, 1, null, d.at
   from departure d
   where d.organization_id = :organization and d.scope = w.scope and d.sequence > w.after
   order by d.sequence limit :most)
) n
order by w.place, n.sequence limit :most
"""
)
_DIGESTS = text(
    """
select s.scope, coalesce(bit_xor(('x' || encode(substr(sha256(convert_to(
         r.kind || E'\\n' || r.id || E'\\n' || r.sequence::text, 'UTF8')), 1, 8), 'hex'))::bit(64)), 0::bit(64))::text
       as digest
from jsonb_to_recordset(cast(:wanted as jsonb)) as w (scope text, sequence bigint)
join sync_scope s on s.organization_id = :organization and s.scope = w.scope and s.sequence = w.sequence
left join record r on r.organization_id = :organization and r.scope = s.scope and not r.deleted
group by s.scope
"""
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A scope, where it stands, and from where the device goes on."""

    scope: str
    sequence: int
    after: int
    reset: bool


async def pull(connection: AsyncConnection, house: House, organization: str, person: str, asked: Pull) -> Pulled:
    """What came after a device's cursors, in the caller's transaction. Raises Refusal for who is no member now."""
    row = (await connection.execute(_SCOPES, {"organization": organization, "person": person})).one()
    if row.role is None:
        raise not_found("organization")
    scopes = row.scopes or [[ORGANIZATION, 0, 0]]
    same_epoch = asked.epoch == row.epoch
    cursors = {one.scope: one.sequence for one in asked.cursors}
    wanted = [_wanted(one, cursors.get(one[0], 0), same_epoch) for one in scopes]
    rows = await _rows(connection, house, organization, wanted, asked.limit + 1)
    feeds = _feeds(wanted, rows, asked.limit)
    if asked.digests:
        feeds = await _with_digests(connection, organization, feeds)
    news = tuple(
        one for one, was in zip(feeds, wanted, strict=True)
        if one.rows or one.more or one.reset or one.digest is not None or one.sequence != was.after
    )  # fmt: skip
    return Pulled(epoch=row.epoch, scopes=tuple(one[0] for one in scopes), feeds=news)


def _wanted(scope: Sequence[Any], cursor: int, same_epoch: bool) -> _Wanted:
    name, sequence, floor = scope
    lost = cursor > 0 and (not same_epoch or cursor < floor or cursor > sequence)
    return _Wanted(name, sequence, 0 if lost else cursor, lost)


async def _rows(
    connection: AsyncConnection, house: House, organization: str, wanted: Sequence[_Wanted], most: int
) -> list[tuple[int, Row]]:
    """The next rows over all scopes, each with the place of its scope in ``wanted``."""
    news = [
        {"place": place, "scope": one.scope, "after": one.after}
        for place, one in enumerate(wanted)
        if one.after < one.sequence
    ]
    if not news:
        return []
    values = {"organization": organization, "wanted": json.dumps(news), "most": most}
    found = (await connection.execute(_ROWS, values)).all()
    seal = await house.seals.of(connection, organization)
    return [(row.place, _opened(seal, row)) for row in found]


def _opened(seal: OrganizationSeal, row: DatabaseRow[Any]) -> Row:
    fields = {} if row.deleted else dict(OpenedFields(seal, row.kind, row.id, row.fields))
    # Everything here was validated when it came in; checking it again would double the cost of a pull.
    return Row.model_construct(
        kind=row.kind,
        record=row.id,
        sequence=row.sequence,
        deleted=row.deleted,
        fields=fields,
        field_sequence={} if row.deleted else row.field_sequence,
        schema_version=row.schema_version,
        changed_by=None if row.changed_by is None else str(row.changed_by),
        changed_at=row.changed_at,
    )


def _feeds(wanted: Sequence[_Wanted], rows: Sequence[tuple[int, Row]], limit: int) -> list[Feed]:
    cut = len(rows) > limit
    given: dict[int, list[Row]] = {}
    for place, row in rows[:limit]:
        given.setdefault(place, []).append(row)
    last = rows[limit][0] if cut else len(wanted)
    feeds = []
    for place, one in enumerate(wanted):
        came = tuple(given.get(place, ()))
        # Beyond the cut nothing was looked at; at the cut the last row given is how far the device gets.
        more = place >= last and one.after < one.sequence
        reached = came[-1].sequence if came else one.after
        sequence = reached if more else max(one.sequence, reached)
        feeds.append(Feed(scope=one.scope, sequence=sequence, more=more, reset=one.reset, rows=came))
    return feeds


async def _with_digests(connection: AsyncConnection, organization: str, feeds: Sequence[Feed]) -> list[Feed]:
    """Digests of the scopes that are complete and have not moved since their rows were read."""
    complete = [{"scope": one.scope, "sequence": one.sequence} for one in feeds if not one.more]
    if not complete:
        return list(feeds)
    values = {"organization": organization, "wanted": json.dumps(complete)}
    digests = {row.scope: f"{int(row.digest, 2):016x}" for row in await connection.execute(_DIGESTS, values)}
    return [one.model_copy(update={"digest": digests.get(one.scope)}) if not one.more else one for one in feeds]
