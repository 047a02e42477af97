"""A summary of a contract for somebody who will not open it: findings, tracked changes, comments, dates."""

import re
from dataclasses import dataclass
from datetime import datetime

from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.documents.markdown import word_from_markdown
from pactoria_desktop.services.overview import KIND_WORDS, Overview, overview
from pactoria_desktop.services.sources import SourceError

SEVERITY_WORDS = {"high": "High", "medium": "Medium", "low": "Low"}
_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~])")


@dataclass(frozen=True, slots=True)
class SummedFinding:
    """A finding as the summary tells it. ``verdict`` is "" while it is open."""

    severity: str
    title: str
    place: str
    quote: str
    message: str
    verdict: str = ""
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the text itself does not say. ``findings`` is None where the contract was not reviewed."""

    title: str
    counterparty: str
    at: datetime
    playbook: str
    findings: tuple[SummedFinding, ...] | None


def summary_file(text: ContractText, facts: Facts, ending: str) -> bytes:
    """The summary as a Word (.docx) or Markdown (.md) file. Raises SourceError for another ending."""
    markdown = summary(overview(text), facts)
    if ending.lower() == ".md":
        return markdown.encode("utf-8", "surrogatepass")
    if ending.lower() == ".docx":
        return word_from_markdown(markdown)
    raise SourceError("A summary is written as a Word or a Markdown file; let its name end in .docx or .md.")


def summary(found: Overview, facts: Facts) -> str:
    """The summary in Markdown. What comes from the contract is escaped."""
    lines = [f"# Summary of {_plain(facts.title)}", ""]
    party = f" with {_plain(facts.counterparty)}" if facts.counterparty else ""
    lines += [f"{found.words:,} words{party}. Made on {facts.at:%Y-%m-%d at %H:%M}. No legal advice.", ""]
    lines += ["## Findings", "", *_findings(facts)]
    lines += ["## Tracked changes", "", *_changes(found)]
    lines += ["## Comments", "", *_comments(found)]
    stale = [each for each in found.references if each.state != "current"]
    if stale:
        lines += ["## Cross-references to look at", ""]
        lines += [f"- “{_plain(each.shown)}”{_at(each.label)} {_should(each.live)}" for each in stale]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _findings(facts: Facts) -> list[str]:
    if facts.findings is None:
        return ["The contract was not reviewed.", ""]
    lines = [f"Checked: {_plain(facts.playbook)}.", ""]
    if not facts.findings:
        return [*lines, "Nothing was found.", ""]
    for each in facts.findings:
        state = f" ({_plain(each.verdict)})" if each.verdict else " (its words changed since)" if each.stale else ""
        quote = f" “{_plain(each.quote)}”" if each.quote else ""
        lines.append(
            f"- **{SEVERITY_WORDS.get(each.severity, each.severity)}: {_plain(each.title)}**{_at(each.place)}{state}."
            f"{quote} {_plain(each.message)}"
        )
    return [*lines, ""]


def _changes(found: Overview) -> list[str]:
    if not found.changes:
        return ["There are none.", ""]
    lines = [
        f"- {_plain(each.author)}{_at(each.label)}, {each.date[:10]}: {KIND_WORDS.get(each.kind, each.kind).lower()} "
        f"“{_plain(each.words)}”"
        for each in found.changes
    ]
    return [*lines, ""]


def _comments(found: Overview) -> list[str]:
    if not found.comments:
        return ["There are none.", ""]
    lines = []
    for each in found.comments:
        settled = " (resolved)" if each.note.resolved else ""
        on = f" on “{_plain(each.quote)}”" if each.quote else ""
        lines.append(f"- {_plain(each.note.author)}{_at(each.label)}{on}{settled}: {_plain(each.note.text)}")
        lines += [f"  - {_plain(reply.author)}: {_plain(reply.text)}" for reply in each.replies]
    return [*lines, ""]


def _at(label: str) -> str:
    return f" at {_plain(label)}" if label else ""


def _should(live: str | None) -> str:
    return f"should now read “{_plain(live)}”." if live else "leads nowhere."


def _plain(words: str) -> str:
    return _SIGNS.sub(r"\\\1", " ".join(words.split()))
