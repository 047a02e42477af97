"""Compares one flow of paragraphs with another and says, as steps, how the first becomes the second.

A flow is paragraphs that follow each other with no table between: the words between two tables, a cell, a note.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from pactoria_desktop.contract.alignment import Pair, equal_pairs, similar_pairs
from pactoria_desktop.contract.difference import Change, changes_between, changes_by_parts, marked_length
from pactoria_desktop.contract.lines import Line, View, is_hidden, lines_of, seen_spans, tokens_of
from pactoria_desktop.contract.rewriting import Author, Keep, Newline, Put, Step, Strike, rewrite
from pactoria_desktop.contract.text import Paragraph, Span
from pactoria_desktop.documents.compare_setting import Setting, Tracked

_LINE_SHARE = 1.03

Profile = tuple[tuple[int, str], ...]


@dataclass(slots=True)
class Flow:
    """Paragraphs that follow each other, and the lines that are seen of them."""

    paragraphs: Sequence[Paragraph]
    lines: list[Line]
    view: View
    new: bool
    endings: list[int]
    _profiles: dict[int, Profile] = field(default_factory=dict)
    _annotations: "dict[int, Annotations]" = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        paragraphs: Sequence[Paragraph],
        setting: Setting,
        *,
        new: bool,
        keeps_last: bool = False,
        joins: Collection[int] = (),
    ) -> "Flow":
        view = setting.new_view if new else setting.old_view
        signature = setting.new_signature if new else setting.old_signature
        ends = {number for number, one in enumerate(paragraphs) if setting.ends_section(one.marks, new=new)}
        lines = lines_of(paragraphs, view, signature, keeps_last=keeps_last, joins=ends.union(joins))
        return cls(paragraphs, lines, view, new, [line.last for line in lines if not view(line.ending)])

    def profile(self, index: int) -> Profile:
        """The run keys of a line's words: (length, key), in order."""
        known = self._profiles.get(index)
        if known is None:
            joined: list[tuple[int, str]] = []
            for span in seen_spans(self.paragraphs, self.lines[index], self.view):
                key = str(span.marks.get("run", ""))
                if joined and joined[-1][1] == key:
                    joined[-1] = (joined[-1][0] + len(span.text), key)
                else:
                    joined.append((len(span.text), key))
            known = self._profiles[index] = tuple(joined)
        return known

    def annotations(self, index: int, tracked: Tracked) -> "Annotations":
        """What the new tracked changes of a line put and strike."""
        known = self._annotations.get(index)
        if known is None:
            known = self._annotations[index] = Annotations.of(self, index, tracked)
        return known

    def spans(self, index: int) -> list[Span]:
        """The seen spans of a line."""
        return list(seen_spans(self.paragraphs, self.lines[index], self.view))


