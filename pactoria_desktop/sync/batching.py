"""What goes together in one push, and how a waiting operation is said on the wire."""

import json
from collections.abc import Iterable
from typing import cast

from pydantic import JsonValue

from pactoria_desktop.protocol.records import MOST_OPERATIONS, Operation
from pactoria_desktop.sync.overlay import makes, needed_by
from pactoria_desktop.sync.ports import Desk, Pending

MOST_BYTES = 1_000_000


def sendable(outbox: Iterable[Pending], desk: Desk) -> tuple[Pending, ...]:
    """The next batch: in order, at most 200 and a megabyte.

    Of one field of a record one operation goes at a time, since the second is made upon the first. A deletion goes
    when the feed has brought all that this device wrote to the record. What needs a record that is not there (the
    platform was restored and its maker has not sent it anew) waits; all else goes on.
    """
    batch: list[Pending] = []
    size, held, coming = 0, set(), set()
    fields: dict[tuple[str, str], set[str]] = {}
    pending: set[tuple[str, str]] = set()
    for each in outbox:
        key = (each.kind, each.record)
        if each.state == "acknowledged":
            pending.add(key)
            continue
        needs = needed_by(each)
        ready = (
            key not in held
            and not any(one in held for one in needs)
            and all(one in coming or desk.known(*one) is not None for one in needs)
            and not fields.get(key, set()) & each.patch.keys()
            and not (each.deletes and key in pending)
        )
        pending.add(key)
        if not ready:
            held.add(key)
            continue
        size += len(json.dumps(each.patch, ensure_ascii=False).encode("utf-8", "surrogatepass")) + 300
        if batch and (len(batch) == MOST_OPERATIONS or size > MOST_BYTES):
            break
        if makes(each):
            coming.add(key)
        fields.setdefault(key, set()).update(each.patch)
        batch.append(each)
    return tuple(batch)


def operation_of(pending: Pending) -> Operation:
    """A waiting operation as it is sent."""
    return Operation(
        operation=pending.operation,
        kind=pending.kind,
        record=pending.record,
        base_sequence=pending.base_sequence,
        patch=cast("dict[str, JsonValue]", dict(pending.patch)),
        deletes=pending.deletes,
        schema_version=pending.schema_version,
    )
