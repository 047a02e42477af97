"""The clause library: each clause stands by itself, says what it is, and passes our own review."""

import re

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.findings import settle
from pactoria_desktop.contract.outline import outline
from pactoria_desktop.contract.segmentation import sentences_of
from pactoria_desktop.protocol.clauses import Clause, ClauseParagraph, ClauseVariant
from pactoria_desktop.review.engine import checks
from pactoria_desktop.review.scan import ScanCache, scan
from pactoria_desktop.services.reviewing import reviewed_text
from pactoria_desktop.templates.emphasis import pieces_of, plain
from pactoria_desktop.templates.wording import Terms, adapt_terms
from tests.unit.templates.desk import CLAUSES, SYNONYMS, VARIANTS, adapted, inserted
from tests.unit.templates.small_contract import small_contract

CATEGORIES = {
    "limitation-of-liability", "indemnity", "confidentiality", "data-protection", "intellectual-property",
    "termination", "payment", "warranties", "service-levels", "insurance", "dispute-resolution", "governing-law",
    "assignment",
    "change-of-control", "non-solicitation", "non-compete", "exclusivity", "audit", "force-majeure", "notices",
    "entire-agreement", "variation", "third-party-rights", "anti-bribery", "modern-slavery", "tax", "escrow",
    "acceptance", "subcontracting", "publicity", "renewal", "most-favoured-customer", "employment",
}  # fmt: skip
BY_NAME = [pytest.param(*one, id=f"{one[0].id}-{one[1].id}") for one in VARIANTS]
SCANS: ScanCache = {}


def words_of(variant: ClauseVariant) -> str:
    return "\n".join(plain(pieces_of(paragraph.text)) for paragraph in variant.paragraphs)


def own_terms(variant: ClauseVariant) -> list[str]:
    """The terms that a variant needs of the contract."""
    wording = adapt_terms([pieces_of(one.text) for one in variant.paragraphs], Terms(frozenset()), SYNONYMS)
    return [unknown.term for unknown in wording.unknown]


def test_the_library_has_what_a_commercial_lawyer_looks_for() -> None:
    assert len(CLAUSES) >= 64
    assert {clause.category for clause in CLAUSES} >= CATEGORIES
    for clause in CLAUSES:
        assert len(clause.variants) >= 2, clause.id
        assert clause.variants[0].standing == "preferred"
        assert "no legal advice" in clause.notice
        assert clause.jurisdiction in ("", "England and Wales")
        for variant in clause.variants:
            least = 25 if variant.standing == "fallback" else 12
            assert len(variant.note) >= least, f"{clause.id} {variant.id} does not say when to use it"
        assert len({words_of(variant) for variant in clause.variants}) == len(clause.variants)


def test_british_statutes_stand_only_in_clauses_for_england_and_wales() -> None:
    for clause, variant in VARIANTS:
        if re.search(r"\bAct \d{4}|UK GDPR|Bank of England", words_of(variant)):
            assert clause.jurisdiction == "England and Wales", clause.id


@pytest.mark.parametrize(("clause", "variant"), BY_NAME)
def test_a_clause_is_written_in_plain_english(clause: Clause, variant: ClauseVariant) -> None:
    words = words_of(variant)
    assert not re.search(r"[\[\]_{}<>]|\bshall\b|\b(?:herein|hereof|thereof|hereby|hereto|aforesaid)\b", words)
    latin = r"pro rata|inter alia|mutatis|bona fide|per annum|vice versa|ex gratia|prima facie|ipso|i\.e\.|e\.g\.|etc"
    assert not re.search(rf"\b(?:{latin})\b", words, re.IGNORECASE)
    assert not re.search(r"\b(?:clause|section|paragraph|schedule)s?\s+\d", words, re.IGNORECASE)
    for paragraph in variant.paragraphs:
        assert paragraph.heading == (paragraph.level == 0)
        text = plain(pieces_of(paragraph.text))
        if paragraph.heading:
            assert len(text.split()) <= 8
            assert not text.endswith(".")
            kept = [word for word in text.split()[1:] if word[0].isupper()]
            assert all(word.removesuffix("’s") in {"Services", "Supplier", "Customer"} for word in kept), text
        else:
            assert re.search(r"(?:[.;:]|; and|; or)$", text), text
            longest = max(len(sentence.split()) for sentence in re.split(r"(?<=[.;:])\s", text))
            assert longest <= 75, text


def test_clauses_share_a_small_set_of_terms() -> None:
    terms = {term for _, variant in VARIANTS for term in own_terms(variant)}
    first = {spelling for group in SYNONYMS.groups for spelling in group.terms[0].spellings}
    assert terms <= first


@pytest.mark.parametrize(("clause", "variant"), BY_NAME)
def test_a_clause_passes_our_own_review(clause: Clause, variant: ClauseVariant) -> None:
    terms = own_terms(variant)
    result = adapted(small_contract(terms), place_behind(terms), clause, variant)
    assert (result.replaced, result.unknown, result.questions, result.doubled) == ((), (), (), ())
    assert faults_of(clause, variant, terms) == []


def place_behind(terms: list[str]) -> str:
    """The last paragraph of the small contract's second clause."""
    return f"p{len(terms) + 8}"


def faults_of(clause: Clause, variant: ClauseVariant, terms: list[str]) -> list[tuple[str, str]]:
    """What our review says of a small contract that defines ``terms``, with the clause in it."""
    text = small_contract(terms)
    new = inserted(text, adapted(text, place_behind(terms), clause, variant))
    view = accepted(new)
    reviewed = reviewed_text(new, view, outline(new, view))
    findings = settle(list(checks(scan(reviewed, sentences_of(reviewed), SCANS))), view.text, "small")
    return [(finding.rule, finding.message) for finding in findings]


def test_the_review_that_clauses_pass_does_find_faults() -> None:
    clause, variant = VARIANTS[0]
    faulty = ClauseParagraph(
        level=1, text="Each party must pay an Agreed Payment of [●] under clause 77.3; any Agreed Payment is final."
    )
    worse = variant.model_copy(update={"paragraphs": (*variant.paragraphs, faulty)})
    terms = own_terms(variant)
    assert {*own_terms(worse)} - {*terms} == {"Agreed Payment"}
    assert {rule for rule, _ in faults_of(clause, worse, terms)} >= {"undefined-term", "blank", "broken-reference"}
