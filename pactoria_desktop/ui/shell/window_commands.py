"""The commands of the window itself: places, tabs, panes, panels, look, shortcuts."""

from typing import TYPE_CHECKING

from pactoria_desktop.ui.shell.commands import Command
from pactoria_desktop.ui.shell.shortcut_sheet import ShortcutSheet

if TYPE_CHECKING:
    from pactoria_desktop.ui.shell.window import MainWindow

THEMES = (("light", "Light", "light"), ("dark", "Dark", "dark"), ("contrast", "High contrast", "contrast"))


def window_commands(window: "MainWindow") -> tuple[Command, ...]:
    """What a window can do before any contract is there."""
    documents = window.documents

    def any_open() -> bool:
        return bool(documents.open_keys())

    def in_contracts() -> bool:
        return window.place() == "contracts" and any_open()

    def close_current() -> None:
        current = documents.current()
        if current is not None:
            window.close_asked.emit(current.key)

    def toggle_full_screen() -> None:
        if window.isFullScreen():
            window.showNormal()
        else:
            window.showFullScreen()

    def show_shortcuts() -> None:
        sheet = ShortcutSheet(window.look, window.registry, window)
        sheet.open()

    def toggle_page() -> None:
        window.look.set_white_page(not window.look.white_page)

    themes = tuple(
        Command(
            f"view.theme_{name}",
            title,
            "View",
            lambda name=name: window.choose_theme(name),  # type: ignore[misc]
            icon=icon,
            checked=lambda name=name: window.look.theme.name == name,  # type: ignore[misc]
            group=40,
            submenu="Theme",
            words="colours theme",
        )
        for name, title, icon in THEMES
    )
    return (
        Command(
            "file.close_contract",
            "Close contract",
            "File",
            close_current,
            ("Ctrl+W",),
            "close",
            in_contracts,
            group=80,
            why_not="no contract is shown",
        ),
        Command("file.quit", "Quit", "File", lambda: (window.close(), None)[1], ("Ctrl+Q",), group=99),
        Command(
            "view.palette",
            "Search or run a command…",
            "View",
            lambda: window.palette_sheet.open(),
            ("Ctrl+K",),
            "search",
            in_palette=False,
            everywhere=True,
        ),
        Command(
            "view.commands",
            "Run a command…",
            "View",
            lambda: window.palette_sheet.open(">"),
            ("Ctrl+Shift+P",),
            "keyboard",
            in_palette=False,
            everywhere=True,
        ),
        Command(
            "view.next_pane",
            "Next pane",
            "View",
            lambda: (window.panes.step(), None)[1],
            ("F6",),
            group=10,
            everywhere=True,
        ),
        Command(
            "view.previous_pane",
            "Previous pane",
            "View",
            lambda: (window.panes.step(False), None)[1],
            ("Shift+F6",),
            group=10,
            everywhere=True,
        ),
        Command(
            "view.text",
            "Back to the text",
            "View",
            window.focus_text,
            icon="document",
            enabled=in_contracts,
            group=10,
            why_not="no contract is shown",
        ),
        Command(
            "view.panels",
            "Panels beside the text",
            "View",
            window.toggle_panels,
            ("Ctrl+\\",),
            "panel_right",
            lambda: in_contracts() and bool(window.docks()),
            lambda: in_contracts() and window.panels_shown(),
            20,
            why_not="no contract is shown",
            words="docks hide show distraction",
        ),
        Command(
            "view.reset_layout",
            "Reset the layout",
            "View",
            window.reset_layout,
            (),
            "panel_left",
            lambda: bool(window.docks()),
            group=20,
            words="docks panels",
        ),
        Command(
            "view.full_screen",
            "Full screen",
            "View",
            toggle_full_screen,
            ("F11",),
            "",
            checked=window.isFullScreen,
            group=30,
        ),
        *themes,
        Command(
            "view.white_page",
            "White page in dark",
            "View",
            toggle_page,
            (),
            "document",
            lambda: window.look.theme.name == "dark",
            lambda: window.look.white_page,
            40,
            why_not="the theme is not dark",
        ),
        Command(
            "window.next_contract",
            "Next contract",
            "Window",
            lambda: documents.step(1),
            ("Ctrl+Tab", "Ctrl+PgDown"),
            "right",
            lambda: in_contracts() and len(documents.open_keys()) > 1,
            why_not="only one contract is open",
            everywhere=True,
        ),
        Command(
            "window.previous_contract",
            "Previous contract",
            "Window",
            lambda: documents.step(-1),
            ("Ctrl+Shift+Tab", "Ctrl+PgUp"),
            "left",
            lambda: in_contracts() and len(documents.open_keys()) > 1,
            why_not="only one contract is open",
            everywhere=True,
        ),
        Command("help.shortcuts", "Keyboard shortcuts…", "Help", show_shortcuts, ("Ctrl+/",), "keyboard"),
    )
