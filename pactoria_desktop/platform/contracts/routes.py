"""The addresses of contracts."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from pactoria_desktop.platform.api.access import Access, allow
from pactoria_desktop.platform.api.addresses import known_id
from pactoria_desktop.platform.api.conditional import conditional, require_match, tag_of
from pactoria_desktop.platform.contracts import listing, sharing
from pactoria_desktop.protocol.contracts import ActivityPage, ContractPage, ContractSheet, Order, Sharing, Status

_Prefix = Annotated[str | None, Query(min_length=1, max_length=500, description="how it begins, capitals aside")]


def routes() -> APIRouter:
    """``/organizations/{organization}/contracts``."""
    router = APIRouter(prefix="/organizations/{organization}/contracts", tags=["contracts"])

    @router.get("", response_model=ContractPage)
    async def list_contracts(
        request: Request,
        access: Annotated[Access, allow("contract.read")],
        order: Order = Order.CHANGED,
        status: Annotated[Status | None, Query()] = None,
        title: _Prefix = None,
        counterparty: _Prefix = None,
        cursor: Annotated[str | None, Query(min_length=1, max_length=4000)] = None,
    ) -> Response:
        """Contracts that the member may see, fifty at a time."""
        _storable(title, counterparty)
        asked = listing.Asked(order, None if status is None else status.value, title, counterparty, cursor)
        async with access.transaction() as connection:
            page = await listing.list_contracts(connection, access.organization, access.person, asked)
        return conditional(request, page)

    @router.get("/{contract}", response_model=ContractSheet)
    async def read_contract(
        request: Request, contract: str, access: Annotated[Access, allow("contract.read")]
    ) -> Response:
        """A contract with its parties, versions and approvals, the newest first."""
        known_id(contract, "contract")
        async with access.transaction() as connection:
            sheet = await listing.contract_sheet(
                connection, access.house, access.organization, access.person, contract
            )  # fmt: skip
        return conditional(request, sheet)

    @router.get("/{contract}/activity", response_model=ActivityPage)
    async def read_activity(
        request: Request,
        contract: str,
        access: Annotated[Access, allow("contract.read")],
        before: Annotated[int | None, Query(ge=0, le=2**53 - 1, description="the last page's ``next``")] = None,
    ) -> Response:
        """What was done to a contract: statuses, versions, approvals, sharing; the newest first."""
        known_id(contract, "contract")
        async with access.transaction() as connection:
            page = await listing.contract_activity(
                connection, access.organization, access.person, contract, before
            )  # fmt: skip
        return conditional(request, page)

    @router.get("/{contract}/sharing", response_model=Sharing)
    async def read_sharing(
        request: Request, contract: str, access: Annotated[Access, allow("contract.read")]
    ) -> Response:
        """Who may reach a contract."""
        known_id(contract, "contract")
        async with access.transaction() as connection:
            found = await sharing.sharing_of(connection, access, contract)
        return conditional(request, found)

    @router.put("/{contract}/sharing", response_model=Sharing)
    async def change_sharing(
        request: Request, contract: str, wanted: Sharing, access: Annotated[Access, allow("contract.share")]
    ) -> Response:
        """Say who may reach a contract. Whoever restricts it stays among its people."""
        known_id(contract, "contract")
        async with access.transaction() as connection:
            former = await sharing.sharing_of(connection, access, contract)
            require_match(request, tag_of(former.model_dump_json().encode()))
            now = await sharing.share(connection, access, contract, wanted)
        content = now.model_dump_json().encode()
        return Response(content, media_type="application/json", headers={"ETag": tag_of(content)})

    return router


def _storable(*said: str | None) -> None:
    """Words of a search that no title can begin with. Raises Refusal."""
    if any(one is not None and "\x00" in one for one in said):
        raise listing.unsearchable()
