"""Cuts two flows into pieces, so that each newline that may not be struck has a newline of NEW to meet."""

from collections.abc import Sequence

from pactoria_desktop.contract.alignment import Pair, equal_pairs, similar_pairs
from pactoria_desktop.documents.compare_lines import Flow, LineWords
from pactoria_desktop.documents.compare_setting import Setting


def cuts_of(setting: Setting, old: Flow, new: Flow, old_lines: range, new_lines: range) -> list[tuple[range, range]]:
    """Lines in pieces, so that each newline that may not be struck ends a piece and has a newline of NEW to meet."""
    walls = [index for index in old_lines[:-1] if old.lines[index].fixed]
    if not walls or not new_lines:
        if not walls:
            return [(old_lines, new_lines)]
        return [(piece, range(new_lines.start, new_lines.start)) for piece in _split(old_lines, walls)]
    pairs = paired_lines(setting, old, new, old_lines, new_lines)
    partner = dict(pairs)
    pieces: list[tuple[range, range]] = []
    other = new_lines.start
    reached = new_lines.start
    known = iter([*pairs, (old_lines.stop, new_lines.stop)])
    following = next(known)
    for piece in _split(old_lines, walls):
        if piece.stop == old_lines.stop:
            pieces.append((piece, range(other, new_lines.stop)))
            break
        while following[0] < piece.stop:
            reached = following[1] + 1
            following = next(known)
        wall = piece.stop - 1
        stop = partner[wall] + 1 if wall in partner else max(reached, other)
        if stop == other and following[1] > other:
            stop = other + 1
        pieces.append((piece, range(other, stop)))
        other = stop
    return pieces


def _split(lines: range, walls: Sequence[int]) -> list[range]:
    pieces = []
    start = lines.start
    for wall in walls:
        pieces.append(range(start, wall + 1))
        start = wall + 1
    pieces.append(range(start, lines.stop))
    return pieces


def paired_lines(setting: Setting, old: Flow, new: Flow, old_lines: range, new_lines: range) -> list[Pair]:
    """Equal lines, and between them similar ones."""
    keys = [old.lines[index].key for index in old_lines]
    other_keys = [new.lines[index].key for index in new_lines]
    pairs: list[Pair] = []
    low, other_low = old_lines.start, new_lines.start
    equal = [(old_lines.start + a, new_lines.start + b) for a, b in equal_pairs(keys, other_keys)]
    for high, other_high in [*equal, (old_lines.stop, new_lines.stop)]:
        if low < high and other_low < other_high:
            left = [LineWords(setting, old, range(index, index + 1)).code for index in range(low, high)]
            right = [LineWords(setting, new, range(index, index + 1)).code for index in range(other_low, other_high)]
            pairs += [(low + a, other_low + b) for a, b in similar_pairs(left, right)]
        if high < old_lines.stop:
            pairs.append((high, other_high))
        low, other_low = high + 1, other_high + 1
    return pairs
