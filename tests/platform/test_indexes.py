"""Lists stay quick in a large platform: PostgreSQL reads them by an index, not row by row."""

from typing import Any

import httpx2
import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.permissions import Role
from tests.platform.conftest import TestDatabase
from tests.platform.people import make_member, make_organization
from tests.platform.routes import asked, of_tenants

pytestmark = [pytest.mark.anyio, pytest.mark.long]

ROWS = 100_000
FILL = f"""
insert into organization (organization_id, name, created_at, changed_at)
  select ('01a22ec6-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'o' || n, now(), now()
  from generate_series(1, {ROWS // 100}) n;
insert into person (id, email, name, administrator, home_organization_id, created_at)
  select ('01a22ec7-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, n || '@example.org', 'p' || n, false,
         '01a22ec6-0000-7000-8000-000000000001', now() from generate_series(1, {ROWS}) n;
insert into membership (organization_id, person_id, role, billing, joined_at)
  select ('01a22ec6-0000-7000-8000-' || lpad(to_hex(1 + n % {ROWS // 100}), 12, '0'))::uuid,
         ('01a22ec7-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'viewer', false, now()
  from generate_series(1, {ROWS}) n;
insert into invitation (id, organization_id, role, billing, token_sha256, created_at, expires_at)
  select ('01a22ec8-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
         ('01a22ec6-0000-7000-8000-' || lpad(to_hex(1 + n % {ROWS // 100}), 12, '0'))::uuid, 'viewer', false,
         sha256(n::text::bytea), now(), now() from generate_series(1, {ROWS}) n;
insert into audit_entry (organization_id, number, at, action, subject_kind, subject, details, former, hash)
  select ('01a22ec6-0000-7000-8000-' || lpad(to_hex(1 + n % {ROWS // 100}), 12, '0'))::uuid, n, now(), 'a.b', 'x', 'y',
         '{{}}', '', '' from generate_series(1, {ROWS}) n;
analyze;
"""
WHOLE = ("personal-data",)
"""Routes that look everywhere for one person, once in a long while."""


async def test_no_list_reads_a_large_table_row_by_row(
    client: httpx2.AsyncClient, house: House, application: FastAPI, test_database: TestDatabase
) -> None:
    organization = await make_organization(house, "Chambers")
    owner = await make_member(house, organization, Role.OWNER)
    with psycopg.connect(test_database.superuser, autocommit=True) as connection:
        for statement in FILL.split(";\n"):
            connection.execute(statement)
    plans: list[tuple[str, str]] = []
    asked_now = ""

    def explain(_connection: Any, cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if statement.lower().lstrip().startswith("select") and "set_config" not in statement:
            cursor.execute("explain " + statement, values)
            plans.append((asked_now, "\n".join(row[0] for row in cursor.fetchall())))

    event.listen(house.database.engine.sync_engine, "before_cursor_execute", explain)
    for one in asked(application, of=lambda rule: of_tenants(rule) or rule.startswith("signed in: ")):
        if one.method == "GET" and not any(word in one.address for word in WHOLE):
            asked_now = one.name
            path = one.path(organization=organization, person=owner.person, other=owner.person)
            await client.get(path, headers=owner.headers)
    event.remove(house.database.engine.sync_engine, "before_cursor_execute", explain)
    assert plans
    large = ("membership", "invitation", "audit_entry", "person")
    slow = [(name, plan) for name, plan in plans if any(f"Seq Scan on {table}" in plan for table in large)]
    assert slow == []
