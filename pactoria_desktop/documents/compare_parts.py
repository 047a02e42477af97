"""Carries what words of NEW need from its package into OLD's: pictures and other related parts, and new notes."""

import re
from collections.abc import Mapping
from dataclasses import replace
from posixpath import relpath

from pactoria_desktop.contract.text import WordObject
from pactoria_desktop.documents.markup import escaped_attribute
from pactoria_desktop.documents.names import CONTENT_TYPES, PACKAGE_RELATIONSHIPS, RELATIONSHIP_REFERENCE, WORD
from pactoria_desktop.documents.package import CONTENT_TYPES_MEMBER, Package, Relationship
from pactoria_desktop.documents.tracked_changes import collect
from pactoria_desktop.documents.tracked_resolve import resolve
from pactoria_desktop.documents.tracked_tree import Tree

_REFERENCE = re.compile(r'(\b(?:r|o):(?:embed|link|id|pict|relid|dm|lo|qs|cs)=")([^"]*)(")')
_COPIED_DEPTH = 4


class PartCarrier:
    """Collects the parts that OLD needs; ``parts`` gives their bytes once everything was carried."""

    def __init__(self, old: Package, new: Package) -> None:
        self._old = old
        self._new = new
        self._added: dict[str, bytes] = {}
        self._types: dict[str, str] = {}
        self._relationships: dict[str, list[Relationship]] = {}
        self._copied: dict[str, str] = {}
        self._carried: dict[tuple[str, str, str], WordObject | None] = {}
        self._names = {name.casefold() for name in old.members}

    def carried(self, value: WordObject, member: str, target_member: str) -> WordObject | None:
        """The object with its relationships in a part of OLD; None where something of it cannot be carried."""
        key = (value.xml, member, target_member)
        if key not in self._carried:
            self._carried[key] = self._carry(value, member, target_member)
        return self._carried[key]

    def _carry(self, value: WordObject, member: str, target_member: str) -> WordObject | None:
        wanted = {name for _, name, _ in _REFERENCE.findall(value.xml) if name}
        known = {one.id: one for one in self._new.relationships(member)}
        if not wanted <= set(known):
            return None
        names: dict[str, str] = {}
        for name in sorted(wanted):
            relationship = known[name]
            target = relationship.target
            if not relationship.external:
                copied = self._copy(target, _COPIED_DEPTH)
                if copied is None:
                    return None
                target = copied
            names[name] = self._related(target_member, replace(relationship, target=target))
        xml = _REFERENCE.sub(lambda found: f"{found[1]}{names.get(found[2], found[2])}{found[3]}", value.xml)
        return replace(value, xml=xml)

    def _related(self, member: str, relationship: Relationship) -> str:
        added = self._relationships.setdefault(member, [])
        for one in [*self._old.relationships(member), *added]:
            if (one.type, one.target, one.external) == (relationship.type, relationship.target, relationship.external):
                return one.id
        taken = {one.id for one in [*self._old.relationships(member), *added]}
        number = len(taken) + 1
        while f"rId{number}" in taken:
            number += 1
        added.append(replace(relationship, id=f"rId{number}"))
        return f"rId{number}"

    def _copy(self, member: str, depth: int) -> str | None:
        """The name under which OLD has this part of NEW: its own where it holds the same bytes, else a new one."""
        if member in self._copied:
            return self._copied[member]
        if self._new.member(member) is None or depth == 0:
            return None
        data = self._new.part(member)
        inner = self._new.relationships(member)
        if self._old.member(member) is not None and self._old.part(member) == data and not inner:
            self._copied[member] = member
            return member
        name = self._free(member)
        self._copied[member] = name
        self._added[name] = data
        self._types[name] = self._new.content_type(member)
        targets = []
        for one in inner:
            target = one.target if one.external else self._copy(one.target, depth - 1)
            if target is None:
                return None
            targets.append(replace(one, target=target))
        if targets:
            self._added[_relationships_member(name)] = _relationships_xml(name, targets)
        return name

    def _free(self, member: str) -> str:
        stem, _, ending = member.rpartition(".")
        number = 1
        name = member
        while name.casefold() in self._names:
            name = f"{stem}-{number}.{ending}"
            number += 1
        self._names.add(name.casefold())
        return name

    def parts(self, written: Package) -> dict[str, bytes]:
        """The members to add to or replace in the file that was written onto OLD."""
        out = dict(self._added)
        for member, added in self._relationships.items():
            if added:
                name = _relationships_member(member)
                out[name] = _with_relationships(written, member, name, added)
        if self._types:
            out[CONTENT_TYPES_MEMBER] = _with_types(written, self._types)
        return out


def _with_relationships(package: Package, member: str, name: str, added: list[Relationship]) -> bytes:
    if package.member(name) is None:
        return _relationships_xml(member, added)
    return _before_end(package.xml(name), "".join(_relationship_row(member, one) for one in added))


def _with_types(package: Package, types: Mapping[str, str]) -> bytes:
    rows = "".join(
        f"<Override {_attributes(xmlns=CONTENT_TYPES, PartName='/' + name, ContentType=kind)}/>"
        for name, kind in types.items()
        if kind
    )
    return _before_end(package.xml(CONTENT_TYPES_MEMBER), rows)


def with_related_parts(
    package: Package, files: Mapping[str, bytes], types: Mapping[str, str], related: list[Relationship]
) -> Package:
    """The package with these members, content types and relationships of its main part added."""
    out = dict(files)
    if related:
        name = _relationships_member(package.main)
        out[name] = _with_relationships(package, package.main, name, related)
    if types:
        out[CONTENT_TYPES_MEMBER] = _with_types(package, types)
    return Package(package.with_parts(out), package.name)


