"""Text on its way in from keyboard, clipboard and drop, and on its way out."""

from collections.abc import Iterable

from pactoria_desktop.contract.suggesting import is_struck
from pactoria_desktop.contract.text import HIDDEN, OBJECT, Marks

NOT_TYPED = {ord(HIDDEN): None, ord(OBJECT): None, 0: None, 0xFDD0: None, 0xFDD1: None, 0x0B: "\u2028", 0x0C: "\n"}


def cleaned(text: str) -> str:
    """Text from outside as it may stand in a contract: newlines of one kind, whole characters, nothing invisible."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n").translate(NOT_TYPED)
    text = "".join(character for character in text if character >= " " or character in "\n\t")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def copied(spans: Iterable[tuple[str, Marks]]) -> str:
    """Words as they leave for the clipboard: nothing hidden, nothing struck, no objects."""
    kept = [text for text, marks in spans if not is_struck(marks)]
    return "".join(kept).translate({ord(HIDDEN): None, ord(OBJECT): None})


def between(spans: Iterable[tuple[str, Marks]], start: int, end: int) -> list[tuple[str, Marks]]:
    """The part of a slot's spans from ``start`` to ``end`` in UTF-16 units."""
    found: list[tuple[str, Marks]] = []
    at = 0
    for text, marks in spans:
        coded = text.encode("utf-16-le", "surrogatepass")
        length = len(coded) // 2
        first, last = max(0, start - at), min(length, end - at)
        if first < last:
            found.append((coded[first * 2 : last * 2].decode("utf-16-le", "replace"), marks))
        at += length
        if at >= end:
            break
    return found
