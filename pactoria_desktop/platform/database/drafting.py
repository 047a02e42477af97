"""The SQL of the database as the tables and walls in the code describe it: for drafting a form, and for tests that hold
a migrated database against it."""

from collections.abc import Iterable

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from pactoria_desktop.platform.database.schema import Base
from pactoria_desktop.platform.database.walls import FUNCTIONS, grants, policies


def statements() -> Iterable[str]:
    """Tables, indexes, functions, policies and grants, in the order in which they can be made."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in Base.metadata.sorted_tables:
        yield str(CreateTable(table).compile(dialect=dialect)).strip()
        for index in sorted(table.indexes, key=lambda one: str(one.name)):
            yield str(CreateIndex(index).compile(dialect=dialect)).strip()
    yield from (function.strip() for function in FUNCTIONS)
    yield from policies()
    yield from grants()
