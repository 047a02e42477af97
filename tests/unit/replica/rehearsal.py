"""Random contracts, random edits, and a view that knows only what the replica tells it."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pactoria_desktop.contract.text import (
    HIDDEN,
    OBJECT,
    Box,
    Cell,
    ContractText,
    Marks,
    Material,
    Paragraph,
    ParagraphProperties,
    Row,
    RunProperties,
    Span,
    TableSection,
    TextSection,
    WordObject,
)
from pactoria_desktop.replica.changes import Changes, Drop, Keep, Place, Put, Stretch, TableNode, TextNode
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.runtime.clock import ManualClock

ALPHABET = ["a", "b", "c", " ", "“", "”", "§", "é", "😀", "👩‍⚖️", "שלום", "ab", ".", "\u2028"]
LATIN_ONLY = "abc"


def words(random_: random.Random, alphabet: Sequence[str] = ALPHABET) -> str:
    return "".join(random_.choice(alphabet) for _ in range(random_.randint(1, 4)))


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


# Contracts

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"

MATERIAL = Material(
    runs={
        "r1": RunProperties(xml=f"<w:rPr {W}/>"),
        "r2": RunProperties(xml=f"<w:rPr {W}><w:b/></w:rPr>"),
    },
    paragraphs={
        "p1": ParagraphProperties(style="Body"),
        "p2": ParagraphProperties(style="Heading1", attributes=((f"{W14}paraId", "0A"),)),
        "p3": ParagraphProperties(
            style="Body", xml=f"<w:pPr {W}><w:sectPr><w:cols/></w:sectPr></w:pPr>", ends_section=True
        ),
    },
    objects={
        "begin": WordObject("field", f'<w:fldChar {W} w:fldCharType="begin"/>', True, "fldChar:begin"),
        "code": WordObject("field", f"<w:instrText {W}> REF a </w:instrText>", True, "instrText"),
        "end": WordObject("field", f'<w:fldChar {W} w:fldCharType="end"/>', True, "fldChar:end"),
        "mark": WordObject(
            "anchor", f'<w:bookmarkStart {W} w:id="1" w:name="_Ref1"/>', False, "bookmarkStart", "_Ref1"
        ),
        "note": WordObject("note", f'<w:footnoteReference {W} w:id="1"/>', True, "footnoteReference", "1"),
        "sum": WordObject("mathematics", f"<m:oMath {M}/>", False),
    },
    boxes={
        "b1": Box("sdt", f"<w:sdt {W}/>"),
        "b2": Box("sdt", f"<w:sdt {W}/>", True),
        "b3": Box("hyperlink", f"<w:hyperlink {W}/>"),
    },
)


def _field(id: str, shown: str) -> list[Span]:
    under = {f"fld:{id}": True, "run": "r1"}
    return [
        Span(HIDDEN, {**under, "obj": "begin"}),
        Span(HIDDEN, {**under, "obj": "code"}),
        Span(shown, under),
        Span(HIDDEN, {**under, "obj": "end"}),
    ]


def rich_paragraph(random_: random.Random, number: int, source: int) -> Paragraph:
    """A paragraph with something special in it, by number."""
    run: Marks = {"run": "r1"}
    kinds: list[list[Span]] = [
        [Span(f"plain {number} é😀 “x” §1", run)],
        [Span("before ", run), *_field(f"f{source}", "12.1"), Span(" after", run)],
        [
            Span("see ", run),
            Span(HIDDEN, {"obj": "mark"}),
            Span("here", {**run, "bold": True}),
            Span(OBJECT, {"obj": "note"}),
        ],
        [Span("in ", run), Span("control", {**run, "box:b1": {"d": 0}}), Span(" out", run)],
        [Span("in ", run), Span("locked", {**run, "box:b2": {"d": 0}, "lock": True}), Span(" out", run)],
        [
            Span("link ", run),
            Span("linked words", {**run, "box:b3": {"d": 0}}),
            Span("=", run),
            Span("x+y", {"obj": "sum"}),
        ],
        [],
    ]
    marks: dict[str, object] = {"p:props": random_.choice(["p1", "p2"]), "p:src": f"abcdefabcdef:main:{source}"}
    return Paragraph(tuple(kinds[number % len(kinds)]), marks)  # type: ignore[arg-type]


def plain_contract() -> ContractText:
    """Three sections of Latin letters without anything special."""
    sections = []
    source = 0
    for number, lines in enumerate((("head", "body", "tail"), ("head", "body"), ("head",))):
        paragraphs = []
        for place, word in enumerate(lines):
            marks = {"p:style": "H1" if place == 0 else "Body", "p:src": f"a:main:{source}", "p:num": f"n{number}"}
            paragraphs.append(Paragraph((Span(f"{word} {number}é😀 “x” §1", {}),), marks))
            source += 1
        sections.append(TextSection(f"s{number}", tuple(paragraphs)))
    return ContractText(tuple(sections))


def rich_contract(random_: random.Random, tables: bool = True) -> ContractText:
    """Sections of special paragraphs and, between them, tables with spans, ragged rows and vertical merges."""
    sections: list[TextSection | TableSection] = []
    source = 0
    for number in range(3):
        paragraphs = []
        for _ in range(random_.randint(1, 4)):
            paragraphs.append(rich_paragraph(random_, random_.randint(0, 6), source))
            source += 1
        if (tables and number < 2) or random_.random() < 0.2:
            last = paragraphs[-1]
            paragraphs[-1] = Paragraph(last.spans, {**last.marks, "p:fix": True})
            if random_.random() < 0.2:
                paragraphs[-1] = Paragraph(last.spans, {**last.marks, "p:fix": True, "p:props": "p3"})
        sections.append(TextSection(f"s{number}", tuple(paragraphs)))
        if tables and number < 2:
            sections.append(random_table(random_, f"t{number}"))
    return ContractText(tuple(sections), {}, (), MATERIAL)


def random_table(random_: random.Random, id: str) -> TableSection:
    rows = []
    columns = random_.randint(1, 4)
    for row in range(random_.randint(1, 4)):
        cells = []
        left = columns if random_.random() < 0.8 else random_.randint(1, columns)
        while left > 0:
            width = random_.choice((1, 1, 1, min(2, left)))
            empty = random_.random() < 0.3
            lines = [] if empty else [f"{id} r{row} 😀"] + (["more"] if random_.random() < 0.2 else [])
            inner = [Paragraph((Span(line, {"run": "r1"}),), {"p:props": "p1"}) for line in lines] or [Paragraph()]
            inner[-1] = Paragraph(inner[-1].spans, {**inner[-1].marks, "p:fix": True})
            continues = row > 0 and empty and random_.random() < 0.6
            cells.append(Cell(f"{id}.{row}.{len(cells)}", tuple(inner), width, continues))
            left -= width
        rows.append(Row(f"{id}.{row}", tuple(cells), {}, f"abcdefabcdef:main:{id}.{row}"))
    return TableSection(id, tuple(rows), (100,) * columns)


# A view that only listens

Character = tuple[str, str]


def canonical(marks: Marks) -> str:
    return repr(sorted((key, repr(_ordered(value))) for key, value in marks.items()))


def _ordered(value: object) -> object:
    return sorted((key, _ordered(item)) for key, item in value.items()) if isinstance(value, dict) else value


class Shadow:
    """What a view would show: characters with marks by slot, kept up to date by changes alone."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self.slots: dict[str, list[tuple[str, dict[str, object]]]] = {}
        self.nodes = replica.nodes()
        self._show()
        self.leave = replica.subscribe(self.apply)
        self.origins: list[str] = []

    def _ids(self) -> list[str]:
        found = []
        for node in self.nodes:
            if isinstance(node, TextNode):
                found.append(node.slot)
            else:
                found.extend(cell.slot for row in node.rows for cell in row.cells)
        return found

    def _show(self) -> None:
        ids = self._ids()
        assert len(ids) == len(set(ids))
        for gone in set(self.slots) - set(ids):
            del self.slots[gone]
        for id in ids:
            if id not in self.slots:
                self.slots[id] = self._read(id)

    def _read(self, id: str) -> list[tuple[str, dict[str, object]]]:
        return [(character, dict(marks)) for text, marks in self.replica.spans(id) for character in text]

    def apply(self, changes: Changes) -> None:
        self.origins.append(changes.origin)
        for change in changes.texts:
            if change.slot in self.slots:
                self._walk(self.slots[change.slot], change.deltas)
        if changes.structure:
            self.nodes = self.replica.nodes()
            self._show()

    @staticmethod
    def _walk(characters: list[tuple[str, dict[str, object]]], deltas: Sequence[object]) -> None:
        at = 0
        for delta in deltas:
            if isinstance(delta, Put):
                assert not any(value is None for value in delta.marks.values())
                characters[at:at] = [(character, dict(delta.marks)) for character in delta.text]
                at += len(delta.text)
            elif isinstance(delta, Drop):
                assert at + delta.count <= len(characters)
                del characters[at : at + delta.count]
            elif isinstance(delta, Keep):
                for number in range(at, at + delta.count):
                    for key, value in delta.marks.items():
                        if value is None:
                            characters[number][1].pop(key, None)
                        else:
                            characters[number][1][key] = value
                at += delta.count

    def check(self) -> None:
        """What the view shows is what the replica holds, and every slot keeps its promises."""
        nodes = self.replica.nodes()
        assert self.nodes == nodes, "the structure was not announced"
        assert list(self.replica.slots()) == self._ids()
        for id in self._ids():
            held = [(character, canonical(marks)) for character, marks in self._read(id)]
            shown = [(character, canonical(marks)) for character, marks in self.slots[id]]  # type: ignore[arg-type]
            assert shown == held, f"{id}: shown {shown}, held {held}"
            assert held, f"{id} is shown but empty"
            assert held[-1][0] == "\n", f"{id} does not end in a newline"
            assert self.replica.length(id) == utf16("".join(character for character, _ in held))
        for node in nodes:
            if isinstance(node, TableNode):
                _check_grid(node)


