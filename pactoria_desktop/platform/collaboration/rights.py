"""What a person may do with a record: by the table of permissions, and by a contract's own sharing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pactoria_desktop.protocol.permissions import OPERATIONS, Role, may, weaker
from pactoria_desktop.protocol.records import Kind

ORGANIZATION = "organization"
_RUNNING = (Role.OWNER, Role.ADMIN)
MAY_SEE = (
    "(r.scope = 'organization' or exists (select 1 from membership m where m.organization_id = :organization "
    "and m.person_id = :person and m.role in ('owner', 'admin')) or exists (select 1 from contract_share s "
    "where s.organization_id = :organization and s.contract_id = r.contract_id and s.person_id = :person))"
)
"""In SQL: whether a member may see the record ``r``; the same rule as ``Member.role_on``."""


def contract_scope(contract: str) -> str:
    """The scope of a contract whose sharing is restricted."""
    return f"contract:{contract}"


@dataclass(frozen=True, slots=True)
class Member:
    """A person with the role in the organization, and the roles given to them on restricted contracts."""

    person: str
    role: Role
    shares: Mapping[str, Role] = field(default_factory=dict)

    def role_on(self, contract: str, scope: str) -> Role | None:
        """The role on a contract that lives in ``scope``; None where the person may not know of it."""
        if scope == ORGANIZATION or self.role in _RUNNING:
            return self.role
        given = self.shares.get(contract)
        return None if given is None else weaker(given, self.role)


def refusal(operation: str | None, role: Role, kind: Kind) -> str | None:
    """Why a role may not do an operation on a kind of record, in a sentence; None where it may."""
    if operation is None:
        return f"A {kind.name} cannot be changed this way."
    if may(operation, role):
        return None
    article = "an" if role.value[0] in "aeio" else "a"
    return f"As {article} {role.value} you may not {OPERATIONS[operation].sentence}."
