"""The application role must not be able to climb over the walls: checked at every start."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_QUESTION = text(
    "select r.rolsuper, r.rolbypassrls, current_user, "
    "(select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace "
    " where n.nspname = 'public' and c.relkind in ('r', 'p') "
    " and pg_has_role(current_user, c.relowner, 'MEMBER')), "
    "(select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace "
    " join pg_attribute a on a.attrelid = c.oid "
    " where n.nspname = 'public' and c.relkind in ('r', 'p') "
    " and a.attname = 'organization_id' and not c.relrowsecurity) "
    "from pg_roles r where r.rolname = current_user"
)


async def role_problem(connection: AsyncConnection) -> str | None:
    """Why the role that the application uses is too strong, in one sentence; None where it is as it should be."""
    superuser, bypasses, name, owned, open_tables = (await connection.execute(_QUESTION)).one()
    if superuser:
        what = "is a superuser"
    elif bypasses:
        what = "passes over row-level security"
    elif owned:
        what = "owns the tables"
    elif open_tables:
        return (
            f"{open_tables} tables of tenants have no row-level security; nothing was started; "
            "run pactoria platform migrate."
        )
    else:
        return None
    return (
        f"The role {name} in PACTORIA_DATABASE_URL {what}, so nothing would keep organizations apart; "
        "nothing was started; give the application a role without those rights."
    )
