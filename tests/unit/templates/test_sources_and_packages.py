"""A source or a Word file that is no good template is refused with every fault, each at its place."""

import io
import zipfile
from pathlib import Path

import docx
import pytest

from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.protocol.templates import TemplateDefinition
from pactoria_desktop.templates.conditions import explain
from pactoria_desktop.templates.definition_part import TemplateError
from pactoria_desktop.templates.package import read_template
from pactoria_desktop.templates.source import SourceError, read_source
from pactoria_desktop.templates.tags import Tag, tag_of
from pactoria_desktop.templates.writing import template_package

OWN = Path(__file__).parent / "everything.txt"
HEAD = """---
id: small
title: Small
category: test
variables:
  - {kind: text, id: name, label: Name}
  - {kind: yes_no, id: flag, label: Flag}
conditions:
  - {id: flagged, title: Flagged, when: {variable: flag, test: is, value: true}}
---
"""
BODY = "= Small\n1 One {bookmark:one}\n2 {{name}}\n[if flagged]\n1 Two {bookmark:two}\n[/if]\n"


def package(words: str) -> bytes:
    return template_package(read_source(words.encode(), "small.txt"))


def test_a_good_source_becomes_a_template_whose_definition_is_the_same() -> None:
    content = read_template(package(HEAD + BODY))
    assert content.definition == read_source((HEAD + BODY).encode(), "small.txt").definition
    assert [(one.path, block.text[one.start : one.end]) for block in content.blocks for one in block.fields] == [
        ("name", "[Name]")
    ]
    assert [block.within for block in content.blocks if block.text == "Two"] == [("if:flagged",)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x words", "line 11: a paragraph begins with its kind"),
        ("2 [TBD]", "'['"),
        ("2 by ______", "'___"),
        ("[if flagged]", "line 11: [if flagged] is not closed"),
        ("[/if]", "closes nothing"),
        ("2 **bold", "not closed"),
        ("2 {if flagged}x", "not closed in its paragraph"),
        (". {bookmark:b} x", "without a number"),
        ("G Two words", "one party"),
        ("T a | b\nT c", "1 cells and the row before it 2"),
    ],
)
def test_a_fault_of_a_source_names_its_line(line: str, said: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_source((HEAD + line + "\n" + BODY).encode(), "small.txt")
    assert any(said in fault for fault in caught.value.faults), caught.value.faults


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("test: is, value: true", "test: is, value: maybe", "conditions.flagged.when"),
        ("variable: flag", "variable: flog", "'flog'"),
        ("id: flag,", "id: name,", "declared twice"),
        ("kind: text", "kind: colour", "variables.0"),
        ("title: Small", "colour: red", "title"),
        ("kind: text, id: name", "kind: text, id: Name", "variables.0.text.id"),
    ],
)
def test_a_fault_of_a_definition_names_its_field(old: str, new: str, said: str) -> None:
    assert old in HEAD
    with pytest.raises(SourceError) as caught:
        read_source((HEAD.replace(old, new, 1) + BODY).encode(), "small.txt")
    assert said in caught.value.sentence


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{{name}}", "{{nome}}", "no variable 'nome'"),
        ("{{name}}", "{{name.address}}", "has no part 'address'"),
        ("{{name}}", "nobody", "asks for 'Name' (name) and uses it nowhere"),
        ("flagged]", "flogged]", "the condition 'flogged'"),
        ("[if flagged]\n1 Two {bookmark:two}\n[/if]", "", "declares the condition 'Flagged'"),
        ("2 {{name}}", "2 {{name}} {ref:nine}", "names 'nine'"),
        ("2 {{name}}", "2 {{name}} {ref:two}", "may be left out (flagged)"),
    ],
)
def test_a_package_is_held_against_its_definition(old: str, new: str, said: str) -> None:
    assert old in BODY
    with pytest.raises(TemplateError) as caught:
        read_template(package(HEAD + BODY.replace(old, new, 1)), "small.docx")
    assert any(said in fault for fault in caught.value.faults), caught.value.faults


def test_a_word_file_without_definition_or_with_tracked_changes_is_no_template() -> None:
    out = io.BytesIO()
    docx.Document().save(out)
    with pytest.raises(TemplateError, match="without a template's definition"):
        read_template(out.getvalue(), "plain.docx")
    with pytest.raises(DocumentError):
        read_template(b"PK no zip", "broken.docx")
    data, changed = package(HEAD + BODY), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/document.xml":
                part = part.replace(b"<w:t xml:space", b"<w:lastRenderedPageBreak/><w:t xml:space", 1).replace(
                    b"</w:body>", b'<w:p><w:ins w:id="1" w:author="A"><w:r><w:t>x</w:t></w:r></w:ins></w:p></w:body>'
                )
            new.writestr(name, part)
    with pytest.raises(TemplateError, match="tracked changes"):
        read_template(changed.getvalue(), "small.docx")


def test_word_keeps_a_template_saved_by_another_program() -> None:
    data = package(HEAD + BODY)
    out = io.BytesIO()
    docx.Document(io.BytesIO(data)).save(out)
    assert read_template(out.getvalue()).definition == read_template(data).definition


def test_tags_are_read_as_they_are_written() -> None:
    for tag in (
        Tag("field", "fee"),
        Tag("field", "items.2.maker.name"),
        Tag("if", "data"),
        Tag("each", "items"),
        Tag("slot", "cap"),
    ):
        assert tag_of(tag.value) == tag
    assert tag_of("Text1") is None
    assert tag_of(None) is None
    for value in ("pactoria:", "pactoria:Fee", "pactoria:if:", f"pactoria:{'a' * 60}"):
        with pytest.raises(ValueError, match="names no field"):
            tag_of(value)


def everything() -> TemplateDefinition:
    return read_source(OWN.read_bytes(), OWN.name).definition


def test_conditions_are_explained_in_words() -> None:
    definition = everything()
    words = {one.id: explain(one.when, definition) for one in definition.conditions}
    assert words["with_data"] == "stands if “Personal data” is yes"
    assert words["long_term"] == "stands if “Staff” is 300 or more or “Law” is “Scotland”"
