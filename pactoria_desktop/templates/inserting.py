"""Putting an adapted clause into a living text, as one step of undo."""

import re

from pactoria_desktop.contract.accepted import is_dropped, visible
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.replica.paragraphs import NewParagraph
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.templates.adapting import AdaptedClause

_NOT_HERE = (
    "Nothing may be typed at this place (a field, locked words, or a cell that is merged away); nothing was inserted; "
    "choose another one."
)
_CHANGED = "The text has changed at the place for the clause; nothing was inserted; choose the place again."


class InsertError(PactoriaError):
    """The clause could not be inserted; the text is as it was."""


def insert_clause(replica: Replica, clause: AdaptedClause) -> Place:
    """Insert a clause behind the paragraph that it was adapted to, as a tracked change when suggesting.

    Gives the caret after it. Raises InsertError where the text has changed there meanwhile, or nothing may be typed.
    """
    place = _place(replica, clause)
    paragraphs = [
        NewParagraph(tuple((stretch.text, stretch.look) for stretch in line.words), line.marks)
        for line in clause.paragraphs
    ]
    after = replica.insert_paragraphs(place, paragraphs)
    if after is None:
        raise InsertError(_NOT_HERE)
    return after


def _place(replica: Replica, clause: AdaptedClause) -> Place:
    """The end of the paragraph that the clause goes behind."""
    if clause.slot not in replica.slots():
        raise InsertError(_NOT_HERE)
    number, offset, shown = 0, 0, ""
    for text, marks in replica.spans(clause.slot):
        for words in re.split("(\n)", text):
            if words == "\n":
                if number == clause.paragraph:
                    # Paragraphs whose mark was struck are one line of the accepted text; this is the last of them.
                    if clause.line.endswith(visible(shown)):
                        return Place(clause.slot, offset)
                    raise InsertError(_CHANGED)
                number += 1
            elif number == clause.paragraph and not is_dropped(marks, "accepted"):
                shown += words
            offset += len(words.encode("utf-16-le", "surrogatepass")) // 2
    raise InsertError(_CHANGED)
