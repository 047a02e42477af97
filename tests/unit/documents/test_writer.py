import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from pactoria_desktop.contract.text import ContractText, Marks, Revision, Span, paragraphs_of
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.spans import index
from pactoria_desktop.documents.writer import write, written
from tests.samples import SAMPLES
from tests.unit.documents import oracle, random_edits
from tests.unit.documents.trees import comparable
from tests.unit.documents.word_files import sample, word_files


def opened(path: Path) -> tuple[Package, ContractText] | None:
    try:
        package = Package(path.read_bytes(), path.name)
        return package, read(package)
    except DocumentError:
        return None


def check_untouched(path: Path) -> None:
    found = opened(path)
    if found is None:
        return
    package, text = found
    assert write(package, text, read(package)) == package.data


def check_rewritten(path: Path) -> None:
    """Every paragraph written again gives the same tree, and reads back the same."""
    found = opened(path)
    if found is None or found[0].strict:
        return
    package, text = found
    again = Package(written(package, text, text, everything=True).data, path.name)
    for story in package.stories:
        assert comparable(again.parse(story.member)) == comparable(package.parse(story.member)), story.member
    assert [words(one) for one in read(again).sections] == [words(one) for one in text.sections]


def words(section) -> list[str]:
    return [one.text for one in paragraphs_of(section)]


def member_views(package: Package, text: ContractText, accept: bool) -> dict[str, list[str]]:
    """The words that a text shows, by member as the oracle names them."""
    notes = {story.kind: story.member for story in package.stories}
    found: dict[str, list[str]] = {}
    for part, shown in random_edits.view(text, accept).items():
        kind, _, name = part.partition(":")
        member = {"main": package.main, "footnote": notes.get("footnotes"), "endnote": notes.get("endnotes")}.get(
            kind, name
        )
        if kind != "textbox":
            found.setdefault(str(member), []).extend(shown)
    return found


def boxes(text: ContractText) -> list[list[str]]:
    return [words(one) for one in text.sections if one.part.startswith("textbox:")]


def skeleton(xml: bytes) -> bytes:
    out, place = b"", 0
    for span in index(xml).paragraphs:
        out, place = out + xml[place : span.start], span.end
    return out + xml[place:]


def check_edited(path: Path, seed: int, tracked: bool, rows: bool) -> int:
    """Random edits: the number made. Reject gives the original, accept what the text shows, the rest stays."""
    found = opened(path)
    if found is None or found[0].strict:
        return 0
    package, base = found
    editor = random_edits.Editor(base, seed, tracked, rows)
    text = editor.edited(0.3)
    data = write(package, base, text)
    if not editor.done:
        return 0
    new = Package(data, path.name)
    before, after = oracle.view(package.data, False), oracle.view(data, False)
    if tracked:
        assert after == before, "reject all is not the original"
    shown, accepted = member_views(package, text, True), oracle.view(data, True)
    sound = member_views(package, base, True)
    as_it_was = oracle.view(package.data, True)
    for member, paragraphs in shown.items():
        if member in as_it_was and sound[member] == as_it_was[member]:
            assert accepted[member] == paragraphs, f"accept all of {member}"
    if tracked:
        assert boxes(read(new)) == boxes(text), "text boxes"
    assert not oracle.repeated_ids(data) - oracle.repeated_ids(package.data)
    assert oracle.plain_text_in_deletions(data) <= oracle.plain_text_in_deletions(package.data)
    if tracked:
        new_authors = oracle.authors(data)
        for key, count in oracle.authors(package.data).items():
            assert new_authors[key] >= count or key[0] in ("ins", "moveTo"), key
    for member in package.members:
        assert member in new.members
        if member not in [story.member for story in package.stories]:
            assert new.part(member) == package.part(member), member
    sources = {str(one.marks.get("p:src")): one for s in base.sections for one in paragraphs_of(s)}
    changed_boxes = any(s.part.startswith("textbox:") for s in base.sections)
    for story in package.stories:
        xml, now = package.xml(story.member), new.xml(story.member)
        if not rows:
            assert skeleton(now) == skeleton(xml)
        if changed_boxes:
            continue
        spans = index(xml).paragraphs
        there = Counter(now[span.start : span.end] for span in index(now).paragraphs)
        for section in text.sections:
            for one in paragraphs_of(section):
                source = re.fullmatch(
                    rf"{package.sha256[:12]}:{re.escape(story.member)}:(\d+)", str(one.marks.get("p:src"))
                )
                if source and one == sources[source.group()]:
                    span = spans[int(source.group(1))]
                    there[xml[span.start : span.end]] -= 1
        inherited = sum(-count for count in there.values() if count < 0)
        assert inherited == 0 or tracked, "an untouched paragraph changed"
    return editor.done


def test_an_unchanged_text_gives_the_same_file() -> None:
    for path in sample(40):
        check_untouched(path)


def test_every_paragraph_written_again_is_the_same_tree() -> None:
    for path in sample(40):
        check_rewritten(path)


@pytest.mark.parametrize("rows", [False, True])
@pytest.mark.parametrize("tracked", [True, False])
def test_random_edits_can_be_rejected_accepted_and_touch_nothing_else(tracked: bool, rows: bool) -> None:
    done = 0
    for path in [*sample(25), *sample(10, "tracked")]:
        done += check_edited(path, 1, tracked, rows)
    assert done > 300


@pytest.mark.long
def test_every_file_can_be_written_again() -> None:
    for path in word_files():
        check_untouched(path)
        check_rewritten(path)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_random_edits_in_every_file(seed: int) -> None:
    done = 0
    for path in word_files():
        for tracked in (True, False):
            done += check_edited(path, seed, tracked, rows=bool(seed % 2))
    assert done > 2000


def test_marks_held_in_another_order_give_the_same_file() -> None:
    package, base = opened(SAMPLES / "services-agreement.docx") or pytest.fail("the sample cannot be opened")
    place = next(number for number, one in enumerate(base.sections[0].paragraphs) if len(one.text) > 20)
    old = base.sections[0].paragraphs[place]
    marks = {
        **old.spans[0].marks, "bold": True, "italic": True, "fmt:a": {"bold": None, "strike": None},
        "fmt:b": {"italic": None},
    }  # fmt: skip
    turned = {**dict(reversed(marks.items())), "fmt:a": {"strike": None, "bold": None}}
    revisions = {id: Revision(id, "format", "Ines", "2026-12-01T10:00:00Z") for id in "ab"}

    def file(second: Marks) -> bytes:
        spans = (Span(old.text[:9], marks), Span(old.text[9:], second))
        section = replace(
            base.sections[0],
            paragraphs=(*base.sections[0].paragraphs[:place], replace(old, spans=spans),
                        *base.sections[0].paragraphs[place + 1 :]),
        )  # fmt: skip
        text = replace(base, sections=(section, *base.sections[1:]), revisions={**base.revisions, **revisions})
        return write(package, base, text)

    assert list(marks) != list(turned)
    assert file(marks) == file(turned) != package.data
