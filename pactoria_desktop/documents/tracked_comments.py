"""Comments of a package: who said what to which words, which answer which, which are settled."""

from collections.abc import Iterable
from dataclasses import dataclass

from pactoria_desktop.documents.names import WORD_2010, WORD_2012, local_word_name, word
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.tracked_changes import FIXED_CHARACTERS


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment. ``id`` is Word's ``w:id``, ``parent`` that of the comment it answers; ``quote`` are the words it
    speaks of as they are when changes are accepted."""

    id: str
    parent: str | None
    author: str
    date: str
    text: str
    quote: str
    resolved: bool


def comments(package: Package) -> tuple[Comment, ...]:
    """All comments in the order of the comments part, empty without one. Raises DocumentError for damaged parts."""
    member = package.related("comments")
    if member is None:
        return ()
    threads = _threads(package)
    by_paragraph: dict[str, str] = {}
    read: list[tuple[str, str, str, str, list[str]]] = []
    for element in package.parse(member).iter(word("comment")):
        identifier = element.get(word("id"), "")
        paragraphs = list(element.iter(word("p")))
        keys = [key for one in paragraphs if (key := one.get(f"{{{WORD_2010}}}paraId"))]
        for key in keys:
            by_paragraph[key.upper()] = identifier
        text = "\n".join("".join(_visible(one.iter(), struck=False)) for one in paragraphs)
        read.append((identifier, element.get(word("author"), ""), element.get(word("date"), ""), text, keys))
    quotes = _quotes(package, {one[0] for one in read})
    result = []
    for identifier, author, date, text, keys in read:
        parent, resolved = None, False
        for key in keys:
            above, done = threads.get(key.upper(), ("", False))
            resolved = resolved or done
            parent = by_paragraph.get(above, parent) if above else parent
        result.append(Comment(identifier, parent, author, date, text, quotes.get(identifier, ""), resolved))
    return tuple(result)


def _threads(package: Package) -> dict[str, tuple[str, bool]]:
    """Last paragraph of a comment to that of the comment it answers ("" for none), and whether it is settled."""
    member = package.related("commentsExtended")
    if member is None:
        return {}
    result = {}
    for element in package.parse(member).iter(f"{{{WORD_2012}}}commentEx"):
        key = element.get(f"{{{WORD_2012}}}paraId", "").upper()
        above = element.get(f"{{{WORD_2012}}}paraIdParent", "").upper()
        result[key] = (above, element.get(f"{{{WORD_2012}}}done", "0") in ("1", "true", "on"))
    return result


def _quotes(package: Package, wanted: set[str]) -> dict[str, str]:
    """The words between the ends of each comment's range, in whatever story it lies."""
    quotes: dict[str, str] = {}
    for story in package.stories:
        if b"commentRangeStart" not in package.xml(story.member):
            continue
        open_quotes: dict[str, list[str]] = {}
        started = False
        for element in package.parse(story.member).iter():
            name = local_word_name(element.tag)
            if name == "commentRangeStart":
                open_quotes[element.get(word("id"), "")] = []
            elif name == "commentRangeEnd":
                identifier = element.get(word("id"), "")
                pieces = open_quotes.pop(identifier, None)
                if pieces is not None and identifier in wanted:
                    quotes.setdefault(identifier, "".join(pieces))
            elif open_quotes:
                if name == "p":
                    for pieces in open_quotes.values():
                        if pieces:
                            pieces.append("\n")
                else:
                    for character in _visible((element,), struck=False):
                        for pieces in open_quotes.values():
                            pieces.append(character)
            started = started or bool(open_quotes)
    return {key: value.rstrip("\n") for key, value in quotes.items()}


def _visible(elements: Iterable[object], *, struck: bool) -> Iterable[str]:
    for element in elements:
        name = local_word_name(getattr(element, "tag", None))
        if name == "t" or (struck and name == "delText"):
            if struck or not _is_moved_away(element):
                yield getattr(element, "text", "") or ""
        elif name == "br":
            yield "\u2028"
        elif name in FIXED_CHARACTERS and name not in ("drawing", "pict", "object") and not _is_tab_stop(element):
            yield FIXED_CHARACTERS[name]


def _is_moved_away(element: object) -> bool:
    parent = element.getparent()  # type: ignore[attr-defined]
    while parent is not None:
        name = local_word_name(parent.tag)
        if name in ("moveFrom", "del"):
            return True
        if name == "p":
            return False
        parent = parent.getparent()
    return False


def _is_tab_stop(element: object) -> bool:
    parent = element.getparent()  # type: ignore[attr-defined]
    return parent is not None and local_word_name(parent.tag) == "tabs"
