"""Compares one flow of paragraphs with another and says, as steps, how the first becomes the second."""

from dataclasses import replace
from itertools import pairwise

from pactoria_desktop.contract.alignment import Pair, equal_pairs, similar_pairs
from pactoria_desktop.contract.difference import Change, changes_between, changes_by_parts, marked_length
from pactoria_desktop.contract.lines import seen_spans
from pactoria_desktop.contract.rewriting import Author, Keep, Newline, Put, Step, Strike, rewrite
from pactoria_desktop.contract.text import Paragraph, Span
from pactoria_desktop.documents.compare_fields import WORDS_ONLY, Field
from pactoria_desktop.documents.compare_lines import Annotations, Flow, LineWords, Profile
from pactoria_desktop.documents.compare_setting import Setting

# What a difference line by line may mark more than the least, before the stream of words is compared instead.
_LINE_SHARE = 1.03


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
        left = LineWords(self.setting, self.old, lines)
        right = LineWords(self.setting, self.new, others)
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
        self, changes: list[Change], left: LineWords, left_code: str, right: LineWords, right_code: str
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

    def _keep_tokens(self, left: LineWords, at: int, to: int, right: LineWords, other_at: int) -> None:
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

    def _put_tokens(self, right: LineWords, at: int, to: int, in_field: bool) -> None:
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

    def _replaces_in_field(self, left: LineWords, at: int, to: int, right: LineWords, other_at: int) -> bool:
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
            self._put(self._content(index, start, end, in_field), in_field)
            return
        notes = self.new.annotations(index, self.setting.tracked)
        while start < end:
            self._put_due(notes, start)
            stop = notes.next_put(start, end)
            for length, by in notes.struck(start, stop):
                if by is None:
                    self._put_by_authors(index, start, start + length)
                start += length
            start = stop

    def _put_by_authors(self, index: int, start: int, end: int) -> None:
        """Words of a line of NEW; those that are seen although they were put with tracking keep their authors."""
        tracked = self.setting.tracked
        at = 0
        for span in self.new.spans(index):
            low, high = max(start, at), min(end, at + len(span.text))
            if low < high:
                by = tracked.put_by(span.marks) if tracked is not None else None
                self._put([self.setting.carried(Span(span.text[low - at : high - at], span.marks))], author=by)
            at += len(span.text)

    def _put_newline(self, index: int) -> None:
        if self.setting.tracked is not None:
            notes = self.new.annotations(index, self.setting.tracked)
            self._put_due(notes, len(self.new.lines[index].text))
            if notes.newline is not None:
                return
        ending = self.new.lines[index].ending
        by = self.setting.tracked.put_by(ending) if self.setting.tracked is not None else None
        self._put([Newline(self.setting.new_paragraph_marks(ending))], author=by)

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
            self._note_lost_fields(index, offset, other, other_offset, count)
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

    def _content(self, index: int, start: int, end: int, in_field: bool) -> list[Span | Newline]:
        fields = self.new.fields(index, self.setting.new_fields)
        carrier = self.setting.fields
        chosen = carrier.carried(fields, start, end) if fields and not in_field else {}
        if not in_field and any(_touches(one, start, end) and one.key not in chosen for one in fields):
            self.setting.remarks.append(WORDS_ONLY)
        line = self.new.lines[index]
        spans = carrier.spans(self.new.paragraphs, line, self.new.view, start, end, chosen)
        return [self.setting.carried(span) for span in spans]

    def _note_lost_fields(self, index: int, offset: int, other: int, other_offset: int, count: int) -> None:
        """Words that both sides have, but only NEW as the words of a field."""
        fields = self.new.fields(other, self.setting.new_fields)
        if fields:
            there = self.old.fields(index, self.setting.old_fields)
            shift, end = offset - other_offset, other_offset + count
            at_end = end == len(self.new.lines[other].text)
            for one in fields:
                low, high = max(one.start, other_offset), min(one.end, end)
                empty = one.start == one.end and other_offset <= one.start and (one.start < end or at_end)
                if (low < high or empty) and not any(_touches(each, low + shift, high + shift) for each in there):
                    self.setting.remarks += [] if self.setting.fields.has_put(one) else [WORDS_ONLY]


def _touches(one: Field, start: int, end: int) -> bool:
    """Whether words of a field lie between two offsets, or the whole of one without words."""
    return one.start < end and start < one.end if one.end > one.start else start <= one.start <= end


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
