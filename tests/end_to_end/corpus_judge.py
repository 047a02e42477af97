"""Judges a file that was edited, by means that share no code with the product but the commands it is asked by."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from xml.parsers import expat

import docx
from lxml import etree

from pactoria_desktop.documents.tracked import Selection
from pactoria_desktop.services import files
from pactoria_desktop.services.sources import Source
from tests.unit.documents import oracle

AUTHOR = "Runa Vik"
DATE = "2026-11-22T12:00:00Z"
COMMENT_PARTS = re.compile(r"(comments\w*|people|_rels/[^/]*)\.(xml|rels)$|\[Content_Types\]")
NOTES = {"main": "main", "footnote": "footnotes.xml", "endnote": "endnotes.xml"}
W = oracle.W
Operation = dict[str, Any]
Row = dict[str, Any]
Range = tuple[int, int, str | None]


@dataclass
class Opened:
    """A file as the commands show it."""

    source: Source
    text: str
    rows: list[Row]


@dataclass(frozen=True)
class Trial:
    """An edit that was written: the operations that were taken, and the bytes."""

    operations: list[Operation]
    data: bytes


def view(data: bytes, accept: bool) -> dict[str, list[str]]:
    """The oracle's lines; a body without paragraphs shows an empty one."""
    return {name: lines or [""] for name, lines in oracle.view(data, accept).items()}


def ranges(file: Opened, operations: Sequence[Operation]) -> list[Range]:
    """Operations as (start, end, text), text None for a comment: computed apart from the product."""
    rows = {row["id"]: row for row in file.rows}
    found: list[Range] = []
    for each in operations:
        if each["op"] in ("replace", "comment"):
            words = str(each["text"]) if each["op"] == "replace" else None
            found.append((each["start"], each["end"], words))
        else:
            row = rows[each["paragraph"]]
            start, end = row["start"], row["end"]
            if each["op"] == "delete_paragraph":
                found.append((start, end + 1, ""))
            else:
                found.append((end, end, "\n" + str(each["text"])))
    return found


def expected_text(file: Opened, operations: Sequence[Operation]) -> str:
    """The text that accepting everything should give."""
    text = file.text
    for start, end, words in sorted(ranges(file, operations), reverse=True):
        if words is not None:
            shown = words.replace("\r\n", "\n").replace("\u00ad", "")
            text = text[:start] + shown + text[end:]
    return text


def went_with_drawings(file: Opened, operations: Sequence[Operation], wanted: str, shown: str) -> bool:
    """Whether only lines of text boxes are missing, and a drawing was struck: its words go with it."""
    if not any("\ufffc" in file.text[start:end] for start, end, _ in ranges(file, operations)):
        return False
    left = iter(shown.split("\n"))
    kept = next(left, None)
    missing = []
    for line in wanted.split("\n"):
        if line == kept:
            kept = next(left, None)
        else:
            missing.append("".join(line.split()))
    return kept is None and set(missing) <= box_lines(file.source.data)


def box_lines(data: bytes) -> set[str]:
    """The paragraphs of text boxes in a Word file, without white space."""
    found = {""}
    with zipfile.ZipFile(io.BytesIO(data)) as members:
        for name in members.namelist():
            if name.startswith("word/") and name.endswith(".xml"):
                for paragraph in etree.fromstring(members.read(name)).iterfind(f".//{W}txbxContent//{W}p"):
                    found.add("".join("".join(paragraph.itertext(f"{W}t")).split()))
    return found


def edit_problems(file: Opened, trial: Trial, notes: Counter[str]) -> Iterator[str]:
    """What is wrong with a tracked edit."""
    before, after = file.source.data, trial.data
    changed = changed_members(before, after)
    if changed is None:
        yield "members were lost, renamed or put in another order"
        return
    shown = files.text_of(Source(file.source.name, ".docx", after))
    wanted = expected_text(file, trial.operations)
    if shown != wanted and not went_with_drawings(file, trial.operations, wanted, shown):
        yield f"the text is not the expected one near {different(shown, wanted)}"
    if view(after, False) != view(before, False):
        yield "rejecting all does not give the original's words"
    undone = files.resolve(
        Source(file.source.name, ".docx", after), Selection(authors=frozenset({AUTHOR})), accept=False
    ).data
    if AUTHOR not in authors(before) and view(undone, True) != view(before, True):
        yield "rejecting this author's changes does not give the original's words"
    yield from accepted_problems(file, trial, notes)
    yield from member_problems(file, trial, changed, notes)
    extra = oracle.repeated_ids(after) - oracle.repeated_ids(before)
    if extra:
        yield f"ids are doubled: {dict(extra)}"
    if oracle.plain_text_in_deletions(after) > oracle.plain_text_in_deletions(before):
        yield "plain text in a deletion"
    earlier, now = oracle.authors(before), oracle.authors(after)
    lost = {key: count for key, count in earlier.items() if key[1] != AUTHOR and now[key] < count}
    if lost:
        yield f"earlier changes lost characters: {lost}"
    own = {key for key in now if key not in earlier}
    if any(key[1:] != (AUTHOR, DATE) for key in own):
        yield f"changes under another name or date: {own}"
    if reopens(before) and not reopens(after):
        yield "python-docx does not open it any more"
    wanted_comments = sum(each["op"] == "comment" for each in trial.operations)
    if comments(after) - comments(before) != wanted_comments:
        yield f"{comments(after) - comments(before)} comments instead of {wanted_comments}"


