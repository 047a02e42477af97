"""A contract that is open: its living text, the journal behind its keys, its versions, and its way back to Word."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Literal

from sqlalchemy.orm import Session

from pactoria_desktop.contract.accepted import AcceptedText, accepted
from pactoria_desktop.contract.canonical import content_hash
from pactoria_desktop.contract.history import Version
from pactoria_desktop.contract.text import ContractText, paragraphs_of
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.sources import source_of
from pactoria_desktop.replica.ahead import ReadAhead, read_ahead
from pactoria_desktop.replica.changes import Changes
from pactoria_desktop.replica.errors import ChangedMeanwhileError
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.opening import random_peer
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.services.files import WordFile, clean, splice, word_file
from pactoria_desktop.services.library import VIEW_OF
from pactoria_desktop.services.sources import Source
from pactoria_desktop.store.contracts import ContractRecord, Contracts
from pactoria_desktop.store.exchanged import TextStates
from pactoria_desktop.store.journal import JournalWriter
from pactoria_desktop.store.library import Library
from pactoria_desktop.store.packages import Packages
from pactoria_desktop.store.sessions import Peer, Peers, Sessions
from pactoria_desktop.store.texts import StoredText, Texts, Update
from pactoria_desktop.store.versions import Versions

if TYPE_CHECKING:
    from pactoria_desktop.services.joining import Received

ExportMode = Literal["redline", "clean", "original"]


@dataclass(frozen=True, slots=True)
class Frozen:
    """The living text of one moment, to be read on another thread. It holds the journal up to row ``upto``; ``version``
    is what the replica knew then."""

    contract: str
    snapshot: bytes
    clock: Clock
    upto: int
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
class Typed:
    """What was typed between two collections, and how the page looked then (None where nobody shows the text).

    ``together`` is what must be kept in the same transaction; ``own`` says that some of it was written at this device.
    """

    update: Update
    view: Mapping[str, object] | None
    together: Callable[[Session], None] | None = None
    own: bool = True


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
        self._stored: StoredText | None = loaded.stored
        self._saved = self.replica.stored_version
        self._held = loaded.stored.upto
        self._dirty = self._saved != self.replica.version()
        self._written = 0
        self.kept_own = 0
        """How many groups with words of one's own were kept."""
        self._view: Callable[[], Mapping[str, object]] | None = None
        self._joined: list[Package] = []
        self._journal = JournalWriter(self._write, monotonic)
        self._stop_listening = self.replica.subscribe(self._on_changes)

    def now(self) -> str:
        """The time as tracked changes have it, UTC."""
        return self._clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def read_ahead(self) -> ReadAhead:
        """Read what was stored, on any thread, for ``replica.take_ahead``; a second time there is nothing to read.

        Raises ReplicaError where it is damaged.
        """
        stored, self._stored = self._stored, None
        return ReadAhead() if stored is None else read_ahead(stored.snapshot, stored.updates, self._clock)

    # Keeping

    def _on_changes(self, changes: Changes) -> None:
        self._dirty = True

    def shown_by(self, view: Callable[[], Mapping[str, object]]) -> None:
        """Keep caret, scroll and zoom together with what is typed: ``view`` gives them, on the replica's thread."""
        self._view = view

    def collect(self, together: Callable[[Session], None] | None = None) -> bool:
        """Hand what was typed since the last call to the journal; gives whether the journal is due.

        ``together`` writes what has to be kept with it. To be called on the replica's thread at least every half
        second.
        """
        if self._dirty or together is not None:
            self._dirty = False
            content = self.replica.updates_since(self._saved)
            self._saved = self.replica.version()
            view = self._view() if self._view is not None else None
            written, self._written = self._written, self.replica.written
            own = written != self._written
            self._journal.add(Typed(Update(self.id, content, self._library.now()), view, together, own))
        return self._journal.due()

    @property
    def unsaved(self) -> bool:
        """Whether something typed is not on the disk yet."""
        return self._dirty or self._journal.pending > 0

    def flush(self) -> bool:
        """Write what the journal holds; gives whether it held anything.

        Raises the refusals of the disk; then nothing is lost.
        """
        return self._journal.flush() > 0

    def _write(self, group: Sequence[Typed]) -> None:
        now, view = self._library.now(), group[-1].view
        with self._library.writing() as session:
            texts = Texts(session)
            before = texts.last_update(self.id)
            texts.append([each.update for each in group])
            last = texts.last_update(self.id)
            for each in group:
                if each.together is not None:
                    each.together(session)
            if any(each.own for each in group):
                TextStates(session).mark_waiting(self.id, now)
                self.kept_own += 1
            Contracts(session).touched(self.id, at=now)
            if view is not None:
                Sessions(session).put(VIEW_OF + self.id, dict(view), at=now)
        # Rows that another opening wrote in between are not in this replica: then the mark stays before them.
        if before == self._held:
            self._held = last

    def freeze(self) -> Frozen:
        """The text as it is now, for work on another thread. On the replica's thread."""
        held = self._held  # first: what the writing lane keeps after this line may or may not be in the snapshot
        snapshot = self.replica.snapshot()
        return Frozen(self.id, snapshot, self._clock, held, self.replica.version())

    def wants_snapshot(self) -> bool:
        """Whether the journal has grown so long that a snapshot is due."""
        with self._library.reading() as session:
            return Texts(session).wants_snapshot(self.id)

    def keep_snapshot(self, frozen: Frozen) -> None:
        """Keep a frozen text as a snapshot with its search text."""
        export, frontier = frozen.export_and_frontier()
        view = accepted(frozen.text())
        with self._library.writing() as session:
            Texts(session).save_snapshot(
                self.id, frozen.snapshot, export, frontier, upto=frozen.upto, at=self._library.now()
            )
            Contracts(session).set_search_text(self.id, view.text, view.sha256)
            Texts(session).compact(self.id, _shown_frontiers(self._clock))

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
            # Nothing was typed after the end: what the journal has been given since then is in the text as well.
            self.keep_snapshot(replace(frozen, upto=self._held))
            return
        self.keep_searchable(view)

    def keep_searchable(self, view: AcceptedText) -> None:
        """Let the library find the contract by these words; nothing is written where it does so already."""
        with self._library.writing() as session:
            if Contracts(session).search_text_sha256(self.id) != view.sha256:
                Contracts(session).set_search_text(self.id, view.text, view.sha256)

    def close(self) -> None:
        """Write what is left and let the replica go, at once."""
        self.settle(self.end())

    # Versions

    def add_version(self, name: str, frozen: Frozen, *, author: str) -> Version:
        """Seal a version of a frozen text under a name."""
        return self._seal(name, frozen, author)

    def _seal(
        self, name: str, frozen: Frozen, author: str, direction: Literal["sent", "received"] | None = None,
        package: tuple[bytes, str] | None = None,
    ) -> Version:  # fmt: skip
        """Seal a version, with the file that went or came as it (bytes and name), all in one transaction."""
        text = frozen.text()
        export, frontier = frozen.export_and_frontier()
        view, content, at = accepted(text), content_hash(text), self._library.now()
        with self._library.writing() as session:
            sha256 = None if package is None else self._attach(session, *package, at=at)
            Texts(session).save_snapshot(self.id, frozen.snapshot, export, frontier, upto=frozen.upto, at=at)
            return Versions(session).add(
                Version(
                    self.id,
                    0,
                    self._mint(),
                    name,
                    self._clock.now().isoformat(),
                    author,
                    frontier,
                    view.sha256,
                    content,
                    direction=direction,
                    counterparty=self.record.counterparty,
                    package_sha256=sha256,
                )
            )

    def _attach(self, session: Session, data: bytes, name: str, *, at: int) -> str:
        sha256 = Packages(session).add(data, name, at=at)
        Packages(session).attach(self.id, sha256, at=at)
        return sha256

    def versions(self) -> tuple[Version, ...]:
        """The history, oldest first."""
        with self._library.reading() as session:
            return Versions(session).of(self.id)

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
        return self._seal(f"Sent as {name}", frozen, author, "sent", (data, name))

    def receive(self, source: Source, frozen: Frozen) -> "Received":
        """Read a draft that came back and work out how it joins the text. Raises DocumentError. Not on the replica."""
        from pactoria_desktop.services.joining import received

        package = word_file(source).package
        sent = next((each for each in reversed(self.versions()) if each.direction == "sent"), None)
        if sent is not None and sent.package_sha256:
            with self._library.reading() as session:
                base = Package(Packages(session).read(sent.package_sha256), self.record.title)
        else:
            base = self.package(frozen.text())
        mine = frozen.text()
        found = received(read(base), mine, package, self.now(), self.package(mine))
        return replace(found, version=frozen.version, sent=Source(base.name, ".docx", base.data))

    def join(self, found: "Received", name: str, *, exactly: bool = True) -> None:
        """Lay a received draft on the living text as its authors' changes. On the replica's thread.

        The file, onto which later exports are spliced, is kept in the same transaction as these changes.

        Raises ChangedMeanwhileError where the text is another one than the draft was read for; then nothing is changed,
        and ``receive`` may be asked again. Not ``exactly``, other words only count, not other marks.
        """
        if exactly and found.version != self.replica.version():
            raise ChangedMeanwhileError("The text has changed since the received draft was read; nothing was changed.")
        with self.replica.undo_group():
            for each in found.joins:
                self.replica.rebase(each)
        self._joined.append(found.package)

        def keep(session: Session) -> None:
            at = self._library.now()
            Contracts(session).set_package(self.id, self._attach(session, found.package.data, name, at=at), at=at)

        self.collect(keep)

    def note_received(self, found: "Received", frozen: Frozen, name: str, *, author: str) -> Version:
        """Seal a version of the text that a received file was joined into."""
        return self._seal(f"Received as {name}", frozen, author, "received", (found.package.data, name))

    def redline_from(self, old: Source, frozen: Frozen, author: str) -> bytes:
        """The changes from a file to this text as tracked changes on that file, verified. Raises DocumentError."""
        from pactoria_desktop.services.drafts import compare_drafts

        new = Source(f"{self.record.title}.docx", ".docx", self.export(frozen, "redline"))
        return compare_drafts(old, new, author, self.now()).data


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
