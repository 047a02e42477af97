"""The settings: a dialog that shows what is set and keeps what is chosen."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QFormLayout, QLineEdit, QSpinBox, QWidget

from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.settings import Settings, rule_of
from pactoria_desktop.ui.shell.application import system_theme
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.dialogs import AskingDialog
from pactoria_desktop.ui.widgets.text import Label

if TYPE_CHECKING:
    from pactoria_desktop.ui.workbench.workbench import Workbench

THEMES = (("system", "As the system has it"), ("light", "Light"), ("dark", "Dark"), ("contrast", "High contrast"))
UNNAMED = "Me"


class SettingsDialog(AskingDialog):
    """One line for each setting that a person may change; ``values`` gives them."""

    def __init__(self, look: Look, parent: QWidget, settings: Settings) -> None:
        super().__init__(look, parent, "Settings", "They hold for you on this computer.", "Save")
        self.setMinimumWidth(look.pixels(620))
        self.author = QLineEdit(settings.author_name)
        self.author.setPlaceholderText(UNNAMED)
        self.theme = self._box(THEMES, settings.theme)
        from pactoria_desktop.services.choosing import playbook_titles

        playbooks = [("", "The one that fits the contract"), *playbook_titles().items()]
        self.playbook = self._box(playbooks, settings.default_playbook)
        self.zoom = QSpinBox()
        rule = rule_of("page_zoom")
        self.zoom.setRange(rule.least or 50, rule.most or 300)
        self.zoom.setSingleStep(10)
        self.zoom.setSuffix(" %")
        self.zoom.setValue(settings.page_zoom)
        self.zoom.setFixedSize(look.pixels(110), look.pixels(30))
        self.zoom.lineEdit().setTextMargins(8, 0, 0, 0)
        self.white_page = QCheckBox(rule_of("white_page_in_dark").title)
        self.white_page.setChecked(settings.white_page_in_dark)
        self.suggesting = QCheckBox(rule_of("suggesting_at_start").title)
        self.suggesting.setChecked(settings.suggesting_at_start)
        self.restoring = QCheckBox(rule_of("restore_session").title)
        self.restoring.setChecked(settings.restore_session)
        holder = QWidget()
        form = QFormLayout(holder)
        form.setContentsMargins(0, 4, 0, 4)
        form.setHorizontalSpacing(20)
        form.setVerticalSpacing(12)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for name, widget in (("author_name", self.author), ("theme", self.theme), ("page_zoom", self.zoom),
                             ("default_playbook", self.playbook)):  # fmt: skip
            title = rule_of(name).title
            widget.setAccessibleName(title)
            widget.setFont(look.font(13))
            words = Label(look, title, 13, 400, wrap=True)
            words.setMinimumWidth(look.pixels(230))
            form.addRow(words, widget)
        for check in (self.suggesting, self.restoring, self.white_page):
            check.setAccessibleName(check.text())
            check.setFont(look.font(13))
            form.addRow(check)
        self._add(holder)
        self.author.setFocus()

    def _box(self, choices: object, current: str) -> QComboBox:
        box = QComboBox()
        for key, words in choices:  # type: ignore[attr-defined]
            box.addItem(words, key)
        box.setCurrentIndex(max(0, box.findData(current)))
        return box

    def values(self) -> dict[str, object]:
        """What is chosen, by the names of the settings."""
        return {
            "author_name": self.author.text().strip(),
            "theme": str(self.theme.currentData()),
            "page_zoom": self.zoom.value(),
            "default_playbook": str(self.playbook.currentData()),
            "suggesting_at_start": self.suggesting.isChecked(),
            "restore_session": self.restoring.isChecked(),
            "white_page_in_dark": self.white_page.isChecked(),
        }


class Preferences(QObject):
    """Shows the settings and puts changed ones into effect."""

    def __init__(self, bench: "Workbench") -> None:
        super().__init__(bench)
        self._bench = bench

    def open(self) -> None:
        """Show the settings over the window; they are saved by the dialog's button."""
        bench = self._bench
        dialog = SettingsDialog(bench.look, bench.window, bench.settings.value)
        dialog.accepted.connect(lambda: self.save(dialog.values()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, values: dict[str, object]) -> None:
        """Save settings and put them into effect; the author's name for contracts opened from now on."""
        bench = self._bench
        before = bench.settings.value
        try:
            now = bench.settings.change(**values)
        except PactoriaError as error:
            bench.window.show_error(error)
            return
        if now.author_name != before.author_name:
            bench.service.author = now.author_name or UNNAMED
        if now.theme != before.theme:
            bench.window.choose_theme("" if now.theme == "system" else now.theme)
            application = QApplication.instance()
            if now.theme == "system" and isinstance(application, QApplication):
                bench.look.set_theme(system_theme(application))
        bench.look.set_white_page(now.white_page_in_dark)
        if now.page_zoom != before.page_zoom:
            for tab in bench.tabs.values():
                tab.view.set_zoom(now.page_zoom / 100)
        bench.registry.refresh()
