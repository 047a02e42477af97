"""The bar above a contract says who changed how much, and the page dots what is defined."""

from pathlib import Path

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.author import AuthorLegend, short_name
from tests.end_to_end.desk import desk
from tests.samples import SAMPLES

RETURNED = SAMPLES / "services-agreement-from-corvane.docx"


def test_the_bar_names_those_whose_changes_are_open_and_forgets_them_when_none_is(look: Look, tmp_path: Path) -> None:
    with desk(tmp_path, look) as at:
        at.drop(RETURNED)
        at.opened()
        tab = at.tab
        at.wait(lambda: tab.overview is not None, "the overview")
        at.settled()
        legend = at.window.findChild(AuthorLegend)
        assert legend is not None
        assert tab.overview is not None
        assert sum(count for _, _, count in tab.authors()) == len(tab.overview.changes) > 10
        assert len(legend.tags) == len(tab.authors()) > 1
        assert [tag.isVisible() for tag in legend.tags] == [True] * len(legend.tags)
        uses = set(tab.overview.term_uses)
        terms = tab.view.editor.layers.terms
        assert len(uses) == len(terms) > 10
        before = tab.opened.replica.plain_export()
        tab.view.commands.accept_all()
        tab.view.commands.turns.finish()
        at.wait(lambda: not tab.authors(), "the overview without changes")
        at.settled()
        assert legend.tags == []
        assert tab.opened.replica.plain_export() != before


def test_who_does_not_fit_is_left_out(look: Look, qtbot) -> None:
    legend = AuthorLegend(look)
    qtbot.addWidget(legend)
    legend.show_authors([("Ines Falk", 1, 2), ("Dele Okafor", 2, 9), ("Nobody", 3, 0)])
    legend.resize(legend.sizeHint())
    legend.show()
    assert [tag.accessibleName() for tag in legend.tags] == ["Dele Okafor, 9 changes", "Ines Falk, 2 changes"]
    assert [tag.isVisible() for tag in legend.tags] == [True, True]
    legend.resize(legend.sizeHint().width() - 8, 26)
    assert [tag.isVisible() for tag in legend.tags] == [True, False]


def test_people_are_named_short_and_companies_whole() -> None:
    assert short_name("Ines Falk") == "I. Falk"
    assert short_name("Anna Maria Lindt") == "A. M. Lindt"
    assert short_name("Halden Marine LLP") == "Halden Marine LLP"
    assert short_name("Counsel") == "Counsel"
    assert short_name("") == ""
