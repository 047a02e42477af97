"""Conflicts as the window shows and settles them: each seat's, in words, and the answers to all at once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.ui.sharing.values import Conflict, Settlement

if TYPE_CHECKING:
    from pactoria_desktop.services.accounts import SeatRecord
    from pactoria_desktop.services.syncing import Conflict as Found


def conflicts_of(service: LibraryService, seats: "Sequence[SeatRecord]") -> tuple[Conflict, ...]:
    """What came to a conflict at these seats and was not decided, the oldest first. Reads the library."""
    from pactoria_desktop.services.syncing import Syncing

    return tuple(_shown(one) for seat in seats for one in Syncing(service, seat.number).conflicts())


def settle(service: LibraryService, seats: "Sequence[SeatRecord]", settlement: Settlement) -> int:
    """Decide them for everybody; gives how many. One that somebody else decided meanwhile stays as it was decided."""
    from pactoria_desktop.services.syncing import Syncing

    decided = 0
    for seat in seats:
        syncing = Syncing(service, seat.number)
        for each in syncing.conflicts():
            if each.id in settlement:
                syncing.resolve(each.id, settlement[each.id])
                decided += 1
    return decided


def _shown(one: "Found") -> Conflict:
    from pactoria_desktop.services.record_words import field_words, kind_words, value_words

    return Conflict(
        one.id, one.title or kind_words(one.kind), field_words(one.kind, one.field),
        value_words(one.field, one.theirs), one.kept_by, one.kept_at or 0,
        value_words(one.field, one.mine), one.author, one.at or 0, one.contract,
    )  # fmt: skip
