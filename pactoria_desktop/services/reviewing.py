"""Reviews of files and of open contracts, and playbooks by name or file."""

import difflib
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

from pactoria_desktop.contract.accepted import AcceptedText, accepted
from pactoria_desktop.contract.findings import SEVERITIES, Finding
from pactoria_desktop.contract.outline import OutlineRow, outline
from pactoria_desktop.contract.segmentation import ReviewedText, TextParagraph, plain_text
from pactoria_desktop.contract.text import ContractText, Paragraph, TextSection
from pactoria_desktop.replica.changes import Stretch
from pactoria_desktop.review.engine import ReviewCache, ReviewResult, review
from pactoria_desktop.review.playbook import Playbook, PlaybookError, read_playbook
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.resources import resource
from pactoria_desktop.services.files import contract_of, text_of
from pactoria_desktop.services.sources import READABLE, Source, SourceError, read_source

PLAYBOOKS = "playbooks"


class PlaybookMissingError(PactoriaError):
    """There is no playbook of this name, or its file cannot be used."""


def playbook_files() -> dict[str, Traversable]:
    """The playbooks that come with the program, by name."""
    folder = resource(PLAYBOOKS)
    return {
        each.name.removesuffix(".yaml"): each
        for each in sorted(folder.iterdir(), key=lambda each: each.name)
        if each.name.endswith(".yaml")
    }


