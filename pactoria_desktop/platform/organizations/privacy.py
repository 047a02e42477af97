"""What an organization holds about a person: handing it out, and erasing it.

Hash chains keep ids, so that they still verify; the one row that says whose id it is can be emptied. Names that
stand inside contracts as authors are part of the contracts and stay: the report says so.
"""

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import ColumnElement, Table, delete, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.api.refusals import Refusal, not_found
from pactoria_desktop.platform.database.committed import access_changed
from pactoria_desktop.platform.database.schema import Base, identity
from pactoria_desktop.platform.database.schema import organizations as tables
from pactoria_desktop.platform.database.walls import tenant_tables
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.operations.outbox import PURGE, later
from pactoria_desktop.platform.organizations.changing import Change
from pactoria_desktop.protocol.organizations import Erasure, PersonalData
from pactoria_desktop.protocol.problems import Code

PERSON_COLUMNS = frozenset(
    {
        "person_id", "actor", "changed_by", "shared_by", "uploaded_by", "invited_by", "accepted_by", "personal_of",
        "author", "made_by", "created_by",
    }
)  # fmt: skip
"""Columns of tenants' tables that hold a person's id."""

_SECRET = frozenset({"token_sha256", "password_hash", "sealed", "content"})
MOST_ROWS = 10_000

STAYS = (
    "The audit log and the histories of contracts keep the person's id, without a name, so that they can be verified.",
    "Author names inside contracts (tracked changes, comments, signatures) are part of the contracts and stay.",
    "Backups made before today hold the data until they are deleted.",
)
_ACCOUNT_STAYS = (
    "The account stays, because it was not made for this organization or is used outside it; its holder can close it."
)


async def personal_data(connection: AsyncConnection, house: House, organization: str, person: str) -> PersonalData:
    """All rows of the organization that are about a person, or made by them. Raises Refusal for an unknown person.

    Contents that are sealed are left out: they are the organization's, and the rows say that they are there.
    """
    found: dict[str, tuple[dict[str, JsonValue], ...]] = {}
    cut_off: list[str] = []
    for table, about in _tables_about(person):
        rows = await connection.execute(
            select(table).where(table.c.organization_id == organization, about).limit(MOST_ROWS + 1)
        )
        shown = tuple(_plain(dict(row._mapping)) for row in rows)
        if len(shown) > MOST_ROWS:
            cut_off.append(table.name)
        if shown:
            found[table.name] = shown[:MOST_ROWS]
    own = identity.Person
    rows = await connection.execute(
        select(own.id, own.email, own.name, own.created_at, own.verified_at).where(own.id == person)
    )
    if known := tuple(_plain(dict(row._mapping)) for row in rows):
        found["person"] = known
    if not found:
        raise not_found("person")
    return PersonalData(
        organization=organization,
        person=person,
        made_at=house.clock.now(),
        tables=found,
        cut_off=tuple(cut_off),
    )


async def erase(change: Change, person: str) -> Erasure:
    """Erase a former member's personal data here, and the account where it belongs nowhere else.

    Raises Refusal: 409 for a member (remove them first), 404 for somebody the organization never knew.
    """
    connection, organization = change.connection, change.organization
    membership = tables.Membership
    member = select(membership.person_id).where(
        membership.organization_id == organization, membership.person_id == person
    )
    if (await connection.execute(member)).first() is not None:
        raise Refusal(
            Code.CONFLICT, "This person still belongs to the organization; nothing was erased; remove them first."
        )
    await _known_here(connection, organization, person)
    invitation = tables.Invitation
    invitations = await connection.execute(
        update(invitation)
        .where(invitation.organization_id == organization, invitation.accepted_by == person)
        .values(email=None)
    )
    erased = {"invitation": invitations.rowcount}
    home = (
        await connection.execute(
            text("select erase_person(:person, :moment)"), {"person": person, "moment": change.house.clock.now()}
        )
    ).scalar()
    emptied = home is not None
    if home is not None:
        access_changed(connection)
        await later(connection, change.house.seals, PURGE, organization=str(home))
    erased["person"] = int(emptied)
    await change.audit("person.erased", "person", person, account=emptied)
    await change.tell("member", person, {"name": "", "role": "viewer"}, deleted=True)
    belongs = () if emptied else (_ACCOUNT_STAYS,)
    return Erasure(person=person, erased=erased, person_erased=emptied, stays=(*STAYS, *belongs))


async def forget_invited(connection: AsyncConnection, organization: str, before: datetime) -> int:
    """Delete invitations that ended before an instant: addresses of people who never came are not kept."""
    table = tables.Invitation
    gone = await connection.execute(
        delete(table).where(
            table.organization_id == organization, table.expires_at < before, table.accepted_at.is_(None)
        )
    )
    return gone.rowcount


async def _known_here(connection: AsyncConnection, organization: str, person: str) -> None:
    """A person was here when the log has them."""
    entry = tables.AuditEntry
    line = (
        select(entry.number)
        .where(entry.organization_id == organization, or_(entry.actor == person, entry.subject == person))
        .limit(1)
    )
    if (await connection.execute(line)).first() is None:
        raise not_found("person")


def _tables_about(person: str) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    for table in tenant_tables():
        conditions = [table.c[name] == person for name in sorted(PERSON_COLUMNS & set(table.columns.keys()))]
        if table is Base.metadata.tables["audit_entry"]:
            conditions.append(table.c.subject == person)
        if conditions:
            yield table, or_(*conditions)


def _plain(row: dict[str, Any]) -> dict[str, JsonValue]:
    shown: dict[str, JsonValue] = {}
    for name, value in row.items():
        if name in _SECRET:
            continue
        if isinstance(value, bytes | memoryview):
            value = base64.b64encode(bytes(value)).decode()
        elif isinstance(value, datetime):
            value = value.isoformat()
        elif isinstance(value, dict | list):
            value = json.loads(json.dumps(value))
        shown[name] = value
    return shown
