"""What suggesting does to marks: pure rules that the living text, the comparison and the writer share.

Every rule looks at the marks of one character (or newline) and says what should happen to it; none knows where the
text lives. The rules are those of ``contract.text``: a mark per revision id, nesting by depth, and a deletion counts
only against the insertions it was aimed at (``over``), so that words typed at the same moment by somebody else are
never swallowed. A deletion without ``over``, as Word files give it, counts against everything it covers.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from pactoria_desktop.contract.text import HIDDEN, NESTED_KINDS, OBJECT, Marks, MarkValue, id_of, kind_of

LOOK_KEYS = ("run", "bold", "italic", "underline", "strike")
"""Marks that say how characters look; typed characters take them from their neighbour."""

PARAGRAPH_KINDS = ("p", "pfmt")
"""Kinds of marks that belong to a paragraph and lie on its newline."""


class Fate(Enum):
    """What striking does to a character: nothing, removal from the text, or a deletion mark."""

    KEEP = "keep"
    REMOVE = "remove"
    STRIKE = "strike"


@dataclass(frozen=True, slots=True)
class Resolution:
    """What accepting or rejecting does to a character: it goes, or some marks change (None takes one away).

    A newline that goes hands its paragraph's properties on as they are after the changes.
    """

    kill: bool
    changes: dict[str, MarkValue | None] = field(default_factory=dict)


def _entries(value: MarkValue) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def depth(value: MarkValue) -> int:
    """The depth in a nested mark's value, 0 where it has none."""
    found = _entries(value).get("d")
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def greatest_depth(marks: Marks) -> int:
    """The depth of the innermost nested mark, -1 where nothing nests."""
    return max((depth(value) for key, value in marks.items() if kind_of(key) in NESTED_KINDS), default=-1)


def ids_of_kind(marks: Marks, *kinds: str) -> list[str]:
    """The ids under marks of these kinds, sorted."""
    return sorted(id_of(key) for key in marks if kind_of(key) in kinds and ":" in key)


def aimed_at(marks: Marks) -> list[str]:
    """The insertions that a deletion of this character is aimed at: the value of its ``over``."""
    return ids_of_kind(marks, "ins", "typ")


def effective_deletions(marks: Marks) -> list[str]:
    """The keys of the deletions that count: those which knew every insertion the character stands in."""
    known = aimed_at(marks)
    found = []
    for key, value in marks.items():
        if kind_of(key) != "del":
            continue
        over = _entries(value).get("over")
        if not isinstance(over, list) or all(insertion in over for insertion in known):
            found.append(key)
    return sorted(found)


def is_struck(marks: Marks) -> bool:
    """Whether the accepted text leaves this character out: deleted, or moved away."""
    return any(kind_of(key) == "moveFrom" for key in marks) or bool(effective_deletions(marks))


def is_inserted(marks: Marks) -> bool:
    """Whether the text before all tracked changes leaves this character out: inserted, or moved here."""
    return any(kind_of(key) in ("ins", "moveTo") for key in marks)


def innermost_insertion(marks: Marks) -> str | None:
    """The key of the insertion that a character was typed in: the deepest of its ``ins`` marks."""
    keys = [key for key in marks if kind_of(key) == "ins"]
    return max(keys, key=lambda key: (depth(marks[key]), key), default=None)


def fate_when_struck(marks: Marks, is_own: Callable[[str], bool]) -> Fate:
    """What a tracked deletion does to a character that may be deleted. ``is_own`` tells one's own revision ids."""
    typed = innermost_insertion(marks)
    if typed is not None and is_own(id_of(typed)):
        return Fate.REMOVE
    return Fate.KEEP if is_struck(marks) else Fate.STRIKE


def deletion_value(marks: Marks) -> dict[str, object]:
    """The value of a new ``del`` mark over a character with these marks: innermost, and aimed at what is there."""
    return {"d": greatest_depth(marks) + 1, "over": list(aimed_at(marks))}


def is_wordless(character: str) -> bool:
    """Whether a character stands for something that is no word: an object or a hidden thing."""
    return character in (OBJECT, HIDDEN)


def typing_allowed(
    left: tuple[str, Marks] | None, right: tuple[str, Marks] | None, is_locked_box: Callable[[str], bool]
) -> bool:
    """Whether a character may be typed between two: not inside a field, an object's words or a locked container.

    ``left`` and ``right`` are the neighbouring characters with their marks, None at the ends of the text.
    """
    if left is None or right is None:
        return True
    shared = {key for key in left[1] if key in right[1]}
    if any(kind_of(key) == "fld" for key in shared):
        return False
    if "obj" in shared and left[1]["obj"] == right[1]["obj"] and not is_wordless(left[0]) and not is_wordless(right[0]):
        return False
    boxes = [key for key in shared if kind_of(key) == "box"]
    if any(is_locked_box(id_of(key)) for key in boxes):
        return False
    if "lock" in shared:
        either = any(kind_of(key) == "box" for marks in (left[1], right[1]) for key in marks)
        return either and not boxes
    return True


def enclosing_marks(left: Marks, right: Marks) -> dict[str, MarkValue]:
    """The marks a character typed between two is under: shared containers, what encloses those, shared comments.

    A tracked change of somebody else that does not enclose a container is left, so that the writer splits it.
    """
    shared = {key: value for key, value in left.items() if key in right}
    boxes = [depth(value) for key, value in shared.items() if kind_of(key) == "box"]
    innermost = max(boxes, default=-1)
    kept: dict[str, MarkValue] = {}
    for key, value in shared.items():
        kind = kind_of(key)
        if kind in ("box", "comment") or (kind in NESTED_KINDS and depth(value) < innermost):
            kept[key] = value
    return kept


