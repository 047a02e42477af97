"""What is done to a bare file: read it, list it, accept, reject, edit. Nothing here knows the library."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from pactoria_desktop.contract.accepted import AcceptedText, accepted
from pactoria_desktop.contract.text import ContractText, Paragraph, Span, TextSection
from pactoria_desktop.documents import guard
from pactoria_desktop.documents.package import Package
from pactoria_desktop.services.sources import Source, SourceError

if TYPE_CHECKING:
    from pactoria_desktop.documents.tracked import Resolved, Selection
    from pactoria_desktop.replica.identity import Identity
    from pactoria_desktop.runtime.clock import Clock
    from pactoria_desktop.services.edits import EditCounts
    from pactoria_desktop.services.operations import Operation

# Reading, listing and editing each need modules of their own, which are imported where they are used: a command that
# reads starts in half the time of one that edits.
REVISION_FIELDS = ("id", "kind", "author", "date", "round", "text", "part")


@dataclass(frozen=True)
class WordFile:
    """A Word file that passed the guard. ``text`` is read when it is first asked for."""

    package: Package

    @cached_property
    def text(self) -> ContractText:
        """The contract in it."""
        from pactoria_desktop.documents.reader import read

        return read(self.package)


def word_file(source: Source) -> WordFile:
    """A Word file from a source. Raises DocumentError for what the guard refuses, SourceError for other kinds."""
    if source.ending != ".docx":
        raise SourceError(f"{source.name} is not a Word file; convert it first with `pactoria convert`.")
    guard.check(source.data, source.name)
    return WordFile(Package(source.data, source.name))


def contract_of(source: Source) -> ContractText:
    """The contract text of any readable file; of a text file one paragraph a line."""
    if source.ending == ".docx":
        return word_file(source).text
    if source.ending == ".json":
        return _from_json(source)
    lines = text_of(source).split("\n")
    paragraphs = tuple(Paragraph((Span(line),) if line else ()) for line in lines)
    if len(paragraphs) > 1 and not paragraphs[-1].spans:
        paragraphs = paragraphs[:-1]
    return ContractText((TextSection("text", paragraphs),))


def text_of(source: Source) -> str:
    """The text that offsets count in; a text file is its own."""
    if source.ending == ".txt":
        return source.text()
    if source.ending == ".md":
        from pactoria_desktop.documents.markdown import plain_text

        return plain_text(source.text())
    if source.ending == ".pdf":
        from pactoria_desktop.documents.pdf import read_text

        return read_text(source.data, source.name)
    return accepted(contract_of(source)).text


def outline_of(source: Source) -> dict[str, object]:
    """The rows of ``pactoria outline``."""
    from pactoria_desktop.contract.outline import outline, to_json

    return to_json(outline(contract_of(source)))


def revisions_of(source: Source) -> dict[str, list[dict[str, object]]]:
    """Tracked changes and comments, in the shape of ``pactoria revisions``."""
    from pactoria_desktop.documents.tracked import TrackedChanges

    changes = TrackedChanges(word_file(source).package)
    return {
        "revisions": [{name: getattr(each, name) for name in REVISION_FIELDS} for each in changes.revisions],
        "comments": [asdict(each) for each in changes.comments],
    }


def resolve(source: Source, selection: "Selection", *, accept: bool) -> "Resolved":
    """Accept or reject the selected tracked changes."""
    from pactoria_desktop.documents.tracked import TrackedChanges

    changes = TrackedChanges(word_file(source).package)
    return changes.accept(selection) if accept else changes.reject(selection)


@dataclass(frozen=True, slots=True)
class Edited:
    """A file after edits, verified."""

    data: bytes
    counts: "EditCounts"

    def to_json(self) -> dict[str, object]:
        """What ``pactoria edit --json`` prints."""
        return asdict(self.counts)


def edit(
    source: Source,
    operations: "Sequence[Operation]",
    *,
    identity: "Identity",
    clock: "Clock",
    clean: bool,
    date: str | None,
) -> Edited:
    """Apply operations as tracked changes of a person, or cleanly. No operation gives back the same bytes.

    Raises EditError, DocumentError, also when the result does not read back as it should.
    """
    from pactoria_desktop.replica.replica import Replica
    from pactoria_desktop.services.edits import EditCounts, apply_operations

    file = word_file(source)
    if not operations:
        return Edited(file.package.data, EditCounts())
    replica = Replica.create(file.text, identity=identity, clock=clock)
    try:
        replica.suggesting = not clean
        applied = apply_operations(replica, file.text, operations)
    finally:
        replica.close()
    text = applied.text if date is None else dated(applied.text, date)
    data = splice(file, text, tracked=not clean, author=identity.author, view=applied.view)
    return Edited(data, applied.counts)


def dated(text: ContractText, date: str) -> ContractText:
    """The text with one date for everything that was typed here."""
    revisions = {
        id: replace(each, date=date) if each.source == "typed" else each for id, each in text.revisions.items()
    }
    comments = tuple(each if each.word else replace(each, date=date) for each in text.comments)
    return replace(text, revisions=revisions, comments=comments)


def splice(
    file: WordFile,
    text: ContractText,
    *,
    tracked: bool = True,
    author: str | None = None,
    view: AcceptedText | None = None,
) -> bytes:
    """The Word file of a text on its own package, read back and verified before anybody gets it.

    ``tracked`` says that every difference is a tracked change, so that rejecting what is new must give the old text;
    without it, earlier changes may have been accepted or rejected, too, and those still open must all be there.
    ``author`` may have taken back earlier changes of their own; those of others must all be there. ``view`` is the
    accepted text where that is already known.
    """
    from pactoria_desktop.documents.verify import verify_redline
    from pactoria_desktop.documents.verify_open import Decided
    from pactoria_desktop.documents.writer import write

    data = write(file.package, file.text, text)
    verify_redline(
        file.package,
        data,
        accepted=view or accepted(text),
        author=author,
        rejects_to_original=tracked,
        decided=None if tracked else Decided(file.text, text),
    ).require(file.package.name)
    return data


def clean(data: bytes, name: str) -> bytes:
    """A Word file with every tracked change accepted."""
    from pactoria_desktop.documents.tracked import accept_all

    return accept_all(Package(data, name))


def _from_json(source: Source) -> ContractText:
    from pactoria_desktop.contract.canonical import CanonicalError, from_json

    try:
        return from_json(json.loads(source.text()))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{source.name} is not JSON; give a contract text that Pactoria wrote.") from error
    except CanonicalError as error:
        raise SourceError(f"{source.name}: {error}") from error
