"""Commands on the platform: serve, migrate, check. The only module of the command line that starts the server."""

import argparse
import importlib.util
from typing import TYPE_CHECKING

from pactoria_desktop.cli.errors import UsageError
from pactoria_desktop.cli.output import message, print_json, print_lines, write

if TYPE_CHECKING:
    from pactoria_desktop.platform.settings import PlatformSettings

DONE, REFUSED = 0, 2


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of ``pactoria platform``."""
    tasks = parser.add_subparsers(dest="task", metavar="TASK", required=True)
    for name, title in TASKS.items():
        task = tasks.add_parser(name, help=title, description=title[0].upper() + title[1:] + ".", allow_abbrev=False)
        task.add_argument(
            "--data", metavar="FOLDER", dest="platform_data", help="folder of all that the platform keeps"
        )
        task.add_argument("--json", action="store_true", help="print one JSON document")
        if name == "serve":
            task.add_argument("--host", metavar="ADDRESS", help="address to listen on (127.0.0.1)")
            task.add_argument("--port", metavar="PORT", help="port to listen on (8440; 0 for a free one)")


TASKS = {
    "serve": "run the platform until it is told to stop",
    "migrate": "bring the database to this program's form",
    "check": "look for everything that would keep the platform from serving",
}


def platform_command(arguments: argparse.Namespace) -> int:
    """Do what the task says. Raises UsageError where the extra ``platform`` is not installed."""
    if importlib.util.find_spec("fastapi") is None:
        raise UsageError(
            "The platform's packages are not installed; run pip install 'pactoria-desktop[platform]' and try again."
        )
    return {"serve": _serve, "migrate": _migrate, "check": _check}[arguments.task](arguments)


def _settings(arguments: argparse.Namespace) -> "PlatformSettings":
    from pactoria_desktop.platform.settings import platform_settings

    words = {name: getattr(arguments, name, None) for name in ("platform_data", "host", "port")}
    return platform_settings(words)


def _serve(arguments: argparse.Namespace) -> int:
    from pactoria_desktop.platform.operations.serving import Announcement, serve
    from pactoria_desktop.runtime.clock import SystemClock

    def announce(said: Announcement) -> None:
        write((said.as_json() if arguments.json else said.as_words()) + "\n")

    serve(_settings(arguments), SystemClock(), announce)
    return DONE


def _migrate(arguments: argparse.Namespace) -> int:
    from pactoria_desktop.platform.database.migrating import migrate
    from pactoria_desktop.platform.opening import database_addresses

    with database_addresses(_settings(arguments)) as addresses:
        before, after = migrate(addresses.owner)
    if arguments.json:
        print_json({"before": before, "after": after})
    else:
        print_lines(
            [
                f"The database has form {after}."
                if before == after
                else f"Brought from {before or 'nothing'} to {after}."
            ]
        )
    return DONE


def _check(arguments: argparse.Namespace) -> int:
    from pactoria_desktop.platform.operations.checking import problems
    from pactoria_desktop.platform.settings import PlatformSettingsError

    try:
        found = list(problems(_settings(arguments)))
    except PlatformSettingsError as error:
        found = list(error.problems)
    if arguments.json:
        print_json({"problems": found})
    else:
        print_lines(found or ["The settings are whole and the parts they name answer."])
    if found:
        message(f"{len(found)} to correct before the platform can serve; correct and check again.")
    return REFUSED if found else DONE