def look_of(marks: Marks) -> dict[str, MarkValue]:
    """The marks of a character that say how it looks."""
    return {key: marks[key] for key in LOOK_KEYS if key in marks}


def extended_insertion(neighbours: list[Marks], kind: str, is_own: Callable[[str], bool]) -> str | None:
    """The key of one's own ``ins`` or ``typ`` beside the caret that typing goes on with, None for a new one."""
    for marks in neighbours:
        if is_struck(marks):
            continue
        if kind == "ins":
            key = innermost_insertion(marks)
        else:
            own = [name for name in sorted(marks) if kind_of(name) == kind and is_own(id_of(name))]
            key = own[0] if own and innermost_insertion(marks) is None else None
        if key is not None and is_own(id_of(key)):
            return key
    return None


def paragraph_marks(marks: Marks) -> dict[str, MarkValue]:
    """The marks of a newline that belong to its paragraph, without ``p:fix``, which belongs to the newline."""
    return {key: value for key, value in marks.items() if kind_of(key) in PARAGRAPH_KINDS and key != "p:fix"}


def joined_paragraph(first: Marks, second: Marks, first_has_words: bool, second_ends_section: bool) -> Marks:
    """The marks of the newline that ends two joined paragraphs, whose newline before is gone.

    The first paragraph's properties stay when it has words, as people expect; the newline that stays keeps its own
    tracked changes and ``p:fix``, and the properties of a Word section that it ends.
    """
    kept: dict[str, MarkValue] = {key: value for key, value in second.items() if kind_of(key) not in PARAGRAPH_KINDS}
    if "p:fix" in second:
        kept["p:fix"] = second["p:fix"]
    if not first_has_words:
        return {**kept, **paragraph_marks(second)}
    properties = paragraph_marks(first)
    if "p:src" not in properties and "p:src" in second:
        properties["p:src"] = second["p:src"]
    if second_ends_section:
        for key in ("p:props", "p:src"):
            properties.pop(key, None)
            if key in second:
                properties[key] = second[key]
    return {**kept, **properties}


def formatting_change(
    marks: Marks, wanted: dict[str, MarkValue | None], kind: str, id: str, is_own: Callable[[str], bool]
) -> dict[str, MarkValue | None] | None:
    """The changes that format tracked: the new values and the old ones under ``fmt:`` or ``pfmt:``.

    None where nothing would change, or where somebody else's tracked formatting lies here already (Word holds one).
    What one's own tracked formatting does not hold yet goes under a key of its own: a value that is written again can
    be overwritten by somebody who lays the one he knows at the same moment, and the old look would be lost. On one's
    own insertion there is nothing to track.
    """
    different = {key: value for key, value in wanted.items() if marks.get(key) != value}
    if not different:
        return None
    typed = innermost_insertion(marks)
    if typed is not None and is_own(id_of(typed)):
        return different
    present = [key for key in marks if kind_of(key) == kind]
    if any(not is_own(id_of(key)) for key in present):
        return None
    held = {name for key in present for name in _entries(marks[key])}
    old: dict[str, object] = {name: marks.get(name) for name in different if name not in held}
    if not old:
        return different
    if kind == "pfmt" and not present:
        old["props"] = marks.get("p:props")
    return {**different, f"{kind}:{id}": old}


def values_before(marks: Marks, keys: Iterable[str]) -> dict[str, object]:
    """The old values that several tracked formattings hold together; where two hold one name, the first key's."""
    found: dict[str, object] = {}
    for key in sorted(keys):
        for name, value in _entries(marks[key]).items():
            found.setdefault(name, value)
    return found


def _restored(values: Mapping[str, object]) -> dict[str, MarkValue | None]:
    restored: dict[str, MarkValue | None] = {}
    for name, old in values.items():
        if old is None or isinstance(old, bool | int | str | dict | list):
            restored["p:props" if name == "props" else name] = old
    return restored


def resolve(
    marks: Marks, chosen: Callable[[str], bool], accept: bool, same_hand: Callable[[str, str], bool]
) -> Resolution | None:
    """What accepting or rejecting the chosen revision ids does to a character, None where it touches none of them.

    ``same_hand`` tells whether two ids are of one author: two insertions of one author on one character, which
    undo can leave behind, count as one revision.
    """
    insertions = [key for key in marks if kind_of(key) in ("ins", "moveTo") and chosen(id_of(key))]
    deletions = [key for key in marks if kind_of(key) in ("del", "moveFrom") and chosen(id_of(key))]
    formats = [key for key in marks if kind_of(key) in ("fmt", "pfmt") and chosen(id_of(key))]
    if not insertions and not deletions and not formats:
        return None
    if accept:
        counting = effective_deletions(marks)
        if any(key in counting or kind_of(key) == "moveFrom" for key in deletions):
            return Resolution(True, dict.fromkeys(formats))
        for key in marks:
            if kind_of(key) == "ins" and any(same_hand(id_of(key), id_of(other)) for other in insertions):
                insertions.append(key)
    elif insertions:
        return Resolution(True)
    changes: dict[str, MarkValue | None] = {}
    if not accept:
        old_values = _restored(values_before(marks, formats))
        changes.update({name: old for name, old in old_values.items() if marks.get(name) != old})
    changes.update(dict.fromkeys([*insertions, *deletions, *formats]))
    return Resolution(False, changes)
