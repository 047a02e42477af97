"""Every action of a person is a command, declared once; menus, shortcuts, tool bars, palette and tests use the same."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence

from pactoria_desktop.ui.theme.look import Look

MENUS = ("File", "Edit", "View", "Insert", "Contract", "Review", "Window", "Help")


def always() -> bool:
    """A command that can be used at any time."""
    return True


def no_refusal() -> str:
    """A command that nothing but ``enabled`` holds back."""
    return ""


@dataclass(frozen=True)
class Command:
    """One thing that a person can do.

    ``identifier`` is "area.verb"; a ``title`` ends in "…" when more is asked. ``shortcuts`` are portable key names
    ("Ctrl+K"), the first is shown. ``enabled`` says whether it can be used now, ``why_not`` why not (the tooltip).
    ``refusal`` is a further reason against it, of this moment; empty where there is none.
    ``checked`` makes it a switch. ``group`` parts a menu by rules. ``words`` are further words it is found by. A
    command that works ``everywhere`` has
    its keys even where a text field would use them to edit.
    """

    identifier: str
    title: str
    menu: str
    run: Callable[[], None]
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    enabled: Callable[[], bool] = always
    checked: Callable[[], bool] | None = None
    group: int = 0
    submenu: str = ""
    why_not: str = ""
    words: str = ""
    in_palette: bool = True
    everywhere: bool = False
    refusal: Callable[[], str] = no_refusal

    @property
    def usable(self) -> bool:
        """Whether it can be used now."""
        return self.enabled() and not self.refusal()

    @property
    def reason(self) -> str:
        """Why it cannot be used now; for one that can, or does not say why, empty."""
        return self.refusal() if self.enabled() else self.why_not


class CommandError(ValueError):
    """A command is declared twice, or does not exist."""


class CommandRegistry(QObject):
    """All commands and the one ``QAction`` of each. ``ran`` tells the identifier of every command that was run."""

    ran = Signal(str)
    changed = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._commands: dict[str, Command] = {}
        self._actions: dict[str, QAction] = {}

    def add(self, *commands: Command) -> None:
        """Declare commands. Raises CommandError for an identifier that is there already."""
        for command in commands:
            if command.identifier in self._commands:
                raise CommandError(f"The command {command.identifier} is declared twice.")
            self._commands[command.identifier] = command
            self._actions[command.identifier] = self._make_action(command)
        self.changed.emit()

    def remove(self, identifier: str) -> None:
        """Take a command away. Raises CommandError when there is none of the name."""
        self.command(identifier)
        del self._commands[identifier]
        self._actions.pop(identifier).deleteLater()
        self.changed.emit()

    def _make_action(self, command: Command) -> QAction:
        action = QAction(command.title, self)
        action.setObjectName(command.identifier)
        action.setToolTip(command.title.rstrip("…"))
        if command.icon:
            action.setIcon(self._look.icon(command.icon))
        action.setShortcuts([QKeySequence(keys) for keys in command.shortcuts])
        action.setCheckable(command.checked is not None)
        action.setMenuRole(QAction.MenuRole.NoRole)
        identifier = command.identifier
        action.triggered.connect(lambda: self.run(identifier))
        return action

    def command(self, identifier: str) -> Command:
        """The command of a name. Raises CommandError."""
        if identifier not in self._commands:
            raise CommandError(f"There is no command named {identifier}.")
        return self._commands[identifier]

    def action(self, identifier: str) -> QAction:
        """The action of a command, for menus and tool bars. Raises CommandError."""
        self.command(identifier)
        return self._actions[identifier]

    def all(self) -> tuple[Command, ...]:
        """All commands in the order in which they were declared."""
        return tuple(self._commands.values())

    def run(self, identifier: str) -> bool:
        """Run a command if it can be used now; gives whether it ran. Raises CommandError."""
        command = self.command(identifier)
        if not command.usable:
            self.refresh((identifier,))
            return False
        command.run()
        self.ran.emit(identifier)
        self.refresh()
        return True

    def refresh(self, identifiers: Iterable[str] | None = None) -> None:
        """Ask the predicates again and bring the actions up to date."""
        for identifier in tuple(self._commands) if identifiers is None else tuple(identifiers):
            command = self._commands.get(identifier)
            if command is None:
                continue
            action, usable = self._actions[identifier], command.usable
            action.setEnabled(usable)
            plain = command.title.rstrip("…")
            reason = "" if usable else command.reason
            action.setToolTip(f"{plain}: {reason}" if reason else plain)
            if command.checked is not None:
                action.setChecked(command.checked())

    def check(self) -> list[str]:
        """What is wrong with the declarations, in sentences; empty is good."""
        problems = []
        keys: dict[str, str] = {}
        titles: dict[tuple[str, str], str] = {}
        for command in self._commands.values():
            if command.menu not in MENUS:
                problems.append(f"{command.identifier} asks for a menu named {command.menu}, which there is not.")
            if "." not in command.identifier or command.identifier != command.identifier.lower():
                problems.append(f"{command.identifier} is not named like area.verb.")
            place = (command.menu, f"{command.submenu} {command.title}")
            if place in titles:
                problems.append(f"{command.identifier} has the title of {titles[place]} in the same menu.")
            titles[place] = command.identifier
            for written in command.shortcuts:
                sequence = QKeySequence(written)
                if sequence.isEmpty() or not _is_typable(sequence):
                    problems.append(f"{command.identifier} has the shortcut {written}, which is no key.")
                    continue
                portable = sequence.toString(QKeySequence.SequenceFormat.PortableText)
                if portable in keys:
                    problems.append(f"{command.identifier} and {keys[portable]} both use {portable}.")
                keys[portable] = command.identifier
        return problems


def _is_typable(sequence: QKeySequence) -> bool:
    """Whether Qt knew every key of a written sequence; it keeps unknown words as a key without a name."""
    return bool(sequence.toString(QKeySequence.SequenceFormat.PortableText))


def shown_keys(command: Command) -> str:
    """The first shortcut as this system writes it, with blanks between keys; empty without one."""
    if not command.shortcuts:
        return ""
    words = QKeySequence(command.shortcuts[0]).toString(QKeySequence.SequenceFormat.NativeText)
    return words.replace("+", " ") if len(words) > 1 and not words.endswith("++") else words
