"""A template filled is the expected text to the letter, whatever the values; nothing of the template is left in it."""

import io
import json
import random
import re
import zipfile
from pathlib import Path

import docx
import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.services.filling import Template, fill, shipped_templates
from pactoria_desktop.services.reviewing import Reviewer
from pactoria_desktop.services.sources import Source
from pactoria_desktop.templates.controls import controls_in
from pactoria_desktop.templates.package import read_template
from pactoria_desktop.templates.source import read_source
from pactoria_desktop.templates.writing import template_package
from tests.unit.templates.expanding import expanded
from tests.unit.templates.worded_values import Given, given

RESOURCES = Path(__file__).resolve().parents[3] / "resources" / "templates"
SOURCES = sorted((RESOURCES / "source").glob("*.txt"))
OWN = Path(__file__).parent / "everything.txt"
CHECKS = re.compile(r"^(blank|term|reference|number|value|check)", re.IGNORECASE)


def conditions_of(template: Template, values: Given) -> dict[str, bool]:
    return {one.id: values.holds(one.when) for one in template.definition.conditions}


def lines_of(data: bytes) -> list[str]:
    """The main story's paragraphs that are not empty."""
    view = accepted(read(Package(data, "filled.docx")))
    main = [one for one in view.paragraphs if one.part == "main"]
    return [line for one in main if (line := view.text[one.start : one.end].strip())]


def check(template: Template, source: str, seed: int) -> bytes:
    values = given(template.definition, random.Random(seed))
    data = fill(template, values.raw, SystemClock()).data
    assert lines_of(data) == expanded(source, conditions_of(template, values), values), f"seed {seed}"
    assert docx.Document(io.BytesIO(data)).paragraphs
    return data


def of_source(path: Path) -> Template:
    return Template(path.stem, template_package(read_source(path.read_bytes(), path.name)))


@pytest.mark.parametrize("path", [OWN, *SOURCES], ids=lambda path: path.stem)
def test_every_template_gives_exactly_the_expected_text(path: Path) -> None:
    template = of_source(path)
    for seed in range(3):
        check(template, path.read_text(encoding="utf-8"), seed)


@pytest.mark.long
@pytest.mark.parametrize("path", [OWN, *SOURCES], ids=lambda path: path.stem)
def test_every_template_gives_exactly_the_expected_text_at_length(path: Path) -> None:
    template = of_source(path)
    for seed in range(3, 60):
        check(template, path.read_text(encoding="utf-8"), seed)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_filled_template_passes_the_review(path: Path) -> None:
    """No blanks, no terms that are undefined or unused, no broken references, no numbers that disagree."""
    template = of_source(path)
    reviewer = Reviewer(None, SystemClock().now().date())
    for seed in (0, 1):
        data = check(template, path.read_text(encoding="utf-8"), seed)
        found = reviewer.review(Source("filled.docx", ".docx", data))["findings"]
        said = [(one["rule"], one["title"], [each["quote"] for each in one["evidence"]]) for one in found]
        assert said == [], f"seed {seed}"


def test_what_is_shipped_is_what_the_sources_give() -> None:
    shipped = {one.name: one.data for one in shipped_templates()}
    assert sorted(shipped) == [f"{path.stem}.docx" for path in SOURCES]
    for path in SOURCES:
        assert shipped[f"{path.stem}.docx"] == of_source(path).data, "run packaging/templates/make.py"
        assert read_template(shipped[f"{path.stem}.docx"], path.stem).definition.notice, "each says it is no advice"


def test_a_filled_contract_keeps_its_fields_and_nothing_else_of_the_template() -> None:
    data = check(of_source(OWN), OWN.read_text(encoding="utf-8"), 5)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not [name for name in archive.namelist() if "customXml" in name]
        assert not any(b"urn:pactoria" in archive.read(name) for name in archive.namelist())
        assert b"customXml" not in archive.read("word/_rels/document.xml.rels")
    package = Package(data, "filled.docx")
    tags = [one.tag for one in controls_in(package.parse(package.main))]
    assert tags
    assert {tag.kind for tag in tags} == {"field"}
    assert {"items.1.title", "fee", "client.name"} <= {tag.path for tag in tags}
    assert not re.search(r"\[[A-Z]", "\n".join(lines_of(data)))


def test_the_example_of_the_help_page_fills_its_template() -> None:
    page = (RESOURCES.parent / "help" / "templates.md").read_text(encoding="utf-8")
    example = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert example is not None
    template = next(one for one in shipped_templates() if one.name == "mutual-nda.docx")
    assert "assess a joint bid" in " ".join(lines_of(fill(template, json.loads(example[1]), SystemClock()).data))
