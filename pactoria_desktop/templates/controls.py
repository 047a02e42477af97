"""Content controls in the XML of a Word part: which there are, what they are, and taking their shells away."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from pactoria_desktop.documents.names import word
from pactoria_desktop.templates.tags import Tag, tag_of

SDT, PROPERTIES, CONTENT, PARAGRAPH = word("sdt"), word("sdtPr"), word("sdtContent"), word("p")
RUN, TEXT, VALUE = word("r"), word("t"), word("val")
_SILENT = (word("instrText"), word("delText"), word("delInstrText"))


@dataclass(frozen=True, slots=True, eq=False)
class Control:
    """One of our controls. ``alias`` is its title in Word."""

    element: etree._Element
    tag: Tag
    alias: str

    @property
    def content(self) -> etree._Element | None:
        """What is inside, None for a control that Word left without any."""
        return self.element.find(CONTENT)

    @property
    def is_inline(self) -> bool:
        """Whether it stands within a paragraph."""
        return any(above.tag == PARAGRAPH for above in self.element.iterancestors())


def controls_in(root: etree._Element) -> Iterator[Control]:
    """Our controls in document order, outer before inner. Raises ValueError for a tag of ours that cannot be read."""
    for element in root.iter(SDT):
        tag = tag_of(_value(element, "tag"))
        if tag is not None:
            yield Control(element, tag, _value(element, "alias") or "")


def _value(element: etree._Element, name: str) -> str | None:
    properties = element.find(PROPERTIES)
    found = properties.find(word(name)) if properties is not None else None
    return found.get(VALUE) if found is not None else None


def unwrap(element: etree._Element) -> None:
    """Put what is inside a control in its place."""
    parent, content = element.getparent(), element.find(CONTENT)
    if parent is None:
        return
    place = parent.index(element)
    for number, child in enumerate(list(content) if content is not None else ()):
        parent.insert(place + number, child)
    parent.remove(element)


def remove(element: etree._Element) -> None:
    """Take an element out with all that is in it."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def words_of(element: etree._Element) -> str:
    """The words in an element; a tab and a line break are one character each."""
    found = []
    for each in element.iter(TEXT, word("tab"), word("br"), word("cr"), word("noBreakHyphen")):
        if each.tag == TEXT:
            found.append(each.text or "")
        elif each.getparent() is not None and each.getparent().tag == RUN:
            found.append({word("tab"): "\t", word("noBreakHyphen"): "\u2011"}.get(each.tag, "\u2028"))
    return "".join(found)


def shows_something(paragraph: etree._Element) -> bool:
    """Whether a paragraph shows words, a picture or a field."""
    if words_of(paragraph).strip():
        return True
    shown = ("drawing", "pict", "object", "fldSimple", "footnoteReference", "endnoteReference", "sectPr", "sym")
    return next(paragraph.iter(*[word(name) for name in shown]), None) is not None


def take_out_paragraph(paragraph: etree._Element) -> None:
    """Take an empty paragraph out, but never the last block of a cell or of the body, which Word needs."""
    parent = paragraph.getparent()
    if parent is None:
        return
    blocks = [one for one in parent if one.tag in (PARAGRAPH, word("tbl"), SDT)]
    if parent.tag in (word("tc"), word("body"), word("hdr"), word("ftr")) and (
        len(blocks) < 2 or (blocks[-1] is paragraph and blocks[-2].tag == word("tbl"))
    ):
        return
    parent.remove(paragraph)
