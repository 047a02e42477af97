"""Makes the templates in resources/templates from their sources: ``python packaging/templates/make.py [SOURCE ...]``.

Says every fault of every source with its line and makes nothing of one that has any. ``--out FOLDER`` writes elsewhere.
"""

import argparse
import sys
from pathlib import Path

from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.templates.package import read_template
from pactoria_desktop.templates.source import read_source
from pactoria_desktop.templates.writing import template_package

TARGET = Path(__file__).resolve().parent.parent.parent / "resources" / "templates"


def made(source: Path) -> bytes:
    """The Word file of one source, read back and checked. Raises SourceError, TemplateError."""
    data = template_package(read_source(source.read_bytes(), source.name))
    read_template(data, source.name)
    return data


def main(words: list[str]) -> int:
    """Make what is named, all sources when none is; 2 when one has a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", metavar="SOURCE", nargs="*", type=Path)
    parser.add_argument("--out", metavar="FOLDER", type=Path, default=TARGET)
    arguments = parser.parse_args(words)
    status = 0
    for source in arguments.sources or sorted((TARGET / "source").glob("*.txt")):
        try:
            data = made(source)
        except PactoriaError as error:
            faults = getattr(error, "faults", (error.sentence,))
            sys.stderr.write("".join(f"{fault}\n" for fault in faults))
            status = 2
            continue
        (arguments.out / f"{source.stem}.docx").write_bytes(data)
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
