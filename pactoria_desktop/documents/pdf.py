"""The text of a PDF: paragraphs in reading order, without running heads, page numbers and hyphens of line ends.

A PDF holds letters at places; everything else is told from the places. Columns are told from a gap down the page,
tables from their lines, paragraphs from gaps, indents, short lines and numbers at their start.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from statistics import median
from typing import Any, Final

from pactoria_desktop.documents.child import ChildLimits, run
from pactoria_desktop.documents.errors import DocumentError

MOST_PAGES: Final = 3000
LIMITS: Final = ChildLimits(memory=1536 << 20, seconds=120)
_EDGE: Final = 0.12
_SPACE: Final = 0.18
_TWICE: Final = 0.5
"""Points between two drawings of one character."""
_PAGE_NUMBER: Final = re.compile(
    r"^[\W_]*(page|seite|p\.)?\s*\d+(\s*(of|/|von)\s*\d+)?[\W_]*$|^[ivxlc]+$", re.IGNORECASE
)
_DIGITS: Final = re.compile(r"\d+")
_STARTS_ITEM: Final = re.compile(
    r"^(\(?(\d{1,3}(\.\d{1,3})*|[a-zA-Z]|[ivxlIVXL]{1,5})[.)]\s|\d{1,3}(\.\d{1,3})+\s|§|[•▪◦●○■–-]\s"
    r"|(article|section|schedule|exhibit|annex|appendix)\s+[\divxlIVXLA-Z]+\b)",
    re.IGNORECASE,
)
_ENDS_SENTENCE: Final = re.compile(r"[.:;!?][\"”’')\]]*$")
_HYPHEN: Final = re.compile(r"(\w+)[-\u2010\u00ad]$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of words in points from the page's upper left corner."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    bold: bool
    cell: int = 0


@dataclass(frozen=True, slots=True)
class _Region:
    """Lines that follow each other in one column or one cell, and the column's edges."""

    lines: tuple[Line, ...]
    left: float
    right: float
    is_cell: bool = False


def read_text(data: bytes, name: str) -> str:
    """The text of a PDF, a line for each paragraph, read in a limited child process.

    Raises DocumentError for what is no PDF, is protected, is damaged, or is a scan without text.
    """
    return run("pactoria_desktop.documents.pdf:read_bytes", data, name, LIMITS).decode("utf-8")


def read_bytes(data: bytes, name: str) -> bytes:
    """``extract`` in UTF-8, for the child process."""
    return extract(data, name).encode("utf-8", "replace")


def extract(data: bytes, name: str) -> str:
    """The text of a PDF, read in this process. Raises DocumentError as ``read_text`` does."""
    if b"%PDF" not in data[:1024]:
        raise DocumentError(f"{name} is not a PDF; open a file that ends in .pdf and begins as one.")
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfminer.pdfexceptions import PDFException
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        with pdfplumber.open(BytesIO(data)) as document:
            if len(document.pages) > MOST_PAGES:
                raise DocumentError(f"{name} has more than {MOST_PAGES:,} pages; split it and try again.")
            pages = []
            images = 0
            for page in document.pages:
                pages.append((_regions(page), float(page.height)))
                images += len(page.images)
                page.close()
    except PdfminerException as error:
        if error.args and isinstance(error.args[0], PDFPasswordIncorrect):
            raise DocumentError(f"{name} is protected by a password; remove the password and try again.") from error
        raise DocumentError(f"{name} is damaged and cannot be read as a PDF; get a fresh copy of the file.") from error
    except (PDFException, ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError) as error:
        raise DocumentError(f"{name} is damaged and cannot be read as a PDF; get a fresh copy of the file.") from error
    characters = sum(len(line.text) for regions, _ in pages for region in regions for line in region.lines)
    if characters < 8 * len(pages) and (images or not characters):
        raise DocumentError(
            f"{name} is a scan without text; run it through a text recognition program (OCR) first and open the result."
        )
    return _joined(_without_edges(pages))


def _regions(page: Any) -> list[_Region]:
    """The regions of a page in reading order."""
    # Bold type is often drawn twice, a hair apart, where a font has no bold face.
    words = page.dedupe_chars(tolerance=_TWICE).extract_words(
        use_text_flow=False, keep_blank_chars=False, x_tolerance_ratio=_SPACE, extra_attrs=["size", "fontname"]
    )
    words = [word for word in words if word.get("upright", True) and word["text"].strip("\u00ad")]
    if not words:
        return []
    tables = _tables(page)
    placed: list[tuple[float, _Region]] = []
    for cells in tables:
        for cell in cells:
            inside = [word for word in words if _is_inside(word, cell)]
            if inside:
                taken = {id(word) for word in inside}
                words = [word for word in words if id(word) not in taken]
                region = _Region(tuple(_lines(inside)), cell[0], cell[2], is_cell=True)
                placed.append((min(one[1] for one in cells), region))
    flow = _columns(_lines(words), words)
    if not placed:
        return flow
    result: list[_Region] = []
    tops = sorted({top for top, _ in placed})
    for region in flow:
        lines = list(region.lines)
        while tops and lines and any(line.top > tops[0] for line in lines):
            above = tuple(line for line in lines if line.top <= tops[0])
            if above:
                result.append(_Region(above, region.left, region.right))
            result += [one for top, one in placed if top == tops[0]]
            lines = [line for line in lines if line.top > tops[0]]
            tops.pop(0)
        if lines:
            result.append(_Region(tuple(lines), region.left, region.right))
    result += [one for top, one in placed if top in tops]
    return result


