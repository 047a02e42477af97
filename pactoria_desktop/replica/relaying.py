"""A contract's text where it is only passed on: updates are taken in and looked at, and nothing is ever written.

The platform holds texts so. What arrives may be made by a stranger: it counts only once it has been imported, and a
refusal leaves a text that must be thrown away (``Relayed`` is cheap to open again).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from loro import ExportMode, Frontiers, LoroDoc, VersionVector

from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.loro_text import guarded, new_document
from pactoria_desktop.replica.opening import random_peer
from pactoria_desktop.replica.packing import unpacked
from pactoria_desktop.replica.reading import contract_text
from pactoria_desktop.replica.structure import Structure
from pactoria_desktop.replica.suggested import Reviewer, reviewing_problem

LARGEST_UPDATE = 64 * 1024 * 1024
"""What an update may hold when it is decompressed, in bytes."""

_BROKEN = "The change that arrived is damaged or was not made by this program; nothing of it was kept."


@dataclass(frozen=True, slots=True)
class Taken:
    """What updates brought. ``new`` says of each whether it held anything that was not known.

    ``peers`` are those that have operations among what is new, in hexadecimal digits.
    """

    new: tuple[bool, ...]
    peers: frozenset[str]


class Relayed:
    """A text that is passed on."""

    def __init__(self, document: LoroDoc) -> None:
        """Over a document with its content. Use ``open``."""
        self._document = document

    @classmethod
    def open(cls, parts: Iterable[bytes] = ()) -> "Relayed":
        """From a snapshot and the updates after it, or from nothing. Raises ReplicaError where they are broken."""
        text = cls(new_document(random_peer()))
        text.follow(parts)
        return text

    def follow(self, parts: Iterable[bytes]) -> None:
        """Take in what was checked before. Raises ReplicaError where it is broken."""
        sentence = "The stored text is damaged and could not be opened."
        for part in parts:
            guarded(partial(self._document.import_, unpacked(part, sentence)), sentence)

    def take(self, updates: Iterable[bytes], reviewer: Reviewer | None = None) -> Taken:
        """Take in updates in order. With ``reviewer`` they may hold comments and suggestions of that person alone.

        Raises ReplicaError where one is broken, builds on what is not here, or goes further than it may; the text must
        be thrown away then.
        """
        before = self._document.fork() if reviewer is not None else None
        new: list[bool] = []
        peers: set[str] = set()
        for update in updates:
            known = self._document.oplog_vv
            plain = unpacked(update, _BROKEN, LARGEST_UPDATE)
            status = guarded(partial(self._document.import_, plain), _BROKEN)
            if status.pending is not None:
                raise ReplicaError(
                    "The change builds on others that have not arrived; nothing of it was kept; send those first."
                )
            spans = known.get_missing_span(self._document.oplog_vv)
            new.append(bool(spans))
            peers.update(f"{int(span.peer):x}" for span in spans)
        if reviewer is not None and before is not None and peers:
            problem = guarded(lambda: reviewing_problem(before, self._document, reviewer), _BROKEN)
            if problem is not None:
                raise ReplicaError(problem)
        return Taken(tuple(new), frozenset(peers))

    def version(self) -> bytes:
        """What is known, as ``Replica.version`` says it."""
        return bytes(self._document.oplog_vv.encode())

    def snapshot(self) -> bytes:
        """Everything, with its whole history, read back before it is given. Raises ReplicaError where that fails."""
        found = bytes(self._document.export(ExportMode.Snapshot()))
        again = Relayed.open((found,))
        if again._document.is_shallow() or again.version() != self.version():
            raise ReplicaError("The snapshot does not hold the whole history; the changes before it are kept.")
        return found

    def shows(self, frontier: bytes) -> bool:
        """Whether the text can be shown as it was at a frontier."""

        def look() -> bool:
            at = self._document.frontiers_to_vv(Frontiers.decode(frontier))
            return at is not None and bool(self._document.oplog_vv.includes_vv(at))

        try:
            return guarded(look, "This version is not in the history of the text.")
        except ReplicaError:
            return False

    def text(self) -> ContractText:
        """The whole text as values."""
        return contract_text(self._document, Structure(self._document))


def reached_by(update: bytes) -> bytes:
    """The version that an update leads to, of the peers that it holds changes of. Raises ReplicaError."""
    plain = unpacked(update, _BROKEN, LARGEST_UPDATE)
    described = guarded(lambda: LoroDoc.decode_import_blob_meta(plain, True), _BROKEN)
    return bytes(described.partial_end_vv.encode())


def peers_of(update: bytes) -> frozenset[str]:
    """The peers whose changes an update holds, in hexadecimal digits. Raises ReplicaError."""
    plain = unpacked(update, _BROKEN, LARGEST_UPDATE)
    described = guarded(lambda: LoroDoc.decode_import_blob_meta(plain, True), _BROKEN)
    spans = described.partial_start_vv.get_missing_span(described.partial_end_vv)
    return frozenset(f"{int(span.peer):x}" for span in spans)


def includes(version: bytes, other: bytes) -> bool:
    """Whether a version knows all that another knows. Raises ReplicaError where one is malformed."""
    sentence = "A version of the text is malformed."
    mine = guarded(lambda: VersionVector.decode(version), sentence)
    return bool(mine.includes_vv(guarded(lambda: VersionVector.decode(other), sentence)))


def known_together(version: bytes, other: bytes) -> bytes:
    """The version of all that either of two versions knows. Raises ReplicaError where one is malformed."""
    sentence = "A version of the text is malformed."
    mine = guarded(lambda: VersionVector.decode(version), sentence)
    mine.merge(guarded(lambda: VersionVector.decode(other), sentence))
    return bytes(mine.encode())


def writers_of(version: bytes) -> frozenset[str]:
    """The openings that wrote what a version knows, in hexadecimal digits. Raises ReplicaError where it is none."""
    known = guarded(lambda: VersionVector.decode(version), _BROKEN)
    return frozenset(f"{int(span.peer):x}" for span in VersionVector().get_missing_span(known))
