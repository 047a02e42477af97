"""Structured lines of log, one JSON object each, with the request's id and without words of contracts or secrets.

A line is an event's name and a few facts whose names are known here. Anything else is left out, so that a line cannot
carry a contract's text, a token or an address by mistake; of an exception only its kind and place are written.
"""

import logging
import sys
import traceback
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TextIO

import structlog

request_id: ContextVar[str] = ContextVar("request_id", default="")

FACTS = frozenset(
    {
        "kind", "route", "method", "status", "milliseconds", "person", "organization", "device", "contract", "count",
        "reason", "statement", "job", "attempt", "node", "port", "size", "code", "version", "scope", "sequence",
    }
)  # fmt: skip
"""The facts that a line may hold: ids, numbers, kinds and routes."""

_LONGEST_FACT = 300


def place_of(error: BaseException) -> list[str]:
    """Where an exception came from: file and line of the last eight frames, never its words or values."""
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-8:]]


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a record may show."""
    event = record.msg if isinstance(record.msg, str) and not record.args else record.name
    if not record.name.startswith("pactoria"):
        # Other libraries' lines may hold values; their name and level are enough to know where to look.
        event = f"{record.name} says {record.levelname.lower()}"
    facts: dict[str, Any] = {"event": str(event)[:_LONGEST_FACT], "level": record.levelname.lower()}
    if identity := request_id.get():
        facts["request"] = identity
    for name in FACTS:
        if name in record.__dict__:
            value = record.__dict__[name]
            facts[name] = value if isinstance(value, int | float | bool | None) else str(value)[:_LONGEST_FACT]
    if record.exc_info and record.exc_info[1] is not None:
        facts["error"] = type(record.exc_info[1]).__name__
        facts["places"] = place_of(record.exc_info[1])
    return facts


class _Lines(logging.Handler):
    """Writes records as lines through structlog's renderers."""

    def __init__(self, stream: TextIO, form: str) -> None:
        super().__init__()
        self._stream = stream
        self._stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
        self._render = (
            structlog.processors.JSONRenderer(ensure_ascii=False)
            if form == "json"
            else structlog.dev.ConsoleRenderer(colors=False)
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; a stream that is gone must not stop the platform."""
        try:
            facts = self._stamp(None, "", facts_of(record))
            line = self._render(None, "", facts)
            self._stream.write((line.decode() if isinstance(line, bytes) else line) + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            self.handleError(record)


def configure(level: str, form: str, stream: TextIO | None = None) -> logging.Handler:
    """Send all lines of this process to a stream (standard error when none is named); gives the handler."""
    handler = _Lines(stream or sys.stderr, form)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("pactoria").setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).propagate = name != "uvicorn.access"
    return handler
