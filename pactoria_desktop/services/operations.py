"""Operations that ``pactoria edit`` is given, read from JSON and checked by themselves, without a contract."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from pactoria_desktop.contract.text import HIDDEN, OBJECT
from pactoria_desktop.runtime.errors import PactoriaError

LONGEST_TEXT = 1_000_000
# Characters that XML 1.0 cannot hold, and the two that stand for things without words.
UNWRITABLE = re.compile(f"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[{HIDDEN}{OBJECT}]")


class EditError(PactoriaError):
    """Operations that cannot be applied as they are given."""


@dataclass(frozen=True, slots=True)
class ReplaceOperation:
    """Put ``text`` in the place of the characters ``start`` to ``end``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class InsertParagraphOperation:
    """Start a new paragraph with ``text`` behind the one with the id ``paragraph``."""

    paragraph: str
    text: str


@dataclass(frozen=True, slots=True)
class DeleteParagraphOperation:
    """Delete the paragraph with the id ``paragraph``, its newline included."""

    paragraph: str


@dataclass(frozen=True, slots=True)
class CommentOperation:
    """Comment on the characters ``start`` to ``end``."""

    start: int
    end: int
    text: str


Operation = ReplaceOperation | InsertParagraphOperation | DeleteParagraphOperation | CommentOperation
KINDS: Mapping[str, type[Operation]] = {
    "replace": ReplaceOperation,
    "insert_paragraph_after": InsertParagraphOperation,
    "delete_paragraph": DeleteParagraphOperation,
    "comment": CommentOperation,
}


def parse_operations(text: str) -> list[Operation]:
    """Operations from JSON. Raises EditError naming the operation, counted from 0, and the field."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EditError(f"The operations are not JSON ({error}); give a list of operations.") from error
    if not isinstance(value, list):
        raise EditError("The operations are not a list; give a JSON list, [] for none.")
    return [_operation(number, each) for number, each in enumerate(value)]


def _operation(number: int, value: object) -> Operation:
    if not isinstance(value, dict):
        raise EditError(f'Operation {number} is not an object; write it as {{"op": …}}.')
    name = value.get("op")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise EditError(f"Operation {number} (op) is not one of {', '.join(KINDS)}.")
    named = [each.name for each in fields(kind)]
    for key in value:
        if key != "op" and key not in named:
            raise EditError(f"Operation {number} ({_shown(key)}) has a field that {name} does not know; leave it out.")
    found: dict[str, object] = {}
    for key in named:
        if key not in value:
            raise EditError(f"Operation {number} ({key}) is missing a field; {name} takes {', '.join(named)}.")
        found[key] = _number(number, key, value[key]) if key in ("start", "end") else _words(number, key, value[key])
    if kind is CommentOperation and not found["text"]:
        raise EditError(f"Operation {number} (text) is a comment without words; give it some.")
    return kind(**found)  # type: ignore[arg-type]


def _number(number: int, key: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise EditError(f"Operation {number} ({key}) is not a whole number from 0 on.")
    return value


def _words(number: int, key: str, value: object) -> str:
    if not isinstance(value, str):
        raise EditError(f"Operation {number} ({key}) is not a text.")
    if len(value) > LONGEST_TEXT:
        raise EditError(f"Operation {number} ({key}) is longer than {LONGEST_TEXT} characters; make several of it.")
    unwritable = UNWRITABLE.search(value) if key == "text" else None
    if unwritable:
        raise EditError(
            f"Operation {number} ({key}) holds the character U+{ord(unwritable[0]):04X}, which cannot be written as "
            "words of a Word file; leave it out."
        )
    return value.replace("\r\n", "\n").replace("\r", "\n") if key == "text" else value


def _shown(key: str) -> str:
    return key[:40].encode("utf-8", "replace").decode()
