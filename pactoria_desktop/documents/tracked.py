"""Tracked changes of a Word package: listed, accepted and rejected, in every story, by one walker.

Accepting or rejecting writes anew only what a resolved change touches; all other bytes and members stay. When all
changes are resolved no mark-up of tracked changes is left.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from pactoria_desktop.contract.rounds import moment, rounds
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.parsing import as_utf8, from_utf8
from pactoria_desktop.documents.tracked_changes import (
    Change,
    Direction,
    Kind,
    PartChanges,
    change_words,
    collect,
    words,
)
from pactoria_desktop.documents.tracked_comments import Comment, comments
from pactoria_desktop.documents.tracked_resolve import resolve
from pactoria_desktop.documents.tracked_tree import Node, Tree

_OTHER_PARTS: Final = ("comments", "styles", "stylesWithEffects", "numbering", "glossaryDocument")


@dataclass(frozen=True, slots=True)
class TrackedChange:
    """One tracked change. ``id`` is Word's ``w:id`` where that is unique in the package, else with a number behind it.

    ``direction`` is "in" for what accepting keeps, "out" for what it takes away, "format" for looks. ``date`` is as
    Word wrote it. ``part`` is "main", "footnote:<id>", "endnote:<id>", "header:<member>", "footer:<member>",
    "comments", "styles" or "numbering".
    """

    id: str
    kind: Kind
    direction: Direction
    author: str
    date: str
    round: int | None
    text: str
    part: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Which changes are meant: all that meet every given condition; none given means all.

    ``since`` and ``until`` are ISO dates or instants, both included; a bare date means the whole day, in UTC.
    """

    ids: frozenset[str] | None = None
    authors: frozenset[str] | None = None
    kinds: frozenset[str] | None = None
    since: str | None = None
    until: str | None = None
    round: int | None = None

    def predicate(self) -> Callable[[TrackedChange], bool]:
        """A test for one change. Raises DocumentError for a date that is none."""
        first = _instant(self.since, end=False)
        last = _instant(self.until, end=True)

        def meets(change: TrackedChange) -> bool:
            if self.ids is not None and change.id not in self.ids:
                return False
            if self.authors is not None and change.author not in self.authors:
                return False
            if self.kinds is not None and change.kind not in self.kinds:
                return False
            if self.round is not None and change.round != self.round:
                return False
            if first is None and last is None:
                return True
            when = moment(change.date)
            return when is not None and (first is None or when >= first) and (last is None or when <= last)

        return meets


ALL: Final = Selection()


@dataclass(frozen=True, slots=True)
class Resolved:
    """A package after accepting or rejecting. ``counts`` says how many of each kind; ``left`` how many remain."""

    data: bytes
    counts: Mapping[str, int]
    left: int

    def to_json(self, accepted: bool) -> dict[str, object]:
        """The counts that ``pactoria accept`` and ``pactoria reject`` print."""
        total = sum(self.counts.values())
        return {"accepted" if accepted else "rejected": total, "left": self.left, "kinds": dict(self.counts)}


