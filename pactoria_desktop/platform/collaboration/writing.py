"""Writing records into their feeds: counters, rows and answers in one statement, or nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.database.committed import access_changed, records_moved

# The counters are locked in the order of their names, so that two pushes over the same scopes wait and do not meet.
# They are asked for as an array, which PostgreSQL takes for few, and so finds by their index.
# Where one of them has moved since it was read, nothing is written; the locks are kept, and what is read next stays.
_WRITE = text(
    """
with wanted as materialized (
  select scope, seen, next from jsonb_to_recordset(cast(:counters as jsonb))
    as w (scope text, seen bigint, next bigint)
), locked as materialized (
  select s.scope, s.sequence from sync_scope s
  where s.organization_id = :organization and s.scope = any(array(select scope from wanted))
  order by s.scope for update
), held as materialized (
  select count(l.scope) = count(*) and coalesce(bool_and(l.sequence = w.seen), true) as unmoved
  from wanted w left join locked l on l.scope = w.scope
), moved as (
  update sync_scope s set sequence = w.next from wanted w
  where s.organization_id = :organization and s.scope = any(array(select scope from wanted)) and s.scope = w.scope
    and (select unmoved from held)
), written as (
  insert into record (organization_id, kind, id, scope, contract_id, sequence, deleted, fields, field_sequence,
                      schema_version, changed_by, changed_at, created_at, package_by)
  select cast(:organization as uuid), kind, id, scope, contract_id, sequence, deleted, fields, field_sequence,
         schema_version, changed_by, :at, :at, changed_by
  from jsonb_to_recordset(cast(:rows as jsonb)) as r (kind text, id text, scope text, contract_id uuid,
    sequence bigint, deleted boolean, fields jsonb, field_sequence jsonb, schema_version integer, changed_by uuid)
  where (select unmoved from held)
  on conflict (organization_id, kind, id) do update set
    scope = excluded.scope, contract_id = excluded.contract_id, sequence = excluded.sequence,
    deleted = excluded.deleted, fields = excluded.fields, field_sequence = excluded.field_sequence,
    schema_version = excluded.schema_version, changed_by = excluded.changed_by, changed_at = excluded.changed_at,
    package_by = case when excluded.fields ->> 'package_sha256' is distinct from record.fields ->> 'package_sha256'
                      then excluded.changed_by else record.package_by end
), answered as (
  insert into applied_operation (organization_id, operation, device, request_sha256, result, at)
  select cast(:organization as uuid), operation, cast(:device as uuid), decode(request, 'hex'), result, :at
  from jsonb_to_recordset(cast(:answers as jsonb)) as a (operation uuid, request text, result jsonb)
  where (select unmoved from held)
  on conflict do nothing returning operation
)
select (select unmoved from held) as unmoved, (select count(*) from locked) as locked,
       (select count(*) from answered) as answered
"""
)
_SAID = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
_OF_ACCESS = frozenset({"member", "share"})
"""Kinds of records that say who reaches what."""

_MAKE_SCOPES = text(
    "insert into sync_scope (organization_id, scope, sequence) "
    "select cast(:organization as uuid), unnest(cast(:scopes as text[])), 0 on conflict do nothing"
)
_LOCK_SCOPES = text(
    "select scope, sequence from sync_scope where organization_id = :organization "
    "and scope = any(cast(:scopes as text[])) order by scope for update"
)


@dataclass(frozen=True, slots=True)
class NewRow:
    """A record as it is to be written."""

    kind: str
    id: str
    scope: str
    contract: str | None
    sequence: int
    deleted: bool
    fields: Mapping[str, JsonValue]
    field_sequence: Mapping[str, int]
    schema_version: int
    changed_by: str | None

    def as_json(self) -> dict[str, object]:
        """For ``jsonb_to_recordset``."""
        return {
            "kind": self.kind,
            "id": self.id,
            "scope": self.scope,
            "contract_id": self.contract,
            "sequence": self.sequence,
            "deleted": self.deleted,
            "fields": self.fields,
            "field_sequence": self.field_sequence,
            "schema_version": self.schema_version,
            "changed_by": self.changed_by,
        }


@dataclass(frozen=True, slots=True)
class Counter:
    """A scope's counter as it was read, and as it is to be."""

    scope: str
    seen: int
    next: int


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer to be kept with the SHA-256 of the operation that it is to."""

    operation: str
    request_sha256: str
    result: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Written:
    """Whether it was written. ``missing``: a counter does not exist; ``answered``: the answers that are new."""

    done: bool
    missing: bool
    answered: int


async def write(
    connection: AsyncConnection,
    organization: str,
    at: datetime,
    *,
    counters: Sequence[Counter],
    rows: Sequence[NewRow],
    answers: Sequence[NewAnswer] = (),
    device: str | None = None,
) -> Written:
    """Write all rows and answers and move the counters, where none of them has moved since it was read."""
    values = {
        "organization": organization,
        "at": at,
        "device": device,
        "counters": _json([{"scope": one.scope, "seen": one.seen, "next": one.next} for one in counters]),
        "rows": _json([row.as_json() for row in rows]),
        "answers": _json(
            [{"operation": one.operation, "request": one.request_sha256, "result": one.result} for one in answers]
        ),
    }
    row = (await connection.execute(_WRITE, values)).one()
    if row.unmoved and rows:
        records_moved(connection, organization)
        if any(one.kind in _OF_ACCESS or (one.kind == "contract" and one.deleted) for one in rows):
            access_changed(connection)
    return Written(row.unmoved, row.locked < len(counters), row.answered)


async def make_scopes(connection: AsyncConnection, organization: str, scopes: Sequence[str]) -> None:
    """Give scopes that have no counter one at 0."""
    await connection.execute(_MAKE_SCOPES, {"organization": organization, "scopes": sorted(scopes)})


async def lock_scopes(connection: AsyncConnection, organization: str, scopes: Sequence[str]) -> dict[str, int]:
    """Lock counters until the end of the transaction, making those that are missing; gives where they stand."""
    values = {"organization": organization, "scopes": sorted(scopes)}
    found = {row.scope: row.sequence for row in await connection.execute(_LOCK_SCOPES, values)}
    if len(found) < len(set(scopes)):
        await make_scopes(connection, organization, scopes)
        found = {row.scope: row.sequence for row in await connection.execute(_LOCK_SCOPES, values)}
    return found


def _json(value: object) -> str:
    return _SAID.encode(value)
