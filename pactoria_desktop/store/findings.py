"""What reviews found, run by run, and what people decided about it. A run never changes; a verdict outlives it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or_update
from sqlalchemy.orm import Session

from pactoria_desktop.store.schema import FindingEntry, FindingRun, Verdict


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run over one text. ``finished_at`` in milliseconds since 1970 UTC."""

    id: str
    contract: str
    text_sha256: str
    playbook: str
    playbook_version: str
    model_version: str
    prompt_version: str
    finished_at: int


@dataclass(frozen=True, slots=True)
class VerdictRecord:
    """What a person decided about a finding (by its id, which stays the same from run to run)."""

    contract: str
    finding: str
    verdict: str
    reason: str
    assignee: str
    decided_by: str
    decided_at: int


_RUN = (
    FindingRun.id,
    FindingRun.contract,
    FindingRun.text_sha256,
    FindingRun.playbook,
    FindingRun.playbook_version,
    FindingRun.model_version,
    FindingRun.prompt_version,
    FindingRun.finished_at,
)
_VERDICT = (
    Verdict.contract,
    Verdict.finding,
    Verdict.verdict,
    Verdict.reason,
    Verdict.assignee,
    Verdict.decided_by,
    Verdict.decided_at,
)


class Findings:
    """Runs, findings and verdicts, in one transaction."""

    def __init__(self, session: Session) -> None:
        """On a session of the library."""
        self._session = session

    def record(self, run: RunRecord, findings: Sequence[Mapping[str, object]]) -> None:
        """Keep a run with its findings in order; each is JSON with at least ``id`` and ``severity``."""
        columns = (column.key for column in _RUN)
        self._session.execute(insert(FindingRun).values({name: getattr(run, name) for name in columns}))
        rows = [
            {
                "run": run.id,
                "position": position,
                "finding": str(finding["id"]),
                "severity": str(finding["severity"]),
                "content": dict(finding),
            }
            for position, finding in enumerate(findings)
        ]
        if rows:
            self._session.execute(insert(FindingEntry), rows)

    def last_run(self, contract: str) -> RunRecord | None:
        """The youngest run of a contract."""
        row = self._session.execute(
            select(*_RUN)
            .where(FindingRun.contract == contract)
            .order_by(FindingRun.finished_at.desc(), FindingRun.id.desc())
            .limit(1)
        ).first()
        return None if row is None else RunRecord(*row)

    def of(self, run: str) -> tuple[dict[str, object], ...]:
        """The findings of a run, in order."""
        rows = self._session.execute(
            select(FindingEntry.content).where(FindingEntry.run == run).order_by(FindingEntry.position)
        )
        return tuple(rows.scalars())

    def open_counts(self, contract: str) -> dict[str, int]:
        """How many findings of the last run nobody has decided about, by severity; empty without a run."""
        run = self.last_run(contract)
        if run is None:
            return {}
        decided = select(Verdict.finding).where(Verdict.contract == contract, Verdict.verdict != "open")
        rows = self._session.execute(
            select(FindingEntry.severity, func.count())
            .where(FindingEntry.run == run.id, FindingEntry.finding.not_in(decided))
            .group_by(FindingEntry.severity)
        )
        return {row[0]: row[1] for row in rows}

    def decide(self, verdict: VerdictRecord) -> None:
        """Keep a verdict in place of the one before."""
        values = {column.key: getattr(verdict, column.key) for column in _VERDICT}
        statement = insert_or_update(Verdict).values(values)
        self._session.execute(
            statement.on_conflict_do_update(index_elements=[Verdict.contract, Verdict.finding], set_=values)
        )

    def verdicts(self, contract: str) -> dict[str, VerdictRecord]:
        """A contract's verdicts by the finding's id."""
        rows = self._session.execute(select(*_VERDICT).where(Verdict.contract == contract))
        return {row[1]: VerdictRecord(*row) for row in rows}