class TrackedChanges:
    """The tracked changes of one package."""

    def __init__(self, package: Package) -> None:
        """Reads every part that can hold tracked changes. Raises DocumentError when one is not well-formed."""
        self._package = package
        self._parts: dict[str, PartChanges] = {}
        for member, label in _labelled_parts(package):
            data = as_utf8(package.part(member), member, package.name)
            tree = Tree(data)
            if tree.has_changes:
                try:
                    self._parts[member] = collect(tree, label)
                except ValueError as error:
                    raise DocumentError(
                        f"{package.name} is damaged: its part {member} is not well-formed XML; open it in Word, "
                        "save it and try again."
                    ) from error

    @cached_property
    def _listed(self) -> tuple[tuple[Change, TrackedChange], ...]:
        changes = [one for part in self._parts.values() for one in part.changes if one.listed]
        numbers = rounds([(one.author, one.date) for one in changes])
        seen: Counter[str] = Counter()
        common = Counter(one.word_id for one in changes)
        result = []
        for one, number in zip(changes, numbers, strict=True):
            seen[one.word_id] += 1
            identifier = one.word_id or "unnamed"
            if common[one.word_id] > 1 and seen[one.word_id] > 1:
                identifier = f"{identifier}.{seen[one.word_id]}"
            result.append(
                (
                    one,
                    TrackedChange(
                        identifier,
                        one.kind,
                        one.direction,
                        one.author,
                        one.date,
                        number,
                        change_words(one),
                        one.part,
                    ),
                )
            )
        return tuple(result)

    @property
    def revisions(self) -> tuple[TrackedChange, ...]:
        """All tracked changes in the order of the text."""
        return tuple(listed for _, listed in self._listed)

    @cached_property
    def unknown_to_text(self) -> frozenset[str]:
        """The ids of changes that a contract text does not know: cells that came or went by themselves, and rows of
        tables within cells, whose words stand in the outer cell."""
        return frozenset(
            listed.id
            for change, listed in self._listed
            if change.kind == "cell" or (change.kind == "row" and _stands_in_cell(change.node))
        )

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """All comments."""
        return comments(self._package)

    def to_json(self) -> dict[str, object]:
        """The shape that ``pactoria revisions --json`` prints."""
        return {
            "revisions": [
                {
                    "id": one.id,
                    "kind": one.kind,
                    "direction": one.direction,
                    "author": one.author,
                    "date": one.date,
                    "round": one.round,
                    "text": one.text,
                    "part": one.part,
                }
                for one in self.revisions
            ],
            "comments": [asdict(one) for one in self.comments],
        }

    def accept(self, selection: Selection = ALL) -> Resolved:
        """The package with the selected changes accepted. Raises DocumentError for an id that is not there."""
        return self._resolve(selection, accept=True)

    def reject(self, selection: Selection = ALL) -> Resolved:
        """The package with the selected changes rejected. Raises DocumentError for an id that is not there."""
        return self._resolve(selection, accept=False)

    def resolved_parts(self, accept: bool, chosen: Callable[[TrackedChange], bool] | None = None) -> dict[str, bytes]:
        """The parts that change when the chosen changes (all, without ``chosen``) are accepted or rejected."""
        return self._parts_after(self._verdict(accept, chosen), accept if chosen is None else None)

    def _resolve(self, selection: Selection, *, accept: bool) -> Resolved:
        meets = selection.predicate()
        if selection.ids is not None:
            unknown = selection.ids - {one.id for one in self.revisions}
            if unknown:
                raise DocumentError(
                    f"{self._package.name} has no tracked change with the id {min(unknown)}; list them with "
                    "`pactoria revisions`."
                )
        rest = accept if selection == ALL else None
        verdict = self._verdict(accept, None if selection == ALL else meets)
        counts: Counter[str] = Counter(listed.kind for change, listed in self._listed if change in verdict)
        try:
            parts = self._parts_after(verdict, rest)
        except ValueError as error:
            raise DocumentError(
                f"{self._package.name} is damaged: a part of it is not well-formed XML; open it in Word, save it and "
                "try again."
            ) from error
        data = self._package.with_parts(parts)
        return Resolved(data, dict(sorted(counts.items())), len(self._listed) - sum(counts.values()))

    def _verdict(self, accept: bool, chosen: Callable[[TrackedChange], bool] | None) -> dict[Change, bool]:
        if chosen is None:
            return {one: accept for part in self._parts.values() for one in part.changes}
        verdict = {change: accept for change, listed in self._listed if chosen(listed)}
        for part in self._parts.values():
            for one in part.changes:
                if one.twin is not None and one.twin in verdict:
                    verdict[one] = verdict[one.twin]
            for one in part.changes:
                if one.node.name == "tblGridChange" and verdict:
                    table = next((up for up in one.node.ancestors() if up.name == "tbl"), None)
                    start, end = (table.start, table.end) if table is not None else (0, 0)
                    inside = [c for c in part.changes if c.node.name != "tblGridChange" and start < c.node.start < end]
                    if all(c in verdict for c in inside):
                        verdict[one] = accept
        return verdict

    def _parts_after(self, verdict: Mapping[Change, bool], rest: bool | None) -> dict[str, bytes]:
        result = {}
        for member, part in self._parts.items():
            mine = {one: verdict[one] for one in part.changes if one in verdict}
            if mine or rest is not None:
                result[member] = resolve(part, mine, rest)
        for story in self._package.stories:
            if story.kind in ("footnotes", "endnotes"):
                self._drop_lost_notes(story.member, story.kind.removesuffix("s"), result)
        return {member: from_utf8(data, self._package.part(member)) for member, data in result.items()}

    def _drop_lost_notes(self, member: str, name: str, result: dict[str, bytes]) -> None:
        """Takes out notes that have lost both their reference and all their words."""
        pattern = re.compile(name.encode() + rb"""Reference\s[^>]*?:?id\s*=\s*["']([^"']*)["']""")
        before: set[bytes] = set()
        after: set[bytes] = set()
        for story in self._package.stories:
            if story.member in result and story.member in self._parts:
                before.update(pattern.findall(self._parts[story.member].tree.xml))
                after.update(pattern.findall(result[story.member]))
        lost = {identifier.decode("utf-8", "replace") for identifier in before - after}
        if not lost:
            return
        xml = result.get(member) or as_utf8(self._package.part(member), member, self._package.name)
        kept, position = [], 0
        for note in Tree(xml).root.children:
            if note.name == name and note.attribute("id") in lost and not words(note).strip("\n"):
                kept.append(xml[position : note.start])
                position = note.end
        if kept:
            result[member] = b"".join([*kept, xml[position:]])


def tracked_changes(package: Package) -> TrackedChanges:
    """The tracked changes and comments of a package."""
    return TrackedChanges(package)


def accept_all(package: Package) -> bytes:
    """The package with every tracked change accepted."""
    return TrackedChanges(package).accept().data


def reject_all(package: Package) -> bytes:
    """The package with every tracked change rejected."""
    return TrackedChanges(package).reject().data


def _stands_in_cell(node: Node) -> bool:
    """Whether a row's mark stands in a table within a cell."""
    return any(one.name in ("tc", "txbxContent") for one in node.ancestors())


def _labelled_parts(package: Package) -> list[tuple[str, str]]:
    """Members that can hold tracked changes with their label, stories first, each once."""
    labels: dict[str, str] = {}
    for story in package.stories:
        label = f"{story.kind}:{story.member}" if story.kind in ("header", "footer") else story.kind
        labels.setdefault(story.member, label)
    for kind in _OTHER_PARTS:
        member = package.related(kind)
        if member is not None:
            labels.setdefault(member, kind)
    return list(labels.items())


def _instant(date: str | None, *, end: bool) -> datetime | None:
    if date is None:
        return None
    when = moment(date)
    if when is None:
        raise DocumentError(f"{date} is not a date; write it as 2026-01-31 or 2026-01-31T18:00:00Z.")
    if end and "T" not in date and len(date.strip()) <= 10:
        return when + timedelta(days=1) - timedelta(microseconds=1)
    return when
