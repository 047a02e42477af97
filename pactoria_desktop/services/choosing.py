"""Which playbook a contract is checked against: the one of the settings, else one whose subject its opening names."""

import re

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.services.reviewing import (
    PlaybookMissingError,
    ReviewedContract,
    Reviewer,
    playbook_files,
    playbook_named,
)

OPENING = 600
COMMON = frozenset(["agreement", "contract", "mutual", "the", "of", "and", "for", "a", "an"])


class FittingReviewer(Reviewer):
    """A reviewer that looks for a fitting playbook at its first review, unless it was given one by name."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(None, clock.now().date())
        self._sought = False

    def review_contract(self, text: ContractText, contract: str = "") -> ReviewedContract:
        """The review of an open contract; ``contract`` is its id."""
        if not self._sought:
            self._sought = True
            if self.playbook is None:
                name = fitting_playbook(accepted(text).text)
                self.playbook = playbook_named(name) if name else None
        return super().review_contract(text, contract)


def reviewer_for(default: str, clock: Clock) -> Reviewer:
    """A reviewer for one contract: with the playbook of the settings, else with one that fits, else with none."""
    if default:
        try:
            return Reviewer(playbook_named(default), clock.now().date())
        except PlaybookMissingError:
            return FittingReviewer(clock)
    return FittingReviewer(clock)


def fitting_playbook(text: str) -> str:
    """The playbook of the program whose title's words all stand in a contract's opening; "" where there is none."""
    opening = set(_words(text[:OPENING]))
    for name, title in playbook_titles().items():
        wanted = set(_words(title)) - COMMON
        if wanted and wanted <= opening:
            return name
    return ""


def playbook_titles() -> dict[str, str]:
    """The playbooks that come with the program: name to title."""
    return {name: playbook_named(name).title for name in playbook_files()}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+(?:[-‑]\w+)*", text.casefold().replace("‑", "-"))
