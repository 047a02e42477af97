"""The contract text as plain values: the reader makes it, the replica holds it, the editor shows it.

A text is a list of sections; a section of text has paragraphs, a table has rows of cells of paragraphs. A paragraph
is spans of characters under marks and one newline, which carries the paragraph's own marks. Marks are a flat mapping
from a key to a JSON value. The kind of a mark is its key up to the first colon.

Marks on characters:

=================  =====================================  ==========================================================
key                value                                  meaning
=================  =====================================  ==========================================================
``run``            key of ``Material.runs``               run properties as Word had them, without tracked change
``bold`` ...       True or False                          laid over ``run``: also ``italic``, ``underline``, ``strike``
``ins:<rid>``      {"d": depth}                           tracked insertion
``del:<rid>``      {"d": depth, "over": [rid, ...]}       tracked deletion, and the insertions it was aimed at
``moveFrom:<rid>`` {"d": depth}                           moved away; ``moveTo:<rid>`` moved here
``fmt:<rid>``      old values by key, None where unset    tracked formatting: "run", "bold", ... as they were
``typ:<rid>``      True                                   typed without tracking while revisions were open
``box:<id>``       {"d": depth}                           inside a hyperlink, content control, simple field, smart tag
``fld:<id>``       True                                   part of a complex field, from its begin to its end
``obj``            key of ``Material.objects``            the stretch stands for one piece of Word XML
``el``             element name                           the character came as this element, where not the usual one
``lock``           True                                   words that cannot be edited here
``comment:<id>``   True                                   the words a comment speaks of
=================  =====================================  ==========================================================

Marks on a newline: ``ins: del: moveFrom: moveTo: typ:`` as above, and

=================  =====================================  ==========================================================
``p:props``        key of ``Material.paragraphs``         paragraph properties as Word had them
``p:style``        style id                               laid over ``p:props`` (as are ``p:num`` and ``p:lvl``)
``p:num``          numbering id, "" for none              list or clause numbering
``p:lvl``          0 to 8                                 level of numbering
``p:src``          "<sha256, 12 hex>:<part>:<ordinal>"    the Word paragraph it came from; a hint, first holder has it
``p:fix``          True                                   may not be deleted: ends a cell, a segment, a Word section
``pfmt:<rid>``     {"props": old key, "p:style": ...}     tracked change of paragraph properties
=================  =====================================  ==========================================================

``d`` orders the marks that Word nests (``ins del moveFrom moveTo box``), outermost first; a new mark gets the
greatest depth of its place plus one. Characters: tab ``\\t``, line break U+2028, no-break hyphen U+2011, soft hyphen
U+00AD. An object without words is U+FFFC; one with words (mathematics) is those words, all under one ``obj`` mark.
Things without width (bookmarks, comment and move ranges, field characters and codes, proofing marks) are one HIDDEN
character each under an ``obj`` mark: zero wide, kept in place, left out of every text that people or offsets see.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

OBJECT = "\ufffc"
HIDDEN = "\u2060"
LINE_BREAK = "\u2028"
NO_BREAK_HYPHEN = "\u2011"
SOFT_HYPHEN = "\u00ad"

MarkValue = bool | int | str | dict[str, object] | list[object]
Marks = Mapping[str, MarkValue]

NESTED_KINDS = ("ins", "del", "moveFrom", "moveTo", "box")
REVISION_KINDS = ("ins", "del", "moveFrom", "moveTo", "fmt", "pfmt")


def kind_of(key: str) -> str:
    """The kind of a mark: its key up to the first colon."""
    return key.partition(":")[0]


def id_of(key: str) -> str:
    """What a mark names: its key after the first colon, empty where there is none."""
    return key.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Span:
    """Characters that share all their marks; never empty and never with a newline."""

    text: str
    marks: Marks = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Spans and the marks of the newline that ends them. Neighbouring spans differ in their marks."""

    spans: tuple[Span, ...] = ()
    marks: Marks = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All characters, struck and hidden ones included, without the newline."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class TextSection:
    """At least one paragraph; cut at import before headings, sixty to a hundred paragraphs at most.

    ``part`` is "main", "footnote:<id>", "endnote:<id>", "header:<member name>", "footer:<member name>" or
    "textbox:<object key>:<n>" (n counts the boxes of one object).
    """

    id: str
    paragraphs: tuple[Paragraph, ...]
    part: str = "main"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. A table inside it is flat: its cells' paragraphs stand in the outer cell, each ending in ``p:fix``."""

    id: str
    paragraphs: tuple[Paragraph, ...]
    columns: int = 1
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``marks`` holds its ``ins:`` and ``del:``; ``source`` is the Word row as in ``p:src`` ("" when new)."""

    id: str
    cells: tuple[Cell, ...]
    marks: Marks = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class TableSection:
    """A table. ``widths`` are the grid columns' widths in twentieths of a point, empty where Word gives none."""

    id: str
    rows: tuple[Row, ...]
    widths: tuple[int, ...] = ()
    part: str = "main"


Section = TextSection | TableSection


