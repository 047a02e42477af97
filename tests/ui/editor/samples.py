"""Small contracts with everything an editor meets: tables, fields, objects, tracked changes, comments, odd letters."""

from datetime import UTC, datetime

from pactoria_desktop.contract.text import (
    HIDDEN,
    OBJECT,
    Cell,
    CharacterLook,
    CommentNote,
    ContractText,
    Material,
    Numbering,
    NumberingLevel,
    Paragraph,
    ParagraphProperties,
    Revision,
    Row,
    RunProperties,
    Span,
    Style,
    TableSection,
    TextSection,
    WordObject,
)
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.ui.editor.contract_view import ContractView

LETTERS = ["a", "b", "c", " ", "“", "”", "§", "é", "😀", "👩‍⚖️", "שלום", "ab", ".", "\u2028"]
MARKED = {"run": "words"}


class FixedClock:
    """A clock that ticks a second at each look."""

    def __init__(self) -> None:
        self._seconds = 0

    def now(self) -> datetime:
        """The next second of a made-up hour."""
        self._seconds += 1
        return datetime(2026, 11, 20, 9, self._seconds // 60 % 60, self._seconds % 60, tzinfo=UTC)

    def monotonic(self) -> float:
        """Seconds so far."""
        return float(self._seconds)


def material() -> Material:
    """Two styles of different looks, a numbering, a picture, a note, a field."""
    levels = (NumberingLevel("decimal", "%1."), NumberingLevel("lowerLetter", "(%2)"))
    return Material(
        runs={"words": RunProperties(), "bold": RunProperties(xml="<b/>", look=CharacterLook(bold=True))},
        paragraphs={
            "h": ParagraphProperties(style="Heading1", numbering="1"),
            "p": ParagraphProperties(style="Body"),
            "n": ParagraphProperties(style="Body", numbering="1", level=1),
        },
        objects={
            "picture": WordObject("drawing", "<w:drawing/>", True),
            "note": WordObject("note", "<w:footnoteReference/>", True, "footnoteReference", "2"),
            "begin": WordObject("field", "<w:fldChar/>", True, "fldChar:begin"),
            "code": WordObject("field", "<w:instrText/>", True, "instrText"),
            "end": WordObject("field", "<w:fldChar/>", True, "fldChar:end"),
            "bookmark": WordObject("anchor", "<w:bookmarkStart/>", False, "bookmarkStart", "b"),
        },
        styles={
            "Heading1": Style("Heading1", "heading 1", 1, "1", 0, characters=CharacterLook(bold=True, size=28)),
            "Body": Style("Body", "Body Text"),
            "Quote": Style("Quote", "Quote", characters=CharacterLook(italic=True)),
        },
        numberings={"1": Numbering("1", "1", levels)},
    )


def words(text: str, **marks: object) -> Span:
    """A span in the plain run look."""
    return Span(text, {**MARKED, **marks})


def field(result: str) -> tuple[Span, ...]:
    """A complex field around its result."""
    return (
        Span(HIDDEN, {**MARKED, "obj": "begin", "fld:f1": True}),
        Span(HIDDEN, {**MARKED, "obj": "code", "fld:f1": True}),
        words(result, **{"fld:f1": True}),
        Span(HIDDEN, {**MARKED, "obj": "end", "fld:f1": True}),
    )


def paragraph(*spans: Span | str, **marks: object) -> Paragraph:
    """A paragraph of the body style."""
    made = tuple(words(span) if isinstance(span, str) else span for span in spans)
    return Paragraph(made, {"p:props": "p", **marks})


def grid() -> TableSection:
    """Three columns with a wide cell, a vertical merge and a short row."""
    rows = (
        Row("g0", (cell("g00", "one"), cell("g01", "wide 😀", columns=2))),
        Row("g1", (cell("g10", "tall"), cell("g11", "“x”"), cell("g12", "y"))),
        Row("g2", (cell("g20", "", continues=True), cell("g21", "é\nsecond"), cell("g22", "z"))),
        Row("g3", (cell("g30", "short"), cell("g31", "row"))),
    )
    return TableSection("grid", rows, (2000, 2000, 4000))


def cell(name: str, text: str, columns: int = 1, *, continues: bool = False) -> Cell:
    """A cell of plain paragraphs."""
    lines = text.split("\n")
    made = [paragraph(line) if line else Paragraph((), {"p:props": "p"}) for line in lines]
    made[-1] = Paragraph(made[-1].spans, {**made[-1].marks, "p:fix": True})
    return Cell(name, tuple(made), columns, continues)


def long_table(rows: int, columns: int = 3) -> TableSection:
    """A table that is shown in several pieces."""
    return TableSection(
        "long",
        tuple(
            Row(f"l{row}", tuple(cell(f"l{row}.{column}", f"{row}.{column}") for column in range(columns)))
            for row in range(rows)
        ),
        (),
    )


def sample(*, rows: int = 0) -> ContractText:
    """The contract that the random tests begin with."""
    sections = [
        TextSection(
            "s0",
            (
                Paragraph((words("Head é😀 “x” §1"),), {"p:props": "h"}),
                paragraph("body ", words("inserted", **{"ins:r1": {"d": 0}}), words(" struck", **{"del:r2": {"d": 0}})),
                paragraph("see clause ", *field("1.2"), " and ", Span(OBJECT, {**MARKED, "obj": "picture"}), "."),
                Paragraph((words("item"),), {"p:props": "n"}),
            ),
        ),
        grid(),
        TextSection(
            "s1",
            (
                paragraph(Span(HIDDEN, {**MARKED, "obj": "bookmark"}), "noted", words(" here", **{"comment:c1": True})),
                paragraph("שלום עולם ", Span(OBJECT, {**MARKED, "obj": "note"})),
                paragraph("👩‍⚖️ last"),
            ),
        ),
    ]
    if rows:
        sections += [long_table(rows), TextSection("s2", (paragraph("after"),))]
    sections.append(TextSection("n1", (paragraph("a footnote"),), "footnote:2"))
    revisions = {
        "r1": Revision("r1", "insertion", "Dele Okafor", "2026-11-01T10:00:00Z", source="f" * 64),
        "r2": Revision("r2", "deletion", "Tomas Reyes", "2026-11-01T11:00:00Z", source="f" * 64),
    }
    notes = (
        CommentNote("c1", None, "Dele Okafor", "2026-11-01T10:00:00Z", "Is this right?"),
        CommentNote("c2", "c1", "Ines Falk", "2026-11-02T10:00:00Z", "It is."),
    )
    return ContractText(tuple(sections), revisions, notes, material())


class Desk:
    """A replica and the view that shows it."""

    def __init__(
        self, look, text: ContractText | None = None, *, me: str = "Ines Falk", peer: int = 7, copy=None, session=None
    ):
        clock, identity = FixedClock(), Identity(me, me)
        if copy is None:
            self.replica = Replica.create(text or sample(), identity=identity, clock=clock, peer=peer)
        else:
            self.replica = Replica.open(copy.snapshot(), identity=identity, clock=clock, peer=peer)
        self.view = ContractView(self.replica, look, me, session=session)
        self.view.resize(900, 700)

    @property
    def editor(self):
        """The page."""
        return self.view.editor

    @property
    def commands(self):
        """The deeds."""
        return self.view.commands

    def place_caret(self, slot: str, offset: int, anchor: tuple[str, int] | None = None) -> None:
        """Put the caret, and the anchor elsewhere when given."""
        from pactoria_desktop.replica.changes import Place

        positions = self.view.view.positions
        caret = positions.position(Place(slot, offset))
        start = positions.position(Place(*anchor)) if anchor else caret
        assert caret is not None
        assert start is not None
        self.editor.show_position(start, caret)

    def close(self) -> None:
        """Let everything go."""
        self.view.close_text()
        self.view.deleteLater()
        self.replica.close()


def exchange(one: Desk, other: Desk) -> None:
    """Give each what the other has, until both have the same: what arrives may have to be mended."""
    for _ in range(6):
        mine = one.replica.updates_since(other.replica.version())
        theirs = other.replica.updates_since(one.replica.version())
        other.replica.import_updates(mine)
        one.replica.import_updates(theirs)
        if one.replica.frontier() == other.replica.frontier():
            return