@dataclass(slots=True)
class Annotations:
    """The new tracked changes of one line of NEW, at offsets of the line as it was before them.

    ``puts`` holds (offset, words or a newline, author) in order, ``strikes`` (start, end, author); ``newline`` is who
    struck the line's end. ``done`` counts the puts that were written.
    """

    puts: list[tuple[int, Span | Newline, Author]]
    strikes: list[tuple[int, int, Author]]
    newline: Author | None
    done: int = 0

    @classmethod
    def of(cls, flow: Flow, index: int, tracked: Tracked) -> "Annotations":
        line = flow.lines[index]
        puts: list[tuple[int, Span | Newline, Author]] = []
        strikes: list[tuple[int, int, Author]] = []
        at = 0
        for number in range(line.first, line.last + 1):
            paragraph = flow.paragraphs[number]
            for span in paragraph.spans:
                if is_hidden(span):
                    continue
                if flow.view(span.marks):
                    by = tracked.struck_by(span.marks)
                    if by is not None:
                        strikes.append((at, at + len(span.text), by))
                    at += len(span.text)
                elif (by := tracked.put_by(span.marks)) is not None:
                    puts.append((at, span, by))
            if not flow.view(paragraph.marks) and (by := tracked.put_by(paragraph.marks)) is not None:
                puts.append((at, Newline(paragraph.marks), by))
        return cls(puts, strikes, tracked.struck_by(line.ending))

    def struck(self, start: int, end: int) -> list[tuple[int, Author | None]]:
        """The stretch as lengths, each with who struck it."""
        out: list[tuple[int, Author | None]] = []
        at = start
        for low, high, by in self.strikes:
            low, high = max(low, start), min(high, end)
            if low < high:
                if low > at:
                    out.append((low - at, None))
                out.append((high - low, by))
                at = high
        if at < end:
            out.append((end - at, None))
        return out

    def due(self, offset: int) -> list[tuple[int, Span | Newline, Author]]:
        """The puts up to an offset that were not written yet."""
        low = self.done
        while self.done < len(self.puts) and self.puts[self.done][0] <= offset:
            self.done += 1
        return self.puts[low : self.done]

    def next_put(self, offset: int, end: int) -> int:
        """Where the next unwritten put after an offset is, at most ``end``."""
        return min(self.puts[self.done][0], end) if self.done < len(self.puts) else end


def rewritten(
    setting: Setting, old: Flow, new: Flow, old_lines: range, new_lines: range, start: int, stop: int
) -> list[Paragraph]:
    """Marked paragraphs ``start`` to ``stop`` of OLD's flow, which hold the lines, with the changes to NEW's lines."""
    writer = _Rewriter(setting, old, start, stop)
    line, inside = old_lines.start, 0
    for step in steps_between(setting, old, new, old_lines, new_lines):
        if isinstance(step, Put):
            writer.add(step)
            continue
        count = step.count
        plain = isinstance(step, Keep) and step.author is None
        while count:
            left = len(old.lines[line].text) + 1 - inside
            taken = min(count, left)
            if plain and not inside and taken == left and not writer.put_last:
                writer.copy(line)
            else:
                writer.add(replace(step, count=taken))
            count, inside = count - taken, inside + taken
            if taken == left:
                line, inside = line + 1, 0
    return writer.finished()


class _Rewriter:
    """Rewrites a stretch of OLD's paragraphs in groups of lines, and takes over as they are those with no change."""

    def __init__(self, setting: Setting, old: Flow, start: int, stop: int) -> None:
        self._setting = setting
        self._old = old
        self._at = start
        self._stop = stop
        self._steps: list[Step] = []
        self._out: list[Paragraph] = []

    @property
    def put_last(self) -> bool:
        """Whether the last step put words that do not end their paragraph, so that the next line begins with them."""
        last = self._steps[-1] if self._steps else None
        return isinstance(last, Put) and not isinstance(last.content[-1], Newline)

    def add(self, step: Step) -> None:
        last = self._steps[-1] if self._steps else None
        if isinstance(step, Strike) and isinstance(last, Strike) and last.author == step.author:
            self._steps[-1] = replace(last, count=last.count + step.count)
        else:
            self._steps.append(step)

    def copy(self, line: int) -> None:
        """A line without change."""
        there = self._old.lines[line]
        self._write(there.first)
        self._out += self._old.paragraphs[self._at : there.last + 1]
        self._at = there.last + 1

    def finished(self) -> list[Paragraph]:
        self._write(self._stop)
        if self._at < self._stop:
            self._out += self._old.paragraphs[self._at : self._stop]
        return self._out

    def _write(self, stop: int) -> None:
        if self._steps:
            old = self._old
            endings = {line - self._at for line in old.endings if self._at <= line < stop} if old.endings else set()
            material = self._setting.objects_material()
            paragraphs = old.paragraphs[self._at : stop]
            self._out += rewrite(paragraphs, self._steps, self._setting.register, material, old.view, endings)
            self._at = stop
            self._steps = []


