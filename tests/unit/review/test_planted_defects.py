"""Every kind of planted defect is found, and nothing else is said of the faulty contract than of its clean twin."""

import pytest

from pactoria_desktop.contract.findings import Finding, settle
from pactoria_desktop.contract.segmentation import plain_text, sentences_of
from pactoria_desktop.review.engine import checks
from pactoria_desktop.review.scan import scan
from tests.unit.review.planting import KINDS, planted


def findings_in(text: str) -> tuple[Finding, ...]:
    reviewed = plain_text(text)
    return settle(checks(scan(reviewed, sentences_of(reviewed), {})), text, "contract")


def recall_and_precision(kind: str, count: int) -> tuple[float, float]:
    made = [pair for pair in (planted(kind, seed) for seed in range(count)) if pair.clean != pair.faulty]
    assert len(made) > count // 2
    found = right = new = 0
    for pair in made:
        before = {item.id for item in findings_in(pair.clean)}
        added = [item for item in findings_in(pair.faulty) if item.id not in before]
        meant = [item for item in added if item.rule in pair.rules]
        found += bool(meant)
        right += len(meant)
        new += len(added)
    return found / len(made), right / max(1, new)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_planted_defect_is_found_and_nothing_else(kind: str) -> None:
    recall, precision = recall_and_precision(kind, 12)
    assert recall >= 0.97
    assert precision >= 0.97


@pytest.mark.long
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_two_hundred_planted_defects_of_each_kind(kind: str) -> None:
    recall, precision = recall_and_precision(kind, 240)
    print(f"{kind}: recall {recall:.3f}, precision {precision:.3f}")
    assert recall >= 0.97
    assert precision >= 0.97


def test_a_sound_contract_has_no_findings() -> None:
    for seed in range(12):
        assert findings_in(planted("placeholder", seed).clean) == ()


def test_every_quote_is_the_text_at_its_place() -> None:
    for kind in KINDS:
        text = planted(kind, 3).faulty
        for finding in findings_in(text):
            for item in finding.evidence:
                assert text[item.start : item.end] == item.quote != ""
