"""Writing comments: new ones and replies, what is resolved, what was removed; nothing else in their parts moves."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from posixpath import dirname

from pactoria_desktop.contract.text import CommentNote, ContractText, Section, id_of, kind_of, paragraphs_of
from pactoria_desktop.documents.comments import last_paragraph_id, read_threads
from pactoria_desktop.documents.identifiers import Identifiers
from pactoria_desktop.documents.markup import digest, escaped, escaped_attribute
from pactoria_desktop.documents.names import (
    CONTENT_TYPES,
    PACKAGE_RELATIONSHIPS,
    RELATIONSHIP_REFERENCE,
    WORD,
    WORD_2010,
    WORD_2012,
    word,
)
from pactoria_desktop.documents.package import CONTENT_TYPES_MEMBER, Package
from pactoria_desktop.documents.rendering import Anchors
from pactoria_desktop.documents.spans import child_span, start_tag_end
from pactoria_desktop.documents.splices import Cut, spliced

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_EXTENDED_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.commentsExtended+xml"
_COMMENTS_RELATION = f"{RELATIONSHIP_REFERENCE}/comments"
_EXTENDED_RELATION = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"


@dataclass(slots=True)
class CommentPlan:
    """What is to be done about comments. ``ids`` gives each new comment its ``w:id``; ``left_out`` counts new
    comments whose words are all gone."""

    new: tuple[CommentNote, ...] = ()
    changed: tuple[CommentNote, ...] = ()
    removed: frozenset[str] = frozenset()
    ids: dict[str, str] = field(default_factory=dict)
    noted: frozenset[str] = frozenset()
    left_out: int = 0

    @property
    def empty(self) -> bool:
        """Whether comments stay as they are."""
        return not (self.new or self.changed or self.removed)


def plan_comments(
    package: Package, base: ContractText, text: ContractText, identifiers: Identifiers, anchors: Anchors
) -> tuple[CommentPlan, set[int]]:
    """The plan, and the identities of paragraphs that new comments begin or end in or whose anchors change.

    Fills ``anchors`` with the places. A comment whose words are all gone has no place in Word and is left out.
    """
    known = {note.id: note for note in base.comments}
    plan = CommentPlan(
        changed=tuple(note for note in text.comments if note.id in known and note.resolved != known[note.id].resolved),
        removed=frozenset(known) - {note.id for note in text.comments},
    )
    new = [note for note in text.comments if note.id not in known]
    plan.noted = frozenset(known) | {note.id for note in new}
    anchors.removed = set(plan.removed)
    forced: set[int] = set()
    if new:
        extents = _extents(text.sections, {note.id for note in new if note.parent is None})
        placed = {note.id for note in new if note.id in extents}
        replying = [note for note in new if note.parent is not None and (note.parent in known or note.parent in placed)]
        plan.new = tuple(note for note in new if note.id in placed or note in replying)
        plan.left_out = len(new) - len(plan.new)
        plan.ids = {note.id: identifiers.next() for note in plan.new}
        for note in plan.new:
            if note.id in placed:
                ids = [plan.ids[note.id], *(plan.ids[one.id] for one in replying if one.parent == note.id)]
                (first, opening), (last, closing) = extents[note.id]
                anchors.opening.setdefault((first, opening), []).extend(ids)
                anchors.closing.setdefault((last, closing), []).extend(ids)
                forced |= {first, last}
            elif note.parent in known:
                anchors.replies.setdefault(str(note.parent), []).append(plan.ids[note.id])
        styles = {style_id for style_id in _character_styles(package) if style_id == "CommentReference"}
        anchors.reference_style = "CommentReference" if styles else ""
    touched = plan.removed | set(anchors.replies)
    if touched:
        forced |= _anchored(text, touched)
    return plan, forced


def written_comments(package: Package, text: ContractText, plan: CommentPlan) -> dict[str, bytes]:
    """The parts that the plan changes: comments, commentsExtended, and for new parts relationships and types."""
    if plan.empty:
        return {}
    files = _Files(package)
    folder = dirname(package.main)
    member = package.related("comments")
    extended = package.related("commentsExtended")
    xml = package.xml(member) if member else _new_part("comments")
    names, additions, cuts = _paragraph_names(package, member, xml)
    needs_threads = any(note.parent or note.resolved for note in plan.new) or bool(plan.changed)
    entries = ""
    for note in plan.new:
        names[plan.ids[note.id]] = _paragraph_name(package, plan.ids[note.id], set(names.values()))
        entries += _comment(note, plan.ids[note.id], names[plan.ids[note.id]])
    needed = {plan.ids.get(one or "", one) for note in plan.new for one in [note.parent]} | {
        note.id for note in plan.changed
    }
    cuts += [cut for name, cut in additions.items() if name in needed]
    cuts += _removed(xml, plan.removed)
    cuts.append(_appended(xml, entries, "comments"))
    files.put(member or f"{folder}/comments.xml".lstrip("/"), spliced(xml, cuts))
    if member is None:
        files.register(f"{folder}/comments.xml".lstrip("/"), "comments.xml", _COMMENTS_TYPE, _COMMENTS_RELATION)
    if needs_threads or (extended and plan.new):
        threads = package.xml(extended) if extended else _new_extended_part()
        files.put(
            extended or f"{folder}/commentsExtended.xml".lstrip("/"),
            _threads(threads, package, plan, names),
        )
        if extended is None:
            files.register(
                f"{folder}/commentsExtended.xml".lstrip("/"),
                "commentsExtended.xml",
                _EXTENDED_TYPE,
                _EXTENDED_RELATION,
            )
    return files.parts


def _extents(sections: Sequence[Section], wanted: set[str]) -> dict[str, tuple[tuple[int, int], tuple[int, int]]]:
    """The first and last place (paragraph identity, span number) of each comment's words."""
    found: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {}
    for section in sections:
        for paragraph in paragraphs_of(section):
            for number, span in enumerate(paragraph.spans):
                for key in span.marks:
                    if kind_of(key) == "comment" and id_of(key) in wanted:
                        here = (id(paragraph), number)
                        name = id_of(key)
                        found[name] = (found[name][0] if name in found else here, here)
    return found


