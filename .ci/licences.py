"""Lists the licence of every installed dependency and refuses those that the project may not use.

A dependency passes when one of the licences it offers is permissive, MPL-2.0 or LGPL. Build and test tools are listed
with the rest; GPL alone is allowed to none.
"""

import re
import sys
from importlib.metadata import Distribution, distributions

ALLOWED = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|LGPL|Lesser|Unlicense|CC0|Zlib|HPND|OFL|"
    r"Open Font|0BSD|Historical Permission|Public Domain|Boost|BSL-1)",
    re.IGNORECASE,
)
IN_FILES = {
    "MIT License": "MIT",
    "Apache License": "Apache-2.0",
    "Mozilla Public License": "MPL-2.0",
    "Permission is hereby granted, free of charge": "MIT",
    "This software is provided 'as-is', without any express or implied warranty": "Zlib",
}
FORBIDDEN = re.compile(r"\b(AGPL|GPL|Affero|GNU General Public)", re.IGNORECASE)


def licence_of(distribution: Distribution) -> str:
    """What a distribution says of its licence: expression, classifiers, then the first line of the free field."""
    metadata = distribution.metadata
    expression = metadata.get("License-Expression")
    if expression:
        return expression
    classifiers = [
        line.rpartition("::")[2].strip()
        for line in metadata.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    named = [line for line in classifiers if line != "OSI Approved"]
    if named:
        return " OR ".join(named)
    free = (metadata.get("License") or "").strip().splitlines()
    return free[0] if free else ""


def licence_in_files(distribution: Distribution) -> str:
    """The name of a well-known licence whose text the distribution carries."""
    for file in distribution.files or []:
        if re.search(r"(LICEN[CS]E|COPYING)", file.name, re.IGNORECASE):
            text = str(file.locate().read_text(encoding="utf-8", errors="replace"))[:3000]
            for words, name in IN_FILES.items():
                if words in " ".join(text.split()):
                    return name
    return ""


def main() -> int:
    """Print the table; 1 when a licence is unknown or not allowed."""
    failures = []
    for distribution in sorted(distributions(), key=lambda item: item.metadata["Name"].lower()):
        name = distribution.metadata["Name"]
        licence = licence_of(distribution) or licence_in_files(distribution)
        sys.stdout.write(f"{name} {distribution.version}: {licence or 'unknown'}\n")
        offers = re.split(r"\s+OR\s+|;|,", licence)
        if not any(ALLOWED.search(offer) for offer in offers if not FORBIDDEN.search(offer)):
            failures.append(f"{name}: {licence or 'no licence found'}")
    if failures:
        sys.stderr.write("Licences that the project may not use: " + "; ".join(failures) + "\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