def playbook_named(name: str) -> Playbook:
    """A playbook of the program by name, or from a YAML file. Raises PlaybookMissingError."""
    known = playbook_files()
    try:
        if name in known:
            return read_playbook(known[name].read_text(encoding="utf-8"), name)
        path = Path(name)
        if path.is_file():
            return read_playbook(path.read_text(encoding="utf-8"), path.name)
    except PlaybookError as error:
        raise PlaybookMissingError(str(error)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise PlaybookMissingError(f"The playbook {name} cannot be read as text in UTF-8; save it again.") from error
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {close[0]}" if close else ""
    raise PlaybookMissingError(f"There is no playbook {name}{hint}; there are {', '.join(known)}, or name a YAML file.")


def playbooks() -> list[dict[str, object]]:
    """The playbooks that come with the program."""
    found = [playbook_named(name) for name in playbook_files()]
    return [
        {"name": each.name, "title": each.title, "version": each.version, "rules": len(each.rules)} for each in found
    ]


def reviewed_text(text: ContractText, view: AcceptedText, rows: tuple[OutlineRow, ...]) -> ReviewedText:
    """What the review reads of a contract."""
    return ReviewedText(
        view.text,
        tuple(
            TextParagraph(
                row.start, row.end, row.label, max(0, (row.level or 1) - 1), row.style, row.in_table, row.part
            )
            for row in rows
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding of an open contract: where it stands in the living text (UTF-16), its clause, and its first quote."""

    id: str
    rule: str
    severity: str
    title: str
    message: str
    label: str
    quote: str
    start: int
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class ReviewedContract:
    """A review of an open contract. ``findings`` are gravest first, then in order of place."""

    result: ReviewResult
    findings: tuple[ShownFinding, ...]
    playbook: str


class Reviewer:
    """Reviews with one playbook and one day. Keeps what it read of one contract, so that the next review is quick.

    Belongs to one thread at a time.
    """

    def __init__(self, playbook: Playbook | None, today: date) -> None:
        self.playbook = playbook
        self.today = today
        self._cache = ReviewCache()

    def review(self, source: Source) -> dict[str, object]:
        """The review of a file in the shape of the command line. Raises DocumentError or SourceError."""
        if source.ending in (".txt", ".pdf", ".md"):
            text = plain_text(text_of(source))
        else:
            contract = contract_of(source)
            view = accepted(contract)
            text = reviewed_text(contract, view, outline(contract, view))
        return review(text, self.playbook, today=self.today, cache=self._cache).to_json()

    def review_contract(self, text: ContractText, contract: str = "") -> ReviewedContract:
        """The review of an open contract; ``contract`` is its id."""
        view = accepted(text)
        rows = outline(text, view)
        result = review(
            reviewed_text(text, view, rows),
            self.playbook,
            today=self.today,
            contract=contract or None,
            cache=self._cache,
        )
        places = _Places(text, view, rows)
        ranked = sorted(result.findings, key=lambda each: (SEVERITIES.index(each.severity), _first(each)))
        return ReviewedContract(
            result,
            tuple(places.shown(each) for each in ranked),
            self.playbook.title if self.playbook is not None else "Checks without a playbook",
        )


def default_reviewer(name: str, clock: Clock) -> Reviewer:
    """The reviewer of the window: with the playbook of the settings, else the first that comes with the program."""
    known = playbook_files()
    chosen = name or next(iter(known), "")
    return Reviewer(playbook_named(chosen) if chosen else None, clock.now().date())


def _first(finding: Finding) -> int:
    return finding.evidence[0].start if finding.evidence else -1


class _Places:
    """From offsets of the accepted text to stretches of the living text."""

    def __init__(self, text: ContractText, view: AcceptedText, rows: tuple[OutlineRow, ...]) -> None:
        self._view = view
        self._rows = rows
        self._slots: dict[str, tuple[Paragraph, ...]] = {}
        for section in text.sections:
            if isinstance(section, TextSection):
                self._slots[section.id] = section.paragraphs
            else:
                self._slots.update({cell.id: cell.paragraphs for row in section.rows for cell in row.cells})
        self._starts: dict[str, list[int]] = {}

    def shown(self, finding: Finding) -> ShownFinding:
        """The finding with its places."""
        stretches = tuple(
            stretch for each in finding.evidence for stretch in self._stretches(each.start, each.end)
        )  # fmt: skip
        start = _first(finding)
        quote = " ".join(finding.evidence[0].quote.split()) if finding.evidence else ""
        label = self._label(start)
        return ShownFinding(
            finding.id, finding.rule, finding.severity, finding.title, finding.message, label, quote, start, stretches
        )

    def _stretches(self, start: int, end: int) -> list[Stretch]:
        found = []
        for source in self._view.stretches(start, end):
            text = self._slots[source.slot][source.paragraph].text
            begin = self._start(source.slot, source.paragraph)
            found.append(
                Stretch(source.slot, begin + _units(text[: source.start]), begin + _units(text[: source.end]))
            )  # fmt: skip
        return found

    def _start(self, slot: str, paragraph: int) -> int:
        if slot not in self._starts:
            starts = [0]
            for each in self._slots[slot]:
                starts.append(starts[-1] + _units(each.text) + 1)
            self._starts[slot] = starts
        return self._starts[slot][paragraph]

    def _label(self, start: int) -> str:
        if start < 0:
            return ""
        number = next((n for n, row in enumerate(self._rows) if row.start <= start <= row.end), -1)
        while number >= 0:
            if self._rows[number].label:
                return self._rows[number].label
            number -= 1
        return ""


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def test_playbooks(names: list[str]) -> list[dict[str, object]]:
    """Run playbooks' own examples: those named, else all that come with the program. One row a rule."""
    from pactoria_desktop.review.playbook_rules import run_examples

    rows: list[dict[str, object]] = []
    for name in names or list(playbook_files()):
        playbook = playbook_named(name)
        outcomes = run_examples(playbook)
        for rule in playbook.rules:
            wrong = [each for each in outcomes if each.rule == rule.id and not each.passed]
            words = [f"example {each.example + 1} gave {each.reached}, not {each.expected}" for each in wrong]
            rows.append(
                {
                    "playbook": playbook.name,
                    "rule": rule.id,
                    "passed": not wrong,
                    "examples": len(rule.examples),
                    "message": "; ".join(words) or f"{len(rule.examples)} examples",
                }
            )
    return rows


def backtest(name: str, folder: str) -> dict[str, object]:
    """Which verdicts a changed playbook flips on the contracts of a folder, against the program's own of its name.

    Raises PlaybookMissingError, SourceError or DocumentError.
    """
    changed = playbook_named(name)
    before = playbook_named(changed.name) if changed.name in playbook_files() else None
    files = sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in READABLE and path.is_file())
    if not files:
        raise SourceError(f"{folder} holds no contract; name a folder of Word, PDF or text files.")
    flips = []
    for path in files:
        source = read_source(str(path))
        old = _severities(source, before)
        new = _severities(source, changed)
        for rule in sorted(set(old) | set(new)):
            if old.get(rule, "none") != new.get(rule, "none"):
                flips.append(
                    {"file": str(path), "rule": rule, "before": old.get(rule, "none"), "after": new.get(rule, "none")}
                )  # fmt: skip
    return {"playbook": changed.name, "files": len(files), "flips": flips}


def _severities(source: Source, playbook: Playbook | None) -> dict[str, str]:
    """The gravest severity of each rule of a playbook in a contract."""
    if playbook is None:
        return {}
    found: dict[str, str] = {}
    rules = {rule.id for rule in playbook.rules}
    for finding in Reviewer(playbook, date(2000, 1, 1)).review(source)["findings"]:  # type: ignore[attr-defined]
        rule = str(finding["rule"]).rpartition("/")[2].rpartition(":")[2]
        if rule in rules:
            severities = [found.get(rule, "low"), str(finding["severity"])]
            found[rule] = min(severities, key=SEVERITIES.index)
    return found
