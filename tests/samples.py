"""The sample contracts that come with the program, for tests."""

from pathlib import Path

from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read

SAMPLES = Path(__file__).resolve().parent.parent / "resources" / "samples"
NAMES = tuple(sorted(path.name for path in SAMPLES.glob("*.docx")))


def sample_bytes(name: str) -> bytes:
    """A sample file."""
    return (SAMPLES / name).read_bytes()


def sample_package(name: str) -> Package:
    """A sample as a package."""
    return Package(sample_bytes(name), name)


def sample_text(name: str) -> ContractText:
    """A sample as a contract text."""
    return read(sample_package(name))
