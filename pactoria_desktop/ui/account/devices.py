"""The devices on which the person is signed in."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pactoria_desktop.ui.account.page import Section, head
from pactoria_desktop.ui.account.saying import day
from pactoria_desktop.ui.account.values import AccountDeeds, AccountSource, Asks, Device, Errands
from pactoria_desktop.ui.library.when import spoken_instant
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.entries import Choice, EntryList, ListEntry
from pactoria_desktop.ui.widgets.layouts import card
from pactoria_desktop.ui.widgets.text import Label


class Devices(Section):
    """Shows the devices and ends their sessions; this one is left by signing out."""

    def __init__(
        self, look: Look, source: AccountSource, deeds: AccountDeeds, errands: Errands, asks: Asks,
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        super().__init__(look, "Devices", errands)
        self._source, self._deeds, self._asks, self._now = source, deeds, asks, now
        self._devices: tuple[Device, ...] = ()
        self.list = EntryList(look, "Devices", all_shown=True)
        self.list.chosen.connect(self._on_choice)
        words = "A device whose session you end is signed out at once. What is on it stays on it."
        self.cards.addWidget(
            card(head(look, "Devices"), 2, Label(look, words, 12, 400, "text2", wrap=True), 8, self.list)
        )

    def refresh(self) -> None:
        """Read them anew."""
        self.run("Reading the devices", self._source.devices, self._show)

    def _show(self, devices: Sequence[Device]) -> None:
        self._devices, now = tuple(devices), self._now()
        self.list.set_entries([
            ListEntry(
                one.key, one.name, f"Signed in {day(one.began_at, now)}" if one.began_at else "",
                right="now" if one.this else spoken_instant(one.seen_at, now), icon="device",
                tag="this device" if one.this else "",
                choices=() if one.this else (Choice("end", "End this session…"),),
            )
            for one in self._devices
        ])  # fmt: skip

    def _on_choice(self, key: str, choice: str) -> None:
        one = next((each for each in self._devices if each.key == key), None)
        if one is None or choice != "end":
            return
        sure = self._asks.decision(
            f"End the session on {one.name}?",
            "It is signed out at once and receives nothing more. What is on it stays on it.",
            "End session",
            danger=True,
        )
        if sure:
            self.run("Ending a session", lambda: self._deeds.end_session(key), lambda _: self.refresh())
