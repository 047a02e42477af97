"""Values named by paths, as the columns of a table and the command line name them: ``client.name``,
``deliverables.2.title``, ``confidentiality.variant``."""

import re
from collections.abc import Iterable, Mapping

from pactoria_desktop.protocol.templates import MOST_ITEMS, ListVariable, PartyVariable, Single, TemplateDefinition
from pactoria_desktop.templates.faults import UnknownPathError, shown

Keys = tuple[str | int, ...]
"""Where a value lies in the raw values: names of objects, and places in lists, which count from 0."""

_ITEM = re.compile(r"[1-9][0-9]{0,2}")


def keys_of(path: str, definition: TemplateDefinition) -> Keys:
    """The keys of the value of a path. Raises UnknownPathError."""
    names = path.split(".")
    slots = {slot.id for slot in definition.slots}
    if names[0] in slots and (len(names) == 1 or names[1:] in (["clause"], ["variant"])):
        return tuple(names)
    variable = next((one for one in definition.variables if one.id == names[0]), None)
    if variable is None:
        raise UnknownPathError(f"{shown(path)} is no field of the template “{definition.title}”.")
    if not isinstance(variable, ListVariable):
        _check_part(variable, names[1:], path, definition)
        return tuple(names)
    one = next((one for one in variable.of if len(names) > 2 and one.id == names[2]), None)
    if one is None or _ITEM.fullmatch(names[1]) is None or int(names[1]) > MOST_ITEMS:
        example = f"{variable.id}.1.{variable.of[0].id}"
        raise UnknownPathError(f"{shown(path)} is no field of the list {variable.label}; one is {example}.")
    _check_part(one, names[3:], path, definition)
    return (names[0], int(names[1]) - 1, *names[2:])


def nested(given: Mapping[str, object], definition: TemplateDefinition) -> dict[str, object]:
    """The raw values that ``read_values`` takes, from values by their paths. Items that are not mentioned before others
    are empty. Raises UnknownPathError, also where a path names what is in another (``client`` and ``client.name``)."""
    return laid((path, keys_of(path, definition), value) for path, value in given.items())


def laid(given: Iterable[tuple[str, Keys, object]]) -> dict[str, object]:
    """What ``nested`` gives, from paths whose keys are known. Raises UnknownPathError as it does."""
    raw: dict[str, object] = {}
    for path, (*outer, last), value in given:
        place: object = raw
        for key, following in zip(outer, [*outer, last][1:], strict=True):
            place = _inside(place, key, [] if isinstance(following, int) else {})
        if not isinstance(place, dict) or last in place:
            raise UnknownPathError(f"{shown(path)} is given beside what it is a part of: give one of them.")
        place[last] = value
    return raw


def paths_of(definition: TemplateDefinition, items: Mapping[str, int]) -> tuple[str, ...]:
    """The paths of all values, in order; of each list as many items as ``items`` says."""
    paths: list[str] = []
    for variable in definition.variables:
        if isinstance(variable, ListVariable):
            for number in range(1, items.get(variable.id, 1) + 1):
                for one in variable.of:
                    paths += _with_parts(f"{variable.id}.{number}.{one.id}", one)
        else:
            paths += _with_parts(variable.id, variable)
    return (*paths, *(slot.id for slot in definition.slots))


def _with_parts(path: str, variable: Single) -> list[str]:
    if isinstance(variable, PartyVariable):
        return [f"{path}.{part}" for part in ("name", *variable.parts)]
    return [path]


def _check_part(variable: Single, names: list[str], path: str, definition: TemplateDefinition) -> None:
    if not names:
        return
    parts = ("name", *variable.parts) if isinstance(variable, PartyVariable) else ()
    if len(names) > 1 or names[0] not in parts:
        raise UnknownPathError(f"{shown(path)} is no field of the template “{definition.title}”.")


def _inside(place: object, key: str | int, fresh: object) -> object:
    """What lies at ``key``, made where it is not there; items before it are made as empty objects."""
    if isinstance(place, list) and isinstance(key, int):
        place.extend({} for _ in range(key + 1 - len(place)))
        return place[key]
    if isinstance(place, dict):
        return place.setdefault(key, fresh)
    return None