def authors(data: bytes) -> set[str]:
    """Everybody who changed a file."""
    return {key[1] for key in oracle.authors(data)}


def accepted_problems(file: Opened, trial: Trial, notes: Counter[str]) -> Iterator[str]:
    """Whether the oracle reads the accepted file as the commands do, in every part it agreed on before."""
    shown = lines_by_member(files.outline_of(Source(file.source.name, ".docx", trial.data))["paragraphs"])
    before, after = oracle_lines(file.source.data), oracle_lines(trial.data)
    original = lines_by_member(file.rows)
    for member, lines in original.items():
        if lines != before.get(member):
            notes["a part that the oracle reads otherwise before any edit"] += 1
        elif shown.get(member) != after.get(member):
            yield f"accepting all gives other words in {member}"


def oracle_lines(data: bytes) -> dict[str, list[str]]:
    """The oracle's accepted lines by member, the body under "main"."""
    found = {}
    for name, root in oracle.story_roots(data).items():
        lines = [line.replace("\u00ad", "") for line in oracle.Resolver(True).blocks(root)]
        found["main" if root.tag == W + "document" else name.rpartition("/")[2]] = lines
    return found


def lines_by_member(rows: Sequence[Row]) -> dict[str, list[str]]:
    """The outline's lines by member, without text boxes."""
    found: dict[str, list[str]] = {}
    for row in rows:
        kind, _, rest = str(row["part"]).partition(":")
        if kind != "textbox":
            name = NOTES.get(kind, rest.rpartition("/")[2])
            found.setdefault(name, []).append(str(row["text"]))
    return found


