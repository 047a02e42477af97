"""The versions of a contract as a person looks at them: listed, shown, held against each other, exported, verified.

Records of an organization come before texts and files: a version may be listed here whose text or file has still to
come. Everything here reads the library; nothing of it belongs on the interface's thread.
"""

from collections.abc import Collection, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from rapidfuzz.distance import Indel

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.history import HistoryProblem, Version, place_of, saved_apart
from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.contract.words import Vocabulary
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.relaying import Relayed
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import to_milliseconds
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.services.people import People, people_of
from pactoria_desktop.store.agreements import Agreements, ApprovalRecord, Decision
from pactoria_desktop.store.errors import LibraryDamagedError, NotInLibraryError
from pactoria_desktop.store.packages import Packages
from pactoria_desktop.store.texts import StoredText, Texts
from pactoria_desktop.store.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactoria_desktop.services.comparing import ScreenComparison
    from pactoria_desktop.services.opened import ExportMode, Frozen
    from pactoria_desktop.services.sources import Source

VersionMode = Literal["redline", "clean", "file"]
PREFIXES = {"sent": "Sent as ", "received": "Received as "}
NOT_HERE = "The text of “{name}” has not come yet; nothing was changed; try again after the next sync."


class VersionMissingError(PactoriaError):
    """The text or file of a version is not in the library, or has not come yet."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A decision on a version's text. ``by`` is a name, "" of a stranger; ``exactly``: on its very marks and open
    changes too, not only on the same words."""

    decision: Decision
    by: str
    me: bool
    exactly: bool


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """A version with what is known of it here. ``made_at`` in milliseconds since 1970 UTC.

    ``by`` is a name, "" of a stranger. ``file`` is the name of the Word file that went, came or was imported, "" where
    there is none. ``apart``: somebody saved another version of that time, each without knowing of the other's.
    ``before`` is the id of the version that it follows, "" for the first or where that one is not here.
    """

    version: Version
    made_at: int
    by: str
    me: bool
    file: str
    file_here: bool
    text_here: bool
    apart: bool
    judgements: tuple[Judgement, ...]
    before: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A contract's versions, newest first. ``shared``: it is in an organization, and what is missing may still come."""

    versions: tuple[ListedVersion, ...]
    shared: bool


@dataclass(frozen=True, slots=True)
class Verified:
    """A whole history verified. ``waiting`` are versions that are only not here yet; ``wrong`` is what was altered,
    damaged or lost."""

    count: int
    apart: int
    wrong: tuple[HistoryProblem, ...]
    waiting: tuple[HistoryProblem, ...]

    @property
    def sentence(self) -> str:
        """What a person hears of it."""
        noun = "1 version" if self.count == 1 else f"{self.count:,} versions"
        if self.wrong:
            more = len(self.wrong) - 1
            rest = "" if not more else f" {'One more thing is' if more == 1 else f'{more:,} more things are'} wrong."
            return f"The history is not as it was made. {self.wrong[0].sentence}{rest}"
        lines = ""
        if self.apart:
            lines = f" {self.apart:,} of them were saved apart, on devices that did not know of each other."
        if self.waiting:
            late = len({problem.number for problem in self.waiting})
            whose = "of 1 version has" if late == 1 else f"of {late:,} versions have"
            return f"{noun}, none altered as far as they are here; text or file {whose} not come yet.{lines}"
        return f"The history is whole: {noun}, none altered.{lines}"


def listing(service: LibraryService, contract: str, here: Collection[str] = ()) -> Listing:
    """The versions of a contract. ``here`` are frontiers whose text is known to be here: texts never go again."""
    people = people_of(service, contract)
    with service.library.reading() as session:
        versions = Versions(session).of(contract)
        approvals = Agreements(session).approvals(contract)
        files = Packages(session).held(contract)
        unknown = {version.frontier for version in versions} - set(here)
        stored = None
        if unknown:
            try:
                stored = Texts(session).open(contract)
            except (LibraryDamagedError, NotInLibraryError):
                unknown = {version.frontier for version in versions}  # nothing of it can be shown
    missing = unknown - _shown(stored, unknown)
    made_by: dict[str, object] = {}
    if people.syncing is not None:
        made_by = {key: fields.get("made_by") for key, fields in people.syncing.records("version", contract)}
    apart = saved_apart(versions)
    by_hash = {version.hash: version for version in versions}
    return Listing(
        tuple(
            _listed(version, people, made_by.get(version.id), files, version.frontier not in missing,
                    version.id in apart, _judged(version, approvals, people), _before(version, by_hash))
            for version in reversed(versions)
        ),
        people.syncing is not None,
    )  # fmt: skip


