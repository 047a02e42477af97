"""A stranger's Word file read in a process with limits, which imports this module alone and so starts quickly."""

import json

from pactoria_desktop.contract.canonical import canonical_bytes, from_json, to_json
from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.documents import child


def parse_package(payload: bytes, name: str) -> bytes:
    """Read a Word file into the JSON of its contract text: what the child process does."""
    from pactoria_desktop.documents import guard
    from pactoria_desktop.documents.package import Package
    from pactoria_desktop.documents.reader import read

    guard.check(payload, name)
    return canonical_bytes(to_json(read(Package(payload, name))))


def read_in_child(data: bytes, name: str) -> ContractText:
    """A stranger's Word file read in a process with limits. Raises DocumentError."""
    return from_json(json.loads(child.run("pactoria_desktop.services.parsing:parse_package", data, name)))
