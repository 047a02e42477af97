"""A contract text as JSON and back, and the hash of its content.

The JSON holds every field of every value, so that a text read back equals the one written. Keys are sorted and
nothing is spaced, so that equal texts give equal bytes.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, cast

from pactoria_desktop.contract.text import (
    REVISION_KINDS,
    Box,
    Cell,
    CharacterLook,
    CommentNote,
    ContractText,
    Marks,
    Material,
    Numbering,
    NumberingLevel,
    Paragraph,
    ParagraphLook,
    ParagraphProperties,
    Revision,
    Row,
    RunProperties,
    Section,
    Span,
    Style,
    TableSection,
    TextSection,
    WordObject,
    id_of,
    kind_of,
)

FORMAT = "pactoria contract text"
FORMAT_VERSION = 1

Json = dict[str, object]


class CanonicalError(Exception):
    """The JSON is not a contract text of this format. The message is one plain sentence."""


def canonical_bytes(value: object) -> bytes:
    """JSON with sorted keys and no spaces, in UTF-8. Raises TypeError for what JSON cannot say."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode(
        "utf-8", "surrogatepass"
    )


def content_hash(text: ContractText) -> str:
    """SHA-256, in hexadecimal digits, of words, marks and open revisions.

    Where the paragraphs came from (``p:src``, row sources, section and row ids) is not content, nor are revisions that
    no mark names any more; material counts by its keys, which are hashes of what they name.
    """
    open_ids: set[str] = set()
    sections: list[list[object]] = []
    for section in text.sections:
        if isinstance(section, TextSection):
            sections.append([section.part, [_content(paragraph, open_ids) for paragraph in section.paragraphs]])
            continue
        rows = []
        for row in section.rows:
            _collect(row.marks, open_ids)
            cells = [[c.columns, c.continues, [_content(p, open_ids) for p in c.paragraphs]] for c in row.cells]
            rows.append([dict(row.marks), cells])
        sections.append([section.part, list(section.widths), rows])
    revisions = [
        [one.id, one.kind, one.author, one.date, one.by, one.source, one.round]
        for key, one in sorted(text.revisions.items())
        if key in open_ids
    ]
    return hashlib.sha256(canonical_bytes({"sections": sections, "revisions": revisions})).hexdigest()


def to_json(text: ContractText) -> Json:
    """The whole text as plain JSON values (see ``from_json``)."""
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "sections": [_section(section) for section in text.sections],
        "revisions": {key: _flat(revision) for key, revision in text.revisions.items()},
        "comments": [_flat(comment) for comment in text.comments],
        "material": {
            "runs": {k: {**_flat(v), "look": _flat(v.look)} for k, v in text.material.runs.items()},
            "paragraphs": {k: {**_flat(v), "look": _flat(v.look)} for k, v in text.material.paragraphs.items()},
            "objects": {k: _flat(v) for k, v in text.material.objects.items()},
            "boxes": {k: _flat(v) for k, v in text.material.boxes.items()},
            "styles": {
                k: {**_flat(v), "characters": _flat(v.characters), "layout": _flat(v.layout)}
                for k, v in text.material.styles.items()
            },
            "numberings": {
                k: {**_flat(v), "levels": [_flat(level) for level in v.levels]}
                for k, v in text.material.numberings.items()
            },
        },
    }


