"""The commands of the account, and of what several people do at a contract."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pactoria_desktop.ui.shell.commands import Command
from pactoria_desktop.ui.workbench.account import NOBODY, SOMEBODY

if TYPE_CHECKING:
    from pactoria_desktop.ui.workbench.contract_tab import ContractTab
    from pactoria_desktop.ui.workbench.workbench import Workbench

NO_CONTRACT = "no contract is shown"
ALONE = "this contract is in no organization"


def account_commands(bench: "Workbench") -> tuple[Command, ...]:
    """Signing in, sync, sharing, particulars, approvals."""
    account = bench.account

    def signed_in() -> bool:
        return account.signed_in

    def signed_out() -> bool:
        return account.together is not None and not account.signed_in

    def shown() -> bool:
        return bench.current() is not None

    def on(act: "Callable[[ContractTab], object]") -> Callable[[], None]:
        def run() -> None:
            tab = bench.current()
            if tab is not None:
                act(tab)

        return run

    def needs_account() -> str:
        return "" if account.signed_in else NOBODY

    def needs(operation: str) -> Callable[[], str]:
        def refusal() -> str:
            tab = bench.current()
            if tab is None:
                return ""
            return ALONE if bench.roles.standing(tab.key) is None else bench.roles.why_not(tab.key, operation)

        return refusal

    return (
        Command("account.sign_in", "Sign in…", "File", account.show_account, (), "person", signed_out, group=80,
                why_not=SOMEBODY, words="account platform organization login"),
        Command("account.sync_now", "Sync now", "File", account.sync_now, ("Ctrl+Alt+U",), "sync", signed_in, group=80,
                why_not=NOBODY, words="send receive refresh"),
        Command("account.sync_log", "Sync log", "File", account.show_log, (), "history", signed_in, group=80,
                why_not=NOBODY, words="what came went waits"),
        Command("account.members", "Members of the organization", "File", lambda: account.show_account("members"), (),
                "people", signed_in, group=80, why_not=NOBODY, words="invite roles colleagues"),
        Command("account.conflicts", "Decide conflicts", "File", account.show_conflicts, (), "merge",
                lambda: account.standings.now.status.conflicts > 0, group=80, why_not="there are no conflicts",
                words="settle two places"),
        Command("contract.share", "Share…", "Contract", on(lambda tab: account.share(tab.key)), ("Ctrl+Alt+S",),
                "people", shown, group=55, why_not=NO_CONTRACT, words="organization access restrict colleagues",
                refusal=needs_account),
        Command("contract.questions", "Decide what was changed apart…", "Contract", on(bench.apart.ask), (), "merge",
                lambda: (tab := bench.current()) is not None and bench.apart.count(tab.key) > 0, group=56,
                why_not="nothing here was changed apart", refusal=needs("contract.edit"),
                words="question sentence both offline clash"),
        Command("contract.particulars", "Particulars…", "Contract", on(lambda tab: bench.particulars.open(tab.key)),
                ("Ctrl+Alt+P",), "info", shown, group=60, why_not=NO_CONTRACT, words="status parties counterparty"),
        Command("contract.approve", "Approve this text…", "Contract",
                on(lambda tab: bench.panels.agreements.decide(tab, "approved")), ("Ctrl+Alt+Y",), "check", shown,
                group=56, why_not=NO_CONTRACT, refusal=needs("contract.approve"), words="sign off agree"),
        Command("contract.disapprove", "Reject this text…", "Contract",
                on(lambda tab: bench.panels.agreements.decide(tab, "rejected")), (), "reject", shown, group=56,
                why_not=NO_CONTRACT, refusal=needs("contract.approve")),
        Command("contract.approvals", "Approvals", "Contract",
                on(lambda tab: bench.panels.review_dock.show_page("approvals")), (), "check", shown, group=56,
                why_not=NO_CONTRACT, refusal=needs("contract.read"), words="who approved"),
        Command("contract.activity", "Activity", "Contract",
                on(lambda tab: bench.panels.review_dock.show_page("activity")), (), "history", shown, group=56,
                why_not=NO_CONTRACT, refusal=needs("contract.read"), words="what was done who"),
        Command("contract.delete_for_everyone", "Delete for everyone…", "Contract",
                on(lambda tab: account.delete_for_everyone(tab.key, tab.title)), (), "delete", shown, group=70,
                why_not=NO_CONTRACT, refusal=lambda: needs_account() or needs("contract.delete")()),
    )  # fmt: skip
