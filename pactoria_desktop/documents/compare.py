"""Compares two Word files and writes what changed onto the first as native tracked changes (CLI.md, ``compare``).

The changes lead from the text of OLD with its tracked changes accepted to that of NEW; tracked changes that are open in
OLD stay, with their authors and dates. Every story is compared: body, tables, notes, headers, footers, text boxes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pactoria_desktop.contract.alignment import equal_pairs, similar_pairs
from pactoria_desktop.contract.lines import accepted
from pactoria_desktop.contract.rewriting import Author
from pactoria_desktop.contract.text import ContractText, Revision, Section, kind_of, paragraphs_of
from pactoria_desktop.contract.words import Vocabulary, words_of
from pactoria_desktop.documents.compare_setting import Setting
from pactoria_desktop.documents.compare_story import compared_story


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
    """OLD's text with the changes to NEW marked in it, and a sentence for each thing that could not be shown."""

    text: ContractText
    counts: Counts
    remarks: tuple[str, ...]


def compare_texts(
    old: ContractText,
    new: ContractText,
    author: Author,
    *,
    old_styles: Iterable[str] = (),
    pairs_of_parts: Mapping[str, str] | None = None,
) -> ComparedText:
    """OLD with the changes that lead to NEW. ``pairs_of_parts`` says which header of NEW belongs to one of OLD."""
    return compared(Setting(old, new, author, old_styles=old_styles), old, new, pairs_of_parts)


def compared(
    setting: Setting, old: ContractText, new: ContractText, pairs_of_parts: Mapping[str, str] | None = None
) -> ComparedText:
    """The same under a setting that says what counts as seen on either side."""
    stories, others = _stories(old), _stories(new)
    partners = _Partners(stories, others, dict(pairs_of_parts or {}))
    written: dict[str, list[Section]] = {}
    for kind in ("main", "textbox", "footnote", "endnote", "header", "footer", "textbox"):
        for part in [part for part in stories if part_kind(part) == kind and part not in written]:
            partner = partners.of(part, setting)
            if partner is None and kind == "textbox" and len(written) < len(stories) - 1 and kind in written:
                continue
            written[part] = compared_story(setting, stories[part], others.get(partner or "", []), part)
    for part in partners.unmet():
        if any(paragraph.text.strip() for section in others[part] for paragraph in paragraphs_of(section)):
            setting.remarks.append(f"The new file has a {part_kind(part)} that the old one has no place for.")
    sections = [section for part in stories for section in written[part]]
    revisions = {**old.revisions, **setting.register.made}
    text = replace(old, sections=tuple(sections), revisions=revisions, material=setting.material())
    return ComparedText(text, _counted(text, setting.register.made), tuple(dict.fromkeys(setting.remarks)))


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
