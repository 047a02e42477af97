"""What is painted beside the words: air between changes, terms, marks of comments in a narrow window."""

from itertools import pairwise

import pytest

from pactoria_desktop.contract.text import ContractText, Revision, TextSection
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.ui.editor.following import Following
from pactoria_desktop.ui.editor.scene import AIR
from pactoria_desktop.ui.editor.writing import Edited
from tests.ui.editor.readback import check
from tests.ui.editor.samples import Desk, material, paragraph, words


@pytest.fixture
def desk(look):
    spans = ("pay ", words("sixty", **{"del:d": {"d": 0}}), words("ninety", **{"ins:i": {"d": 0}}), " days")
    revisions = {
        name: Revision(name, kind, "Dele Okafor", "2026-11-01T10:00:00Z")
        for name, kind in (("d", "deletion"), ("i", "insertion"))
    }
    text = ContractText((TextSection("a", (paragraph(*spans), paragraph("plain"))),), revisions, (), material())
    made = Desk(look, text)
    made.view.show()
    yield made
    check(made.view, made.replica)
    made.close()


def test_air_stands_between_a_deletion_and_the_insertion_it_touches_and_no_word_moves(desk):
    before = [desk.editor.cursorRect(desk.editor._cursor_at(Place("a", at))).left() for at in (4, 9, 15)]
    (struck, left), (added, right) = desk.editor.scene(0, 400)[0].runs
    assert struck.struck
    assert added.inserted
    assert right[0].left - left[-1].right == pytest.approx(AIR)
    assert left[0].left == pytest.approx(before[0], abs=1)
    assert right[-1].right == pytest.approx(before[2], abs=1)
    assert (left[-1].right + right[0].left) / 2 == pytest.approx(before[1], abs=1)


def test_followed_stretches_are_found_and_moved_among_many(desk):
    following = Following()
    following.replace((str(n), Stretch("a", n * 10, n * 10 + (300 if n == 3 else 4))) for n in range(1000))
    assert [one.id for one in following.within("a", 300, 315)] == ["3", "30", "31"]
    following.edited(Edited("a", 305, 0, 500))
    assert [one.id for one in following.within("a", 790, 806)] == ["3"]
    assert [one.id for one in following.within("a", 806, 811)] == ["3", "31"]
    assert [one.id for one in following.within("a", 300, 304)] == ["3", "30"]
    for one, other in pairwise(following.of("31") + following.of("32")):
        assert other.start - one.start == 10
