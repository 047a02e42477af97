"""Who belongs to the organization, who is invited, and what the person who looks may change."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Signal

from pactoria_desktop.protocol.permissions import Role, may, may_grant
from pactoria_desktop.ui.account.inviting import InviteDialog
from pactoria_desktop.ui.account.page import Section, head
from pactoria_desktop.ui.account.saying import ROLE_NAMES, a_role, day, grantable
from pactoria_desktop.ui.account.values import (
    Account,
    AccountDeeds,
    AccountSource,
    Asks,
    Errands,
    Invitation,
    Invited,
    Member,
)
from pactoria_desktop.ui.library.when import spoken_instant
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.entries import Choice, EntryList, ListEntry
from pactoria_desktop.ui.widgets.layouts import card
from pactoria_desktop.ui.widgets.text import Label

LAST_OWNER = "An organization has an owner: hand it over to somebody else first."


def member_choices(member: Member, mine: Role, owners: int) -> tuple[Choice, ...]:
    """What somebody with the role ``mine`` can do with a member; ``owners`` counts the organization's owners."""
    if member.me:
        last = member.role is Role.OWNER and owners < 2
        return (Choice("leave", "Leave the organization…", group=1, why_not=LAST_OWNER if last else ""),)
    found = [
        Choice(f"role:{role.value}", ROLE_NAMES[role], on=role is member.role) for role in grantable(mine, member.role)
    ]
    if may("organization.transfer", mine):
        found.append(Choice("transfer", "Hand the organization over…", group=1))
    if may("member.remove", mine) and may_grant(mine, member.role):
        found.append(Choice("remove", "Remove from the organization…", group=2))
    return tuple(found)