def _check_grid(node: TableNode) -> None:
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(node.rows):
        for cell in row.cells:
            for down in range(cell.rows):
                for along in range(cell.columns):
                    place = (number + down, cell.column + along)
                    assert place not in taken, "two cells at one place of the grid"
                    taken.add(place)
    assert len(taken) == len(node.rows) * node.columns, "the grid has holes"


# Somebody who edits


@dataclass
class Desk:
    """A person with a replica, a view and a habit of doing things at random."""

    replica: Replica
    random: random.Random
    alphabet: Sequence[str] = field(default_factory=lambda: ALPHABET)
    shadow: Shadow = field(init=False)
    log: list[object] = field(default_factory=list)
    refused: int = 0

    def __post_init__(self) -> None:
        self.shadow = Shadow(self.replica)

    def close(self) -> None:
        self.shadow.leave()
        self.replica.close()

    def check(self) -> None:
        self.shadow.check()

    def place(self) -> Place:
        slot = self.random.choice(self.replica.slots())
        return Place(slot, self.random.randint(0, self.replica.length(slot) - 1))

    def stretches(self) -> list[Stretch]:
        """Something selected, over sections now and then, as a view would give it."""
        slots = self.replica.slots()
        first = self.random.randrange(len(slots))
        last = min(len(slots) - 1, first + self.random.choice((0, 0, 0, 0, 1, 2, 5)))
        if first == last:
            length = self.replica.length(slots[first])
            start = self.random.randint(0, length)
            end = min(length, start + self.random.choice((1, 1, 2, 5, 20, 60)))
            return [Stretch(slots[first], start, end)]
        found = []
        for number in range(first, last + 1):
            length = self.replica.length(slots[number])
            start = self.random.randint(0, length) if number == first else 0
            end = self.random.randint(0, length) if number == last else length
            found.append(Stretch(slots[number], start, end))
        return found

    def cell(self) -> str | None:
        cells = [
            cell.slot
            for node in self.replica.nodes()
            if isinstance(node, TableNode)
            for row in node.rows
            for cell in row.cells
        ]
        return self.random.choice(cells) if cells else None

    def do(self, operations: Sequence[str]) -> str:
        """One random operation; gives its name."""
        name = self.random.choice(operations)
        self.log.append((self.replica.identity.author, name, self.replica.suggesting))
        try:
            getattr(self, f"do_{name}")()
        except ReplicaError:
            self.refused += 1
        return name

    def do_type(self) -> None:
        place = self.place()
        new = self.replica.insert(place, words(self.random, self.alphabet))
        assert new is None or new.offset <= self.replica.length(new.slot) - 1

    def do_burst(self) -> None:
        place: Place | None = self.place()
        with self.replica.undo_group():
            for character in words(self.random, self.alphabet):
                if place is not None:
                    place = self.replica.insert(place, character)

    def do_enter(self) -> None:
        self.replica.enter(self.place())

    def do_paste(self) -> None:
        lines = [words(self.random, self.alphabet) for _ in range(self.random.choice((2, 3, 8)))]
        self.replica.insert(self.place(), "\r\n".join(lines))

    def do_backspace(self) -> None:
        place = self.place()
        if place.offset:
            self.replica.delete([Stretch(place.slot, place.offset - 1, place.offset)])

    def do_erase(self) -> None:
        stretches = self.stretches()
        self.log.append(stretches)
        caret = self.replica.delete(stretches, self.random.random() < 0.3)
        if caret is not None and caret.slot in self.replica.slots():
            assert 0 <= caret.offset <= self.replica.length(caret.slot) - 1

    def do_replace(self) -> None:
        caret = self.replica.replace(self.stretches(), words(self.random, self.alphabet))
        if caret is not None:
            assert 0 <= caret.offset <= self.replica.length(caret.slot) - 1

    def do_format(self) -> None:
        key = self.random.choice(("bold", "italic", "underline"))
        self.replica.format(self.stretches(), key, self.random.choice((True, False, None)))

    def do_style(self) -> None:
        key, values = self.random.choice(
            (("p:style", ("H1", "H2", "Body", None)), ("p:num", ("1", "")), ("p:lvl", (0, 1, None)))
        )
        self.replica.set_paragraph(self.stretches(), key, self.random.choice(values))

    def do_comment(self) -> None:
        self.replica.comment(self.stretches(), "why?")

    def do_answer(self) -> None:
        if self.replica.comments:
            note = self.random.choice(self.replica.comments)
            act: Callable[[], object] = self.random.choice(
                (
                    lambda: self.replica.reply(note.id, "because"),
                    lambda: self.replica.resolve_comment(note.id),
                    lambda: self.replica.remove_comment(note.id),
                )
            )
            act()

    def do_undo(self) -> None:
        self.replica.undo()

    def do_redo(self) -> None:
        self.replica.redo()

    def do_accept(self) -> None:
        self.replica.accept(self.selection())

    def do_reject(self) -> None:
        self.replica.reject(self.selection())

    def selection(self) -> Selection:
        ids = sorted(self.replica.revisions)
        return self.random.choice(
            (
                Selection(),
                Selection(author="A"),
                Selection(author="B"),
                Selection(ids=frozenset(id for id in ids if self.random.random() < 0.5)),
            )
        )

    def do_gradual(self) -> None:
        """A large deed, text by text."""
        gradually = self.replica.gradually
        deed = self.random.choice(
            (
                lambda: gradually.accept(self.selection()),
                lambda: gradually.reject(self.selection()),
                lambda: gradually.format(self.stretches(), "bold", self.random.choice((True, None))),
                lambda: gradually.delete(self.stretches()),
                lambda: gradually.replace(self.stretches(), words(self.random, self.alphabet)),
            )
        )
        for _ in deed():
            self.check()

    def do_mode(self) -> None:
        self.replica.suggesting = not self.replica.suggesting

    def do_move(self) -> None:
        slots = self.replica.slots()
        self.replica.move_section(self.random.choice(slots), self.random.choice([*slots, None]))

    def _on_cell(self, act: Callable[[str], object]) -> None:
        cell = self.cell()
        if cell is not None:
            act(cell)

    def do_row(self) -> None:
        self._on_cell(lambda cell: self.replica.insert_row(cell, self.random.random() < 0.5))

    def do_rowless(self) -> None:
        self._on_cell(lambda cell: self.replica.delete_rows([cell]))

    def do_column(self) -> None:
        self._on_cell(lambda cell: self.replica.insert_column(cell, self.random.random() < 0.5))

    def do_columnless(self) -> None:
        self._on_cell(self.replica.delete_column)

    def do_right(self) -> None:
        self._on_cell(self.replica.merge_right)

    def do_down(self) -> None:
        self._on_cell(self.replica.merge_down)

    def do_split(self) -> None:
        self._on_cell(self.replica.split_cell)

    def do_table(self) -> None:
        self.replica.new_table(
            self.random.choice(self.replica.slots()), self.random.randint(1, 3), self.random.randint(1, 3)
        )

    def do_beside(self) -> None:
        self._on_cell(lambda cell: self.replica.paragraph_beside(cell, self.random.random() < 0.5))


