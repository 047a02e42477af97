"""Fields that hold words of contracts or people: sealed in the database, open on the wire."""

import base64
import json
from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from pactoria_desktop.platform.database.sealing import OrganizationSeal
from pactoria_desktop.protocol.records import KINDS

_SAID = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
_SEALED = {kind: frozenset(name for name, rule in known.fields.items() if rule.sealed) for kind, known in KINDS.items()}


def sealed_names(kind: str) -> frozenset[str]:
    """The sealed fields of a kind; none for a kind that is not known."""
    return _SEALED.get(kind, frozenset())


def seal_fields(
    seal: OrganizationSeal, kind: str, record: str, fields: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """Fields as they lie in the database."""
    names = sealed_names(kind)
    if names.isdisjoint(fields):
        return dict(fields)
    return {name: _seal(seal, kind, record, name, value) if name in names else value for name, value in fields.items()}


class OpenedFields(Mapping[str, JsonValue]):
    """Fields of a row, each opened when it is asked for. Raises UnsealError then."""

    def __init__(self, seal: OrganizationSeal, kind: str, record: str, fields: Mapping[str, JsonValue]) -> None:
        """``fields`` as they lie in the database."""
        self._seal = seal
        self._kind = kind
        self._record = record
        self._fields = fields
        self._sealed = sealed_names(kind)

    def __getitem__(self, name: str) -> JsonValue:
        """The plain value. Raises KeyError."""
        value = self._fields[name]
        if name not in self._sealed:
            return value
        content = self._seal.open(base64.b64decode(str(value)), "record", self._kind, self._record, name)
        plain: JsonValue = json.loads(content)
        return plain

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self._fields)

    def __len__(self) -> int:
        """How many fields there are."""
        return len(self._fields)


def _seal(seal: OrganizationSeal, kind: str, record: str, name: str, value: JsonValue) -> JsonValue:
    content = _SAID.encode(value).encode()
    return base64.b64encode(seal.seal(content, "record", kind, record, name)).decode()
