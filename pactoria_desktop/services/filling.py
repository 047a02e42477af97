"""Templates to fill: those that come with the program and Word files that say that they are one.

Filling makes the Word file of a contract; putting it into the library is ``importing``'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources.abc import Traversable

from pactoria_desktop.protocol.clauses import Clause
from pactoria_desktop.protocol.templates import TemplateContent, TemplateDefinition
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.resources import resource
from pactoria_desktop.services.sources import Source, read_source
from pactoria_desktop.templates.clause_files import own_clauses
from pactoria_desktop.templates.filling import Chosen, Filled, filled
from pactoria_desktop.templates.package import read_template
from pactoria_desktop.templates.synonyms import own_synonyms
from pactoria_desktop.templates.table import TableError, TableFault, read_rows, read_table
from pactoria_desktop.templates.value_set import Values
from pactoria_desktop.templates.values import read_values


class NoTemplateError(PactoriaError):
    """There is no template of that name."""


@dataclass(frozen=True)
class Template:
    """A template's Word file, and what it says of itself."""

    name: str
    data: bytes

    @cached_property
    def content(self) -> TemplateContent:
        """Read when it is first asked for. Raises TemplateError, DocumentError."""
        return read_template(self.data, self.name)

    @property
    def definition(self) -> TemplateDefinition:
        """Its variables, conditions and slots."""
        return self.content.definition


def shipped_templates() -> tuple[Template, ...]:
    """The templates that come with the program, in the order of their names."""
    return tuple(Template(one.name, one.read_bytes()) for one in sorted(_files(), key=lambda file: file.name))


def _files() -> list[Traversable]:
    return [one for one in resource("templates").iterdir() if one.name.endswith(".docx")]


def template_named(name: str) -> Template:
    """A template of the program by its id, or a Word file by its path. Raises NoTemplateError, SourceError."""
    for one in _files():
        if one.name == f"{name}.docx":
            return Template(one.name, one.read_bytes())
    if name.endswith(".docx"):
        source: Source = read_source(name)
        return Template(source.name, source.data)
    raise NoTemplateError(
        f"There is no template {name!r}; `pactoria templates list` names those that come with the program, and a Word "
        "file is named by its path."
    )


def fill(template: Template, raw: Mapping[str, object], clock: Clock) -> Filled:
    """The contract that raw values give. Raises ValuesError, FillingError, TemplateError and DocumentError."""
    return fill_with(template, read_values(template.definition, raw), clock)


def rows_of(template: Template, table: bytes, name: str) -> tuple[Values, ...]:
    """The values in the rows of a CSV table, called ``name`` in messages. Raises TableError where any row has a
    fault, with those of all rows."""
    rows, faults = [], list[TableFault]()
    for row in read_rows(template.definition, read_table(template.definition, table)):
        faults += row.faults
        if row.values is not None:
            rows.append(row.values)
    if not faults and not rows:
        faults = [TableFault(1, "", f"{name} has a header and no row below it; give each contract a row.")]
    if faults:
        raise TableError(faults)
    return tuple(rows)


def fill_with(template: Template, values: Values, clock: Clock) -> Filled:
    """The same with values that were read."""
    return filled(template.data, template.name, values, clock, own_synonyms(), _chosen(template.definition, values))


def _chosen(definition: TemplateDefinition, values: Values) -> dict[str, Chosen]:
    """The clauses that the values choose for the slots. Raises NoTemplateError for one that is not there."""
    wanted = {slot: one for slot, one in values.slots.items() if one is not None}
    if not wanted:
        return {}
    known: dict[str, Clause] = {one.id: one for one in own_clauses()}
    titles = {one.id: one.title for one in definition.slots}
    found = {}
    for slot, one in wanted.items():
        clause = known.get(one.clause)
        variants = {each.id: each for each in clause.variants} if clause is not None else {}
        variant = variants.get(one.variant) if one.variant else next(iter(variants.values()), None)
        if clause is None or variant is None:
            raise NoTemplateError(
                f"The slot {titles.get(slot, slot)!r} ({slot}) names the clause {one.clause!r}"
                f"{f' in the wording {one.variant!r}' if clause is not None else ''}, which is not in the library."
            )
        found[slot] = Chosen(clause, variant)
    return found