def _anchored(text: ContractText, comments: set[str] | frozenset[str]) -> set[int]:
    keys = {
        key
        for key, value in text.material.objects.items()
        if value.role in ("commentRangeStart", "commentRangeEnd", "commentReference") and value.ref in comments
    }
    return {
        id(paragraph)
        for section in text.sections
        for paragraph in paragraphs_of(section)
        if any(span.marks.get("obj") in keys for span in paragraph.spans)
    }


def _character_styles(package: Package) -> set[str]:
    member = package.related("styles")
    if member is None:
        return set()
    return {one.get(word("styleId"), "") for one in package.parse(member).iterchildren(word("style"))}


def _comment(note: CommentNote, name: str, paragraph: str) -> str:
    attributes = {"w:id": name, "w:author": note.author, "w:date": note.date, "w:initials": note.initials}
    head = "".join(f' {key}="{escaped_attribute(value)}"' for key, value in attributes.items() if value)
    lines = note.text.split("\n")
    body = ""
    for place, line in enumerate(lines):
        mark = f' xmlns:w14="{WORD_2010}" w14:paraId="{paragraph}"' if place == len(lines) - 1 else ""
        body += f'<w:p{mark}><w:r><w:t xml:space="preserve">{escaped(line)}</w:t></w:r></w:p>'
    return f'<w:comment xmlns:w="{WORD}"{head}>{body}</w:comment>'


def _paragraph_names(
    package: Package, member: str | None, xml: bytes
) -> tuple[dict[str, str], dict[str, Cut], list[Cut]]:
    """Each comment's paragraph id, and for those without one the cut that gives it one."""
    names: dict[str, str] = {}
    additions: dict[str, Cut] = {}
    if member is None:
        return names, additions, []
    for element in package.parse(member).iterchildren(word("comment")):
        name = element.get(word("id"), "")
        found = last_paragraph_id(element)
        if found:
            names[name] = found
            continue
        names[name] = _paragraph_name(package, name, set(names.values()))
        span = _comment_span(xml, name)
        place = _last_paragraph(xml, span) if span is not None else None
        if place is not None:
            declared = b"xmlns:w14" in xml[place : xml.index(b">", place)]
            scope = "" if declared else f' xmlns:w14="{WORD_2010}"'
            additions[name] = Cut(place, place, f'{scope} w14:paraId="{names[name]}"'.encode())
    return names, additions, []


def _paragraph_name(package: Package, comment: str, taken: set[str]) -> str:
    """A paragraph id: eight hex digits below 80000000, the same for the same package and comment."""
    for attempt in count():
        name = f"{int(digest(package.sha256, 'comment', comment, str(attempt))[:8], 16) & 0x7FFFFFFF:08X}"
        if name not in taken and name != "00000000":
            return name
    raise AssertionError("unreachable")


def _comment_span(xml: bytes, name: str) -> tuple[int, int] | None:
    at = 0
    while True:
        span = child_span(xml, "comment", at, len(xml))
        if span is None:
            return None
        head = xml[span[0] : start_tag_end(xml, span[0])]
        found = re.search(rb"""[\w.-]+:id\s*=\s*["']([^"']*)["']""", head)
        if found is not None and found.group(1).decode("utf-8", "replace") == name:
            return span
        at = span[1]


def _last_paragraph(xml: bytes, span: tuple[int, int]) -> int | None:
    """The offset behind the name of the start tag of a comment's last paragraph."""
    found = None
    for one in re.finditer(rb"<(?:[\w.-]+:)?p(?=[\s/>])", xml[span[0] : span[1]]):
        found = span[0] + one.end()
    return found


def _removed(xml: bytes, removed: frozenset[str]) -> list[Cut]:
    cuts = []
    for name in removed:
        span = _comment_span(xml, name)
        if span is not None:
            cuts.append(Cut(*span, b""))
    return cuts


