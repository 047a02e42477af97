import copy
import random
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from pactoria_desktop.contract.text import HIDDEN
from pactoria_desktop.documents.compare import compare
from pactoria_desktop.documents.merge import join, merge
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.tracked import accept_all, reject_all
from pactoria_desktop.services.files import WordFile, splice
from pactoria_desktop.services.joining import received
from tests.unit.documents.generated_contracts import Block, contract, document, joined, words
from tests.unit.documents.redline_oracle import changes_by, faults, seen
from tests.unit.documents.word_files import document as word_file
from tests.unit.documents.word_files import story
from tests.unit.services.join_desk import lay, replica_of

DATE = "2026-11-22T12:00:00Z"


@dataclass(frozen=True)
class Edit:
    """One person's edit of the base: words ``start`` to ``end`` of a paragraph, or a whole paragraph."""

    kind: str
    paragraph: int
    start: int = 0
    end: int = 0
    words: tuple[str, ...] = ()


Lines = list[list[str]]


def base_of(dice: random.Random, count: int) -> Lines:
    return [words(dice, dice.choice([1, 8, 12, 20])).split() for _ in range(count)]


def edits_of(dice: random.Random, base: Lines, count: int) -> list[Edit]:
    """Edits that neither overlap nor touch each other."""
    taken: set[tuple[int, int]] = set()
    found: list[Edit] = []
    for number in range(count):
        index = dice.randrange(len(base))
        line = base[index]
        whole = {(index, place) for place in range(-2, len(line) + 2)}
        chance = dice.random()
        if chance < 0.1 and 0 < index < len(base) - 1 and not whole & taken:
            taken |= whole
            found.append(Edit("delete paragraph", index))
        elif chance < 0.2 and index < len(base) - 1 and not {(index, -1), (index, -2)} & taken:
            taken |= {(index, -1), (index, -2)}
            found.append(Edit("insert paragraph", index, words=(f"New{number}", *words(dice, 6).split())))
        elif chance >= 0.2 and len(line) >= 6:
            start = dice.randrange(1, len(line) - 3)
            end = start + dice.randint(1, 2)
            near = {(index, place) for place in range(start - 1, end + 2)}
            if not near & taken:
                taken |= near | {(index, -1)}
                new = (f"ed{number}", *words(dice, dice.randint(0, 2)).split())
                found.append(Edit(dice.choice(["replace", "insert", "delete"]), index, start, end, new))
    return found


def applied(base: Lines, edits: list[Edit]) -> Lines:
    out: Lines = []
    for index, line in enumerate(base):
        own = [edit for edit in edits if edit.paragraph == index]
        new = list(line)
        for edit in sorted((edit for edit in own if "paragraph" not in edit.kind), key=lambda edit: -edit.start):
            if edit.kind == "insert":
                new[edit.start : edit.start] = edit.words
            else:
                new[edit.start : edit.end] = edit.words if edit.kind == "replace" else ()
        if not any(edit.kind == "delete paragraph" for edit in own):
            out.append(new)
        out += [list(edit.words) for edit in own if edit.kind == "insert paragraph"]
    return out


def file_of(lines: Lines) -> bytes:
    return document([("p", [" ".join(line) for line in lines])])


def side_of(dice: random.Random, base: Lines, edits: list[Edit], author: str) -> bytes:
    """The edits made without tracking, with tracking by an author, or some so and some so."""
    new = file_of(applied(base, edits))
    chance = dice.random()
    if chance < 0.33:
        return new
    untracked = [] if chance < 0.66 else [edit for edit in edits if dice.random() < 0.5]
    return compare(Package(file_of(applied(base, untracked))), Package(new), author, "2026-02-02T00:00:00Z").data


def merged(base: bytes, mine: bytes, theirs: bytes):
    return merge(Package(base), Package(mine), Package(theirs), date=DATE)


