"""The second wall between tenants: row-level security, grants, and the functions that look before a tenant is known.

The application role owns nothing. Every transaction says for whom it is (``engine``): ``app.organization``,
``app.person``, and ``app.sign_in`` where somebody is still unknown. A table of a tenant shows rows of that organization
alone, and none when nobody said which. The tables of people are open to their own person and to the room ``auth``.
"""

from collections.abc import Iterable

from sqlalchemy import Table

from pactoria_desktop.platform.database.schema import Base

APPLICATION = "pactoria_app"
OWNER = "pactoria_owner"

_ORGANIZATION = "organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)"
_PERSON = "(select nullif(current_setting('app.person', true), '')::uuid)"
_SIGN_IN = "(select current_setting('app.sign_in', true)) = 'on'"

OF_PEOPLE = {
    "person": (
        f"id = {_PERSON} or {_SIGN_IN} or exists (select 1 from membership m "
        f"where m.person_id = person.id and m.{_ORGANIZATION})"
    ),
    "sign_in_attempts": _SIGN_IN,
    "mail_token": _SIGN_IN,
    "authorization_code": _SIGN_IN,
    "device_grant": _SIGN_IN,
    "device_session": f"person_id = {_PERSON} or {_SIGN_IN}",
    "access_token": _SIGN_IN,
    "refresh_token": _SIGN_IN,
}
"""Tables of people and whom their rows are shown to."""

PERSON_WRITES = f"id = {_PERSON} or {_SIGN_IN}"
"""A person's row is written by that person, or by the room ``auth``."""

OWN_ORGANIZATIONS = {
    "membership": f"person_id = {_PERSON}",
    "organization": (
        "exists (select 1 from membership m where m.organization_id = organization.organization_id "
        f"and m.person_id = {_PERSON})"
    ),
}
"""Beside the tenant's own rows a person sees where they belong, to choose a tenant."""

FIRST_INVITATION = f"organization_id is null and {_SIGN_IN}"

OPEN = {"platform_fact": "facts about the platform itself, read by all and written by its owner alone"}
"""Tables without a policy, and why."""

FUNCTIONS = (
    """
create function known_by_token(token bytea, moment timestamptz, tenant uuid)
returns table (session_id uuid, person_id uuid, device_id uuid, device_name text, administrator boolean, name text,
               email text, home_organization_id uuid, role text, billing boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.id, p.id, s.device_id, s.device_name, p.administrator, p.name, p.email, p.home_organization_id, m.role,
         coalesce(m.billing, false)
  from access_token t
  join device_session s on s.id = t.session_id
  join person p on p.id = s.person_id
  left join organization o on o.organization_id = tenant and o.deleted_at is null
  left join membership m on m.organization_id = o.organization_id and m.person_id = p.id
  where t.token_sha256 = token and t.expires_at > moment and s.ended_at is null and s.expires_at > moment
    and p.disabled_at is null and p.erased_at is null
$$
""",
    """
create function invitation_by_token(token bytea)
returns table (id uuid, organization_id uuid, organization_name text, email text, role text, billing boolean,
               expires_at timestamptz, accepted_at timestamptz, revoked_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select i.id, i.organization_id, o.name, i.email, i.role, i.billing, i.expires_at, i.accepted_at, i.revoked_at
  from invitation i left join organization o on o.organization_id = i.organization_id and o.deleted_at is null
  where i.token_sha256 = token and (i.organization_id is null or o.organization_id is not null)
$$
""",
    """
create function erase_person(who uuid, moment timestamptz) returns uuid
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  tenant uuid := nullif(current_setting('app.organization', true), '')::uuid;
  home uuid;
begin
  -- Only an account that was made to join this organization, and that nobody uses elsewhere.
  select p.home_organization_id into home from person p
  where p.id = who and p.erased_at is null
    and exists (select 1 from invitation i where i.organization_id = tenant and i.accepted_by = who
                and i.created_at <= p.created_at)
    and not exists (select 1 from membership m where m.person_id = who
                    and m.organization_id <> p.home_organization_id)
    and not exists (select 1 from record r where r.organization_id = p.home_organization_id and r.kind = 'contract')
    and not exists (select 1 from membership m where m.organization_id = p.home_organization_id and m.person_id <> who)
  for update of p;
  if home is null then
    return null;
  end if;
  delete from device_session where person_id = who;
  delete from mail_token where person_id = who;
  delete from authorization_code where person_id = who;
  delete from device_grant where person_id = who;
  delete from membership where person_id = who;
  update organization set deleted_at = moment, changed_at = moment, name = 'Erased', version = version + 1
  where organization_id = home;
  update person set email = null, name = 'Erased', password_hash = null, verified_at = null, administrator = false,
    erased_at = moment
  where id = who;
  return home;
end
$$
""",
    """
create function sessions_at_work(sessions uuid[], moment timestamptz)
returns table (session_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.id
  from device_session s join person p on p.id = s.person_id
  where s.id = any(sessions) and s.ended_at is null and s.expires_at > moment
    and p.disabled_at is null and p.erased_at is null
$$
""",
    """
create function organizations_after(last uuid, most integer)
returns table (organization_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select o.organization_id from organization o
  where o.organization_id > last and o.deleted_at is null order by o.organization_id limit most
$$
""",
)
"""The functions that look before a tenant is known, or over its walls for one purpose. They run as the owner."""

