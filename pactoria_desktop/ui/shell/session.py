"""What a window takes up again at its next start: place, open contracts, docks, look. A session file is never
trusted."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

LARGEST = 1 << 20
MOST_DOCUMENTS = 100


@dataclass(frozen=True)
class DocumentState:
    """An open contract: its library id and what its view wants to find again (caret, scroll), a small JSON mapping."""

    key: str
    view: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SessionState:
    """A whole window. ``geometry`` and ``docks`` are Qt's own bytes; ``recent_commands`` are identifiers, newest
    first."""

    place: str = ""
    geometry: bytes = b""
    docks: bytes = b""
    documents: tuple[DocumentState, ...] = ()
    current: str = ""
    theme: str = ""
    white_page: bool = False
    recent_commands: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "place": self.place,
            "geometry": base64.b64encode(self.geometry).decode("ascii"),
            "docks": base64.b64encode(self.docks).decode("ascii"),
            "documents": [{"key": one.key, "view": dict(one.view)} for one in self.documents],
            "current": self.current,
            "theme": self.theme,
            "white_page": self.white_page,
            "recent_commands": list(self.recent_commands),
        }


class SessionKeeper(Protocol):
    """Keeps the session between starts."""

    def load(self) -> SessionState | None:
        """The last session; None when there was none."""

    def save(self, state: SessionState) -> None:
        """Keep a session instead of the last."""


def _bytes(value: object) -> bytes:
    if not isinstance(value, str) or len(value) > LARGEST:
        return b""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _text(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= 400 else ""


def session_from_json(data: object) -> SessionState:
    """A session from JSON values; what is missing or of the wrong kind is left at its default, so that a start never
    fails."""
    if not isinstance(data, Mapping):
        return SessionState()
    listed = data.get("documents")
    documents = []
    for one in listed[:MOST_DOCUMENTS] if isinstance(listed, list) else ():
        if isinstance(one, Mapping) and _text(one.get("key")):
            view = one.get("view")
            documents.append(DocumentState(_text(one.get("key")), dict(view) if isinstance(view, Mapping) else {}))
    recent = data.get("recent_commands")
    return SessionState(
        place=_text(data.get("place")),
        geometry=_bytes(data.get("geometry")),
        docks=_bytes(data.get("docks")),
        documents=tuple(documents),
        current=_text(data.get("current")),
        theme=_text(data.get("theme")),
        white_page=data.get("white_page") is True,
        recent_commands=tuple(_text(one) for one in recent[:20] if _text(one)) if isinstance(recent, list) else (),
    )
