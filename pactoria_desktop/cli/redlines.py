"""Commands on several drafts: compare, merge, check-received."""

import argparse

from pactoria_desktop.cli.documents import checked_author, checked_date, report, source_of
from pactoria_desktop.cli.output import message, print_json, print_lines, save
from pactoria_desktop.runtime.clock import SystemClock


def moment(arguments: argparse.Namespace) -> str:
    """The date of new tracked changes: as given, else now."""
    return checked_date(arguments.date) or SystemClock().now().strftime("%Y-%m-%dT%H:%M:%SZ")


def compare_command(arguments: argparse.Namespace) -> int:
    """Write the changes from OLD to NEW as tracked changes on OLD."""
    from pactoria_desktop.services.drafts import compare_drafts

    author = checked_author(arguments.author, "--author")
    old, new = source_of(arguments, arguments.old), source_of(arguments, arguments.new)
    redline = compare_drafts(old, new, author, moment(arguments))
    save(arguments.out, redline.data)
    for remark in redline.remarks:
        message(remark)
    return report(arguments, redline.counts)


def merge_command(arguments: argparse.Namespace) -> int:
    """Bring two edited copies of one contract together."""
    from pactoria_desktop.services.drafts import merge_drafts

    mine_author = checked_author(arguments.mine_author, "--mine-author")
    their_author = checked_author(arguments.theirs_author, "--theirs-author")
    base, mine, theirs = (source_of(arguments, name) for name in (arguments.base, arguments.mine, arguments.theirs))
    merged = merge_drafts(base, mine, theirs, mine_author, their_author, moment(arguments))
    save(arguments.out, merged.data)
    for remark in merged.remarks:
        message(remark)
    if arguments.json:
        print_json(merged.to_json())
    else:
        print_lines([f"merged: {merged.merged}", f"clashes: {len(merged.clashes)}"])
    return 1 if merged.clashes else 0


def check_received_command(arguments: argparse.Namespace) -> int:
    """Find what the other side changed without marking it."""
    from pactoria_desktop.services.drafts import check_received

    sent, received = source_of(arguments, arguments.sent), source_of(arguments, arguments.received)
    findings = check_received(sent, received)
    if arguments.json:
        print_json({"findings": findings})
    else:
        print_lines(f"{each['kind']}\t{each['paragraph']}\t{each['before']}\t{each['after']}" for each in findings)
    return 1 if findings else 0
