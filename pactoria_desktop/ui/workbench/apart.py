"""Sentences that two people changed apart: the window says so at the contract, and asks one after the other."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from pactoria_desktop.replica.changes import Place
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.work import Lane, Task

if TYPE_CHECKING:
    from pactoria_desktop.services.questions import AskedSentence, Part
    from pactoria_desktop.ui.sharing.question import QuestionDialog
    from pactoria_desktop.ui.sharing.values import Answer, Piece, Question
    from pactoria_desktop.ui.workbench.contract_tab import ContractTab
    from pactoria_desktop.ui.workbench.workbench import Workbench

PAUSE = 250  # milliseconds in which what is heard of sync is looked at once
Asked = dict[str, tuple[int, "tuple[AskedSentence, ...]"]]
"""The seat and the open questions of each open contract."""


class Apart(QObject):
    """Asks the open questions of the contracts that are open."""

    def __init__(self, bench: "Workbench") -> None:
        super().__init__(bench)
        self._bench = bench
        self._asked: Asked = {}
        self._said: dict[str, int] = {}
        self.dialog: QuestionDialog | None = None
        self._looking = self._again = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._look)
        bench.live.changed.connect(self._timer.start)

    def opened(self) -> None:
        """A contract was opened: its questions are looked for."""
        self._timer.start()

    def count(self, contract: str) -> int:
        """How many questions of an open contract wait for an answer."""
        return len(self._asked.get(contract, (0, ()))[1])

    def ask(self, tab: "ContractTab") -> None:
        """Ask the first question of a contract that can be shown, and the others after it."""
        seat, asked = self._asked.get(tab.key, (0, ()))
        if not asked or self.dialog is not None or tab.ended:
            return
        self._show(tab, seat, asked[0], len(asked))

    # Looking

    def _look(self) -> None:
        if self._looking:
            self._again = True
            return
        bench = self._bench
        contracts = [key for key in bench.tabs if bench.roles.standing(key) is not None]
        if not contracts:
            self._asked = {}
            return
        self._looking = True

        def work(task: Task) -> Asked:
            from pactoria_desktop.services.accounts import Accounts
            from pactoria_desktop.services.questions import open_questions
            from pactoria_desktop.services.syncing import Syncing

            accounts, found = Accounts(bench.service), Asked()
            for contract in contracts:
                home = accounts.home(contract)
                if home is not None and home.state == "member":
                    syncing = Syncing(bench.service, home.seat)
                    found[contract] = (home.seat, open_questions(syncing, contract))
            return found

        bench.tasks.start(
            self, Lane.COMPUTE, "Looking for questions", work, on_result=self._looked, on_error=self._not_looked,
            on_cancelled=self._ended,
        )  # fmt: skip

    def _ended(self) -> None:
        self._looking = False
        if self._again:
            self._again = False
            self._timer.start()

    def _not_looked(self, error: Exception) -> None:
        self._ended()
        self._bench.window.show_error(error)

    def _looked(self, found: Asked) -> None:
        self._ended()
        self._asked = found
        self._bench.registry.refresh(("contract.questions",))
        for contract, (_, asked) in found.items():
            tab = self._bench.tabs.get(contract)
            if tab is None or len(asked) <= self._said.get(contract, 0):
                self._said[contract] = len(asked)
                continue
            self._said[contract] = len(asked)
            if not self._bench.roles.why_not(contract, "contract.edit"):
                account = self._bench.together.account
                sentence = _sentence(asked, account.person if account is not None else "")
                self._bench.say(
                    contract, "medium", sentence, "Decide", lambda tab=tab: self.ask(tab)  # type: ignore[misc]
                )  # fmt: skip

    # Asking

    def _show(self, tab: "ContractTab", seat: int, asked: "AskedSentence", of: int) -> None:
        from pactoria_desktop.services.questions import seen_by
        from pactoria_desktop.ui.sharing.question import QuestionDialog

        account = self._bench.together.account
        turned, meaning = seen_by(asked, account.person if account is not None else "")
        dialog = QuestionDialog(self._bench.look, self._bench.window, self._shown(tab, turned), 1, of)
        self.dialog = dialog
        dialog.answered.connect(lambda key, answer: self._answered(tab, seat, turned, answer, meaning[answer.kind]))
        dialog.finished.connect(self._closed)
        dialog.open()

    def _closed(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()

    def _answered(self, tab: "ContractTab", seat: int, asked: "AskedSentence", answer: "Answer", kind: str) -> None:
        """Let the text say what was decided, then let everybody know."""
        from pactoria_desktop.services.questions import settle

        if tab.ended:
            return
        try:
            settle(tab.opened.replica, asked, answer.kind, answer.words)
        except PactoriaError as error:
            self._bench.window.show_error(error)
            return
        service, left = self._bench.service, self._asked.get(tab.key, (seat, ()))[1]
        self._asked[tab.key] = (seat, tuple(one for one in left if one.id != asked.id))
        self._said[tab.key] = len(self._asked[tab.key][1])

        def work(task: Task) -> None:
            from pactoria_desktop.services.syncing import Syncing

            Syncing(service, seat).answer(asked.id, kind)  # type: ignore[arg-type]

        self._bench.tasks.start(
            self, Lane.WRITE, "Keeping your answer", work, on_error=self._bench.window.show_error
        )  # fmt: skip
        self._bench.registry.refresh(("contract.questions",))
        QTimer.singleShot(0, self, lambda: self.ask(tab))

    def _shown(self, tab: "ContractTab", asked: "AskedSentence") -> "Question":
        from pactoria_desktop.services.questions import find, parts_of
        from pactoria_desktop.ui.library.when import spoken_instant
        from pactoria_desktop.ui.sharing.values import Piece, Question, Side

        mine, theirs = asked.names
        when = spoken_instant(asked.asked_at, self._bench.service.clock.now())
        found = find(tab.opened.replica, asked)
        clause = tab.clause_at(Place(found.slot, found.start)) if found is not None else ""
        style = tab.view.authors.style
        other = theirs.split()[0] if theirs.split() else "Somebody"
        return Question(
            asked.id, clause, other,
            Side("Before", "", (Piece(asked.base),)),
            Side("Yours", when, _passage(parts_of(asked.base, asked.versions[0]), style(mine))),
            Side(f"{other}’s", when, _passage(parts_of(asked.base, asked.versions[1]), style(theirs))),
        )  # fmt: skip


def _passage(parts: "Sequence[Part]", style: int) -> "tuple[Piece, ...]":
    from pactoria_desktop.ui.sharing.values import Piece

    return tuple(
        Piece(part.words, style if part.change == "inserted" else 0, style if part.change == "struck" else 0)
        for part in parts
    )


def _sentence(asked: "Sequence[AskedSentence]", me: str) -> str:
    others = sorted({name for one in asked for person, name in zip(one.people, one.names, strict=True)
                     if name and person != me})  # fmt: skip
    mine = any(me in one.people for one in asked)
    people = ["You", *others] if mine else others
    who = " and ".join(people) if len(people) == 2 else "Several people"
    count = "one sentence" if len(asked) == 1 else f"{len(asked)} sentences"
    return f"{who} changed {count} apart. Both versions are in the text as tracked changes; decide which holds."
