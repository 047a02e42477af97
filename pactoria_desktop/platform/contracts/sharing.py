"""Who may reach a contract: open to the organization, or restricted to owners, admins and the people named."""

import json

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.api.access import Access, forbidden
from pactoria_desktop.platform.api.refusals import Refusal, not_found
from pactoria_desktop.platform.collaboration.feed import write_platform_record
from pactoria_desktop.platform.collaboration.moving import move_contract
from pactoria_desktop.platform.collaboration.rights import ORGANIZATION, Member, contract_scope
from pactoria_desktop.platform.collaboration.writing import lock_scopes
from pactoria_desktop.platform.organizations.auditing import write_audit
from pactoria_desktop.protocol.contracts import SharedWith, Sharing
from pactoria_desktop.protocol.permissions import Role, may
from pactoria_desktop.protocol.problems import Code, FieldProblem

_CONTRACT = text(
    "select r.scope, (select coalesce(jsonb_object_agg(h.person_id, h.role), '{}') from contract_share h "
    " where h.organization_id = :organization and h.contract_id = r.contract_id) as people "
    "from record r where r.organization_id = :organization and r.kind = 'contract' and r.id = :contract "
    "and not r.deleted"
)
_MEMBERS = text(
    "select person_id::text from membership where organization_id = :organization "
    "and person_id = any(cast(:people as uuid[])) for share"
)
_REPLACE = text(
    """
with wanted as (
  select person, role from jsonb_to_recordset(cast(:people as jsonb)) as w (person uuid, role text)
), gone as (
  delete from contract_share where organization_id = :organization and contract_id = :contract
    and person_id not in (select person from wanted)
)
insert into contract_share (organization_id, contract_id, person_id, role, shared_by, shared_at)
select cast(:organization as uuid), cast(:contract as uuid), person, role, cast(:by as uuid), :at from wanted
on conflict (organization_id, contract_id, person_id) do update set role = excluded.role
"""
)


async def sharing_of(connection: AsyncConnection, access: Access, contract: str) -> Sharing:
    """Who may reach a contract that the asker may reach. Raises Refusal (404)."""
    sharing, _ = await _known(connection, access, contract)
    return sharing


async def share(connection: AsyncConnection, access: Access, contract: str, wanted: Sharing) -> Sharing:
    """Say who may reach a contract, in the caller's transaction; gives how it is then.

    Whoever restricts a contract stays among its people. An open contract has no people of its own. Raises Refusal:
    404 for a contract that is not there, 403 for a role that may not share it, 422 for people who are no members.
    """
    _, role = await _known(connection, access, contract)
    if not may("contract.share", role):
        raise forbidden("contract.share", role)
    await lock_scopes(connection, access.organization, [ORGANIZATION, contract_scope(contract)])
    former, role = await _known(connection, access, contract)
    people = {one.person: one.role for one in wanted.people} if wanted.restricted else {}
    if wanted.restricted and access.role not in (Role.OWNER, Role.ADMIN):
        people.setdefault(access.person, role)
    await _require_members(connection, access, people)
    now = Sharing(
        restricted=wanted.restricted,
        people=tuple(SharedWith(person=person, role=people[person]) for person in sorted(people)),
    )
    if now == former:
        return now
    await _replace(connection, access, contract, people)
    if now.restricted != former.restricted:
        await move_contract(
            connection, access.house, access.organization, contract, restricted=now.restricted
        )  # fmt: skip
    await _tell(connection, access, contract, former, now)
    return now


async def _known(connection: AsyncConnection, access: Access, contract: str) -> tuple[Sharing, Role]:
    place = {"organization": access.organization, "contract": contract}
    row = (await connection.execute(_CONTRACT, place)).one_or_none()
    if row is None:
        raise not_found("contract")
    shares = {person: Role(role) for person, role in row.people.items()}
    mine = {contract: shares[access.person]} if access.person in shares else {}
    role = Member(access.person, access.role, mine).role_on(contract, row.scope)
    if role is None:
        raise not_found("contract")
    people = tuple(SharedWith(person=person, role=shares[person]) for person in sorted(shares))
    return Sharing(restricted=row.scope != ORGANIZATION, people=people), role


async def _require_members(connection: AsyncConnection, access: Access, people: dict[str, Role]) -> None:
    values = {"organization": access.organization, "people": list(people)}
    members = {person for (person,) in await connection.execute(_MEMBERS, values)}
    if strangers := [person for person in people if person not in members]:
        raise Refusal(
            Code.INVALID,
            "A contract is shared with members alone; nothing was changed; invite the person first.",
            fields=[FieldProblem(field="people", reason=f"{person} is no member") for person in strangers[:20]],
        )


async def _replace(connection: AsyncConnection, access: Access, contract: str, people: dict[str, Role]) -> None:
    values = {
        "organization": access.organization,
        "contract": contract,
        "people": json.dumps([{"person": person, "role": role.value} for person, role in people.items()]),
        "by": access.person,
        "at": access.house.clock.now(),
    }
    await connection.execute(_REPLACE, values)


async def _tell(connection: AsyncConnection, access: Access, contract: str, former: Sharing, now: Sharing) -> None:
    """Tell the devices (share records, activity) and the audit log."""
    house, organization = access.house, access.organization
    before = {one.person: one.role for one in former.people}
    after = {one.person: one.role for one in now.people}
    for person in sorted(before.keys() | after.keys()):
        if before.get(person) != after.get(person):
            fields = {"contract": contract, "person": person, "role": after.get(person, Role.VIEWER).value}
            await write_platform_record(
                connection, house, organization, "share", f"{contract}:{person}", fields, person not in after
            )
    activity = {
        "contract": contract,
        "what": "sharing",
        "subject": "restricted" if now.restricted else "open",
        "by": access.person,
        "at": house.clock.now(),
    }
    await write_platform_record(connection, house, organization, "activity", house.mint.mint(), activity)
    await write_audit(
        connection,
        house,
        organization,
        actor=access.person,
        device=access.device,
        action="contract.share",
        subject_kind="contract",
        subject=contract,
        details={"restricted": now.restricted, "people": {person: role.value for person, role in after.items()}},
    )