FUNCTION_SIGNATURES = (
    "known_by_token(bytea, timestamptz, uuid)",
    "invitation_by_token(bytea)",
    "erase_person(uuid, timestamptz)",
    "sessions_at_work(uuid[], timestamptz)",
    "organizations_after(uuid, integer)",
)


def tenant_tables() -> tuple[Table, ...]:
    """Every table whose rows belong to an organization."""
    return tuple(table for table in Base.metadata.sorted_tables if "organization_id" in table.columns)


def policies() -> Iterable[str]:
    """Row-level security for every table."""
    for table in Base.metadata.sorted_tables:
        name = table.name
        if name in OPEN:
            continue
        yield f"alter table {name} enable row level security"
        if name in OF_PEOPLE:
            shown = OF_PEOPLE[name]
            if name == "person":
                yield f"create policy shown on person for select to {APPLICATION} using ({shown})"
                yield f"create policy made on person for insert to {APPLICATION} with check ({PERSON_WRITES})"
                yield (
                    f"create policy changed on person for update to {APPLICATION} "
                    f"using ({PERSON_WRITES}) with check ({PERSON_WRITES})"
                )
                yield f"create policy removed on person for delete to {APPLICATION} using ({_SIGN_IN})"
            else:
                yield f"create policy person on {name} for all to {APPLICATION} using ({shown}) with check ({shown})"
            continue
        yield (
            f"create policy tenant on {name} for all to {APPLICATION} "
            f"using ({_ORGANIZATION}) with check ({_ORGANIZATION})"
        )
        if name in OWN_ORGANIZATIONS:
            yield f"create policy own on {name} for select to {APPLICATION} using ({OWN_ORGANIZATIONS[name]})"
        if name == "invitation":
            yield (
                f"create policy first on {name} for all to {APPLICATION} "
                f"using ({FIRST_INVITATION}) with check ({FIRST_INVITATION})"
            )


def grants() -> Iterable[str]:
    """What the application role may touch: rows, never the tables themselves."""
    yield f"grant usage on schema public to {APPLICATION}"
    for table in Base.metadata.sorted_tables:
        rights = "select" if table.name in OPEN else "select, insert, update, delete"
        yield f"grant {rights} on {table.name} to {APPLICATION}"
    yield f"grant select on alembic_version to {APPLICATION}"
    for signature in FUNCTION_SIGNATURES:
        yield f"revoke all on function {signature} from public"
        yield f"grant execute on function {signature} to {APPLICATION}"