@pytest.mark.parametrize("seed", range(40))
def test_no_edit_of_either_side_is_lost_and_none_that_is_apart_clashes(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(3):
        base = base_of(dice, dice.randint(2, 8))
        edits = edits_of(dice, base, dice.randint(0, 8))
        mine = [edit for edit in edits if dice.random() < 0.5]
        theirs = [edit for edit in edits if edit not in mine]
        old = file_of(base)
        result = merged(old, side_of(dice, base, mine, "Ann"), side_of(dice, base, theirs, "Bob"))
        assert result.clashes == ()
        assert seen(result.data, accept=True) == seen(file_of(applied(base, edits)), accept=True)
        assert seen(result.data, accept=False) == seen(old, accept=False)
        assert faults(result.data) == []


@pytest.mark.parametrize("seed", range(20))
def test_what_both_did_alike_is_there_once(seed: int) -> None:
    dice = random.Random(3000 + seed)
    for _ in range(3):
        base = base_of(dice, dice.randint(2, 8))
        edits = edits_of(dice, base, dice.randint(1, 8))
        sides = [dice.choice(["mine", "theirs", "both"]) for _ in edits]
        mine = [edit for edit, side in zip(edits, sides, strict=True) if side != "theirs"]
        theirs = [edit for edit, side in zip(edits, sides, strict=True) if side != "mine"]
        old = file_of(base)
        result = merged(old, side_of(dice, base, mine, "Ann"), side_of(dice, base, theirs, "Bob"))
        assert result.clashes == ()
        assert seen(result.data, accept=True) == seen(file_of(applied(base, edits)), accept=True)
        assert seen(result.data, accept=False) == seen(old, accept=False)


@pytest.mark.parametrize(
    ("base", "new"),
    [
        ("a b c a b c", "a b c"),
        ("The fee, the fee and the fee are due.", "The fee and the fee and the fee are due."),
        ("one two one two one", "two one two"),
        ("Pay the fee within days of days.", "Pay days the fee of days within."),
    ],
)
def test_both_sides_at_the_same_words_change_the_text_once(base: str, new: str) -> None:
    result = clash_of(new, new, base)
    assert result.clashes == ()
    assert seen(result.data, accept=True).body[1] == new
    assert seen(result.data, accept=False).body[1] == base


@pytest.mark.parametrize("seed", range(12))
def test_two_files_with_the_same_changes_merge_into_one_of_them(seed: int) -> None:
    dice = random.Random(5000 + seed)
    base = contract(dice)
    old, new = document(base), document(edited_blocks(base, row_and_word_edits(dice, base)))
    tracked = compare(Package(old), Package(new), "Bob", "2026-01-01T00:00:00Z").data
    for mine, theirs in ((new, new), (new, tracked), (tracked, new)):
        result = merged(old, mine, theirs)
        assert result.clashes == ()
        assert seen(result.data, accept=True) == seen(new, accept=True)
        assert seen(result.data, accept=False) == seen(old, accept=False)


def row_and_word_edits(dice: random.Random, base: list[Block]) -> list[tuple[int, int, str, int]]:
    """Edits of different paragraphs, cells and rows."""
    places = [(block, place) for block, (_, content) in enumerate(base) for place in range(len(content))]
    chosen = dice.sample(places, min(len(places), 4))
    return [
        (*place, dice.choice(["word", "new"] if number else ["drop"]), number) for number, place in enumerate(chosen)
    ]


def test_another_picture_in_the_place_of_one_is_a_change_though_both_read_alike() -> None:
    def pictured(name: str) -> bytes:
        shape = f'<w:r><w:pict><v:{name} xmlns:v="urn:schemas-microsoft-com:vml"/></w:pict></w:r>'
        return word_file(f"<w:p><w:r><w:t>Before</w:t></w:r>{shape}<w:r><w:t>after.</w:t></w:r></w:p>")

    base, theirs = pictured("rect"), pictured("oval")
    for mine in (base, theirs):
        accepted = Package(accept_all(Package(merged(base, mine, theirs).data)))
        assert re.findall(rb"<v:(\w+)", accepted.part(accepted.main)) == [b"oval"]


def noted(body: str, *notes: str) -> bytes:
    """A file with footnotes 1, 2, ... of these words; ``{1}`` in the body stands for the reference to the first."""
    held = "".join(
        f'<w:footnote w:id="{number}"><w:p><w:r><w:t xml:space="preserve">{words}</w:t></w:r></w:p></w:footnote>'
        for number, words in enumerate(notes, 1)
    )
    for number in range(1, len(notes) + 1):
        reference = f'</w:t></w:r><w:r><w:footnoteReference w:id="{number}"/></w:r><w:r><w:t xml:space="preserve">'
        body = body.replace(f"{{{number}}}", reference)
    paragraphs = "".join(f'<w:p><w:r><w:t xml:space="preserve">{line}</w:t></w:r></w:p>' for line in body.split("\n"))
    return word_file(paragraphs, **({"footnotes": story("footnotes", held)} if notes else {}))


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "accepted"),
    [
        (("One.\nTwo.",), ("One.\nTwo mine.",), ("One{1}.\nTwo.", "A note of theirs."), "A note of theirs."),
        (("One.{1}\nTwo.", "Old note."), ("One.\nTwo.",), ("One.{1}\nTwo more.", "Old note."), ""),
        (
            ("One.\nTwo.",),
            ("One{1}.\nTwo.", "A note of mine."),
            ("One.\nTwo{1}.", "A note of theirs."),
            "A note of mine.|A note of theirs.",
        ),
    ],
)
def test_notes_that_one_side_put_or_struck_come_and_go_with_their_words(
    base: tuple[str, ...], mine: tuple[str, ...], theirs: tuple[str, ...], accepted: str
) -> None:
    result = merged(*(noted(*each) for each in (base, mine, theirs)))
    assert result.clashes == ()
    for data, wanted in (
        (accept_all(Package(result.data)), accepted.split("|")),
        (reject_all(Package(result.data)), base[1:]),
    ):
        text = read(Package(data))
        notes = ["".join(one.text for one in part.paragraphs) for part in text.sections if part.part != "main"]
        notes = [note.replace(HIDDEN, "") for note in notes]
        assert sorted(note for note in notes if note) == sorted(one for one in wanted if one)
        named = [one for one in text.material.objects.values() if one.kind == "note"]
        assert "[object]" not in "".join(one.text for one in text.sections[0].paragraphs)
        assert len(named) >= len([note for note in notes if note])
    assert faults(result.data) == []


