"""Commands on a bare file: text, outline, revisions, accept, reject, edit, convert."""

import argparse
import os
import sys
from pathlib import Path

from pactoria_desktop.cli.errors import UsageError
from pactoria_desktop.cli.library import from_library
from pactoria_desktop.cli.output import one_line, print_json, print_lines, save, write
from pactoria_desktop.contract.rounds import moment
from pactoria_desktop.runtime.limits import limit_memory
from pactoria_desktop.services.sources import Source, read_source

KINDS = ("insertion", "deletion", "move_from", "move_to", "format", "paragraph_mark", "row", "cell")
DEFAULT_AUTHOR = "Pactoria"
LONGEST_NAME = 255


def source_of(arguments: argparse.Namespace, name: str) -> Source:
    """The file or library contract that a word names."""
    limit_memory()
    return read_source(name, lambda id: from_library(arguments, id))


def checked_date(date: str | None) -> str | None:
    """A date for tracked changes as Word writes it. Raises UsageError."""
    if date is None:
        return None
    when = moment(date)
    if when is None:
        raise UsageError(f"--date {date} is not a date; write it as 2026-01-31T18:00:00Z.")
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def checked_author(name: str | None, option: str) -> str:
    """A name that tracked changes can carry; without one the program's own. Raises UsageError."""
    if not name or not name.strip():
        return DEFAULT_AUTHOR
    if not name.isprintable() or len(name) > LONGEST_NAME:
        raise UsageError(f"{option} is not a name: it holds characters that cannot be written, or too many of them.")
    return name.strip()


def text_command(arguments: argparse.Namespace) -> int:
    """Print the text."""
    from pactoria_desktop.contract.accepted import text_sha256
    from pactoria_desktop.services.files import text_of

    text = text_of(source_of(arguments, arguments.file))
    if arguments.json:
        print_json({"text": text, "text_sha256": text_sha256(text)})
    else:
        write(text)
    return 0


def outline_command(arguments: argparse.Namespace) -> int:
    """Print every paragraph with its number."""
    from pactoria_desktop.contract.outline import outline, to_json
    from pactoria_desktop.services.files import contract_of

    rows = outline(contract_of(source_of(arguments, arguments.file)))
    if arguments.json:
        print_json(to_json(rows))
    else:
        print_lines(f"{row.label}\t{row.text}" if row.label else row.text for row in rows)
    return 0


def revisions_command(arguments: argparse.Namespace) -> int:
    """List tracked changes and comments."""
    from pactoria_desktop.services.files import revisions_of

    found = revisions_of(source_of(arguments, arguments.file))
    if arguments.json:
        print_json(found)
        return 0
    for kind in ("revisions", "comments"):
        for each in found[kind]:
            words = one_line(str(each["text"]))
            print_lines([f"{each['id']}\t{each.get('kind', 'comment')}\t{each['author']}\t{each['date']}\t{words}"])
    return 0


def accept_command(arguments: argparse.Namespace) -> int:
    """Accept tracked changes."""
    return _resolve(arguments, accept=True)


def reject_command(arguments: argparse.Namespace) -> int:
    """Reject tracked changes."""
    return _resolve(arguments, accept=False)


def _resolve(arguments: argparse.Namespace, *, accept: bool) -> int:
    from pactoria_desktop.documents.tracked import Selection
    from pactoria_desktop.services.files import resolve

    for kind in arguments.kind or ():
        if kind not in KINDS:
            raise UsageError(f"--kind {kind} is not a kind of change; it is one of {', '.join(KINDS)}.")
    for option in ("since", "until"):
        date = getattr(arguments, option)
        if date is not None and moment(date) is None:
            raise UsageError(f"--{option} {date} is not a date; write it as 2026-01-31 or 2026-01-31T18:00:00Z.")
    selection = Selection(
        ids=frozenset(arguments.ids) if arguments.ids else None,
        authors=frozenset(arguments.author) if arguments.author else None,
        kinds=frozenset(arguments.kind) if arguments.kind else None,
        since=arguments.since,
        until=arguments.until,
        round=arguments.round,
    )
    resolved = resolve(source_of(arguments, arguments.file), selection, accept=accept)
    save(arguments.out, resolved.data)
    return report(arguments, resolved.to_json(accept))


def edit_command(arguments: argparse.Namespace) -> int:
    """Apply operations."""
    from pactoria_desktop.replica.identity import Identity
    from pactoria_desktop.runtime.clock import SystemClock
    from pactoria_desktop.services.files import edit
    from pactoria_desktop.services.operations import parse_operations

    edited = edit(
        source_of(arguments, arguments.file),
        parse_operations(_operations(arguments.ops)),
        identity=Identity(checked_author(arguments.author, "--author"), ""),
        clock=SystemClock(),
        clean=arguments.clean,
        date=checked_date(arguments.date),
    )
    save(arguments.out, edited.data)
    return report(arguments, edited.to_json())


def _operations(word: str) -> str:
    """The JSON that ``--ops`` names. A file that is there goes before JSON that would read the same."""
    if word == "-":
        if sys.stdin is None:
            raise UsageError("--ops - reads standard input, which is closed; give a file or the list itself.")
        return _utf8(sys.stdin.buffer.read(), "standard input")
    if os.path.exists(word):
        return _utf8(Path(word).read_bytes(), word)
    if word.lstrip().startswith(("[", "{")):
        return word
    raise UsageError(f"--ops {word[:80]} is neither a file nor JSON; give a path, - or the list itself.")


def _utf8(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"The operations in {name} are not text in UTF-8; save them as UTF-8.") from error


def convert_command(arguments: argparse.Namespace) -> int:
    """Write a contract in another format."""
    from pactoria_desktop.cli.main import printed
    from pactoria_desktop.services.converting import convert

    target = Path(arguments.target)
    data = convert(source_of(arguments, arguments.source), target.suffix.lower(), target.name, printed)
    save(arguments.target, data)
    return report(arguments, {"written": str(target), "bytes": len(data)})


def report(arguments: argparse.Namespace, counts: dict[str, object]) -> int:
    """Print the counts of a command that wrote a file."""
    if arguments.json:
        print_json(counts)
    else:
        print_lines(
            f"{name.replace('_', ' ')}: {value}" for name, value in counts.items() if not isinstance(value, dict)
        )
    return 0