class Members(Section):
    """The members and open invitations. ``changed`` when the account itself is another one afterwards: the person left
    or handed over."""

    changed = Signal()

    def __init__(
        self, look: Look, source: AccountSource, deeds: AccountDeeds, errands: Errands, asks: Asks,
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        super().__init__(look, "Members", errands)
        self._source, self._deeds, self._asks, self._now = source, deeds, asks, now
        self._account: Account | None = None
        self._members: tuple[Member, ...] = ()
        self._invitations: tuple[Invitation, ...] = ()
        self._read = 0
        self.dialog: InviteDialog | None = None
        self.invite = Button(look, "Invite…", "primary")
        self.invite.clicked.connect(self.open_invite)
        self.list = EntryList(look, "Members", all_shown=True)
        self.list.chosen.connect(self._on_member)
        self._no_addresses = Label(look, "Addresses are shown to reviewers and above.", 12, 400, "text2", wrap=True)
        self.cards.addWidget(card(head(look, "Members", self.invite), 8, self.list, 4, self._no_addresses))
        self.invited = EntryList(look, "Open invitations", all_shown=True)
        self.invited.chosen.connect(self._on_invitation)
        self._invited_card = card(head(look, "Invited"), 8, self.invited)
        self.cards.addWidget(self._invited_card)
        self._invited_card.hide()

    def show_account(self, account: Account) -> None:
        """Show another organization, empty until it was read."""
        if self._account is None or self._account.organization != account.organization:
            self._members, self._invitations = (), ()
            self._read += 1
        self._account = account
        self._show()

    def refresh(self) -> None:
        """Read members and invitations."""
        account, source = self._account, self._source
        if account is None:
            return
        inviting = may("member.invite", account.current.role)
        self._read += 1
        number = self._read

        def show(found: tuple[Sequence[Member], Sequence[Invitation]]) -> None:
            if number == self._read:
                self._members, self._invitations = tuple(found[0]), tuple(found[1])
                self._show()

        self.run("Reading the members", lambda: (source.members(), source.invitations() if inviting else ()), show)

    def _show(self) -> None:
        if self._account is None:
            return
        mine, now = self._account.current.role, self._now()
        owners = sum(1 for one in self._members if one.role is Role.OWNER)
        self.list.set_entries([
            ListEntry(
                one.person, one.name, one.address, ROLE_NAMES[one.role],
                "now" if one.here else spoken_instant(one.seen_at, now), one.number, tag="you" if one.me else "",
                choices=member_choices(one, mine, owners),
            )
            for one in self._members
        ])  # fmt: skip
        self.invite.setVisible(may("member.invite", mine))
        self._no_addresses.setVisible(not may("member.see_addresses", mine))
        self.invited.set_entries([
            ListEntry(
                one.key, one.address or "Whoever has the link", f"Invited by {one.by}" if one.by else "",
                ROLE_NAMES[one.role], f"until {day(one.ends_at, now)}" if one.ends_at else "", icon="person",
                choices=(Choice("withdraw", "Withdraw the invitation…"),),
            )
            for one in self._invitations
        ])  # fmt: skip
        self._invited_card.setVisible(bool(self._invitations))

    # -- inviting

    def open_invite(self) -> InviteDialog | None:
        """Ask whom to invite; None where the person may not."""
        account = self._account
        if account is None or not may("member.invite", account.current.role):
            return None
        roles = [role for role in Role if may_grant(account.current.role, role)]
        self.dialog = InviteDialog(self.look, self, account.current.name, roles, mails=account.server.mails)
        self.dialog.wanted.connect(self._invite)
        self.dialog.finished.connect(self.dialog.deleteLater)
        self.dialog.open()
        return self.dialog

    def _invite(self, address: str, role: Role) -> None:
        def show(made: Invited) -> None:
            if made.link:
                self._asks.show_text(
                    f"Invitation for {address}",
                    "This server sends no mail. Give them this link; it works once, and is not shown again.",
                    made.link, "Copy the link",
                )  # fmt: skip
            else:
                self.tell(f"The invitation to {address} was sent.")
            self.refresh()

        self.run("Inviting", lambda: self._deeds.invite(address, role), show)

    def _on_invitation(self, key: str, choice: str) -> None:
        one = next((each for each in self._invitations if each.key == key), None)
        if one is None or choice != "withdraw":
            return
        who = one.address or "whoever has the link"
        sure = self._asks.decision(
            f"Withdraw the invitation for {who}?", "Its link stops working at once. You can invite them again.",
            "Withdraw", danger=True
        )  # fmt: skip
        if sure:
            self.run("Withdrawing an invitation", lambda: self._deeds.withdraw(key), lambda _: self.refresh())

    # -- members

    def _on_member(self, person: str, choice: str) -> None:
        one = next((each for each in self._members if each.person == person), None)
        if one is None or self._account is None:
            return
        deeds, name = self._deeds, self._account.current.name
        kind, _, value = choice.partition(":")
        if kind == "role" and Role(value) is not one.role:
            role = Role(value)
            if role is Role.OWNER and not self._asks.decision(
                f"Make {one.name} an owner?",
                f"They can then do everything in {name}, also remove you.",
                "Make owner",
                danger=True,
            ):
                return
            self.run("Changing a role", lambda: deeds.change_role(person, role), lambda _: self._told(one, role))
        elif kind == "remove" and self._asks.decision(
            f"Remove {one.name} from {name}?",
            "They reach none of its contracts any more. What they wrote stays, under their name. You can invite them "
            "again.",
            "Remove",
            danger=True,
        ):
            self.run("Removing a member", lambda: deeds.remove(person), lambda _: self.refresh())
        elif kind == "transfer" and self._asks.decision(
            f"Hand {name} over to {one.name}?",
            "They become its owner and you stay as an admin. Only they can give it back.",
            "Hand over",
            danger=True,
        ):
            self.run("Handing over", lambda: deeds.transfer(person), lambda _: self.changed.emit())
        elif kind == "leave" and self._asks.decision(
            f"Leave {name}?",
            "You no longer receive or send its contracts. An admin can invite you again.",
            "Leave",
            danger=True,
        ):
            self.run("Leaving", deeds.leave, lambda _: self.changed.emit())

    def _told(self, member: Member, role: Role) -> None:
        self.tell(f"{member.name} is {a_role(role)} now.")
        self.refresh()
