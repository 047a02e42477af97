"""What the platform knows when a push arrives: one statement for the member, records, contracts, counters and answers.

All of it is of one snapshot. ``writing`` holds the counters of the scopes against it before anything is written, so
that a push decides upon nothing that has changed meanwhile.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.collaboration.rights import ORGANIZATION, Member
from pactoria_desktop.protocol.permissions import Role

# Joins are on columns as they are: under row-level security a cast of one keeps an index from being used. They are
# lateral with a limit, so that each row is found by its key, also while PostgreSQL has no figures of a table that grew.
# The member's row is held until the end of the transaction: whoever removes the member or changes the role waits for
# this push, or is seen by it.
_KNOWN = text(
    """
with me as materialized (
  select role from membership where organization_id = :organization and person_id = :person for share
), found as materialized (
  select r.kind, r.id, r.scope, r.contract_id, r.sequence, r.deleted, r.fields, r.field_sequence, r.changed_by
  from jsonb_to_recordset(cast(:records as jsonb)) as w (kind text, id text)
  cross join lateral (
    select * from record r where r.organization_id = :organization and r.kind = w.kind and r.id = w.id limit 1) r
), touched as materialized (
  select contract_id::uuid from jsonb_array_elements_text(cast(:contracts as jsonb)) as contract_id
  union select contract_id from found where contract_id is not null
), contracts as materialized (
  select c.id, c.scope, c.deleted
  from touched t cross join lateral (
    select * from record c where c.organization_id = :organization and c.kind = 'contract'
      and c.contract_id = t.contract_id limit 1) c
), asked as materialized (
  select one::uuid as operation from jsonb_array_elements_text(cast(:operations as jsonb)) as one
), counted as materialized (
  select 'organization' as scope union select scope from contracts
)
select (select role from me) as role,
  (select value from platform_fact where name = 'epoch') as epoch,
  (select jsonb_agg(jsonb_build_array(kind, id, scope, contract_id, sequence, deleted, fields, field_sequence,
                                      changed_by)) from found) as records,
  (select jsonb_agg(jsonb_build_array(id, scope, deleted)) from contracts) as contracts,
  (select jsonb_object_agg(contract_id, s.role) from contract_share s
   where s.organization_id = :organization and s.person_id = :person
     and s.contract_id in (select contract_id from touched)) as shares,
  (select jsonb_agg(jsonb_build_array(a.operation, encode(a.request_sha256, 'hex'), a.result))
   from asked cross join lateral (
     select * from applied_operation o where o.organization_id = :organization and o.operation = asked.operation
     limit 1) a) as applied,
  (select jsonb_object_agg(scope, sequence) from sync_scope
   where organization_id = :organization and scope = any(array(select scope from counted))) as scopes
"""
)


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """A row of the table ``record``; sealed fields are sealed."""

    kind: str
    id: str
    scope: str
    contract: str | None
    sequence: int
    deleted: bool
    fields: dict[str, JsonValue]
    field_sequence: dict[str, int]
    changed_by: str | None


@dataclass(frozen=True, slots=True)
class KnownContract:
    """Where a contract lives."""

    scope: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """What an operation was answered, and the SHA-256 of what it said, in hexadecimal."""

    request_sha256: str
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """The state that a push is decided upon. ``member`` is None for somebody who is no member now."""

    epoch: str
    member: Member | None
    records: Mapping[tuple[str, str], KnownRecord]
    contracts: Mapping[str, KnownContract]
    answers: Mapping[str, KnownAnswer]
    counters: Mapping[str, int]


async def read_known(
    connection: AsyncConnection,
    organization: str,
    person: str,
    *,
    records: Collection[tuple[str, str]],
    contracts: Collection[str],
    operations: Collection[str],
) -> Known:
    """Read it: ``records`` by kind and id, ``contracts`` beside those that the records belong to."""
    values = {
        "organization": organization,
        "person": person,
        # Text of JSON is a fifth of the work that arrays of the driver are.
        "records": json.dumps([{"kind": kind, "id": record} for kind, record in records]),
        "contracts": json.dumps(list(contracts)),
        "operations": json.dumps(list(operations)),
    }
    row = (await connection.execute(_KNOWN, values)).one()
    shares = {contract: Role(role) for contract, role in (row.shares or {}).items()}
    return Known(
        row.epoch,
        None if row.role is None else Member(person, Role(row.role), shares),
        {(one[0], one[1]): KnownRecord(*one) for one in row.records or ()},
        {one[0]: KnownContract(one[1], one[2]) for one in row.contracts or ()},
        {one[0]: KnownAnswer(one[1], one[2]) for one in row.applied or ()},
        {ORGANIZATION: 0} | (row.scopes or {}),
    )
