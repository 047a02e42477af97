"""What commands print: the result alone on standard output, everything else on standard error."""

import json
import sys
from collections.abc import Iterable


def print_json(value: object) -> None:
    """One JSON document in UTF-8, ended by a newline."""
    write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def print_lines(lines: Iterable[str]) -> None:
    """Lines of a result that is read by people."""
    write("".join(f"{line}\n" for line in lines))


def write(text: str) -> None:
    """Text as it stands, in UTF-8 and with its own newlines, whatever the terminal's encoding."""
    stream = sys.stdout.buffer
    stream.write(text.encode("utf-8", "surrogatepass"))
    stream.flush()


def message(sentence: str) -> None:
    """Progress and remarks, on standard error."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()
