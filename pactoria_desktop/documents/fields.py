"""Cross-references: what each field shows, what it should show now, and which are stale.

REF, PAGEREF and NOTEREF fields name a bookmark (ECMA-376 part 1, 17.16.5). With ``\\n`` a reference shows the number of
the bookmark's paragraph, with ``\\w`` that number with all numbers above it, with ``\\r`` as much of it as tells it
from the place of the field; trailing full stops are left out. Page numbers are not known here and stay as Word left
them.
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from pactoria_desktop.contract.accepted import AcceptedText, SourcePlace, accepted, is_dropped, visible
from pactoria_desktop.contract.numbering import Label, labels_of, record
from pactoria_desktop.contract.text import (
    ContractText,
    Material,
    Paragraph,
    TextSection,
)

State = Literal["current", "stale", "missing", "unknown"]
_KINDS: Final = ("REF", "PAGEREF", "NOTEREF")
_INSTRUCTION: Final = re.compile(r"<[^>]*instrText[^>]*>(.*?)</", re.DOTALL)
_SIMPLE: Final = re.compile(r"""instr\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ENTITIES: Final = {"&quot;": '"', "&apos;": "'", "&lt;": "<", "&gt;": ">", "&amp;": "&"}
_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Reference:
    """One cross-reference. ``start`` and ``end`` of what it shows are code points of the accepted text.

    ``live`` is what it should show, None where that is not known here. ``state`` is "missing" when there is no such
    bookmark, "unknown" for page numbers, else "current" or "stale".
    """

    kind: str
    bookmark: str
    switches: tuple[str, ...]
    paragraph: str
    start: int
    end: int
    shown: str
    live: str | None
    state: State


@dataclass
class _Field:
    """A field while it is being read."""

    code: str = ""
    in_result: bool = False
    start: int = 0
    words: list[str] = field(default_factory=list)


@dataclass
class _Found:
    """Fields with the offsets of their results, and bookmarks with theirs."""

    fields: list[tuple[str, int, int, str]] = field(default_factory=list)
    starts: dict[str, int] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    notes: list[int] = field(default_factory=list)


def references(text: ContractText, view: AcceptedText | None = None) -> tuple[Reference, ...]:
    """All cross-references in the order of the accepted text. ``view`` is that text where it is known already."""
    shown = accepted(text) if view is None else view
    found = _find(text, shown)
    chains = _Chains(text, shown)
    result = []
    for code, start, end, words in found.fields:
        parsed = _parsed(code)
        if parsed is None:
            continue
        kind, bookmark, switches = parsed
        live: str | None = None
        state: State = "missing"
        if bookmark in found.starts:
            live = _live(kind, bookmark, switches, start, found, shown, chains)
            state = "unknown" if live is None else "current" if _plain(live) == _plain(words) else "stale"
        paragraph = shown.paragraph_at(min(start, len(shown.text))).id
        result.append(Reference(kind, bookmark, switches, paragraph, start, end, words, live, state))
    return tuple(sorted(result, key=lambda one: one.start))


def stale(text: ContractText, view: AcceptedText | None = None) -> tuple[Reference, ...]:
    """The references that show something else than they should, or name a bookmark that is gone."""
    return tuple(one for one in references(text, view) if one.state in ("stale", "missing"))


def _live(
    kind: str,
    bookmark: str,
    switches: Sequence[str],
    start: int,
    found: _Found,
    shown: AcceptedText,
    chains: "_Chains",
) -> str | None:
    target = found.starts[bookmark]
    if kind == "PAGEREF":
        return None
    if kind == "NOTEREF":
        following = [number for number, place in enumerate(found.notes, 1) if place >= target]
        return str(following[0]) if following else None
    if "p" in switches:
        return "above" if target < start else "below"
    for switch in ("n", "w", "r"):
        if switch in switches:
            return chains.number(target, switch, start)
    end = found.ends.get(bookmark, target)
    if any(target <= one[1] < end for one in found.fields):
        return None
    return shown.text[target:end].rstrip("\n").replace("\ufffc", "")


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text.replace("\u2011", "-").replace("\ufffc", "")).strip()


def _parsed(code: str) -> tuple[str, str, tuple[str, ...]] | None:
    """Kind, bookmark and switches of a field code; None for any other field."""
    try:
        words = shlex.split(code.replace("\\", "\\\\"))
    except ValueError:
        words = code.split()
    if len(words) < 2 or words[0].upper() not in _KINDS or words[1].startswith("\\"):
        return None
    switches = tuple(word[1:].lower() for word in words[2:] if word.startswith("\\") and len(word) == 2)
    return words[0].upper(), words[1], switches


def _find(text: ContractText, shown: AcceptedText) -> _Found:
    found = _Found()
    names: dict[str, str] = {}
    slots = set(shown.slots)
    for section in text.sections:
        if isinstance(section, TextSection):
            _scan(section.id, section.paragraphs, text.material, shown, found, names, slots)
            continue
        for row in section.rows:
            for cell in row.cells:
                _scan(cell.id, cell.paragraphs, text.material, shown, found, names, slots)
    return found


