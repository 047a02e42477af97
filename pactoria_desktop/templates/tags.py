"""The tags of content controls: what a place in a template, or in a contract that was filled from one, is.

A tag is ``pactoria:`` and a path for a field, ``pactoria:if:``, ``pactoria:each:`` or ``pactoria:slot:`` and an id for
words that stand under a condition, are repeated for each item of a list, or make room for a clause. Word keeps at most
64 characters of a tag (ECMA-376 part 1, 17.5.2.42).
"""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["field", "if", "each", "slot"]
PREFIX = "pactoria:"
LONGEST = 64
_NAME = r"[a-z][a-z0-9_]{0,39}"
_FIELD = re.compile(rf"{_NAME}(?:\.(?:{_NAME}|[1-9]\d{{0,2}}))*")
_BLOCK = re.compile(rf"(if|each|slot):({_NAME})")


@dataclass(frozen=True, slots=True)
class Tag:
    """What a control is. ``path`` of a field names items of a list by their number: ``deliverables.2.title``."""

    kind: Kind
    path: str

    @property
    def value(self) -> str:
        """As it stands in Word."""
        return f"{PREFIX}{self.path}" if self.kind == "field" else f"{PREFIX}{self.kind}:{self.path}"

    @property
    def pattern(self) -> str:
        """The path without the numbers of items, as a template has it: ``deliverables.title``."""
        return ".".join(step for step in self.path.split(".") if not step.isdigit())


def tag_of(value: str | None) -> Tag | None:
    """What a tag says; None for a control that is not ours. Raises ValueError for one that is and cannot be read."""
    if value is None or not value.startswith(PREFIX):
        return None
    rest = value[len(PREFIX) :]
    if (block := _BLOCK.fullmatch(rest)) is not None:
        kind: Kind = "if" if block[1] == "if" else "each" if block[1] == "each" else "slot"
        return Tag(kind, block[2])
    if len(value) <= LONGEST and _FIELD.fullmatch(rest):
        return Tag("field", rest)
    raise ValueError(f"the tag {value[:80]!r} names no field, condition, list or slot")
