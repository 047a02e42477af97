"""A comparison for the screen: paragraphs of two drafts in pairs, each in pieces that stayed, went or came."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.comparison import ComparedPair, ComparedParagraph, PairKind, Piece, PieceKind
from pactoria_desktop.contract.outline import OutlineRow, outline
from pactoria_desktop.contract.rewriting import Author
from pactoria_desktop.contract.text import HIDDEN, ContractText, Marks, id_of, kind_of, paragraphs_of
from pactoria_desktop.documents.compare import compare_texts

GONE, COME = ("del", "moveFrom"), ("ins", "moveTo")
SHORTEST_MOVE = 4


@dataclass(frozen=True, slots=True)
class ScreenComparison:
    """The pairs in document order, and in a sentence what could not be shown."""

    pairs: tuple[ComparedPair, ...]
    note: str


@dataclass(slots=True)
class _Side:
    """One draft while its paragraphs are put together; ``rows`` are the paragraphs that should come out.

    ``closed`` are paragraphs that ended since both drafts last ended one together.
    """

    rows: tuple[OutlineRow, ...]
    pieces: list[Piece] = field(default_factory=list)
    closed: list[ComparedParagraph] = field(default_factory=list)
    number: int = 0

    def add(self, text: str, changed: bool) -> None:
        """Take words into the paragraph under way."""
        if text:
            kind: PieceKind = "changed" if changed else "same"
            if self.pieces and self.pieces[-1].kind == kind:
                self.pieces[-1] = Piece(self.pieces[-1].text + text, kind)
            else:
                self.pieces.append(Piece(text, kind))

    def close(self) -> None:
        """End the paragraph under way."""
        row = self.rows[self.number] if self.number < len(self.rows) else None
        self.number += 1
        pieces, self.pieces = tuple(self.pieces), []
        if row is None:
            self.closed.append(ComparedParagraph("", pieces))
        else:
            heading = row.level == 1 and row.style.lower().startswith("heading")
            self.closed.append(ComparedParagraph(row.label, pieces, heading, row.level or 0, row.start))


Pair = tuple[PairKind, ComparedParagraph | None, ComparedParagraph | None]


@dataclass(slots=True)
class _Pairing:
    """Walks over a compared text. ``shared`` counts the words that stayed, by old and new paragraph under way."""

    left: _Side
    right: _Side
    shared: dict[tuple[int, int], int] = field(default_factory=dict)

    def words(self, text: str, gone: bool, come: bool) -> None:
        """Take words of one or both drafts."""
        if not come:
            self.left.add(text, gone)
        if not gone:
            self.right.add(text, come)
        if not gone and not come:
            both = (len(self.left.closed), len(self.right.closed))
            self.shared[both] = self.shared.get(both, 0) + len(text)

    def newline(self, gone: bool, come: bool) -> Iterator[Pair]:
        """End a paragraph of one or both drafts; where both end, everything since the last such place is paired."""
        if not come:
            self.left.close()
        if not gone:
            self.right.close()
        if gone == come:
            yield from self._paired()
            self.left.closed, self.right.closed, self.shared = [], [], {}

    def _paired(self) -> Iterator[Pair]:
        olds, news = self.left.closed, self.right.closed
        partners = self._partners(len(olds), len(news))
        after = 0
        for number, old in enumerate(olds):
            partner = partners.get(number)
            if partner is None:
                yield "removed", old, None
                continue
            for new in news[after:partner]:
                yield "added", None, new
            after = partner + 1
            new = news[partner]
            changed = any(piece.kind == "changed" for piece in (*old.pieces, *new.pieces))
            yield "changed" if changed or old.text != new.text else "same", old, new
        for new in news[after:]:
            yield "added", None, new

    def _partners(self, olds: int, news: int) -> dict[int, int]:
        """Old to new, those with most words in common first, never crossing."""
        found: dict[int, int] = {}
        ranked = sorted(self.shared, key=lambda both: (-self.shared[both], both))
        for old, new in ranked or ([(0, 0)] if olds == news == 1 else []):
            free = old < olds and new < news and old not in found and new not in found.values()
            if free and all((old - one) * (new - other) > 0 for one, other in found.items()):
                found[old] = new
        return found


def screen_comparison(old: ContractText, new: ContractText, unmarked: Collection[str] = ()) -> ScreenComparison:
    """The changes from OLD to NEW. ``unmarked`` are ids of paragraphs of NEW's accepted text that were changed without
    a mark.
    """
    compared = compare_texts(old, new, Author("compare", "2000-01-01T00:00:00Z"))
    made = frozenset(compared.text.revisions) - frozenset(old.revisions)
    rows = outline(new, accepted(new))
    pairing = _Pairing(_Side(outline(old, accepted(old))), _Side(rows))
    quiet = {row.start for row in rows if row.id in unmarked}
    pairs = tuple(
        ComparedPair(
            f"pair-{number}", kind, one, other, unmarked=kind != "same" and other is not None and other.start in quiet
        )
        for number, (kind, one, other) in enumerate(_pairs(compared.text, made, pairing))
    )
    return ScreenComparison(_with_moves(pairs), " ".join(compared.remarks))


def _with_moves(pairs: tuple[ComparedPair, ...]) -> tuple[ComparedPair, ...]:
    """A paragraph that went from one place and came, word for word, at another one has moved."""
    gone: dict[str, list[str]] = {}
    for pair in pairs:
        if pair.kind == "removed" and len(_words(pair.old).split()) >= SHORTEST_MOVE:
            gone.setdefault(_words(pair.old), []).append(pair.id)
    partners: dict[str, str] = {}
    for pair in pairs:
        if pair.kind == "added" and gone.get(_words(pair.new)):
            partners[pair.id] = gone[_words(pair.new)].pop(0)
    partners |= {old: new for new, old in partners.items()}
    return tuple(
        replace(pair, kind="moved", partner=partners[pair.id]) if pair.id in partners else pair for pair in pairs
    )


def _words(paragraph: ComparedParagraph | None) -> str:
    return " ".join(paragraph.text.split()) if paragraph is not None else ""


def _pairs(text: ContractText, made: Collection[str], pairing: _Pairing) -> Iterator[Pair]:
    for section in text.sections:
        for paragraph in paragraphs_of(section):
            for span in paragraph.spans:
                gone, come, earlier = _fate(span.marks, made)
                if not earlier:
                    pairing.words(span.text.replace(HIDDEN, ""), gone, come)
            gone, come, earlier = _fate(paragraph.marks, made)
            if not earlier:
                yield from pairing.newline(gone, come)


def _fate(marks: Marks, made: Collection[str]) -> tuple[bool, bool, bool]:
    """Whether marks say that something went, came, or had gone before this comparison."""
    gone = come = earlier = False
    for key in marks:
        kind = kind_of(key)
        if kind in GONE:
            gone, earlier = gone or id_of(key) in made, earlier or id_of(key) not in made
        elif kind in COME and id_of(key) in made:
            come = True
    return gone, come, earlier
