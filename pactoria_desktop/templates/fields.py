"""The fields of a contract: a template's controls that stand in its text, what they show, and who changed it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pactoria_desktop.contract.accepted import AcceptedText, SourcePlace, accepted, is_dropped, visible
from pactoria_desktop.contract.text import (
    Box,
    ContractText,
    Paragraph,
    TextSection,
    id_of,
    kind_of,
)
from pactoria_desktop.templates.tags import Tag, tag_of

_CHANGES = ("ins", "del", "moveFrom", "moveTo")
_TAG = re.compile(r"<(?:\w+:)?tag\b[^>]*?\b(?:\w+:)?val=\"([^\"]*)\"")
_ALIAS = re.compile(r"<(?:\w+:)?alias\b[^>]*?\b(?:\w+:)?val=\"([^\"]*)\"")


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """One control. ``start`` to ``end`` are its words in the accepted text, in code points; empty where all of them are
    struck. ``former`` are the words without the tracked changes in it, ``by`` the authors of these."""

    path: str
    label: str
    start: int
    end: int
    words: str
    former: str
    by: tuple[str, ...] = ()

    @property
    def is_struck(self) -> bool:
        """Whether it shows nothing any more, because tracked changes took its words or moved them away."""
        return not self.words


def fields_of(text: ContractText, view: AcceptedText | None = None) -> tuple[FieldPlace, ...]:
    """The fields in the order of the text. ``view`` is the accepted text where it is known already."""
    shown = accepted(text) if view is None else view
    tags = {key: field for key, box in text.material.boxes.items() if (field := _field(box)) is not None}
    if not tags:
        return ()
    known = set(shown.slots)
    found = [
        place
        for slot, number, paragraph in _paragraphs(text)
        if slot in known
        for place in _in_paragraph(slot, number, paragraph, tags, text, shown)
    ]
    return tuple(sorted(found, key=lambda place: (place.start, place.end)))


def _field(box: Box) -> tuple[Tag, str] | None:
    """The tag and title of a field's shell; None for any other box."""
    if box.kind != "sdt" or (found := _TAG.search(box.xml)) is None:
        return None
    try:
        tag = tag_of(found[1])
    except ValueError:
        return None  # somebody else's words after our prefix: a control like any other
    if tag is None or tag.kind != "field":
        return None
    alias = _ALIAS.search(box.xml)
    return tag, alias[1] if alias is not None else tag.path


def _paragraphs(text: ContractText) -> Iterator[tuple[str, int, Paragraph]]:
    for section in text.sections:
        if isinstance(section, TextSection):
            yield from ((section.id, number, one) for number, one in enumerate(section.paragraphs))
            continue
        for row in section.rows:
            for cell in row.cells:
                yield from ((cell.id, number, one) for number, one in enumerate(cell.paragraphs))


def _in_paragraph(
    slot: str, number: int, paragraph: Paragraph, tags: dict[str, tuple[Tag, str]], text: ContractText,
    shown: AcceptedText,
) -> Iterator[FieldPlace]:  # fmt: skip
    open_: dict[str, list[int]] = {}
    at = 0
    for span in paragraph.spans:
        here = {id_of(key) for key in span.marks if kind_of(key) == "box" and id_of(key) in tags}
        for box in [box for box in open_ if box not in here]:
            yield _place(slot, number, paragraph, tags[box], open_.pop(box)[0], at, text, shown)
        for box in here:
            open_.setdefault(box, [at])
        at += len(span.text)
    for box, (start,) in open_.items():
        yield _place(slot, number, paragraph, tags[box], start, at, text, shown)


def _place(
    slot: str, number: int, paragraph: Paragraph, named: tuple[Tag, str], start: int, end: int, text: ContractText,
    shown: AcceptedText,
) -> FieldPlace:  # fmt: skip
    words, former, by = [], [], dict[str, None]()
    at = 0
    first = last = None
    for span in paragraph.spans:
        low, high = max(start, at), min(end, at + len(span.text))
        if low < high:
            piece = visible(span.text[low - at : high - at])
            changes = [id_of(key) for key in span.marks if kind_of(key) in _CHANGES]
            by |= dict.fromkeys(one.author for id in changes if (one := text.revisions.get(id)) is not None)
            if not is_dropped(span.marks, "accepted"):
                words.append(piece)
                if piece:
                    first = low if first is None else first
                    last = high
            if not is_dropped(span.marks, "rejected"):
                former.append(piece)
        at += len(span.text)
    begin = shown.offset(SourcePlace(slot, number, start if first is None else first))
    shown_words = "".join(words)
    stop = begin + len(shown_words) if last is not None else begin
    return FieldPlace(named[0].path, named[1], begin, stop, shown_words, "".join(former), tuple(by))
