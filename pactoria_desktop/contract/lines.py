"""Paragraphs as people see them, over the marked paragraphs that lie beneath.

A *line* is one paragraph of a view: struck newlines join what they part, struck and hidden characters are left out. It
knows which marked paragraphs it is made of, so that a difference between lines can be written back as marks.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from pactoria_desktop.contract.text import HIDDEN, OBJECT, Marks, Paragraph, Span
from pactoria_desktop.contract.words import words_of

View = Callable[[Marks], bool]
Signature = Callable[[str], str]


def accepted(marks: Marks) -> bool:
    """Whether characters with these marks are seen when every tracked change is accepted."""
    for key in marks:  # noqa: SIM110 - asked for every span of two contracts: a generator takes three times as long
        if key.startswith(("del:", "moveFrom:")):
            return False
    return True


def is_hidden(span: Span) -> bool:
    """Whether a span is one of the things without width that no text shows."""
    return span.text.startswith(HIDDEN) and "obj" in span.marks


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of a view. ``first`` and ``last`` count the marked paragraphs of its run, both included.

    ``objects`` holds (start, end, signature) of stretches that stand for Word XML, in code points of ``text``;
    ``ending`` the marks of the newline that ends it; ``fixed`` tells that this newline may not be struck.
    """

    first: int
    last: int
    text: str
    objects: tuple[tuple[int, int, str], ...]
    ending: Marks
    fixed: bool

    @property
    def key(self) -> str | tuple[str, tuple[tuple[int, int, str], ...]]:
        """Equal for lines with the same words and objects."""
        return (self.text, self.objects) if self.objects else self.text


def lines_of(
    paragraphs: Sequence[Paragraph],
    view: View = accepted,
    signature: Signature = str,
    *,
    keeps_last: bool = False,
    joins: Collection[int] = (),
) -> list[Line]:
    """The lines of a run of paragraphs. ``signature`` tells which objects count as the same, by their key.

    A fixed newline that is struck after no words drops its line; with ``keeps_last`` (a cell, a note) it stays.
    ``joins`` are paragraphs whose fixed newline joins them to the next once it is struck: nothing seen lies between.
    """
    lines: list[Line] = []
    first = 0
    texts: list[str] = []
    objects: list[tuple[int, int, str]] = []
    length = 0
    final = len(paragraphs) - 1
    for index, paragraph in enumerate(paragraphs):
        for span in paragraph.spans:
            marks = span.marks
            if not view(marks):
                continue
            key = marks.get("obj")
            if key is not None:
                if span.text.startswith(HIDDEN):
                    continue
                objects += _stretches(span.text, length, signature(str(key)))
            texts.append(span.text)
            length += len(span.text)
        ending = paragraph.marks
        seen = view(ending)
        fixed = "p:fix" in ending or index == final
        if not seen and (not fixed or (index in joins and index != final)):
            continue
        if seen or length or keeps_last:
            lines.append(Line(first, index, "".join(texts), tuple(objects), ending, fixed))
        first, texts, objects, length = index + 1, [], [], 0
    return lines


def _stretches(text: str, start: int, signature: str) -> list[tuple[int, int, str]]:
    """The objects that a stretch stands for: equal ones may stand side by side; white space is words, not an object."""
    if text.isspace():
        return []
    if text == OBJECT * len(text):
        return [(start + place, start + place + 1, signature) for place in range(len(text))]
    return [(start, start + len(text), signature)]


def seen_spans(paragraphs: Sequence[Paragraph], line: Line, view: View = accepted) -> Iterator[Span]:
    """The spans that make up the text of a line."""
    for paragraph in paragraphs[line.first : line.last + 1]:
        for span in paragraph.spans:
            if view(span.marks) and not is_hidden(span):
                yield span


def tokens_of(line: Line) -> tuple[list[str], list[str]]:
    """The tokens of a line without its newline: as text, and as what is compared (objects by their signature)."""
    if not line.objects:
        tokens = words_of(line.text)
        return tokens, tokens
    tokens = []
    compared: list[str] = []
    at = 0
    for start, end, signature in line.objects:
        between = words_of(line.text[at:start])
        tokens += between
        compared += between
        tokens.append(line.text[start:end])
        compared.append(f"{line.text[start:end]}\0{signature}")
        at = end
    between = words_of(line.text[at:])
    return tokens + between, compared + between
