"""Marks as Qt formats: each set of marks is interned under a number, which its formats carry as a property."""

import json
import marshal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QTextBlockFormat, QTextCharFormat, QTextFormat

from pactoria_desktop.contract.numbering import Record, record
from pactoria_desktop.contract.suggesting import is_struck
from pactoria_desktop.contract.text import (
    HIDDEN,
    OBJECT,
    REVISION_KINDS,
    CharacterLook,
    Marks,
    MarkValue,
    Material,
    ParagraphLook,
    ParagraphProperties,
    Style,
    id_of,
    kind_of,
)
from pactoria_desktop.ui.editor.drawn import PLAIN, Authors, Drawn, drawing_of
from pactoria_desktop.ui.editor.living import LivingText
from pactoria_desktop.ui.editor.paper import LEADING, TEXT_SIZE, Paper
from pactoria_desktop.ui.theme.contrast import WORDS, ratio

MARKS = int(QTextFormat.Property.UserProperty) + 1
BASE = int(QTextFormat.Property.UserProperty) + 2
BOLD = int(QTextFormat.Property.UserProperty) + 3
OBJECT_TYPE = int(QTextFormat.ObjectTypes.UserObject) + 1
PLAIN_MARKS = 0
PLAIN_BASE = 0
_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
LOOK_MARKS = ("run", "bold", "italic", "underline", "strike", "obj")

SANS = ("arial", "calibri", "helvetica", "verdana", "tahoma", "segoe", "aptos", "sans", "gothic", "open sans")
ALIGNMENTS = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "start": Qt.AlignmentFlag.AlignLeft,
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
    "end": Qt.AlignmentFlag.AlignRight,
    "both": Qt.AlignmentFlag.AlignJustify,
    "justify": Qt.AlignmentFlag.AlignJustify,
}
ITEM_STEP = 30
STEP_TWIPS = 720


@dataclass(frozen=True, slots=True)
class Numbered:
    """What numbering needs of a paragraph: its record, the one it has when empty, and whether its end is struck."""

    record: Record
    when_empty: Record
    struck: bool

    @property
    def has_number(self) -> bool:
        """Whether a label may stand beside it."""
        return self.record[0] is not None


