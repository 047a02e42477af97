"""Many contracts from one table: a header of fields, a row for each contract.

A column is a field's path as a template names it: ``fee``, ``client.name``, ``deliverables.2.title``. An empty cell is
nothing given.
"""

import csv
import io
from collections.abc import Sequence

from pactoria_desktop.protocol.templates import ListVariable, PartyVariable, TemplateDefinition, Variable
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.templates.values import Values, ValuesError, read_values

MOST_ROWS = 10_000
MOST_CELL = 20_000
_DELIMITERS = (",", ";", "\t")


class TableError(PactoriaError):
    """A table cannot be used; the message names the row and the column. ``faults`` are all of them."""

    def __init__(self, faults: Sequence[str]) -> None:
        """With at least one fault, each a sentence."""
        super().__init__(faults[0])
        self.faults = tuple(faults)


def read_table(definition: TemplateDefinition, data: bytes, name: str) -> tuple[Values, ...]:
    """The values of each row. Raises TableError; then none of them is to be used."""
    rows = _rows(data, name)
    if not rows or not any(cell.strip() for cell in rows[0]):
        first = ", ".join(header(definition)[:3])
        raise TableError([f"{name} has no header; its first row names the fields, as in: {first}."])
    columns = [cell.strip() for cell in rows[0]]
    faults = _column_faults(columns, name)
    found: list[Values] = []
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > len(columns):
            faults.append(f"{name}, row {number} has {len(row)} cells and the header {len(columns)}.")
            continue
        try:
            found.append(read_values(definition, _raw(dict(zip(columns, row, strict=False)))))
        except ValuesError as error:
            faults += [f"{name}, row {number}, column {one.path}: {one.sentence}" for one in error.faults]
        if len(faults) > 100:
            break
    if faults:
        raise TableError(faults)
    if not found:
        raise TableError([f"{name} has a header and no row below it; give each contract a row."])
    return tuple(found)


def header(definition: TemplateDefinition, items: int = 1) -> list[str]:
    """The columns that a template's table has, with so many items of each list."""
    found: list[str] = []
    for variable in definition.variables:
        if isinstance(variable, ListVariable):
            for number in range(1, items + 1):
                for one in variable.of:
                    found += _columns(one, f"{variable.id}.{number}.{one.id}")
        else:
            found += _columns(variable, variable.id)
    return [*found, *(slot.id for slot in definition.slots)]


def empty_table(definition: TemplateDefinition) -> bytes:
    """A table with the header alone, in UTF-8 with a byte order mark, which spreadsheets need to see that it is."""
    out = io.StringIO()
    csv.writer(out).writerow(header(definition))
    return out.getvalue().encode("utf-8-sig")


def _columns(variable: Variable, path: str) -> list[str]:
    if isinstance(variable, PartyVariable):
        return [f"{path}.{part}" for part in ("name", *variable.parts)]
    return [path]


def _rows(data: bytes, name: str) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError([f"{name} is not in UTF-8; save it as CSV in UTF-8."]) from error
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if any(len(cell) > MOST_CELL for cell in row):
                raise TableError([f"{name}, row {len(rows) + 1} has a cell of more than {MOST_CELL:,} characters."])
            rows.append(row)
            if len(rows) > MOST_ROWS + 1:
                raise TableError([f"{name} has more than {MOST_ROWS:,} rows; divide it."])
    except csv.Error as error:
        raise TableError([f"{name}, row {len(rows) + 1} has a quotation mark that does not close."]) from error
    return rows


def _column_faults(columns: Sequence[str], name: str) -> list[str]:
    twice = sorted({one for one in columns if one and columns.count(one) > 1})
    return [f"{name} has the column {one!r} twice." for one in twice]


def _raw(row: dict[str, str]) -> dict[str, object]:
    """A row as nested values: ``client.name`` in a party, ``deliverables.2.title`` in the second item of a list."""
    raw: dict[str, object] = {}
    lists: dict[str, dict[int, dict[str, object]]] = {}
    for column, cell in row.items():
        if not column or not cell.strip():
            continue
        steps = column.split(".")
        if len(steps) > 2 and steps[1].isascii() and steps[1].isdigit():
            item = lists.setdefault(steps[0], {}).setdefault(int(steps[1]), {})
            _put(item, steps[2:], cell)
        else:
            _put(raw, steps, cell)
    for name, items in lists.items():
        raw[name] = [items[number] for number in sorted(items)]
    return raw


def _put(into: dict[str, object], steps: Sequence[str], cell: str) -> None:
    if len(steps) == 1:
        into[steps[0]] = cell
        return
    inner = into.setdefault(steps[0], {})
    if isinstance(inner, dict):
        inner[".".join(steps[1:])] = cell
