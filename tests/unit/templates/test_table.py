"""A table of values is read row by row, and what is wrong in it is said with its row and column."""

import csv
import io
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pactoria_desktop.protocol.templates import TemplateDefinition
from pactoria_desktop.templates import table
from pactoria_desktop.templates.table import TableError, empty_table, read_rows, read_table, written_table
from pactoria_desktop.templates.values import ClauseChoice, read_values
from tests.unit.templates.generating import as_entered, some_definition, valid_values

DEFINITION = TemplateDefinition.model_validate({
    "id": "t", "title": "T", "category": "c",
    "variables": [
        {"kind": "party", "id": "client", "label": "Client"},
        {"kind": "money", "id": "fee", "label": "Fee", "currencies": ["GBP", "EUR"]},
        {"kind": "number", "id": "seats", "label": "Seats", "default": 5},
        {"kind": "long_text", "id": "note", "label": "Note", "required": False},
        {"kind": "list", "id": "works", "label": "Works", "item_label": "Work", "least": 0, "most": 4,
         "of": [{"kind": "text", "id": "title", "label": "Title"},
                {"kind": "party", "id": "maker", "label": "Maker", "required": False}]},
    ],
    "slots": [{"id": "law", "title": "Law", "category": "law"}],
})  # fmt: skip
TEXT = (
    "client.name{0}fee{0}note{0}works.1.title{0}works.2.title{0}works.2.maker.name{0}law.clause{0}law.variant\r\n"
    'Acme{0}"£1,250.50"{0}"one\r\ntwo"{0}A{0}B{0}Ann{0}english{0}short\r\n'
    "\r\n"
    "Müller{0}€5{0}{0}{0}{0}\r\n"
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_table_is_read_whatever_the_spreadsheet_parts_its_cells_with(delimiter: str, encoding: str) -> None:
    read = read_table(DEFINITION, TEXT.format(delimiter).encode(encoding))
    assert (read.delimiter, [row.number for row in read.rows]) == (delimiter, [2, 4])
    first, second = read_rows(DEFINITION, read)
    works = [{"title": "A"}, {"title": "B", "maker": {"name": "Ann"}}]
    raw = {"client": "Acme", "fee": "GBP 1250.50", "note": "one\ntwo", "works": works, "law": "english/short"}
    assert first.values == read_values(DEFINITION, raw)
    assert second.values == read_values(DEFINITION, {"client": "Müller", "fee": "EUR 5"})
    assert second.values.fields["seats"] == 5


def test_faults_name_row_and_column_and_leave_the_other_rows_alone() -> None:
    data = b"client.name,fee,seats,works.2.title\nAcme,much,1.5,\nBright,GBP 1,,B\nCold,GBP 2,,\n"
    bad, gap, good = read_rows(DEFINITION, read_table(DEFINITION, data))
    assert [fault.sentence for fault in bad.faults] == [
        "Row 2, column fee: Fee (fee) must be an amount of money in GBP or EUR, such as £12,500, not “much”.",
        "Row 2, column seats: Seats (seats) must be a whole number, not “1.5”.",
    ]
    assert [(fault.row, fault.column) for fault in gap.faults] == [(3, "works.1.title")]
    assert (bad.values, gap.values) == (None, None)
    assert good.values is not None


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The table is empty: its first row must name the fields."),
        (b"client.name,fee\n\xff,1\n", "The table is not in UTF-8: save it from the spreadsheet as “CSV UTF-8”."),
        ("client.name,fee".encode("utf-16"), "The table is not in UTF-8: save it from the spreadsheet as “CSV UTF-8”."),
        (b"client.name,fees\nA,1\n", "Column 2 of the table: “fees” is no field of the template “T”."),
        (b"client.name,works.title\n", "Column 2 of the table: “works.title” is no field of the list Works; one is "
         "works.1.title."),
        (b"client.name,,fee\n", "Column 2 of the table has no name: its first row names the fields."),
        (b"fee,client.name,fee\n", "The column “fee” is twice in the table."),
        (b"client,client.name,fee\n", "The column “client.name” stands beside another for the same field."),
        (b"client.name\nA\n", "The table has no column for Fee (fee), which is required."),
        (b"client.name,fee\nA,1,2\n", "Row 2 of the table has more cells than the header has names."),
        (b'client.name,fee\nA,"1\n', "Row 2 of the table cannot be read: unexpected end of data."),
    ],
)  # fmt: skip
def test_what_is_no_table_of_this_template_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(TableError) as caught:
        read_table(DEFINITION, data)
    assert str(caught.value) == sentence
    assert caught.value.faults[0].row == (2 if "Row 2" in sentence or b"\xff,1" in data else 1)


def test_a_table_has_at_most_ten_thousand_rows_and_fifty_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    header = b"client.name,fee\n"
    assert len(read_table(DEFINITION, header + b"A,GBP 1\n" * 10_000).rows) == table.MOST_ROWS == 10_000
    with pytest.raises(TableError, match="more than 10,000 rows"):
        read_table(DEFINITION, header + b"A,GBP 1\n" * 10_001)
    monkeypatch.setattr(table, "MOST_BYTES", 1_000_000)
    with pytest.raises(TableError, match="larger than 1 MB"):
        read_table(DEFINITION, header + b"A,GBP 1\n" * 150_000)


def test_an_empty_table_has_every_column_that_a_spreadsheet_needs() -> None:
    header = empty_table(DEFINITION, items=2).decode("utf-8-sig")
    assert header == (
        "client.name,client.address,fee,seats,note,works.1.title,works.1.maker.name,works.1.maker.address,"
        "works.2.title,works.2.maker.name,works.2.maker.address,law\r\n"
    )
    assert empty_table(DEFINITION, items=99).count(b".title") == 4
    assert read_table(DEFINITION, empty_table(DEFINITION)).rows == ()


@pytest.mark.parametrize(
    "raw",
    [
        {"nobody": 1}, {"fee": [1]}, {"works": [3]}, {"client": {"name": {"a": 1}}}, {"fee": 0.5},
        {"works": [{"title": "A"}] * 101},
    ],
)  # fmt: skip
def test_what_does_not_go_into_a_cell_is_not_left_out_in_silence(raw: dict[str, Any]) -> None:
    with pytest.raises(TableError, match=r"^Row 3[,:]"):
        written_table(DEFINITION, [{}, raw])


def test_a_chosen_clause_is_written_with_its_variant() -> None:
    (row,) = csv.DictReader(
        io.StringIO(written_table(DEFINITION, [{"law": ClauseChoice("english", "short")}]).decode("utf-8-sig"))
    )
    assert row["law"] == "english/short"


@given(st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_what_is_written_as_a_table_is_read_to_the_same_values(seed: int) -> None:
    random = Random(seed)
    described = some_definition(random)
    raws = [valid_values(described, random) for _ in range(3)]
    raws = [raws[0], as_entered(described, raws[1], random), read_values(described, raws[2]).as_json()]
    rows = list(read_rows(described, read_table(described, written_table(described, raws))))
    for row, raw in zip(rows, raws, strict=True):
        assert row.values is not None, row.faults
        assert (row.values.fields, row.values.slots) == (
            read_values(described, raw).fields,
            read_values(described, raw).slots,
        )
