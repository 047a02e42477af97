"""Anchors and comments follow their words; what may not be edited is not; what is typed lands where it may."""

import gc
import random
import weakref

import pytest

from pactoria_desktop.contract.anchors import AnchorState
from pactoria_desktop.contract.text import HIDDEN, OBJECT, ContractText, Paragraph, Span, TextSection, WordObject
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.replica.resolving import Selection
from tests.unit.replica.rehearsal import (
    EVERYTHING,
    MATERIAL,
    desks,
    exchange,
    plain_contract,
    replica_of,
    rich_contract,
    rich_paragraph,
    utf16,
)
from tests.unit.replica.test_borders import join_border, people, text_of


def only(number: int) -> Replica:
    paragraph = rich_paragraph(random.Random(1), number, 0)
    return replica_of(ContractText((TextSection("s", (paragraph,)),), {}, (), MATERIAL))


def shown(replica: Replica, slot: str = "s") -> str:
    return "".join(text for text, _ in replica.spans(slot))


@pytest.mark.parametrize("seed", range(25))
def test_an_anchor_follows_its_words(seed: int) -> None:
    random_ = random.Random(seed)
    first, second = desks(plain_contract(), random_, "AB", suggesting=False)
    place = shown(first.replica, "s1").index("“x”")
    anchor = first.replica.anchor(Stretch("s1", utf16(shown(first.replica, "s1")[:place]), place + 4))
    assert anchor.quote == "“x”"
    for _ in range(12):
        desk = random_.choice((first, second))
        where = desk.replica.locate(anchor)
        assert where.state is AnchorState.KEPT
        length = desk.replica.length("s1")
        if random_.random() < 0.5:
            desk.replica.insert(Place("s1", random_.choice((0, where.start, where.end, length - 1))), "új 😀\n")
        elif where.start > 3:
            desk.replica.delete([Stretch("s1", where.start - 3, where.start)])
        if random_.random() < 0.3:
            exchange(first.replica, second.replica)
    located = first.replica.locate(anchor)
    text = shown(first.replica, "s1").encode("utf-16-le")
    assert text[2 * located.start : 2 * located.end].decode("utf-16-le") == "“x”"
    first.replica.insert(Place("s1", located.start + 1), "NEW")
    assert first.replica.locate(anchor).state is AnchorState.CHANGED
    located = first.replica.locate(anchor)
    first.replica.delete([Stretch("s1", located.start, located.end)])
    assert first.replica.locate(anchor).state is AnchorState.REMOVED


def test_an_anchor_finds_words_that_were_carried_over_a_border() -> None:
    (replica,) = people(text_of(), 1)
    anchor = replica.anchor(Stretch("s1", 0, 5))
    join_border(replica)
    located = replica.locate(anchor)
    assert (located.state, located.slot, located.words) == (AnchorState.KEPT, "s0", "one 1")
    assert located.start == len("one 0\ntwo 0")


def test_struck_words_are_no_longer_an_anchors_words() -> None:
    replica = replica_of(plain_contract())
    anchor = replica.anchor(Stretch("s0", 0, 4))
    replica.suggesting = True
    replica.delete([Stretch("s0", 0, 4)])
    assert replica.locate(anchor).state is AnchorState.REMOVED
    replica.reject(Selection())
    assert replica.locate(anchor).state is AnchorState.KEPT


def test_an_anchor_of_another_text_is_refused() -> None:
    (stranger,) = people(text_of(), 1)
    place = stranger.insert(Place("s0", 0), "words of this opening")
    assert place is not None
    anchor = stranger.anchor(Stretch("s0", 0, 5))
    other = replica_of(plain_contract(), "X", 5)
    with pytest.raises(ReplicaError):
        other.locate(anchor)


def test_a_comment_stays_when_its_words_go() -> None:
    replica = replica_of(plain_contract())
    id = replica.comment([Stretch("s0", 0, 4)], "Why?")
    answer = replica.reply(id, "Because.")
    assert replica.comment_stretches(id) == [Stretch("s0", 0, 4)]
    replica.insert(Place("s0", 0), "new ")
    assert replica.comment_stretches(id) == [Stretch("s0", 4, 8)]
    replica.delete([Stretch("s0", 4, 8)])
    assert replica.comment_stretches(id) == []
    assert [note.id for note in replica.comments] == [id, answer]
    anchor = replica.comment_anchor(id)
    assert anchor is not None
    assert anchor.quote == "head"
    replica.resolve_comment(id)
    assert replica.comments[0].resolved
    replica.remove_comment(id)
    assert replica.comments == ()
    with pytest.raises(ReplicaError):
        replica.reply(id, "too late")


