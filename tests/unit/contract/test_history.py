"""A history is as it was made, or it says where it is not."""

import dataclasses
import random
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactoria_desktop.contract.history import (
    Version,
    canonical_json,
    export_history,
    hash_of,
    heads_of,
    problems_of,
    read_history,
    saved_apart,
    sealed,
)
from pactoria_desktop.contract.identity import IdentityMint, identity_from, is_identity, minted_at


def history(length: int) -> list[Version]:
    versions: list[Version] = []
    for number in range(length):
        draft = Version(
            contract="c",
            number=0,
            id=f"v{number}",
            name=f"Round {number} – “Försök” §{number}",
            made_at=f"2026-01-{number + 1:02}T00:00:00+00:00",
            author="user",
            frontier=f"{number:04x}",
            text_sha256=f"{number:064x}",
            content_sha256=f"{number + 1:064x}",
            direction="sent" if number % 2 else None,
            round=number,
        )
        versions.append(sealed(draft, *versions[-1:]))
    return versions


def test_a_history_as_it_was_made_has_no_problem():
    made = history(6)
    assert problems_of(made) == ()
    assert problems_of(made, head=made[-1].hash) == ()
    assert read_history(export_history(made)) == tuple(made)


@pytest.mark.parametrize("field", [one.name for one in dataclasses.fields(Version)])
@pytest.mark.parametrize("place", [0, 3, 5])
def test_any_changed_field_is_found(field: str, place: int):
    made = history(6)
    old = getattr(made[place], field)
    new = (old or 0) + 1 if field in ("number", "round") else ("received" if field == "direction" else "f" * 64)
    made[place] = dataclasses.replace(made[place], **{field: new})
    assert problems_of(made)


@given(st.integers(0, 5), st.integers(0, 5))
def test_dropping_swapping_and_doubling_are_found(one: int, other: int):
    made = history(6)
    head = made[-1].hash
    dropped = made[:one] + made[one + 1 :]
    assert problems_of(dropped, head=head)
    if one != 5:
        assert problems_of(dropped)
    doubled = made[: one + 1] + made[one:]
    assert problems_of(doubled)
    if one != other:
        swapped = list(made)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        assert problems_of(swapped)


def test_a_rewritten_tail_is_found_by_its_noted_head():
    made = history(6)
    forged = made[:3]
    for version in made[3:]:
        forged.append(sealed(dataclasses.replace(version, name="other"), forged[-1]))
    assert problems_of(forged) == ()
    assert [problem.kind for problem in problems_of(forged, head=made[-1].hash)] == ["cut short"]


def test_canonical_json_has_one_form_and_takes_no_floats():
    assert canonical_json({"b": [1, "é"], "a": None}) == canonical_json({"a": None, "b": (1, "é")})
    with pytest.raises(ValueError, match="whole numbers"):
        canonical_json({"a": [1.0]})
    with pytest.raises(ValueError, match="keys"):
        canonical_json({1: 2})


@pytest.mark.parametrize(
    "value", [None, [], {}, {"form": "pactoria history 1"}, {"form": "pactoria history 1", "versions": [{}]}]
)
def test_a_foreign_export_is_refused(value: object):
    with pytest.raises(ValueError, match="history"):
        read_history(value)


def test_an_export_with_values_of_the_wrong_kind_is_refused():
    for field, wrong in (("number", True), ("hash", "x"), ("direction", "up"), ("name", 1), ("round", 1.5)):
        export = export_history(history(1))
        export["versions"][0][field] = wrong  # type: ignore[index]
        with pytest.raises(ValueError, match="Version 1"):
            read_history(export)


def test_ids_grow_within_a_millisecond_and_when_the_clock_is_set_back():
    source = random.Random(7)
    instants = iter([5, 5, 5, 4, 3, 5, 6, 6, 2])
    mint = IdentityMint(lambda: next(instants), source.randbytes)
    made = [mint.mint() for _ in range(9)]
    assert made == sorted(set(made))
    assert all(is_identity(one) for one in made)
    assert minted_at(made[0]) == 5
    assert minted_at(made[-1]) == 6


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**74 - 1))
def test_an_id_is_a_uuid_of_version_seven(milliseconds: int, bits: int):
    made = uuid.UUID(identity_from(milliseconds, bits))
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert minted_at(str(made)) == milliseconds


def test_other_texts_are_no_ids():
    assert not is_identity("x")
    assert not is_identity(str(uuid.UUID(int=0, version=4)))
    with pytest.raises(ValueError, match="Not an id"):
        minted_at("x")


def drafted(name: str) -> Version:
    return Version("c", 0, name, name, "2026-01-01T00:00:00+00:00", "user", "00", "0" * 64, "1" * 64)


def test_many_lines_come_together_four_at_a_time():
    root = sealed(drafted("root"))
    lines = [sealed(drafted(f"line {number}"), root) for number in range(6)]
    assert heads_of([root, *lines]) == tuple(lines)
    first = sealed(drafted("first"), *lines)
    assert first.former.count(" ") == 3
    made = [root, *lines, first]
    assert heads_of(made) == (*lines[:2], first)
    last = sealed(drafted("last"), *heads_of(made))
    made.append(last)
    assert problems_of(made) == ()
    assert heads_of(made) == (last,)
    assert saved_apart(made) == {*(each.id for each in lines), first.id}
    assert problems_of(read_history(export_history(made)), head=last.hash) == ()


def test_former_hashes_that_are_not_there_doubled_or_out_of_order_are_found():
    root = sealed(drafted("root"))
    lines = [sealed(drafted(f"line {number}"), root) for number in range(2)]
    for former in (
        " ".join(sorted((each.hash for each in lines), reverse=True)),
        f"{lines[0].hash} {lines[0].hash}",
        " ".join(sorted([lines[0].hash, "f" * 64])),
        root.hash,
    ):
        draft = dataclasses.replace(drafted("last"), number=3, former=former)
        forged = dataclasses.replace(draft, hash=hash_of(draft))
        assert [each.kind for each in problems_of([root, *lines, forged])] == ["broken link"]


def test_a_line_of_versions_that_nobody_saved_apart_has_none():
    assert saved_apart(history(6)) == frozenset()
    assert heads_of(history(6)) == (history(6)[-1],)
    assert heads_of([]) == ()
