"""Holds the documentation against the repository: links lead to files, commands exist, no machine's own paths."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
MACHINE = re.compile(r"(?<![\w.])/(?:root|home|work|Users|tmp)/[\w.-]")
COMMAND = re.compile(r"^(?:\$ )?pactoria ([a-z][a-z-]+)", re.MULTILINE)
ADDRESS = re.compile(r"pypi\.org|pythonhosted|index-url|simple/", re.IGNORECASE)


def tracked_files() -> list[Path]:
    """Every file that git tracks, as absolute paths."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listing.decode("utf-8").split("\0") if name]


def broken_links(page: Path) -> list[str]:
    """Relative links of a Markdown page that lead nowhere."""
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target and not target.startswith("mailto:")]
    return [f"{page.relative_to(ROOT)} links to {target}, which is missing" for target in local
            if not (page.parent / target).exists()]  # fmt: skip


def unknown_commands(page: Path, known: set[str]) -> list[str]:
    """Commands that a page shows and the command line does not have."""
    shown = set(COMMAND.findall(page.read_text(encoding="utf-8")))
    return [f"{page.relative_to(ROOT)} shows pactoria {name}, which is not a command" for name in sorted(shown - known)]


def machine_traces(file: Path) -> list[str]:
    """Lines of a text file that name a path of one machine or a registry's address."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []
    here = file.relative_to(ROOT)
    if here.parts[0] == ".ci" and here.name == "documentation.py":
        return []
    return [f"{here}:{number} names a path or address of one machine" for number, line in enumerate(lines, 1)
            if MACHINE.search(line) or (ADDRESS.search(line) and "://" in line)]  # fmt: skip


def main() -> int:
    """Print what does not hold; 1 when there is something."""
    sys.path.insert(0, str(ROOT))
    from pactoria_desktop.cli.main import command_names

    known = set(command_names())
    problems: list[str] = []
    help_text = ""
    for file in tracked_files():
        problems += machine_traces(file)
        if file.suffix == ".md":
            problems += broken_links(file)
            problems += unknown_commands(file, known)
            if "resources/help" in str(file):
                help_text += file.read_text(encoding="utf-8")
    problems += [f"resources/help does not explain pactoria {name}" for name in sorted(known) if name not in help_text]
    for problem in problems:
        sys.stderr.write(problem + "\n")
    sys.stdout.write(f"Documentation: {len(problems)} problems\n")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