def test_tracked_edits_keep_their_authors_and_untracked_ones_get_the_named() -> None:
    base = [["a", "b", "c", "d", "e", "f"], ["g", "h", "i", "j", "k", "l"]]
    old = file_of(base)
    mine = file_of(applied(base, [Edit("replace", 0, 1, 2, ("mine",))]))
    theirs = compare(
        Package(old),
        Package(file_of(applied(base, [Edit("replace", 1, 1, 2, ("theirs",))]))),
        "Bob",
        "2026-02-02T00:00:00Z",
    ).data
    result = merge(Package(old), Package(mine), Package(theirs), mine_author="Ann", date=DATE)
    assert set(changes_by(result.data)) == {("Ann", DATE), ("Bob", "2026-02-02T00:00:00Z")}


def clash_of(mine: str, theirs: str, base: str = "The fee is thirty euro per day."):
    return merged(*(document([("p", ["Before.", text, "After."])]) for text in (base, mine, theirs)))


def test_the_same_words_changed_otherwise_stand_as_both_readings_under_a_comment() -> None:
    result = clash_of("The fee is forty euro per day.", "The fee is fifty euro per day.")
    assert len(result.clashes) == 1
    clash = result.clashes[0]
    assert (clash.paragraph, clash.base, clash.mine, clash.theirs) == (1, "thirty", "forty", "fifty")
    text = seen(result.data, accept=True).body[1]
    assert "forty" in text
    assert "fifty" in text
    assert len(read(Package(result.data)).comments) == 1


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("The fee.", "The fee is fifty euro per day."),
        ("The fee is fifty euro per day.", "The fee."),
        ("The fee.", "The fee is thirty new euro per day."),
    ],
)
def test_words_put_into_what_the_other_struck_clash(mine: str, theirs: str) -> None:
    assert len(clash_of(mine, theirs).clashes) == 1


