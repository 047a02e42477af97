"""Logs that cannot hold contract text or keys.

A log line is a fixed sentence with places for values, and only values that cannot be text of a contract are filled
in: numbers, truth values, ids in hexadecimal (a UUID, or 12 digits and more that are no plain number), and what was
marked by ``plain``. Any other value shows its kind and length. Exceptions show types and places, never messages. Lines
of foreign libraries show their sentence only where it has places, since a sentence without them may have been put
together from anything.
"""

import datetime
import logging
import logging.handlers
import re
import traceback
import uuid
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from types import TracebackType

OURS = "pactoria_desktop"
_IDENTITY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[0-9]*[a-f])[0-9a-f]{12,40}")
_LONG_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{64,}")
_PLACE = re.compile(r"%(?:\([a-z_]+\))?[-+ #0-9.]*[sdrifgx]")
_BYTES_KEPT = 1_000_000
_FILES_KEPT = 3


class plain(str):  # noqa: N801 - reads as a function where it is used
    """Words that are known to be no contract's: names of commands, tables, states."""

    __slots__ = ()


def safe(value: object) -> object:
    """The value if it cannot be text of a contract, else its kind and length."""
    if value is None or isinstance(value, (bool, int, float, uuid.UUID, datetime.datetime, plain)):
        return value
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, BaseException):
        return type(value).__name__
    if isinstance(value, str):
        return value if _IDENTITY.fullmatch(value) else f"<text of {len(value)}>"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"<{len(value)} bytes>"
    return f"<{type(value).__name__}>"


def places_of(
    error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
) -> list[str]:
    """An exception and its causes as lines of types and places, without messages or values."""
    lines: list[str] = []
    seen: set[int] = set()
    kind: str | None = error_type.__name__ if error_type is not None else None
    while kind is not None:
        lines.append(kind)
        for frame in traceback.extract_tb(trace)[-40:]:
            lines.append(f"  {short_file(frame.filename)}:{frame.lineno} {frame.name}")
        if error is None or id(error) in seen:
            break
        seen.add(id(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        kind, trace = (f"because of {type(error).__name__}", error.__traceback__) if error is not None else (None, None)
    return lines


def short_file(name: str) -> str:
    """A source file's last three parts: enough to find it, nothing of whose machine it is."""
    return "/".join(re.split(r"[\\/]", name)[-3:])


class RedactingFormatter(logging.Formatter):
    """Writes one line a record: instant in UTC, level, logger, sentence; below it the places of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        """The record without anything that may be contract text or a key."""
        instant = datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds")
        lines = [f"{instant} {record.levelname} {record.name} {self._sentence(record)}"]
        if record.exc_info and record.exc_info[0] is not None:
            lines.extend("    " + line for line in places_of(*record.exc_info))
        return _LONG_HEXADECIMAL.sub("<hexadecimal>", "\n".join(lines))

    def _sentence(self, record: logging.LogRecord) -> str:
        template = record.msg if isinstance(record.msg, str) else f"<{type(record.msg).__name__}>"
        ours = record.name == OURS or record.name.startswith(OURS + ".")
        if not ours and not (record.args and _PLACE.search(template)):
            return f"<said at {short_file(record.pathname)}:{record.lineno}>"
        if not record.args:
            return template
        arguments = (
            {name: safe(value) for name, value in record.args.items()}
            if isinstance(record.args, Mapping)
            else tuple(safe(value) for value in record.args)
        )
        try:
            return template % arguments
        except (TypeError, ValueError, KeyError):
            return _PLACE.sub("<value>", template)


class _QuietFile(logging.handlers.RotatingFileHandler):
    """A log that says nothing where it cannot be written: Python would print the line's values to the terminal."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Let the line go."""


class LogFile:
    """The log in ``folder``: a file of at most 1 MB and two older ones, for all loggers. Close it at the end."""

    def __init__(self, folder: Path, *, level: int = logging.INFO, root: logging.Logger | None = None) -> None:
        """Begin to log; ``root`` is the logger to listen on, the root logger without it."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root = root if root is not None else logging.getLogger()
        self._handler = _QuietFile(
            folder / "pactoria.log", maxBytes=_BYTES_KEPT, backupCount=_FILES_KEPT - 1, encoding="utf-8", delay=True
        )
        self._handler.setLevel(level)
        self._handler.setFormatter(RedactingFormatter())
        self._root.addHandler(self._handler)
        self._former = self._root.level
        self._root.setLevel(min(level, self._former) if self._former else level)

    def close(self) -> None:
        """End logging and give the logger back its level."""
        self._root.removeHandler(self._handler)
        self._root.setLevel(self._former)
        self._handler.close()
