"""One flow of paragraphs as a comparison sees it: its lines, their formats, their words, what was tracked in them.

A flow is paragraphs that follow each other with no table between: the words between two tables, a cell, a note.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from pactoria_desktop.contract.lines import Line, View, accepted, is_hidden, lines_of, seen_spans, tokens_of
from pactoria_desktop.contract.rewriting import Author, Newline
from pactoria_desktop.contract.text import Paragraph, Span
from pactoria_desktop.documents.compare_fields import Field, FieldReader
from pactoria_desktop.documents.compare_setting import Setting, Tracked

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
    _fields: dict[int, tuple[Field, ...]] = field(default_factory=dict)

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
        joining = ends.union(joins)
        lines = lines_of(paragraphs, view, signature, keeps_last=keeps_last, joins=joining)
        if new and not lines and setting.tracked is not None:
            # All of it was put with tracking, between tables: no line of before is there to bring it along.
            view = accepted
            lines = lines_of(paragraphs, view, signature, keeps_last=keeps_last, joins=joining)
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

    def fields(self, index: int, reader: FieldReader) -> tuple[Field, ...]:
        """The fields of a line."""
        known = self._fields.get(index)
        if known is None:
            known = self._fields[index] = reader.fields(self.paragraphs, self.lines[index], self.view)
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
            if number == line.last or flow.view(paragraph.marks):
                continue
            if (by := tracked.put_by(paragraph.marks)) is not None:
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


class LineWords:
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