def test_the_same_change_on_both_sides_is_made_once() -> None:
    result = clash_of("The fee is forty euro per day.", "The fee is forty euro per day.")
    assert result.clashes == ()
    assert seen(result.data, accept=True).body[1] == "The fee is forty euro per day."


def test_deletions_that_overlap_do_not_clash() -> None:
    result = clash_of("The fee is euro per day.", "The fee is per day.")
    assert result.clashes == ()
    assert seen(result.data, accept=True).body[1] == "The fee is per day."


def test_rows_of_both_sides_come_and_go() -> None:
    rows = [[["a one"], ["b"]], [["c two"], ["d"]], [["e three"], ["f"]]]
    old = document([("p", ["Before."]), ("t", rows), ("p", ["After."])])
    mine = document([("p", ["Before."]), ("t", [rows[0], [["x new"], ["y"]], *rows[1:]]), ("p", ["After."])])
    theirs = document([("p", ["Before."]), ("t", rows[:2]), ("p", ["After."])])
    both = document([("p", ["Before."]), ("t", [rows[0], [["x new"], ["y"]], rows[1]]), ("p", ["After."])])
    result = merged(old, mine, theirs)
    assert result.clashes == ()
    assert seen(result.data, accept=True) == seen(both, accept=True)
    assert seen(result.data, accept=False) == seen(old, accept=False)


def test_a_row_that_one_side_struck_and_the_other_wrote_in_clashes() -> None:
    rows = [[["a one"], ["b"]], [["c two three four"], ["d"]]]
    old = document([("t", rows), ("p", ["After."])])
    mine = document([("t", rows[:1]), ("p", ["After."])])
    theirs = document([("t", [rows[0], [["c two new three four"], ["d"]]]), ("p", ["After."])])
    assert len(merged(old, mine, theirs).clashes) == 1


@pytest.mark.parametrize("seed", range(15))
def test_operations_bring_a_received_text_into_a_living_one(seed: int) -> None:
    from pactoria_desktop.contract.operations import Put, PutRow, PutSection, Remark, Strike, StrikeRow
    from pactoria_desktop.contract.rewriting import Author

    dice = random.Random(seed)
    base = base_of(dice, 6)
    edits = edits_of(dice, base, 8)
    mine = [edit for edit in edits if dice.random() < 0.5]
    theirs = [edit for edit in edits if edit not in mine]
    texts = [read(Package(file_of(applied(base, chosen)))) for chosen in ([], mine, theirs)]
    operations, result = join(*texts, Author("Bob", DATE))
    lines = [paragraph.text for section in texts[1].sections for paragraph in section.paragraphs]
    living = "".join(line + "\n" for line in lines)
    for operation in reversed(operations):
        assert not isinstance(operation, (PutRow, PutSection, StrikeRow, Remark))
        if isinstance(operation, Put):
            living = living[: operation.offset] + operation.text + living[operation.offset :]
        elif isinstance(operation, Strike):
            living = living[: operation.start] + living[operation.end :]
    assert living.splitlines() == [" ".join(line) for line in applied(base, edits)]
    assert {result.text.revisions[one.revision].author for one in operations if isinstance(one, Put)} <= {"Bob"}


def test_six_hundred_paragraphs_merge_within_a_second(figure) -> None:
    dice = random.Random(2)
    base = [words(dice, 20).split() for _ in range(600)]
    edits = edits_of(dice, base, 120)
    mine, theirs = edits[::2], edits[1::2]
    files = [Package(file_of(applied(base, chosen))) for chosen in ([], mine, theirs)]
    start = time.process_time()
    result = merge(*files, date=DATE)
    seconds = time.process_time() - start
    figure("merge of 600 paragraphs, seconds of processor time", round(seconds, 2), "1.0")
    assert result.clashes == ()
    assert seen(result.data, accept=True) == seen(file_of(applied(base, edits)), accept=True)
    assert seconds < 3


