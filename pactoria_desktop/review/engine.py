"""The offline review of one contract: clauses, checks, playbook, deadlines. No network, no files but our resources."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from pactoria_desktop.contract.findings import SEVERITIES, Draft, Evidence, Finding, Severity, settle
from pactoria_desktop.contract.segmentation import Pieces, ReviewedText, sentences_of
from pactoria_desktop.review import check_references, check_terms, check_undefined, check_values
from pactoria_desktop.review.check_terms import UseCache
from pactoria_desktop.review.deadlines import Deadline, DeadlineCache, deadlines
from pactoria_desktop.review.model import ClauseModel, Judgement, ModelCache, load_model
from pactoria_desktop.review.playbook import Playbook
from pactoria_desktop.review.playbook_rules import RuleCache, apply_playbook
from pactoria_desktop.review.scan import Scan, ScanCache, scan


@dataclass
class ReviewCache:
    """What one open contract keeps between reviews, so that after an edit only changed passages are read again."""

    pieces: dict[str, Pieces] = field(default_factory=dict)
    scans: ScanCache = field(default_factory=dict)
    rules: RuleCache = field(default_factory=dict)
    uses: UseCache = field(default_factory=UseCache)
    deadlines: DeadlineCache = field(default_factory=dict)
    model: ModelCache = field(default_factory=ModelCache)
    clause_model: ClauseModel | None = None

    def trim(self, most: int = 60_000) -> None:
        """Forget everything once too much has gathered (many edits of a long contract)."""
        by_words = (self.pieces, self.scans, self.rules, self.uses.by_words, self.deadlines)
        for kept in (*by_words, self.model.fields, self.model.answers, self.model.short, self.model.ranked):
            if len(kept) > most:
                kept.clear()


@dataclass(frozen=True)
class ReviewResult:
    """An immutable review: of which words, with which playbook, on which day, and what it found."""

    text_sha256: str
    playbook: str
    today: date
    clauses: Judgement
    text: str
    findings: tuple[Finding, ...]
    deadlines: tuple[Deadline, ...]

    def to_json(self) -> dict[str, object]:
        """The review in the shape of the command line, without the name of the file."""
        return {
            "text_sha256": self.text_sha256,
            "clauses": [
                {
                    "category": item.category, "start": item.start, "end": item.end,
                    "quote": self.text[item.start : item.end], "confidence": item.confidence,
                }
                for item in self.clauses.passages
            ],
            "absent": [{"category": name, "confidence": confidence} for name, confidence in self.clauses.absent],
            "findings": [
                {
                    "id": item.id, "rule": item.rule, "severity": item.severity, "title": item.title,
                    "message": item.message, "confidence": item.confidence, "source": item.source,
                    "evidence": _evidence(item.evidence),
                }
                for item in self.findings
            ],
            "deadlines": [
                {
                    "kind": item.kind, "date": item.date.isoformat(), "rule": item.rule,
                    "evidence": _evidence(item.evidence),
                }
                for item in self.deadlines
            ],
        }  # fmt: skip

    def at_or_above(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings that are at least so severe."""
        worst = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return tuple(item for item in self.findings if item.severity in worst)


def _evidence(items: Iterable[Evidence]) -> list[dict[str, object]]:
    return [{"start": item.start, "end": item.end, "quote": item.quote} for item in items]


def review(
    text: ReviewedText,
    playbook: Playbook | None = None,
    *,
    today: date,
    contract: str | None = None,
    cache: ReviewCache | None = None,
) -> ReviewResult:
    """Review a contract.

    ``contract`` names it in the findings' identities (its id; the SHA-256 of its opening words where it has none).
    ``cache`` belongs to one contract and one thread at a time.
    """
    kept = cache or ReviewCache()
    kept.trim()
    if kept.clause_model is None:
        kept.clause_model = load_model()
    sentences = sentences_of(text, kept.pieces)
    scanned = scan(text, sentences, kept.scans)
    drafts = list(checks(scanned, kept.uses))
    if playbook is not None:
        drafts += apply_playbook(playbook, text, sentences, kept.rules)
    named = contract or sha256(" ".join(text.text[:2000].split()[:40]).encode("utf-8", "replace")).hexdigest()
    return ReviewResult(
        text.sha256,
        f"{playbook.name}/{playbook.version}" if playbook else "",
        today,
        kept.clause_model.judge(text.text, sentences, kept.model),
        text.text,
        settle(drafts, text.text, named),
        deadlines(scanned, kept.deadlines),
    )


def checks(scanned: Scan, uses: UseCache | None = None) -> Iterator[Draft]:
    """All deterministic checks on one reading of a contract."""
    index = check_references.number_index(scanned)
    known = check_terms.glossary(scanned, uses)
    yield from check_references.broken_references(scanned, index)
    yield from check_references.missing_attachments(scanned)
    yield from check_references.numbering(scanned, index)
    yield from check_references.list_gaps(scanned)
    yield from check_undefined.undefined_terms(scanned, known)
    yield from check_terms.unused_terms(scanned, known)
    yield from check_terms.late_definitions(scanned, known)
    yield from check_terms.wrong_case(scanned, known)
    yield from check_terms.lower_agreement(scanned, known)
    yield from check_terms.duplicate_definitions(scanned, known)
    yield from check_values.words_and_figures(scanned)
    yield from check_values.blanks(scanned)
    yield from check_values.impossible_dates(scanned)
    yield from check_values.expiry_before_effect(scanned)
    yield from check_values.party_names(scanned)
