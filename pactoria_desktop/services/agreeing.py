"""Parties and approvals of a contract. They work on this device alone; an organization's contract syncs them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pactoria_desktop.services.accounts import Accounts
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.store.accounts import Accounts as StoredAccounts
from pactoria_desktop.store.agreements import Agreements, ApprovalRecord, Decision, PartyRecord

if TYPE_CHECKING:
    from pactoria_desktop.contract.text import ContractText

__all__ = [
    "Agreeing", "ApprovalRecord", "Decision", "PartyRecord", "ShownApproval", "TextHashes", "hashes_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownApproval:
    """A decision; ``fits`` says whether the text is still the one that was decided on."""

    approval: ApprovalRecord
    fits: bool


@dataclass(frozen=True, slots=True)
class TextHashes:
    """The words (``text``), and words with marks and open changes (``content``), each as SHA-256 in hexadecimal."""

    text: str
    content: str


def hashes_of(text: "ContractText") -> TextHashes:
    """The hashes that a decision on a text is bound to."""
    from pactoria_desktop.contract.accepted import accepted
    from pactoria_desktop.contract.canonical import content_hash

    return TextHashes(accepted(text).sha256, content_hash(text))


class Agreeing:
    """Reads and writes for the contract's particulars. Every write is one transaction.

    Each may raise NotAllowedError for a role that may not do it.
    """

    def __init__(self, service: LibraryService) -> None:
        """On an open library."""
        self._service = service
        self._library = service.library
        self._accounts = Accounts(service)

    def parties(self, contract: str) -> tuple[PartyRecord, ...]:
        """The parties in their order."""
        with self._library.reading() as session:
            return Agreements(session).parties(contract)

    def add_party(self, contract: str, name: str, part: str = "") -> str:
        """A new party; gives its id."""
        self._accounts.require(contract, "contract.edit")
        identity = self._service.mint()
        with self._library.writing() as session:
            Agreements(session).add_party(identity, contract, name, part)
        return identity

    def change_party(self, contract: str, party: str, name: str, part: str) -> None:
        """Give a party another name or part."""
        self._accounts.require(contract, "contract.edit")
        with self._library.writing() as session:
            Agreements(session).change_party(party, name, part)

    def remove_party(self, contract: str, party: str) -> None:
        """Take a party away."""
        self._accounts.require(contract, "contract.edit")
        with self._library.writing() as session:
            Agreements(session).remove_party(party)

    def set_parties(self, contract: str, wanted: Sequence[tuple[str, str, str]]) -> None:
        """Let a contract have these parties (id, "" for a new one; name; part): others are taken away."""
        self._accounts.require(contract, "contract.edit")
        with self._library.writing() as session:
            agreements = Agreements(session)
            kept = {identity for identity, _, _ in wanted}
            now = {one.id: one for one in agreements.parties(contract)}
            for one in now.values():
                if one.id not in kept:
                    agreements.remove_party(one.id)
            for identity, name, part in wanted:
                if identity not in now:
                    agreements.add_party(self._service.mint(), contract, name, part)
                elif (now[identity].name, now[identity].part) != (name, part):
                    agreements.change_party(identity, name, part)

    def decide(
        self, contract: str, decision: Decision, *, text_sha256: str, content_sha256: str, reason: str = ""
    ) -> ApprovalRecord:
        """Approve or reject a text, named by its two hashes; later edits leave the decision behind, not changed."""
        self._accounts.require(contract, "contract.approve")
        identity, person = self._service.mint(), self._service.person.user
        with self._library.writing() as session:
            accounts = StoredAccounts(session)
            home = accounts.home(contract)
            if home is not None and home.state == "member":
                seat = accounts.seat(home.seat)
                person = next(one.person for one in accounts.all() if one.id == seat.account)
            approval = ApprovalRecord(
                identity, contract, text_sha256, content_sha256, decision, reason, self._library.now(), person
            )
            Agreements(session).decide(approval)
        return approval

    def approvals(self, contract: str, content_sha256: str = "") -> tuple[ShownApproval, ...]:
        """The decisions, oldest first, held against the text's present content hash."""
        with self._library.reading() as session:
            found = Agreements(session).approvals(contract)
        return tuple(ShownApproval(each, each.content_sha256 == content_sha256) for each in found)
