"""What suggesting does to marks, rule by rule."""

from hypothesis import given
from hypothesis import strategies as st

from pactoria_desktop.contract.suggesting import (
    Fate,
    deletion_value,
    effective_deletions,
    enclosing_marks,
    extended_insertion,
    fate_when_struck,
    formatting_change,
    greatest_depth,
    innermost_insertion,
    is_inserted,
    is_struck,
    joined_paragraph,
    resolve,
    typing_allowed,
)
from pactoria_desktop.contract.text import HIDDEN, OBJECT, Marks


def own(id: str) -> bool:
    return id.startswith("my")


def alone(first: str, second: str) -> bool:
    return first == second


def anything(_: str) -> bool:
    return True


ids = st.sampled_from(["my1", "my2", "a1", "b1"])
depths = st.fixed_dictionaries({"d": st.integers(0, 3)})
marks_of = st.builds(
    lambda ins, dels, typ: {
        **{f"ins:{id}": value for id, value in ins.items()},
        **{f"del:{id}": {"d": 4, "over": over} for id, over in dels.items()},
        **{f"typ:{id}": True for id in typ},
    },
    st.dictionaries(ids, depths, max_size=2),
    st.dictionaries(st.sampled_from(["mydel", "adel", "bdel"]), st.lists(ids, max_size=3), max_size=2),
    st.lists(st.sampled_from(["t1", "t2"]), max_size=1),
)


def test_a_deletion_counts_only_against_what_it_was_aimed_at() -> None:
    assert is_struck({"del:a": {"d": 0, "over": []}})
    assert not is_struck({"del:a": {"d": 0, "over": []}, "ins:b": {"d": 0}})
    assert is_struck({"del:a": {"d": 1, "over": ["b"]}, "ins:b": {"d": 0}})
    assert not is_struck({"del:a": {"d": 0, "over": []}, "typ:b": True})


def test_a_deletion_as_word_has_it_counts_against_all_it_covers() -> None:
    assert is_struck({"ins:b": {"d": 0}, "del:a": {"d": 1}})
    assert is_struck({"moveFrom:a": {"d": 0}})
    assert is_inserted({"moveTo:a": {"d": 0}})


@given(marks_of)
def test_a_new_deletion_always_counts(marks: Marks) -> None:
    assert is_struck({**marks, "del:new": deletion_value(marks)})
    assert greatest_depth({**marks, "del:new": deletion_value(marks)}) == greatest_depth(marks) + 1


@given(marks_of)
def test_only_what_one_inserted_oneself_is_removed(marks: Marks) -> None:
    fate = fate_when_struck(marks, own)
    innermost = innermost_insertion(marks)
    if fate is Fate.REMOVE:
        assert innermost is not None
        assert own(innermost[4:])
    elif fate is Fate.KEEP:
        assert effective_deletions(marks)
    else:
        assert not is_struck(marks)


@given(marks_of)
def test_accepting_removes_exactly_what_is_struck_and_rejecting_what_was_inserted(marks: Marks) -> None:
    accepted, rejected = (resolve(marks, anything, accept, alone) for accept in (True, False))
    tracked = [key for key in marks if not key.startswith("typ:")]
    if not tracked:
        assert accepted is None
        assert rejected is None
        return
    assert accepted is not None
    assert rejected is not None
    assert accepted.kill == is_struck(marks)
    assert rejected.kill == is_inserted(marks)
    for result in (accepted, rejected):
        if not result.kill:
            assert set(result.changes) == set(tracked)


def test_two_insertions_of_one_author_are_one_decision() -> None:
    result = resolve({"ins:a": {"d": 0}, "ins:b": {"d": 0}}, lambda id: id == "a", True, lambda first, second: True)
    assert result is not None
    assert set(result.changes) == {"ins:a", "ins:b"}


def test_typing_is_refused_inside_fields_objects_and_locked_containers() -> None:
    inside: list[Marks] = [{"fld:1": True}, {"obj": "sum"}, {"box:locked": {"d": 0}}, {"lock": True}]
    for marks in inside:
        assert not typing_allowed(("a", marks), ("b", marks), lambda id: id == "locked")
        assert typing_allowed(("a", marks), ("b", {}), lambda id: id == "locked")
        assert typing_allowed(None, ("b", marks), lambda id: id == "locked")
    assert typing_allowed((HIDDEN, {"obj": "x"}), (OBJECT, {"obj": "x"}), own)
    assert typing_allowed(("a", {"lock": True, "box:1": {"d": 0}}), ("b", {"lock": True, "box:2": {"d": 0}}), own)