def _shown(stored: StoredText | None, frontiers: Collection[str]) -> set[str]:
    """Which of these frontiers a stored text can be shown at."""
    if stored is None:
        return set()
    try:
        text = Relayed.open((stored.snapshot, *stored.updates))
    except ReplicaError:
        return set()
    return {one for one in frontiers if _is_hexadecimal(one) and text.shows(bytes.fromhex(one))}


def _is_hexadecimal(words: str) -> bool:
    try:
        bytes.fromhex(words)
    except ValueError:
        return False
    return True


def _listed(
    version: Version, people: People, made_by: object, files: dict[str, str], text_here: bool, apart: bool,
    judgements: tuple[Judgement, ...], before: str,
) -> ListedVersion:  # fmt: skip
    sha256 = version.package_sha256
    prefix = PREFIXES.get(version.direction or "", "")
    named = version.name.removeprefix(prefix) if prefix and version.name.startswith(prefix) else ""
    # A file that came by sync bears the contract's title; what it was called is in the version's name.
    file = "" if sha256 is None else named or files.get(sha256, "") or "its Word file"
    return ListedVersion(
        version, _instant(version.made_at), people.name_of(version.author, made_by),
        version.author in people.me or made_by in people.me, file, sha256 is None or sha256 in files, text_here,
        apart, judgements, before,
    )  # fmt: skip


def _instant(made_at: str) -> int:
    """Milliseconds since 1970; 0 for a time that cannot be read (it may come from elsewhere, altered)."""
    try:
        return to_milliseconds(datetime.fromisoformat(made_at))
    except ValueError:
        return 0


def _judged(version: Version, approvals: Sequence[ApprovalRecord], people: People) -> tuple[Judgement, ...]:
    return tuple(
        Judgement(each.decision, people.name_of(each.decided_by), each.decided_by in people.me,
                  each.content_sha256 == version.content_sha256)
        for each in approvals
        if each.text_sha256 == version.text_sha256
    )  # fmt: skip


def _before(version: Version, by_hash: dict[str, Version]) -> str:
    formers = [by_hash[former] for former in version.former.split(" ") if former in by_hash]
    return max(formers, key=place_of).id if formers else ""


# Texts


@contextmanager
def _opened(service: LibraryService, contract: str) -> "Iterator[Replica]":
    with service.library.reading() as session:
        stored = Texts(session).open(contract)
    replica = Replica.open(stored.snapshot, stored.updates, identity=Identity(""), clock=service.clock)
    try:
        yield replica
    finally:
        replica.close()


def _at(replica: Replica, version: Version) -> ContractText:
    try:
        return replica.text_at(bytes.fromhex(version.frontier))
    except (ReplicaError, ValueError) as error:
        raise VersionMissingError(NOT_HERE.format(name=version.name)) from error


def text_of(service: LibraryService, version: Version) -> ContractText:
    """The text of a version. Raises VersionMissingError where it is not here, and the refusals of the library."""
    with _opened(service, version.contract) as replica:
        return _at(replica, version)


def paragraphs_of_version(service: LibraryService, version: Version) -> tuple[str, ...]:
    """The paragraphs of a version's accepted text. Raises as ``text_of`` does."""
    return tuple(accepted(text_of(service, version)).text.split("\n"))


