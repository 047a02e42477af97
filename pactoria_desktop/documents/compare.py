"""Compares two Word files and writes what changed onto the first as native tracked changes (CLI.md, ``compare``).

The changes lead from the text of OLD with its tracked changes accepted to that of NEW; tracked changes that are open in
OLD stay, with their authors and dates. Every story is compared: body, tables, notes, headers, footers, text boxes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pactoria_desktop.contract.alignment import equal_pairs, similar_pairs
from pactoria_desktop.contract.lines import View, accepted
from pactoria_desktop.contract.moves import with_moves
from pactoria_desktop.contract.rewriting import Author
from pactoria_desktop.contract.text import (
    ContractText,
    Paragraph,
    Revision,
    Section,
    TextSection,
    kind_of,
    paragraphs_of,
)
from pactoria_desktop.contract.words import Vocabulary, words_of
from pactoria_desktop.documents.compare_margins import with_margins
from pactoria_desktop.documents.compare_parts import NoteCarrier, PartCarrier
from pactoria_desktop.documents.compare_setting import Setting
from pactoria_desktop.documents.compare_story import compared_story
from pactoria_desktop.documents.identifiers import Identifiers
from pactoria_desktop.documents.names import word
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.tracked import Selection, TrackedChanges
from pactoria_desktop.documents.writer import write

# Move ranges are named by ids far above those that the writer gives to new revisions.
_ROOM = 100_000
_SECTION = re.compile(rb"<w:sectPr[\s>].*?</w:sectPr>", re.DOTALL)
_CHANGING = re.compile(rb'\s(?:w:rsid\w*|r:id)="[^"]*"')
_MAY_BE_UNKNOWN = re.compile(rb"cellIns|cellDel|cellMerge|trPr")
_SINGLE_CELLS = (
    "The old file has tracked changes of single table cells, or of rows of a table within a cell; they stay open, and "
    "what they take away is compared as if it stayed."
)
_OTHER_PAGE_SET_UP = "The page set-up (sections, margins, columns) differs and is left as the old file has it."


@dataclass(frozen=True, slots=True)
class Counts:
    """What a comparison marked. Characters are code points, paragraph marks not counted."""

    insertions: int = 0
    deletions: int = 0
    moves: int = 0
    formats: int = 0
    inserted_characters: int = 0
    deleted_characters: int = 0


@dataclass(frozen=True, slots=True)
class ComparedText:
    """OLD's text with the changes to NEW marked in it, and a sentence for each thing that could not be shown.

    ``missing_notes`` are parts of NEW (footnotes, endnotes) that OLD would need room for, ``missing_margins`` headers
    and footers.
    """

    text: ContractText
    counts: Counts
    remarks: tuple[str, ...]
    missing_notes: tuple[str, ...] = ()
    missing_margins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompareResult:
    """A redline: the bytes of OLD with the changes in it, what was marked, and what could not be shown."""

    data: bytes
    counts: Counts
    remarks: tuple[str, ...]


def compare(old: Package, new: Package, author: str, date: str) -> CompareResult:
    """The changes from OLD to NEW as tracked changes on OLD, by this author at this time (as Word writes dates).

    Raises DocumentError where one of the files cannot be read, or OLD cannot be written.
    """
    new = _told_by_text(new)
    base, other = read(old), read(new)
    carrier = PartCarrier(old, new)
    setting = _setting(base, other, old, author, date, carrier, {})
    result = compared(setting, base, other, old=old, new=new)
    if result.missing_notes or result.missing_margins:
        notes = NoteCarrier(old)
        places = {part: f"{part_kind(part)}:{notes.place_for(part_kind(part))}" for part in result.missing_notes}
        roomy, margins = with_margins(notes.package(), new, result.missing_margins)
        if places or margins:
            old = roomy
            base, carrier = read(old), PartCarrier(old, new)
            setting = _setting(base, other, old, author, date, carrier, places)
            known = {**margins, **{place: part for part, place in places.items()}}
            result = compared(setting, base, other, known, old=old, new=new)
    text = with_moves(result.text, setting.register, setting.author, int(Identifiers(old).next()) + _ROOM)
    counts = _counted(text, setting.register.made)
    data = write(old, base, text)
    parts = carrier.parts(written := Package(data, old.name))
    remarks = [*result.remarks]
    remarks += [_OTHER_PAGE_SET_UP] if _page_set_up(old) != _page_set_up(new) else []
    remarks += [_SINGLE_CELLS] if _unknown_to_text(old) else []
    return CompareResult(written.with_parts(parts) if parts else data, counts, tuple(remarks))


def _told_by_text(new: Package) -> Package:
    """NEW with those tracked changes accepted that a contract text does not know: cells, rows of tables in cells."""
    unknown = _unknown_to_text(new)
    return Package(TrackedChanges(new).accept(Selection(ids=unknown)).data, new.name) if unknown else new


def _unknown_to_text(package: Package) -> frozenset[str]:
    """The ids of such changes; most files hold nothing that could be one."""
    if not any(_MAY_BE_UNKNOWN.search(package.part(story.member)) for story in package.stories):
        return frozenset()
    return TrackedChanges(package).unknown_to_text


def _page_set_up(package: Package) -> list[bytes]:
    """The sections of a file as Word has them, without what differs with every save."""
    return [_CHANGING.sub(b"", found) for found in _SECTION.findall(package.xml(package.main))]


def _setting(
    base: ContractText,
    other: ContractText,
    old: Package,
    author: str,
    date: str,
    carrier: PartCarrier,
    notes: Mapping[str, str],
) -> Setting:
    return Setting(base, other, Author(author, date), old_styles=style_ids(old), parts=carrier, notes=notes)


def style_ids(package: Package) -> list[str]:
    """The ids of all styles that a package defines."""
    member = package.related("styles")
    if member is None:
        return []
    return [style.get(word("styleId"), "") for style in package.parse(member).iter(word("style"))]


def compare_texts(old: ContractText, new: ContractText, author: Author) -> ComparedText:
    """The same for texts alone: objects that need other parts of their file are shown by a placeholder."""
    return compared(Setting(old, new, author), old, new)


def compared(
    setting: Setting,
    base: ContractText,
    other: ContractText,
    pairs_of_parts: Mapping[str, str] | None = None,
    *,
    old: Package | None = None,
    new: Package | None = None,
) -> ComparedText:
    """BASE with the changes to OTHER, under a setting that says what counts as seen on either side."""
    stories, others = _stories(base), _stories(other)
    partners = _Partners(stories, others, dict(pairs_of_parts or {}))
    written: dict[str, list[Section]] = {}
    waiting = sorted(stories, key=_turn)
    while waiting:
        part = next((one for one in waiting if part_kind(one) != "textbox" or partners.knows_box(one, setting)), None)
        part = part if part is not None else waiting[0]
        waiting.remove(part)
        partner = partners.of(part, setting) or ""
        if (
            not partner
            and part_kind(part) in ("footnote", "endnote", "textbox")
            and not partners.is_shown(part, setting)
        ):
            written[part] = list(stories[part])
            continue
        setting.members = (_member(partner, new), _member(part, old))
        written[part] = compared_story(setting, stories[part], others.get(partner, []), part)
    missing: list[str] = []
    for part in partners.unmet():
        if part_kind(part) == "textbox" and part.split(":")[1] in setting.put_keys:
            continue
        if part_kind(part) in ("footnote", "endnote") and not partners.is_shown(part, setting, new=True):
            continue
        if any(paragraph.text.strip() for section in others[part] for paragraph in paragraphs_of(section)):
            article = "an" if part_kind(part).startswith("e") else "a"
            setting.remarks.append(f"The new file has {article} {part_kind(part)} that the old one has no place for.")
            missing += [part] if part_kind(part) in ("header", "footer") else []
    sections = [section for part in stories for section in written[part]]
    revisions = {**base.revisions, **setting.register.made}
    text = replace(base, sections=tuple(sections), revisions=revisions, material=setting.material())
    return ComparedText(
        text,
        _counted(text, setting.register.made),
        tuple(dict.fromkeys(setting.remarks)),
        tuple(dict.fromkeys(setting.missing_notes)),
        tuple(missing),
    )


def _turn(part: str) -> int:
    """Stories in which objects are met come before the boxes and notes that those objects hold."""
    return ("main", "header", "footer", "footnote", "endnote", "textbox").index(part_kind(part))


def _member(part: str, package: Package | None) -> str:
    """The member that holds a part; "" where that is not told by its name."""
    kind, _, name = part.partition(":")
    if package is None or not part:
        return ""
    if kind == "main":
        return package.main
    if kind in ("footnote", "endnote"):
        return package.related(f"{kind}s") or ""
    return name if kind in ("header", "footer") else ""


def part_kind(part: str) -> str:
    """The kind of a part: what stands before its first colon."""
    return part.partition(":")[0]


def _stories(text: ContractText) -> dict[str, list[Section]]:
    stories: dict[str, list[Section]] = {}
    for section in text.sections:
        stories.setdefault(section.part, []).append(section)
    return stories


class _Partners:
    """Which story of NEW belongs to a story of OLD."""

    def __init__(
        self, old: Mapping[str, Sequence[Section]], new: Mapping[str, Sequence[Section]], known: dict[str, str]
    ) -> None:
        self._old = old
        self._new = new
        self._known = known
        self._met: set[str] = set()
        self._guessed: dict[str, dict[str, str]] = {}
        self._shown: dict[bool, set[str]] = {}

    def of(self, part: str, setting: Setting) -> str | None:
        """The partner of a part, None where NEW has none."""
        kind = part_kind(part)
        found: str | None = None
        if kind == "main":
            found = "main" if "main" in self._new else None
        elif part in self._known:
            found = self._known[part]
        elif kind in ("footnote", "endnote"):
            found = self._of_note(part, setting)
        elif kind == "textbox":
            found = self._of_box(part, setting)
        else:
            found = self._guess(kind).get(part)
        if found is not None:
            self._met.add(found)
        return found

    def knows_box(self, part: str, setting: Setting) -> bool:
        """Whether the object that holds this box was met."""
        return any(part.split(":", 2)[1] == pair.old for pair in setting.pairs)

    def is_shown(self, part: str, setting: Setting, *, new: bool = False) -> bool:
        """Whether something that is seen refers to a note, or the object that holds a box is on both sides."""
        if part_kind(part) == "textbox":
            return self.knows_box(part, setting)
        if new not in self._shown:
            stories, view = (self._new, setting.new_view) if new else (self._old, setting.old_view)
            objects = setting.formats.objects()[new]
            self._shown[new] = {
                f"{objects[key].role.removesuffix('Reference')}:{objects[key].ref}"
                for sections in stories.values()
                for section in sections
                for paragraph in _standing(section, view)
                for key in _seen_objects(paragraph, view)
                if key in objects and objects[key].kind == "note"
            }
        return part in self._shown[new]

    def unmet(self) -> list[str]:
        """Stories of NEW that have no place in OLD."""
        return [part for part in self._new if part not in self._met]

    def _of_note(self, part: str, setting: Setting) -> str | None:
        kind, _, name = part.partition(":")
        old, new = setting.formats.objects()
        for pair in setting.pairs:
            one, other = old.get(pair.old), new.get(pair.new)
            if one is not None and other is not None and one.ref == name and one.role.startswith(kind):
                candidate = f"{kind}:{other.ref}"
                return candidate if candidate in self._new else None
        return None

    def _of_box(self, part: str, setting: Setting) -> str | None:
        _, key, number = part.split(":", 2) if part.count(":") >= 2 else ("", part, "")
        for pair in setting.pairs:
            candidate = f"textbox:{pair.new}:{number}"
            if pair.old == key and candidate in self._new and candidate not in self._met:
                return candidate
        return None

    def _guess(self, kind: str) -> dict[str, str]:
        """Headers and footers that nothing names as partners: equal ones, then similar ones, then by their order."""
        if kind not in self._guessed:
            olds = [part for part in self._old if part_kind(part) == kind and part not in self._known]
            taken = set(self._known.values())
            news = [part for part in self._new if part_kind(part) == kind and part not in taken]
            self._guessed[kind] = {olds[a]: news[b] for a, b in self._similar(olds, news)}
        return self._guessed[kind]

    def _similar(self, olds: list[str], news: list[str]) -> list[tuple[int, int]]:
        left, right = [self._words(self._old[part]) for part in olds], [self._words(self._new[part]) for part in news]
        pairs = equal_pairs(left, right)
        rest = [place for place in range(len(olds)) if place not in {a for a, _ in pairs}]
        others = [place for place in range(len(news)) if place not in {b for _, b in pairs}]
        vocabulary = Vocabulary()
        codes = [vocabulary.code(words_of(left[place])) for place in rest]
        other_codes = [vocabulary.code(words_of(right[place])) for place in others]
        close = [(rest[a], others[b]) for a, b in similar_pairs(codes, other_codes, least=0.2)]
        rest = [place for place in rest if place not in {a for a, _ in close}]
        others = [place for place in others if place not in {b for _, b in close}]
        return [*pairs, *close, *zip(rest, others, strict=False)]

    @staticmethod
    def _words(sections: Sequence[Section]) -> str:
        return "\n".join(
            "".join(span.text for span in paragraph.spans if accepted(span.marks))
            for section in sections
            for paragraph in paragraphs_of(section)
        )


def _standing(section: Section, view: View) -> Iterator[Paragraph]:
    """The paragraphs of a section without those of rows that are not seen."""
    if isinstance(section, TextSection):
        yield from section.paragraphs
        return
    for row in section.rows:
        if view(row.marks):
            for cell in row.cells:
                yield from cell.paragraphs


def _seen_objects(paragraph: Paragraph, view: View) -> list[str]:
    return [str(span.marks["obj"]) for span in paragraph.spans if "obj" in span.marks and view(span.marks)]


def _counted(text: ContractText, made: Mapping[str, Revision]) -> Counts:
    characters = {"ins": 0, "del": 0, "moveTo": 0, "moveFrom": 0}
    for section in text.sections:
        for paragraph in paragraphs_of(section):
            for span in paragraph.spans:
                for key in span.marks:
                    kind = kind_of(key)
                    if kind in characters and key.partition(":")[2] in made and not re.fullmatch("\u2060", span.text):
                        characters[kind] += len(span.text)
    kinds = [revision.kind for revision in made.values()]
    return Counts(
        insertions=kinds.count("insertion") + kinds.count("row_insertion"),
        deletions=kinds.count("deletion") + kinds.count("row_deletion"),
        moves=kinds.count("move_from"),
        formats=kinds.count("format") + kinds.count("paragraph_format"),
        inserted_characters=characters["ins"] + characters["moveTo"],
        deleted_characters=characters["del"] + characters["moveFrom"],
    )
