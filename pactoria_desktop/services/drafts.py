"""Several drafts of one contract: compare, merge, check what came back, join it into the living text."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.documents.package import Package
from pactoria_desktop.services.files import contract_of, word_file
from pactoria_desktop.services.sources import Source

if TYPE_CHECKING:
    from pactoria_desktop.contract.three_way import Clash
    from pactoria_desktop.services.comparing import ScreenComparison

# Comparing, merging and checking each need much of their own, which is imported where it is used.


@dataclass(frozen=True, slots=True)
class Redline:
    """A verified redline, what was marked, and in sentences what could not be shown."""

    data: bytes
    counts: dict[str, object]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged file, how many changes came in, and the clashes that a person must decide."""

    data: bytes
    merged: int
    clashes: "tuple[Clash, ...]"
    remarks: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """What ``pactoria merge --json`` prints."""
        return {"merged": self.merged, "clashes": [asdict(each) for each in self.clashes]}


def word_package(source: Source) -> Package:
    """A draft as a Word package; a text, Markdown or PDF file becomes one."""
    if source.ending != ".docx":
        from pactoria_desktop.services.converting import convert

        source = Source(source.name, ".docx", convert(source, ".docx", source.name, None))
    return word_file(source).package


def compare_drafts(old: Source, new: Source, author: str, date: str) -> Redline:
    """The changes from OLD to NEW as tracked changes on OLD. Raises DocumentError."""
    from pactoria_desktop.documents.compare import compare
    from pactoria_desktop.documents.verify import verify_redline

    old_package, new_package = word_package(old), word_package(new)
    result = compare(old_package, new_package, author, date)
    verify_redline(old_package, result.data).require(old.name)
    return Redline(result.data, dict(asdict(result.counts)), result.remarks)


def merge_drafts(base: Source, mine: Source, theirs: Source, my_author: str, their_author: str, date: str) -> Merged:
    """Both sides' edits as tracked changes on MINE. Raises DocumentError."""
    from pactoria_desktop.documents.merge import merge

    result = merge(
        word_package(base), word_package(mine), word_package(theirs), mine_author=my_author, theirs_author=their_author,
        date=date,
    )  # fmt: skip
    return Merged(result.data, result.merged, result.clashes, result.remarks)


def check_received(sent: Source, received: Source) -> list[dict[str, object]]:
    """What a received file holds that its tracked changes do not show. Raises DocumentError."""
    from pactoria_desktop.documents.received import check_received as check_packages

    return [dict(asdict(each)) for each in check_packages(word_package(sent), word_package(received))]


def compare_for_screen(old: Source, new: ContractText) -> "ScreenComparison":
    """The changes from a file to a contract text. Raises DocumentError."""
    from pactoria_desktop.services.comparing import screen_comparison

    package = word_package(old)
    before = contract_of(Source(old.name, ".docx", package.data))
    return screen_comparison(before, new)


def compare_received(sent: Source, back: Source) -> "ScreenComparison":
    """What the other side changed in what was sent to it; what it did not mark is pointed out. Raises DocumentError."""
    from pactoria_desktop.documents.received import check_texts
    from pactoria_desktop.services.comparing import screen_comparison

    before, after = (contract_of(Source(one.name, ".docx", word_package(one).data)) for one in (sent, back))
    return screen_comparison(before, after, {finding.paragraph for finding in check_texts(before, after)})
