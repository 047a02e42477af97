"""The export of an audit log, verified away from the platform that wrote it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pactoria_desktop.cli.main import main
from pactoria_desktop.contract.history import FIRST
from pactoria_desktop.contract.identity import identity_from
from pactoria_desktop.protocol.audit import AuditEntry, AuditHeadLine, hash_of, is_export, line, verify_export

CHAMBERS = identity_from(1_796_000_000_000, 1)
ANA = identity_from(1_796_000_000_000, 2)


def export(count: int) -> bytes:
    former, lines = FIRST, []
    for number in range(1, count + 1):
        draft = AuditEntry(
            organization=CHAMBERS,
            number=number,
            at=datetime(2026, 11, 30, 9, 0, number, 0 if number % 2 else 120, tzinfo=UTC),
            actor=ANA,
            action="member.changed",
            subject_kind="person",
            subject=ANA,
            details={"role": "editor", "was": "viewer"},
            former=former,
        )
        entry = draft.model_copy(update={"hash": hash_of(draft)})
        former = entry.hash
        lines.append(line(entry))
    return b"".join([line(AuditHeadLine(organization=CHAMBERS, number=count, hash=former)), *lines])


@given(some.integers(0, 6), some.data())
def test_no_byte_of_an_export_can_be_changed_unseen(count: int, data: some.DataObject) -> None:
    content = export(count)
    assert verify_export(content).problems == ()
    place = data.draw(some.integers(0, len(content) - 1))
    letter = data.draw(some.sampled_from(b'0123456789abcdef"x'))
    changed = content[:place] + bytes([letter]) + content[place + 1 :]
    try:
        same = [json.loads(one) for one in changed.splitlines()] == [json.loads(one) for one in content.splitlines()]
    except ValueError:
        same = False
    # The end of an empty log is only what its head says, and nothing vouches for the head's organization then.
    if not same and count:
        assert verify_export(changed).problems, changed


def test_the_command_verifies_an_export_and_names_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "audit.jsonl"
    file.write_bytes(export(3))
    assert is_export(file.read_bytes())
    assert main(["verify", str(file)]) == 0
    assert "whole: 3 entries" in capsys.readouterr().out
    file.write_bytes(export(3).replace(b'"was":"viewer"', b'"was":"editor"', 1))
    assert main(["verify", str(file), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["entries"], [one["kind"] for one in report["problems"]]) == (3, ["altered"])
    file.write_bytes(export(3).rsplit(b"\n", 2)[0])
    assert main(["verify", str(file)]) == 1
    assert "cut off" in capsys.readouterr().out
