"""Where the palette finds things: commands here, contracts, clauses and terms from whoever has them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pactoria_desktop.ui.shell.commands import Command, CommandRegistry, shown_keys
from pactoria_desktop.ui.shell.fuzzy import match
from pactoria_desktop.ui.widgets.rows import Row

RECENT_COMMANDS = 6


@dataclass(frozen=True)
class Entry:
    """One line of the palette and what Enter does on it."""

    row: Row
    run: Callable[[], None]
    score: float = 0.0


class PaletteSource(Protocol):
    """Finds entries for what is typed. Called on the interface's lane: it must answer within some 20 ms."""

    @property
    def title(self) -> str:
        """The head over the entries, "Commands"."""

    @property
    def prefix(self) -> str:
        """The sign that asks for this source alone (">", "@", "#"); empty when there is none."""

    @property
    def meaning(self) -> str:
        """What the sign asks for, "commands", shown at the palette's foot."""

    def find(self, typed: str, limit: int) -> Sequence[Entry]:
        """The best entries, best first; with nothing typed what is most useful."""


class CommandSource:
    """Commands that can be used now, the recent ones first while nothing is typed."""

    title, prefix, meaning = "Commands", ">", "commands"

    def __init__(self, registry: CommandRegistry) -> None:
        self._registry = registry
        self._recent: list[str] = []
        registry.ran.connect(self._on_ran)

    @property
    def recent(self) -> tuple[str, ...]:
        """Identifiers of the last commands, newest first."""
        return tuple(self._recent)

    def set_recent(self, identifiers: Sequence[str]) -> None:
        """Take up the recent commands of an earlier session."""
        self._recent = list(identifiers)[:RECENT_COMMANDS]

    def _on_ran(self, identifier: str) -> None:
        if self._registry.command(identifier).in_palette:
            rest = [one for one in self._recent if one != identifier]
            self._recent = [identifier, *rest][:RECENT_COMMANDS]

    def _entry(self, command: Command, score: float, stretches: tuple[tuple[int, int], ...] = ()) -> Entry:
        row = Row(
            f"command:{command.identifier}",
            command.title,
            command.submenu or command.menu,
            shown_keys(command),
            command.icon or "right",
            matches=stretches,
        )
        identifier = command.identifier
        return Entry(row, lambda: (self._registry.run(identifier), None)[1], score)

    def find(self, typed: str, limit: int) -> list[Entry]:
        """Usable commands that fit by title, else by menu or further words."""
        usable = [command for command in self._registry.all() if command.in_palette and command.usable]
        if not typed.strip():
            order = {identifier: place for place, identifier in enumerate(self._recent)}
            usable.sort(key=lambda command: order.get(command.identifier, len(order)))
            return [self._entry(command, 0.0) for command in usable[:limit]]
        found = []
        for command in usable:
            fit = match(typed, command.title)
            if fit is not None:
                bonus = 4.0 if command.identifier in self._recent else 0.0
                found.append(self._entry(command, fit.score + bonus, fit.stretches))
                continue
            around = match(typed, f"{command.menu} {command.title} {command.submenu} {command.words}")
            if around is not None and around.score > 20 * len(typed.split()):
                found.append(self._entry(command, around.score / 2))
        found.sort(key=lambda entry: -entry.score)
        return found[:limit]


class RowSource:
    """A source over rows that somebody lists anew at each opening: the clauses or the terms of the open contract."""

    def __init__(
        self,
        title: str,
        prefix: str,
        meaning: str,
        rows: Callable[[], Sequence[Row]],
        run: Callable[[str], None],
    ) -> None:
        self.title, self.prefix, self.meaning = title, prefix, meaning
        self._rows, self._run = rows, run

    def find(self, typed: str, limit: int) -> list[Entry]:
        """Rows whose number and title fit; with nothing typed the first ones."""
        found = []
        for row in self._rows():
            key = row.key
            if not typed.strip():
                found.append(Entry(row, lambda key=key: self._run(key)))  # type: ignore[misc]
            elif row.number and row.number.startswith(typed.strip()):
                found.append(Entry(row, lambda key=key: self._run(key), 60 - len(row.number)))  # type: ignore[misc]
            else:
                fit = match(typed, row.title)
                if fit is not None:
                    matched = replace(row, matches=fit.stretches)
                    found.append(Entry(matched, lambda key=key: self._run(key), fit.score))  # type: ignore[misc]
            if not typed.strip() and len(found) >= limit:
                break
        found.sort(key=lambda entry: -entry.score)
        return found[:limit]
