"""Fields that only NEW has: they come into the redline as fields where they lie whole among the words that are put.

A field may come when it begins and ends in one line, all its words are put together, and the bookmark it names is in
OLD; a simple field comes as a complex one, so that it can be tracked. Of any other only the words come, with a remark.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pactoria_desktop.contract.lines import Line, View, is_hidden
from pactoria_desktop.contract.text import HIDDEN, Marks, MarkValue, Material, Paragraph, Span, WordObject
from pactoria_desktop.documents.markup import element_of, escaped
from pactoria_desktop.documents.names import WORD, word

WORDS_ONLY: Final = "A field of the new file is shown by its words alone: it would not stand whole in the redline."
_NAMED: Final = re.compile(r"""\s*(?:REF|PAGEREF|NOTEREF)\s+"?([^\s"\\]+)""", re.IGNORECASE)
_CODE: Final = re.compile(r"<[^>]*instrText[^>]*>(.*?)</", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Field:
    """A field in a line: its mark's key (``fld:`` or, for a simple field, ``box:``), the code points of its words,
    whether it begins and ends in the line, and its code."""

    key: str
    start: int
    end: int
    whole: bool
    code: str


@dataclass(slots=True)
class _Reading:
    """A field while its line is being read."""

    start: int
    end: int
    roles: set[str] = field(default_factory=set)
    code: list[str] = field(default_factory=list)


class FieldReader:
    """Finds the fields of one side's lines."""

    def __init__(self, material: Material) -> None:
        self._objects = material.objects
        self._simple = {f"box:{name}": box.xml for name, box in material.boxes.items() if box.kind == "fldSimple"}
        self._any = bool(self._simple) or any(one.role == "fldChar:begin" for one in material.objects.values())
        self.bookmarks: Collection[str] = frozenset(
            one.ref for one in material.objects.values() if one.role == "bookmarkStart"
        )

    def keys(self, marks: Marks) -> list[str]:
        """The keys of the fields that characters with these marks stand in, outermost first."""
        return [key for key in marks if key.startswith("fld:") or key in self._simple]

    def is_simple(self, key: str) -> bool:
        """Whether a key names a simple field."""
        return key in self._simple

    def fields(self, paragraphs: Sequence[Paragraph], line: Line, view: View) -> tuple[Field, ...]:
        """The fields of which anything is seen in a line."""
        if not self._any:
            return ()
        found: dict[str, _Reading] = {}
        at = 0
        for span in _seen(paragraphs, line, view):
            keys = self.keys(span.marks)
            hidden = is_hidden(span)
            for key in keys:
                reading = found.setdefault(key, _Reading(at, at))
                reading.end = at if hidden else at + len(span.text)
            if not hidden:
                at += len(span.text)
            elif keys and (known := self._objects.get(str(span.marks["obj"]))) is not None:
                inner = found[keys[-1]]
                inner.roles.add(known.role)
                if known.role == "instrText":
                    inner.code += _CODE.findall(known.xml)
        return tuple(Field(key, one.start, one.end, *self._told(key, one)) for key, one in found.items())

    def _told(self, key: str, one: _Reading) -> tuple[bool, str]:
        if key in self._simple:
            return True, element_of(self._simple[key]).get(word("instr"), "")
        return {"fldChar:begin", "fldChar:end"} <= one.roles, "".join(one.code)


class FieldCarrier:
    """Puts fields of NEW among words that are put into OLD."""

    def __init__(self, old: Material, new: Material) -> None:
        self._bookmarks = FieldReader(old).bookmarks
        self._reader = FieldReader(new)
        self._put: set[str] = set()
        self.objects: dict[str, WordObject] = {}

    def carried(self, fields: Sequence[Field], start: int, end: int) -> dict[str, Field]:
        """The fields of a line that may come with its characters ``start`` to ``end``, each once."""
        chosen = {}
        for one in fields:
            named = _NAMED.match(one.code)
            known = named is None or named[1] in self._bookmarks
            if one.whole and known and start <= one.start and one.end <= end and one.key not in self._put:
                chosen[one.key] = one
                self._put.add(one.key)
        return chosen

    def has_put(self, one: Field) -> bool:
        """Whether a field has come already."""
        return one.key in self._put

    def spans(
        self, paragraphs: Sequence[Paragraph], line: Line, view: View, start: int, end: int, chosen: Mapping[str, Field]
    ) -> Iterator[Span]:
        """The characters ``start`` to ``end`` of a line as spans of NEW, with the codes of the chosen fields."""
        at = 0
        simple: list[str] = []
        for span in _seen(paragraphs, line, view):
            inside = [key for key in self._reader.keys(span.marks) if key in chosen]
            while simple and simple[-1] not in inside:
                yield self._code(simple.pop(), "end", span.marks)
            if is_hidden(span):
                keys = [key for key in self._reader.keys(span.marks) if key.startswith("fld:")]
                if keys and keys[-1] in chosen:
                    yield _kept(span, inside)
                continue
            low, high = max(start, at), min(end, at + len(span.text))
            if low < high:
                for key in inside:
                    if self._reader.is_simple(key) and key not in simple:
                        simple.append(key)
                        yield from self._opening(chosen[key], span.marks)
                yield _kept(Span(span.text[low - at : high - at], span.marks), inside)
            at += len(span.text)
        while simple:
            yield self._code(simple.pop(), "end", {})

    def _opening(self, one: Field, marks: Marks) -> Iterator[Span]:
        yield self._code(one.key, "begin", marks)
        xml = f'<w:instrText xmlns:w="{WORD}" xml:space="preserve">{escaped(one.code)}</w:instrText>'
        self.objects[f"{one.key}-code"] = WordObject("field", xml, True, "instrText")
        yield _kept(Span(HIDDEN, {**_looks(marks), "obj": f"{one.key}-code"}), [one.key])
        yield self._code(one.key, "separate", marks)

    def _code(self, key: str, what: str, marks: Marks) -> Span:
        name = f"field-{what}"
        xml = f'<w:fldChar xmlns:w="{WORD}" w:fldCharType="{what}"/>'
        self.objects[name] = WordObject("field", xml, True, f"fldChar:{what}")
        return _kept(Span(HIDDEN, {**_looks(marks), "obj": name}), [key])


def _looks(marks: Marks) -> dict[str, MarkValue]:
    return {"run": marks["run"]} if "run" in marks else {}


def _kept(span: Span, inside: Sequence[str]) -> Span:
    """A span with the marks of the fields that come; those that do not come leave no mark."""
    marks = {key: value for key, value in span.marks.items() if not key.startswith("fld:")}
    marks.update({f"fld:new {key.partition(':')[2]}": True for key in inside})
    return replace(span, marks=marks)


def _seen(paragraphs: Sequence[Paragraph], line: Line, view: View) -> Iterator[Span]:
    """The spans of a line, those without width included."""
    for paragraph in paragraphs[line.first : line.last + 1]:
        for span in paragraph.spans:
            if view(span.marks):
                yield span
