"""The epoch of the feeds: one word for one history. A database that was restored from a backup gets another one, so
that devices send anew what the backup does not know."""

from sqlalchemy import Connection, text

FACT = "epoch"
RESTORED = "restored_at"
"""When a backup was put in place last, ISO 8601 in UTC; not there where none ever was."""

_MAKE = text(f"insert into platform_fact values ('{FACT}', gen_random_uuid()::text) on conflict (name) do nothing")
_RENEW = text(
    f"insert into platform_fact values ('{FACT}', gen_random_uuid()::text) "
    "on conflict (name) do update set value = excluded.value returning value"
)


def ensure_epoch(connection: Connection) -> None:
    """Give a database without an epoch one; as the owner, who alone writes facts."""
    connection.execute(_MAKE)


def renew_epoch(connection: Connection) -> str:
    """Begin another epoch, after a restore; as the owner. Gives it."""
    return str(connection.execute(_RENEW).scalar_one())
