"""The values that a template is filled with, typed and read: what conditions are judged on and words are made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pactoria_desktop.protocol.templates import Money, Party, Period

SingleValue = str | Decimal | Money | date | Period | Party | bool
"""Text and choices (their id) are words; numbers are exact decimals; dates are civil."""

Item = Mapping[str, SingleValue | None]
"""One item of a list: each of its variables that is asked for, None where nothing is given."""

Value = SingleValue | tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class ClauseChoice:
    """The clause chosen for a slot. An empty ``variant`` is the clause's first, which is its preferred one."""

    clause: str
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Values:
    """Values without a fault.

    ``fields`` has every variable that is asked for, None where nothing is given; ``slots`` likewise. ``unasked`` has
    the paths of what was given but is not asked for with these values: it is not kept.
    """

    fields: Mapping[str, Value | None]
    slots: Mapping[str, ClauseChoice | None]
    unasked: tuple[str, ...] = ()

    def of_item(self, list_id: str, item: int) -> "Values":
        """These values as an item of a list sees them (``item`` counts from 1): its own come before those outside.

        Raises IndexError where the list has no such item.
        """
        items = self.fields.get(list_id)
        if not isinstance(items, tuple) or not 1 <= item <= len(items):
            raise IndexError(f"{list_id} has no item {item}")
        return Values({**self.fields, **items[item - 1]}, self.slots)

    def as_json(self) -> dict[str, object]:
        """The values as they are kept and sent; ``read_values`` gives the same values for them again."""
        fields = {name: _json(value) for name, value in self.fields.items()}
        slots = {
            name: None if chosen is None else {"clause": chosen.clause, "variant": chosen.variant}
            for name, chosen in self.slots.items()
        }
        return {**fields, **slots}


def _json(value: Value | None) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Money | Period):
        return value.model_dump(mode="json")
    if isinstance(value, Party):
        return {name: part for name, part in value.model_dump(mode="json").items() if part}
    if isinstance(value, tuple):
        return [{name: _json(one) for name, one in item.items()} for item in value]
    return value
