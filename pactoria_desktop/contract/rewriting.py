"""Writes steps (keep, strike, put) onto marked paragraphs as tracked changes; earlier marks stay as they are.

The rules are those of research/revisions.md: a new deletion is the innermost mark and an insertion never joins another
author's; things without width stay in place; words never come to stand inside a field that ends before them; a field
whose words are all struck is struck with its codes.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pactoria_desktop.contract.lines import View, accepted, is_hidden
from pactoria_desktop.contract.text import NESTED_KINDS, Marks, MarkValue, Material, Paragraph, Revision, Span, kind_of


@dataclass(frozen=True, slots=True)
class Author:
    """Whose change it is, and when it was made (as Word writes dates; "" for none)."""

    name: str
    date: str


@dataclass(frozen=True, slots=True)
class Newline:
    """The end of a new paragraph with its paragraph marks (``p:props`` and what is laid over it)."""

    marks: Marks


@dataclass(frozen=True, slots=True)
class Anchor:
    """A thing without width that is put without being tracked itself, such as the start of a move."""

    span: Span


@dataclass(frozen=True, slots=True)
class Keep:
    """Leave ``count`` seen characters (a newline is one). ``run`` gives them other run properties, as tracked format;
    ``paragraph`` gives the newline among them (then the only character) other paragraph properties."""

    count: int
    run: str | None = None
    paragraph: str | None = None
    author: Author | None = None


@dataclass(frozen=True, slots=True)
class Strike:
    """Strike ``count`` seen characters. ``moved`` names a move: its words are marked as moved away."""

    count: int
    author: Author
    moved: str = ""


@dataclass(frozen=True, slots=True)
class Put:
    """New words before what comes next. Spans carry ``run``, ``obj`` and ``fld:`` marks of their own; ``in_field`` says
    that they are part of the field they come to stand in."""

    content: tuple[Span | Newline | Anchor, ...]
    author: Author
    in_field: bool = False
    moved: str = ""
    comment: str = ""


Step = Keep | Strike | Put


class Register:
    """Makes the ids of new revisions and remembers what they are. Ids are the same for the same comparison."""

    def __init__(self, taken: Mapping[str, Revision], prefix: str = "c") -> None:
        self._taken = taken
        self._prefix = prefix
        self._count = 0
        self.made: dict[str, Revision] = {}

    def new(self, kind: str, author: Author) -> str:
        """A new revision of this kind (see ``Revision.kind``)."""
        while True:
            self._count += 1
            name = f"{self._prefix}{self._count}"
            if name not in self._taken:
                break
        self.made[name] = Revision(name, kind, author.name, author.date)
        return name


def depth_after(marks: Marks) -> int:
    """The depth of a mark laid innermost over these."""
    depths = [
        value["d"]
        for key, value in marks.items()
        if kind_of(key) in NESTED_KINDS and isinstance(value, dict) and isinstance(value.get("d"), int)
    ]
    return 1 + max((depth for depth in depths if isinstance(depth, int)), default=-1)


def struck(marks: Marks, name: str, kind: str = "del") -> dict[str, MarkValue]:
    """These marks with a deletion laid over them that names the insertions it is aimed at."""
    out: dict[str, MarkValue] = dict(marks)
    value: dict[str, object] = {"d": depth_after(marks)}
    if kind == "del":
        value["over"] = [key.partition(":")[2] for key in marks if kind_of(key) == "ins"]
    out[f"{kind}:{name}"] = value
    return out


def put_marks(before: Marks | None, after: Marks | None) -> dict[str, MarkValue]:
    """The marks that a place between two characters gives to what is written there: containers and fields of both."""
    if before is None or after is None:
        return {}
    shared = {key: value for key, value in before.items() if key in after}
    boxes = [value["d"] for key, value in shared.items() if kind_of(key) == "box" and isinstance(value, dict)]
    deepest = max((depth for depth in boxes if isinstance(depth, int)), default=-1)
    out: dict[str, MarkValue] = {}
    for key, value in shared.items():
        kind = kind_of(key)
        if kind in ("fld", "comment"):
            out[key] = value
        elif kind in NESTED_KINDS and isinstance(value, dict):
            depth = value.get("d")
            if isinstance(depth, int) and depth <= deepest:
                out[key] = value
    return out


def _fields(marks: Marks | None) -> set[str]:
    return {key for key in marks if key.startswith("fld:")} if marks else set()


Item = Span | Paragraph


class _Pen:
    """Walks over marked paragraphs, spans and newlines alike (a paragraph stands for its newline), and writes anew."""

    def __init__(self, paragraphs: Sequence[Paragraph], view: View, endings: Collection[int]) -> None:
        self._view = view
        self._ahead: deque[tuple[Item, bool]] = deque()
        self._source = self._items(paragraphs, endings)
        self._spans: list[Span] = []
        self.written: list[Paragraph] = []

    def _items(self, paragraphs: Sequence[Paragraph], endings: Collection[int]) -> Iterator[tuple[Item, bool]]:
        """Each item with whether it is seen."""
        for index, paragraph in enumerate(paragraphs):
            for span in paragraph.spans:
                yield span, self._view(span.marks) and not is_hidden(span)
            yield paragraph, self._view(paragraph.marks) or index in endings

    # ---- reading
    def peek(self) -> tuple[Item | None, bool]:
        """The next item and whether it is seen."""
        if not self._ahead:
            following = next(self._source, None)
            if following is None:
                return None, True
            self._ahead.append(following)
        return self._ahead[0]

    def take(self) -> Item | None:
        item, _ = self.peek()
        if item is not None:
            self._ahead.popleft()
        return item

    def seen(self, count: int) -> Iterator[Item]:
        """The next ``count`` seen characters as spans or newlines; what is unseen between is copied."""
        while count:
            item, seen = self.peek()
            if item is None:
                return
            self._ahead.popleft()
            if not seen:
                self.copy(item)
                continue
            if isinstance(item, Span):
                if len(item.text) > count:
                    self._ahead.appendleft((Span(item.text[count:], item.marks), True))
                    item = Span(item.text[:count], item.marks)
                count -= len(item.text)
            else:
                count -= 1
            yield item

    def unseen_ahead(self) -> list[tuple[Item, bool]]:
        """The unseen items before the next seen one, taken."""
        found: list[tuple[Item, bool]] = []
        while True:
            item, seen = self.peek()
            if item is None or seen:
                return found
            found.append(self._ahead.popleft())

    def give_back(self, items: Sequence[tuple[Item, bool]]) -> None:
        self._ahead.extendleft(reversed(items))

    # ---- writing
    def copy(self, item: Item) -> None:
        if isinstance(item, Span):
            self.write(item)
        else:
            self.end(item.marks)

    def write(self, span: Span) -> None:
        last = self._spans[-1] if self._spans else None
        if last is not None and last.marks == span.marks and not is_hidden(span) and "obj" not in span.marks:
            self._spans[-1] = Span(last.text + span.text, last.marks)
        else:
            self._spans.append(span)

    def end(self, marks: Marks) -> None:
        self.written.append(Paragraph(tuple(self._spans), marks))
        self._spans = []

    def last_marks(self) -> Marks | None:
        return self._spans[-1].marks if self._spans else None

    def leave_fields(self) -> None:
        """Copy what ends the fields that the last character stands in and the next seen one does not."""
        inside = _fields(self.last_marks())
        if not inside:
            return
        passed = self.unseen_ahead()
        item, _ = self.peek()
        leaving = inside - (_fields(item.marks) if isinstance(item, Span) else set())
        upto = 0
        for place, (one, _) in enumerate(passed, 1):
            if not isinstance(one, Span):
                break
            if leaving & _fields(one.marks):
                upto = place
        for one, _ in passed[:upto]:
            self.copy(one)
        self.give_back(passed[upto:])

    def leave_others(self, content: Sequence[Span | Newline | Anchor]) -> None:
        """Copy what someone else put at this very place, so that two insertions follow each other whole."""
        passed = self.unseen_ahead()
        rivals = [place for place, (one, _) in enumerate(passed, 1) if accepted(one.marks) and not self._hides(one)]
        ends = [place for place in rivals if isinstance(passed[place - 1][0], Paragraph)]
        if not rivals:
            upto = 0
        elif not ends:
            upto = rivals[-1]
        elif not self._spans:
            upto = ends[-1]
        elif any(isinstance(item, Newline) for item in content):
            upto = rivals[-1]
        else:
            upto = ends[0] - 1
        for one, _ in passed[:upto]:
            self.copy(one)
        self.give_back(passed[upto:])

    @staticmethod
    def _hides(item: Item) -> bool:
        return isinstance(item, Span) and is_hidden(item)


def rewrite(
    paragraphs: Sequence[Paragraph],
    steps: Sequence[Step],
    register: Register,
    material: Material,
    view: View = accepted,
    endings: Collection[int] = (),
) -> list[Paragraph]:
    """The paragraphs after the steps. What the steps do not reach is kept.

    ``endings`` are the indices of paragraphs that end a line of the view, although their newline may be struck.
    """
    pen = _Pen(paragraphs, view, endings)
    fresh: set[str] = set()
    last_strike: Strike | None = None
    strike_marks: Marks | None = None
    for step in steps:
        if isinstance(step, Keep):
            _keep(pen, step, register)
            last_strike = strike_marks = None
        elif isinstance(step, Strike):
            kind, revision = ("moveFrom", "move_from") if step.moved else ("del", "deletion")
            name = register.new(revision, step.author)
            fresh.add(f"{kind}:{name}")
            for item in pen.seen(step.count):
                if isinstance(item, Span):
                    pen.write(Span(item.text, struck(item.marks, name, kind)))
                    strike_marks = item.marks
                else:
                    pen.end(struck(item.marks, name, kind))
                    strike_marks = None
            last_strike = step
        else:
            _put(pen, step, register, strike_marks if last_strike is not None else None)
    while (rest := pen.take()) is not None:
        pen.copy(rest)
    return _strike_whole_fields(pen.written, fresh, material)


def _keep(pen: _Pen, step: Keep, register: Register) -> None:
    name = ""
    for item in pen.seen(step.count):
        if isinstance(item, Span):
            old = item.marks.get("run")
            formatted = any(key.startswith("fmt:") for key in item.marks)
            if step.run is None or step.author is None or old == step.run or formatted:
                pen.write(item)
                continue
            name = name or register.new("format", step.author)
            pen.write(Span(item.text, {**item.marks, "run": step.run, f"fmt:{name}": {"run": old}}))
        elif step.paragraph is None or step.author is None or any(key.startswith("pfmt:") for key in item.marks):
            pen.end(item.marks)
        else:
            name = name or register.new("paragraph_format", step.author)
            old_values: dict[str, object] = {"props": item.marks.get("p:props")}
            marks = {key: value for key, value in item.marks.items() if key not in ("p:style", "p:num", "p:lvl")}
            old_values.update({key: item.marks[key] for key in ("p:style", "p:num", "p:lvl") if key in item.marks})
            pen.end({**marks, "p:props": step.paragraph, f"pfmt:{name}": old_values})


def _put(pen: _Pen, step: Put, register: Register, replaced: Marks | None) -> None:
    if not step.in_field:
        pen.leave_fields()
    kind, revision = ("moveTo", "move_to") if step.moved else ("ins", "insertion")
    name = register.new(revision, step.author)
    pen.leave_others(step.content)
    following, _ = pen.peek()
    after = following.marks if isinstance(following, Span) else None
    shared = put_marks(pen.last_marks(), replaced if replaced is not None else after)
    if not step.in_field:
        shared = {key: value for key, value in shared.items() if not key.startswith("fld:") or key in (after or {})}
    comment: dict[str, MarkValue] = {f"comment:{step.comment}": True} if step.comment else {}
    for item in step.content:
        if isinstance(item, Span):
            marks = {**shared, **item.marks, **comment}
            marks[f"{kind}:{name}"] = {"d": depth_after(marks)}
            pen.write(Span(item.text, marks))
        elif isinstance(item, Anchor):
            pen.write(item.span)
        else:
            pen.end({**item.marks, f"{kind}:{name}": {"d": 0}})


def _strike_whole_fields(paragraphs: list[Paragraph], fresh: set[str], material: Material) -> list[Paragraph]:
    """Strike the codes of fields that were struck from begin to end."""
    names: dict[str, list[bool]] = {}
    roles: dict[str, set[str]] = {}
    cause: dict[str, str] = {}
    for paragraph in paragraphs:
        for span in paragraph.spans:
            for field in _fields(span.marks):
                if is_hidden(span):
                    known = material.objects.get(str(span.marks["obj"]))
                    roles.setdefault(field, set()).add(known.role if known is not None else "")
                    continue
                by = next((key for key in span.marks if key in fresh), None)
                if by is not None:
                    cause[field] = by
                if by is not None or not accepted(span.marks):
                    names.setdefault(field, []).append(True)
                else:
                    names.setdefault(field, []).append(False)
    whole = {
        field: cause[field]
        for field, gone in names.items()
        if all(gone) and field in cause and {"fldChar:begin", "fldChar:end"} <= roles.get(field, set())
    }
    if not whole:
        return paragraphs
    out = []
    for paragraph in paragraphs:
        spans = []
        for span in paragraph.spans:
            by = next((whole[field] for field in _fields(span.marks) if field in whole), None)
            if by is not None and is_hidden(span) and accepted(span.marks):
                spans.append(Span(span.text, struck(span.marks, by.partition(":")[2], kind_of(by))))
            else:
                spans.append(span)
        out.append(Paragraph(tuple(spans), paragraph.marks))
    return out
