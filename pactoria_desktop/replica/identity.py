"""Who edits here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """The person at this device: ``author`` is the name that tracked changes show, ``by`` the user's id here."""

    author: str
    by: str = ""