class Formats:
    """The formats of one contract on one paper. Numbers of marks stay valid when paper or material change."""

    def __init__(self, text: LivingText, authors: Authors, paper: Paper) -> None:
        self._text = text
        self._authors = authors
        self.paper = paper
        self._numbers: dict[str, int] = {"{}": PLAIN_MARKS}
        self._quick: dict[bytes, int] = {}
        self._marks: list[Marks] = [{}]
        self._bases: dict[CharacterLook, int] = {CharacterLook(): PLAIN_BASE}
        self._base_looks: list[CharacterLook] = [CharacterLook()]
        self._characters: dict[tuple[int, int], QTextCharFormat] = {}
        self._blocks: dict[int, QTextBlockFormat] = {}
        self._base_of: dict[int, int] = {}
        self._drawn: dict[int, Drawn] = {}
        self._numbered: dict[int, Numbered] = {}
        self._unknown: set[int] = set()
        self._shared: dict[tuple[object, ...], QTextCharFormat] = {}

    # -- numbers of marks

    def number(self, marks: Mapping[str, MarkValue | None]) -> int:
        """The number of these marks; None values count as absent."""
        plain: Any = marks if type(marks) is dict else dict(marks)
        quick = marshal.dumps(plain, 2)
        number = self._quick.get(quick)
        if number is None:
            kept: dict[str, MarkValue] = {key: value for key, value in marks.items() if value is not None}
            canonical = _canonical(kept)
            number = self._numbers.setdefault(canonical, len(self._marks))
            if number == len(self._marks):
                self._marks.append(kept)
            self._quick[quick] = number
        return number

    def marks(self, number: int) -> Marks:
        """The marks that have this number."""
        return self._marks[number]

    def changed(self, number: int, changes: Mapping[str, MarkValue | None]) -> int:
        """The number of the marks after these changes; None takes a mark away."""
        return self.number({**self._marks[number], **changes})

    # -- looks

    def renew(self, paper: Paper | None = None) -> None:
        """Forget every format: theme, zoom, authors or material changed. The document must be built anew."""
        self.paper = paper or self.paper
        self._characters.clear()
        self._shared.clear()
        self._blocks.clear()
        self._base_of.clear()
        self._numbered.clear()
        self._drawn.clear()

    def forget_authors(self) -> None:
        """Forget what was drawn for revisions whose author was not known when they were first met."""
        revisions = self._text.revisions
        for number in list(self._unknown):
            if all(id_of(key) in revisions for key in self._marks[number] if kind_of(key) in REVISION_KINDS):
                self._drawn.pop(number, None)
                self._unknown.discard(number)
                for known in [known for known in self._characters if known[0] == number]:
                    del self._characters[known]

    def drawn(self, number: int) -> Drawn:
        """How characters with these marks are drawn beside their letters."""
        if number == PLAIN_MARKS:
            return PLAIN
        drawn = self._drawn.get(number)
        if drawn is None:
            marks, revisions = self._marks[number], self._text.revisions
            drawn = drawing_of(marks, revisions, self._authors.style)
            self._drawn[number] = drawn
            if any(id_of(key) not in revisions for key in marks if kind_of(key) in REVISION_KINDS):
                self._unknown.add(number)
        return drawn

    def numbered(self, number: int) -> Numbered:
        """The numbering of a paragraph whose newline has these marks."""
        found = self._numbered.get(number)
        if found is None:
            found = self._numbering_of(self._marks[number])
            self._numbered[number] = found
        return found

    def base(self, number: int) -> int:
        """The number of the character look that a paragraph's style gives, for the paragraph's newline marks."""
        base = self._base_of.get(number)
        if base is None:
            style = self._style_of(self._marks[number])
            look = style.characters if style else CharacterLook()
            base = self._bases.setdefault(look, len(self._base_looks))
            if base == len(self._base_looks):
                self._base_looks.append(look)
            self._base_of[number] = base
        return base

    def style(self, number: int) -> Style | None:
        """The paragraph style that newline marks name."""
        return self._style_of(self._marks[number])

    def characters(self, number: int, base: int) -> QTextCharFormat:
        """The format of characters with these marks in a paragraph of this base."""
        found = self._characters.get((number, base))
        if found is None:
            found = self._character_format(number, base)
            self._characters[number, base] = found
        return found

    def block(self, number: int) -> QTextBlockFormat:
        """The format of a paragraph whose newline has these marks."""
        found = self._blocks.get(number)
        if found is None:
            found = self._block_format(number)
            self._blocks[number] = found
        return found

    def _character_format(self, number: int, base: int) -> QTextCharFormat:
        """Formats that differ in their marks alone (two insertions by one author) are made from one."""
        marks, drawn = self._marks[number], self.drawn(number)
        author = drawn.struck or drawn.inserted
        alike = (base, author, *(marks.get(key) for key in LOOK_MARKS))
        shared = self._shared.get(alike)
        if shared is None:
            shared = self._shared[alike] = self._look_format(marks, base, author)
        made = QTextCharFormat(shared)
        made.setProperty(MARKS, number)
        return made

    def _look_format(self, marks: Marks, base: int, author: int) -> QTextCharFormat:
        below, material = self._base_looks[base], self._text.material
        run = material.runs.get(str(marks.get("run", "")))
        look = run.look if run else CharacterLook()
        made = QTextCharFormat()
        made.setProperty(BASE, base)
        bold = _laid_over(marks, "bold", look.bold or below.bold)
        made.setProperty(BOLD, bold)
        family = look.font or below.font
        half_points = look.size or below.size
        pixels = min(96.0, max(5.0, half_points * 2 / 3)) if half_points else TEXT_SIZE
        raised = bool(look.raised)
        font = self._font(family, pixels * (0.7 if raised else 1), bold)
        font.setItalic(_laid_over(marks, "italic", look.italic or below.italic))
        if look.caps or below.caps:
            font.setCapitalization(QFont.Capitalization.AllUppercase)
        elif look.small_caps or below.small_caps:
            font.setCapitalization(QFont.Capitalization.SmallCaps)
        made.setFont(font)
        made.setFontUnderline(_laid_over(marks, "underline", look.underline or below.underline))
        made.setFontStrikeOut(_laid_over(marks, "strike", look.strike or below.strike))
        if raised:
            made.setVerticalAlignment(
                QTextCharFormat.VerticalAlignment.AlignSuperScript
                if look.raised > 0
                else QTextCharFormat.VerticalAlignment.AlignSubScript
            )
        made.setForeground(self._foreground(author, look, below))
        if look.highlight:
            made.setBackground(self.paper.on_page("medium_soft"))
        if "obj" in marks and self._is_chip(marks):
            made.setObjectType(OBJECT_TYPE)
        return made

    def _is_chip(self, marks: Marks) -> bool:
        found = self._text.material.objects.get(str(marks["obj"]))
        return found is not None and found.kind not in ("anchor", "field", "mathematics")

    def _foreground(self, author: int, look: CharacterLook, below: CharacterLook) -> QColor:
        if author:
            return self.paper.on_page(f"author{author}")
        page = self.paper.on_page("page").name()
        own = look.colour or below.colour
        if own and len(own) == 6 and QColor.isValidColorName(f"#{own}") and ratio(f"#{own}", page) >= WORDS:
            plain_black = int(own, 16) == 0
            return self.paper.on_page("text") if plain_black else QColor(f"#{own}")
        return self.paper.on_page("text3" if look.hidden else "text")

    def _font(self, family: str | None, pixels: float, bold: bool) -> QFont:
        """The file's own family where this system has it, else ours of the same kind, with their own weights."""
        weight = 600 if bold else 400
        if not family or not QFontDatabase.hasFamily(family):
            sans = family is not None and any(name in family.lower() for name in SANS)
            return self.paper.interface(pixels, weight, zoomed=True) if sans else self.paper.serif(pixels, weight)
        font = QFont(family)
        font.setPixelSize(max(6, round(self.paper.length(pixels))))
        font.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font

    def _block_format(self, number: int) -> QTextBlockFormat:
        marks, paper = self._marks[number], self.paper
        layout = self._layout_of(marks)
        numbered = self.numbered(number)
        made = QTextBlockFormat()
        made.setProperty(MARKS, number)
        single = 240
        stretch = min(200, max(LEADING, round(LEADING * (layout.line or single) / single / 1.15)))
        made.setLineHeight(stretch, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        made.setTopMargin(min(40 * paper.zoom, layout.before / 15 * paper.zoom))
        made.setBottomMargin(min(40 * paper.zoom, (layout.after or (0 if layout.before else 90)) / 15 * paper.zoom))
        if numbered.has_number:
            made.setLeftMargin(paper.length(ITEM_STEP * item_depth(layout)))
        else:
            widest = paper.column / 2
            left = min(widest, paper.from_twips(layout.left))
            made.setLeftMargin(max(0.0, left))
            made.setRightMargin(max(0.0, min(widest, paper.from_twips(layout.right))))
            made.setTextIndent(max(-left, min(widest, paper.from_twips(layout.first_line))))
        made.setAlignment(ALIGNMENTS.get(layout.alignment, Qt.AlignmentFlag.AlignLeft))
        if layout.right_to_left:
            made.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        style = self._style_of(marks)
        if style and style.heading:
            made.setHeadingLevel(min(6, style.heading))
        return made

    # -- what paragraph marks say

    def _properties_of(self, marks: Marks) -> ParagraphProperties | None:
        return self._text.material.paragraphs.get(str(marks.get("p:props", "")))

    def _style_of(self, marks: Marks) -> Style | None:
        material: Material = self._text.material
        properties = self._properties_of(marks)
        name = marks.get("p:style", properties.style if properties else "")
        return material.styles.get(str(name))

    def _layout_of(self, marks: Marks) -> ParagraphLook:
        properties = self._properties_of(marks)
        style = self._style_of(marks)
        if "p:style" in marks and style:
            return style.layout
        if properties:
            return properties.look
        return style.layout if style else ParagraphLook()

    def _numbering_of(self, marks: Marks) -> Numbered:
        material = self._text.material
        return Numbered(record(marks, material), record(marks, material, empty=True), is_struck(marks))


def item_depth(layout: ParagraphLook) -> int:
    """How many steps the text of a numbered paragraph stands from the page's text edge: nought for clauses."""
    number_at = layout.left + layout.first_line
    return 0 if number_at < STEP_TWIPS // 2 else max(1, min(6, round(number_at / STEP_TWIPS)))


def _laid_over(marks: Marks, key: str, below: bool) -> bool:
    value = marks.get(key)
    return below if value is None else bool(value)


def is_zero_wide(character: str) -> bool:
    """Whether the caret passes over the character without a step."""
    return character == HIDDEN


def is_object(character: str) -> bool:
    """Whether the character stands for a thing without words."""
    return character == OBJECT
