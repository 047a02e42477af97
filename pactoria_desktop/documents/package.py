"""A Word package: the immutable bytes of a .docx and the parts, relationships and stories in them."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from posixpath import dirname, join, normpath
from typing import Literal
from urllib.parse import unquote

from lxml import etree

from pactoria_desktop.documents.archive import Archive
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.names import CONTENT_TYPES, PACKAGE_RELATIONSHIPS
from pactoria_desktop.documents.parsing import as_transitional, as_utf8, is_strict, parse

StoryKind = Literal["main", "footnotes", "endnotes", "header", "footer"]
_STORY_ORDER: tuple[StoryKind, ...] = ("footnotes", "endnotes", "header", "footer")
CONTENT_TYPES_MEMBER = "[Content_Types].xml"


@dataclass(frozen=True, slots=True)
class Relationship:
    """One relationship of a part. ``kind`` is the last step of its type; ``target`` a member name, or an address
    where ``external``."""

    id: str
    type: str
    target: str
    external: bool

    @property
    def kind(self) -> str:
        """The last step of the type, as in "header" or "officeDocument"."""
        return self.type.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Story:
    """A part with words of the contract and what kind it is."""

    kind: StoryKind
    member: str


class Package:
    """An immutable .docx. ``name`` is what messages call the file; nothing is unpacked before it is asked for."""

    def __init__(self, data: bytes, name: str = "The file") -> None:
        """Raises DocumentError when the bytes are no zip file with a Word document in it."""
        self.data = data
        self.name = name
        self._archive = Archive(data, name)
        self._members = {member.casefold(): member for member in self._archive.names}
        self._parts: dict[str, bytes] = {}
        self.main = self._find_main()

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the whole file, in hex."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def members(self) -> tuple[str, ...]:
        """All member names in the order of the archive."""
        return self._archive.names

    def member(self, name: str) -> str | None:
        """The member that a part name means (part names ignore case, ECMA-376 part 2 §6.2.2), None if there is none."""
        return self._members.get(name.lstrip("/").casefold())

    def part(self, name: str) -> bytes:
        """The bytes of a part. Raises DocumentError when it is missing or damaged."""
        found = self.member(name)
        if found is None:
            raise DocumentError(f"{self.name} has no part {name}; save it again in Word and try once more.")
        if found not in self._parts:
            self._parts[found] = self._archive.read(found)
        return self._parts[found]

    def xml(self, name: str) -> bytes:
        """A part's XML in UTF-8 and transitional namespaces: what readers parse. Same bytes for ordinary parts."""
        data = as_utf8(self.part(name), name, self.name)
        return as_transitional(data) if is_strict(data) else data

    def parse(self, name: str) -> etree._Element:
        """The root element of a part, strict names mapped to transitional. Raises DocumentError when it is not XML."""
        return parse(self.xml(name), name, self.name)

    @cached_property
    def strict(self) -> bool:
        """Whether the main part is strict Office Open XML, which is read but not written."""
        return is_strict(as_utf8(self.part(self.main), self.main, self.name))

    def relationships(self, part: str = "") -> tuple[Relationship, ...]:
        """The relationships of a part, or of the package for "". Empty where it has none."""
        folder, _, base = part.rpartition("/")
        member = self.member(f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels")
        if member is None:
            return ()
        found = []
        for element in self.parse(member).iter(f"{{{PACKAGE_RELATIONSHIPS}}}Relationship"):
            target = element.get("Target", "")
            external = element.get("TargetMode") == "External"
            if not external:
                path = unquote(target) if self.member(_resolved(folder, target)) is None else target
                path = _resolved(folder, path)
                target = self.member(path) or path
            found.append(Relationship(element.get("Id", ""), element.get("Type", ""), target, external))
        return tuple(found)

    @cached_property
    def main_relationships(self) -> tuple[Relationship, ...]:
        """The relationships of the main part."""
        return self.relationships(self.main)

    def related(self, kind: str) -> str | None:
        """The member that the main part names for a kind ("styles", "numbering", "comments", ...), None without one."""
        for relationship in self.main_relationships:
            if relationship.kind == kind and not relationship.external and self.member(relationship.target):
                return relationship.target
        return None

    @cached_property
    def stories(self) -> tuple[Story, ...]:
        """The parts with words: main, footnotes, endnotes, then headers and footers in the natural order of names."""
        found = [Story("main", self.main)]
        for kind in _STORY_ORDER:
            members = {
                one.target
                for one in self.main_relationships
                if one.kind == kind and not one.external and self.member(one.target)
            }
            found += [Story(kind, member) for member in sorted(members, key=_natural_order)]
        return tuple(found)

    def content_type(self, member: str) -> str:
        """The content type of a member, "" when none is declared."""
        wanted, ending = "/" + member.casefold(), member.rpartition(".")[2].casefold()
        default = ""
        if self.member(CONTENT_TYPES_MEMBER) is None:
            return default
        for element in self.parse(CONTENT_TYPES_MEMBER):
            if element.tag == f"{{{CONTENT_TYPES}}}Override" and element.get("PartName", "").casefold() == wanted:
                return str(element.get("ContentType", ""))
            if element.tag == f"{{{CONTENT_TYPES}}}Default" and element.get("Extension", "").casefold() == ending:
                default = element.get("ContentType", "")
        return default

    def with_parts(self, parts: Mapping[str, bytes]) -> bytes:
        """The file with these members' bytes in place of its own; other members keep their bytes, names and order.

        With nothing to change these are the package's own bytes. Members it does not have are added at the end.
        """
        changed = {
            self.member(name) or name: data
            for name, data in parts.items()
            if self.member(name) is None or self.part(name) != data
        }
        return self._archive.replaced(changed) if changed else self.data

    def _find_main(self) -> str:
        for relationship in self.relationships():
            if relationship.kind == "officeDocument" and not relationship.external:
                found = self.member(relationship.target)
                if found is not None:
                    return found
        found = self.member("word/document.xml")
        if found is None:
            raise DocumentError(
                f"{self.name} is a zip file without a Word document in it; open a .docx file saved by Word."
            )
        return found


def _resolved(folder: str, target: str) -> str:
    """A relationship's target as a member name, whatever it is relative to."""
    target = target.replace("\\", "/")
    return normpath(target if target.startswith("/") else join("/" + folder, target)).lstrip("/")


def _natural_order(name: str) -> tuple[str, list[tuple[int, int | str]]]:
    """Sorts header2 before header10."""
    steps = re.split(r"(\d+)", name)
    return dirname(name), [(0, int(step)) if step.isdigit() else (1, step) for step in steps]
