"""My tracked and untracked edits and theirs in one text: deciding on either side's leaves exactly the other's."""

import random
from collections.abc import Callable

import pytest

from pactoria_desktop.documents.compare import compare
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.tracked import TrackedChanges
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.services.files import WordFile, splice
from pactoria_desktop.services.joining import SOMEBODY, received
from tests.unit.documents.test_merge import Edit, Lines, applied, base_of, edits_of, file_of
from tests.unit.services.join_desk import DATE, lay, lines, replica_of

ME, THEM = "Ines Falk", "Bob"
THEIR_DATE = "2026-02-02T00:00:00Z"


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def make(replica: Replica, slot: str, base: Lines, edit: Edit) -> None:
    """An edit of mine by the commands of the living text; edits come from the last place to the first."""
    before = "".join(" ".join(line) + "\n" for line in base[: edit.paragraph])
    line = base[edit.paragraph]

    def at(word: int) -> int:
        return units(before + "".join(f"{each} " for each in line[:word]))

    end = units(before + " ".join(line))
    if edit.kind == "insert paragraph":
        place = replica.enter(Place(slot, end))
        assert place is not None
        replica.insert(place, " ".join(edit.words))
    elif edit.kind == "delete paragraph":
        replica.delete([Stretch(slot, units(before), end + 1)])
    elif edit.kind == "insert":
        replica.insert(Place(slot, at(edit.start)), " ".join(edit.words) + " ")
    elif edit.kind == "delete":
        replica.delete([Stretch(slot, at(edit.start), at(edit.end))])
    else:
        replica.replace([Stretch(slot, at(edit.start), at(edit.end) - 1)], " ".join(edit.words))


def place_of(edit: Edit) -> tuple[int, int]:
    return edit.paragraph, 10_000 if edit.kind == "insert paragraph" else edit.start


class Scene:
    """A base, edits of four kinds, and the text in which they are joined."""

    def __init__(self, seed: int) -> None:
        dice = random.Random(seed)
        self.base = base_of(dice, dice.randint(3, 9))
        edits = edits_of(dice, self.base, 12)
        kinds = [dice.choice(["tracked", "direct", "their tracked", "their direct"]) for _ in edits]
        self.of = {kind: [each for each, one in zip(edits, kinds, strict=True) if one == kind] for kind in set(kinds)}
        sent = Package(file_of(self.base), "sent.docx")
        self.replica = replica_of(read(sent))
        slot = self.replica.slots()[0]
        mine = sorted(self.edits("tracked", "direct"), key=place_of, reverse=True)
        for edit in mine:
            self.replica.suggesting = edit in self.edits("tracked")
            make(self.replica, slot, self.base, edit)
        assert self.shown() == self.after("tracked", "direct")
        plain = Package(file_of(applied(self.base, self.edits("their direct"))))
        full = Package(file_of(applied(self.base, self.edits("their tracked", "their direct"))))
        theirs = compare(plain, full, THEM, THEIR_DATE).data if self.edits("their tracked") else plain.data
        self.mine = self.replica.text()
        self.found = received(read(sent), self.mine, Package(theirs, "theirs.docx"), DATE)
        lay(self.replica, self.found)
        self.came = frozenset(self.replica.text().revisions) - frozenset(self.mine.revisions)

    def edits(self, *kinds: str) -> list[Edit]:
        return [edit for kind in kinds for edit in self.of.get(kind, [])]

    def after(self, *kinds: str) -> list[str]:
        """The lines of the base with edits of some kinds, by the generator alone."""
        return [" ".join(line) for line in applied(self.base, self.edits(*kinds))]

    def shown(self) -> list[str]:
        return lines(self.replica.text())


ALL = ("tracked", "direct", "their tracked", "their direct")
THEIRS = ("their tracked", "their direct")
DECISIONS: dict[str, tuple[Callable[[Replica, Selection, Selection], object], tuple[str, ...]]] = {
    "accept theirs": (lambda it, mine, theirs: it.accept(theirs), ALL),
    "reject theirs": (lambda it, mine, theirs: it.reject(theirs), ("tracked", "direct")),
    "accept mine": (lambda it, mine, theirs: it.accept(mine), ALL),
    "reject mine": (lambda it, mine, theirs: it.reject(mine), ("direct", *THEIRS)),
    "accept all": (lambda it, mine, theirs: it.accept(Selection()), ALL),
    "reject all": (lambda it, mine, theirs: it.reject(Selection()), ("direct",)),
    "reject mine, then theirs": (lambda it, mine, theirs: (it.reject(mine), it.reject(theirs)), ("direct",)),
    "reject theirs, accept mine": (
        lambda it, mine, theirs: (it.reject(theirs), it.accept(mine)),
        ("tracked", "direct"),
    ),
}


def check(seed: int) -> int:
    scene = Scene(seed)
    assert scene.found.clashes == 0, seed
    assert scene.shown() == scene.after(*ALL), seed
    joined = scene.replica.text()
    signed = {(one.author, one.date) for id, one in joined.revisions.items() if id in scene.came}
    tracked, direct = bool(scene.edits("their tracked")), bool(scene.edits("their direct"))
    assert signed == {
        *([(THEM, THEIR_DATE)] if tracked else []), *([(THEM if tracked else SOMEBODY, DATE)] if direct else []),
    }, seed  # fmt: skip
    assert {id: one for id, one in joined.revisions.items() if id in scene.mine.revisions} == dict(
        scene.mine.revisions
    ), seed
    own = [id for id, one in scene.mine.revisions.items() if one.author == ME and one.kind != "typed"]
    mine, theirs = Selection(ids=frozenset(own)), Selection(ids=scene.came)
    for name, (decide, kinds) in DECISIONS.items():
        with scene.replica.undo_group():
            decide(scene.replica, mine, theirs)
        assert scene.shown() == scene.after(*kinds), (seed, name)
        data = splice(WordFile(scene.found.package), scene.replica.text(), tracked=False)
        file = Package(data)
        assert lines(read(file)) == scene.after(*kinds), (seed, name)
        left = {one.author for one in TrackedChanges(file).revisions}
        gone = {ME} if "mine" in name else set()
        gone |= {THEM, SOMEBODY} if "theirs" in name else set()
        assert not left & (gone if "all" not in name else {ME, THEM, SOMEBODY}), (seed, name)
        if scene.replica.text().sections != joined.sections:
            scene.replica.undo()
        assert scene.replica.text().sections == joined.sections, (seed, name)
    scene.replica.close()
    return len(own) * len(scene.came)


@pytest.mark.parametrize("start", [0, 1000])
def test_deciding_on_one_sides_changes_leaves_exactly_the_others(start: int) -> None:
    assert sum(check(seed) for seed in range(start, start + 25)) > 0


@pytest.mark.long
@pytest.mark.parametrize("start", range(2000, 10_000, 1000))
def test_deciding_on_one_sides_changes_leaves_exactly_the_others_at_length(start: int) -> None:
    assert sum(check(seed) for seed in range(start, start + 60)) > 0
