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
    problems_of,
    read_history,
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
        versions.append(sealed(draft, versions[-1] if versions else None))
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
