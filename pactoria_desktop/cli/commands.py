"""Every command with its words; what it does lies in the module that its handler names."""

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import Any

Configure = Callable[[argparse.ArgumentParser], None]


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a Word, PDF, Markdown or text file, or a contract of the library")


def _out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", required=True, metavar="OUT", help="the Word file to write")


def _author(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--author", metavar="NAME", help="who the tracked changes are by")
    _date(parser)


def _date(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--date", metavar="ISO", help="the date of the tracked changes, as 2026-11-22T12:00:00Z")


def _selection(parser: argparse.ArgumentParser) -> None:
    _file(parser)
    _out(parser)
    parser.add_argument("--author", metavar="NAME", action="append", help="only changes by this author")
    parser.add_argument("--id", metavar="ID", dest="ids", nargs="+", action="extend", help="only these changes")
    parser.add_argument("--kind", metavar="KIND", action="append", help="only changes of this kind")
    parser.add_argument("--since", metavar="DATE", help="only changes from this date on")
    parser.add_argument("--until", metavar="DATE", help="only changes up to this date")
    parser.add_argument("--round", metavar="N", type=int, help="only changes of this round")


def _edit(parser: argparse.ArgumentParser) -> None:
    _file(parser)
    parser.add_argument("--ops", required=True, metavar="OPS", help="a JSON file, - for standard input, or the JSON")
    _out(parser)
    parser.add_argument("--clean", action="store_true", help="without tracking")
    _author(parser)


def _compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD")
    parser.add_argument("new", metavar="NEW")
    _out(parser)
    _author(parser)


def _merge(parser: argparse.ArgumentParser) -> None:
    for name in ("base", "mine", "theirs"):
        parser.add_argument(name, metavar=name.upper())
    _out(parser)
    parser.add_argument("--mine-author", metavar="NAME", default="Mine")
    parser.add_argument("--theirs-author", metavar="NAME", default="Theirs")
    _date(parser)


def _check_received(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sent", metavar="SENT")
    parser.add_argument("received", metavar="RECEIVED")


def _convert(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="IN")
    parser.add_argument("target", metavar="OUT")


def _review(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", metavar="FILE", nargs="+")
    parser.add_argument("--playbook", metavar="NAME|FILE", help="rules to hold the contract against")
    parser.add_argument(
        "--fail-on", metavar="LEVEL", choices=("high", "medium", "low"), help="exit 1 from this level on"
    )
    parser.add_argument("--today", metavar="DATE", help="the day that deadlines are counted from, as 2026-11-22")


def _playbook(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("task", choices=("test", "backtest", "list"))
    parser.add_argument("files", metavar="FILE", nargs="*")
    parser.add_argument("--against", metavar="FOLDER", help="contracts to try a changed playbook on")


def _import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", metavar="FILE", nargs="+")
    parser.add_argument("--folder", metavar="NAME", default="")


def _list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", metavar="NAME")


def _search(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", metavar="QUERY")
    parser.add_argument("--most", metavar="N", type=int, default=50)


def _export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID")
    parser.add_argument("out", metavar="OUT")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--clean", action="store_const", const="clean", dest="mode")
    mode.add_argument("--redline", action="store_const", const="redline", dest="mode")
    mode.add_argument("--original", action="store_const", const="original", dest="mode")
    parser.set_defaults(mode="redline")


def _backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="OUT")


def _restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="IN")


def _verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("subject", metavar="ID|EXPORT")
    parser.add_argument("--out", metavar="EXPORT", help="write the history there, to be verified elsewhere")


def _sign_in(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="address of the platform")
    parser.add_argument("--device", action="store_true", help="show letters to type on another device")


def _sync(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--allow-removal", action="store_true", help="also where very much of an organization is gone on the platform"
    )


def _nothing(parser: argparse.ArgumentParser) -> None:
    """No words of its own."""


def _templates(parser: argparse.ArgumentParser) -> None:
    from pactoria_desktop.cli.templates import configure

    configure(parser)


def _platform(parser: argparse.ArgumentParser) -> None:
    from pactoria_desktop.cli.platform import configure

    configure(parser)


COMMANDS: dict[str, tuple[str, str, Configure]] = {
    "text": ("documents", "print the text of a contract", _file),
    "outline": ("documents", "print every paragraph with its number", _file),
    "revisions": ("documents", "list tracked changes and comments", _file),
    "accept": ("documents", "accept tracked changes, all or some", _selection),
    "reject": ("documents", "reject tracked changes, all or some", _selection),
    "edit": ("documents", "apply edits as tracked changes", _edit),
    "compare": ("redlines", "write what changed from OLD to NEW as tracked changes on OLD", _compare),
    "merge": ("redlines", "bring two edited copies of one contract together", _merge),
    "check-received": ("redlines", "find what the other side changed without marking it", _check_received),
    "convert": ("documents", "write a contract in another format, chosen by the endings", _convert),
    "review": ("reviews", "analyse contracts offline", _review),
    "playbook": ("reviews", "run a playbook's own examples, or try a change of it", _playbook),
    "templates": ("templates", "list, show and fill templates", _templates),
    "import": ("library", "bring files into the library", _import),
    "list": ("library", "list the library", _list),
    "search": ("library", "search the library's contracts", _search),
    "export": ("library", "write a contract of the library as a Word file", _export),
    "backup": ("library", "write an encrypted copy of the library", _backup),
    "restore": ("library", "put a backup in the place of the library", _restore),
    "verify": ("library", "verify the history of a contract", _verify),
    "sign-in": ("syncing", "sign this device in to a platform", _sign_in),
    "sign-out": ("syncing", "sign this device out; everything on it stays", _nothing),
    "sync": ("syncing", "exchange with the platform everything that waits", _sync),
    "platform": ("platform", "run the platform that a team syncs with", _platform),
}


def add_to(names: "argparse._SubParsersAction[Any]") -> None:
    """Add every command to the command line."""
    for name, (module, title, configure) in COMMANDS.items():
        parser = names.add_parser(name, help=title, description=title[0].upper() + title[1:] + ".", allow_abbrev=False)
        configure(parser)
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        parser.add_argument(
            "--key-file", metavar="FILE", help="holds the passphrase of the library, or its recovery key"
        )
        parser.set_defaults(handler=_handler(module, name))


def _handler(module: str, name: str) -> Callable[[argparse.Namespace], int]:
    def handle(arguments: argparse.Namespace) -> int:
        found = import_module(f"pactoria_desktop.cli.{module}")
        status: int = getattr(found, name.replace("-", "_") + "_command")(arguments)
        return status

    return handle
