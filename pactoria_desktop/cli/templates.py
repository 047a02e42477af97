"""``pactoria templates``: list, show and fill templates."""

import argparse
import json
import sys
from pathlib import Path

from pactoria_desktop.cli.errors import UsageError
from pactoria_desktop.cli.output import print_json, print_lines, save

MOST_BYTES = 16 * 1024 * 1024


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("task", choices=("list", "show", "fill"), help="what to do")
    parser.add_argument("name", metavar="NAME", nargs="?", help="a template's name, or the path of its Word file")
    values = parser.add_mutually_exclusive_group()
    values.add_argument("--values", metavar="VALUES", help="a JSON file, - for standard input, or the JSON")
    values.add_argument("--csv", metavar="CSV", help="a table with a contract in each row")
    parser.add_argument("--out", metavar="OUT", help="the Word file to write, with --csv the folder")


def templates_command(arguments: argparse.Namespace) -> int:
    """List, show or fill templates."""
    if arguments.task == "list":
        return _list(arguments)
    if not arguments.name:
        raise UsageError(f"pactoria templates {arguments.task} takes the name of a template, or the path of one.")
    if arguments.task == "show":
        return _show(arguments)
    if not arguments.out or not (arguments.values or arguments.csv):
        raise UsageError("pactoria templates fill takes --values VALUES or --csv CSV, and --out OUT.")
    return _fill_many(arguments) if arguments.csv else _fill(arguments)


def _list(arguments: argparse.Namespace) -> int:
    from pactoria_desktop.services.filling import shipped_templates

    rows = [
        {
            "name": one.definition.id,
            "title": one.definition.title,
            "category": one.definition.category,
            "jurisdiction": one.definition.jurisdiction,
            "language": one.definition.language,
            "summary": one.definition.summary,
        }
        for one in shipped_templates()
    ]
    if arguments.json:
        print_json({"templates": rows})
    else:
        print_lines(f"{row['name']}\t{row['title']}\t{row['category']}\t{row['jurisdiction']}" for row in rows)
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from pactoria_desktop.services.filling import template_named

    template = template_named(arguments.name)
    definition = template.definition
    if arguments.json:
        print_json(
            {
                "template": definition.model_dump(mode="json", exclude_none=True),
                "package_sha256": template.content.package_sha256,
            }
        )
        return 0
    lines = [definition.title, definition.summary, definition.notice, ""]
    for one in definition.variables:
        needed = "required" if one.required else "optional"
        asked = ", asked under a condition" if one.when is not None else ""
        lines.append(f"{one.id}\t{one.kind}\t{needed}{asked}\t{one.label}")
    lines += [f"{one.id}\tslot\t{'required' if one.required else 'optional'}\t{one.title}" for one in definition.slots]
    print_lines(line for line in lines if line is not None)
    return 0


def _fill(arguments: argparse.Namespace) -> int:
    from pactoria_desktop.runtime.clock import SystemClock
    from pactoria_desktop.services.filling import fill, template_named

    template = template_named(arguments.name)
    raw = _values(arguments.values)
    made = fill(template, raw, SystemClock())
    save(arguments.out, made.data)
    for notice in made.notices:
        sys.stderr.write(f"{notice}\n")
    if arguments.json:
        print_json({"file": arguments.out, "notices": list(made.notices)})
    return 0


def _fill_many(arguments: argparse.Namespace) -> int:
    from pactoria_desktop.runtime.clock import SystemClock
    from pactoria_desktop.services.filling import fill_with, rows_of, template_named

    template = template_named(arguments.name)
    rows = rows_of(template, _bytes(arguments.csv), arguments.csv)
    folder = Path(arguments.out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"The folder {folder} cannot be made ({error.strerror}); choose another with --out."
        ) from error
    made = []
    for number, values in enumerate(rows, 1):
        target = folder / f"{template.definition.id}-{number:04}.docx"
        contract = fill_with(template, values, SystemClock())
        save(str(target), contract.data)
        made.append({"row": number, "file": str(target), "notices": list(contract.notices)})
    if arguments.json:
        print_json({"files": made})
    else:
        print_lines(str(one["file"]) for one in made)
    return 0


def _values(words: str) -> dict[str, object]:
    if words == "-":
        text = sys.stdin.buffer.read(MOST_BYTES + 1)
    elif words.lstrip().startswith(("{", "[")):
        text = words.encode("utf-8", "surrogateescape")
    else:
        text = _bytes(words)
    if len(text) > MOST_BYTES:
        raise UsageError(f"The values are larger than {MOST_BYTES // 2**20} MB; no contract needs that many.")
    try:
        found = json.loads(text.decode("utf-8-sig"), parse_float=_no_fraction, parse_constant=_no_fraction)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise UsageError(f"The values are not well-formed JSON in UTF-8 ({words[:60]}); mend them.") from error
    if not isinstance(found, dict):
        raise UsageError('The values are one JSON object, as in {"fee": "£12,500"}.')
    return found


def _no_fraction(words: str) -> str:
    """Numbers with a point stay words, so that no digit is lost."""
    return words


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}); check the path.") from error