def steps_between(setting: Setting, old: Flow, new: Flow, old_lines: range, new_lines: range) -> list[Step]:
    """The steps over the seen characters of OLD's lines. Both ends stay ends: the last newlines are each other's."""
    writer = _StepWriter(setting, old, new)
    if not old_lines:
        writer.put_lines(new_lines)
        return writer.steps
    if not new_lines:
        writer.strike_lines(old_lines)
        return writer.steps
    keys = [old.lines[index].key for index in old_lines]
    other_keys = [new.lines[index].key for index in new_lines]
    pairs = [(old_lines.start + a, new_lines.start + b) for a, b in equal_pairs(keys, other_keys)]
    low, other_low = old_lines.start, new_lines.start
    at_end = (old_lines.stop, new_lines.stop)
    pending: Pair | None = None
    for high, other_high in [*pairs, at_end]:
        last = (high, other_high) == at_end
        lopsided = (low == high) != (other_low == other_high)
        if pending is not None:
            if last and lopsided:
                low, other_low = pending
            else:
                writer.keep_line(*pending)
        writer.change_lines(range(low, high), range(other_low, other_high), ends=last)
        pending = (high, other_high)
        low, other_low = high + 1, other_high + 1
    return writer.steps


class _StepWriter:
    def __init__(self, setting: Setting, old: Flow, new: Flow) -> None:
        self.setting = setting
        self.old = old
        self.new = new
        self.steps: list[Step] = []

    # ---- whole lines
    def put_lines(self, lines: range) -> None:
        for index in lines:
            self._put_words(index, 0, len(self.new.lines[index].text))
            self._put_newline(index)

    def strike_lines(self, lines: range) -> None:
        for index in lines:
            self._strike(len(self.old.lines[index].text) + 1)

    def keep_line(self, index: int, other: int) -> None:
        self.setting.met(self.old, index, self.new, other)
        old_profile, new_profile = self.old.profile(index), self.new.profile(other)
        self._keep_words(index, 0, other, 0, len(self.old.lines[index].text), old_profile, new_profile)
        self._keep_newline(index, other)

    # ---- changed lines
    def change_lines(self, lines: range, others: range, *, ends: bool) -> None:
        """Lines between two kept ones. ``ends`` tells that nothing follows, so that the last newlines must meet."""
        if not lines and not others:
            return
        if not lines:
            self.put_lines(others)
            return
        if not others:
            self.strike_lines(lines)
            return
        left = _Words(self.setting, self.old, lines)
        right = _Words(self.setting, self.new, others)
        left_code, right_code = left.code, right.code
        if ends:
            left_code, right_code = left_code[:-1], right_code[:-1]
        changes = changes_between(left_code, right_code, left.tokens, right.tokens)
        if len(changes) > 1 and len(lines) + len(others) > 2:
            changes = self._by_lines(changes, left, left_code, right, right_code)
        at = other_at = 0
        for change in changes:
            self._keep_tokens(left, at, change.old_start, right, other_at)
            if change.old_end > change.old_start:
                self._strike(left.starts[change.old_end] - left.starts[change.old_start])
            if change.new_end > change.new_start:
                in_field = self._replaces_in_field(left, change.old_start, change.old_end, right, change.new_start)
                self._put_tokens(right, change.new_start, change.new_end, in_field)
            at, other_at = change.old_end, change.new_end
        self._keep_tokens(left, at, len(left.tokens), right, other_at)

    def _by_lines(
        self, changes: list[Change], left: "_Words", left_code: str, right: "_Words", right_code: str
    ) -> list[Change]:
        """The changes line by line where that marks hardly more: people edit paragraphs, not streams of words."""
        rows, others = left.lines(), right.lines()
        pairs = similar_pairs(
            [left_code[row.start : row.stop] for row in rows],
            [right_code[row.start : row.stop] for row in others],
            least=0.5,
        )
        if not pairs:
            return changes
        cuts = [(0, 0)]
        for row, other in pairs:
            cuts += [(rows[row].start, others[other].start), (rows[row].stop, others[other].stop)]
        end = (len(left_code), len(right_code))
        if len(left_code) < len(left.tokens):
            rest = (end[0] - cuts[-1][0], end[1] - cuts[-1][1])
            if min(rest) <= 0:
                cuts.pop()
        cuts = [(min(a, end[0]), min(b, end[1])) for a, b in cuts]
        parts = [(range(a, c), range(b, d)) for (a, b), (c, d) in pairwise([*cuts, end])]
        found = changes_by_parts(parts, left_code, right_code, left.tokens, right.tokens)
        least = marked_length(changes, left.tokens, right.tokens)
        return found if marked_length(found, left.tokens, right.tokens) <= least * _LINE_SHARE + 2 else changes

    def _keep_tokens(self, left: "_Words", at: int, to: int, right: "_Words", other_at: int) -> None:
        """Tokens that both sides have, line by line."""
        count = to - at
        while count > 0:
            index, offset = left.place(at)
            other, other_offset = right.place(other_at)
            if left.tokens[at] == "\n":
                self._keep_newline(index, other)
                at, other_at, count = at + 1, other_at + 1, count - 1
                continue
            stop = at
            while stop < at + count and left.tokens[stop] != "\n":
                stop += 1
            self.setting.met_between(
                self.old, index, offset, self.new, other, other_offset, left.starts[stop] - left.starts[at]
            )
            self._keep_words(
                index,
                offset,
                other,
                other_offset,
                left.starts[stop] - left.starts[at],
                self.old.profile(index),
                self.new.profile(other),
            )
            count, other_at, at = count - (stop - at), other_at + (stop - at), stop

    def _put_tokens(self, right: "_Words", at: int, to: int, in_field: bool) -> None:
        while at < to:
            index, offset = right.place(at)
            if right.tokens[at] == "\n":
                self._put_newline(index)
                at += 1
                continue
            stop = at
            while stop < to and right.tokens[stop] != "\n":
                stop += 1
            self._put_words(index, offset, offset + right.starts[stop] - right.starts[at], in_field)
            at = stop

    def _replaces_in_field(self, left: "_Words", at: int, to: int, right: "_Words", other_at: int) -> bool:
        """Whether words of a field's result are replaced by words of a field's result."""
        if at == to or left.tokens[at] == "\n" or right.tokens[other_at] == "\n":
            return False
        return self._in_field(self.old, *left.place(at)) and self._in_field(self.new, *right.place(other_at))

    @staticmethod
    def _in_field(flow: Flow, index: int, offset: int) -> bool:
        for span in seen_spans(flow.paragraphs, flow.lines[index], flow.view):
            if offset < len(span.text):
                return any(key.startswith("fld:") for key in span.marks)
            offset -= len(span.text)
        return False

    # ---- pieces
    def _strike(self, count: int, author: Author | None = None) -> None:
        author = author or self.setting.author
        if count:
            last = self.steps[-1] if self.steps else None
            if isinstance(last, Strike) and last.author == author:
                self.steps[-1] = Strike(last.count + count, author)
            else:
                self.steps.append(Strike(count, author))

    def _put(self, content: list[Span | Newline], in_field: bool = False, author: Author | None = None) -> None:
        author = author or self.setting.author
        if content:
            last = self.steps[-1] if self.steps else None
            if isinstance(last, Put) and last.in_field == in_field and last.author == author:
                self.steps[-1] = Put(last.content + tuple(content), author, in_field)
            else:
                self.steps.append(Put(tuple(content), author, in_field))

    def _put_words(self, index: int, start: int, end: int, in_field: bool = False) -> None:
        if self.setting.tracked is None:
            self._put(self._content(index, start, end), in_field)
            return
        notes = self.new.annotations(index, self.setting.tracked)
        while start < end:
            self._put_due(notes, start)
            stop = notes.next_put(start, end)
            for length, by in notes.struck(start, stop):
                if by is None:
                    self._put(self._content(index, start, start + length))
                start += length
            start = stop

    def _put_newline(self, index: int) -> None:
        if self.setting.tracked is not None:
            notes = self.new.annotations(index, self.setting.tracked)
            self._put_due(notes, len(self.new.lines[index].text))
            if notes.newline is not None:
                return
        self._put([Newline(self.setting.new_paragraph_marks(self.new.lines[index].ending))])

    def _put_due(self, notes: Annotations, offset: int) -> None:
        for _, item, by in notes.due(offset):
            if isinstance(item, Span):
                self._put([self.setting.carried(item)], author=by)
            else:
                self._put([Newline(self.setting.new_paragraph_marks(item.marks))], author=by)

    def _keep(self, count: int, run: str | None = None, paragraph: str | None = None) -> None:
        last = self.steps[-1] if self.steps else None
        if run is None and paragraph is None:
            if isinstance(last, Keep) and last.author is None:
                self.steps[-1] = Keep(last.count + count)
            elif count:
                self.steps.append(Keep(count))
        elif count:
            self.steps.append(Keep(count, run, paragraph, self.setting.author))

    def _keep_newline(self, index: int, other: int) -> None:
        if self.setting.tracked is not None:
            notes = self.new.annotations(other, self.setting.tracked)
            self._put_due(notes, len(self.new.lines[other].text))
            if notes.newline is not None:
                self._strike(1, notes.newline)
                return
        old = str(self.old.lines[index].ending.get("p:props", ""))
        new = str(self.new.lines[other].ending.get("p:props", ""))
        self._keep(1, paragraph=self.setting.paragraph_change(old, new))

    def _keep_words(
        self, index: int, offset: int, other: int, other_offset: int, count: int, old: Profile, new: Profile
    ) -> None:
        tracked = self.setting.tracked
        if tracked is None:
            self._keep_formatted(offset, other_offset, count, old, new)
            return
        notes = self.new.annotations(other, tracked)
        end = other_offset + count
        while other_offset < end:
            self._put_due(notes, other_offset)
            stop = notes.next_put(other_offset, end)
            for length, by in notes.struck(other_offset, stop):
                if by is None:
                    self._keep_formatted(offset, other_offset, length, old, new)
                else:
                    self._strike(length, by)
                offset, other_offset = offset + length, other_offset + length

    def _keep_formatted(self, offset: int, other_offset: int, count: int, old: Profile, new: Profile) -> None:
        if old == new and offset == other_offset:
            self._keep(count)
            return
        left, right = _cut(old, offset, count), _cut(new, other_offset, count)
        while left and right:
            (length, key), (other_length, other_key) = left[-1], right[-1]
            step = min(length, other_length)
            self._keep(step, run=self.setting.run_change(key, other_key))
            left.pop()
            right.pop()
            if length > step:
                left.append((length - step, key))
            if other_length > step:
                right.append((other_length - step, other_key))

    def _content(self, index: int, start: int, end: int) -> list[Span | Newline]:
        content: list[Span | Newline] = []
        at = 0
        for span in self.new.spans(index):
            low, high = max(start, at), min(end, at + len(span.text))
            if low < high:
                content.append(self.setting.carried(Span(span.text[low - at : high - at], span.marks)))
            at += len(span.text)
            if at >= end:
                break
        return content


