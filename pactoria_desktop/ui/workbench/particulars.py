"""The particulars of a contract, shown and kept: title, counterparty, status, parties."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from pactoria_desktop.runtime.work import Lane, Task
from pactoria_desktop.ui.sharing.values import Particulars, Party
from pactoria_desktop.ui.workbench.chosen import STATUSES

if TYPE_CHECKING:
    from pactoria_desktop.services.shelf import ContractRecord
    from pactoria_desktop.ui.sharing.particulars import ParticularsDialog
    from pactoria_desktop.ui.workbench.workbench import Workbench


class ParticularsDeeds(QObject):
    """Opens the dialog for a contract of the library, open or not, and keeps what is changed there."""

    def __init__(self, bench: "Workbench") -> None:
        super().__init__(bench)
        self._bench = bench
        self.dialog: ParticularsDialog | None = None

    def open(self, contract: str) -> None:
        """Read them and show the dialog; who may not edit them reads them there."""
        bench = self._bench

        def read(task: Task) -> tuple[Particulars, bool]:
            from pactoria_desktop.services.accounts import Accounts
            from pactoria_desktop.services.agreeing import Agreeing

            (record,) = bench.shelves.shelf.records([contract])
            parties = tuple(Party(each.name, each.part, each.id) for each in Agreeing(bench.service).parties(contract))
            editable = Accounts(bench.service).may(contract, "contract.edit")
            return Particulars(record.title, record.counterparty, record.status, parties), editable

        bench.tasks.start(
            self, Lane.COMPUTE, "Reading the particulars", read,
            on_result=lambda found: self._show(contract, *found), on_error=bench.window.show_error,
        )  # fmt: skip

    def _show(self, contract: str, given: Particulars, editable: bool) -> None:
        from pactoria_desktop.ui.sharing.particulars import ParticularsDialog

        bench = self._bench
        self.dialog = ParticularsDialog(bench.look, bench.window, given, STATUSES, editable=editable)
        self.dialog.wanted.connect(lambda wanted: self._keep(contract, given, wanted))
        self.dialog.finished.connect(self.dialog.deleteLater)
        self.dialog.open()

    def _keep(self, contract: str, given: Particulars, wanted: Particulars) -> None:
        """Keep what is another than before, so that nobody else's change of the rest is touched."""
        bench = self._bench

        def work(task: Task) -> "ContractRecord":
            from pactoria_desktop.services.agreeing import Agreeing

            if wanted.parties != given.parties:
                rows = [(party.key, party.name, party.part) for party in wanted.parties]
                Agreeing(bench.service).set_parties(contract, rows)
            return bench.shelves.shelf.describe(
                contract,
                title=wanted.title if wanted.title != given.title else None,
                counterparty=wanted.counterparty if wanted.counterparty != given.counterparty else None,
                status=wanted.status if wanted.status != given.status else None,
            )

        def show(record: "ContractRecord") -> None:
            bench.deeds.show_described(record)
            if bench.account.together is not None:
                bench.account.together.wake()
            bench.account.look()

        bench.tasks.start(self, Lane.WRITE, "Keeping the particulars", work, on_result=show,
                          on_error=bench.window.show_error)  # fmt: skip
