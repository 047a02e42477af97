"""Smaller deeds on a contract and on the library, each with its question and its sentence at the end."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from pactoria_desktop.runtime.crash_reports import CrashReport
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.library_key import recovery_text
from pactoria_desktop.runtime.work import Lane, Task
from pactoria_desktop.services.library import back_up_to
from pactoria_desktop.ui.workbench.help_pages import HelpPages

if TYPE_CHECKING:
    from pactoria_desktop.contract.history import Version
    from pactoria_desktop.services.shelf import ContractRecord
    from pactoria_desktop.ui.workbench.contract_tab import ContractTab
    from pactoria_desktop.ui.workbench.workbench import Workbench


class Deeds(QObject):
    """What a person does with one question at most."""

    def __init__(self, bench: "Workbench") -> None:
        super().__init__(bench)
        self._bench = bench
        self._help: HelpPages | None = None

    # On changes and comments

    def comment(self, tab: "ContractTab") -> None:
        """Ask for a comment on the selected words."""
        words = self._bench.questions.words("Comment", "It stays with the selected words.", "Comment", long=True)
        if words:
            tab.view.commands.comment(words)

    def resolve_all(self, tab: "ContractTab", *, accept: bool) -> None:
        """Accept or reject every tracked change, after asking."""
        rows = [row for row in tab.change_rows() if not row.is_comment]
        if not rows:
            self._bench.say(tab.key, "note", "There are no tracked changes in this contract.")
            return
        verb = "Accept" if accept else "Reject"
        noun = "1 change" if len(rows) == 1 else f"{len(rows)} changes"
        if self._bench.questions.decision(f"{verb} {noun}?", "You can undo this.", f"{verb} {noun}"):
            tab.resolve({id for row in rows for id in row.ids}, accept=accept)

    def counter(self, tab: "ContractTab", change: str) -> None:
        """Ask for other words in the place of a change, and for the reason, which becomes a comment on them."""
        found = next((row for row in tab.change_rows() if row.id == change), None)
        if found is None:
            return
        answer = self._bench.questions.two(
            "Counter this change",
            f"{found.author}: {found.kind.lower()} “{found.words}”. Your words are suggested beside it, "
            "with the reason as a comment.",
            "Suggest",
            ("Your words", "" if found.kind == "Deleted" else found.words),
            ("Reason", ""),
        )
        if answer is not None:
            tab.counter(change, *answer)

    # On findings

    def check(self, tab: "ContractTab") -> None:
        """Ask for the playbook and check the contract against it."""
        from pactoria_desktop.services.choosing import fitting_playbook, playbook_titles

        wanted = tab.reviewer.wanted
        if wanted is None:
            wanted = fitting_playbook(tab.overview.view.text) if tab.overview is not None else ""
        chosen = self._bench.questions.choice(
            "Check against a playbook",
            "The check runs on this computer. Terms, references, numbers and blanks are checked in any case.",
            "Check",
            (*playbook_titles().items(), ("", "No playbook")),
            wanted,
        )
        if chosen is not None:
            tab.reviewer.wanted = chosen
            self._bench.panels.review_dock.show_page("findings")
            tab.review()

    def dismiss(self, tab: "ContractTab", finding: str) -> None:
        """Ask for the reason and put a finding aside."""
        reason = self._bench.questions.words(
            "Dismiss this finding", "The reason is kept with it.", "Dismiss", long=True
        )
        if reason:
            self.decide(tab, finding, f"dismissed: {reason}")

    def decide(self, tab: "ContractTab", finding: str, verdict: str) -> None:
        """Keep a verdict on a finding; "" opens it again."""
        try:
            self._bench.shelves.keep_verdict(tab.key, finding, verdict)
        except PactoriaError as error:
            self._bench.window.show_error(error)
            return
        tab.decide(finding, verdict)

    # On versions and titles

    def name_version(self, tab: "ContractTab") -> None:
        """Ask for a name and seal a version under it."""
        bench = self._bench
        name = bench.questions.words(
            "Save a version", "Its name. It keeps the text as it is now, with its hash.", "Save version"
        )  # fmt: skip
        if not name:
            return
        opened, author = tab.opened, tab.opened.replica.identity.by
        opened.collect()
        frozen = opened.freeze()

        def work(task: Task) -> "Version":
            opened.flush()
            return opened.add_version(name, frozen, author=author)

        def kept(version: "Version") -> None:
            bench.say(tab.key, "ok", f"Version “{name}” is kept ({version.hash[:12]}).")
            bench.versions_changed(tab.key, version.id)

        bench.tasks.start(tab, Lane.WRITE, "Keeping the version", work, on_result=kept,
                          on_error=bench.window.show_error)  # fmt: skip

    def rename(self, tab: "ContractTab") -> None:
        """Ask for another title."""
        title = self._bench.questions.words("Rename the contract", "", "Rename", tab.title)
        if title:
            self.describe(tab.key, title=title)

    def describe(
        self, contract: str, *, title: str | None = None, counterparty: str | None = None, status: str | None = None
    ) -> None:
        """Keep another title, counterparty or status of a contract and show it everywhere."""
        bench = self._bench

        def work(task: object) -> "ContractRecord":
            return bench.shelves.shelf.describe(contract, title=title, counterparty=counterparty, status=status)

        bench.tasks.start(
            bench, Lane.WRITE, "Keeping the particulars", work, on_result=self.show_described,
            on_error=bench.window.show_error,
        )  # fmt: skip

    def show_described(self, record: "ContractRecord") -> None:
        """Show a contract's particulars as they are kept now, everywhere."""
        bench = self._bench
        tab = bench.tabs.get(record.id)
        if tab is not None:
            tab.opened.record = record
            bench.window.documents.set_title(record.id, record.title)
        bench.shelves.refresh()

    # On the library

    def show_recovery_key(self) -> None:
        """Show the key that opens the library when keyring or passphrase are lost."""
        self._bench.questions.show_text(
            "Recovery key", "Print it and keep it in a safe place: whoever has it can open this library.",
            recovery_text(self._bench.service.library.key), "Copy the key",
        )  # fmt: skip

    def show_crash_report(self, report: CrashReport) -> None:
        """Show what is known of the end of the last run; nothing is sent anywhere."""
        self._bench.questions.show_text(
            "The last run ended by a fault",
            "Your library is whole; at most two seconds of typing are missing. This is all that was noted, and it "
            "stays on this computer. It holds no words of a contract.",
            report.text(), "Copy the report",
        )  # fmt: skip

    def back_up(self) -> None:
        """Ask for a file and a passphrase and write an encrypted copy of the library."""
        bench = self._bench
        path = bench.questions.file_to_write("Back up the library", "pactoria-backup.pactoria", "Backups (*.pactoria)")
        if path is None:
            return
        passphrase = bench.questions.words(
            "Passphrase of the backup", "It opens the backup; the recovery key of this library opens it, too.",
            "Back up", secret=True,
        )  # fmt: skip
        if not passphrase:
            return
        service = bench.service
        bench.tasks.start(
            self, Lane.WRITE, "Backing up", lambda task: back_up_to(service, path, passphrase),
            on_error=bench.window.show_error,
            on_result=lambda nothing: bench.window.banner.show_sentence("ok", f"{path.name} was written and verified."),
        )  # fmt: skip

    # Help

    def show_help(self, page: str = "index.md") -> HelpPages:
        """Open the help at a page, in a window of its own beside this one."""
        if self._help is None:
            self._help = HelpPages(self._bench.look, self._bench.window)
        self._help.show_page(page)
        self._help.show()
        self._help.raise_()
        self._help.activateWindow()
        return self._help
