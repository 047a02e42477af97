"""Who may do what: one table, from which come the guards of the routes, their tests, the documentation, and what the
desktop lets a person reach for.

A role is held in an organization. ``billing`` is a flag that a person may have beside any role. On a contract whose
sharing is restricted only owners, admins and those it is shared with count, each with the role given there, which
never exceeds the role in the organization.
"""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A member's role, the strongest first."""

    OWNER = "owner"
    ADMIN = "admin"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    VIEWER = "viewer"


STRENGTH: dict[Role, int] = {role: len(Role) - place for place, role in enumerate(Role)}
_ALL = frozenset(Role)
_REVIEWING = frozenset({Role.OWNER, Role.ADMIN, Role.EDITOR, Role.REVIEWER})
_EDITING = frozenset({Role.OWNER, Role.ADMIN, Role.EDITOR})
_RUNNING = frozenset({Role.OWNER, Role.ADMIN})
_OWNING = frozenset({Role.OWNER})


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that a member can do. ``billing`` lets in whoever has the flag, whatever the role."""

    name: str
    sentence: str
    roles: frozenset[Role]
    billing: bool = False


OPERATIONS: dict[str, Operation] = {
    one.name: one
    for one in (
        Operation("organization.read", "see the organization and its name", _ALL),
        Operation("organization.change", "change the organization's name and settings", _RUNNING),
        Operation("organization.delete", "delete the organization with all it holds", _OWNING),
        Operation("organization.transfer", "hand the organization over to another member", _OWNING),
        Operation("member.list", "see who belongs to the organization", _ALL),
        Operation("member.see_addresses", "see the e-mail addresses of members", _REVIEWING),
        Operation("member.invite", "invite people and withdraw invitations", _RUNNING),
        Operation("member.change", "change a member's role", _RUNNING),
        Operation("member.change_billing", "say who sees and pays the bills", _OWNING),
        Operation("member.remove", "remove a member", _RUNNING),
        Operation("member.leave", "leave the organization", _ALL),
        Operation("audit.read", "read and export the audit log", _RUNNING),
        Operation("privacy.export_own", "take what the organization holds about oneself", _ALL),
        Operation("privacy.export", "export what the organization holds about a member", _RUNNING),
        Operation("privacy.erase", "erase a former member's personal data", _OWNING),
        Operation("contract.read", "read contracts, their text, versions and comments", _ALL),
        Operation("contract.create", "bring contracts into the organization", _EDITING),
        Operation("contract.edit", "edit contracts and their particulars, save versions", _EDITING),
        Operation("contract.suggest", "suggest tracked changes", _REVIEWING),
        Operation("contract.comment", "comment, and answer and resolve comments", _REVIEWING),
        Operation("contract.judge", "decide on findings", _REVIEWING),
        Operation("contract.approve", "approve or reject a text", _REVIEWING),
        Operation("contract.share", "say who may reach a contract", _EDITING),
        Operation("contract.delete", "delete contracts", _EDITING),
        Operation("file.read", "fetch Word packages and attachments of contracts in reach", _ALL),
        Operation("file.add", "add Word packages and attachments", _EDITING),
        Operation("sync.pull", "receive changes", _ALL),
        Operation("sync.push", "send changes, each as far as its own rule allows", _ALL),
        Operation("room.join", "see others at work in a contract", _ALL),
    )
}
"""Every operation by its name."""


def may(operation: str, role: Role, *, billing: bool = False) -> bool:
    """Whether a member with this role may do it. Raises KeyError for an operation that there is not."""
    rule = OPERATIONS[operation]
    return role in rule.roles or (rule.billing and billing)


def weaker(one: Role, other: Role) -> Role:
    """The weaker of two roles."""
    return one if STRENGTH[one] <= STRENGTH[other] else other


def may_grant(by: Role, role: Role) -> bool:
    """Whether somebody with the role ``by`` may give or take the role: owners any, admins all below their own."""
    if by is Role.OWNER:
        return True
    return by is Role.ADMIN and STRENGTH[role] < STRENGTH[Role.ADMIN]
