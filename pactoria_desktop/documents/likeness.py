"""Whether a paragraph is still as Word has it: only what is written counts."""

from pactoria_desktop.contract.text import Marks, MarkValue, Paragraph, Span, id_of, kind_of


def written_marks(marks: Marks, noted: frozenset[str]) -> dict[str, MarkValue]:
    """The marks without those that leave no trace in Word XML. ``noted`` are the comments that Word has or that the
    writer places by itself."""
    return {
        key: value
        for key, value in marks.items()
        if (kind := kind_of(key)) not in ("typ", "p", "lock", "fld", "mv", "comment")
        or (kind == "p" and key not in ("p:src", "p:fix"))
        or (kind == "comment" and id_of(key) not in noted)
    }


def same_paragraph(one: Paragraph, other: Paragraph, noted: frozenset[str]) -> bool:
    """Whether two paragraphs are written alike."""
    if one is other:
        return True
    if one.marks != other.marks and written_marks(one.marks, noted) != written_marks(other.marks, noted):
        return False
    if one.spans == other.spans:
        return True
    return one.text == other.text and _pieces(one.spans, noted) == _pieces(other.spans, noted)


def _pieces(spans: tuple[Span, ...], noted: frozenset[str]) -> list[tuple[str, dict[str, MarkValue]]]:
    found: list[tuple[str, dict[str, MarkValue]]] = []
    for span in spans:
        marks = written_marks(span.marks, noted)
        if found and found[-1][1] == marks:
            found[-1] = (found[-1][0] + span.text, marks)
        else:
            found.append((span.text, marks))
    return found
