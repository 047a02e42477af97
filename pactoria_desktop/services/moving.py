"""What a text takes along to another package: pictures, links and other things that only its old package has."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pactoria_desktop.contract.text import Box, Material, WordObject
from pactoria_desktop.documents.adopting import Holds, Stray, references_in
from pactoria_desktop.documents.compare_parts import PartCarrier
from pactoria_desktop.documents.package import Package, Relationship


@dataclass(frozen=True, slots=True)
class Luggage:
    """Objects and boxes that were carried, by their keys, each under a new key."""

    objects: Mapping[str, tuple[str, WordObject]] = field(default_factory=dict)
    boxes: Mapping[str, tuple[str, Box]] = field(default_factory=dict)


def holding(standing: Package | None, package: Package) -> Holds:
    """What of a package is in another one as well. Without ``standing``, only names of relationships are compared."""
    known: dict[tuple[bool, str], dict[str, Relationship]] = {}

    def related(old: bool, part: str) -> dict[str, Relationship]:
        if (old, part) not in known:
            file = standing if old and standing is not None else package
            known[old, part] = {one.id: one for one in file.relationships(member_of(file, part))}
        return known[old, part]

    def holds(xml: str, here: str, there: str) -> bool:
        names, new = references_in(xml), related(False, there)
        if not names <= new.keys():
            return False
        if standing is None:
            return True
        old = related(True, here)
        return all(name in old and _is_same(standing, old[name], package, new[name]) for name in names)

    return holds


def _is_same(old: Package, one: Relationship, new: Package, other: Relationship) -> bool:
    if (one.type, one.external) != (other.type, other.external):
        return False
    if one.external:
        return one.target == other.target
    if old.member(one.target) is None or new.member(other.target) is None:
        return False
    return old.part(one.target) == new.part(other.target)


def member_of(package: Package, part: str) -> str:
    """The member of a package that a story lies in; text boxes count as the main one."""
    kind, _, name = part.partition(":")
    if kind in ("header", "footer"):
        return name
    if kind in ("footnote", "endnote"):
        return package.related(f"{kind}s") or package.main
    return package.main


def carried(
    strays: Iterable[Stray], material: Material, standing: Package, package: Package
) -> tuple[Package, Luggage]:
    """The package with what these need from the one that the text stood on, and what could be carried."""
    carrier = PartCarrier(package, standing)
    objects: dict[str, tuple[str, WordObject]] = {}
    boxes: dict[str, tuple[str, Box]] = {}
    for stray in strays:
        members = member_of(standing, stray.here), member_of(package, stray.there)
        if stray.is_box:
            box = material.boxes[stray.key]
            shell = carrier.carried(WordObject("box", box.xml, in_run=False), *members)
            if shell is not None:
                boxes[stray.key] = (f"{stray.key}-{package.sha256[:6]}", replace(box, xml=shell.xml))
        else:
            new = carrier.carried(material.objects[stray.key], *members)
            if new is not None:
                objects[stray.key] = (f"{stray.key}-{package.sha256[:6]}", new)
    parts = carrier.parts(package)
    return Package(package.with_parts(parts), package.name) if parts else package, Luggage(objects, boxes)