def test_a_comment_on_nothing_is_refused_and_changes_nothing() -> None:
    replica = replica_of(plain_contract())
    before = replica.text()
    with pytest.raises(ReplicaError):
        replica.comment([Stretch("s0", 3, 3)], "Why?")
    assert replica.text() == before


@pytest.mark.parametrize("suggesting", [False, True])
def test_a_field_goes_whole_or_stays(suggesting: bool) -> None:
    for start, end, goes in ((9, 11, False), (5, 11, False), (9, 13, True), (0, 20, True), (7, 14, True)):
        replica = only(1)
        replica.suggesting = suggesting
        replica.delete([Stretch("s", start, end)])
        left = [(text, marks) for text, marks in replica.spans("s") if "fld:f0" in marks]
        gone = not left or all(any(key.startswith("del:") for key in marks) for _, marks in left)
        assert gone == goes, (start, end)
        if not goes:
            assert "".join(text for text, _ in left) == f"{HIDDEN}{HIDDEN}12.1{HIDDEN}"


def test_nothing_is_typed_inside_a_field() -> None:
    replica = only(1)
    inside = shown(replica).index("12.1") + 2
    assert replica.insert(Place("s", inside), "x") is None
    assert replica.insert(Place("s", inside - 2), "x") == Place("s", 8)
    assert shown(replica).startswith("before x")


@pytest.mark.parametrize("suggesting", [False, True])
def test_hidden_characters_and_locked_words_stay(suggesting: bool) -> None:
    for number, kept in ((2, HIDDEN), (4, "locked")):
        replica = only(number)
        replica.suggesting = suggesting
        replica.delete([Stretch("s", 0, 99)])
        replica.accept(Selection())
        assert shown(replica) == kept + "\n"
        assert OBJECT not in shown(replica)
    assert only(4).insert(Place("s", 6), "x") is None


def test_an_emptied_control_keeps_an_anchor() -> None:
    replica = only(3)
    start = shown(replica).index("control")
    replica.delete([Stretch("s", start, start + 7)])
    (anchor,) = [(text, marks) for text, marks in replica.spans("s") if "box:b1" in marks]
    assert anchor[0] == HIDDEN
    assert replica.material.objects[str(anchor[1]["obj"])].role == "emptied"


def test_typing_fills_an_emptied_control_again() -> None:
    for beside in (0, 1):
        replica = only(3)
        start = shown(replica).index("control")
        replica.delete([Stretch("s", start, start + 7)])
        replica.insert(Place("s", start + beside), "new")
        inside = "".join(text for text, marks in replica.spans("s") if "box:b1" in marks)
        assert inside.replace(HIDDEN, "") == "new"


def test_an_object_is_one_character_that_undo_takes_back() -> None:
    replica = only(0)
    before = replica.text().sections
    after = replica.insert_object(Place("s", 3), WordObject("break", "<w:br/>", True))
    assert after == Place("s", 4)
    found = replica.character(Place("s", 3))
    assert found is not None
    assert found[0] == OBJECT
    assert replica.material.objects[str(found[1]["obj"])].kind == "break"
    replica.undo()
    assert replica.text().sections == before


def test_words_typed_without_tracking_are_not_swallowed_by_a_deletion_that_did_not_know_them() -> None:
    first, second = desks(plain_contract(), random.Random(1), "AB", suggesting=True)
    first.replica.insert(Place("s2", 0), "an open suggestion ")
    exchange(first.replica, second.replica)
    second.replica.suggesting = False
    first.replica.delete([Stretch("s0", 0, 12)])
    second.replica.insert(Place("s0", 4), "KEEP")
    exchange(first.replica, second.replica)
    first.replica.accept(Selection())
    assert shown(first.replica, "s0").startswith("KEEP")


def test_closing_lets_the_memory_go() -> None:
    """Loro keeps a subscriber for ever unless it is unsubscribed."""
    replica = replica_of(plain_contract())
    gone = weakref.ref(replica._queue)
    replica.close()
    del replica
    gc.collect()
    assert gone() is None


