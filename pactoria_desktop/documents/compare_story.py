"""Compares a story (the main text, a header, a note) with its other version: paragraphs and tables in their order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pactoria_desktop.contract.alignment import Pair, equal_pairs, similar_pairs
from pactoria_desktop.contract.lines import accepted, is_hidden
from pactoria_desktop.contract.rewriting import rewrite
from pactoria_desktop.contract.text import Marks, Paragraph, Section, TableSection, TextSection
from pactoria_desktop.documents.compare_cuts import cuts_of
from pactoria_desktop.documents.compare_flow import rewritten, steps_between
from pactoria_desktop.documents.compare_lines import Flow
from pactoria_desktop.documents.compare_setting import Setting
from pactoria_desktop.documents.compare_tables import (
    compared_table,
    has_rows,
    new_table,
    struck_table,
    table_code,
    table_key,
)


@dataclass(slots=True)
class _Block:
    """A line or a table of a story. ``flow`` is None for a table; ``place`` counts lines of the flow, or sections."""

    flow: Flow | None
    place: int
    table: TableSection | None
    key: object
    gone: bool = False


@dataclass(slots=True)
class _Side:
    """The blocks and flows of a story; ``held`` are tables that are not seen, after the newline with these marks."""

    blocks: list[_Block]
    flows: list[Flow | TableSection]
    held: list[tuple[Marks, TableSection]]


def compared_story(setting: Setting, old: Sequence[Section], new: Sequence[Section], part: str) -> list[Section]:
    """OLD's sections of one part with the changes to NEW's marked in them."""
    keeps_last = part != "main"
    left = _side(setting, old, new=False, keeps_last=keeps_last)
    right = _side(setting, new, new=True, keeps_last=keeps_last)
    return _StoryWriter(setting, left, right, part, keeps_last).written(old)


def _side(setting: Setting, sections: Sequence[Section], *, new: bool, keeps_last: bool) -> _Side:
    side = _Side([], [], [])
    group: list[Section] = []
    for section in sections:
        if isinstance(section, TextSection) or has_rows(setting, section, new=new):
            if group and isinstance(section, TextSection) != isinstance(group[-1], TextSection):
                _add_group(side, setting, group, new, keeps_last=False)
                group = []
            group.append(section)
        elif group and isinstance(group[-1], TextSection):
            side.held.append((group[-1].paragraphs[-1].marks, section))
        elif not new:
            _add_group(side, setting, group, new, keeps_last=False)
            group = []
            side.flows.append(section)
            side.blocks.append(_Block(None, 0, section, ("gone", section.id), gone=True))
    _add_group(side, setting, group, new, keeps_last=keeps_last)
    return side


def _add_group(side: _Side, setting: Setting, group: Sequence[Section], new: bool, *, keeps_last: bool) -> None:
    """Add text sections that follow each other as one flow, or tables one by one."""
    paragraphs: list[Paragraph] = []
    joins: set[int] = set()
    for section in group:
        if isinstance(section, TextSection):
            paragraphs += section.paragraphs
            if any(marks is section.paragraphs[-1].marks for marks, _ in side.held):
                joins.add(len(paragraphs) - 1)
        else:
            side.flows.append(section)
            side.blocks.append(_Block(None, 0, section, ("table", table_key(setting, section, new=new))))
    if paragraphs:
        flow = Flow.of(paragraphs, setting, new=new, keeps_last=keeps_last, joins=joins)
        side.flows.append(flow)
        side.blocks += [_Block(flow, place, None, line.key) for place, line in enumerate(flow.lines)]


class _StoryWriter:
    def __init__(self, setting: Setting, old: _Side, new: _Side, part: str, keeps_last: bool) -> None:
        self.setting = setting
        self.old = old
        self.new = new
        self.part = part
        self.keeps_last = keeps_last
        self.out: list[list[Paragraph] | TableSection] = []
        self._reached: dict[int, int] = {}
        self._at_flow = 0

    def written(self, sections: Sequence[Section]) -> list[Section]:
        for (low, high), (other_low, other_high), tables in self._pieces():
            if tables:
                self._table(low if high > low else None, other_low if other_high > other_low else None)
            else:
                self._text(range(low, high), range(other_low, other_high))
        self._flush(len(self.old.flows))
        return self._sections(sections)

    # ---- pieces: block ranges of both sides, and whether they are tables
    def _pieces(self) -> Iterator[tuple[Pair, Pair, bool]]:
        old, new = self.old.blocks, self.new.blocks
        low = other_low = 0
        for high, other_high in [*self._table_pairs(), (len(old), len(new))]:
            yield from self._between(low, high, other_low, other_high)
            if high < len(old):
                yield (high, high + 1), (other_high, other_high + 1), True
            low, other_low = high + 1, other_high + 1

    def _table_pairs(self) -> list[Pair]:
        """Tables that belong together: equal ones by their place in the whole story, then similar ones between."""
        old, new = self.old.blocks, self.new.blocks
        if not any(block.table for block in old) or not any(block.table for block in new):
            return []
        equal = equal_pairs([block.key for block in old], [block.key for block in new])
        found: list[Pair] = []
        low = other_low = 0
        for high, other_high in [*equal, (len(old), len(new))]:
            tables = [place for place in range(low, high) if old[place].table and not old[place].gone]
            others = [place for place in range(other_low, other_high) if new[place].table]
            if tables and others:
                left = [table_code(self.setting, old[place].table, new=False) for place in tables]
                right = [table_code(self.setting, new[place].table, new=True) for place in others]
                pairs = similar_pairs(left, right, least=0.3)
                if not pairs and len(tables) == len(others):
                    pairs = [(place, place) for place in range(len(tables))]
                found += [(tables[a], others[b]) for a, b in pairs]
            if high < len(old) and old[high].table:
                found.append((high, other_high))
            low, other_low = high + 1, other_high + 1
        return found

    def _between(self, low: int, high: int, other_low: int, other_high: int) -> Iterator[tuple[Pair, Pair, bool]]:
        """Blocks between two paired tables; unpaired tables of either side part the lines."""
        old, new = self.old.blocks, self.new.blocks
        walls = [place for place in range(low, high) if old[place].table]
        other_walls = [place for place in range(other_low, other_high) if new[place].table]
        if not walls and not other_walls:
            yield (low, high), (other_low, other_high), False
            return
        pairs = self._line_pairs(low, high, other_low, other_high)
        at, other_at = low, other_low
        for place, is_old in self._ordered(walls, other_walls, pairs):
            if is_old:
                stop = max([other + 1 for one, other in pairs if one < place], default=other_at)
                stop = max(stop, other_at)
                if stop == other_at and place > at:
                    stop = self._lent(other_at, pairs, place, other_walls, other_high)
                yield (at, place), (other_at, stop), False
                yield (place, place + 1), (stop, stop), True
                at, other_at = place + 1, stop
            else:
                stop = max([one + 1 for one, other in pairs if other < place], default=at)
                stop = max(stop, at)
                yield (at, stop), (other_at, place), False
                yield (stop, stop), (place, place + 1), True
                at, other_at = stop, place + 1
        yield (at, high), (other_at, other_high), False

    @staticmethod
    def _rank(place: int, pairs: Sequence[Pair], side: int) -> int:
        return sum(1 for pair in pairs if pair[side] < place)

    def _ordered(self, walls: list[int], other_walls: list[int], pairs: Sequence[Pair]) -> list[tuple[int, bool]]:
        """Walls of both sides in an order that never crosses a pair of lines."""
        ranked = [(self._rank(wall, pairs, 0), wall, True) for wall in walls]
        ranked += [(self._rank(wall, pairs, 1), wall, False) for wall in other_walls]
        ranked.sort(key=lambda wall: (wall[0], not wall[2], wall[1]))
        return [(wall, is_old) for _, wall, is_old in ranked]

    @staticmethod
    def _lent(other_at: int, pairs: Sequence[Pair], place: int, other_walls: Sequence[int], other_high: int) -> int:
        """A line of NEW for lines of OLD that have no partner, where one is free before the next pair or table."""
        limit = min([other for one, other in pairs if one > place], default=other_high)
        limit = min([limit, *[wall for wall in other_walls if wall >= other_at]])
        return min(other_at + 1, limit) if limit > other_at else other_at

    def _line_pairs(self, low: int, high: int, other_low: int, other_high: int) -> list[Pair]:
        """Equal and similar lines between walls, as block places."""
        old, new = self.old.blocks, self.new.blocks
        equal = equal_pairs([block.key for block in old[low:high]], [block.key for block in new[other_low:other_high]])
        found: list[Pair] = []
        at, other_at = low, other_low
        for step, other_step in [*equal, (high - low, other_high - other_low)]:
            stop, other_stop = low + step, other_low + other_step
            left = [place for place in range(at, stop) if old[place].flow is not None]
            right = [place for place in range(other_at, other_stop) if new[place].flow is not None]
            codes = [self._line_code(old[place]) for place in left]
            other_codes = [self._line_code(new[place]) for place in right]
            found += [(left[a], right[b]) for a, b in similar_pairs(codes, other_codes)]
            if stop < high:
                found.append((stop, other_stop))
            at, other_at = stop + 1, other_stop + 1
        return found

    def _line_code(self, block: _Block) -> str:
        if block.flow is None:
            return ""
        return self.setting.vocabulary.code(block.flow.lines[block.place].text.split(" "))

    # ---- writing
    def _flush(self, upto: int) -> None:
        """Write what is left of OLD's flows before this one: struck earlier, or not seen."""
        while self._at_flow < upto:
            self._flush_one()

    def _flush_one(self) -> None:
        flow = self.old.flows[self._at_flow]
        if isinstance(flow, TableSection):
            if self._at_flow not in self._reached:
                self.out.append(flow)
        else:
            rest = list(flow.paragraphs[self._reached.get(self._at_flow, 0) :])
            if rest:
                self.out.append(rest)
        self._at_flow += 1

    def _flow_number(self, wanted: Flow | TableSection) -> int:
        number = self._at_flow
        while self.old.flows[number] is not wanted:
            number += 1
        return number

    def _text(self, blocks: range, others: range) -> None:
        """Lines of at most one flow of OLD (flows are parted by tables) and of one flow of NEW."""
        olds = [self.old.blocks[place] for place in blocks]
        news = [self.new.blocks[place] for place in others]
        new_flow = news[0].flow if news else None
        if not olds:
            if new_flow is not None:
                places = range(news[0].place, news[-1].place + 1)
                self.out.append(self._inserted(new_flow, places))
            return
        flow = olds[0].flow
        if flow is None:
            return
        number = self._flow_number(flow)
        self._flush(number)
        lines = range(olds[0].place, olds[-1].place + 1)
        other_lines = range(news[0].place, news[-1].place + 1) if news else range(0)
        other = new_flow if new_flow is not None else flow
        for piece, other_piece in cuts_of(self.setting, flow, other, lines, other_lines):
            start = self._reached.get(number, 0)
            stop = flow.lines[piece.stop - 1].last + 1
            self._reached[number] = stop
            self.out.append(rewritten(self.setting, flow, other, piece, other_piece, start, stop))

    def _inserted(self, flow: Flow, lines: range) -> list[Paragraph]:
        empty = Flow((), [], self.setting.old_view, False, [])
        steps = steps_between(self.setting, empty, flow, range(0), lines)
        return rewrite((), steps, self.setting.register, self.setting.objects_material())

    def _table(self, place: int | None, other: int | None) -> None:
        old = self.old.blocks[place].table if place is not None else None
        new = self.new.blocks[other].table if other is not None else None
        if old is None:
            if new is not None:
                self.out.append(new_table(self.setting, new, self.part))
            return
        number = self._flow_number(old)
        self._flush(number)
        self._reached[number] = 1
        self._at_flow = number + 1
        if place is not None and self.old.blocks[place].gone:
            self.out.append(old)
        elif new is None:
            self._part_from_struck_table()
            self.out.append(struck_table(self.setting, old))
        else:
            self.out.append(compared_table(self.setting, old, new))

    def _part_from_struck_table(self) -> None:
        """Words whose paragraph's end was struck earlier stand by themselves while a table follows. Once it goes, they
        would join what comes behind it: a new end keeps them apart."""
        before = self.out[-1] if self.out else None
        if not isinstance(before, list) or not before or accepted(before[-1].marks):
            return
        start = next((at + 1 for at in range(len(before) - 2, -1, -1) if accepted(before[at].marks)), 0)
        if not any(accepted(span.marks) and not is_hidden(span) for one in before[start:] for span in one.spans):
            return
        last = before[-1]
        looks = {key: value for key, value in last.marks.items() if key in ("p:props", "p:style", "p:num", "p:lvl")}
        name = self.setting.register.new("insertion", self.setting.author)
        before[-1:] = [Paragraph(last.spans, {**looks, f"ins:{name}": {"d": 0}}), Paragraph((), last.marks)]

    def _sections(self, sections: Sequence[Section]) -> list[Section]:
        """The pieces as sections; text keeps the ids of OLD's text sections in order, new ones get ids of their own."""
        names = [section.id for section in sections if isinstance(section, TextSection)]
        out: list[Section] = []
        paragraphs: list[Paragraph] = []

        def close() -> None:
            if paragraphs:
                name = names.pop(0) if names else f"{self.part}-{len(out)}-new"
                out.append(TextSection(name, tuple(paragraphs), self.part))
                paragraphs.clear()

        held: dict[str, list[TableSection]] = {}
        for marks, table in self.old.held:
            held.setdefault(str(marks.get("p:src", "")), []).append(table)
        for piece in self.out:
            if isinstance(piece, TableSection):
                close()
                out.append(piece if piece.part == self.part else replace(piece, part=self.part))
                continue
            for paragraph in piece:
                paragraphs.append(paragraph)
                tables = held.pop(str(paragraph.marks.get("p:src", "")), None) if held else None
                if tables:
                    close()
                    out += tables
        close()
        return out + [table for tables in held.values() for table in tables]