def edited_blocks(blocks: list[Block], edits: list[tuple[int, int, str, int]]) -> list[Block]:
    """Edits of a paragraph, of a cell, or of a row: (block, place, what, number)."""
    out = copy.deepcopy(blocks)
    for block, place, what, number in sorted(edits, reverse=True):
        kind, content = out[block]
        if what == "new":
            content.insert(
                place + 1, f"New paragraph {number}." if kind == "p" else [[f"row{number}"] for _ in content[0]]
            )
        elif what == "drop" and kind == "t" and len(blocks[block][1]) > 1:
            content.pop(place)
        elif kind == "p":
            content[place] = replaced(content[place], number)
        else:
            content[place][-1][0] = replaced(content[place][-1][0], number)
    return out


def replaced(text: str, number: int) -> str:
    parts = text.split(" ")
    parts[len(parts) // 2 : len(parts) // 2 + 1] = [f"changed{number}"]
    return " ".join(parts)


@pytest.mark.parametrize("seed", range(40))
def test_edits_in_paragraphs_cells_and_rows_all_arrive(seed: int) -> None:
    dice = random.Random(seed)
    base = contract(dice)
    places = [(block, place) for block, (_, content) in enumerate(base) for place in range(len(content))]
    edits = [
        (*place, dice.choice(["word", "word", "new"] if number else ["drop"]), number)
        for number, place in enumerate(dice.sample(places, min(len(places), 4)))
    ]
    mine = [edit for edit in edits if dice.random() < 0.5]
    theirs = [edit for edit in edits if edit not in mine]
    old = document(base)
    sides = []
    for chosen, author in ((mine, "Ann"), (theirs, "Bob")):
        new = document(edited_blocks(base, chosen))
        tracked = dice.random() < 0.5
        sides.append(compare(Package(old), Package(new), author, "2026-01-01T00:00:00Z").data if tracked else new)
    result = merged(old, *sides)
    assert result.clashes == ()
    assert seen(result.data, accept=True) == seen(document(edited_blocks(base, edits)), accept=True)
    assert seen(result.data, accept=False) == seen(old, accept=False)


def scribbled(dice: random.Random, blocks: list[Block], name: str) -> list[Block]:
    """Edits wherever they fall: words that only this side puts in; words, paragraphs, rows and tables that go."""
    out = copy.deepcopy(blocks)
    names = (f"{name}{number}x" for number in range(1, 1000))
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(out))
        kind, content = out[place]
        at = dice.randrange(len(content))
        what = dice.choice(["words"] * 5 + ["drop", "new", "move", "drop all"])
        if what == "words" and kind == "p":
            content[at] = reworded(dice, content[at], names)
        elif what == "words":
            cell = dice.choice(content[at])
            line = dice.randrange(len(cell))
            cell[line] = reworded(dice, cell[line], names)
        elif what == "new":
            content.insert(at, f"{next(names)} is new" if kind == "p" else [[next(names)] for _ in content[0]])
        elif what == "drop all" and place < len(out) - 1:
            out.pop(place)
        elif what in ("drop", "move") and len(content) > 1:
            one = content.pop(at)
            if what == "move":
                content.insert(dice.randrange(len(content) + 1), one)
    return joined(out)


def reworded(dice: random.Random, line: str, names: Iterator[str]) -> str:
    parts = line.split(" ")
    for _ in range(dice.randint(1, 2)):
        at = dice.randint(0, len(parts))
        parts[at : at + dice.randint(0, 3)] = [next(names)] if dice.random() < 0.75 else []
    return " ".join(parts)


def own_words(lines: Iterable[str]) -> set[str]:
    """The words that only one side put in; a word stands also where another touches it."""
    return set(re.findall(r"(?:mine|theirs)[0-9]+x", " ".join(lines)))


