"""Taking characters out, and what becomes of paragraphs whose newline goes."""

from collections.abc import Sequence

from pactoria_desktop.contract.suggesting import joined_paragraph
from pactoria_desktop.contract.text import MarkValue
from pactoria_desktop.replica.carrying import carry
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import Run, paragraph_end, runs_between, set_marks
from pactoria_desktop.replica.structure import Slot
from pactoria_desktop.replica.writing import pieces

Range = tuple[int, int]


def merged(ranges: Sequence[Range]) -> list[Range]:
    """Ranges in order, touching ones joined."""
    found: list[Range] = []
    for start, end in sorted(ranges):
        if found and found[-1][1] >= start:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def remove(living: LivingText, slot: Slot, ranges: Sequence[Range], first_stays: bool) -> None:
    """Remove characters of a slot, never its last newline.

    With ``first_stays`` joined paragraphs take the properties of the first that keeps words, as people expect of a
    deletion; else those of the newline that stays, as when an insertion is taken back.
    """
    ranges = merged(ranges)
    if not ranges:
        return
    if first_stays:
        _hand_on_properties(living, slot, ranges)
    for start, end in reversed(ranges):
        slot.text.delete_utf16(start, end - start)


def _hand_on_properties(living: LivingText, slot: Slot, ranges: list[Range]) -> None:
    if "\n" not in "".join(slot.text.slice_utf16(start, end) for start, end in ranges):
        return
    first = living.paragraph_bounds(slot, ranges[0][0])[0]
    last = paragraph_end(slot.text, min(ranges[-1][1], slot.text.len_utf16 - 1)) + 1
    donor: dict[str, MarkValue] | None = None
    words = False
    at = 0
    changes: list[tuple[Run, dict[str, MarkValue]]] = []
    for run in runs_between(slot.text, first, last):
        for piece in pieces(run):
            while at < len(ranges) and ranges[at][1] <= piece.start:
                at += 1
            removed = at < len(ranges) and ranges[at][0] <= piece.start
            if piece.text != "\n":
                inside = sum(
                    min(end, piece.end) - max(start, piece.start)
                    for start, end in ranges[at:]
                    if start < piece.end and end > piece.start
                )
                words = words or (piece.text[0] != "\u2060" and inside < piece.end - piece.start)
            elif removed:
                if words and donor is None:
                    donor = piece.marks
            else:
                if donor is not None:
                    ends = living.ends_section(piece.marks)
                    changes.append((piece, dict(joined_paragraph(donor, piece.marks, True, ends))))
                donor, words = None, False
    for piece, marks in changes:
        set_marks(slot.text, piece, marks)


def can_join_next(living: LivingText, slot: Slot) -> bool:
    """Whether the last newline of a slot may go: the next section is text of the same story."""
    if slot.row is not None:
        return False
    following = living.structure.after(slot)
    return following is not None and following.row is None and following.part == slot.part


def join_next(living: LivingText, slot: Slot) -> None:
    """Let the last newline of a text section go: the next section's first paragraph is carried over.

    A section that has nothing left is hidden instead. Words that somebody types meanwhile in the carried paragraph
    stay where they were typed and show again.
    """
    following = living.structure.after(slot)
    if following is None or not can_join_next(living, slot):
        return
    if slot.text.len_utf16 <= 1 and living.structure.place_of(slot) >= 0:
        slot.holder.insert("deleted", True)
        living.structure.forget(slot.key)
        return
    end = paragraph_end(following.text, 0)
    whole = end == following.text.len_utf16 - 1
    second = runs_between(following.text, end, end + 1)[0].marks
    at = slot.text.len_utf16 - 1
    ending = runs_between(slot.text, at, at + 1)[0]
    start = living.paragraph_bounds(slot, at)[0]
    has_words = living.words_between(slot, start, at)
    set_marks(slot.text, ending, joined_paragraph(ending.marks, second, has_words, living.ends_section(second)))
    carry(living, following.text, 0, end, slot.text, at)
    if whole:
        following.holder.insert("deleted", True)
        living.structure.forget(following.key)
    else:
        following.text.delete_utf16(0, 1)


def take_back_ending(living: LivingText, slot: Slot) -> None:
    """The last newline of a slot was inserted and is taken back.

    A text section in which nothing is left is hidden; an empty last paragraph goes, and the one before it is the last
    again; else the next section's first paragraph comes over.
    """
    text = slot.text
    end = text.len_utf16 - 1
    if text.to_string() == "\n":
        if slot.row is None and len(living.structure.slots()) > 1:
            slot.holder.insert("deleted", True)
            living.structure.forget(slot.key)
        return
    if text.slice_utf16(end - 1, end) != "\n":
        join_next(living, slot)
        return
    before, ending = runs_between(text, end - 1, end)[0], runs_between(text, end, end + 1)[0]
    set_marks(text, ending, before.marks)
    text.delete_utf16(end - 1, 1)
