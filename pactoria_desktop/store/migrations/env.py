"""Run by Alembic: takes the keyed connection it is given and changes the library in the transaction already begun."""

from alembic import context

from pactoria_desktop.store.schema import Base
from pactoria_desktop.store.search_index import is_index_table


def _ours(_item: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    return not (kind == "table" and name is not None and is_index_table(name))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=False,
    include_object=_ours,
)
context.run_migrations()
