"""Word XML as text that stands by itself: elements out of a part become fragments that fit into any other part.

A fragment declares every namespace it uses on its first tag, under the customary prefix, so that equal XML from two
files with different prefixes gives the same text.
"""

import copy
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Final, cast

from lxml import etree

from pactoria_desktop.documents.names import COMPATIBILITY, PREFIXES, WORD, XML

Shape = tuple[object, ...]
_KNOWN_PREFIXES: Final = frozenset(PREFIXES.values())
_TOP: Final = re.compile(r"<([^\s/>]+)((?: xmlns(?::[^\s=]+)?=\"[^\"]*\")*)")
_DECLARED: Final = re.compile(r" xmlns(?::([^\s=]+))?=\"([^\"]*)\"")
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_ATTRIBUTE_ESCAPES: Final = {**_ESCAPES, '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
_TO_ESCAPE: Final = re.compile("[&<>\r]")
_ATTRIBUTE_TO_ESCAPE: Final = re.compile('[&<>"\r\n\t]')


def escaped(text: str) -> str:
    """Text as XML content. Characters that XML cannot hold become U+FFFD."""
    if _FORBIDDEN.search(text):
        text = _FORBIDDEN.sub("\ufffd", text)
    return _TO_ESCAPE.sub(lambda found: _ESCAPES[found.group()], text) if _TO_ESCAPE.search(text) else text


def escaped_attribute(text: str) -> str:
    """Text as the value of an attribute in double quotes."""
    text = _FORBIDDEN.sub("\ufffd", text)
    return _ATTRIBUTE_TO_ESCAPE.sub(lambda found: _ATTRIBUTE_ESCAPES[found.group()], text)


def attributes_of(element: etree._Element) -> tuple[tuple[str, str], ...]:
    """An element's attributes as (Clark name, value), in the order of the file."""
    return cast(tuple[tuple[str, str], ...], tuple(element.items()))


def shape(element: etree._Element) -> Shape:
    """An element as a hashable value that ignores prefixes: tag, attributes, text, children."""
    return (
        element.tag,
        tuple(sorted(element.items())),
        element.text or "",
        tuple([shape(child) for child in element]) if len(element) else (),
        element.tail or "",
    )


def properties_shape(element: etree._Element) -> Shape:
    """A quicker shape for elements that hold properties: no text, attributes as their writer orders them."""
    return tuple(
        [
            (child.tag, *child.items()) if not len(child) else (child.tag, *child.items(), properties_shape(child))
            for child in element
        ]
    )


def digest(*texts: str) -> str:
    """A short name (12 hex digits) for some texts: the same texts have the same name everywhere."""
    return hashlib.blake2b("\x1f".join(texts).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def fragment(element: etree._Element, keep: Callable[[etree._Element], bool] | None = None) -> str:
    """The element as XML text that stands by itself, without its tail.

    ``keep`` tells which of its children stay (all when None); the text between them goes when it is given.
    """
    if not isinstance(element.tag, str):
        return str(etree.tostring(element, encoding="unicode", with_tail=False))
    if _needs_own_prefixes(element):
        return _with_own_prefixes(element, keep)
    used: dict[str, str] = {}
    out: list[str] = []
    _write(element, used, out, keep)
    declarations = "".join(f' xmlns:{prefix}="{escaped_attribute(uri)}"' for uri, prefix in used.items() if uri != XML)
    cut = len(_name(element.tag, element, used)) + 1
    out[0] = out[0][:cut] + declarations + out[0][cut:]
    return "".join(out)


def placed(text: str, scope: Mapping[str, str]) -> str:
    """A fragment for a place where these prefixes are declared already: their declarations are left out."""
    found = _TOP.match(text)
    if found is None or not found.group(2):
        return text
    kept = "".join(
        declared.group()
        for declared in _DECLARED.finditer(found.group(2))
        if scope.get(declared.group(1) or "") != declared.group(2)
    )
    return f"<{found.group(1)}{kept}{text[found.end() :]}"


def opened(text: str, content: str) -> tuple[str, str]:
    """A container's fragment as what stands before and behind its content; ``content`` names the empty element that
    holds it ("" when the container itself does)."""
    if content:
        found = re.search(rf"<{re.escape(content)}((?:\s[^>]*?)?)/>", text)
        if found is None:
            return text, ""
        return f"{text[: found.start()]}<{content}{found.group(1)}>", f"</{content}>{text[found.end() :]}"
    name = _TOP.match(text)
    if text.endswith("/>") and name is not None:
        return text[:-2] + ">", f"</{name.group(1)}>"
    cut = text.rindex("</")
    return text[:cut], text[cut:]


def element_of(text: str) -> etree._Element:
    """A fragment as an element again. Raises etree.XMLSyntaxError when it is not well-formed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, load_dtd=False)
    return etree.fromstring(text.encode("utf-8"), parser)


def _name(tag: str, element: etree._Element, used: dict[str, str]) -> str:
    uri, _, local = tag[1:].rpartition("}")
    if not uri:
        return local or tag
    prefix = used.get(uri)
    if prefix is None:
        prefix = PREFIXES.get(uri)
        if prefix is None:
            prefix = next((one for one, address in element.nsmap.items() if one and address == uri), "n")
            taken = _KNOWN_PREFIXES.union(used.values())
            plain, count = prefix, 1
            while prefix in taken or prefix.startswith("xml"):
                prefix, count = f"{plain.removeprefix('xml')}{count}", count + 1
        used[uri] = prefix
    return f"{prefix}:{local}"


def _write(
    element: etree._Element, used: dict[str, str], out: list[str], keep: Callable[[etree._Element], bool] | None
) -> None:
    name = _name(element.tag, element, used)
    attributes = "".join(
        [
            f' {_name(key, element, used) if key[0] == "{" else key}="{escaped_attribute(value)}"'
            for key, value in attributes_of(element)
        ]
    )
    text = element.text or "" if keep is None else ""
    children = list(element) if keep is None else [child for child in element if keep(child)]
    if not text and not children:
        out.append(f"<{name}{attributes}/>")
        return
    out.append(f"<{name}{attributes}>{escaped(text)}")
    for child in children:
        _write(child, used, out, None)
        if keep is None and child.tail:
            out.append(escaped(child.tail))
    out.append(f"</{name}>")


def _needs_own_prefixes(element: etree._Element) -> bool:
    """Whether the element holds comments or names prefixes in attribute values (markup compatibility)."""
    for one in element.iter():
        tag = one.tag
        if not isinstance(tag, str) or tag.startswith("{" + COMPATIBILITY):
            return True
        if one.attrib and any(key.startswith("{" + COMPATIBILITY) for key, _ in attributes_of(one)):
            return True
    return False


def _with_own_prefixes(element: etree._Element, keep: Callable[[etree._Element], bool] | None) -> str:
    scope = {prefix: uri for prefix, uri in element.nsmap.items() if prefix}
    clone = copy.deepcopy(element)
    clone.tail = None
    if keep is not None:
        clone.text = None
        for mine, its in zip(list(clone), list(element), strict=True):
            mine.tail = None
            if not keep(its):
                clone.remove(mine)
    wanted = set()
    for one in clone.iter(etree.Element):
        for key, value in attributes_of(one):
            if key in ("Requires", f"{{{COMPATIBILITY}}}Ignorable", f"{{{COMPATIBILITY}}}MustUnderstand") or (
                key.startswith("{" + COMPATIBILITY)
            ):
                wanted |= {step.partition(":")[0] for step in value.split()}
    etree.cleanup_namespaces(clone, keep_ns_prefixes=sorted(wanted))
    text: str = etree.tostring(clone, encoding="unicode")
    top = _TOP.match(text)
    declared = {found.group(1) for found in _DECLARED.finditer(top.group(2))} if top else set()
    missing = "".join(
        f' xmlns:{prefix}="{escaped_attribute(scope[prefix])}"'
        for prefix in sorted(wanted)
        if prefix in scope and prefix not in declared
    )
    if top is None or not missing:
        return text
    return text[: top.end()] + missing + text[top.end() :]


WORD_SCOPE: Final[Mapping[str, str]] = {"w": WORD}
