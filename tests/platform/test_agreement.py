"""What goes over the wire and what lies in the tables say the same, field by field."""

import types
import typing

import pytest
from pydantic import BaseModel
from sqlalchemy import Table

from pactoria_desktop.platform.database.schema import Base
from pactoria_desktop.protocol import audit, organizations

PAIRS: list[tuple[type[BaseModel], str, dict[str, str], set[str]]] = [
    # model, table, what has another name, columns that stay inside
    (organizations.Organization, "organization",
     {"id": "organization_id", "personal": "personal_of"}, {"deleted_at"}),
    (organizations.Member, "membership", {"person": "person_id"}, {"organization_id"}),
    (organizations.Invitation, "invitation", {},
     {"organization_id", "token_sha256", "accepted_at", "accepted_by", "revoked_at"}),
    (audit.AuditEntry, "audit_entry", {"organization": "organization_id"}, set()),
]  # fmt: skip
DERIVED = {"Organization": {"role", "billing"}, "Member": {"name", "email"}, "Invitation": {"state"}}
"""Fields that come from other tables, or from several columns."""


def optional(annotation: object) -> bool:
    """Whether a field can be empty."""
    return typing.get_origin(annotation) in (types.UnionType, typing.Union) and type(None) in typing.get_args(
        annotation
    )


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0].__name__)
def test_every_field_has_its_column_and_every_column_its_field_or_a_reason(
    pair: tuple[type[BaseModel], str, dict[str, str], set[str]],
) -> None:
    model, name, renamed, inside = pair
    table: Table = Base.metadata.tables[name]
    shown = {renamed.get(field, field): field for field in set(model.model_fields) - DERIVED.get(model.__name__, set())}
    assert set(shown) == set(table.columns.keys()) - inside
    for column, field in shown.items():
        if field in renamed and renamed[field] == "personal_of":
            continue
        assert optional(model.model_fields[field].annotation) == bool(table.columns[column].nullable), field
