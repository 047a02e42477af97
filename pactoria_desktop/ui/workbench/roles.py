"""What the person may do with each open contract, and that its page lets them do no more."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from pactoria_desktop.protocol.permissions import may
from pactoria_desktop.runtime.work import Lane

if TYPE_CHECKING:
    from pactoria_desktop.replica.identity import Identity
    from pactoria_desktop.replica.rights import Rights
    from pactoria_desktop.services.accounts import Standing
    from pactoria_desktop.ui.workbench.contract_tab import ContractTab
    from pactoria_desktop.ui.workbench.workbench import Workbench


class Roles(QObject):
    """Knows the person's standing in the open contracts. What is in no organization is their own: all goes."""

    def __init__(self, bench: "Workbench") -> None:
        super().__init__(bench)
        self._bench = bench
        self._standings: dict[str, Standing] = {}

    def standing(self, contract: str) -> "Standing | None":
        """The person's standing in an open contract, None for one that is their own."""
        return self._standings.get(contract)

    def may(self, contract: str, operation: str) -> bool:
        """Whether they may do an operation of ``protocol.permissions``."""
        standing = self.standing(contract)
        return standing is None or may(operation, standing.role)

    def why_not(self, contract: str, operation: str) -> str:
        """Why they may not; empty where they may."""
        standing = self.standing(contract)
        return "" if standing is None else standing.why_not(operation)

    def sentence(self, contract: str, operation: str) -> str:
        """The same as a sentence."""
        reason = self.why_not(contract, operation)
        return f"{reason[0].upper()}{reason[1:]}." if reason else ""

    def follow(self, tab: "ContractTab") -> None:
        """Hold a contract that has just been opened to the person's role, before anything can be typed."""
        from pactoria_desktop.services.accounts import Accounts

        self._take(tab, Accounts(self._bench.service).standing(tab.key), first=True)

    def refresh(self) -> None:
        """Read anew how the person stands in the open contracts, in the background."""
        bench, keys = self._bench, tuple(self._bench.tabs)
        if not keys:
            return

        def read(task: object) -> "dict[str, tuple[Standing | None, Identity]]":
            from pactoria_desktop.services.accounts import Accounts

            accounts = Accounts(bench.service)
            return {key: (accounts.standing(key), accounts.identity(key)) for key in keys}

        def show(found: "dict[str, tuple[Standing | None, Identity]]") -> None:
            for key, (standing, identity) in found.items():
                tab = bench.tabs.get(key)
                if tab is not None and not tab.ended:
                    self._take(tab, standing)
                    self._name(tab, identity)
            bench.agreements_changed()

        bench.tasks.start(self, Lane.COMPUTE, "Reading your role", read, on_result=show,
                          on_error=bench.window.show_error)  # fmt: skip

    @staticmethod
    def _name(tab: "ContractTab", identity: "Identity") -> None:
        """From here on what is typed is this person's: a contract may join an organization while it is open."""
        if tab.opened.replica.identity != identity:
            tab.opened.replica.identity = identity
            tab.view.commands.bursts.end()

    def _take(self, tab: "ContractTab", standing: "Standing | None", *, first: bool = False) -> None:
        from pactoria_desktop.replica.rights import Rights

        before = self._standings.pop(tab.key, None)
        if standing is not None:
            self._standings[tab.key] = standing
        if before == standing and not first:
            return
        tab.opened.replica.in_company = standing is not None
        rights = _rights(standing)
        if tab.view.rights is not rights:
            tab.view.set_rights(rights)
        bench, sentence = self._bench, _sentence(standing, rights)
        if sentence:  # the tab is in the window after this
            QTimer.singleShot(0, tab, lambda: bench.say(tab.key, "note", sentence))
        elif before is not None and _rights(before) is not Rights.ALL:
            bench.say(tab.key, "ok", "You may edit this contract now.")
        if not first and tab is bench.current():
            bench.panels.show()
        bench.registry.refresh()


def _rights(standing: "Standing | None") -> "Rights":
    from pactoria_desktop.replica.rights import Rights

    if standing is None or may("contract.edit", standing.role):
        return Rights.ALL
    return Rights.SUGGEST if may("contract.suggest", standing.role) else Rights.READ


def _sentence(standing: "Standing | None", rights: "Rights") -> str:
    from pactoria_desktop.replica.rights import Rights

    if standing is None or rights is Rights.ALL:
        return ""
    if standing.lost:
        return (
            f"You do not belong to {standing.organization} any more. What is here can be read and exported; changes "
            "would reach nobody."
        )
    if standing.of:
        return (
            f"This contract came here with the sign-in of {standing.of}. You can read and export it; sign in as "
            f"{standing.of} to change it."
        )
    if rights is Rights.READ:
        return f"As {standing.role.value} of {standing.organization} you read this contract and do not change it."
    return (
        f"As {standing.role.value} of {standing.organization} you suggest changes and comment; editors decide on them."
    )
