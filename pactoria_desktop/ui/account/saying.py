"""What sync and roles are called, in the words of a person."""

from datetime import UTC, datetime, tzinfo

from pactoria_desktop.protocol.permissions import Role, may, may_grant
from pactoria_desktop.ui.account.values import SyncState, SyncStatus
from pactoria_desktop.ui.library.when import MONTHS

ROLE_NAMES = {
    Role.OWNER: "Owner", Role.ADMIN: "Admin", Role.EDITOR: "Editor", Role.REVIEWER: "Reviewer", Role.VIEWER: "Viewer",
}  # fmt: skip
ROLE_SENTENCES = {
    Role.OWNER: "Runs the organization and can delete it or hand it over.",
    Role.ADMIN: "Invites people, changes roles below their own, reads the audit log.",
    Role.EDITOR: "Edits contracts, saves versions, says who may reach a contract.",
    Role.REVIEWER: "Suggests tracked changes, comments, approves. Changes no text directly.",
    Role.VIEWER: "Reads contracts, versions and comments.",
}
NO_CONNECTION = "The program opens no connection; everything works here."


def counted(number: int, noun: str, many: str = "") -> str:
    """ "1 change", "12 changes"; ``many`` where the noun takes no s."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"


def a_role(role: Role) -> str:
    """ "an editor", "the owner"."""
    name = ROLE_NAMES[role].lower()
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def clock(milliseconds: int, now: datetime, zone: tzinfo | None = None) -> str:
    """ "10:42" on the day of ``now``, "3 November 10:42" before; empty for 0."""
    if milliseconds <= 0:
        return ""
    instant = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(zone)
    hour = f"{instant.hour}:{instant.minute:02d}"
    return (
        hour if instant.date() == now.astimezone(zone).date() else f"{instant.day} {MONTHS[instant.month - 1]} {hour}"
    )


def day(milliseconds: int, now: datetime, zone: tzinfo | None = None) -> str:
    """ "8 December", with the year where it is another one."""
    instant = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(zone)
    words = f"{instant.day} {MONTHS[instant.month - 1]}"
    return words if instant.year == now.astimezone(zone).year else f"{words} {instant.year}"


def grantable(by: Role, held: Role) -> tuple[Role, ...]:
    """The roles that somebody with the role ``by`` may give to a member who holds one; none where they may not."""
    if not may("member.change", by) or not may_grant(by, held):
        return ()
    return tuple(role for role in Role if may_grant(by, role))


def sync_words(status: SyncStatus, now: datetime, zone: tzinfo | None = None) -> str:
    """What the status bar says: "Synced 10:42", "Offline since 14:05, 12 changes wait, 1 question for you"."""
    waits = f"{counted(status.waiting, 'change')} {'waits' if status.waiting == 1 else 'wait'}"
    at = clock(status.at, now, zone)
    waiting = [waits] if status.waiting else []
    first = {
        SyncState.NO_ACCOUNT: ["Offline"],
        SyncState.SIGNED_OUT: ["Signed out", *waiting],
        SyncState.SYNCED: [f"Synced {at}".rstrip()],
        SyncState.WAITING: [waits],
        SyncState.SENDING: [f"Sending {counted(status.waiting, 'change')}" if status.waiting else "Receiving"],
        SyncState.OFFLINE: [f"Offline since {at}" if at else "Offline", *waiting],
        SyncState.STOPPED: ["Sync stopped", *waiting],
    }[status.state]
    return ", ".join([*first, *for_you(status)])


def for_you(status: SyncStatus) -> list[str]:
    """What needs the person: "1 question for you", "2 conflicts", "3 changes not accepted"."""
    questions = f"{counted(status.questions, 'question')} for you"
    refused = f"{counted(status.refused, 'change')} not accepted"
    conflicts = counted(status.conflicts, "conflict")
    found = ((status.questions, questions), (status.conflicts, conflicts), (status.refused, refused))
    return [words for number, words in found if number]


def sync_explanation(status: SyncStatus, now: datetime, zone: tzinfo | None = None) -> str:
    """The sentences behind the words: what is safe, and what happens next."""
    at = clock(status.at, now, zone)
    server = status.server or "the platform"
    state = {
        SyncState.NO_ACCOUNT: NO_CONNECTION,
        SyncState.SIGNED_OUT: f"This device is signed out of {server}. Your work is kept here; sign in to send it.",
        SyncState.SYNCED: f"Everything that you share is on {server}{f', as of {at}' if at else ''}.",
        SyncState.WAITING: f"These changes are kept here and go to {server} next.",
        SyncState.SENDING: f"Changes {'go to' if status.waiting else 'come from'} {server} now. You can work on.",
        SyncState.OFFLINE: f"{f'The platform {status.server}'.rstrip()} cannot be reached. Your work is kept here and "
        "is sent when it can be.",
        SyncState.STOPPED: status.reason or "Sync has stopped. Your work is kept here.",
    }[status.state]
    more = " and ".join(for_you(status))
    return f"{state} {more[0].upper()}{more[1:]}." if more else state