def members_of(data: bytes) -> dict[str, bytes]:
    """Every member's bytes, in order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {each.filename: archive.read(each) for each in archive.infolist()}


def changed_members(before: bytes, after: bytes) -> list[str] | None:
    """The members that changed or came; None when one was lost or they stand in another order."""
    old, new = members_of(before), members_of(after)
    if [name for name in new if name in old] != list(old):
        return None
    return [name for name, content in new.items() if old.get(name) != content]


def reach(file: Opened, span: Range) -> Range:
    """A range as far as it may touch: a deletion of whole lines may strike the newline before them instead."""
    start, end, words = span
    whole = words == "" and file.text[start:end].endswith("\n") and (start == 0 or file.text[start - 1] == "\n")
    return (start - 1, end, words) if whole else span


def member_problems(file: Opened, trial: Trial, changed: list[str], notes: Counter[str]) -> Iterator[str]:
    """Members that had no reason to change, and paragraphs that did not keep their bytes."""
    spans = [reach(file, each) for each in ranges(file, trial.operations)]
    touched_parts = {
        str(row["part"]) for row in file.rows for start, end, _ in spans if start <= row["end"] and end >= row["start"]
    }
    commented = any(words is None for _, _, words in spans)
    boxed = any(part.startswith("textbox") for part in touched_parts)
    names = {part.partition(":")[2].rpartition("/")[2] for part in touched_parts}
    kinds = {part.partition(":")[0] for part in touched_parts}
    old, new = members_of(file.source.data), members_of(trial.data)
    roots = {name: root.tag for name, root in oracle.story_roots(file.source.data).items()}
    for member in changed:
        root = roots.get(member)
        reason = (
            (root == W + "document" and ("main" in kinds or boxed))
            or (root == W + "footnotes" and "footnote" in kinds)
            or (root == W + "endnotes" and "endnote" in kinds)
            or member.rpartition("/")[2] in names
            or (root is not None and boxed)
            or (commented and COMMENT_PARTS.search(member))
        )
        if not reason:
            yield f"{member} changed without a reason"
        elif member in old and root is not None and not old[member].startswith((b"\xff\xfe", b"\xfe\xff")):
            notes["parts judged byte by byte"] += 1
            yield from paragraph_problems(file, member, old[member], new[member], spans, boxed, notes)


def paragraph_problems(
    file: Opened,
    member: str,
    old: bytes,
    new: bytes,
    spans: list[Range],
    boxed: bool,
    notes: Counter[str],
) -> Iterator[str]:
    """Every outermost paragraph that no operation touches keeps its bytes, and so does what lies between them."""
    before, after = pieces(old), pieces(new)
    if b"".join(before[0]) != b"".join(after[0]):
        yield f"{member}: bytes between paragraphs changed"
    root = etree.fromstring(old, oracle.PARSER)
    wanted = member_rows(file, root, member)
    words = [own_words(one) for one in root.iter(W + "p") if not inside_paragraph(one)]
    if len(words) != len(before[1]) or "".join(words) != "".join(str(row["text"]) for row in wanted):
        notes["a part whose paragraphs the oracle cannot place"] += 1
        return
    touched = touched_paragraphs(words, wanted, spans)
    left = iter(after[1])
    for number, one in enumerate(before[1]):
        if number in touched or (boxed and b"txbxContent" in one):
            continue
        if not any(one == other for other in left):
            yield f"{member}: paragraph {number} changed, though nothing touches it: {words[number][:60]!r}"
            return


def member_rows(file: Opened, root: etree._Element, member: str) -> list[Row]:
    """The outline rows of a member, without its text boxes."""
    name = "main" if root.tag == W + "document" else member.rpartition("/")[2]
    found = []
    for row in file.rows:
        kind, _, rest = str(row["part"]).partition(":")
        if kind != "textbox" and name == NOTES.get(kind, rest.rpartition("/")[2]):
            found.append(row)
    return found


def own_words(paragraph: etree._Element) -> str:
    """The accepted words of a paragraph; none in a struck row or a separator note."""
    resolver = oracle.Resolver(True)
    for above in paragraph.iterancestors():
        if above.tag == W + "tr" and resolver._gone_row(above):
            return ""
        if above.tag in (W + "footnote", W + "endnote") and above.get(W + "type", "normal") != "normal":
            return ""
    return resolver._words(paragraph).replace("\u00ad", "")


def inside_paragraph(paragraph: etree._Element) -> bool:
    """Whether a paragraph lies in another one, as those of text boxes do."""
    return any(above.tag == W + "p" for above in paragraph.iterancestors())


def touched_paragraphs(words: list[str], rows: list[Row], spans: list[Range]) -> set[int]:
    """The numbers of the paragraphs that operations touch.

    Where every paragraph is a row they are told exactly; else by place among the words alone, ends included.
    """
    lines = [str(row["text"]) for row in rows]
    found: set[int] = set()
    if lines == words:
        for number, row in enumerate(rows):
            low, high = row["start"], row["end"]
            if any(start <= high and end >= low for start, end, _ in spans):
                found.add(number)
        return found
    place = 0
    places = []
    for row in rows:
        low, high = row["start"], row["end"]
        for start, end, _ in spans:
            if start <= high and end >= low:
                first = place + max(start - low, 0)
                places.append((first, place + min(end, high) - low))
        place += high - low
    place = 0
    for number, one in enumerate(words):
        if any(first <= place + len(one) and last >= place for first, last in places):
            found.add(number)
        place += len(one)
    return found


def pieces(xml: bytes) -> tuple[list[bytes], list[bytes]]:
    """What lies between the outermost paragraphs, and those paragraphs, as bytes."""
    parser = expat.ParserCreate(namespace_separator="}")
    depth = 0
    bounds: list[int] = []

    def start(name: str, _: object) -> None:
        nonlocal depth
        if "{" + name == W + "p":
            depth += 1
            if depth == 1:
                bounds.append(parser.CurrentByteIndex)

    def end(name: str) -> None:
        nonlocal depth
        if "{" + name == W + "p":
            depth -= 1
            if depth == 0:
                place = parser.CurrentByteIndex
                whole = xml[bounds[-1] : place]
                empty = whole.endswith(b"/>") and whole.count(b"<") == 1
                bounds.append(place if empty else xml.index(b">", place) + 1)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(xml, True)
    edges = [0, *bounds, len(xml)]
    cut = [xml[one:other] for one, other in pairwise(edges)]
    return cut[0::2], cut[1::2]


def reopens(data: bytes) -> bool:
    """Whether python-docx opens a file and reads its paragraphs."""
    try:
        return all(isinstance(one.text, str) for one in docx.Document(io.BytesIO(data)).paragraphs)
    except Exception:  # noqa: BLE001 - whatever a foreign library raises on a file is its verdict
        return False


def comments(data: bytes) -> int:
    """How many comments a file holds."""
    return sum(
        len(re.findall(rb"<\w+:comment(?=[\s>])", content))
        for name, content in members_of(data).items()
        if name.endswith("comments.xml")
    )


def different(one: str, other: str) -> str:
    """Where two texts part."""
    place = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{place}: {one[max(0, place - 20) : place + 40]!r} instead of {other[max(0, place - 20) : place + 40]!r}"
