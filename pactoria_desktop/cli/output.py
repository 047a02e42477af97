"""What commands print: the result alone on standard output, everything else on standard error."""

import json
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from pactoria_desktop.cli.errors import UsageError

_SURROGATE = re.compile("[\ud800-\udfff]")  # in names of files that are no UTF-8


def print_json(value: object) -> None:
    """One JSON document in UTF-8, ended by a newline."""
    words = json.dumps(value, ensure_ascii=False, indent=1)
    write(_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", words) + "\n")


def print_lines(lines: Iterable[str]) -> None:
    """Lines of a result that is read by people."""
    write("".join(f"{line}\n" for line in lines))


def write(text: str) -> None:
    """Text as it stands, in UTF-8 and with its own newlines, whatever the terminal's encoding.

    Bytes of a file's name that are no UTF-8 are given back as they are. Raises BrokenPipeError when nobody reads any
    more, UsageError where the result cannot be written.
    """
    if sys.stdout is None:
        raise UsageError("Standard output is closed, so there is nowhere to write the result; leave it open.")
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        leave_standard_output()
        raise UsageError(
            f"The result could not be written to standard output ({error.strerror}); send it to another place."
        ) from error


def leave_standard_output() -> None:
    """Let the end of the program write nothing more to a standard output that takes nothing."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - stays open so that exit does not write


def save(target: str, data: bytes) -> None:
    """Write a result to a file, old or new and never half. Raises WriteError, UsageError for the library's files."""
    from pactoria_desktop.runtime.files import write_atomically

    refuse_own(target)
    write_atomically(Path(target), data)


def refuse_own(target: str) -> None:
    """Raises UsageError where a result would take the place of a file of the library."""
    from pactoria_desktop.runtime.files import write_error
    from pactoria_desktop.runtime.paths import home

    try:
        owned = home(os.environ).owns(Path(target))
    except OSError as error:  # a current folder that is gone
        raise write_error(Path(target), error) from error
    if owned:
        raise UsageError(f"{target} belongs to the library itself; nothing was written; choose another name.")


def one_line(text: str) -> str:
    """Words on one line."""
    return " ".join(text.split())


def plain(text: str) -> str:
    """Somebody else's words for one line of a terminal: what is not printed, as what steers a terminal, is left out."""
    kept = (one for one in text if one.isprintable() or one.isspace() or _SURROGATE.match(one))
    return one_line("".join(kept))


def message(sentence: str) -> None:
    """Progress and remarks, on standard error where it is open."""
    if sys.stderr is not None:
        sys.stderr.write(sentence + "\n")
        sys.stderr.flush()
