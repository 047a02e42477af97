"""A clause adapted to a contract: numbered, set and worded as the contract does it at the place where it goes.

Nothing is written here. What cannot be settled without a lawyer (a term with several candidates, a term that the
contract does not define, numbers that somebody typed) is said beside the paragraphs, never guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pactoria_desktop.contract.accepted import AcceptedText, accepted
from pactoria_desktop.contract.text import ContractText, Marks
from pactoria_desktop.protocol.clauses import ClauseVariant
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.templates.arranging import Arranged, arranged
from pactoria_desktop.templates.emphasis import pieces_of
from pactoria_desktop.templates.renumbered import MovedReference, renumbered
from pactoria_desktop.templates.setting import Setting, Stretch
from pactoria_desktop.templates.surroundings import Row, rows_of, surroundings
from pactoria_desktop.templates.synonyms import Synonyms
from pactoria_desktop.templates.wording import Question, Replaced, Terms, Unknown, Wording, adapt_terms, terms_of


class PlaceError(PactoriaError):
    """The place for the clause is not in the contract."""


@dataclass(frozen=True, slots=True)
class AdaptedParagraph:
    """A paragraph to insert. ``depth`` counts from 0, the clause itself; None where nothing is counted.

    ``label`` is the number that it will have, "" for none and where it is typed. ``marks`` are those of its newline,
    ``words`` stretches with the marks that say how they look; a number that the contract types by hand is the first.
    """

    words: tuple[Stretch, ...]
    marks: Marks
    depth: int | None
    heading: bool = False
    label: str = ""

    @property
    def text(self) -> str:
        """All its words."""
        return "".join(stretch.text for stretch in self.words)


@dataclass(frozen=True, slots=True)
class AdaptedClause:
    """What to insert, behind which paragraph, and what to say of it.

    ``after`` is the id of that paragraph in the accepted text, ``slot`` and ``paragraph`` its source there, ``line``
    its words. ``moved`` are references that mean another clause afterwards; ``remarks`` are sentences for the lawyer.
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
    moved: tuple[MovedReference, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of a contract once, for all places and clauses: see ``read_contract``."""

    text: ContractText
    view: AcceptedText
    rows: tuple[Row, ...]
    terms: Terms
    synonyms: Synonyms


def read_contract(text: ContractText, synonyms: Synonyms, view: AcceptedText | None = None) -> Reading:
    """Read a contract for clauses that are to go into it. ``view`` is its accepted text where that is known already."""
    shown = accepted(text) if view is None else view
    rows = rows_of(text, shown)
    return Reading(text, shown, rows, terms_of([row.words for row in rows], synonyms), synonyms)


def adapt(
    variant: ClauseVariant,
    title: str,
    contract: Reading,
    after: str | int,
    answers: Mapping[str, str] | None = None,
) -> AdaptedClause:
    """A variant of a clause called ``title`` as it would stand behind a paragraph of a contract.

    ``after`` is the paragraph's id in the accepted text, or an offset in it in code points. ``answers`` settle earlier
    questions (see ``wording.adapt_terms``). Raises PlaceError.
    """
    place = _place(contract.view, after)
    wording = adapt_terms(
        [pieces_of(paragraph.text) for paragraph in variant.paragraphs], contract.terms, contract.synonyms, answers
    )
    setting = Setting(contract.text, surroundings(contract.rows, place))
    lines = arranged(variant.paragraphs, wording.paragraphs, pieces_of(title), setting)
    paragraphs = _numbered(lines, setting)
    numbers = renumbered(contract.text, contract.view, place, [one.marks for one in paragraphs])
    paragraph = contract.view.paragraphs[place]
    return AdaptedClause(
        paragraph.id,
        paragraph.slot,
        paragraph.paragraph,
        contract.view.line(paragraph),
        tuple(replace(one, label=label) for one, label in zip(paragraphs, numbers.labels, strict=True)),
        wording.replaced,
        wording.unknown,
        wording.questions,
        wording.doubled,
        numbers.moved,
        _remarks(wording, numbers.moved, setting),
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


def _remarks(wording: Wording, moved: Sequence[MovedReference], setting: Setting) -> tuple[str, ...]:
    found = [f"The contract defines “{term}” already; keep one of the two definitions." for term in wording.doubled]
    found += [
        f"“{one.term}” became “{one.by}”, which has no plural; look at the words around it."
        for one in wording.replaced
        if one.number
    ]
    typed = sum(not one.field for one in moved)
    if typed:
        which = "reference is" if typed == 1 else "references are"
        found.append(f"{typed} typed {which} to clauses whose numbers move; change them as well.")
    if len(moved) > typed:
        found.append("References that are fields follow when Word updates its fields.")
    if setting.types_numbers:
        found.append("The contract types its numbers by hand; those after the new clause do not move by themselves.")
    elif not setting.around.scheme:
        found.append("Nothing is numbered at this place, so the clause has no numbers of its own.")
    return tuple(found)
