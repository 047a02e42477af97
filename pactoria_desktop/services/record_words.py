"""What records and their fields are called, and what stands in them, in the words of a person."""

from collections.abc import Mapping

STATUS_WORDS = {
    "draft": "Draft", "in_review": "In review", "approved": "Approved", "rejected": "Rejected", "signed": "Signed",
}  # fmt: skip
KIND_WORDS = {
    "contract": "Contract", "party": "Party", "version": "Version", "thread": "Comment", "comment": "Comment",
    "approval": "Approval", "verdict": "Verdict on a finding", "question": "Answer to a question",
    "conflict": "Decision of a conflict",
}  # fmt: skip
FIELD_WORDS = {
    "title": "Title", "counterparty": "Counterparty", "status": "Status", "tags": "Tags",
    "package_sha256": "Word file", "never_leaves": "Never leaves this computer", "name": "Name", "part": "Part",
    "position": "Place in the list", "text": "Words", "resolved_at": "Resolved", "verdict": "Verdict",
    "reason": "Reason", "assignee": "Assigned to", "answer": "Answer", "deleted": "Deleted",
}  # fmt: skip
SHORT = 60


def kind_words(kind: str) -> str:
    """ "Party"; a kind of a newer program by its own name."""
    return KIND_WORDS.get(kind, kind.replace("_", " ").capitalize())


def field_words(kind: str, field: str) -> str:
    """ "Status", "Name of the party"; a field of a newer program by its own name."""
    words = FIELD_WORDS.get(field, field.replace("_", " ").capitalize())
    of = {"party": "party", "verdict": "finding", "comment": "comment", "thread": "comment"}.get(kind)
    return (
        f"{words} of the {of}" if of is not None and field in ("name", "part", "position", "reason", "text") else words
    )


def value_words(field: str, value: object) -> str:
    """What stands in a field; empty for nothing."""
    if field == "status" and isinstance(value, str):
        return STATUS_WORDS.get(value, value)
    if field == "deleted":
        return "Deleted" if value else "Kept, with the change"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Mapping):
        added, removed = value.get("add"), value.get("remove")
        parts = [*(str(one) for one in _each(added)), *(f"not {one}" for one in _each(removed))]
        return ", ".join(parts)
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


def change_words(kind: str, patch: Mapping[str, object], *, deletes: bool, new: bool) -> str:
    """A change in a line: "Status: In review", "Party: Northgate Ltd", "Contract deleted", "Title, Counterparty"."""
    if deletes:
        return f"{kind_words(kind)} deleted"
    if new:
        named = next(
            (patch[one] for one in ("title", "name", "text", "decision") if isinstance(patch.get(one), str)), ""
        )
        return f"{kind_words(kind)}: {_short(str(named))}" if named else kind_words(kind)
    if len(patch) == 1:
        ((field, value),) = patch.items()
        words = value_words(field, value)
        return f"{field_words(kind, field)}: {_short(words)}" if words else f"{field_words(kind, field)} taken away"
    return ", ".join(field_words(kind, one) for one in patch) or kind_words(kind)


def activity_words(what: str, subject: str) -> str:
    """What somebody did, to go on after the name: "changed the status to In review"."""
    if what == "status":
        return f"changed the status to {value_words('status', subject)}"
    if what == "version":
        return f"saved the version “{_short(subject)}”"
    if what == "approval":
        return f"{subject} the text"
    if what == "sharing":
        return "restricted who reaches it" if subject == "restricted" else "opened it to everybody in the organization"
    return {"deleted": "deleted it"}.get(what, f"{what}: {_short(subject)}")


def _each(found: object) -> list[object]:
    return list(found) if isinstance(found, list | tuple) else []


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= SHORT else f"{line[: SHORT - 1].rstrip()}…"
