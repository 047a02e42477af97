"""What is wrong with the values given for a template: one sentence for each fault, which names its field."""

from collections.abc import Sequence
from dataclasses import dataclass

from pactoria_desktop.runtime.errors import PactoriaError

_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class ValueFault:
    """One fault. ``path`` is the field's (``fee``, ``client.name``, ``deliverables.2.title``, items counted from 1;
    empty where the fault is of the whole). ``missing``: nothing was given where something is required."""

    path: str
    sentence: str
    missing: bool = False


class ValuesError(PactoriaError):
    """Values that a template cannot be filled with. The sentence is the first fault's; ``faults`` holds all of them."""

    def __init__(self, faults: Sequence[ValueFault]) -> None:
        """Keep the faults, of which there is one at least."""
        super().__init__(faults[0].sentence)
        self.faults = tuple(faults)


class DefinitionError(PactoriaError):
    """A template's definition asks for what cannot be answered; its author must mend it."""


class UnknownPathError(PactoriaError):
    """A path names nothing that a template or its values have."""


class UnreadableError(Exception):
    """What was given is not what was expected. The message says what is, as it stands behind "must be"; ``quoted``:
    what was given helps to see why, and is repeated behind it."""

    def __init__(self, expected: str, *, quoted: bool = True) -> None:
        """Keep what is expected."""
        super().__init__(expected)
        self.expected = expected
        self.quoted = quoted

    def fault(self, label: str, path: str, raw: object) -> ValueFault:
        """The fault of the field with this label and path, which was given ``raw``."""
        behind = f", not {shown(raw)}" if self.quoted else ""
        return ValueFault(path, f"{label} ({path}) must be {self.expected}{behind}.")


def shown(raw: object) -> str:
    """What was given, as a sentence may quote it: short, on one line, and printable everywhere."""
    if isinstance(raw, str):
        words = raw if len(raw) <= _LONGEST_SHOWN else raw[: _LONGEST_SHOWN - 1] + "…"
        return "“" + "".join(letter if letter.isprintable() else "\ufffd" for letter in words) + "”"
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int):
        return str(raw) if abs(raw) < 10**18 else "a number of more than 18 digits"
    if isinstance(raw, float):
        return f"the binary fraction {raw!r}"
    if raw is None:
        return "nothing"
    if isinstance(raw, dict):
        return "an object"
    if isinstance(raw, list | tuple):
        return "a list"
    return shown(str(raw))
