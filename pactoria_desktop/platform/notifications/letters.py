"""What the platform writes to people: plain text, one purpose each, nothing to load and nothing to track."""

from dataclasses import dataclass

_MOST_OF_A_NAME = 80


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail in plain text."""

    subject: str
    text: str


def invitation_letter(*, organization: str, inviter: str, role: str, link: str, days: int) -> Letter:
    """To somebody who is invited into an organization."""
    name, by = _in_a_line(organization), _in_a_line(inviter)
    article = "an" if role[0] in "aeio" else "a"
    return Letter(
        f"{by} invites you to {name} on Pactoria",
        f"{by} invites you to work on contracts in {name}, as {article} {role}.\n\n"
        f"Open this link to accept. It works once, within {days} days:\n\n{link}\n\n"
        "If you did not expect this message, do nothing: without the link nothing happens.\n",
    )


def _in_a_line(words: str) -> str:
    """A name as it may stand in a subject: one line, of a length that leaves room for the rest."""
    line = " ".join(words.split())
    return line if len(line) <= _MOST_OF_A_NAME else line[: _MOST_OF_A_NAME - 1] + "…"
