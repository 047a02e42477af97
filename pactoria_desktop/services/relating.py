"""Which contract of the library a file belongs to, when it is a draft of one that is already there."""

from collections.abc import Iterator
from dataclasses import dataclass

from pactoria_desktop.contract.accepted import AcceptedText
from pactoria_desktop.store.contracts import Contracts
from pactoria_desktop.store.library import Library
from pactoria_desktop.store.search import Search

LEAST_SHARE = 0.5
LEAST_COMMON = 5
LEAST_WORDS = 6
PHRASE_WORDS = 6
PHRASES = 12
CANDIDATES = 10


@dataclass(frozen=True, slots=True)
class Related:
    """A contract with most of a file's paragraphs. ``share`` of them, 0 to 1."""

    contract: str
    title: str
    share: float


def related(library: Library, view: AcceptedText) -> Related | None:
    """The contract that shares most paragraphs with a text: at least half of the longer ones, and five."""
    own = set(_long_paragraphs(view.text))
    if len(own) < LEAST_COMMON:
        return None
    best: Related | None = None
    with library.reading() as session:
        search, seen = Search(session), set()
        ordered = sorted(own, key=lambda words: (-len(words), words))
        step = max(1, len(ordered) // PHRASES)
        for paragraph in ordered[::step][:PHRASES]:
            phrase = " ".join(word for word in paragraph.split()[:PHRASE_WORDS])
            for hit in search.ranked(f'"{phrase.replace(chr(34), " ")}"', limit=CANDIDATES):
                if hit.contract.id in seen:
                    continue
                seen.add(hit.contract.id)
                theirs = set(_long_paragraphs(Contracts(session).search_text(hit.contract.id)))
                common = len(own & theirs)
                share = common / min(len(own), len(theirs)) if theirs else 0.0
                if common >= LEAST_COMMON and share >= LEAST_SHARE and (best is None or share > best.share):
                    best = Related(hit.contract.id, hit.contract.title, share)
            if len(seen) >= CANDIDATES:
                break
    return best


def _long_paragraphs(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        words = line.split()
        if len(words) >= LEAST_WORDS:
            yield " ".join(words)
