"""Versions in the words of a person: rows for the list, and how the text of now stands to the last one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from pactoria_desktop.ui.account.saying import counted
from pactoria_desktop.ui.review.version_list import VersionMark, VersionRow

if TYPE_CHECKING:
    from pactoria_desktop.services.versions import Judgement, ListedVersion, Listing

MOST_NAMES = 2
NO_TEXT_YET, NO_FILE_YET = "Its text has not come yet", "Its file has not come yet"
NO_TEXT, NO_FILE = "Its text is not in the library", "Its file is not in the library"
APART = "Saved apart from another version"


def version_rows(found: "Listing", wrong: Mapping[int, Sequence[str]]) -> tuple[VersionRow, ...]:
    """The rows of a listing; ``wrong`` says by number what verifying found."""
    return tuple(_row(one, found.shared, wrong.get(one.version.number, ())) for one in found.versions)


def _row(one: "ListedVersion", shared: bool, wrong: Sequence[str]) -> VersionRow:
    version = one.version
    marks = [VersionMark("high", sentence) for sentence in wrong]
    if not wrong:
        late = "low" if shared else "high"
        if not one.text_here:
            marks.append(VersionMark(late, NO_TEXT_YET if shared else NO_TEXT))
        if not one.file_here:
            marks.append(VersionMark(late, NO_FILE_YET if shared else NO_FILE))
    marks += _judged(one.judgements)
    if one.apart:
        marks.append(VersionMark("note", APART))
    file = "" if not one.file or one.file in version.name else one.file
    return VersionRow(version.id, version.number, version.name, one.made_at, who_made(one), file, tuple(marks))


def who_made(one: "ListedVersion") -> str:
    """ "Saved by you", "Sent by Ada Lindqvist to Corvane", "Received from Corvane"."""
    version, who = one.version, "you" if one.me else one.by or "somebody"
    if version.direction == "sent":
        return f"Sent by {who} to {version.counterparty}" if version.counterparty else f"Sent by {who}"
    if version.direction == "received":
        came = f"Received from {version.counterparty}" if version.counterparty else "Received"
        return came if one.me else f"{came}, joined by {who}"
    return f"{'Imported' if version.package_sha256 is not None else 'Saved'} by {who}"


def _judged(judgements: "Sequence[Judgement]") -> list[VersionMark]:
    found = []
    for decision, severity in (("approved", "ok"), ("rejected", "high")):
        for exactly in (True, False):
            names = _people(one for one in judgements if (one.decision, one.exactly) == (decision, exactly))
            if names:
                words = f"{decision.capitalize()} by {names}"
                if not exactly:  # the decision is bound to marks and open changes too
                    words = f"These words {decision} by {names}, with other marks"
                found.append(VersionMark(severity if exactly else "note", words))
    return found


def _people(judgements: "Iterable[Judgement]") -> str:
    names = list(dict.fromkeys("you" if one.me else one.by or "somebody" for one in judgements))
    if len(names) > MOST_NAMES:
        names = [*names[: MOST_NAMES - 1], counted(len(names) - MOST_NAMES + 1, "other")]
    return " and ".join(names)


def state_words(name: str, text_here: bool, changed: int | None) -> str:
    """How the text of now stands to the last version: ``changed`` paragraphs, 0 for the same words, None while nobody
    knows yet."""
    if not text_here:
        return f"“{name}” is ahead of the text that is here."
    if changed is None:
        return ""
    if changed == 0:
        return f"The same words as “{name}”."
    return f"{counted(changed, 'paragraph')} changed since “{name}”."
