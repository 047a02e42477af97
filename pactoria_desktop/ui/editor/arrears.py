"""Changes that the page does not show yet: kept by slot, so that a large deed is shown a little at a time."""

from collections.abc import Collection, Iterable

from pactoria_desktop.replica.changes import TextChange


class Arrears:
    """What is still to be shown. Changes of one slot are taken together, in the order in which they came."""

    def __init__(self) -> None:
        self._by_slot: dict[str, list[TextChange]] = {}
        self.structure = False

    def __bool__(self) -> bool:
        return bool(self._by_slot) or self.structure

    def add(self, changes: Iterable[TextChange]) -> None:
        """Owe these as well."""
        for change in changes:
            self._by_slot.setdefault(change.slot, []).append(change)

    @property
    def slots(self) -> Collection[str]:
        """The slots of which words or marks are owed."""
        return self._by_slot.keys()

    def take(self, slot: str) -> list[TextChange]:
        """What is owed of one slot; nothing of it is owed then."""
        return self._by_slot.pop(slot, [])

    def next_slot(self, first: Iterable[str]) -> str | None:
        """The slot to show next: one of those that come ``first``, else any; None when only the structure is owed."""
        wanted = next((slot for slot in first if slot in self._by_slot), None)
        return wanted if wanted is not None else next(iter(self._by_slot), None)

    def clear(self) -> None:
        """Owe nothing."""
        self._by_slot.clear()
        self.structure = False