def _tables(page: Any) -> list[list[tuple[float, float, float, float]]]:
    """The cells of each table that is drawn with lines, row by row. A frame round one cell is no table."""
    if len(page.rects) + len(page.lines) + len(page.curves) > 5000:
        return []
    found = []
    for table in page.find_tables():
        cells = [cell for row in table.rows for cell in row.cells if cell is not None]
        if len(cells) > 1:
            found.append(cells)
    return sorted(found, key=lambda cells: min(cell[1] for cell in cells))


def _is_inside(word: Any, cell: tuple[float, float, float, float]) -> bool:
    middle, height = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    return bool(cell[0] <= middle <= cell[2] and cell[1] <= height <= cell[3])


def _lines(words: Sequence[Any]) -> list[Line]:
    """Words gathered into lines from above to below; raised letters stay in their line."""
    rows: list[list[Any]] = []
    for word in sorted(words, key=lambda one: ((one["top"] + one["bottom"]) / 2, one["x0"])):
        middle = (word["top"] + word["bottom"]) / 2
        if rows and _shares_line(rows[-1], word, middle):
            rows[-1].append(word)
        else:
            rows.append([word])
    lines = []
    for row in rows:
        row.sort(key=lambda one: one["x0"])
        size = max(one["size"] for one in row)
        text = row[0]["text"]
        for first, second in pairwise(row):
            gap = second["x0"] - first["x1"]
            divided = " " if gap > _SPACE * size else ""
            text += ("\t" if gap > 3 * size else divided) + second["text"]
        letters = sum(len(one["text"]) for one in row)
        heavy = sum(len(one["text"]) for one in row if "bold" in str(one["fontname"]).lower())
        lines.append(
            Line(
                text,
                row[0]["x0"],
                max(one["x1"] for one in row),
                min(one["top"] for one in row),
                max(one["bottom"] for one in row),
                round(size, 1),
                heavy * 2 > letters,
            )
        )
    return lines


def _shares_line(row: Sequence[Any], word: Any, middle: float) -> bool:
    top, bottom = max(one["top"] for one in row), min(one["bottom"] for one in row)
    if bottom <= top:
        return False
    return bool(top - 1 < middle < bottom + 1)


def _columns(lines: list[Line], words: Sequence[Any]) -> list[_Region]:
    """One region, or two columns where a gap runs down the middle between two blocks of full lines.

    What spans both columns (a title above them) comes before them.
    """
    if not lines:
        return []
    left, right = min(one.left for one in lines), max(one.right for one in lines)
    whole = [_Region(tuple(lines), left, right)]
    if len(lines) < 8 or right - left < 200:
        return whole
    gutter = _gutter(words, left, right)
    if gutter is None:
        return whole
    crossing = [one for one in words if one["x0"] < gutter < one["x1"]]
    start = max((one["bottom"] for one in crossing), default=0.0)
    above = [word for word in words if word["bottom"] <= start]
    below = [word for word in words if word["bottom"] > start]
    first = _lines([word for word in below if word["x1"] <= gutter])
    second = _lines([word for word in below if word["x0"] >= gutter])
    if not (_is_column(first, gutter) and _is_column(second, right)):
        return whole
    result = [_Region(tuple(_lines(above)), left, right)] if above else []
    return [*result, _Region(tuple(first), left, gutter), _Region(tuple(second), gutter, right)]


def _gutter(words: Sequence[Any], left: float, right: float) -> float | None:
    """The middle of the widest gap between 40 and 60 percent of the width that almost no word crosses."""
    width = right - left
    best: tuple[float, float] | None = None
    place = left + 0.4 * width
    while place < left + 0.6 * width:
        crossing = sum(1 for one in words if one["x0"] < place + 4 and one["x1"] > place - 4)
        if crossing <= len(words) * 0.01:
            before = max((one["x1"] for one in words if one["x1"] <= place), default=left)
            after = min((one["x0"] for one in words if one["x0"] >= place), default=right)
            if best is None or after - before > best[0]:
                best = (after - before, (before + after) / 2)
        place += 4
    return best[1] if best is not None else None


def _is_column(lines: Sequence[Line], right: float) -> bool:
    """Whether lines are running text: many, and mostly as wide as the column."""
    if len(lines) < 6:
        return False
    left = min(one.left for one in lines)
    full = sum(1 for one in lines if one.right - left > 0.75 * (max(line.right for line in lines) - left))
    return full >= 0.5 * len(lines) and (right - left) > 100


