import random
import re

import pytest

from pactoria_desktop.documents.compare import compare
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.received import check_received
from tests.unit.documents.generated_contracts import W, contract, document, edited, package
from tests.unit.documents.test_compare import body_of

LINES = ["First clause.", "The fee is thirty euro per day.", "The term is one year.", "Last clause."]


def kinds(sent: bytes, received: bytes) -> list[str]:
    return [finding.kind for finding in check_received(Package(sent), Package(received))]


def tracked(old: list[str], new: list[str], author: str = "Ann", date: str = "2026-01-01T00:00:00Z") -> bytes:
    return compare(Package(document([("p", old)])), Package(document([("p", new)])), author, date).data


def changed(lines: list[str], place: int, text: str) -> list[str]:
    return [*lines[:place], text, *lines[place + 1 :]]


def test_a_file_that_came_back_as_it_went_has_no_finding() -> None:
    sent = tracked(LINES, changed(LINES, 1, "The fee is forty euro per day."))
    assert kinds(sent, sent) == []


def test_tracked_changes_are_no_finding() -> None:
    sent = tracked(LINES, changed(LINES, 1, "The fee is forty euro per day."))
    new = changed(changed(LINES, 1, "The fee is forty euro per day."), 2, "The term is two years.")
    received = compare(Package(sent), Package(document([("p", new)])), "Bob", "2026-03-03T00:00:00Z").data
    assert kinds(sent, received) == []


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_tracked_is_no_finding(seed: int) -> None:
    dice = random.Random(seed)
    blocks = contract(dice)
    sent = document(blocks, dice)
    received = compare(
        Package(sent), Package(document(edited(dice, blocks, 4), dice)), "Bob", "2026-03-03T00:00:00Z"
    ).data
    assert kinds(sent, received) == []


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_not_tracked_is_found(seed: int) -> None:
    dice = random.Random(seed)
    blocks = contract(dice)
    sent = document(blocks)
    new = edited(dice, blocks, 1)
    assert bool(kinds(sent, document(new))) == (sent != document(new))


def test_an_untracked_replacement_says_before_and_after() -> None:
    findings = check_received(
        Package(document([("p", LINES)])),
        Package(document([("p", changed(LINES, 1, "The fee is forty euro per day."))])),
    )
    assert [(one.kind, one.before, one.after) for one in findings] == [("untracked_replacement", "thirty", "forty")]
    assert findings[0].paragraph


def test_an_untracked_change_beside_tracked_ones_is_found() -> None:
    sent = document([("p", LINES)])
    received = tracked(changed(LINES, 2, "The term is nine years."), changed(LINES, 2, "The term is nine long years."))
    assert kinds(sent, received) == ["untracked_replacement", "untracked_replacement"]


@pytest.mark.parametrize(
    ("pattern", "replacement", "kind"),
    [
        ('w:author="Ann"', 'w:author="Eve"', "changed_author"),
        ('w:date="2026-01-01T00:00:00Z"', 'w:date="2026-05-05T00:00:00Z"', "changed_date"),
        ("<w:delText([^>]*)>thirty<", r"<w:delText\1>three<", "changed_words"),
    ],
)
def test_an_altered_earlier_change_is_found(pattern: str, replacement: str, kind: str) -> None:
    sent = tracked(LINES, changed(LINES, 1, "The fee is forty euro per day."))
    received = package(re.sub(pattern, replacement, body_of(sent), count=1))
    assert kinds(sent, received) == [kind]


def test_an_earlier_change_that_is_gone_is_found() -> None:
    new = changed(LINES, 1, "The fee is forty euro per day.")
    found = kinds(tracked(LINES, new), document([("p", new)]))
    assert found == ["lost_change", "lost_change"]


@pytest.mark.parametrize(
    "properties",
    ["<w:vanish/>", '<w:color w:val="FFFFFF"/>', '<w:sz w:val="2"/>'],
    ids=["hidden", "white", "one point"],
)
def test_words_that_cannot_be_seen_are_found(properties: str) -> None:
    plain = "<w:p><w:r><w:t>Words.</w:t></w:r></w:p>"
    secret = f"<w:p><w:r><w:t>Words.</w:t></w:r><w:r><w:rPr>{properties}</w:rPr><w:t>Not seen.</w:t></w:r></w:p>"
    files = [f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>' for body in (plain, secret)]
    findings = check_received(*(Package(package(file)) for file in files))
    assert ("hidden_text", "Not seen.") in [(one.kind, one.after) for one in findings]


def test_bold_without_tracking_is_found() -> None:
    bodies = [f"<w:p><w:r>{look}<w:t>Words here.</w:t></w:r></w:p>" for look in ("", "<w:rPr><w:b/></w:rPr>")]
    files = [package(f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>') for body in bodies]
    assert kinds(*files) == ["untracked_format"]
