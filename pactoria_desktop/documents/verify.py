"""The check of every redline before it replaces a file: what rejecting and accepting it would give, and its form.

It reads the written bytes afresh, by the walker that also lists, accepts and rejects, never by the code that wrote
them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pactoria_desktop.contract.accepted import AcceptedText
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.parsing import as_utf8, parse
from pactoria_desktop.documents.tracked import TrackedChange, TrackedChanges
from pactoria_desktop.documents.tracked_texts import LineReader, counted
from pactoria_desktop.documents.tracked_tree import collection_paused
from pactoria_desktop.documents.verify_open import Decided, open_differences

ProblemKind = Literal[
    "unreadable",
    "member_lost",
    "rejecting_differs",
    "accepting_differs",
    "id_doubled",
    "misplaced_text",
    "history_lost",
    "history_added",
]

_IDENTIFIED: Final = re.compile(rb"""<w:(?:ins|del|moveFrom|moveTo)\s(?:[^>]*?\s)?w:id\s*=\s*["']([^"']*)["']""")
_STRUCK: Final = re.compile(rb"<w:del\s[^>]*[^/]>.*?</w:del>", re.DOTALL)
_UNSTRUCK: Final = re.compile(rb"<w:t(?=[\s>])|<w:instrText(?=[\s>])")
_BOX_CONTENT: Final = re.compile(
    rb"<w:txbxContent(?=[\s>])[^>]*(?<!/)>((?:(?!<w:txbxContent[\s>]).)*?)</w:txbxContent>", re.DOTALL
)
_BOX_PART: Final = "textbox"


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken promise: its kind, the part it is in, and what was found where another thing was meant to be."""

    kind: ProblemKind
    part: str
    wanted: str
    found: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found wrong; nothing means that the file may replace the old one."""

    problems: tuple[Problem, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def require(self, name: str) -> None:
        """Raises DocumentError with one sentence when something is wrong; ``name`` is the file that was to be made."""
        if self.problems:
            raise DocumentError(
                f"{name} was not written, because its tracked changes would not lead back to the original exactly "
                f"({self.problems[0].kind.replace('_', ' ')}); the old file is whole, please report this."
            )


def verify_redline(
    original: Package,
    written: bytes,
    *,
    accepted: AcceptedText | Package | None = None,
    author: str | None = None,
    rejects_to_original: bool = True,
    decided: Decided | None = None,
) -> Verification:
    """Checks ``written``, made from ``original`` by tracked changes.

    Rejecting all changes of both gives the same words, paragraph by paragraph (unless ``rejects_to_original`` is
    False, for edits that were not all tracked); accepting all gives the words of ``accepted`` (a text, or a package
    whose changes are accepted too); members stay; no revision id is doubled that was not before; no text lies where
    Word does not allow it; every earlier change of someone other than ``author`` keeps its author, date and words.
    Where somebody may have accepted or rejected earlier changes, ``decided`` gives the text that was written: then the
    open changes of the file must be those of that text, no fewer and no more.
    """
    try:
        with collection_paused():
            return Verification(_problems(original, written, accepted, author, rejects_to_original, decided))
    except DocumentError as error:
        return Verification((Problem("unreadable", "", "", str(error)),))
    except ValueError as error:
        return Verification((Problem("unreadable", "", "", f"a part is not well-formed ({error})"),))


def _problems(
    original: Package,
    written: bytes,
    accepted: AcceptedText | Package | None,
    author: str | None,
    rejects_to_original: bool,
    decided: Decided | None,
) -> tuple[Problem, ...]:
    result = Package(written, original.name)
    problems = list(_members(original, result))
    before, after = TrackedChanges(original), TrackedChanges(result)
    problems += _ids(original, result)
    if decided is None:
        problems += _history(before, after, author)
    else:
        problems += (Problem(kind, "", *what) for kind, *what in open_differences(decided, before, after))
    reader = LineReader()
    if rejects_to_original:
        wanted, found = _lines(original, before, reader, False), _lines(result, after, reader, False)
        problems += _differences("rejecting_differs", wanted, found)
    if isinstance(accepted, Package):
        other = _lines(accepted, TrackedChanges(accepted), reader, True)
        problems += _differences("accepting_differs", other, _lines(result, after, reader, True), other_file=True)
    elif accepted is not None:
        problems += _against_text(accepted, _lines(result, after, reader, True, text_only=True))
    return tuple(problems)


_Lines = dict[str, tuple[tuple[str, ...], tuple[str, ...]]]


def _lines(
    package: Package, changes: TrackedChanges, reader: LineReader, accept: bool, *, text_only: bool = False
) -> _Lines:
    """The lines of each story, and of its text boxes, with all changes accepted or rejected.

    ``text_only`` leaves the changes that a contract text does not know.
    """
    unknown = changes.unknown_to_text if text_only else frozenset()

    def is_known(change: TrackedChange) -> bool:
        return change.id not in unknown

    chosen = is_known if unknown else None
    parts = changes.resolved_parts(accept, chosen)
    result: _Lines = {}
    for story in package.stories:
        data = parts.get(story.member, package.part(story.member))
        read = reader.lines(as_utf8(data, story.member, package.name))
        label = f"{story.kind}:{story.member}" if story.kind in ("header", "footer") else story.kind
        # A body without a paragraph is one empty line for every reader of the text.
        own = read.own or (("",) if story.kind == "main" else ())
        result[label] = (own, read.boxes)
    return result


def _members(original: Package, result: Package) -> Iterable[Problem]:
    kept = [name for name in result.members if original.member(name) is not None]
    if kept != list(original.members):
        lost = [name for name in original.members if name not in kept]
        yield Problem("member_lost", lost[0] if lost else "", "", "")
    for name in result.members:
        if name.endswith((".xml", ".rels")) and (
            original.member(name) is None or original.part(name) != result.part(name)
        ):
            parse(as_utf8(result.part(name), name, result.name), name, result.name)


def _ids(original: Package, result: Package) -> Iterable[Problem]:
    """Revision ids that were made double, and text where there may be none."""

    def gathered(package: Package) -> tuple[Counter[bytes], Counter[str]]:
        ids: Counter[bytes] = Counter()
        wrong: Counter[str] = Counter()
        for story in package.stories:
            data = package.part(story.member)
            ids.update(_IDENTIFIED.findall(data))
            if b"<w:del " in data:
                for piece in _without_boxes(data):
                    for struck in _STRUCK.findall(piece):
                        wrong[story.member] += len(_UNSTRUCK.findall(struck))
        return ids, wrong

    old_ids, old_wrong = gathered(original)
    new_ids, new_wrong = gathered(result)
    for identifier, count in new_ids.items():
        if count > 1 and count > old_ids[identifier]:
            yield Problem("id_doubled", "", "", identifier.decode("utf-8", "replace"))
    for member, count in new_wrong.items():
        if count > old_wrong[member]:
            yield Problem("misplaced_text", member, str(old_wrong[member]), str(count))


def _without_boxes(data: bytes) -> list[bytes]:
    """A part without the contents of its text boxes, and each of those by itself: a struck drawing keeps its words."""
    pieces: list[bytes] = []

    def take(found: re.Match[bytes]) -> bytes:
        pieces.append(found[1])
        return b""

    count = 1
    while count:
        data, count = _BOX_CONTENT.subn(take, data)
    return [data, *pieces]


def _history(before: TrackedChanges, after: TrackedChanges, author: str | None) -> Iterable[Problem]:
    """Characters of earlier changes, by author, date and kind, that are no longer marked so."""
    wanted, found = _characters(before), _characters(after)
    for key, characters in wanted.items():
        lost = characters - found.get(key, Counter())
        if key[0] != author and lost:
            yield Problem("history_lost", "", "".join(sorted(lost.elements()))[:80], f"{key[0]}, {key[1]}, {key[2]}")


def _characters(changes: TrackedChanges) -> dict[tuple[str, str, str], Counter[str]]:
    result: dict[tuple[str, str, str], Counter[str]] = {}
    for one in changes.revisions:
        if one.kind in ("insertion", "deletion", "move_from", "move_to"):
            result.setdefault((one.author, one.date, one.kind), Counter()).update(counted(one.text).replace("\n", ""))
        else:
            result.setdefault((one.author, one.date, one.kind), Counter())
    return result


def _differences(kind: ProblemKind, wanted: _Lines, found: _Lines, *, other_file: bool = False) -> Iterable[Problem]:
    """Parts whose lines differ. Headers and footers of another file have other names, its notes another order: they are
    compared as bags, headers and footers only where both files have as many."""
    if other_file:
        wanted, found = _without_names(wanted, found), _without_names(found, wanted)
    for part in {**wanted, **found}:
        mine, theirs = wanted.get(part, ((), ())), found.get(part, ((), ()))
        for old, new in zip(mine, theirs, strict=True):
            if old != new:
                yield _first(kind, part, old, new)


def _without_names(lines: _Lines, other: _Lines) -> _Lines:
    result: _Lines = {}
    for name in ("header", "footer"):
        mine = sorted(content for part, content in lines.items() if part.startswith(name + ":"))
        if len(mine) == sum(part.startswith(name + ":") for part in other):
            result[name] = (
                tuple(line for own, _ in mine for line in own),
                tuple(line for _, box in mine for line in box),
            )
    for part, (own, boxes) in lines.items():
        if part.endswith("notes"):
            result[part] = (tuple(sorted(own)), tuple(sorted(boxes)))
        elif ":" not in part:
            result[part] = (own, boxes)
    return result


def _against_text(accepted: AcceptedText, found: _Lines) -> Iterable[Problem]:
    """Compares with a text: part by part in its order, text boxes as a bag because the two list them apart."""
    wanted: dict[str, list[str]] = {}
    boxes: Counter[str] = Counter()
    for paragraph in accepted.paragraphs:
        line = counted(accepted.line(paragraph))
        name, _, rest = paragraph.part.partition(":")
        if name == _BOX_PART:
            boxes[line] += 1
        else:
            label = {"footnote": "footnotes", "endnote": "endnotes"}.get(name, f"{name}:{rest}" if rest else name)
            wanted.setdefault(label, []).append(line)
    found_boxes: Counter[str] = Counter()
    for part, (own, boxed) in found.items():
        if tuple(wanted.get(part, ())) != (own or ("",) * (part == "main")):
            yield _first("accepting_differs", part, tuple(wanted.get(part, ())), own)
        found_boxes.update(boxed)
    if boxes != found_boxes:
        yield _first("accepting_differs", _BOX_PART, sorted(boxes.elements()), sorted(found_boxes.elements()))


def _first(kind: ProblemKind, part: str, wanted: Sequence[str], found: Sequence[str]) -> Problem:
    """The first line that differs."""
    for old, new in zip(wanted, found, strict=False):
        if old != new:
            return Problem(kind, part, old, new)
    longer = wanted if len(wanted) > len(found) else found
    line = longer[min(len(wanted), len(found))]
    return Problem(kind, part, line if longer is wanted else "", line if longer is found else "")