_Pages = list[tuple[list[_Region], float]]


def _without_edges(pages: _Pages) -> list[list[_Region]]:
    """Pages without running heads and feet: lines near the edge that return on other pages, and page numbers."""
    seen: Counter[tuple[str, bool]] = Counter()
    for regions, height in pages:
        keys = {
            _edge_key(line, height) for region in regions for line in region.lines if _edge(line, height) is not None
        }
        seen.update(keys)
    wanted = max(2, round(0.4 * len(pages))) if len(pages) > 1 else 2
    result = []
    for regions, height in pages:
        kept = []
        outer = _outermost(regions)
        for region in regions:
            lines = tuple(
                line
                for line in region.lines
                if not (
                    _edge(line, height) is not None
                    and (seen[_edge_key(line, height)] >= wanted or (line in outer and _PAGE_NUMBER.match(line.text)))
                )
            )
            if lines:
                kept.append(_Region(lines, region.left, region.right, region.is_cell))
        result.append(kept)
    return result


def _edge(line: Line, height: float) -> bool | None:
    """True near the upper edge, False near the lower one, None between."""
    if line.bottom < _EDGE * height:
        return True
    return False if line.top > (1 - _EDGE) * height else None


def _edge_key(line: Line, height: float) -> tuple[str, bool]:
    return _DIGITS.sub("#", line.text.casefold()).strip(), bool(_edge(line, height))


def _outermost(regions: Sequence[_Region]) -> set[Line]:
    lines = sorted((line for region in regions for line in region.lines), key=lambda one: one.top)
    return {*lines[:1], *lines[-1:]}


def _joined(pages: Sequence[Sequence[_Region]]) -> str:
    """Paragraphs, each a line."""
    vocabulary = Counter(
        word.strip(".,;:()[]“”\"'").casefold()
        for regions in pages
        for region in regions
        for line in region.lines
        for word in line.text.split()
    )
    paragraphs: list[str] = []
    is_open = False
    for regions in pages:
        for region in regions:
            spacing = _spacing(region.lines)
            previous: Line | None = None
            for line in region.lines:
                if previous is None:
                    goes_on = is_open and not region.is_cell and _goes_on(paragraphs[-1], line)
                else:
                    goes_on = not _begins(previous, line, region, spacing)
                if goes_on and paragraphs:
                    paragraphs[-1] = _glued(paragraphs[-1], line.text, vocabulary)
                else:
                    paragraphs.append(line.text)
                previous = line
            is_open = not region.is_cell
    return "".join(paragraph.replace("\u00ad", "").rstrip() + "\n" for paragraph in paragraphs)


def _spacing(lines: Sequence[Line]) -> float:
    steps = [second.top - first.top for first, second in pairwise(lines) if second.top > first.top]
    return median(steps) if steps else 0.0


def _goes_on(paragraph: str, line: Line) -> bool:
    """Whether a paragraph goes on over the end of a column or page."""
    return not _ENDS_SENTENCE.search(paragraph) and line.text[:1].islower() and not _STARTS_ITEM.match(line.text)


def _begins(previous: Line, line: Line, region: _Region, spacing: float) -> bool:
    """Whether a line begins a paragraph."""
    step = line.top - previous.top
    if _HYPHEN.search(previous.text) and line.text[:1].islower() and step < 2 * max(spacing, line.size):
        return False
    if "\t" in previous.text or "\t" in line.text:
        return True
    if step > 1.35 * max(min(spacing, 1.6 * line.size), line.size * 1.1):
        return True
    if _STARTS_ITEM.match(line.text) and (_ENDS_SENTENCE.search(previous.text) or line.left <= previous.left + 1):
        return True
    if abs(line.size - previous.size) > 0.6 or (line.bold != previous.bold and not line.text[:1].islower()):
        return True
    if line.left > previous.left + 1.2 * line.size and not _STARTS_ITEM.match(previous.text):
        return True
    room = region.right - previous.right
    first_word = line.text.split(None, 1)[0]
    needed = len(first_word) * line.size * 0.5 + line.size * 0.3
    is_short = room > max(needed * 1.5, 0.12 * (region.right - region.left))
    return is_short and (bool(_ENDS_SENTENCE.search(previous.text)) or not line.text[:1].islower())


def _glued(paragraph: str, text: str, vocabulary: Counter[str]) -> str:
    """Two lines of a paragraph; a word divided at the line's end becomes whole, a word with a hyphen keeps it."""
    found = _HYPHEN.search(paragraph)
    if found is None or not text[:1].isalpha():
        return f"{paragraph} {text}"
    second = re.match(r"\w+", text)
    assert second is not None
    divided = f"{found[1]}-{second[0]}".casefold()
    whole = f"{found[1]}{second[0]}".casefold()
    if text[:1].isupper() or (vocabulary[divided] and not vocabulary[whole]):
        return paragraph + text
    return paragraph[:-1] + text
