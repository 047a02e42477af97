"""Commands that review: review, playbook."""

import argparse
from datetime import date
from typing import Any

from pactoria_desktop.cli.documents import source_of
from pactoria_desktop.cli.errors import UsageError
from pactoria_desktop.cli.output import print_json, print_lines

RANK = {"high": 3, "medium": 2, "low": 1}


def day(text: str | None) -> date:
    """A civil date; today when none is named. Raises UsageError."""
    if text is None:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--today {text} is not a date; write it as 2026-11-22.") from error


def review_command(arguments: argparse.Namespace) -> int:
    """Analyse contracts."""
    from pactoria_desktop.services.reviewing import Reviewer, playbook_named

    today = day(arguments.today)
    reviewer = Reviewer(playbook_named(arguments.playbook) if arguments.playbook else None, today)
    files: list[dict[str, Any]] = []
    worst = 0
    for name in arguments.files:
        source = source_of(arguments, name)
        result: dict[str, Any] = reviewer.review(source)
        files.append({"file": name, **result})
        worst = max([worst, *(RANK.get(str(each["severity"]), 0) for each in result["findings"])])
    if arguments.json:
        print_json({"files": files})
    else:
        for each in files:
            print_lines(_summary(each))
    return 1 if arguments.fail_on and worst >= RANK[arguments.fail_on] else 0


def _summary(file: dict[str, Any]) -> list[str]:
    lines = [f"{file['file']}"]
    for finding in file["findings"]:
        quotes = " … ".join(" ".join(each["quote"].split()) for each in finding["evidence"])
        lines.append(f"  {finding['severity']}\t{finding['title']}\t“{quotes[:160]}”" if quotes else
                     f"  {finding['severity']}\t{finding['title']}")  # fmt: skip
    for deadline in file["deadlines"]:
        lines.append(f"  {deadline['date']}\t{deadline['kind']}")
    return lines


def playbook_command(arguments: argparse.Namespace) -> int:
    """Run a playbook's own examples, list the playbooks, or try a changed one on a folder."""
    from pactoria_desktop.services import reviewing

    if arguments.task == "list":
        rows = reviewing.playbooks()
        if arguments.json:
            print_json({"playbooks": rows})
        else:
            print_lines(f"{row['name']}\t{row['title']}" for row in rows)
        return 0
    if arguments.task == "backtest":
        if len(arguments.files) != 1 or not arguments.against:
            raise UsageError("pactoria playbook backtest takes one playbook and --against FOLDER.")
        report: dict[str, Any] = reviewing.backtest(arguments.files[0], arguments.against)
        flipped = report["flips"]
        if arguments.json:
            print_json(report)
        else:
            print_lines(f"{each['file']}\t{each['rule']}\t{each['before']} became {each['after']}" for each in flipped)
        return 0
    reports = reviewing.test_playbooks(arguments.files)
    failed = [each for each in reports if not each["passed"]]
    if arguments.json:
        print_json({"rules": reports})
    else:
        for each in reports:
            print_lines(
                [f"{'passed' if each['passed'] else 'failed'}\t{each['playbook']}\t{each['rule']}\t{each['message']}"]
            )
    return 1 if failed else 0
