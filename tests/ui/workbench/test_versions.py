"""The versions of a contract in the real window, on a real library: listed, compared, exported, verified."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pactoria_desktop.ui.review.version_list import VersionRow
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.workbench.versions import Versions
from tests.end_to_end.desk import Desk, desk
from tests.samples import SAMPLES


@pytest.fixture
def at(look: Look, tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "home", look) as found:
        yield found


def versions(at: Desk) -> Versions:
    return at.bench.panels.versions


def rows(at: Desk) -> tuple[VersionRow, ...]:
    return versions(at).panel.list.rows()


def shown(at: Desk, many: int) -> tuple[VersionRow, ...]:
    """The rows of the panel, once there are as many."""
    at.bench.registry.run("contract.versions")
    at.wait(lambda: len(rows(at)) == many, f"{many} versions")
    at.settled()
    return rows(at)


def save(at: Desk, name: str) -> None:
    came = at.answer(name)
    assert at.bench.registry.run("contract.version")
    came()
    at.settled()


def test_a_contract_alone_on_this_computer_shows_its_versions_newest_first(at: Desk) -> None:
    at.drop(SAMPLES / "services-agreement.docx")
    at.opened()
    first = shown(at, 1)[0]
    assert (first.number, first.name, first.who) == (1, "As imported", "Imported by you")
    save(at, "Our first round")
    assert [row.name for row in rows(at)] == ["Our first round", "As imported"]
    assert versions(at).panel.list.current_key() == rows(at)[0].key, "the saved one is chosen"
    assert at.errors == []
