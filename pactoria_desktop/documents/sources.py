"""The hint that says which Word paragraph or row a value came from (``p:src`` and ``Row.source``)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """``package`` is 12 hex digits of the package's SHA-256, ``part`` a member name.

    ``ordinal`` counts outermost paragraphs (or rows) of the part from 0; "17.2" is the third paragraph in the text
    boxes that paragraph 17 holds.
    """

    package: str
    part: str
    ordinal: str

    def __str__(self) -> str:
        return f"{self.package}:{self.part}:{self.ordinal}"

    @property
    def index(self) -> int:
        """The ordinal of the outermost paragraph or row."""
        return int(self.ordinal.partition(".")[0])


def source_of(text: object) -> Source | None:
    """The source that a mark's value names, None where it names none."""
    if not isinstance(text, str):
        return None
    package, _, rest = text.partition(":")
    part, _, ordinal = rest.rpartition(":")
    if not part or not (ordinal.isdecimal() or ordinal.replace(".", "", 1).isdecimal()):
        return None
    return Source(package, part, ordinal)
