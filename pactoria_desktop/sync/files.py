"""Word packages between this device and a platform: each goes at most once, and comes only as what its hash says."""

import hashlib
from collections.abc import Callable
from urllib.parse import quote

from pydantic import ValidationError

from pactoria_desktop.protocol.files import LARGEST_FILE, WORD, KeptFile
from pactoria_desktop.sync.errors import AnswerError, LargeAnswerError, NotThereError, RefusedError, WrongFileError
from pactoria_desktop.sync.transport import Departure, Http

WHAT = "file"
"""What the upload ledger calls a Word package."""


def send_file(
    http: Http, organization: str, contract: str, content: bytes, note: Callable[[list[Departure]], None]
) -> bool:
    """Let a platform have a Word package; False where it had it. It may be asked again at any time.

    ``note`` keeps, durably, what is about to leave. Raises RefusedError for what the platform does not take,
    WrongFileError where it says that it kept another, and the other errors of ``sync``.
    """
    sha256, size = hashlib.sha256(content).hexdigest(), len(content)
    if size > LARGEST_FILE:
        raise RefusedError(
            f"A Word file of {size >> 20} MB is larger than a platform keeps ({LARGEST_FILE >> 20} MB); it was not "
            "sent and stays on this device; make its pictures smaller."
        )
    path = _path(organization, sha256)
    try:
        http.send("HEAD", path, accept=WORD)
    except NotThereError:
        pass  # not sent yet; where the organization itself is closed to this person, sending is refused below
    else:
        return False
    note([Departure(contract, WHAT, size, sha256)])
    reply = http.send("PUT", path, content, media_type=WORD)
    try:
        kept = KeptFile.model_validate_json(reply.content)
    except ValidationError as error:
        raise AnswerError(
            "The platform's answer about a Word file could not be understood; the file is safe here and goes again; "
            "upgrade the older of the two."
        ) from error
    if (kept.sha256, kept.size) != (sha256, size):
        raise WrongFileError(
            "The platform says that it kept another Word file than the one that was sent; yours is safe here; "
            "ask whoever runs the platform."
        )
    return True


def fetch_file(http: Http, organization: str, sha256: str) -> bytes | None:
    """A Word package by the hash of its bytes; None where the platform does not have it (yet).

    Raises WrongFileError for anything that is not that very file, and the other errors of ``sync``.
    """
    wrong = (
        f"What the platform gave as the Word file {sha256[:12]} is not that file; nothing of it was kept; "
        "ask whoever runs the platform."
    )
    try:
        reply = http.send("GET", _path(organization, sha256), accept=WORD, most=LARGEST_FILE)
    except NotThereError:
        return None
    except LargeAnswerError as error:
        raise WrongFileError(wrong) from error
    if reply.media_type != WORD or hashlib.sha256(reply.content).hexdigest() != sha256:
        raise WrongFileError(wrong)
    return reply.content


def _path(organization: str, sha256: str) -> str:
    return f"/organizations/{quote(organization, safe='')}/files/{quote(sha256, safe='')}"