def from_json(value: object) -> ContractText:
    """The text that ``to_json`` wrote. Raises CanonicalError for anything else."""
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise CanonicalError("This JSON is not a contract text written by Pactoria.")
    if value.get("version") != FORMAT_VERSION:
        raise CanonicalError("This contract text was written by another version of Pactoria and cannot be read here.")
    try:
        return _text(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CanonicalError("This contract text is damaged: a part of it is missing or of another kind.") from error


def _collect(marks: Marks, open_ids: set[str]) -> None:
    for key in marks:
        if ":" in key and kind_of(key) in REVISION_KINDS:
            open_ids.add(id_of(key))


def _content(paragraph: Paragraph, open_ids: set[str]) -> list[object]:
    _collect(paragraph.marks, open_ids)
    for span in paragraph.spans:
        _collect(span.marks, open_ids)
    own = {key: value for key, value in paragraph.marks.items() if key != "p:src"}
    return [[[span.text, dict(span.marks)] for span in paragraph.spans], own]


def _flat(value: object) -> Json:
    """A value's fields; nested values are put in by the caller."""
    result: Json = {}
    for one in fields(value):  # type: ignore[arg-type]
        content = getattr(value, one.name)
        if isinstance(content, tuple) and content and isinstance(content[0], tuple):
            content = [list(pair) for pair in content]
        elif isinstance(content, tuple):
            content = list(content)
        if not hasattr(content, "__dataclass_fields__"):
            result[one.name] = content
    return result


def _paragraph(paragraph: Paragraph) -> list[object]:
    return [[[span.text, dict(span.marks)] for span in paragraph.spans], dict(paragraph.marks)]


def _section(section: Section) -> Json:
    if isinstance(section, TextSection):
        return {
            "id": section.id,
            "part": section.part,
            "paragraphs": [_paragraph(paragraph) for paragraph in section.paragraphs],
        }
    return {
        "id": section.id,
        "part": section.part,
        "widths": list(section.widths),
        "rows": [
            {
                "id": row.id,
                "marks": dict(row.marks),
                "source": row.source,
                "cells": [
                    {
                        "id": cell.id,
                        "columns": cell.columns,
                        "continues": cell.continues,
                        "paragraphs": [_paragraph(paragraph) for paragraph in cell.paragraphs],
                    }
                    for cell in row.cells
                ],
            }
            for row in section.rows
        ],
    }


def _text(value: Mapping[str, object]) -> ContractText:
    material = _map(value["material"])
    return ContractText(
        tuple(_read_section(one) for one in _list(value["sections"])),
        {key: _revision(one) for key, one in _map(value["revisions"]).items()},
        tuple(CommentNote(**_typed(CommentNote, one)) for one in _list(value["comments"])),
        Material(
            {key: _run(one) for key, one in _map(material["runs"]).items()},
            {key: _properties(one) for key, one in _map(material["paragraphs"]).items()},
            {key: WordObject(**_typed(WordObject, one)) for key, one in _map(material["objects"]).items()},
            {key: Box(**_typed(Box, one)) for key, one in _map(material["boxes"]).items()},
            {key: _style(one) for key, one in _map(material["styles"]).items()},
            {key: _numbering(one) for key, one in _map(material["numberings"]).items()},
        ),
    )


def _map(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError("a mapping is expected")
    return value


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, list):
        raise TypeError("a list is expected")
    return value


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return value


SCALARS: dict[object, tuple[type, ...]] = {
    str: (str,),
    int: (int,),
    bool: (bool,),
    str | None: (str, type(None)),
    int | None: (int, type(None)),
}


def _typed(kind: type, value: object) -> dict[str, Any]:
    """The fields of a flat value, each of its declared type."""
    given = _map(value)
    for one in fields(kind):
        allowed = SCALARS.get(one.type)
        if allowed is not None and one.name in given and not isinstance(given[one.name], allowed):
            raise TypeError(f"{kind.__name__}.{one.name}")
    return given


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    return tuple((_string(_list(pair)[0]), _string(_list(pair)[1])) for pair in _list(value))


def _spans(value: object) -> tuple[Span, ...]:
    spans = []
    for one in _list(value):
        words, marks = _list(one)
        if not _string(words) or "\n" in _string(words):
            raise ValueError("a span holds characters without a newline")
        spans.append(Span(_string(words), cast(Marks, _map(marks))))
    return tuple(spans)


def _read_paragraph(value: object) -> Paragraph:
    spans, marks = _list(value)
    return Paragraph(_spans(spans), cast(Marks, _map(marks)))


def _read_section(value: object) -> Section:
    given = _map(value)
    if "rows" not in given:
        paragraphs = tuple(_read_paragraph(one) for one in _list(given["paragraphs"]))
        return TextSection(_string(given["id"]), paragraphs, _string(given["part"]))
    rows = []
    for one in _list(given["rows"]):
        row = _map(one)
        cells = []
        for other in _list(row["cells"]):
            cell = _map(other)
            paragraphs = tuple(_read_paragraph(each) for each in _list(cell["paragraphs"]))
            columns, continues = cell["columns"], cell["continues"]
            if not isinstance(columns, int) or not isinstance(continues, bool):
                raise TypeError("a cell's span is a number")
            cells.append(Cell(_string(cell["id"]), paragraphs, columns, continues))
        rows.append(
            Row(_string(row["id"]), tuple(cells), cast(Marks, _map(row["marks"])), _string(row.get("source", "")))
        )
    widths = tuple(int(cast(int, width)) for width in _list(given["widths"]))
    return TableSection(_string(given["id"]), tuple(rows), widths, _string(given["part"]))


def _revision(value: object) -> Revision:
    given = _typed(Revision, value)
    return Revision(**{**given, "word": _pairs(given["word"])})


def _run(value: object) -> RunProperties:
    given = _map(value)
    look = CharacterLook(**_typed(CharacterLook, given["look"]))
    return RunProperties(_pairs(given["attributes"]), _string(given["xml"]), look)


def _properties(value: object) -> ParagraphProperties:
    given = _typed(ParagraphProperties, value)
    look = ParagraphLook(**_typed(ParagraphLook, given["look"]))
    return ParagraphProperties(**{**given, "attributes": _pairs(given["attributes"]), "look": look})


def _style(value: object) -> Style:
    given = _typed(Style, value)
    characters = CharacterLook(**_typed(CharacterLook, given["characters"]))
    layout = ParagraphLook(**_typed(ParagraphLook, given["layout"]))
    return Style(**{**given, "characters": characters, "layout": layout})


def _numbering(value: object) -> Numbering:
    given = _map(value)
    levels = tuple(NumberingLevel(**_typed(NumberingLevel, one)) for one in _list(given["levels"]))
    starts = tuple((int(cast(int, a)), int(cast(int, b))) for a, b in (_list(pair) for pair in _list(given["starts"])))
    return Numbering(_string(given["id"]), _string(given["abstract"]), levels, starts)
