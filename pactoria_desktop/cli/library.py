"""Commands on the library: import, list, search, export, backup, restore, verify."""

import argparse
import getpass
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pactoria_desktop.cli.errors import UsageError
from pactoria_desktop.cli.output import message, one_line, plain, print_json, print_lines, refuse_own, save
from pactoria_desktop.services.sources import Source, SourceError, read_source, readable_in

LONGEST_NAME = 255

if TYPE_CHECKING:
    from pactoria_desktop.runtime.secrets import PassphraseSources
    from pactoria_desktop.services.library import LibraryService


def prompt(choosing: bool) -> str | None:
    """Ask for the passphrase on the terminal; None when it is declined."""
    question = "Choose a passphrase for the library: " if choosing else "Passphrase of the library: "
    try:
        first = getpass.getpass(question)
        if choosing and first and getpass.getpass("The same once more: ") != first:
            raise UsageError("The two passphrases differ; nothing was made; try again.")
    except EOFError:
        return None
    return first or None


def passphrases(arguments: argparse.Namespace) -> "PassphraseSources":
    """Where this command's passphrase may come from."""
    from pactoria_desktop.services.keys import passphrase_sources

    terminal = sys.stdin is not None and sys.stdin.isatty()
    return passphrase_sources(os.environ, arguments.key_file, prompt if terminal else None)


@contextmanager
def service(arguments: argparse.Namespace, *, create: bool) -> Iterator["LibraryService"]:
    """The library of this device."""
    from pactoria_desktop.runtime.clock import SystemClock
    from pactoria_desktop.runtime.paths import home
    from pactoria_desktop.services.library import library_service

    with library_service(home(os.environ), passphrases(arguments), SystemClock(), create=create) as found:
        yield found
        for remark in found.remarks:
            message(remark)


def from_library(arguments: argparse.Namespace, id: str) -> Source:
    """A contract of the library as a file."""
    with service(arguments, create=False) as found:
        return found.source(id)


def import_command(arguments: argparse.Namespace) -> int:
    """Bring files and folders into the library, each with its outcome."""
    rows: list[dict[str, object]] = []
    if len(arguments.folder) > LONGEST_NAME or not arguments.folder.isprintable():
        raise UsageError("--folder is not a name: it holds characters that cannot be written, or too many of them.")
    with service(arguments, create=True) as library:
        for name in arguments.files:
            for row in _brought_in(library, name, arguments.folder):
                rows.append(row)
                if not arguments.json:
                    print_lines([f"{row['outcome']}\t{row['id'] or ''}\t{one_line(str(row['message']))}"])
    if arguments.json:
        print_json({"files": rows})
    refused = [row for row in rows if row["outcome"] == "refused"]
    if refused and len(rows) == 1:
        raise UsageError(str(refused[0]["message"]))
    return 1 if refused else 0


def _brought_in(library: "LibraryService", name: str, folder: str) -> Iterator[dict[str, object]]:
    """What became of each file that a word names: itself, or those in the folder that it is."""
    try:
        names = readable_in(name) if os.path.isdir(name) else [name]
    except SourceError as error:
        yield _refused(name, error)
        return
    for each in names:
        try:
            source = read_source(each)
        except SourceError as error:
            yield _refused(each, error)
        else:
            yield from (result.to_json() for result in library.bring_in((source,), folder.strip()))


def _refused(name: str, error: SourceError) -> dict[str, object]:
    return {"file": name, "outcome": "refused", "id": None, "title": "", "message": error.sentence}


def list_command(arguments: argparse.Namespace) -> int:
    """List the library."""
    with service(arguments, create=True) as library:
        rows = library.rows(arguments.folder)
    if arguments.json:
        print_json({"contracts": [asdict(row) for row in rows]})
    else:
        print_lines(f"{row.id}\t{row.changed}\t{plain(row.title)}" for row in rows)
    return 0


def search_command(arguments: argparse.Namespace) -> int:
    """Search the library."""
    if not 1 <= arguments.most <= 10_000:
        raise UsageError(f"--most {arguments.most} is not possible; give a number from 1 to 10000.")
    with service(arguments, create=True) as library:
        rows = library.search(arguments.query, arguments.most)
    if arguments.json:
        print_json({"contracts": rows})
    else:
        print_lines(f"{row['id']}\t{plain(str(row['title']))}\t{plain(str(row['excerpt']))}" for row in rows)
    return 0