def test_typing_stays_in_containers_and_out_of_others_changes() -> None:
    both: Marks = {"ins:a": {"d": 0}, "box:b": {"d": 1}, "ins:c": {"d": 2}, "comment:1": True, "bold": True}
    assert set(enclosing_marks(both, both)) == {"ins:a", "box:b", "comment:1"}
    assert enclosing_marks(both, {}) == {}


def test_typing_goes_on_beside_ones_own_insertion_unless_it_is_struck() -> None:
    assert extended_insertion([{}, {"ins:my1": {"d": 0}}], "ins", own) == "ins:my1"
    assert extended_insertion([{"ins:a1": {"d": 0}}], "ins", own) is None
    assert extended_insertion([{"ins:my1": {"d": 0}, "del:a": {"d": 1, "over": ["my1"]}}], "ins", own) is None
    assert extended_insertion([{"typ:my1": True}], "typ", own) == "typ:my1"


def test_the_first_paragraph_with_words_gives_its_properties() -> None:
    first: Marks = {"p:style": "H1", "p:src": "1", "p:fix": True, "del:x": {"d": 0}}
    second: Marks = {"p:style": "B", "p:props": "s", "p:src": "2", "p:fix": True, "ins:y": {"d": 0}}
    joined = joined_paragraph(first, second, True, False)
    assert joined == {"p:style": "H1", "p:src": "1", "p:fix": True, "ins:y": {"d": 0}}
    assert joined_paragraph(first, second, False, False) == second
    section = joined_paragraph(first, second, True, True)
    assert (section["p:props"], section["p:src"], section["p:style"]) == ("s", "2", "H1")


def test_tracked_formatting_holds_one_author_and_the_oldest_values() -> None:
    change = formatting_change({"run": "r"}, {"bold": True}, "fmt", "my1", own)
    assert change == {"bold": True, "fmt:my1": {"bold": None}}
    again = formatting_change({"bold": True, "fmt:my1": {"bold": None}}, {"bold": False}, "fmt", "my2", own)
    assert again == {"bold": False}
    other = formatting_change({"bold": True, "fmt:my1": {"bold": None}}, {"italic": True}, "fmt", "my2", own)
    assert other == {"italic": True, "fmt:my2": {"italic": None}}
    assert formatting_change({"fmt:a1": {"bold": None}}, {"bold": True}, "fmt", "my2", own) is None
    assert formatting_change({"bold": True}, {"bold": True}, "fmt", "my2", own) is None
    assert formatting_change({"ins:my1": {"d": 0}}, {"bold": True}, "fmt", "my2", own) == {"bold": True}
    rejected = resolve({"bold": False, "fmt:my1": {"bold": None}}, anything, False, alone)
    assert rejected is not None
    assert rejected.changes == {"bold": None, "fmt:my1": None}
    twice: Marks = {"bold": False, "italic": True, "fmt:my1": {"bold": None}, "fmt:my2": {"italic": None}}
    both = resolve(twice, anything, False, alone)
    assert both is not None
    assert both.changes == {"bold": None, "italic": None, "fmt:my1": None, "fmt:my2": None}
    one = resolve(twice, lambda id: id == "my2", False, alone)
    assert one is not None
    assert one.changes == {"italic": None, "fmt:my2": None}


def test_rejecting_paragraph_formatting_gives_the_old_properties() -> None:
    marks: Marks = {"p:props": "new", "p:style": "H1", "pfmt:a": {"props": "old", "p:style": None}}
    rejected = resolve(marks, anything, False, alone)
    assert rejected is not None
    assert rejected.changes == {"p:props": "old", "p:style": None, "pfmt:a": None}


def test_only_the_first_tracked_change_of_a_paragraph_holds_its_properties() -> None:
    first = formatting_change({"p:props": "a"}, {"p:style": "H"}, "pfmt", "my1", own)
    assert first == {"p:style": "H", "pfmt:my1": {"p:style": None, "props": "a"}}
    marks: Marks = {"p:props": "a", "p:style": "H", "pfmt:my1": {"p:style": None, "props": "a"}}
    assert formatting_change(marks, {"p:num": "1"}, "pfmt", "my2", own) == {"p:num": "1", "pfmt:my2": {"p:num": None}}
