"""A stored text read beside its opening, on any thread.

Loro keeps what was imported folded together until somebody reads it under its marks: 940,000 characters under 20,000
runs then take 40 MB, and no call folds them again. Here a replica that is thrown away afterwards is read instead, so
that the one which lives unfolds only the slots that are worked on.
"""

import marshal
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pactoria_desktop.contract.text import Marks
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import Clock

Spans = list[tuple[str, Marks]]


@dataclass(frozen=True, slots=True)
class ReadAhead:
    """What the slots of a replica say at one ``version``, and which revisions and comments each names.

    For ``Replica.take_ahead`` of one that was opened from the same parts. Marks are shared between spans and not to be
    written to.
    """

    version: bytes = b""
    spans: dict[str, Spans] = field(default_factory=dict)
    names: dict[str, frozenset[str]] = field(default_factory=dict)


def read_ahead(snapshot: bytes, updates: Iterable[bytes], clock: Clock) -> ReadAhead:
    """Read what an opening of these parts shows. Raises ReplicaError where they are broken.

    A text that the opening sets right is not read ahead: it is another one then.
    """
    replica = Replica.open(snapshot, updates, identity=Identity(""), clock=clock)
    try:
        version = replica.version()
        if replica.stored_version != version:
            return ReadAhead()
        spans: dict[str, Spans] = {}
        names: dict[str, frozenset[str]] = {}
        known: dict[bytes, Marks] = {}
        for slot in replica.slots():
            spans[slot] = [(text, _one_of(known, marks)) for text, marks in replica.spans(slot)]
            names[slot] = replica.names(slot)
        return ReadAhead(version, spans, names)
    finally:
        replica.close()


def _one_of(known: dict[bytes, Marks], marks: Any) -> Marks:
    """The same marks, one object for all that are equal."""
    return known.setdefault(marshal.dumps(marks, 2), marks)
