"""The source of a contract's paragraphs: their words with the marks that lie on them."""

from functools import cached_property

from pactoria_desktop.contract.accepted import AcceptedParagraph, is_dropped
from pactoria_desktop.contract.text import ContractText, Marks, Paragraph, TextSection


class SourceWords:
    """Finds the words of paragraphs in a contract text."""

    def __init__(self, text: ContractText) -> None:
        """Of one text."""
        self.text = text

    @cached_property
    def slots(self) -> dict[str, tuple[Paragraph, ...]]:
        """The paragraphs of each text section and cell."""
        found: dict[str, tuple[Paragraph, ...]] = {}
        for section in self.text.sections:
            if isinstance(section, TextSection):
                found[section.id] = section.paragraphs
            else:
                found.update((cell.id, cell.paragraphs) for row in section.rows for cell in row.cells)
        return found

    def of(self, paragraph: AcceptedParagraph) -> list[tuple[str, Marks]]:
        """The words that the accepted text has of the source paragraph whose newline ends a line."""
        spans = self.slots[paragraph.slot][paragraph.paragraph].spans
        return [(span.text, span.marks) for span in spans if not is_dropped(span.marks, "accepted")]

    def shows(self, marks: Marks, *keys: str) -> bool:
        """Whether words under these marks are, by them or by their run, bold (or another of the keys)."""
        run = self.text.material.runs.get(str(marks.get("run", "")))
        return any(
            bool(marks[key]) if key in marks else run is not None and bool(getattr(run.look, key)) for key in keys
        )
