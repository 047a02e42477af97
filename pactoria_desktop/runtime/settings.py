"""Every setting, once: its type, its default, what it may be and what it does. Saved whole, old or new."""

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path

from pactoria_desktop.runtime.errors import SettingsError
from pactoria_desktop.runtime.files import write_atomically

_LONGEST_FILE = 1_048_576
_LONGEST_WORDS = 255


@dataclass(frozen=True, slots=True)
class Rule:
    """What a setting is for, and what it may be."""

    title: str
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None


def _setting(default: str | int | bool, title: str, **limits: object) -> object:
    return field(default=default, metadata={"rule": Rule(title, **limits)})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one person on one device."""

    theme: str = _setting("system", "Colours of the window", choices=("system", "light", "dark", "contrast"))  # type: ignore[assignment]
    white_page_in_dark: bool = _setting(False, "Keep the page white in the dark theme")  # type: ignore[assignment]
    page_zoom: int = _setting(100, "Size of the page in per cent", least=50, most=300)  # type: ignore[assignment]
    author_name: str = _setting("", "Name written on tracked changes and comments")  # type: ignore[assignment]
    suggesting_at_start: bool = _setting(True, "Track changes when a contract opens")  # type: ignore[assignment]
    language: str = _setting("system", "Language of the window")  # type: ignore[assignment]
    default_playbook: str = _setting("", "Playbook used for a review when none is chosen")  # type: ignore[assignment]
    restore_session: bool = _setting(True, "Open the contracts of the last session at the start")  # type: ignore[assignment]
    copies_kept: int = _setting(3, "Copies kept from changes of the library's form", least=1, most=20)  # type: ignore[assignment]


def rule_of(name: str) -> Rule:
    """The rule of a setting. Raises SettingsError for a name that there is not."""
    for one in fields(Settings):
        if one.name == name:
            rule: Rule = one.metadata["rule"]
            return rule
    raise SettingsError(f"There is no setting named {name}; nothing was changed; choose one from the settings page.")


def refusal(name: str, value: object) -> str | None:
    """Why a setting cannot have this value, None where it can. Raises SettingsError for an unknown name."""
    rule = rule_of(name)
    kind = type(getattr(Settings(), name))
    if type(value) is not kind:
        return f"takes {_kind_name(kind)}"
    if isinstance(value, str) and not (value.isprintable() and len(value) <= _LONGEST_WORDS):
        return f"takes words of at most {_LONGEST_WORDS} characters that can be printed"
    if rule.choices and value not in rule.choices:
        return f"takes one of {', '.join(rule.choices)}"
    if isinstance(value, int) and not isinstance(value, bool):
        if rule.least is not None and value < rule.least:
            return f"is at least {rule.least}"
        if rule.most is not None and value > rule.most:
            return f"is at most {rule.most}"
    return None


class SettingsFile:
    """The settings in their file. What the file holds beyond our names (a newer program's settings) stays in it."""

    def __init__(self, path: Path) -> None:
        """Read ``path``; where something in it cannot be used, its default counts and ``problems`` says so."""
        self._path = path
        self._others: dict[str, object] = {}
        self._listeners: list[Callable[[Settings], None]] = []
        self.problems: list[str] = []
        self.value = self._read()

    def change(self, **values: object) -> Settings:
        """Change and save settings, all or none. Raises SettingsError or WriteError, and then nothing has changed."""
        for name, value in values.items():
            reason = refusal(name, value)
            if reason is not None:
                raise SettingsError(f"The setting {name} {reason}; nothing was changed; choose another value.")
        changed = dataclasses.replace(self.value, **values)  # type: ignore[arg-type]
        content = {**self._others, **dataclasses.asdict(changed)}
        write_atomically(self._path, json.dumps(content, indent=1, sort_keys=True).encode(), mode=0o600)
        self.value = changed
        for listener in tuple(self._listeners):
            listener(changed)
        return changed

    def listen(self, listener: Callable[[Settings], None]) -> Callable[[], None]:
        """Hear of changed settings; returns the call that ends it."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def _read(self) -> Settings:
        try:
            with self._path.open("rb") as stream:
                content = json.loads(stream.read(_LONGEST_FILE))
        except FileNotFoundError:
            return Settings()
        except (OSError, ValueError, RecursionError):
            content = None
        if not isinstance(content, dict):
            self.problems.append(self._set_aside())
            return Settings()
        names = {one.name for one in fields(Settings)}
        self._others = {name: value for name, value in content.items() if name not in names}
        known: dict[str, object] = {}
        for name in names & content.keys():
            reason = refusal(name, content[name])
            if reason is None:
                known[name] = content[name]
            else:
                self.problems.append(f"The setting {name} {reason}; its usual value is used; set it again.")
        return dataclasses.replace(Settings(), **known)  # type: ignore[arg-type]

    def _set_aside(self) -> str:
        aside, number = self._path.with_suffix(".unreadable.json"), 1
        while aside.exists():
            number += 1
            aside = self._path.with_suffix(f".unreadable-{number}.json")
        try:
            self._path.replace(aside)
        except OSError:
            return f"The settings in {self._path} cannot be read; the usual ones are used; check the file's rights."
        return f"The settings could not be read; the usual ones are used; the old file is kept as {aside.name}."


def _kind_name(kind: type) -> str:
    return {bool: "yes or no", int: "a whole number", str: "words"}[kind]
