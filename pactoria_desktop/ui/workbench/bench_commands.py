"""The commands that need no contract: bringing files in, the library's key and copies, settings, help."""

from typing import TYPE_CHECKING

from pactoria_desktop.ui.shell.commands import Command

if TYPE_CHECKING:
    from pactoria_desktop.ui.workbench.workbench import Workbench


def bench_commands(bench: "Workbench") -> tuple[Command, ...]:
    """What can be done at any time."""
    deeds = bench.deeds
    return (
        Command("file.import", "Import files…", "File", bench.exchange.choose_files, ("Ctrl+O",), "import", group=10,
                words="open add"),
        Command("file.recovery_key", "Recovery key…", "File", deeds.show_recovery_key, (), "key", group=70,
                words="print password lost"),
        Command("file.backup", "Back up the library…", "File", deeds.back_up, (), "archive", group=70),
        Command("file.settings", "Settings…", "File", bench.preferences.open, ("Ctrl+,",), "settings", group=90,
                words="preferences author name theme"),
        Command("help.open", "Help", "Help", lambda: (bench.deeds.show_help(), None)[1], ("F1",), "info", group=0,
                words="manual documentation"),
        Command("help.sample", "Open the sample contract", "Help", bench.opening.open_sample, (), "document", group=20),
    )  # fmt: skip