@dataclass(frozen=True, slots=True)
class Revision:
    """Who changed something and when. ``date`` is kept as Word wrote it ("" where it wrote none).

    ``kind`` is insertion, deletion, move_from, move_to, format, paragraph_format, row_insertion, row_deletion or typed.
    ``author`` is shown; ``by`` is the user's id here; ``source`` is "typed" or the SHA-256 of the package it came in;
    ``word`` holds the attributes of the Word element as (name in Clark notation, value), its ``w:id`` among them.
    """

    id: str
    kind: str
    author: str
    date: str
    by: str = ""
    source: str = "typed"
    round: int | None = None
    word: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CommentNote:
    """One comment or reply. ``id`` is Word's ``w:id`` where it came in, else random; ``parent`` is the thread's id."""

    id: str
    parent: str | None
    author: str
    date: str
    text: str
    initials: str = ""
    resolved: bool = False
    word: bool = False


@dataclass(frozen=True, slots=True)
class CharacterLook:
    """How characters look once styles are resolved. ``size`` in half points, ``colour`` RRGGBB, None where unset."""

    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    caps: bool = False
    small_caps: bool = False
    hidden: bool = False
    size: int | None = None
    font: str | None = None
    colour: str | None = None
    highlight: str | None = None
    raised: int = 0


@dataclass(frozen=True, slots=True)
class ParagraphLook:
    """How a paragraph is laid out once styles are resolved. Lengths in twentieths of a point."""

    alignment: str = "left"
    left: int = 0
    right: int = 0
    first_line: int = 0
    before: int = 0
    after: int = 0
    line: int | None = None
    outline_level: int | None = None
    page_break_before: bool = False
    right_to_left: bool = False


@dataclass(frozen=True, slots=True)
class RunProperties:
    """A Word run's attributes (Clark names) and ``w:rPr`` as XML text without ``w:rPrChange`` ("" for none)."""

    attributes: tuple[tuple[str, str], ...] = ()
    xml: str = ""
    look: CharacterLook = CharacterLook()


@dataclass(frozen=True, slots=True)
class ParagraphProperties:
    """A Word paragraph's attributes and ``w:pPr`` as XML text, without tracked changes of mark and properties.

    ``numbering`` and ``level`` are what style and direct formatting together give; None where it has no number.
    """

    attributes: tuple[tuple[str, str], ...] = ()
    xml: str = ""
    style: str = ""
    numbering: str | None = None
    level: int = 0
    look: ParagraphLook = ParagraphLook()
    ends_section: bool = False


@dataclass(frozen=True, slots=True)
class WordObject:
    """A piece of Word XML that a stretch of characters stands for.

    ``in_run`` tells whether it lies inside a ``w:r``. ``kind`` is anchor, field, drawing, picture, note, break,
    mathematics, table_of, control or other; ``role`` narrows it (bookmarkStart, commentRangeEnd, fldChar:begin,
    instrText, footnoteReference, ...) and ``ref`` is the id it names (bookmark name, comment id, note id).
    """

    kind: str
    xml: str
    in_run: bool
    role: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """The shell of a container (hyperlink, sdt, fldSimple, smartTag, ...): its element without content, as XML text."""

    kind: str
    xml: str
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style. ``heading`` is 1 to 9 for headings; ``numbering``, ``level`` as its numbering has them."""

    id: str
    name: str
    heading: int | None = None
    numbering: str | None = None
    level: int = 0
    characters: CharacterLook = CharacterLook()
    layout: ParagraphLook = ParagraphLook()


@dataclass(frozen=True, slots=True)
class NumberingLevel:
    """One level of numbering (ECMA-376 part 1, 17.9). ``text`` holds ``%1`` to ``%9``; ``restart`` is lvlRestart."""

    format: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int | None = None
    legal: bool = False
    suffix: str = "tab"
    style: str = ""
    left: int = 0
    hanging: int = 0


@dataclass(frozen=True, slots=True)
class Numbering:
    """A ``w:num``: its levels after overrides; instances of one ``abstract`` id count on together.

    ``starts`` holds the level to value pairs of its startOverride elements, which restart the count once.
    """

    id: str
    abstract: str
    levels: tuple[NumberingLevel, ...]
    starts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """What marks name: content-addressed tables that only ever grow."""

    runs: Mapping[str, RunProperties] = field(default_factory=dict)
    paragraphs: Mapping[str, ParagraphProperties] = field(default_factory=dict)
    objects: Mapping[str, WordObject] = field(default_factory=dict)
    boxes: Mapping[str, Box] = field(default_factory=dict)
    styles: Mapping[str, Style] = field(default_factory=dict)
    numberings: Mapping[str, Numbering] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ContractText:
    """A whole contract: sections in document order (main story, footnotes, endnotes, headers, footers, text boxes)."""

    sections: tuple[Section, ...]
    revisions: Mapping[str, Revision] = field(default_factory=dict)
    comments: tuple[CommentNote, ...] = ()
    material: Material = field(default_factory=Material)


def paragraphs_of(section: Section) -> Iterator[Paragraph]:
    """All paragraphs of a section in document order, cells row by row."""
    if isinstance(section, TextSection):
        yield from section.paragraphs
        return
    for row in section.rows:
        for cell in row.cells:
            yield from cell.paragraphs