def _relationships_member(member: str) -> str:
    folder, _, base = member.rpartition("/")
    return f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"


def _relationship_row(member: str, one: Relationship) -> str:
    target = one.target if one.external else relpath("/" + one.target, "/" + member.rpartition("/")[0])
    mode = {"TargetMode": "External"} if one.external else {}
    return (
        f"<Relationship {_attributes(xmlns=PACKAGE_RELATIONSHIPS, Id=one.id, Type=one.type, Target=target, **mode)}/>"
    )


def _attributes(**values: str) -> str:
    return " ".join(f'{name}="{escaped_attribute(value)}"' for name, value in values.items())


def _relationships_xml(member: str, rows: list[Relationship]) -> bytes:
    inner = "".join(_relationship_row(member, one) for one in rows)
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<Relationships xmlns="{PACKAGE_RELATIONSHIPS}">{inner}</Relationships>'
    ).encode()


def _before_end(data: bytes, rows: str) -> bytes:
    """XML with more children at the end of its root."""
    stripped = data.rstrip()
    end = stripped.rfind(b"</")
    if end < 0:
        end = stripped.rfind(b"/>")
        name = re.match(rb"<([\w:.-]+)", stripped[stripped.rfind(b"<", 0, end) :])
        closing = b"</" + (name[1] if name else b"Relationships") + b">"
        return stripped[:end] + b">" + rows.encode() + closing
    return stripped[:end] + rows.encode() + stripped[end:]


def settled(value: WordObject) -> WordObject:
    """The object as NEW shows it: what was tracked inside it (in the words of a text box) accepted."""
    tree = Tree(value.xml.encode("utf-8"))
    if not tree.has_changes:
        return value
    found = collect(tree, "main")
    xml = resolve(found, dict.fromkeys(found.changes, True), True).decode("utf-8")
    return replace(value, xml=xml) if xml else value


def has_references(value: WordObject) -> bool:
    """Whether an object needs relationships of its part."""
    return bool(_REFERENCE.search(value.xml))


class NoteCarrier:
    """Makes room in OLD for notes that only NEW has: empty ones, whose words are then put like any other words."""

    def __init__(self, old: Package) -> None:
        self._old = old
        self._made: dict[str, list[str]] = {"footnote": [], "endnote": []}
        self._before: dict[str, list[tuple[str, str]]] = {"footnote": [], "endnote": []}

    def place_for(self, kind: str, before: str = "") -> str:
        """The id of a new note of this kind ("footnote" or "endnote").

        It stands before the note of OLD with the id ``before``, else behind all; those before one keep their order.
        """
        taken = [0]
        member = self._old.related(f"{kind}s")
        if member is not None:
            for note in self._old.parse(member).iter(f"{{{WORD}}}{kind}"):
                number = note.get(f"{{{WORD}}}id", "")
                if re.fullmatch(r"-?\d{1,9}", number):
                    taken.append(int(number))
        name = str(max(taken) + 1 + len(self._made[kind]))
        self._made[kind].append(name)
        self._before[kind].append((before, name))
        return name

    def package(self) -> Package:
        """OLD with the empty notes in it."""
        out: dict[str, bytes] = {}
        types: dict[str, str] = {}
        related: list[Relationship] = []
        for kind, names in self._made.items():
            if not names:
                continue
            member = self._old.related(f"{kind}s")
            if member is not None:
                data = self._old.part(member)
                for before, name in self._before[kind]:
                    data = _with_note(data, kind, before, _empty_note(kind, name))
                out[member] = data
                continue
            notes = "".join(_empty_note(kind, name) for name in names)
            folder = self._old.main.rpartition("/")[0]
            member = f"{folder}/{kind}s.xml" if folder else f"{kind}s.xml"
            out[member] = _note_part(kind, notes)
            types[member] = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}s+xml"
            taken = {one.id for one in self._old.main_relationships}
            name = next(
                f"rId{number}" for number in range(len(taken) + 1, 2 * len(taken) + 9) if f"rId{number}" not in taken
            )
            related.append(Relationship(f"{name}{kind[0]}", f"{RELATIONSHIP_REFERENCE}/{kind}s", member, False))
        return with_related_parts(self._old, out, types, related)


def _empty_note(kind: str, name: str) -> str:
    return f'<w:{kind} xmlns:w="{WORD}" w:id="{name}"><w:p><w:r><w:{kind}Ref/></w:r></w:p></w:{kind}>'


def _with_note(data: bytes, kind: str, before: str, note: str) -> bytes:
    """A part of notes with one more, before the one with the id ``before`` where there is such a one."""
    start = rb"<(?:[\w.-]+:)?" + kind.encode() + rb"(?=\s)[^>]*?[\w.-]+:id\s*=\s*[\"']"
    found = re.search(start + re.escape(before).encode() + rb"[\"']", data) if before else None
    if found is None:
        return _before_end(data, note)
    return data[: found.start()] + note.encode() + data[found.start() :]


def _note_part(kind: str, notes: str) -> bytes:
    """A part of notes with the two separators that Word expects (ECMA-376 part 1, 17.11.23)."""
    separators = "".join(
        f'<w:{kind} w:type="{role}" w:id="{number}"><w:p><w:r><w:{role}/></w:r></w:p></w:{kind}>'
        for role, number in (("separator", -1), ("continuationSeparator", 0))
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<w:{kind}s xmlns:w="{WORD}">{separators}{notes}</w:{kind}s>'
    ).encode()
