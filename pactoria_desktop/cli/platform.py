"""Commands on the platform: serve, migrate, check, backup, restore, jobs. No other command knows the platform."""

import argparse
import base64
import importlib.util
from dataclasses import asdict
from pathlib import Path
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
        if name == "backup":
            task.add_argument("out", metavar="OUT", help="file to write")
        if name == "jobs":
            task.add_argument("--again", action="store_true", help="try again what was given up")
        if name == "restore":
            task.add_argument("source", metavar="IN", help="file that backup wrote")
            task.add_argument("--replace", action="store_true", help="put it in the place of what is there")


TASKS = {
    "serve": "run the platform until it is told to stop",
    "migrate": "bring the database to this program's form",
    "check": "look for everything that would keep the platform from serving",
    "backup": "write all rows and files to one file, without the master key",
    "jobs": "show what waits to be done and what was given up",
    "restore": "put a backup in place, with the master key of the platform it was made of",
}


def platform_command(arguments: argparse.Namespace) -> int:
    """Do what the task says. Raises UsageError where the extra ``platform`` is not installed."""
    if importlib.util.find_spec("fastapi") is None:
        raise UsageError(
            "The platform's packages are not installed; run pip install 'pactoria-desktop[platform]' and try again."
        )
    tasks = {
        "serve": _serve, "migrate": _migrate, "check": _check, "backup": _backup, "restore": _restore, "jobs": _jobs,
    }  # fmt: skip
    return tasks[arguments.task](arguments)


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
    from pactoria_desktop.platform.opening import administered_addresses

    with administered_addresses(_settings(arguments)) as addresses:
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


def _backup(arguments: argparse.Namespace) -> int:
    from pactoria_desktop.platform.opening import administered_addresses
    from pactoria_desktop.platform.operations.backup import make_backup
    from pactoria_desktop.platform.operations.object_store import object_store
    from pactoria_desktop.runtime.clock import SystemClock

    settings, out = _settings(arguments), Path(arguments.out)
    with administered_addresses(settings) as addresses:
        report = make_backup(addresses.owner, addresses.master_key, object_store(settings), out, SystemClock())
    if arguments.json:
        print_json({"backup": str(out), **asdict(report)})
    else:
        print_lines(
            [
                f"{out} holds {report.rows} rows and {report.files} files.",
                "The master key is not in it: keep that elsewhere, because without it nothing in the backup opens.",
            ]
        )
    return DONE


def _restore(arguments: argparse.Namespace) -> int:
    from pactoria_desktop.platform.database.secrets_file import keep_master_key
    from pactoria_desktop.platform.opening import administered_addresses
    from pactoria_desktop.platform.operations.object_store import object_store
    from pactoria_desktop.platform.operations.restoring import restore

    settings = _settings(arguments)
    with administered_addresses(settings, alone=True) as addresses:
        report = restore(
            addresses.owner,
            addresses.master_key,
            object_store(settings),
            Path(arguments.source),
            replace=arguments.replace,
        )
        if settings.owns_database:
            keep_master_key(settings.platform_data, base64.b64encode(addresses.master_key).decode())
    if arguments.json:
        print_json({"restored": arguments.source, **asdict(report)})
    else:
        print_lines([f"Restored {report.rows} rows and {report.files} files; devices send anew what came later."])
    return DONE


def _jobs(arguments: argparse.Namespace) -> int:
    from pactoria_desktop.platform.opening import administered_addresses
    from pactoria_desktop.platform.operations.dead_letters import jobs_report

    with administered_addresses(_settings(arguments)) as addresses:
        report = jobs_report(addresses.owner, again=arguments.again)
    if arguments.json:
        print_json(asdict(report))
        return DONE
    lines = [f"{report.waiting} wait or are being done, {len(report.given_up)} were given up."]
    lines += [f"{one.number}  {one.kind}  {one.tries} tries, since {one.since}" for one in report.given_up]
    lines += [f"every hour: {one.title}: {one.state}" + (f", {one.last}" if one.last else "") for one in report.hourly]
    if report.again:
        lines.append(f"{report.again} are tried again.")
    print_lines(lines)
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