def _cut(profile: Profile, offset: int, count: int) -> list[tuple[int, str]]:
    """The part of a profile from ``offset``, ``count`` long, last first."""
    out: list[tuple[int, str]] = []
    for length, key in profile:
        if offset >= length:
            offset -= length
            continue
        taken = min(length - offset, count)
        if taken <= 0:
            break
        out.append((taken, key))
        offset, count = 0, count - taken
    out.reverse()
    return out


class _Words:
    """The tokens of several lines, each line's newline among them."""

    def __init__(self, setting: Setting, flow: Flow, lines: range) -> None:
        self.tokens: list[str] = []
        compared: list[str] = []
        self._line_of: list[int] = []
        self._line_start: dict[int, int] = {}
        self.starts = [0]
        for index in lines:
            tokens, keys = tokens_of(flow.lines[index])
            self._line_start[index] = self.starts[-1]
            for token in (*tokens, "\n"):
                self.starts.append(self.starts[-1] + len(token))
            self.tokens += tokens
            self.tokens.append("\n")
            compared += keys
            compared.append("\n")
            self._line_of += [index] * (len(tokens) + 1)
        self.code = setting.vocabulary.code(compared)

    def lines(self) -> list[range]:
        """The tokens of each line with its newline."""
        found: list[range] = []
        start = 0
        for stop in range(1, len(self.tokens) + 1):
            if self.tokens[stop - 1] == "\n":
                found.append(range(start, stop))
                start = stop
        return found

    def place(self, token: int) -> tuple[int, int]:
        """The line of a token and its offset there, in code points."""
        index = self._line_of[token]
        return index, self.starts[token] - self._line_start[index]


