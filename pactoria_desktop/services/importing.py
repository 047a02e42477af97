"""Bringing files into the library: guarded, read in a limited child, kept as they came, each with its outcome."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pactoria_desktop.contract.accepted import AcceptedText, accepted
from pactoria_desktop.contract.canonical import content_hash
from pactoria_desktop.contract.history import Version
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.services.parsing import read_in_child
from pactoria_desktop.services.sources import Source
from pactoria_desktop.store.contracts import ContractRecord, Contracts
from pactoria_desktop.store.library import Library
from pactoria_desktop.store.packages import Packages
from pactoria_desktop.store.texts import Texts
from pactoria_desktop.store.versions import Versions

Outcome = Literal["imported", "already there", "refused"]
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of one file. ``contract`` is the contract's id, empty when the file was refused."""

    name: str
    outcome: Outcome
    contract: str
    title: str
    sentence: str

    def to_json(self) -> dict[str, object]:
        """The row that ``pactoria import --json`` prints."""
        return {"file": self.name, "outcome": self.outcome, "id": self.contract or None, "title": self.title,
                "message": self.sentence}  # fmt: skip


def word_bytes(source: Source) -> bytes:
    """The Word package that a file becomes: itself, or a new one made from its text."""
    if source.ending == ".docx":
        return source.data
    from pactoria_desktop.services.converting import convert

    return convert(source, ".docx", f"{source.title}.docx", None)


def title_of(view: AcceptedText, fallback: str) -> str:
    """A title for lists: the first paragraph with the title's style, else the name of the file."""
    for paragraph in view.paragraphs[:12]:
        words = " ".join(view.line(paragraph).split())
        if words and paragraph.style.lower().startswith("title") and len(words) <= LONGEST_TITLE:
            return words
    return fallback


class Importer:
    """Imports files into one library."""

    def __init__(self, library: Library, identity: Identity, clock: Clock, mint: Callable[[], str]) -> None:
        """``mint`` gives ids of contracts and versions."""
        self._library = library
        self._identity = identity
        self._clock = clock
        self._mint = mint

    def bring_in(self, source: Source, folder: str | None = None) -> ImportResult:
        """Import one file; what goes wrong becomes the outcome."""
        try:
            return self._bring_in(source, folder)
        except PactoriaError as error:
            return ImportResult(source.name, "refused", "", "", error.sentence)

    def _bring_in(self, source: Source, folder: str | None) -> ImportResult:
        data = word_bytes(source)
        known = self._known(data)
        if known is not None:
            place = "in the library" if known.trashed_at is None else "in the trash"
            after = "" if known.trashed_at is None else "; put it back from there"
            sentence = f"{source.name} is {place} as {known.title}{after}."
            return ImportResult(source.name, "already there", known.id, known.title, sentence)
        text = read_in_child(data, source.name)
        view = accepted(text)
        title = title_of(view, source.title)
        contract = self._mint()
        replica = Replica.create(text, identity=self._identity, clock=self._clock)
        try:
            snapshot, export, frontier = replica.snapshot(), replica.plain_export(), replica.frontier().hex()
        finally:
            replica.close()
        at = self._library.now()
        with self._library.writing() as session:
            packages = Packages(session)
            sha256 = packages.add(data, source.title + ".docx", at=at)
            Contracts(session).add(contract, title, at=at, folder=folder, package_sha256=sha256)
            packages.attach(contract, sha256, at=at)
            texts = Texts(session)
            texts.save_snapshot(contract, snapshot, export, frontier, upto=0, at=at)
            Contracts(session).set_search_text(contract, view.text, view.sha256)
            Versions(session).add(
                Version(contract, 0, self._mint(), "As imported", self._clock.now().isoformat(), self._identity.by,
                        frontier, view.sha256, content_hash(text), package_sha256=sha256)
            )  # fmt: skip
        return ImportResult(source.name, "imported", contract, title, f"{source.name} was imported as {title}.")

    def _known(self, data: bytes) -> ContractRecord | None:
        """The contract that came as this package; one in the trash only where there is no other."""
        with self._library.reading() as session:
            found = Contracts(session).with_package(hashlib.sha256(data).hexdigest())
        return next((each for each in found if each.trashed_at is None), found[0] if found else None)
