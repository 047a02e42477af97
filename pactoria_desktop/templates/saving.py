"""A clause for the library from words of a contract: levels from its numbers, bold where it stands out, no numbers."""

from pactoria_desktop.protocol.clauses import ClauseParagraph
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.templates.adapting import Reading
from pactoria_desktop.templates.source_words import SourceWords
from pactoria_desktop.templates.surroundings import HEADINGS, Row, Surroundings, surroundings

_DEEPEST = 4
_MOST = 100


class SelectionError(PactoriaError):
    """What was selected is no clause."""


def clause_paragraphs(contract: Reading, first: str, last: str) -> tuple[ClauseParagraph, ...]:
    """The paragraphs ``first`` to ``last`` (ids in the accepted text) as a clause of the library has them.

    Terms stand as the contract has them. Raises SelectionError where there are no words, or too many.
    """
    ids = {row.paragraph.id: number for number, row in enumerate(contract.rows)}
    if first not in ids or last not in ids:
        raise SelectionError("The selection is not in this contract; nothing was saved; select the clause again.")
    begin, end = sorted((ids[first], ids[last]))
    chosen = [number for number in range(begin, end + 1) if contract.rows[number].words.strip()]
    if not chosen:
        raise SelectionError("There are no words in the selection; nothing was saved; select the clause again.")
    if len(chosen) > _MOST:
        raise SelectionError(
            f"The selection has {len(chosen)} paragraphs and a clause at most {_MOST}; nothing was saved; select less."
        )
    source = SourceWords(contract.text)
    levels = _levels(surroundings(contract.rows, chosen[0]), chosen)
    found = []
    for place, (number, level) in enumerate(zip(chosen, levels, strict=True)):
        row = contract.rows[number]
        heading = row.is_title and place + 1 < len(levels) and levels[place + 1] > level
        found.append(ClauseParagraph(level=level, heading=heading, text=_words(row, source, heading)))
    return tuple(found)


def _levels(around: Surroundings, chosen: list[int]) -> list[int]:
    """The level of each row, from 0, never more than one deeper than the row before."""
    raw: list[int] = []
    counted = 0
    for number in chosen:
        row, depth = around.rows[number], around.depth(number)
        if depth is not None:
            counted = depth
            raw.append(depth)
        elif row.label is not None or row.typed is not None:
            # An item of a list that counts by itself, or by letters that are typed.
            raw.append(max(counted + 1, 2) if around.scheme == HEADINGS else counted + 1)
        else:
            raw.append(1 if counted == 0 and around.scheme and raw else counted)
    least = min(raw)
    found: list[int] = []
    for level in raw:
        found.append(min(level - least, found[-1] + 1 if found else 0, _DEEPEST))
    return found


def _words(row: Row, source: SourceWords, heading: bool) -> str:
    """The words of a row without a typed number, stars round what is bold among words that are not."""
    spans = source.of(row.paragraph)
    whole = "".join(words for words, _ in spans)
    if (
        heading
        or len(whole) < len(row.words)
        or all(source.shows(marks, "bold") for words, marks in spans if words.strip())
    ):
        return _plain(row.words[row.typed.length if row.typed is not None else 0 :])
    skipped = row.typed.length if row.typed is not None else 0
    parts: list[tuple[bool, str]] = []
    for words, marks in spans:
        left = words[min(skipped, len(words)) :]
        skipped -= len(words) - len(left)
        left, bold = _plain(left, ends=False), source.shows(marks, "bold")
        if left and parts and (parts[-1][0] == bold or not left.strip()):
            parts[-1] = (parts[-1][0], parts[-1][1] + left)
        elif left:
            parts.append((bold, left))
    return "".join(f"**{words}**" if bold else words for bold, words in parts).strip()


def _plain(words: str, *, ends: bool = True) -> str:
    """Words without what only Word shows; stars that would open a bold stretch are parted."""
    kept = "".join(" " if letter in "\t\u2028" else letter for letter in words if letter not in "\u2060\u00ad\ufffc")
    kept = kept.replace("**", "* *")
    return kept.strip() if ends else kept
