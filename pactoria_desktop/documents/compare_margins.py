"""Makes room in OLD for headers and footers that only NEW has: empty ones, whose words are then put, tracked."""

import re

from pactoria_desktop.documents.compare_parts import with_related_parts
from pactoria_desktop.documents.names import RELATIONSHIP_REFERENCE, WORD, word
from pactoria_desktop.documents.package import Package, Relationship

_SECTION = re.compile(rb"<w:sectPr(?:\s[^>]*?)?(/?)>")
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"
_ROOTS = {"header": "hdr", "footer": "ftr"}


def with_margins(old: Package, new: Package, parts: tuple[str, ...]) -> tuple[Package, dict[str, str]]:
    """OLD with an empty header or footer for each of these parts of NEW, and which part stands for which.

    A section of OLD that has a header of that type already gets none: its place is taken.
    """
    sections = list(_SECTION.finditer(old.part(old.main)))
    theirs = list(new.parse(new.main).iter(word("sectPr")))
    ours = list(old.parse(old.main).iter(word("sectPr")))
    if not sections or len(sections) != len(ours):
        return old, {}
    targets = {one.id: one.target for one in new.main_relationships}
    taken = {(place, kind, role) for place, one in enumerate(ours) for kind, role, _ in _references(one)}
    names = {name.casefold() for name in old.members}
    ids = {one.id for one in old.main_relationships}
    added: dict[int, bytes] = {}
    files: dict[str, bytes] = {}
    types: dict[str, str] = {}
    related: list[Relationship] = []
    pairs: dict[str, str] = {}
    for number, section in enumerate(theirs):
        place = len(ours) - 1 if number == len(theirs) - 1 else min(number, len(ours) - 1)
        for kind, role, identifier in _references(section):
            part = f"{kind}:{targets.get(identifier, '')}"
            if part not in parts or part in pairs.values() or (place, kind, role) in taken:
                continue
            taken.add((place, kind, role))
            member = _free(f"{old.main.rpartition('/')[0]}/{kind}".lstrip("/"), names)
            name = f"rId{next(at for at in range(1, len(ids) + 2) if f'rId{at}' not in ids)}"
            ids.add(name)
            root = _ROOTS[kind]
            files[member] = (
                f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:{root} xmlns:w="{WORD}"><w:p/></w:{root}>'
            ).encode()
            types[member] = _CONTENT_TYPE.format(kind)
            related.append(Relationship(name, f"{RELATIONSHIP_REFERENCE}/{kind}", member, False))
            added[place] = added.get(place, b"") + (
                f'<w:{kind}Reference xmlns:r="{RELATIONSHIP_REFERENCE}" w:type="{role}" r:id="{name}"/>'.encode()
            )
            pairs[f"{kind}:{member}"] = part
    if not pairs:
        return old, {}
    files[old.main] = _referring(old.part(old.main), sections, added)
    return with_related_parts(old, files, types, related), pairs


def _references(section: object) -> list[tuple[str, str, str]]:
    """(header or footer, type, relationship id) of a section."""
    found = []
    for kind in _ROOTS:
        for one in section.iterchildren(word(f"{kind}Reference")):  # type: ignore[attr-defined]
            found.append((kind, one.get(word("type"), "default"), one.get(f"{{{RELATIONSHIP_REFERENCE}}}id", "")))
    return found


def _free(stem: str, names: set[str]) -> str:
    number = 1
    while f"{stem}{number}.xml".casefold() in names:
        number += 1
    names.add(f"{stem}{number}.xml".casefold())
    return f"{stem}{number}.xml"


def _referring(data: bytes, sections: list[re.Match[bytes]], added: dict[int, bytes]) -> bytes:
    for place in sorted(added, reverse=True):
        found = sections[place]
        opened = found[0][:-2].rstrip() + b">" + added[place] + b"</w:sectPr>" if found[1] else found[0] + added[place]
        data = data[: found.start()] + opened + data[found.end() :]
    return data