def test_typing_at_the_edge_of_a_container_is_outside_it() -> None:
    replica = only(3)
    start = shown(replica).index("control")
    replica.insert(Place("s", start + 7), "x")
    replica.insert(Place("s", start + 3), "y")
    inside = "".join(text for text, marks in replica.spans("s") if "box:b1" in marks)
    assert inside == "conytrol"


def test_a_fixed_newline_is_never_deleted_and_a_section_keeps_its_end() -> None:
    sections = (
        TextSection(
            "s",
            (
                Paragraph((Span("one"),), {"p:props": "p1", "p:src": "a:main:0"}),
                Paragraph((Span("two"),), {"p:props": "p3", "p:fix": True, "p:src": "a:main:1"}),
                Paragraph((Span("three"),), {"p:props": "p1", "p:src": "a:main:2"}),
            ),
        ),
    )
    for suggesting in (False, True):
        replica = replica_of(ContractText(sections, {}, (), MATERIAL))
        replica.suggesting = suggesting
        replica.delete([Stretch("s", 2, 9)])
        replica.accept(Selection())
        first, last = replica.text().sections[0].paragraphs  # type: ignore[union-attr]
        assert (first.text, last.text) == ("on", "hree")
        assert (first.marks["p:props"], first.marks["p:fix"], first.marks["p:src"]) == ("p3", True, "a:main:1")


def test_a_split_paragraph_has_one_source_and_one_section_end() -> None:
    paragraph = Paragraph((Span("words"),), {"p:props": "p3", "p:fix": True, "p:src": "a:main:0"})
    replica = replica_of(ContractText((TextSection("s", (paragraph,)),), {}, (), MATERIAL))
    replica.enter(Place("s", 3))
    first, last = replica.text().sections[0].paragraphs  # type: ignore[union-attr]
    assert last.marks == paragraph.marks
    assert "p:src" not in first.marks
    assert "p:fix" not in first.marks
    new = replica.material.paragraphs[str(first.marks["p:props"])]
    assert (new.ends_section, "sectPr" in new.xml, new.style) == (False, False, "Body")


def test_enter_at_the_end_leaves_the_words_their_source() -> None:
    replica = replica_of(plain_contract())
    end = shown(replica, "s0").index("\n") + 1
    replica.enter(Place("s0", end))
    first, second = replica.text().sections[0].paragraphs[:2]  # type: ignore[union-attr]
    assert (first.marks.get("p:src"), second.marks.get("p:src"), second.text) == ("a:main:0", None, "")


@pytest.mark.parametrize("text", ["a\r\nb", "a\rb", "a\u2029b", "a\x0cb"])
def test_every_way_to_end_a_paragraph_is_one(text: str) -> None:
    replica = replica_of(plain_contract())
    replica.insert(Place("s0", 0), text)
    assert next(each.text for each in replica.text().sections[0].paragraphs) == "a"  # type: ignore[union-attr]


def test_nothing_that_a_view_or_word_cannot_hold_is_typed() -> None:
    replica = replica_of(plain_contract())
    replica.insert(Place("s0", 0), f"\x00\x01\ufdd0{HIDDEN}{OBJECT}\ud800ok")
    assert shown(replica, "s0").startswith("\ufffd\ufffd\ufffd\ufffd\ufffdok")


def test_a_closed_replica_is_not_told_anything() -> None:
    replica = replica_of(plain_contract())
    heard: list[object] = []
    replica.subscribe(heard.append)
    replica.close()
    with pytest.raises(ReplicaError):
        replica.insert(Place("s0", 0), "x")
    assert heard == []


def test_subscribers_may_command_and_leave() -> None:
    replica = replica_of(plain_contract())
    heard: list[str] = []

    def listen(changes: object) -> None:
        heard.append("heard")
        leave()
        replica.insert(Place("s0", 0), "again ")

    leave = replica.subscribe(listen)
    replica.insert(Place("s0", 0), "x")
    assert heard == ["heard"]
    assert shown(replica, "s0").startswith("again xhead")


def test_many_commands_leave_a_text_that_opens() -> None:
    random_ = random.Random(4)
    (desk,) = desks(rich_contract(random_), random_, "A")
    for _ in range(60):
        desk.do(EVERYTHING)
    again = Replica.open(desk.replica.snapshot(), identity=desk.replica.identity, clock=desk.replica._living.clock)
    assert again.text() == desk.replica.text()
