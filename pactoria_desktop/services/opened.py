"""A contract that is open: its living text, the journal behind its keys, its versions, and its way back to Word."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.canonical import content_hash
from pactoria_desktop.contract.history import HistoryProblem, Version
from pactoria_desktop.contract.text import ContractText, paragraphs_of
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.sources import source_of
from pactoria_desktop.replica.changes import Changes
from pactoria_desktop.replica.errors import ChangedMeanwhileError
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica, random_peer
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.services.files import WordFile, clean, splice, word_file
from pactoria_desktop.services.sources import Source
from pactoria_desktop.store.contracts import ContractRecord, Contracts
from pactoria_desktop.store.journal import JournalWriter
from pactoria_desktop.store.library import Library
from pactoria_desktop.store.packages import Packages
from pactoria_desktop.store.sessions import Peer, Peers
from pactoria_desktop.store.texts import StoredText, Texts, Update
from pactoria_desktop.store.versions import Versions

if TYPE_CHECKING:
    from pactoria_desktop.services.joining import Received

ExportMode = Literal["redline", "clean", "original"]


@dataclass(frozen=True, slots=True)
class Frozen:
    """The living text of one moment, to be read on another thread. ``version`` is what the replica knew then."""

    contract: str
    snapshot: bytes
    clock: Clock
    version: bytes = b""

    def text(self) -> ContractText:
        """The whole text as values."""
        with_history = Replica.open(self.snapshot, identity=Identity(""), clock=self.clock)
        try:
            return with_history.text()
        finally:
            with_history.close()

    def export_and_frontier(self) -> tuple[bytes, str]:
        """The plain JSON and the frontier, in hexadecimal."""
        with_history = Replica.open(self.snapshot, identity=Identity(""), clock=self.clock)
        try:
            return with_history.plain_export(), with_history.frontier().hex()
        finally:
            with_history.close()


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an opening needs from the library, read on any thread. ``peer`` is noted in the library already."""

    record: ContractRecord
    stored: StoredText
    peer: int


def load(library: Library, contract: str, user: str, device: str) -> Loaded:
    """Read a contract's text and note the opening. Raises the refusals of the library."""
    peer = random_peer()
    with library.writing() as session:
        record = Contracts(session).get(contract)
        stored = Texts(session).open(contract)
        Peers(session).add(Peer(f"{peer:x}", contract, device, user, library.now()))
        Contracts(session).opened(contract, at=library.now())
    return Loaded(record, stored, peer)


