"""Ids in addresses."""

from pactoria_desktop.contract.identity import is_identity
from pactoria_desktop.platform.api.refusals import not_found


def known_id(said: str, what: str) -> str:
    """An id of an address. Raises Refusal (404) for what cannot be one, as for what is not there."""
    if not is_identity(said):
        raise not_found(what)
    return said
