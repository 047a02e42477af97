"""Which contract a member reaches, and as what: the role in the organization, and less where sharing is restricted."""

from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.contract.identity import is_identity
from pactoria_desktop.platform.api.access import forbidden
from pactoria_desktop.platform.api.refusals import not_found
from pactoria_desktop.platform.database.schema.records import ContractShare, Record
from pactoria_desktop.protocol.permissions import STRENGTH, Role, may, weaker


@dataclass(frozen=True, slots=True)
class Reached:
    """A contract that somebody reaches, with the role that counts there and the package it was imported from."""

    contract: str
    role: Role
    package: str | None

    def need(self, operation: str) -> None:
        """Raises Refusal (403) unless the role may do it."""
        if not may(operation, self.role):
            raise forbidden(operation, self.role)


def role_there(role: Role, scope: str, contract: str, shared: str | None) -> Role | None:
    """The role on a contract, None where it is out of reach. ``shared`` is the role it was shared with, if it was."""
    if scope != f"contract:{contract}" or STRENGTH[role] >= STRENGTH[Role.ADMIN]:
        return role
    return None if shared is None else weaker(role, Role(shared))


async def reach(connection: AsyncConnection, organization: str, person: str, role: Role, contract: str) -> Reached:
    """The contract as a member reaches it. Raises Refusal (404) where it is not there or out of reach."""
    if not is_identity(contract):
        raise not_found("contract")
    row = (
        await connection.execute(
            select(Record.scope, Record.fields, ContractShare.role)
            .outerjoin(
                ContractShare,
                and_(
                    ContractShare.organization_id == Record.organization_id,
                    ContractShare.contract_id == contract,
                    ContractShare.person_id == person,
                ),
            )
            .where(
                Record.organization_id == organization,
                Record.kind == "contract",
                Record.id == contract,
                Record.deleted.is_(False),
            )
        )
    ).one_or_none()
    there = None if row is None else role_there(role, row.scope, contract, row.role)
    if row is None or there is None:
        raise not_found("contract")
    package = row.fields.get("package_sha256")
    return Reached(contract, there, package if isinstance(package, str) else None)
