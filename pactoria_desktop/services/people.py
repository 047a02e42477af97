"""The people whom a contract's records name by id: the members of its organization, and oneself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pactoria_desktop.services.accounts import Accounts
from pactoria_desktop.services.library import LibraryService

if TYPE_CHECKING:
    from pactoria_desktop.services.syncing import Syncing


@dataclass(frozen=True, slots=True)
class People:
    """``names`` by a person's id; ``me`` are the ids that the person at this desk has: on the platform, and here.

    ``syncing`` gives the organization's own records; None for a contract that is in no organization.
    """

    names: Mapping[str, str]
    me: frozenset[str]
    syncing: "Syncing | None" = None

    def name_of(self, *ids: object) -> str:
        """The name of the first of these ids that is known; empty for strangers."""
        return next((self.names[one] for one in ids if isinstance(one, str) and self.names.get(one)), "")


def people_of(service: LibraryService, contract: str) -> People:
    """The people of a contract, as far as they are known here. Reads the library."""
    from pactoria_desktop.services.syncing import Syncing

    accounts, own = Accounts(service), service.person.user
    home = accounts.home(contract)
    if home is None:
        return People({}, frozenset({own}))
    seat = next(one for one in accounts.seats() if one.number == home.seat)
    me = next((one.person for one in accounts.accounts() if one.id == seat.account), own)
    syncing = Syncing(service, seat.number)
    names = {person: name for person, name, _ in syncing.members()}
    return People(names, frozenset({own, me}), syncing)