WORDS = (
    ("type",) * 6
    + ("burst",) * 2
    + ("backspace",) * 4
    + ("enter",) * 3
    + ("erase",) * 4
    + ("replace", "paste", "paste")
)
LOOKS = ("format", "format", "style", "style", "comment", "answer")
STEPS = ("undo", "undo", "redo")
DECISIONS = ("accept", "reject")
TABLES = ("row", "row", "rowless", "column", "columnless", "right", "down", "split", "table", "beside")
EVERYTHING = (*WORDS, *LOOKS, *STEPS, *DECISIONS, *TABLES, "mode", "mode", "move")
SUGGESTIONS = (*WORDS, *STEPS)

CLOCK = datetime(2026, 1, 1, tzinfo=UTC)


def replica_of(text: ContractText, author: str = "A", peer: int = 1) -> Replica:
    return Replica.create(text, identity=Identity(author), clock=ManualClock(CLOCK), peer=peer)


def opened(snapshot: bytes, author: str, peer: int) -> Replica:
    return Replica.open(snapshot, identity=Identity(author), clock=ManualClock(CLOCK), peer=peer)


def desks(text: ContractText, random_: random.Random, names: str, suggesting: bool | None = None) -> list[Desk]:
    """One desk a name over one contract; ``suggesting`` None leaves it to chance."""
    base = replica_of(text, "base", 99)
    snapshot = base.snapshot()
    base.close()
    found = []
    for number, name in enumerate(names):
        replica = opened(snapshot, name, 100 + number)
        replica.suggesting = random_.random() < 0.5 if suggesting is None else suggesting
        found.append(Desk(replica, random_))
    return found


def exchange(first: Replica, second: Replica) -> None:
    """Both learn what the other knows; what they set right while learning goes on to the other as well."""
    while True:
        to_second, to_first = first.updates_since(second.version()), second.updates_since(first.version())
        second.import_updates(to_second)
        first.import_updates(to_first)
        if first.version() == second.version() or first.frontier() == second.frontier():
            return