class OpenContract:
    """One opening of a contract. The replica belongs to the thread that opened it; all else may run elsewhere."""

    def __init__(
        self,
        library: Library,
        loaded: Loaded,
        identity: Identity,
        clock: Clock,
        mint: Callable[[], str],
        monotonic: Callable[[], float],
    ) -> None:
        """Bring the text to life. Raises ReplicaError when it is damaged."""
        self._library = library
        self._clock = clock
        self._mint = mint
        self.id = loaded.record.id
        self.record = loaded.record
        self.damage = loaded.stored.damage
        self.replica = Replica.open(
            loaded.stored.snapshot, loaded.stored.updates, identity=identity, clock=clock, peer=loaded.peer
        )
        self._saved = self.replica.version()
        self._dirty = False
        self._joined: list[Package] = []
        self._journal = JournalWriter(self._write, monotonic)
        self._stop_listening = self.replica.subscribe(self._on_changes)

    # Keeping

    def _on_changes(self, changes: Changes) -> None:
        self._dirty = True

    def collect(self) -> bool:
        """Hand what was typed since the last call to the journal; gives whether the journal is due.

        To be called on the replica's thread at least every half second.
        """
        if self._dirty:
            self._dirty = False
            content = self.replica.updates_since(self._saved)
            self._saved = self.replica.version()
            self._journal.add(Update(self.id, content, self._library.now()))
        return self._journal.due()

    @property
    def unsaved(self) -> bool:
        """Whether something typed is not on the disk yet."""
        return self._dirty or self._journal.pending > 0

    def flush(self) -> None:
        """Write what the journal holds. Raises the refusals of the disk; then nothing is lost."""
        self._journal.flush()

    def _write(self, group: object) -> None:
        updates = tuple(group)  # type: ignore[arg-type, var-annotated]
        with self._library.writing() as session:
            Texts(session).append(updates)
            Contracts(session).touched(self.id, at=self._library.now())

    def freeze(self) -> Frozen:
        """The text as it is now, for work on another thread. On the replica's thread."""
        snapshot = self.replica.snapshot()
        return Frozen(self.id, snapshot, self._clock, self.replica.version())

    def wants_snapshot(self) -> bool:
        """Whether the journal has grown so long that a snapshot is due."""
        with self._library.reading() as session:
            return Texts(session).wants_snapshot(self.id)

    def keep_snapshot(self, frozen: Frozen, upto: int) -> None:
        """Keep a frozen text as a snapshot with its search text; ``upto`` is the last journal row that it holds."""
        export, frontier = frozen.export_and_frontier()
        view = accepted(frozen.text())
        with self._library.writing() as session:
            Texts(session).save_snapshot(self.id, frozen.snapshot, export, frontier, upto=upto, at=self._library.now())
            Contracts(session).set_search_text(self.id, view.text, view.sha256)
            Texts(session).compact(self.id, _shown_frontiers(self._clock))

    def last_update(self) -> int:
        """The last journal row on the disk."""
        with self._library.reading() as session:
            return Texts(session).last_update(self.id)

    def end(self) -> Frozen:
        """Hand over the last keys and let the replica go; ``settle`` writes what is left. On the replica's thread."""
        self.collect()
        frozen = self.freeze()
        self._stop_listening()
        self.replica.close()
        return frozen

    def settle(self, frozen: Frozen) -> None:
        """Write what the journal holds and a snapshot where one is due; the text for searching follows the words."""
        self.flush()
        view = accepted(frozen.text())
        if self.wants_snapshot():
            self.keep_snapshot(frozen, self.last_update())
            return
        with self._library.writing() as session:
            if Contracts(session).search_text_sha256(self.id) != view.sha256:
                Contracts(session).set_search_text(self.id, view.text, view.sha256)

    def close(self) -> None:
        """Write what is left and let the replica go, at once."""
        self.settle(self.end())

    # Versions

    def add_version(
        self, name: str, frozen: Frozen, *, author: str, direction: Literal["sent", "received"] | None = None,
        package_sha256: str | None = None,
    ) -> Version:  # fmt: skip
        """Seal a version of a frozen text under a name."""
        text = frozen.text()
        _, frontier = frozen.export_and_frontier()
        view = accepted(text)
        draft = Version(
            self.id, 0, self._mint(), name, self._clock.now().isoformat(), author, frontier, view.sha256,
            content_hash(text), direction=direction, counterparty=self.record.counterparty,
            package_sha256=package_sha256,
        )  # fmt: skip
        with self._library.writing() as session:
            Texts(session).save_snapshot(
                self.id, frozen.snapshot, frozen.export_and_frontier()[0], frontier,
                upto=Texts(session).last_update(self.id), at=self._library.now(),
            )  # fmt: skip
            return Versions(session).add(draft)

    def versions(self) -> tuple[Version, ...]:
        """The history, oldest first."""
        with self._library.reading() as session:
            return Versions(session).of(self.id)

    def history_problems(self) -> tuple[HistoryProblem, ...]:
        """What is wrong with the history; empty when it is whole."""
        with self._library.reading() as session:
            return Versions(session).problems(self.id)

    # Word

    def package(self, text: ContractText) -> Package:
        """The Word package that exports of a text are spliced onto: the last one that its paragraphs come from.

        A draft that was joined is in the text before it is in the library.
        """
        named = packages_named(text)
        joined = next((one for one in reversed(self._joined) if one.sha256[:12] in named), None)
        return joined or package_of(self._library, self.id, text)

    def export(self, frozen: Frozen, mode: ExportMode) -> bytes:
        """The contract as a Word file, verified. Raises DocumentError, also when it does not read back as it should."""
        text = frozen.text()
        return export_text(self.package(text), text, mode)

    def note_sent(self, frozen: Frozen, data: bytes, name: str, *, author: str) -> Version:
        """Keep what was sent to the other side: the file, and a version with its hash."""
        at = self._library.now()
        with self._library.writing() as session:
            sha256 = Packages(session).add(data, name, at=at)
            Packages(session).attach(self.id, sha256, at=at)
        return self.add_version(f"Sent as {name}", frozen, author=author, direction="sent", package_sha256=sha256)

    def receive(self, source: Source, frozen: Frozen) -> "Received":
        """Read a draft that came back and work out how it joins the text. Raises DocumentError. Not on the replica."""
        from pactoria_desktop.services.joining import received

        package = word_file(source).package
        sent = next((each for each in reversed(self.versions()) if each.direction == "sent"), None)
        if sent is not None and sent.package_sha256:
            with self._library.reading() as session:
                base = read(Package(Packages(session).read(sent.package_sha256), self.record.title))
        else:
            base = read(self.package(frozen.text()))
        date, mine = self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"), frozen.text()
        return replace(received(base, mine, package, date, self.package(mine)), version=frozen.version)

    def join(self, found: "Received", *, exactly: bool = True) -> None:
        """Lay a received draft on the living text as its authors' changes. On the replica's thread.

        Raises ChangedMeanwhileError where the text is another one than the draft was read for; then nothing is changed,
        and ``receive`` may be asked again. Not ``exactly``, other words only count, not other marks.
        """
        if exactly and found.version != self.replica.version():
            raise ChangedMeanwhileError("The text has changed since the received draft was read; nothing was changed.")
        with self.replica.undo_group():
            for each in found.joins:
                self.replica.rebase(each)
        self._joined.append(found.package)

    def note_received(self, found: "Received", frozen: Frozen, name: str, *, author: str) -> Version:
        """Keep the received file, splice later exports onto it, and seal a version."""
        at = self._library.now()
        with self._library.writing() as session:
            sha256 = Packages(session).add(found.package.data, name, at=at)
            Packages(session).attach(self.id, sha256, at=at)
            Contracts(session).set_package(self.id, sha256, at=at)
        return self.add_version(
            f"Received as {name}", frozen, author=author, direction="received", package_sha256=sha256
        )

    def redline_from(self, old: Source, frozen: Frozen, author: str) -> bytes:
        """The changes from a file to this text as tracked changes on that file, verified. Raises DocumentError."""
        from pactoria_desktop.services.drafts import compare_drafts

        new = Source(f"{self.record.title}.docx", ".docx", self.export(frozen, "redline"))
        return compare_drafts(old, new, author, self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")).data

    def rename(self, title: str) -> None:
        """Give the contract another title."""
        with self._library.writing() as session:
            Contracts(session).rename(self.id, at=self._library.now(), title=title)
            self.record = replace(self.record, title=title)


def packages_named(text: ContractText) -> frozenset[str]:
    """The packages that paragraphs of a text come from, as ``p:src`` names them: by twelve digits of their SHA-256."""
    return frozenset(
        source.package
        for section in text.sections
        for paragraph in paragraphs_of(section)
        if (source := source_of(paragraph.marks.get("p:src"))) is not None
    )


def package_of(library: Library, contract: str, text: ContractText) -> Package:
    """The package that exports of a contract's text are spliced onto: the last one that its paragraphs come from.

    A text whose join was undone comes from the package before.
    """
    named = packages_named(text)
    with library.reading() as session:
        record = Contracts(session).get(contract)
        known = Packages(session).of(contract)
        last = record.package_sha256 or known[-1]
        sha256 = next((one for one in (last, *reversed(known)) if one[:12] in named), last)
        return Package(Packages(session).read(sha256), f"{record.title}.docx")


def export_text(package: Package, text: ContractText, mode: ExportMode) -> bytes:
    """A Word file of a text on its package: with its tracked changes, clean, or the package as it came."""
    if mode == "original":
        return package.data
    data = splice(WordFile(package), text, tracked=False)
    return clean(data, package.name) if mode == "clean" else data


def _shown_frontiers(clock: Clock) -> Callable[[bytes, object], tuple[str, ...]]:
    from pactoria_desktop.replica.errors import ReplicaError

    def shows(snapshot: bytes, frontiers: object) -> tuple[str, ...]:
        replica = Replica.open(snapshot, identity=Identity(""), clock=clock)
        found = []
        try:
            for frontier in frontiers:  # type: ignore[attr-defined]
                try:
                    replica.text_at(bytes.fromhex(frontier))
                except ReplicaError:
                    continue
                found.append(str(frontier))
        finally:
            replica.close()
        return tuple(found)

    return shows