def _scan(
    slot: str,
    paragraphs: Sequence[Paragraph],
    material: Material,
    shown: AcceptedText,
    found: _Found,
    names: dict[str, str],
    slots: set[str],
) -> None:
    """Reads one slot's fields and bookmarks; a field does not reach beyond its slot."""
    if slot not in slots:
        return
    open_fields: list[_Field] = []
    simple: dict[str, _Field] = {}
    for number, paragraph in enumerate(paragraphs):
        character = 0
        for span in paragraph.spans:
            place, size = character, len(span.text)
            character += size
            key = span.marks.get("obj")
            boxes = [mark[4:] for mark in span.marks if mark.startswith("box:")] if span.marks else []
            if key is None and not open_fields and not boxes and not simple:
                continue
            dropped = is_dropped(span.marks, "accepted")
            at = shown.offset(SourcePlace(slot, number, place))
            for name in [one for one in simple if one not in boxes]:
                _close(simple.pop(name), at, found)
            for name in boxes:
                box = material.boxes.get(name)
                if box is not None and box.kind == "fldSimple" and name not in simple and not dropped:
                    instruction = _SIMPLE.search(box.xml)
                    code = _unescaped(instruction[1] or instruction[2] or "") if instruction else ""
                    simple[name] = _Field(code, in_result=True, start=at)
            one = material.objects.get(key) if isinstance(key, str) else None
            if one is not None and one.role.startswith(("fldChar", "instrText", "bookmark")):
                if not (dropped and not one.role.startswith("bookmark")):
                    _take(one.role, one.ref, one.xml, at, open_fields, found, names)
                continue
            if one is not None and one.role in ("footnoteReference",) and not dropped:
                found.notes.append(at)
            if not dropped:
                words = visible(span.text)
                for opened in (*open_fields, *simple.values()):
                    if opened.in_result:
                        opened.words.append(words)
        if simple:
            end = shown.offset(SourcePlace(slot, number, character))
            for opened in simple.values():
                _close(opened, end, found)
            simple.clear()


def _take(
    role: str, ref: str, xml: str, at: int, open_fields: list[_Field], found: _Found, names: dict[str, str]
) -> None:
    """One character of a field or bookmark."""
    if role == "fldChar:begin":
        open_fields.append(_Field())
    elif role == "instrText" and open_fields:
        code = _INSTRUCTION.search(xml)
        open_fields[-1].code += _unescaped(code[1]) if code else ""
    elif role == "fldChar:separate" and open_fields:
        open_fields[-1].in_result, open_fields[-1].start = True, at
    elif role == "fldChar:end" and open_fields:
        _close(open_fields.pop(), at, found)
    elif role == "bookmarkStart":
        identifier = re.search(r"""[\s:]id\s*=\s*["']([^"']*)["']""", xml)
        name = re.search(r"""[\s:]name\s*=\s*["']([^"']*)["']""", xml)
        label = _unescaped(name[1]) if name else ref
        found.starts.setdefault(label, at)
        if identifier:
            names[identifier[1]] = label
    elif role == "bookmarkEnd":
        identifier = re.search(r"""[\s:]id\s*=\s*["']([^"']*)["']""", xml)
        if identifier and identifier[1] in names:
            found.ends.setdefault(names[identifier[1]], at)


def _close(one: _Field, end: int, found: _Found) -> None:
    start = one.start if one.in_result else end
    found.fields.append((one.code.strip(), start, end, "".join(one.words)))


def _unescaped(text: str) -> str:
    for name, letter in _ENTITIES.items():
        text = text.replace(name, letter)
    return text


class _Chains:
    """The numbers above each numbered paragraph."""

    def __init__(self, text: ContractText, shown: AcceptedText) -> None:
        self._shown = shown
        self._labels = labels_of(shown, text.material)
        self._above: dict[int, tuple[tuple[int, Label], ...]] = {}
        self._lowest: dict[tuple[str, int], int] = {}
        self._numbers = {paragraph.id: number for number, paragraph in enumerate(shown.paragraphs)}
        last: dict[str, dict[int, tuple[int, Label]]] = {}
        numberings = text.material.numberings
        self._numbering: dict[int, str] = {}
        for number, (paragraph, label) in enumerate(zip(shown.paragraphs, self._labels, strict=True)):
            if label is None:
                continue
            name, _ = record(paragraph.marks, text.material)
            if name is None:
                continue
            levels = last.setdefault(numberings[name].abstract, {})
            for deeper in [level for level in levels if level > label.level]:
                del levels[deeper]
            levels[label.level] = (number, label)
            self._above[number] = tuple(levels[level] for level in sorted(levels))
            self._numbering[number] = name
        self._levels: Mapping[str, Sequence[str]] = {
            key: [level.text for level in one.levels] for key, one in numberings.items()
        }

    def number(self, target: int, switch: str, start: int) -> str:
        """What a reference by number shows: ``n`` the number alone, ``w`` with those above, ``r`` as far as needed."""
        number = self._numbers[self._shown.paragraph_at(target).id]
        label = self._labels[number]
        if label is None or number not in self._above:
            return "0"
        if switch == "n":
            return label.text.rstrip(". ")
        chain = self._context(number)
        if switch == "r":
            here = self._numbers[self._shown.paragraph_at(start).id]
            mine = {place for place, _ in self._above.get(here, ())}
            while len(chain) > 1 and chain[0][0] in mine:
                chain = chain[1:]
        return "".join(one.text.rstrip(". ") for _, one in chain)

    def _context(self, number: int) -> list[tuple[int, Label]]:
        """The paragraph's number and those above that it does not show itself, outermost first."""
        above = {label.level: (place, label) for place, label in self._above[number]}
        label = self._labels[number]
        assert label is not None
        chain = [(number, label)]
        level = self._first_shown(number, label.level)
        while level > 0:
            level -= 1
            if level in above:
                chain.insert(0, above[level])
                level = self._first_shown(above[level][0], level)
        return chain

    def _first_shown(self, number: int, level: int) -> int:
        """The uppermost level whose number a paragraph's label shows."""
        texts = self._levels.get(self._numbering.get(number, ""), ())
        shown = [int(digit) - 1 for digit in re.findall(r"%([1-9])", texts[level])] if level < len(texts) else []
        return min([*shown, level])
