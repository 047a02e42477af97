"""Finds whole paragraphs that were struck in one place and put in another, and marks them as moved (ECMA-376, 17.13.5).

A move is told only where it is beyond doubt: the words are long enough, and occur once among what was struck and once
among what was put. Everything else stays a deletion and an insertion. Accepting and rejecting give the same either way.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pactoria_desktop.contract.lines import accepted, is_hidden
from pactoria_desktop.contract.rewriting import Author, Register
from pactoria_desktop.contract.text import (
    HIDDEN,
    NESTED_KINDS,
    ContractText,
    Marks,
    MarkValue,
    Paragraph,
    Section,
    Span,
    TextSection,
    WordObject,
    id_of,
    kind_of,
)

LEAST_CHARACTERS = 25
_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@dataclass(frozen=True, slots=True)
class _Place:
    section: int
    paragraph: int


def with_moves(text: ContractText, register: Register, author: Author, first_id: int) -> ContractText:
    """The text with its whole moved paragraphs marked as moves. ``first_id`` is a ``w:id`` above which none is used."""
    fresh = frozenset(register.made)
    gone = _whole(text, fresh, "del")
    come = _whole(text, fresh, "ins")
    moved = [(words, gone[words], come[words]) for words in gone if words in come]
    if not moved:
        return text
    sections = [list(section.paragraphs) if isinstance(section, TextSection) else [] for section in text.sections]
    objects = dict(text.material.objects)
    for number, (_, old, new) in enumerate(sorted(moved, key=lambda move: (move[1].section, move[1].paragraph))):
        name = f"move{first_id + 2 * number}"
        for place, kind, revision, mark in ((old, "moveFrom", "move_from", "del"), (new, "moveTo", "move_to", "ins")):
            identifier = first_id + 2 * number + (kind == "moveTo")
            start, end = _range(kind, identifier, name, author)
            objects[f"{kind}-{identifier}-start"], objects[f"{kind}-{identifier}-end"] = start, end
            paragraphs = sections[place.section]
            rid = register.new(revision, author)
            spans = tuple(
                Span(span.text, _turned(span.marks, fresh, mark, kind, rid))
                for span in paragraphs[place.paragraph].spans
            )
            ending = _turned(paragraphs[place.paragraph].marks, fresh, mark, kind, rid)
            opening = Span(HIDDEN, {"obj": f"{kind}-{identifier}-start"})
            closing = Span(HIDDEN, {"obj": f"{kind}-{identifier}-end"})
            paragraphs[place.paragraph] = Paragraph((*_leading(spans), opening, *_rest(spans)), ending)
            following = paragraphs[place.paragraph + 1]
            paragraphs[place.paragraph + 1] = Paragraph((closing, *following.spans), following.marks)
    changed: list[Section] = [
        replace(section, paragraphs=tuple(sections[index])) if isinstance(section, TextSection) else section
        for index, section in enumerate(text.sections)
    ]
    used = {id_of(key) for section in changed for marks in _all_marks(section) for key in marks}
    for name in [name for name in fresh if name not in used]:
        del register.made[name]
    revisions = {key: one for key, one in text.revisions.items() if key not in fresh or key in used}
    return replace(
        text,
        sections=tuple(changed),
        revisions={**revisions, **register.made},
        material=replace(text.material, objects=objects),
    )


def _whole(text: ContractText, fresh: frozenset[str], mark: str) -> dict[str, _Place]:
    """Paragraphs of the main story that are changed whole, by their words; those whose words occur twice left out."""
    found: list[tuple[str, _Place]] = []
    for number, section in enumerate(text.sections):
        if not isinstance(section, TextSection) or section.part != "main":
            continue
        begins = True
        for index, paragraph in enumerate(section.paragraphs):
            words = _words(paragraph, fresh, mark)
            whole = words is not None and _is_fresh(paragraph.marks, fresh, mark)
            if begins and whole and words is not None and index + 1 < len(section.paragraphs):
                found.append((words, _Place(number, index)))
            other = "ins" if mark == "del" else "del"
            if _words(paragraph, fresh, other) is None or not _is_fresh(paragraph.marks, fresh, other):
                begins = not _is_fresh(paragraph.marks, fresh, other) and (mark == "del" or accepted(paragraph.marks))
    counts = Counter(words for words, _ in found)
    return {words: place for words, place in found if counts[words] == 1 and len(words) >= LEAST_CHARACTERS}


def _words(paragraph: Paragraph, fresh: frozenset[str], mark: str) -> str | None:
    """The words of a paragraph that is changed whole; None where anything else is in it."""
    words = []
    for span in paragraph.spans:
        if is_hidden(span):
            if any(key.startswith("fld:") for key in span.marks):
                return None
            continue
        nested = [key for key in span.marks if kind_of(key) in NESTED_KINDS]
        if len(nested) != 1 or not _is_fresh(span.marks, fresh, mark) or "obj" in span.marks:
            return None
        words.append(span.text)
    return "".join(words)


def _is_fresh(marks: Marks, fresh: frozenset[str], mark: str) -> bool:
    nested = [key for key in marks if kind_of(key) in NESTED_KINDS]
    return len(nested) == 1 and kind_of(nested[0]) == mark and id_of(nested[0]) in fresh


def _turned(marks: Marks, fresh: frozenset[str], mark: str, kind: str, name: str) -> Marks:
    if not _is_fresh(marks, fresh, mark):
        return marks
    out: dict[str, MarkValue] = {
        key: value for key, value in marks.items() if not (kind_of(key) == mark and id_of(key) in fresh)
    }
    out[f"{kind}:{name}"] = {"d": 0}
    return out


def _leading(spans: Sequence[Span]) -> Sequence[Span]:
    """What stands before the first words: it does not move."""
    place = next((at for at, span in enumerate(spans) if not is_hidden(span)), len(spans))
    return spans[:place]


def _rest(spans: Sequence[Span]) -> Sequence[Span]:
    return spans[len(_leading(spans)) :]


def _range(kind: str, identifier: int, name: str, author: Author) -> tuple[WordObject, WordObject]:
    values = {"id": str(identifier), "author": author.name, "date": author.date, "name": name}
    attributes = "".join(f' w:{key}="{_escaped(value)}"' for key, value in values.items() if value)
    start = f'<w:{kind}RangeStart xmlns:w="{_NAMESPACE}"{attributes}/>'
    end = f'<w:{kind}RangeEnd xmlns:w="{_NAMESPACE}" w:id="{identifier}"/>'
    return (
        WordObject("anchor", start, False, f"{kind}RangeStart", name),
        WordObject("anchor", end, False, f"{kind}RangeEnd", str(identifier)),
    )


def _escaped(value: str) -> str:
    for character, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot")):
        value = value.replace(character, f"&{name};")
    return value


def _all_marks(section: Section) -> Iterator[Mapping[str, MarkValue]]:
    if isinstance(section, TextSection):
        paragraphs: Sequence[Paragraph] = section.paragraphs
    else:
        paragraphs = [one for row in section.rows for cell in row.cells for one in cell.paragraphs]
        yield from (row.marks for row in section.rows)
    for paragraph in paragraphs:
        yield paragraph.marks
        yield from (span.marks for span in paragraph.spans)
