"""The commands of a contract's versions. Those on a version work on the one that is chosen in the panel."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pactoria_desktop.ui.shell.commands import Command

if TYPE_CHECKING:
    from pactoria_desktop.ui.workbench.contract_tab import ContractTab
    from pactoria_desktop.ui.workbench.versions import Versions
    from pactoria_desktop.ui.workbench.workbench import Workbench

NO_CONTRACT = "no contract is shown"
NO_PANEL = "no version is chosen"
SUBMENU = "The chosen version"
GROUP = 50


def version_commands(bench: "Workbench") -> tuple[Command, ...]:
    """Showing the versions, and what is done with the chosen one."""

    def shown() -> bool:
        return bench.current() is not None

    def on(act: "Callable[[Versions, ContractTab], object]") -> Callable[[], None]:
        def run() -> None:
            tab = bench.current()
            if tab is not None:
                act(bench.panels.versions, tab)

        return run

    def of_version(
        identifier: str, title: str, act: "Callable[[Versions, ContractTab], object]", icon: str, words: str
    ) -> Command:
        def refusal() -> str:
            if not shown():
                return ""
            versions = bench.versions
            return NO_PANEL if versions is None else versions.why_not(identifier)

        return Command(identifier, title, "Contract", on(act), (), icon, shown, group=GROUP, submenu=SUBMENU,
                       why_not=NO_CONTRACT, words=words, refusal=refusal)  # fmt: skip

    return (
        Command("contract.versions", "Versions", "Contract",
                on(lambda versions, tab: bench.panels.review_dock.show_page("versions")), ("Ctrl+Alt+V",), "history",
                shown, group=GROUP, why_not=NO_CONTRACT, words="history rounds drafts list"),
        of_version("version.compare_now", "Compare the version with now",
                   lambda versions, tab: versions.compare_now(tab), "compare", "difference changed since"),
        of_version("version.compare_before", "Compare with the version before",
                   lambda versions, tab: versions.compare_before(tab), "compare", "difference previous round"),
        of_version("version.export", "Export the version as Word…",
                   lambda versions, tab: versions.export(tab, "redline"), "export", "save old draft redline"),
        of_version("version.export_clean", "Export the version clean…",
                   lambda versions, tab: versions.export(tab, "clean"), "export", "save old draft"),
        of_version("version.export_file", "Export the version’s own file…",
                   lambda versions, tab: versions.export(tab, "file"), "export", "as it was sent received original"),
        of_version("version.copy_hash", "Copy the version’s hash", lambda versions, tab: versions.copy_hash(tab),
                   "copy", "digest fingerprint sha256"),
    )  # fmt: skip
