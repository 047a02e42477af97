"""Reading the comments of a package: comments.xml, and commentsExtended.xml for threads and what is resolved."""

from dataclasses import dataclass

from lxml import etree

from pactoria_desktop.contract.text import LINE_BREAK, CommentNote
from pactoria_desktop.documents.names import WORD_2010, WORD_2012, local_word_name, word
from pactoria_desktop.documents.package import Package

PARAGRAPH_ID = f"{{{WORD_2010}}}paraId"
EXTENDED_PARAGRAPH_ID = f"{{{WORD_2012}}}paraId"
EXTENDED_PARENT = f"{{{WORD_2012}}}paraIdParent"
EXTENDED_DONE = f"{{{WORD_2012}}}done"
EXTENDED_COMMENT = f"{{{WORD_2012}}}commentEx"


@dataclass(frozen=True, slots=True)
class Thread:
    """What commentsExtended.xml says of one comment; names are those of paragraphs (``w14:paraId``)."""

    parent: str
    resolved: bool


def read_comments(package: Package) -> tuple[CommentNote, ...]:
    """All comments in the order of the comments part, replies naming the comment that begins their thread."""
    member = package.related("comments")
    if member is None:
        return ()
    threads = read_threads(package)
    elements = [
        element
        for element in package.parse(member).iterchildren(word("comment"))
        if element.get(word("id")) is not None
    ]
    names = {last_paragraph_id(element): element.get(word("id"), "") for element in elements}
    names.pop("", None)
    found = []
    for element in elements:
        thread = threads.get(last_paragraph_id(element), Thread("", False))
        name = element.get(word("id"), "")
        parent = names.get(thread.parent)
        found.append(
            CommentNote(
                name,
                parent if parent != name else None,
                element.get(word("author"), ""),
                element.get(word("date"), ""),
                comment_text(element),
                element.get(word("initials"), ""),
                thread.resolved,
                word=True,
            )
        )
    return tuple(found)


def read_threads(package: Package) -> dict[str, Thread]:
    """The threads by paragraph id; empty without commentsExtended.xml."""
    member = package.related("commentsExtended")
    if member is None:
        return {}
    return {
        element.get(EXTENDED_PARAGRAPH_ID, "").upper(): Thread(
            element.get(EXTENDED_PARENT, "").upper(), element.get(EXTENDED_DONE) in ("1", "true", "on")
        )
        for element in package.parse(member).iter(EXTENDED_COMMENT)
    }


def last_paragraph_id(comment: etree._Element) -> str:
    """The id of the comment's last paragraph, by which threads know it; "" where it has none."""
    last = ""
    for paragraph in comment.iter(word("p")):
        last = paragraph.get(PARAGRAPH_ID, "")
    return last.upper()


def comment_text(comment: etree._Element) -> str:
    """The words of a comment, its paragraphs divided by ``\\n``, deletions out."""
    lines = []
    for paragraph in comment.iter(word("p")):
        pieces: list[str] = []
        _collect(paragraph, pieces)
        lines.append("".join(pieces))
    return "\n".join(lines)


def _collect(element: etree._Element, pieces: list[str]) -> None:
    for child in element:
        name = local_word_name(child.tag)
        if name in ("del", "moveFrom", "pPr", "rPr", "instrText", "p"):
            continue
        if name == "t":
            pieces.append((child.text or "").replace("\n", " "))
        elif name == "tab":
            pieces.append("\t")
        elif name in ("br", "cr"):
            pieces.append(LINE_BREAK)
        elif isinstance(child.tag, str):
            _collect(child, pieces)
