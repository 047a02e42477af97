"""The definition of a template as a part of its Word package, which word processors keep and do not show."""

from xml.sax.saxutils import escape

from pydantic import ValidationError

from pactoria_desktop.documents.package import Package
from pactoria_desktop.protocol.templates import TemplateDefinition
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.templates.saying import first_fault

NAMESPACE = "urn:pactoria:template:1"
CONTENT_MEMBER = "customXml/item1.xml"
ROOT = f"{{{NAMESPACE}}}template"


class TemplateError(PactoriaError):
    """A Word file cannot be used as a template; the message names the field or place. ``faults`` are all of them."""

    def __init__(self, *faults: str) -> None:
        """With at least one fault, each a sentence."""
        super().__init__(faults[0])
        self.faults = faults


def definition_part(definition: TemplateDefinition) -> str:
    """The part's XML."""
    words = definition.model_dump_json(exclude_none=True)
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<template xmlns="{NAMESPACE}">{escape(words)}</template>'
    )


def definition_member(package: Package) -> str | None:
    """The member that holds a definition, None where the file is no template. Raises DocumentError."""
    for one in package.main_relationships:
        if one.kind == "customXml" and not one.external and package.member(one.target):
            data = package.part(one.target)
            if NAMESPACE.encode() in data[:2_000] and package.parse(one.target).tag == ROOT:
                return one.target
    return None


def read_definition(package: Package) -> TemplateDefinition:
    """The definition in a package. Raises TemplateError where there is none or it is wrong, and DocumentError."""
    member = definition_member(package)
    if member is None:
        raise TemplateError(
            f"{package.name} is a Word file without a template's definition; make a template of it first."
        )
    try:
        return TemplateDefinition.model_validate_json(package.parse(member).text or "")
    except ValidationError as error:
        raise TemplateError(f"The definition in {package.name} is wrong: {first_fault(error)}.") from error
