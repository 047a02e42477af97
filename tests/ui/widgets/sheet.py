"""All parts and their states on one sheet, to look at and to walk over."""

from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QRadioButton, QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.author import AuthorTag, Avatar
from pactoria_desktop.ui.widgets.banner import Banner
from pactoria_desktop.ui.widgets.buttons import Button, ToolButton
from pactoria_desktop.ui.widgets.card_list import Card, CardList
from pactoria_desktop.ui.widgets.chips import Chip, ChipRow
from pactoria_desktop.ui.widgets.empty_state import EmptyState
from pactoria_desktop.ui.widgets.key_hint import KeyHint
from pactoria_desktop.ui.widgets.layouts import card, row
from pactoria_desktop.ui.widgets.progress import ProgressItem
from pactoria_desktop.ui.widgets.rows import Row, RowList
from pactoria_desktop.ui.widgets.search_field import SearchField
from pactoria_desktop.ui.widgets.severity import SeverityCount
from pactoria_desktop.ui.widgets.tabs import PanelTabs
from pactoria_desktop.ui.widgets.text import ElidedLabel, Label

CARDS = (
    Card(
        "a",
        "Liability cap is below your floor",
        "11.2",
        "one hundred per cent (100%) of the Charges paid",
        "Rule 7: at least 125% of yearly charges. Corvane lowered it from 150%.",
        "high",
    ),
    Card(
        "b",
        "Notice to stop renewal was cut to 30 days",
        "12.1",
        "at least thirty (30) days’ notice",
        "Rule 12 asks for 60 to 90 days.",
        "high",
    ),
    Card(
        "c",
        "“Affiliate” is used but not defined",
        "12.2",
        "or an Affiliate of the other",
        "Used in 3 clauses.",
        "medium",
    ),
    Card(
        "d",
        "Interest has no base rate",
        "7.5",
        "interest at four per cent a year",
        "The text changed since this was found.",
        "low",
        stale=True,
    ),
    Card("e", "Deleted “ninety (90)”", "12.1", "", "Tuesday 16:20", author=2, author_name="Dele Okafor"),
)
ROWS = (
    Row("h", "In this contract", head=True),
    Row("1", "Limitation of liability", "clause 11", "Enter", "outline", matches=((14, 18),)),
    Row("2", "Liability Cap", "defined term, used 4 times", "#", "book", matches=((0, 4),)),
    Row("3", "Charges and payment", number="7"),
    Row("4", "Term and termination", number="12", right="2", severity="medium"),
)


def sheet(look: Look) -> QWidget:
    """A window with every part."""
    window = QWidget()
    window.setObjectName("window")
    window.setAccessibleName("Parts")
    grid = QGridLayout(window)
    grid.setContentsMargins(24, 22, 24, 22)
    grid.setSpacing(16)
    off = Button(look, "Disabled")
    off.setEnabled(False)
    progress = ProgressItem(look, "Reading", delay=0)
    progress.set_progress(0.8, "Reading 33 of 40")
    chips = ChipRow(look, "Kind of change", (Chip("all", "All", 23), Chip("figures", "Figures", 5)))
    buttons = card(
        Label(look, "Buttons", 14, 600),
        row(Button(look, "Accept", "primary"), Button(look, "Dismiss…"), off, None),
        row(
            Button(look, "Delete…", "danger"),
            Button(look, "All contracts", "quiet"),
            Button(look, "Open…", icon="folder"),
            None,
        ),
        chips,
        row(progress, None),
        row(KeyHint(look, "F6", "next part"), KeyHint(look, "Esc", "back to the text"), None),
        None,
        spacing=12,
    )
    fields = [QLineEdit() for _ in range(3)]
    for field, name in zip(fields, ("Counterparty", "Date", "From the playbook"), strict=True):
        field.setAccessibleName(name)
        field.setText(name)
    fields[1].setProperty("error", "true")
    fields[2].setEnabled(False)
    tracked, clean = QCheckBox("Tracked"), QRadioButton("Clean")
    tracked.setChecked(True)
    clean.setChecked(True)
    form = card(
        Label(look, "Fields", 14, 600),
        *fields,
        SearchField(look, "Search contracts"),
        row(tracked, clean, None),
        None,
        spacing=12,
    )
    tools = row(
        *(ToolButton(look, icon, icon.capitalize()) for icon in ("undo", "redo", "bold", "italic", "comment")),
        None,
        spacing=2,
    )
    marks = card(
        Label(look, "Severity and people", 14, 600),
        row(*(SeverityCount(look, name, number) for name, number in (("high", 2), ("medium", 3), ("low", 4))), None),
        row(Avatar(look, "Ines Falk", 1), Avatar(look, "Dele Okafor", 2), Avatar(look, "Tomas Reyes", 3), None),
        row(
            AuthorTag(look, "I. Falk", 1, 5),
            AuthorTag(look, "D. Okafor", 2, 4),
            AuthorTag(look, "T. Reyes", 3, 1),
            None,
        ),
        PanelTabs(look, "Pages", ("Findings", "Comments", "Changes")),
        ElidedLabel(look, "Services agreement between Halden Marine Systems and Corvane Freight and many others"),
        tools,
        None,
        spacing=12,
    )
    found = CardList(
        look, "Findings", lambda shown: (Button(look, "Propose 125%", "primary"), Button(look, "Dismiss…"))
    )
    found.set_cards(CARDS)
    found.set_current("a")
    rows = RowList(look, "Results", ROWS, 34)
    rows.set_current("1")
    for place, part in enumerate((buttons, form, marks)):
        grid.addWidget(part, 0, place)
    grid.addWidget(found, 1, 0)
    grid.addWidget(rows, 1, 1)
    grid.addWidget(
        EmptyState(
            look,
            "inbox",
            "No findings in this contract",
            "All 31 rules of the buyer playbook were checked at 10:42.",
            "See what was checked",
        ),
        1,
        2,
    )
    warning, error = Banner(look), Banner(look)
    warning.show_sentence(
        "medium", "One edit in clause 9.2 is not marked: 12 months became 6.", "Show it", lambda: None
    )
    error.show_sentence(
        "high",
        "This file could not be saved: the disk is full. Your text is safe in the journal.",
        "Choose another place",
    )
    grid.addWidget(warning, 2, 0, 1, 3)
    grid.addWidget(error, 3, 0, 1, 3)
    return window
