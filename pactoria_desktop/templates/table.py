"""A table of values: one template filled many times, from a CSV whose header names the fields by their paths.

A row's number is the one that a spreadsheet shows: the header is row 1. An empty cell says nothing, so that a default
fills in. Faults name row and column.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pactoria_desktop.protocol.templates import (
    MOST_ITEMS,
    ListVariable,
    Money,
    Party,
    PartyVariable,
    Period,
    Single,
    TemplateDefinition,
)
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.templates.faults import UnknownPathError, UnreadableError, shown
from pactoria_desktop.templates.money import money_written
from pactoria_desktop.templates.numerals import period_written
from pactoria_desktop.templates.paths import Keys, keys_of, laid, paths_of
from pactoria_desktop.templates.reading import read_single
from pactoria_desktop.templates.value_set import ClauseChoice, Values
from pactoria_desktop.templates.values import ValuesReader

MOST_ROWS = 10_000
MOST_BYTES = 50_000_000
_DELIMITERS = (",", ";", "\t")
_HEADER_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class TableFault:
    """One fault. ``row`` counts as a spreadsheet does; ``column`` is the path in the header, empty for a whole row."""

    row: int
    column: str
    sentence: str


class TableError(PactoriaError):
    """A table that cannot be read as it stands; nothing of it was used. The sentence is the first fault's."""

    def __init__(self, faults: Sequence[TableFault]) -> None:
        """Keep the faults, of which there is one at least."""
        super().__init__(faults[0].sentence)
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as raw values, which ``read_values`` takes."""

    number: int
    raw: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose header is sound. Rows without a word in them are left out."""

    header: tuple[str, ...]
    delimiter: str
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class RowReading:
    """A row that was read: its values, or the faults for which there are none."""

    number: int
    values: Values | None
    faults: tuple[TableFault, ...]


def read_table(definition: TemplateDefinition, data: bytes) -> Table:
    """The rows of a CSV in UTF-8, with or without a byte order mark; comma, semicolon or tab, as the header has them.

    Raises TableError: for what is no such table, unknown or repeated columns, required columns that are missing, and
    more than ``MOST_ROWS`` rows.
    """
    text = _decoded(data)
    delimiter = _delimiter(text, definition)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: tuple[str, ...] = ()
    keys: list[Keys] = []
    rows: list[TableRow] = []
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if number == 1:
                header = _checked_header(cells, definition)
                keys = [keys_of(name, definition) for name in header]
            elif any(cell.strip() for cell in cells):
                if len(rows) == MOST_ROWS:
                    raise _error(number, f"The table has more than {MOST_ROWS:,} rows: divide it into several.")
                rows.append(_row(number, header, keys, cells))
    except csv.Error as error:
        raise _error(number + 1, f"Row {number + 1} of the table cannot be read: {error}.") from error
    if not header:
        raise _error(1, "The table is empty: its first row must name the fields.")
    return Table(header, delimiter, tuple(rows))


def read_rows(definition: TemplateDefinition, table: Table) -> Iterator[RowReading]:
    """The values of each row, or what is wrong with it. Raises DefinitionError as ``read_values`` does."""
    reader = ValuesReader(definition)
    for row in table.rows:
        read = reader.partial(row.raw)
        faults = tuple(
            TableFault(row.number, fault.path, f"Row {row.number}, column {fault.path}: {fault.sentence}")
            for fault in read.faults
        )
        yield RowReading(row.number, None if faults else read.values, faults)


def empty_table(definition: TemplateDefinition, items: int = 3) -> bytes:
    """A CSV with the header alone, for a spreadsheet to be filled in; of each list so many items, within its limits."""
    lists = (variable for variable in definition.variables if isinstance(variable, ListVariable))
    counts = {one.id: min(max(items, one.least, 1), one.most) for one in lists}
    return _encoded([paths_of(definition, counts)])


def written_table(definition: TemplateDefinition, raws: Iterable[Mapping[str, object]]) -> bytes:
    """A CSV with a row for each of the raw values, which is read to the same values again (a default fills in where a
    value was taken away). Raises TableError where a value cannot be written into a cell."""
    rows = list(raws)
    counts = {
        one.id: max([1, *(len(_entries(raw.get(one.id))) for raw in rows)])
        for one in definition.variables
        if isinstance(one, ListVariable)
    }
    for number, raw in enumerate(rows, 2):
        _check_written(number, raw, counts, definition)
    header = paths_of(definition, counts)
    lines = [header]
    for number, raw in enumerate(rows, 2):
        lines.append(tuple(_cell(path, raw, number, definition) for path in header))
    return _encoded(lines)


def _check_written(
    row: int, raw: Mapping[str, object], counts: Mapping[str, int], definition: TemplateDefinition
) -> None:
    known = {one.id for one in (*definition.variables, *definition.slots)}
    for name in raw:
        if name not in known:
            raise _error(row, f"Row {row}: {shown(name)} is no field of the template “{definition.title}”.")
        if counts.get(name, 0) > MOST_ITEMS:
            raise _error(row, f"Row {row}: {shown(name)} has more than {MOST_ITEMS} items.")


