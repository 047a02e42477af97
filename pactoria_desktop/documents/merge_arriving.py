"""What only THEIRS has, for a text that will stand on their package: which story is which, and room for new ones."""

from collections.abc import Mapping

from pactoria_desktop.contract.text import (
    HIDDEN,
    ContractText,
    Paragraph,
    Section,
    TextSection,
    WordObject,
    paragraphs_of,
)
from pactoria_desktop.documents.compare import part_kind
from pactoria_desktop.documents.compare_setting import Setting

_KINDS = ("main", "footnote", "endnote", "header", "footer", "textbox")


class Arriving(Setting):
    """A comparison whose result stands on NEW's package, which holds every part that its objects name."""

    def _carried_object(self, key: str) -> WordObject | None:
        return self._new.objects.get(key)


def missing_stories(setting: Setting, known: Mapping[str, str], theirs: ContractText) -> list[str]:
    """Stories of THEIRS without a partner: notes and text boxes that come with what was put, headers and footers."""
    put = setting.put_objects
    notes = {f"{one.role.removesuffix('Reference')}:{one.ref}" for one in put.values() if one.kind == "note"}
    met = set(known.values())
    return [
        part
        for part in dict.fromkeys(section.part for section in theirs.sections)
        if part in notes
        or (part_kind(part) in ("header", "footer") and part not in met)
        or (part_kind(part) == "textbox" and part.split(":")[1] in put)
    ]


def room_of(part: str) -> str:
    """The name under which a story of THEIRS stands in a text that has it not."""
    kind, _, name = part.partition(":")
    return part if kind == "textbox" else f"{kind}:new-{name}"


def _empty(part: str) -> TextSection:
    return TextSection(f"room-{part}", (Paragraph((), {"p:fix": True}),), part)


def with_rooms(
    mine: ContractText, theirs: ContractText, pairs: Mapping[str, str], rooms: Mapping[str, str]
) -> tuple[Section, ...]:
    """The sections with an empty one for each of these stories, in the order of THEIRS."""
    order = {part: place for place, part in enumerate(dict.fromkeys(one.part for one in theirs.sections))}
    waiting = list(rooms)
    out: list[Section] = []
    for section in mine.sections:
        partner = pairs.get(section.part, section.part if section.part == "main" else "")
        kind = part_kind(section.part)
        for room in list(waiting):
            later = partner in order and order[rooms[room]] < order[partner]
            if later or (_KINDS.index(part_kind(room)) < _KINDS.index(kind)):
                waiting.remove(room)
                out.append(_empty(room))
        out.append(section)
    return (*out, *(_empty(room) for room in waiting))


def margin_pairs(mine: ContractText, theirs: ContractText) -> dict[str, str]:
    """Headers and footers that belong together: those of the same words, of the same name, then by their order."""
    found: dict[str, str] = {}
    for kind in ("header", "footer"):
        left, right = _words_of_parts(mine, kind), _words_of_parts(theirs, kind)
        for alike in (_same_words, _same_name, _any):
            for part, words in left.items():
                partner = next(
                    (one for one in right if part not in found and alike((part, words), (one, right[one]))), ""
                )
                if partner:
                    found[part] = partner
                    right.pop(partner)
    return found


Margin = tuple[str, str]


def _same_words(one: Margin, other: Margin) -> bool:
    return one[1] == other[1] and (one[1] != "" or one[0] == other[0])


def _same_name(one: Margin, other: Margin) -> bool:
    return one[0] == other[0]


def _any(one: Margin, other: Margin) -> bool:
    return True


def _words_of_parts(text: ContractText, kind: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for section in text.sections:
        if part_kind(section.part) == kind:
            words = "".join(one.text for one in paragraphs_of(section)).replace(HIDDEN, "").strip()
            found[section.part] = found.get(section.part, "") + words
    return found


def part_pairs(
    mine: ContractText, theirs: ContractText, objects: Mapping[str, str], known: Mapping[str, str]
) -> dict[str, str]:
    """Which story of THEIRS each story of MINE is."""
    parts = {section.part for section in theirs.sections}
    found = dict(known)
    for old, new in objects.items():
        one, other = mine.material.objects.get(old), theirs.material.objects.get(new)
        if one is not None and other is not None and one.kind == other.kind == "note":
            kind = one.role.removesuffix("Reference")
            if f"{kind}:{other.ref}" in parts:
                found[f"{kind}:{one.ref}"] = f"{kind}:{other.ref}"
    for part in dict.fromkeys(section.part for section in mine.sections):
        if part_kind(part) == "textbox" and part not in found:
            _, key, number = part.split(":")
            if f"textbox:{objects.get(key)}:{number}" in parts:
                found[part] = f"textbox:{objects[key]}:{number}"
    return found