def cuts_of(setting: Setting, old: Flow, new: Flow, old_lines: range, new_lines: range) -> list[tuple[range, range]]:
    """Lines in pieces, so that each newline that may not be struck ends a piece and has a newline of NEW to meet."""
    walls = [index for index in old_lines[:-1] if old.lines[index].fixed]
    if not walls or not new_lines:
        if not walls:
            return [(old_lines, new_lines)]
        return [(piece, range(new_lines.start, new_lines.start)) for piece in _split(old_lines, walls)]
    pairs = paired_lines(setting, old, new, old_lines, new_lines)
    partner = dict(pairs)
    pieces: list[tuple[range, range]] = []
    other = new_lines.start
    reached = new_lines.start
    known = iter([*pairs, (old_lines.stop, new_lines.stop)])
    following = next(known)
    for piece in _split(old_lines, walls):
        if piece.stop == old_lines.stop:
            pieces.append((piece, range(other, new_lines.stop)))
            break
        while following[0] < piece.stop:
            reached = following[1] + 1
            following = next(known)
        wall = piece.stop - 1
        stop = partner[wall] + 1 if wall in partner else max(reached, other)
        if stop == other and following[1] > other:
            stop = other + 1
        pieces.append((piece, range(other, stop)))
        other = stop
    return pieces


def _split(lines: range, walls: Sequence[int]) -> list[range]:
    pieces = []
    start = lines.start
    for wall in walls:
        pieces.append(range(start, wall + 1))
        start = wall + 1
    pieces.append(range(start, lines.stop))
    return pieces


def paired_lines(setting: Setting, old: Flow, new: Flow, old_lines: range, new_lines: range) -> list[Pair]:
    """Equal lines, and between them similar ones."""
    keys = [old.lines[index].key for index in old_lines]
    other_keys = [new.lines[index].key for index in new_lines]
    pairs: list[Pair] = []
    low, other_low = old_lines.start, new_lines.start
    equal = [(old_lines.start + a, new_lines.start + b) for a, b in equal_pairs(keys, other_keys)]
    for high, other_high in [*equal, (old_lines.stop, new_lines.stop)]:
        if low < high and other_low < other_high:
            left = [_Words(setting, old, range(index, index + 1)).code for index in range(low, high)]
            right = [_Words(setting, new, range(index, index + 1)).code for index in range(other_low, other_high)]
            pairs += [(low + a, other_low + b) for a, b in similar_pairs(left, right)]
        if high < old_lines.stop:
            pairs.append((high, other_high))
        low, other_low = high + 1, other_high + 1
    return pairs