def _decoded(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise _error(1, f"The table is larger than {MOST_BYTES // 1_000_000} MB: divide it into several.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise _error(row, "The table is not in UTF-8: save it from the spreadsheet as “CSV UTF-8”.") from error


def _delimiter(text: str, definition: TemplateDefinition) -> str:
    """That with which the header names most fields."""
    return max(_DELIMITERS, key=lambda delimiter: sum(_is_path(name, definition) for name in _first(text, delimiter)))


def _first(text: str, delimiter: str) -> list[str]:
    reader = csv.reader(io.StringIO(text[:_HEADER_CHARACTERS], newline=""), delimiter=delimiter, strict=True)
    try:
        return next(reader, [])
    except csv.Error:
        return []


def _is_path(name: str, definition: TemplateDefinition) -> bool:
    try:
        return bool(keys_of(name.strip(), definition))
    except UnknownPathError:
        return False


def _checked_header(cells: Sequence[str], definition: TemplateDefinition) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    faults: list[TableFault] = []
    seen: set[str] = set()
    for place, name in enumerate(names, 1):
        if not name:
            faults.append(
                TableFault(1, "", f"Column {place} of the table has no name: its first row names the fields.")
            )
            continue
        try:
            keys_of(name, definition)
        except UnknownPathError as error:
            faults.append(TableFault(1, name, f"Column {place} of the table: {error.sentence}"))
        if name in seen:
            faults.append(TableFault(1, name, f"The column {shown(name)} is twice in the table."))
        elif any(other.startswith(f"{name}.") or name.startswith(f"{other}.") for other in seen):
            faults.append(TableFault(1, name, f"The column {shown(name)} stands beside another for the same field."))
        seen.add(name)
    if not faults:
        for variable in definition.variables:
            default = None if isinstance(variable, ListVariable) else variable.default
            needed = variable.required and variable.when is None and default is None
            if isinstance(variable, ListVariable) and variable.least == 0:
                needed = False
            if needed and not any(name == variable.id or name.startswith(f"{variable.id}.") for name in names):
                sentence = f"The table has no column for {variable.label} ({variable.id}), which is required."
                faults.append(TableFault(1, variable.id, sentence))
    if faults:
        raise TableError(faults)
    return tuple(names)


def _row(number: int, header: Sequence[str], keys: Sequence[Keys], cells: Sequence[str]) -> TableRow:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise _error(number, f"Row {number} of the table has more cells than the header has names.")
    given = zip(header, keys, cells, strict=False)
    return TableRow(number, laid(one for one in given if one[2].strip()))


def _cell(path: str, raw: Mapping[str, object], row: int, definition: TemplateDefinition) -> str:
    value: object = raw
    for key in keys_of(path, definition):
        value = _at(value, key, path, row)
    variable = _variable(path, definition)
    if isinstance(value, ClauseChoice):
        value = {"clause": value.clause, "variant": value.variant}
    if variable is None and isinstance(value, Mapping):
        value = "/".join(str(name) for name in (value.get("clause"), value.get("variant")) if name)
    if value is None or isinstance(value, str):
        return value or ""
    if variable is not None and not isinstance(variable, PartyVariable):
        try:
            return _in_cell(read_single(variable, value, definition.language), definition.language)
        except UnreadableError as error:
            fault = error.fault(variable.label, path, value)
            raise TableError([TableFault(row, path, f"Row {row}, column {path}: {fault.sentence}")]) from error
    raise TableError([TableFault(row, path, f"Row {row}, column {path}: {shown(value)} does not go into a cell.")])


def _at(value: object, key: str | int, path: str, row: int) -> object:
    if value is None or value == "":
        return None
    if isinstance(key, int) and isinstance(value, list | tuple):
        return value[key] if key < len(value) else None
    if isinstance(value, Party) and isinstance(key, str):
        return getattr(value, key)
    if isinstance(value, str) and isinstance(key, str):
        return value if key == "name" else None
    if isinstance(value, Mapping):
        return value.get(key)
    raise TableError([TableFault(row, path, f"Row {row}, column {path}: {shown(value)} does not go into a cell.")])


def _entries(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _variable(path: str, definition: TemplateDefinition) -> Single | None:
    names = path.split(".")
    for variable in definition.variables:
        if variable.id == names[0]:
            if isinstance(variable, ListVariable):
                return next(one for one in variable.of if one.id == names[2])
            return variable
    return None


def _in_cell(value: object, language: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Money):
        return money_written(value, "code", language).replace(",", "")
    if isinstance(value, Period):
        return period_written(value, "figures", language).replace(",", "")
    return str(value)


def _encoded(lines: Iterable[Sequence[str]]) -> bytes:
    """With a byte order mark, by which spreadsheets know UTF-8."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerows(lines)
    return stream.getvalue().encode("utf-8-sig")


def _error(row: int, sentence: str) -> TableError:
    return TableError([TableFault(row, "", sentence)])