def paragraphs_changed(old: Sequence[str], new: Sequence[str]) -> int:
    """How many paragraphs were changed, came or went from one text to another; a changed one counts once."""
    vocabulary = Vocabulary()
    changed = gone = come = 0
    # A changed paragraph is one that goes and one that comes, at one place.
    for step in Indel.opcodes(vocabulary.code(old), vocabulary.code(new)):
        if step.tag == "equal":
            changed, gone, come = changed + max(gone, come), 0, 0
        else:
            gone += step.src_end - step.src_start
            come += step.dest_end - step.dest_start
    return changed + max(gone, come)


def compare_versions(service: LibraryService, old: Version, new: Version) -> "ScreenComparison":
    """The changes from one version to another. Raises as ``text_of`` does."""
    from pactoria_desktop.services.comparing import screen_comparison

    with _opened(service, old.contract) as replica:
        before, after = _at(replica, old), _at(replica, new)
    return screen_comparison(before, after)


def compare_with_now(old: Version, frozen: "Frozen") -> "ScreenComparison":
    """The changes from a version to the text as it is now. Raises as ``text_of`` does."""
    from pactoria_desktop.services.comparing import screen_comparison

    replica = Replica.open(frozen.snapshot, identity=Identity(""), clock=frozen.clock)
    try:
        before, after = _at(replica, old), replica.text()
    finally:
        replica.close()
    return screen_comparison(before, after)


# Files


def export_version(service: LibraryService, version: Version, mode: VersionMode) -> bytes:
    """A version as a Word file, verified: with its tracked changes, clean, or the file that went or came as it was.

    Raises VersionMissingError, DocumentError and the refusals of the library.
    """
    from pactoria_desktop.services.opened import export_text, package_of

    if mode == "file":
        return _file_of(service, version)
    text = text_of(service, version)
    wanted: ExportMode = mode
    return export_text(package_of(service.library, version.contract, text), text, wanted)


def _file_of(service: LibraryService, version: Version) -> bytes:
    if version.package_sha256 is None:
        raise VersionMissingError(f"“{version.name}” has no Word file of its own; export its text.")
    try:
        with service.library.reading() as session:
            return Packages(session).read(version.package_sha256)
    except NotInLibraryError as error:
        raise VersionMissingError(
            f"The file of “{version.name}” has not come yet; nothing was changed; try again after the next sync."
        ) from error


def source_of_version(service: LibraryService, version: Version) -> "Source":
    """A version as a Word file that a redline can be laid on. Raises as ``export_version`` does."""
    from pactoria_desktop.services.sources import Source

    return Source(f"{version.name}.docx", ".docx", export_version(service, version, "redline"))


def redline_of_versions(service: LibraryService, old: Version, new: Version, date: str) -> bytes:
    """The changes from one version to another as tracked changes on the old one, verified. Raises DocumentError."""
    from pactoria_desktop.services.drafts import compare_drafts

    before, after = source_of_version(service, old), source_of_version(service, new)
    return compare_drafts(before, after, service.author, date).data


# Verifying


def verified(service: LibraryService, contract: str) -> Verified:
    """The whole history verified, against its chain, its texts and its files. Reads all of it."""
    from pactoria_desktop.services.verifying import history_problems

    found = listing(service, contract)
    problems = tuple(_named(one, found) for one in history_problems(service.library, contract, service.clock))
    late_text = {one.version.number for one in found.versions if not one.text_here}
    late_file = {one.version.number for one in found.versions if not one.file_here}
    late = {"text": late_text, "file": late_file}
    waiting = tuple(one for one in problems if found.shared and one.number in late.get(one.kind, ()))
    return Verified(
        len(found.versions),
        sum(one.apart for one in found.versions),
        tuple(one for one in problems if one not in waiting),
        waiting,
    )


def _named(problem: HistoryProblem, found: Listing) -> HistoryProblem:
    """A problem whose sentence says the version's name beside its number, where one version alone has that number."""
    names = [one.version.name for one in found.versions if one.version.number == problem.number]
    if len(names) != 1:
        return problem
    number = f"ersion {problem.number} "
    return replace(problem, sentence=problem.sentence.replace(number, f"{number}(“{names[0]}”) ", 1))
