"""The paragraphs of a clause on the levels of a contract, with headings only where the contract has them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pactoria_desktop.protocol.clauses import ClauseParagraph
from pactoria_desktop.templates.emphasis import Piece
from pactoria_desktop.templates.setting import Setting


@dataclass(frozen=True, slots=True)
class Laid:
    """A stretch of words, bold, or in the look of a heading that runs into its clause (``title``)."""

    text: str
    bold: bool = False
    title: bool = False


@dataclass(frozen=True, slots=True)
class Arranged:
    """A paragraph with its depth below the clause level, None where nothing is counted."""

    pieces: tuple[Laid, ...]
    depth: int | None
    heading: bool = False


def arranged(
    source: Sequence[ClauseParagraph], words: Sequence[tuple[Piece, ...]], title: tuple[Piece, ...], setting: Setting
) -> tuple[Arranged, ...]:
    """The paragraphs of a clause (``words`` are theirs, adapted) on the levels of a place."""
    lines = [
        _Line(paragraph.level, paragraph.heading, tuple(Laid(piece.text, piece.bold) for piece in pieces))
        for paragraph, pieces in zip(source, words, strict=True)
    ]
    around = setting.around
    if not around.scheme:
        return tuple(_flat(line) for line in lines)
    if not around.ends:
        return _within(lines, around.inside)
    lines = _from_the_top(lines)
    headed = bool(lines) and lines[0].heading
    if setting.headings == "none":
        return tuple(Arranged(line.pieces, line.level) for line in _raised([one for one in lines if not one.heading]))
    if not headed:
        named = _Line(0, True, tuple(Laid(piece.text, piece.bold) for piece in title))
        lines = [named, *(replace(line, level=line.level + 1) for line in lines)]
    lines = [
        replace(line, pieces=tuple(replace(piece, text=setting.in_case(piece.text)) for piece in line.pieces))
        if line.heading and line.level == 0
        else line
        for line in lines
    ]
    if setting.headings == "run-in":
        return _run_in(lines)
    return tuple(Arranged(line.pieces, line.level, line.heading) for line in lines)


@dataclass(frozen=True, slots=True)
class _Line:
    level: int
    heading: bool
    pieces: tuple[Laid, ...]


def _flat(line: _Line) -> Arranged:
    """Where nothing is counted, a heading is bold and an item keeps its letter."""
    if line.heading:
        return Arranged(tuple(replace(piece, bold=True) for piece in line.pieces), None, True)
    return Arranged(line.pieces, line.level if line.level > 1 else None)


def _within(lines: list[_Line], inside: int) -> tuple[Arranged, ...]:
    """Inside a clause there is no heading; what stands under it goes on at the level of the place."""
    kept = _raised([line for line in lines if not line.heading])
    return tuple(Arranged(line.pieces, inside + line.level) for line in kept)


def _from_the_top(lines: list[_Line]) -> list[_Line]:
    least = min(line.level for line in lines)
    return [replace(line, level=line.level - least) for line in lines]


def _raised(lines: list[_Line]) -> list[_Line]:
    return _from_the_top(lines) if lines else []


def _run_in(lines: list[_Line]) -> tuple[Arranged, ...]:
    """A heading that runs into its clause: into its only sub-clause, else it stands alone before them."""
    heading, rest = lines[0], lines[1:]
    title = tuple(replace(piece, title=True) for piece in heading.pieces)
    stop = Laid(".", title=True)
    if sum(line.level == 1 for line in rest) == 1 and rest[0].level == 1:
        first = Arranged((*title, stop, Laid(" "), *rest[0].pieces), 0)
        return (first, *(Arranged(line.pieces, line.level - 1) for line in rest[1:]))
    return (Arranged((*title, stop), 0, True), *(Arranged(line.pieces, line.level) for line in rest))
