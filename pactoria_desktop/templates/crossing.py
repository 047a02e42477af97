"""Cross-references of a template: that each leads somewhere, and that each shows its clause's number once it is filled.

Numbers come from the text as our reader computes them (``documents.fields``), so that a reference says what Word's own
update of fields would say.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from pactoria_desktop.documents.fields import references
from pactoria_desktop.documents.names import word
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.templates.controls import PARAGRAPH, RUN, SDT, TEXT, controls_in
from pactoria_desktop.templates.tags import Tag

_FIELD, _CODE, _TYPE = word("fldChar"), word("instrText"), word("fldCharType")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True, slots=True, eq=False)
class CrossReference:
    """A REF field: its bookmark and the runs of its result."""

    bookmark: str
    begin: etree._Element
    result: tuple[etree._Element, ...]


def cross_references(root: etree._Element) -> Iterator[CrossReference]:
    """The REF fields of a part in document order; fields within their codes are not looked into."""
    for paragraph in root.iter(PARAGRAPH):
        begin: etree._Element | None = None
        code, result, shows = "", list[etree._Element](), False
        for run in paragraph.iter(RUN):
            mark = run.find(_FIELD)
            kind = mark.get(_TYPE) if mark is not None else None
            if kind == "begin":
                begin, code, result, shows = run, "", [], False
            elif kind == "separate":
                shows = True
            elif kind == "end":
                steps = code.split()
                if begin is not None and len(steps) > 1 and steps[0].upper() == "REF":
                    yield CrossReference(steps[1], begin, tuple(result))
                begin = None
            elif begin is not None and shows:
                result.append(run)
            elif begin is not None:
                code += "".join(each.text or "" for each in run.iter(_CODE))


def broken(root: etree._Element) -> list[str]:
    """Bookmarks that references name and that are not there, or go with a condition or list that the reference is not
    in; each as the end of a sentence."""
    standing = {
        mark.get(word("name"), ""): _conditions(mark) for mark in root.iter(word("bookmarkStart"))
    }  # fmt: skip
    found = []
    for one in cross_references(root):
        wanted = standing.get(one.bookmark)
        name = one.bookmark.removeprefix("_Ref_")
        if wanted is None:
            found.append(f"a cross-reference names {name!r}, which no paragraph has")
        elif not wanted <= _conditions(one.begin):
            above = ", ".join(sorted(tag.path for tag in wanted - _conditions(one.begin)))
            found.append(f"a cross-reference to {name!r} stands where that clause may be left out ({above})")
    return list(dict.fromkeys(found))


def _conditions(element: etree._Element) -> frozenset[Tag]:
    found = set()
    for above in element.iterancestors(SDT):
        tag = next((one.tag for one in controls_in(above) if one.element is above), None)
        if tag is not None and tag.kind in ("if", "each"):
            found.add(tag)
    return frozenset(found)


def with_live_numbers(package: Package, root: etree._Element) -> bool:
    """Let each reference of the main part show its clause's number; whether any was another. ``root`` is that part, the
    very one that lies in the package."""
    text = read(package)
    live = [one for one in references(text) if one.kind == "REF"]
    shown = list(cross_references(root))
    changed = False
    for reference, target in zip(shown, live, strict=False):
        if reference.bookmark != target.bookmark or target.state != "stale" or target.live is None:
            continue
        changed = True
        for number, run in enumerate(reference.result):
            words = run.find(TEXT)
            if number == 0 and words is not None:
                words.text = target.live
                words.set(_SPACE, "preserve")
            elif (parent := run.getparent()) is not None:
                parent.remove(run)
    return changed