def export_command(arguments: argparse.Namespace) -> int:
    """Write a contract of the library as a Word file."""
    target = Path(arguments.out)
    if target.suffix.lower() != ".docx":
        raise UsageError(f"{arguments.out} must end in .docx; for other formats use `pactoria convert`.")
    with service(arguments, create=False) as library:
        data = library.export(arguments.id, arguments.mode)
    save(arguments.out, data)
    if arguments.json:
        print_json({"written": str(target), "bytes": len(data), "mode": arguments.mode})
    return 0


def backup_command(arguments: argparse.Namespace) -> int:
    """Write an encrypted copy of the library."""
    from pactoria_desktop.services.library import back_up_to

    refuse_own(arguments.out)
    sources = passphrases(arguments)
    with service(arguments, create=False) as library:
        passphrase = sources.given()
        back_up_to(library, Path(arguments.out), passphrase)
    if passphrase is None:
        message("No passphrase was given, so this library's key or its recovery key alone opens the backup.")
    if arguments.json:
        print_json({"written": arguments.out, "bytes": Path(arguments.out).stat().st_size})
    return 0


def restore_command(arguments: argparse.Namespace) -> int:
    """Put a backup in the place of the library."""
    from pactoria_desktop.runtime.clock import SystemClock
    from pactoria_desktop.runtime.paths import home
    from pactoria_desktop.services.library import restore_from

    former = restore_from(Path(arguments.source), home(os.environ), passphrases(arguments), SystemClock().now)
    if former is not None:
        message(f"The library that was there lies in {former}.")
    if arguments.json:
        print_json({"restored": arguments.source, "former": str(former) if former else None})
    return 0


def verify_command(arguments: argparse.Namespace) -> int:
    """Verify the history of a contract, an export of one, or an export of a platform's audit log."""
    if os.path.exists(arguments.subject):
        report = _verify_export(Path(arguments.subject))
    else:
        with service(arguments, create=False) as library:
            report = library.verify(arguments.subject)
            if arguments.out is not None:
                history = json.dumps(library.history_export(arguments.subject), ensure_ascii=False, indent=1)
                save(arguments.out, history.encode("utf-8"))
    problems = report["problems"]
    if arguments.json:
        print_json(report)
    elif problems:
        print_lines(each["sentence"] for each in problems)  # type: ignore[attr-defined]
    elif "entries" in report:
        count = "1 entry" if report["entries"] == 1 else f"{report['entries']} entries"
        print_lines([f"The audit log is whole: {count}, last {report['last_hash']}."])
    else:
        count = "1 version" if report["versions"] == 1 else f"{report['versions']} versions"
        apart = report.get("saved_apart")
        lines = " Some were saved apart, on two devices that did not know of each other." if apart else ""
        print_lines([f"The history is whole: {count}, last {report['last_hash']}.{lines}"])
    return 1 if problems else 0


def _verify_export(path: Path) -> dict[str, object]:
    from pactoria_desktop.contract.history import (
        HistoryProblem,
        former_of,
        heads_of,
        problems_of,
        read_history,
        saved_apart,
    )
    from pactoria_desktop.protocol.audit import is_export

    content = path.read_bytes()
    if is_export(content):
        return _verify_audit(content)
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not an export of a history, or it is damaged; export it again.") from error
    try:
        versions = read_history(value)
    except ValueError as error:
        raise UsageError(f"{path} cannot be verified: {error}") from error
    problems, apart = [asdict(each) for each in problems_of(versions)], saved_apart(versions)
    if not versions:
        problems = [asdict(HistoryProblem("missing", 1, "The export holds no version, though each history has one."))]
    return {
        "id": versions[0].contract if versions else None,
        "title": None,
        "versions": len(versions),
        "last_hash": former_of(heads_of(versions)) if versions else None,
        "saved_apart": [each.number for each in versions if each.id in apart],
        "problems": problems,
    }


def _verify_audit(content: bytes) -> dict[str, object]:
    from pactoria_desktop.protocol.audit import verify_export

    verdict = verify_export(content)
    return {
        "organization": verdict.organization,
        "entries": verdict.entries,
        "last_hash": verdict.last_hash,
        "problems": [asdict(each) for each in verdict.problems],
    }
