"""A Word file read as a template: its definition held against the places that its text has."""

from collections.abc import Iterable

from lxml import etree

from pactoria_desktop.documents import guard
from pactoria_desktop.documents.names import word
from pactoria_desktop.documents.package import Package
from pactoria_desktop.protocol.templates import (
    MOST_BLOCKS,
    PARTY_PARTS,
    Block,
    ListVariable,
    PartyVariable,
    Place,
    TemplateContent,
    TemplateDefinition,
    Variable,
)
from pactoria_desktop.templates.controls import CONTENT, PARAGRAPH, SDT, Control, controls_in, words_of
from pactoria_desktop.templates.crossing import broken
from pactoria_desktop.templates.definition_part import TemplateError, read_definition
from pactoria_desktop.templates.soundness import definition_faults
from pactoria_desktop.templates.tags import Tag

_TRACKED = ("ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange")


def read_template(data: bytes, name: str = "The template") -> TemplateContent:
    """What a template's Word file says. Raises DocumentError for a file that cannot be read, TemplateError otherwise.

    A place that nothing declares, a condition, list or slot without a place, and a variable that is asked for and used
    nowhere are faults: each is a sentence that names it.
    """
    guard.check(data, name)
    package = Package(data, name)
    definition = read_definition(package)
    roots = [package.parse(story.member) for story in package.stories]
    faults = list(definition_faults(definition))
    if any(next(root.iter(*[word(one) for one in _TRACKED]), None) is not None for root in roots):
        faults.append(f"{name} has tracked changes; accept or reject them before it becomes a template.")
    found: list[Control] = []
    for root in roots:
        try:
            found += controls_in(root)
        except ValueError as error:
            faults.append(f"In {name} {error}.")
    faults += _faults(definition, found, name)
    faults += [f"In {name} {fault}." for root in roots for fault in broken(root)]
    blocks = [block for root in roots for block in _blocks(root)]
    if len(blocks) > MOST_BLOCKS:
        faults.append(f"{name} has more than {MOST_BLOCKS:,} paragraphs; no template is that long.")
    if faults:
        raise TemplateError(*faults)
    return TemplateContent(package_sha256=package.sha256, definition=definition, blocks=tuple(blocks))


def _faults(definition: TemplateDefinition, found: list[Control], name: str) -> list[str]:
    variables = {one.id: one for one in definition.variables}
    declared = {
        "if": {one.id: one.title for one in definition.conditions},
        "slot": {one.id: one.title for one in definition.slots},
        "each": {one.id: one.label for one in definition.variables if isinstance(one, ListVariable)},
    }
    faults: list[str] = []
    for control in found:
        tag = control.tag
        if tag.kind == "field":
            faults += _path_faults(control, variables, name)
        elif tag.path not in declared[tag.kind]:
            faults.append(f"{name} has a place for {_called(tag)}, which its definition does not have.")
    placed = {(one.tag.kind, one.tag.path) for one in found}
    for kind, names in (("if", declared["if"]), ("slot", declared["slot"]), ("each", declared["each"])):
        for id, title in names.items():
            if (kind, id) not in placed:
                faults.append(f"{name} declares {_WHAT[kind]} {title!r} ({id}) and has no place for it.")
    used = {one.tag.path.partition(".")[0] for one in found if one.tag.kind in ("field", "each")}
    used |= set(_asked_by_conditions(definition))
    faults += [
        f"{name} asks for {variable.label!r} ({id}) and uses it nowhere."
        for id, variable in variables.items()
        if id not in used
    ]
    return list(dict.fromkeys(faults))


_WHAT = {"if": "the condition", "slot": "the slot", "each": "the list"}


def _called(tag: Tag) -> str:
    return f"{_WHAT[tag.kind]} {tag.path!r}"


def _path_faults(control: Control, variables: dict[str, Variable], name: str) -> list[str]:
    steps = control.tag.path.split(".")
    variable = variables.get(steps[0])
    where = f"{name} shows {control.tag.path!r}"
    if variable is None:
        return [f"{where}, and there is no variable {steps[0]!r}."]
    if isinstance(variable, ListVariable):
        inside = any(
            above.tag == SDT and _tag(above) == Tag("each", variable.id) for above in control.element.iterancestors()
        )
        if not inside:
            return [f"{where} outside the words that are repeated for each of {variable.label!r}."]
        inner = {one.id: one for one in variable.of}
        if len(steps) < 2 or steps[1] not in inner:
            return [f"{where}, and the items of {variable.label!r} have no such variable."]
        variable, steps = inner[steps[1]], steps[1:]
    if len(steps) == 1:
        return []
    if not isinstance(variable, PartyVariable) or len(steps) > 2 or steps[1] not in PARTY_PARTS:
        return [f"{where}, and {variable.label!r} has no part {'.'.join(steps[1:])!r}."]
    if steps[1] != "name" and steps[1] not in variable.parts:
        return [f"{where}, and the part {steps[1]!r} of {variable.label!r} is not asked for."]
    return []


def _asked_by_conditions(definition: TemplateDefinition) -> Iterable[str]:
    conditions = [one.when for one in (*definition.conditions, *definition.slots, *definition.variables)]
    waiting: list[object] = [one for one in conditions if one is not None]
    while waiting:
        one = waiting.pop()
        inner = getattr(one, "all", None) or getattr(one, "any", None)
        if inner is not None:
            waiting += inner
        else:
            yield str(getattr(one, "variable", ""))


def _tag(element: etree._Element) -> Tag | None:
    return next((one.tag for one in controls_in(element) if one.element is element), None)


def _blocks(root: etree._Element) -> Iterable[Block]:
    for paragraph in root.iter(PARAGRAPH):
        text = words_of(paragraph)
        if not text.strip():
            continue
        fields = []
        for control in controls_in(paragraph):
            if control.tag.kind == "field" and control.content is not None:
                start = len(_before(paragraph, control.element))
                shown = words_of(control.content)
                fields.append(Place(start=start, end=start + len(shown), path=control.tag.pattern))
        within = [
            _tag(above)
            for above in paragraph.iterancestors(SDT)
            if above.find(CONTENT) is not None
        ]  # fmt: skip
        names = tuple(f"{tag.kind}:{tag.path}" for tag in reversed(within) if tag is not None and tag.kind != "field")
        yield Block(text=text, fields=tuple(fields), within=names)


def _before(paragraph: etree._Element, element: etree._Element) -> str:
    """The words of a paragraph that stand before an element in it."""
    found = ""
    step = element
    while step is not paragraph:
        for sibling in step.itersiblings(preceding=True):
            found = words_of(sibling) + found
        above = step.getparent()
        if above is None:
            break
        step = above
    return found