@pytest.mark.parametrize("start", [0, 60, 160, 200])
def test_every_word_that_only_one_put_stands_in_the_accepted_text_clash_or_not(start: int) -> None:
    clashes = 0
    for seed in range(start, start + 40):
        dice = random.Random(seed)
        base = contract(dice)
        old = document(base)
        accepted, sides = [], []
        for name in ("mine", "theirs"):
            new = document(scribbled(dice, base, name))
            tracked = dice.random() < 0.5
            sides.append(compare(Package(old), Package(new), name, "2026-01-01T00:00:00Z").data if tracked else new)
            accepted.append(seen(new, accept=True))
        result = merged(old, *sides)
        clashes += len(result.clashes)
        stands = own_words(seen(result.data, accept=True).body)
        assert own_words(accepted[0].body) | own_words(accepted[1].body) <= stands, seed
        assert seen(result.data, accept=False) == seen(old, accept=False), seed
        assert faults(result.data) == [], seed
    assert clashes


@pytest.mark.parametrize("turned", [False, True])
def test_a_row_that_one_struck_stays_in_the_words_that_the_other_put(turned: bool) -> None:
    rows = [[["a one"], ["b"]], [["c two three four"], ["d"]]]
    old = document([("t", rows), ("p", ["After."])])
    dropped = document([("t", rows[:1]), ("p", ["After."])])
    written = document([("t", [rows[0], [["c two new three four"], ["d"]]]), ("p", ["After."])])
    result = merged(old, *((written, dropped) if turned else (dropped, written)))
    assert len(result.clashes) == 1
    clash = result.clashes[0]
    assert {clash.mine, clash.theirs} == {"", "c two new three fourd"}
    stands = [line.strip() for line in seen(result.data, accept=True).body]
    assert stands == (
        ["a one", "b", "new", "", "After."] if turned else ["a one", "b", "c two new three four", "d", "After."]
    )
    assert seen(result.data, accept=False) == seen(old, accept=False)


def rows_file(*rows: str) -> bytes:
    """A file with a table of one-celled rows and a paragraph after it."""
    cells = "".join(f"<w:tr><w:tc><w:p>{row}</w:p></w:tc></w:tr>" for row in rows)
    return word_file(
        f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid>{cells}</w:tbl><w:p><w:r><w:t>After.</w:t></w:r></w:p>"
    )


def test_their_reading_of_a_row_that_i_struck_has_the_pictures_of_the_base() -> None:
    def words(text: str) -> str:
        return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'

    picture = '<w:r><w:pict><v:rect xmlns:v="urn:schemas-microsoft-com:vml"/></w:pict></w:r>'
    base = rows_file(words("a one"), words("c two ") + picture + words(" three"))
    mine, theirs = rows_file(words("a one")), rows_file(words("a one"), words("c two ") + picture + words(" new three"))
    result = merged(base, mine, theirs)
    assert len(result.clashes) == 1
    accepted = Package(accept_all(Package(result.data)))
    assert accepted.part(accepted.main).count(b"<v:rect") == 1
    assert seen(result.data, accept=False) == seen(base, accept=False)
    assert faults(result.data) == []
    replica = replica_of(read(Package(mine)))
    found = received(read(Package(base)), replica.text(), Package(theirs), DATE)
    lay(replica, found)
    data = splice(WordFile(found.package), replica.text(), tracked=False)
    assert Package(data).part("word/document.xml").count(b"<v:rect") == 1
    replica.close()


def test_a_paragraph_that_came_between_tables_with_tracking_arrives_with_its_author() -> None:
    table: Block = ("t", [[["a one"], ["b two"]], [["c three"], ["d four"]]])
    other: Block = ("t", [[["e five", "more"]], [["f six"]]])
    blocks: list[Block] = [("p", ["Before."]), ("p", ["After."])]
    old = document(joined(blocks))
    new = document([("p", ["Before."]), table, ("p", ["Put between."]), other, ("p", ["After."])])
    theirs = compare(Package(old), Package(new), "Bob", "2026-02-02T00:00:00Z").data
    result = merged(old, old, theirs)
    assert "Put between." in seen(result.data, accept=True).body
    assert set(changes_by(result.data)) == {("Bob", "2026-02-02T00:00:00Z")}
    assert seen(result.data, accept=False) == seen(old, accept=False)
    assert faults(result.data) == []
