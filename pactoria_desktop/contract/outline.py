"""The outline: every paragraph of a contract with its computed number."""

import re
from dataclasses import asdict, dataclass

from pactoria_desktop.contract.accepted import AcceptedParagraph, AcceptedText, accepted
from pactoria_desktop.contract.numbering import Label, labels_of
from pactoria_desktop.contract.text import ContractText, Material

HEADING = re.compile(r"heading ([1-9])$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """One paragraph. ``start`` and ``end`` are code points of the accepted text, the newline left out.

    ``level`` is 1 to 9 for a heading (by style or outline level), else the level of its number from one, else None.
    ``style`` is the style's name, its id where the name is not known, "" for none.
    """

    id: str
    label: str
    level: int | None
    style: str
    text: str
    start: int
    end: int
    part: str
    in_table: bool


def outline(text: ContractText, view: AcceptedText | None = None) -> tuple[OutlineRow, ...]:
    """The rows of a contract. ``view`` is its accepted text where that is already known."""
    shown = accepted(text) if view is None else view
    labels = labels_of(shown, text.material)
    return tuple(
        _row(paragraph, shown, label, text.material) for paragraph, label in zip(shown.paragraphs, labels, strict=True)
    )


def to_json(rows: tuple[OutlineRow, ...]) -> dict[str, object]:
    """The shape that ``pactoria outline --json`` prints."""
    return {"paragraphs": [asdict(row) for row in rows]}


def heading_level(paragraph: AcceptedParagraph, material: Material) -> int | None:
    """1 to 9 for a heading, by its style, else by its outline level; None for any other paragraph."""
    style = material.styles.get(paragraph.style)
    if style is not None and style.heading is not None:
        return style.heading
    named = HEADING.match(style.name if style is not None else "")
    if named:
        return int(named[1])
    properties = material.paragraphs.get(str(paragraph.marks.get("p:props", "")))
    if properties is not None and "p:style" not in paragraph.marks:
        level = properties.look.outline_level
    else:
        level = style.layout.outline_level if style is not None else None
    return level + 1 if level is not None and 0 <= level <= 8 else None


def _row(paragraph: AcceptedParagraph, shown: AcceptedText, label: Label | None, material: Material) -> OutlineRow:
    style = material.styles.get(paragraph.style)
    level = heading_level(paragraph, material)
    if level is None and label is not None:
        level = label.level + 1
    return OutlineRow(
        paragraph.id,
        label.text if label is not None else "",
        level,
        style.name if style is not None and style.name else paragraph.style,
        shown.line(paragraph),
        paragraph.start,
        paragraph.end,
        paragraph.part,
        paragraph.in_table,
    )
