"""README's run command: the workbench on a reviewed sample, or the same job without a window where there is no display.

The library is temporary and its key lies in memory alone. Files are written to the folder ``out`` (or ``--out``).
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import date
from importlib.resources import as_file
from pathlib import Path

from pactoria_desktop.cli.main import open_sample, save_picture
from pactoria_desktop.cli.output import message, one_line, print_lines
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.files import write_atomically
from pactoria_desktop.runtime.resources import resource

SENT, RETURNED = "services-agreement.docx", "services-agreement-from-corvane.docx"
AUTHOR, DATE = "Ines Falk", "2026-11-22T12:00:00Z"


def has_display() -> bool:
    """Whether a window can be shown to somebody."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def without_window(sent: Path, returned: Path, out: Path) -> list[str]:
    """Write the redline, the review and a picture of the workbench; gives a line on each."""
    from pactoria_desktop.services.drafts import check_received, compare_drafts
    from pactoria_desktop.services.reviewing import Reviewer, playbook_files, playbook_named
    from pactoria_desktop.services.sources import read_source

    out.mkdir(parents=True, exist_ok=True)
    before, after = read_source(str(sent)), read_source(str(returned))
    message("Comparing the two drafts")
    redline = compare_drafts(before, after, AUTHOR, DATE)
    unmarked = check_received(before, after)
    write_atomically(out / "redline.docx", redline.data)
    message("Reviewing the contract that came back")
    name = next(iter(playbook_files()), "")
    review = Reviewer(playbook_named(name) if name else None, date(2026, 11, 22)).review(after)
    document = {"files": [{"file": returned.name, **review}]}
    write_atomically(out / "review.json", json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8"))
    message("Opening the workbench off screen")
    save_picture(returned, out / "workbench.png")
    findings = review["findings"]
    count = len(findings) if isinstance(findings, list) else 0
    return [
        f"Redline:    {out / 'redline.docx'} ({redline.counts['insertions']} insertions, "
        f"{redline.counts['deletions']} deletions)",
        f"Review:     {out / 'review.json'} ({count} findings)",
        f"Not marked: {len(unmarked)} edits that the other side made without a tracked change",
        f"Picture:    {out / 'workbench.png'}",
    ]


def main(words: Sequence[str]) -> int:
    """Do the tour."""
    parser = argparse.ArgumentParser(prog="tour", description="Show what Pactoria does on a sample contract.")
    parser.add_argument("--out", default="out", help="where to write, when there is no display")
    arguments = parser.parse_args(list(words))
    try:
        with as_file(resource("samples", SENT)) as sent, as_file(resource("samples", RETURNED)) as returned:
            if has_display():
                return open_sample(returned)
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
            print_lines(without_window(sent, returned, Path(arguments.out).resolve()))
    except PactoriaError as error:
        message(one_line(error.sentence))
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
