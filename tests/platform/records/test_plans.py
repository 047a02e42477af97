"""What a push or a pull costs does not grow with what else the organization has: no statement reads it row by row.

Row-level security forbids an index to conditions whose functions could leak, a cast among them, so that a statement
that looks right may read everything.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.permissions import Role
from tests.platform.records.teams import Team, contract, edit, new_id, version

pytestmark = [pytest.mark.anyio, pytest.mark.long]

LARGE = ("record", "contract_share", "applied_operation")
_CONTRACTS = """
insert into record (organization_id, kind, id, scope, contract_id, sequence, fields, field_sequence, schema_version,
                    changed_at, created_at, deleted)
select %(organization)s, 'contract', id, case when n <= 5000 then 'contract:' || id else 'organization' end, id::uuid,
       n + 1000, jsonb_build_object('title', 't' || n, 'status', 'draft', 'package_sha256', md5(n::text)), '{}', 1,
       now(), now(), false
from (select n, '01a22ec9-0000-7000-8000-' || lpad(to_hex(n), 12, '0') as id from generate_series(1, 50000) n) as made
"""
_SHARES = """
insert into contract_share (organization_id, contract_id, person_id, role, shared_by, shared_at)
select %(organization)s, r.contract_id, m.person_id, 'viewer', m.person_id, now()
from record r, membership m where r.kind = 'contract' and m.role = 'viewer'
"""
_ANSWERS = """
insert into applied_operation (organization_id, operation, device, request_sha256, result, at)
select %(organization)s, r.contract_id, r.contract_id, '', '{}', now() from record r where r.kind = 'contract'
"""
_SCOPES = """
insert into sync_scope (organization_id, scope, sequence, floor_sequence)
select organization_id, scope, max(sequence), 0 from record where organization_id = %(organization)s
group by organization_id, scope on conflict (organization_id, scope) do update set sequence = excluded.sequence
"""


def read_whole(plans: list[str], tables: tuple[str, ...]) -> list[str]:
    return [plan for plan in plans for table in tables if f"Seq Scan on {table}" in plan]


@contextmanager
def plans_of(house: House) -> Iterator[list[str]]:
    """The plans of the statements that are run meanwhile."""
    plans: list[str] = []

    def explain(_connection: Any, cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if "set_config" not in statement:
            cursor.execute("explain " + statement, values)
            plans.append("\n".join(row[0] for row in cursor.fetchall()))

    event.listen(house.database.engine.sync_engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        event.remove(house.database.engine.sync_engine, "before_cursor_execute", explain)


async def test_no_statement_reads_an_organization_row_by_row(team: Team, house: House) -> None:
    ana, boss = team.member(Role.EDITOR), team.member(Role.OWNER)
    team.member(Role.VIEWER)
    made = contract(package_sha256="f" * 64)
    await ana.push(made, version(made.record))
    for statement in (_CONTRACTS, _SHARES, _ANSWERS, _SCOPES):
        team.sql(statement, {"organization": team.organization})  # type: ignore[arg-type]
    team.sql("analyze")
    epoch = (await ana.pull({"organization": 60_000})).epoch
    with plans_of(house) as plans:
        await ana.push(edit("contract", made.record, 10**6, title="Sale", package_sha256="e" * 64), epoch=epoch)
        await ana.push(edit("party", new_id(), contract=made.record, name="Acme"), epoch=epoch)
    assert len(plans) >= 4
    assert read_whole(plans, (*LARGE, "sync_scope")) == []
    with plans_of(house) as plans:
        for device in (ana, boss):
            await device.pull({"organization": 51_000}, epoch=epoch)
    assert len(plans) >= 2
    # A pull asks where all scopes stand, so it may read those.
    assert read_whole(plans, LARGE) == []