def _appended(xml: bytes, entries: str, root: str) -> Cut:
    """Entries before the end tag of a part's root element, which is opened when it closes itself."""
    closing = None
    for one in re.finditer(rb"</(?:[\w.-]+:)?" + root.encode() + rb"\s*>", xml):
        closing = one.start()
    if closing is not None:
        return Cut(closing, closing, entries.encode("utf-8"))
    opening = re.search(rb"<((?:[\w.-]+:)?" + root.encode() + rb")(?=[\s/>])", xml)
    start = opening.start() if opening is not None else 0
    end = start_tag_end(xml, start)
    name = opening.group(1) if opening is not None else root.encode()
    return Cut(end - 2, end, b">" + entries.encode("utf-8") + b"</" + name + b">" if entries else xml[end - 2 : end])


def _threads(xml: bytes, package: Package, plan: CommentPlan, names: Mapping[str, str]) -> bytes:
    threads = read_threads(package)
    cuts: list[Cut] = []
    entries = ""
    for note in plan.changed:
        name = names.get(note.id, "")
        if name in threads:
            cuts.append(_resolved(xml, name, note.resolved))
        else:
            entries += _thread(name, "", note.resolved)
    for note in plan.new:
        parent = names.get(plan.ids.get(note.parent, note.parent), "") if note.parent else ""
        if parent and parent not in threads and note.parent not in plan.ids:
            entries += "" if f'"{parent}"' in entries else _thread(parent, "", False)
        entries += _thread(names[plan.ids[note.id]], parent, note.resolved)
    cuts.append(_appended(xml, entries, "commentsEx"))
    return spliced(xml, [cut for cut in cuts if cut.end >= 0])


def _thread(name: str, parent: str, resolved: bool) -> str:
    above = f' w15:paraIdParent="{parent}"' if parent else ""
    return f'<w15:commentEx xmlns:w15="{WORD_2012}" w15:paraId="{name}"{above} w15:done="{int(resolved)}"/>'


def _resolved(xml: bytes, name: str, resolved: bool) -> Cut:
    """The cut that sets ``done`` of one thread."""
    found = re.search(
        rb"""<[\w.-]+:commentEx\s[^>]*?paraId\s*=\s*["']""" + name.encode() + rb"""["'][^>]*>""", xml, re.IGNORECASE
    )
    if found is None:
        return Cut(0, -1, b"")
    done = re.search(rb"""(\s[\w.-]+:done\s*=\s*["'])[^"']*""", found.group())
    value = b"1" if resolved else b"0"
    if done is not None:
        at = found.start() + done.end(1)
        return Cut(at, found.start() + done.end(), value)
    prefix = re.match(rb"<([\w.-]+:)", found.group())
    lead = prefix.group(1) if prefix is not None else b""
    at = found.end() - (2 if found.group().endswith(b"/>") else 1)
    return Cut(at, at, b" " + lead + b'done="' + value + b'"')


def _new_part(root: str) -> bytes:
    return f'{_DECLARATION}<w:{root} xmlns:w="{WORD}"></w:{root}>'.encode()


def _new_extended_part() -> bytes:
    return f'{_DECLARATION}<w15:commentsEx xmlns:w15="{WORD_2012}"></w15:commentsEx>'.encode()


class _Files:
    """Collects changed parts; a new one is named in the main part's relationships and in the content types."""

    def __init__(self, package: Package) -> None:
        self.parts: dict[str, bytes] = {}
        self._package = package
        folder, _, base = package.main.rpartition("/")
        self._relations = f"{folder}/_rels/{base}.rels".lstrip("/")

    def put(self, member: str, data: bytes) -> None:
        self.parts[member] = data

    def register(self, member: str, target: str, content_type: str, relation: str) -> None:
        types = self._current(CONTENT_TYPES_MEMBER, f'{_DECLARATION}<Types xmlns="{CONTENT_TYPES}"></Types>')
        entry = f'<Override xmlns="{CONTENT_TYPES}" PartName="/{member}" ContentType="{content_type}"/>'
        self.parts[CONTENT_TYPES_MEMBER] = spliced(types, [_appended(types, entry, "Types")])
        relations = self._current(
            self._relations, f'{_DECLARATION}<Relationships xmlns="{PACKAGE_RELATIONSHIPS}"></Relationships>'
        )
        taken = {one.id for one in self._package.main_relationships} | set(
            re.findall(r'Id="([^"]*)"', relations.decode("utf-8", "replace"))
        )
        name = next(f"rId{number}" for number in count(1) if f"rId{number}" not in taken)
        entry = f'<Relationship xmlns="{PACKAGE_RELATIONSHIPS}" Id="{name}" Type="{relation}" Target="{target}"/>'
        self.parts[self._relations] = spliced(relations, [_appended(relations, entry, "Relationships")])

    def _current(self, member: str, default: str) -> bytes:
        if member in self.parts:
            return self.parts[member]
        found = self._package.member(member)
        return self._package.xml(found) if found is not None else default.encode()
