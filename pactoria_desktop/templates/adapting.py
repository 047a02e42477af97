"""A clause adapted to a contract: numbered, set and worded as the contract does it at the place where it goes.

Nothing is written here. What cannot be settled without a lawyer (a term with several candidates, a term that the
contract does not define, numbers that somebody typed) is said beside the paragraphs, never guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pactoria_desktop.contract.accepted import AcceptedText, accepted
from pactoria_desktop.contract.text import ContractText, Marks
from pactoria_desktop.protocol.clauses import ClauseVariant
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.templates.arranging import Arranged, arranged
from pactoria_desktop.templates.emphasis import pieces_of
from pactoria_desktop.templates.setting import Setting, Stretch
from pactoria_desktop.templates.surroundings import rows_of, surroundings
from pactoria_desktop.templates.synonyms import Synonyms
from pactoria_desktop.templates.wording import Question, Replaced, Unknown, adapt_terms, terms_of


class PlaceError(PactoriaError):
    """The place for the clause is not in the contract."""


@dataclass(frozen=True, slots=True)
class AdaptedParagraph:
    """A paragraph to insert. ``depth`` counts from 0, the clause itself; None where nothing is counted.

    ``marks`` are those of its newline, ``words`` stretches with the marks that say how they look; a number that the
    contract types by hand is the first of them.
    """

    words: tuple[Stretch, ...]
    marks: Marks
    depth: int | None
    heading: bool = False

    @property
    def text(self) -> str:
        """All its words."""
        return "".join(stretch.text for stretch in self.words)


@dataclass(frozen=True, slots=True)
class AdaptedClause:
    """What to insert, behind which paragraph, and what to say of it.

    ``after`` is the id of that paragraph in the accepted text, ``slot`` and ``paragraph`` its source there, ``line``
    its words. ``remarks`` are sentences for the lawyer.
    """

    after: str
    slot: str
    paragraph: int
    line: str
    paragraphs: tuple[AdaptedParagraph, ...]
    replaced: tuple[Replaced, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    questions: tuple[Question, ...] = ()
    doubled: tuple[str, ...] = ()
    remarks: tuple[str, ...] = field(default=())


def adapt(
    variant: ClauseVariant,
    title: str,
    text: ContractText,
    after: str | int,
    synonyms: Synonyms,
    *,
    view: AcceptedText | None = None,
    answers: Mapping[str, str] | None = None,
) -> AdaptedClause:
    """A variant of a clause called ``title`` as it would stand behind a paragraph of a contract.

    ``after`` is the paragraph's id in the accepted text (``view``, where that is known already), or an offset in it in
    code points. ``answers`` settle earlier questions (see ``wording.adapt_terms``). Raises PlaceError.
    """
    shown = accepted(text) if view is None else view
    place = _place(shown, after)
    rows = rows_of(text, shown)
    around = surroundings(rows, place)
    wording = adapt_terms(
        [pieces_of(paragraph.text) for paragraph in variant.paragraphs],
        terms_of([row.words for row in rows], synonyms),
        synonyms,
        answers,
    )
    setting = Setting(text, around)
    lines = arranged(variant.paragraphs, wording.paragraphs, pieces_of(title), setting)
    paragraph = shown.paragraphs[place]
    return AdaptedClause(
        paragraph.id,
        paragraph.slot,
        paragraph.paragraph,
        shown.line(paragraph),
        _numbered(lines, setting),
        wording.replaced,
        wording.unknown,
        wording.questions,
        wording.doubled,
        _remarks(wording.doubled, wording.replaced, setting),
    )


def _place(shown: AcceptedText, after: str | int) -> int:
    try:
        found = shown.paragraph_at(after) if isinstance(after, int) else shown.paragraph_by_id(after)
    except (KeyError, IndexError) as error:
        raise PlaceError(
            "The place for the clause is not in this contract; nothing was inserted; choose a paragraph of it."
        ) from error
    return shown.paragraphs.index(found)


def _numbered(lines: Sequence[Arranged], setting: Setting) -> tuple[AdaptedParagraph, ...]:
    numbers = setting.numbers()
    found = []
    for line in lines:
        model = setting.model(line.depth, heading=line.heading)
        number = numbers.next(line.depth)
        words = [Stretch(number, model.look)] if model.typed and number else []
        for piece in line.pieces:
            words.append(Stretch(piece.text, setting.look(model, bold=piece.bold, title=piece.title)))
        found.append(AdaptedParagraph(tuple(words), model.marks, line.depth, line.heading))
    return tuple(found)


def _remarks(doubled: Sequence[str], replaced: Sequence[Replaced], setting: Setting) -> tuple[str, ...]:
    found = [f"The contract defines “{term}” already; keep one of the two definitions." for term in doubled]
    found += [
        f"“{one.term}” became “{one.by}”, which has no plural; look at the words around it."
        for one in replaced
        if one.number
    ]
    if setting.types_numbers:
        found.append("The contract types its numbers by hand; those after the new clause do not move by themselves.")
    elif not setting.around.scheme:
        found.append("Nothing is numbered at this place, so the clause has no numbers of its own.")
    return tuple(found)
