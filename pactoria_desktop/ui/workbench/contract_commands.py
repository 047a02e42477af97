"""What a person can do to the contract in front: every action once, for menus, keys, palette and tests."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pactoria_desktop.ui.shell.commands import Command, no_refusal

if TYPE_CHECKING:
    from pactoria_desktop.ui.workbench.contract_tab import ContractTab
    from pactoria_desktop.ui.workbench.workbench import Workbench

NO_CONTRACT = "no contract is shown"
NO_TABLE = "the caret is not in a table"
NOT_CHOSEN = "no words are selected"
READ_ONLY = "the contract can only be read just now"
NO_CHANGES = "there are no tracked changes"


def contract_commands(bench: "Workbench") -> tuple[Command, ...]:
    """The commands on the current contract."""

    def shown() -> bool:
        return bench.current() is not None

    def on(act: Callable[["ContractTab"], object]) -> Callable[[], None]:
        def run() -> None:
            tab = bench.current()
            if tab is not None:
                act(tab)

        return run

    def state(ask: Callable[["ContractTab"], bool]) -> Callable[[], bool]:
        def answer() -> bool:
            tab = bench.current()
            return tab is not None and ask(tab)

        return answer

    def role_refusal(operation: str) -> Callable[[], str]:
        def refusal() -> str:
            tab = bench.current()
            return "" if tab is None else bench.roles.why_not(tab.key, operation)

        return refusal

    def command(
        identifier: str,
        title: str,
        menu: str,
        act: Callable[["ContractTab"], object],
        shortcuts: tuple[str, ...] = (),
        icon: str = "",
        group: int = 0,
        ready: Callable[["ContractTab"], bool] | None = None,
        checked: Callable[["ContractTab"], bool] | None = None,
        why_not: str = NO_CONTRACT,
        submenu: str = "",
        words: str = "",
        needs: str = "",
    ) -> Command:
        return Command(
            identifier,
            title,
            menu,
            on(act),
            shortcuts,
            icon,
            shown if ready is None else state(ready),
            None if checked is None else state(checked),
            group,
            submenu=submenu,
            why_not=why_not,
            words=words,
            refusal=role_refusal(needs) if needs else no_refusal,
        )

    def steppable() -> bool:
        return shown() or bench.comparison() is not None

    def step(direction: int) -> None:
        comparison, tab = bench.comparison(), bench.current()
        if comparison is not None:
            comparison.sides.step(direction)
        elif tab is not None:
            (tab.view.commands.next_change if direction > 0 else tab.view.commands.previous_change)()

    def in_table(tab: "ContractTab") -> bool:
        return tab.view.tables.cell is not None and writable(tab)

    def writable(tab: "ContractTab") -> bool:
        return not tab.view.editor.isReadOnly()

    def chosen(tab: "ContractTab") -> bool:
        return tab.view.editor.has_selection

    def changed(tab: "ContractTab") -> bool:
        return tab.overview is None or bool(tab.overview.changes)

    def table(name: str, title: str, act: Callable[["ContractTab"], object]) -> Command:
        return command(
            f"table.{name}",
            title,
            "Insert",
            act,
            icon="table",
            group=40,
            ready=in_table,
            why_not=NO_TABLE,
            submenu="Table",
            needs="contract.suggest",
        )

    edit = (
        command(
            "edit.undo",
            "Undo",
            "Edit",
            lambda tab: tab.view.commands.undo(),
            ("Ctrl+Z",),
            "undo",
            10,
            lambda tab: tab.opened.replica.can_undo,
            why_not="there is nothing to undo",
            needs="contract.suggest",
        ),
        command(
            "edit.redo",
            "Redo",
            "Edit",
            lambda tab: tab.view.commands.redo(),
            ("Ctrl+Shift+Z", "Ctrl+Y"),
            "redo",
            10,
            lambda tab: tab.opened.replica.can_redo,
            why_not="there is nothing to redo",
            needs="contract.suggest",
        ),
        command(
            "edit.cut",
            "Cut",
            "Edit",
            lambda tab: tab.view.commands.cut(),
            icon="cut",
            group=20,
            ready=lambda tab: chosen(tab) and writable(tab),
            why_not=NOT_CHOSEN,
            needs="contract.suggest",
        ),
        command(
            "edit.copy",
            "Copy",
            "Edit",
            lambda tab: tab.view.editor.copy(),
            icon="copy",
            group=20,
            ready=chosen,
            why_not=NOT_CHOSEN,
        ),
        command(
            "edit.paste",
            "Paste",
            "Edit",
            lambda tab: tab.view.commands.paste(),
            icon="paste",
            group=20,
            needs="contract.suggest",
        ),
        command(
            "edit.select_clause",
            "Select the clause",
            "Edit",
            lambda tab: tab.view.commands.select_clause(),
            ("Ctrl+Shift+C",),
            group=30,
        ),
        command("edit.find", "Find…", "Edit", lambda tab: tab.view.find_bar.open(), ("Ctrl+F",), "search", 40),
        command(
            "edit.replace",
            "Replace…",
            "Edit",
            lambda tab: tab.view.find_bar.open(replacing=True),
            ("Ctrl+H",),
            "replace",
            40,
            needs="contract.suggest",
        ),
    )
    form = (
        command(
            "contract.suggesting",
            "Suggesting",
            "Contract",
            lambda tab: tab.view.set_suggesting(not tab.view.suggesting),
            ("Ctrl+Shift+E",),
            "suggest",
            10,
            checked=lambda tab: tab.view.suggesting,
            words="track changes tracked",
            needs="contract.edit",
        ),
        command(
            "contract.bold",
            "Bold",
            "Contract",
            lambda tab: tab.view.commands.bold(),
            ("Ctrl+B",),
            "bold",
            20,
            checked=lambda tab: tab.view.commands.is_on("bold"),
            needs="contract.suggest",
        ),
        command(
            "contract.italic",
            "Italic",
            "Contract",
            lambda tab: tab.view.commands.italic(),
            ("Ctrl+I",),
            "italic",
            20,
            checked=lambda tab: tab.view.commands.is_on("italic"),
            needs="contract.suggest",
        ),
        command(
            "contract.underline",
            "Underline",
            "Contract",
            lambda tab: tab.view.commands.underline(),
            ("Ctrl+U",),
            "underline",
            20,
            checked=lambda tab: tab.view.commands.is_on("underline"),
            needs="contract.suggest",
        ),
        command(
            "contract.level_down",
            "Lower level",
            "Contract",
            lambda tab: tab.view.commands.change_level(1),
            ("Alt+Shift+Right",),
            "indent",
            30,
            words="indent clause level",
            needs="contract.suggest",
        ),
        command(
            "contract.level_up",
            "Higher level",
            "Contract",
            lambda tab: tab.view.commands.change_level(-1),
            ("Alt+Shift+Left",),
            "outdent",
            30,
            words="outdent clause level",
            needs="contract.suggest",
        ),
        command(
            "contract.version",
            "Save a version…",
            "Contract",
            lambda tab: bench.deeds.name_version(tab),
            (),
            "history",
            50,
            words="name keep version snapshot",
            needs="contract.edit",
        ),
        command(
            "contract.verify",
            "Verify the history",
            "Contract",
            lambda tab: bench.panels.versions.verify(tab),
            (),
            "check",
            50,
        ),
        command(
            "contract.rename",
            "Rename…",
            "Contract",
            lambda tab: bench.deeds.rename(tab),
            ("F2",),
            "",
            60,
            needs="contract.edit",
        ),
    )
    review = (
        command(
            "review.check",
            "Check against a playbook…",
            "Review",
            lambda tab: bench.deeds.check(tab),
            ("Ctrl+Shift+R",),
            "review",
            10,
            words="review findings analyse risks",
        ),
        Command(
            "review.next_change",
            "Next change",
            "Review",
            lambda: step(1),
            ("F8",),
            "next",
            steppable,
            group=20,
            why_not=NO_CONTRACT,
        ),
        Command(
            "review.previous_change",
            "Previous change",
            "Review",
            lambda: step(-1),
            ("Shift+F8",),
            "previous",
            steppable,
            group=20,
            why_not=NO_CONTRACT,
        ),
        command(
            "review.accept",
            "Accept the change",
            "Review",
            lambda tab: tab.view.commands.accept_here(),
            ("Ctrl+Alt+A",),
            "accept",
            30,
            needs="contract.edit",
        ),
        command(
            "review.reject",
            "Reject the change",
            "Review",
            lambda tab: tab.view.commands.reject_here(),
            ("Ctrl+Alt+R",),
            "reject",
            30,
            needs="contract.suggest",
        ),
        command(
            "review.accept_all",
            "Accept all changes…",
            "Review",
            lambda tab: bench.deeds.resolve_all(tab, accept=True),
            (),
            "accept",
            40,
            needs="contract.edit",
        ),
        command(
            "review.reject_all",
            "Reject all changes…",
            "Review",
            lambda tab: bench.deeds.resolve_all(tab, accept=False),
            (),
            "reject",
            40,
            needs="contract.edit",
        ),
        command(
            "review.comment",
            "Comment…",
            "Insert",
            lambda tab: bench.deeds.comment(tab),
            ("Ctrl+Alt+M",),
            "comment",
            10,
            needs="contract.comment",
        ),
        command(
            "review.open_comment",
            "Go to the comment at the caret",
            "Insert",
            lambda tab: tab.view.open_comment_here(),
            ("Ctrl+Alt+O",),
            "comment",
            10,
        ),
        command(
            "review.compare",
            "Compare with a file…",
            "Review",
            lambda tab: bench.comparing.choose_file(tab),
            (),
            "compare",
            50,
        ),
        command(
            "review.receive",
            "Join a draft that came back…",
            "Review",
            lambda tab: bench.exchange.receive(tab),
            (),
            "merge",
            50,
            words="received counterparty merge import",
            needs="contract.edit",
        ),
    )
    insert = (
        table("row_below", "Row below", lambda tab: tab.view.tables.insert_row()),
        table("row_above", "Row above", lambda tab: tab.view.tables.insert_row(False)),
        table("delete_row", "Delete row", lambda tab: tab.view.tables.delete_row()),
        table("column_right", "Column at the right", lambda tab: tab.view.tables.insert_column()),
        table("column_left", "Column at the left", lambda tab: tab.view.tables.insert_column(False)),
        table("delete_column", "Delete column", lambda tab: tab.view.tables.delete_column()),
        table("merge_right", "Join with the cell at the right", lambda tab: tab.view.tables.merge_right()),
        table("merge_down", "Join with the cell below", lambda tab: tab.view.tables.merge_down()),
        table("split", "Divide the joined cell", lambda tab: tab.view.tables.split()),
        command(
            "insert.table",
            "New table",
            "Insert",
            lambda tab: tab.view.tables.new_table(3, 3),
            icon="table",
            group=30,
            words="rows columns",
            needs="contract.suggest",
        ),
        command(
            "insert.line_break",
            "Line break",
            "Insert",
            lambda tab: tab.view.commands.line_break(),
            ("Shift+Return",),
            group=20,
            needs="contract.suggest",
        ),
    )
    view = (
        command(
            "view.zoom_in",
            "Larger page",
            "View",
            lambda tab: tab.view.set_zoom(tab.view.zoom * 1.1),
            ("Ctrl++", "Ctrl+="),
            "plus",
            50,
            words="zoom",
        ),
        command(
            "view.zoom_out",
            "Smaller page",
            "View",
            lambda tab: tab.view.set_zoom(tab.view.zoom / 1.1),
            ("Ctrl+-",),
            "minus",
            50,
            words="zoom",
        ),
        command(
            "view.zoom_reset",
            "Page at 100 %",
            "View",
            lambda tab: tab.view.set_zoom(1.0),
            ("Ctrl+0",),
            "",
            50,
            words="zoom",
        ),
    )
    file = (
        command(
            "file.export",
            "Export as Word…",
            "File",
            lambda tab: bench.exchange.export(tab, "redline"),
            ("Ctrl+Shift+S",),
            "export",
            30,
            words="save send redline",
        ),
        command(
            "file.export_clean",
            "Export clean…",
            "File",
            lambda tab: bench.exchange.export(tab, "clean"),
            (),
            "export",
            30,
        ),
        command(
            "file.export_original",
            "Export as it came…",
            "File",
            lambda tab: bench.exchange.export(tab, "original"),
            (),
            "export",
            30,
        ),
        command(
            "file.export_summary",
            "Export a summary…",
            "File",
            lambda tab: bench.exchange.export_summary(tab),
            (),
            "export",
            30,
            words="report findings changes",
        ),
        command(
            "file.export_pdf", "Export as PDF…", "File", lambda tab: bench.exchange.export_pdf(tab), (), "print", 30
        ),
    )
    return (*file, *edit, *view, *insert, *form, *review)
