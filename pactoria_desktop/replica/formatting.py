"""How characters look and how paragraphs are set, directly or as tracked changes."""

from collections.abc import Iterable

from pactoria_desktop.contract.suggesting import formatting_change, is_struck
from pactoria_desktop.contract.text import HIDDEN, MarkValue
from pactoria_desktop.replica.changes import Stretch
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import lay_marks, paragraph_end, runs_between
from pactoria_desktop.replica.writing import pieces

CHARACTER_KEYS = ("bold", "italic", "underline", "strike")
PARAGRAPH_KEYS = ("p:style", "p:num", "p:lvl")


def format_characters(
    living: LivingText, stretches: Iterable[Stretch], key: str, value: bool | None, id: str | None = None
) -> str | None:
    """Give characters a look; None takes the word of their run properties again.

    When suggesting, struck words and those under somebody else's tracked formatting stay as they are; ``id`` is the
    revision to go on with, and what is given is the one to go on with after this.
    Raises ReplicaError for a key that is not one of ``CHARACTER_KEYS``.
    """
    if key not in CHARACTER_KEYS:
        raise ReplicaError(f"{key!r} is not a way to format characters.")
    wanted: dict[str, MarkValue | None] = {key: value}
    for part in living.parts(stretches):
        living.remember(part.slot.text)
        waiting: tuple[int, int, dict[str, MarkValue | None]] | None = None
        for run in runs_between(part.slot.text, part.start, part.end):
            if "lock" in run.marks or (living.suggesting and is_struck(run.marks)):
                continue
            change: dict[str, MarkValue | None] | None = wanted
            if living.suggesting:
                change = formatting_change(run.marks, wanted, "fmt", id or "", living.is_own)
                if change is not None and "fmt:" in change:
                    id = living.new_revision("format")
                    change = formatting_change(run.marks, wanted, "fmt", id, living.is_own)
            if change is None:
                continue
            for piece in pieces(run):
                if piece.text in ("\n", HIDDEN):
                    continue
                if waiting is not None and waiting[1] == piece.start and waiting[2] == change:
                    waiting = (waiting[0], piece.end, change)
                    continue
                if waiting is not None:
                    lay_marks(part.slot.text, *waiting)
                waiting = (piece.start, piece.end, change)
        if waiting is not None:
            lay_marks(part.slot.text, *waiting)
    return id


def set_paragraphs(living: LivingText, stretches: Iterable[Stretch], key: str, value: str | int | None) -> None:
    """Set a property of every paragraph that the stretches touch, an empty stretch that of its place.

    Raises ReplicaError for a key that is not one of ``PARAGRAPH_KEYS`` or a value of the wrong type.
    """
    if key not in PARAGRAPH_KEYS:
        raise ReplicaError(f"{key!r} is not a property of paragraphs.")
    if value is not None and type(value) is not (int if key == "p:lvl" else str):
        raise ReplicaError(f"{value!r} is not a value of {key!r}.")
    id: str | None = None
    wanted: dict[str, MarkValue | None] = {key: value}
    done: set[tuple[str, int]] = set()
    for stretch in stretches:
        slot = living.structure.slot(stretch.slot)
        at = min(max(0, min(stretch.start, stretch.end)), slot.text.len_utf16 - 1)
        last = max(stretch.start, stretch.end)
        while True:
            end = paragraph_end(slot.text, at)
            if (slot.key, end) not in done:
                done.add((slot.key, end))
                marks = runs_between(slot.text, end, end + 1)[0].marks
                change: dict[str, MarkValue | None] | None = wanted
                if living.suggesting:
                    change = formatting_change(marks, wanted, "pfmt", id or "", living.is_own)
                    if change is not None and "pfmt:" in change:
                        id = living.new_revision("paragraph_format")
                        change = formatting_change(marks, wanted, "pfmt", id, living.is_own)
                if change is not None:
                    lay_marks(slot.text, end, end + 1, change)
            at = end + 1
            if at >= last or at >= slot.text.len_utf16:
                break
