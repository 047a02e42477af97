"""Parts at which a deed in turns is aimed: found again at their turn, whatever has arrived from elsewhere meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass

from pactoria_desktop.replica.deltas import places_after
from pactoria_desktop.replica.living import LivingText, Part
from pactoria_desktop.replica.loro_text import code_points_before, utf16_before


@dataclass(frozen=True, slots=True)
class Aim:
    """The code points ``start`` to ``end`` of a slot, named by its container, as they stood when the deed began."""

    slot: str
    start: int
    end: int


def aim_at(part: Part) -> Aim:
    """An aim at a part as it stands."""
    text = part.slot.text
    return Aim(part.slot.key, code_points_before(text, part.start), code_points_before(text, part.end))


def met(living: LivingText, aim: Aim) -> list[Part]:
    """Where the characters of an aim stand now, in order, without those that came between; none when they are gone."""
    slot = living.structure.slot_by_key(aim.slot)
    if slot is None or living.structure.place_of(slot) < 0:
        return []
    slot = living.structure.slot(slot.id)
    found = []
    for start, end in places_after(aim.start, aim.end, living.arrived_in(aim.slot)):
        found.append(Part(slot, utf16_before(slot.text, start), utf16_before(slot.text, end)))
    return found


def met_whole(living: LivingText, aim: Aim) -> Part | None:
    """Where the characters of an aim stand now, None where something was put between them or some are gone."""
    found = places_after(aim.start, aim.end, living.arrived_in(aim.slot))
    if len(found) != 1 or found[0][1] - found[0][0] != aim.end - aim.start:
        return None
    return next(iter(met(living, aim)), None)


def aims_at(parts: Iterable[Part]) -> list[Aim]:
    """Aims at parts as they stand."""
    return [aim_at(part) for part in parts]
