"""Which playbook a contract is checked against: the one of the settings, else one whose subject its opening names."""

import re

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.services.reviewing import (
    ReviewedContract,
    Reviewer,
    playbook_files,
    playbook_named,
)

OPENING = 600
_TITLE = re.compile(r"^title:\s*(.+)$", re.MULTILINE)
LEFT_OUT = frozenset(("mutual", "the", "a", "an"))


class ChoosingReviewer(Reviewer):
    """A reviewer that reads its playbook at its first review, in the background.

    ``wanted`` is the name of a playbook, "" for none, None for the one that fits the contract.
    """

    def __init__(self, wanted: str | None, clock: Clock) -> None:
        super().__init__(None, clock.now().date())
        self.wanted = wanted
        self._read: str | None = None

    def review_contract(self, text: ContractText, contract: str = "") -> ReviewedContract:
        """The review of an open contract; ``contract`` is its id."""
        if self.wanted is None:
            self.wanted = fitting_playbook(accepted(text).text)
        if self.wanted != self._read:
            self.playbook = playbook_named(self.wanted) if self.wanted else None
            self._read = self.wanted
        return super().review_contract(text, contract)


def reviewer_for(default: str, clock: Clock) -> ChoosingReviewer:
    """A reviewer for one contract: with the playbook of the settings where it is there, else with one that fits."""
    return ChoosingReviewer(default if default in playbook_files() else None, clock)


def fitting_playbook(text: str) -> str:
    """The playbook of the program whose kind of contract is named in a contract's opening; "" where there is none.

    A title is the kind of contract, and behind a comma whose side the playbook takes.
    """
    opening = f" {' '.join(_words(text[:OPENING]))} "
    for name, title in playbook_titles().items():
        kind = [word for word in _words(title.partition(",")[0]) if word not in LEFT_OUT]
        if kind and f" {' '.join(kind)} " in opening:
            return name
    return ""


def playbook_titles() -> dict[str, str]:
    """The playbooks that come with the program: name to title, without reading their rules."""
    found = {}
    for name, file in playbook_files().items():
        line = _TITLE.search(file.read_text(encoding="utf-8"))
        found[name] = line[1].strip(" \"'") if line else name
    return found


def _words(text: str) -> list[str]:
    return re.findall(r"\w+(?:[-‑]\w+)*", text.casefold().replace("‑", "-"))
