"""Secrets that the platform makes for itself when nobody gives them: passwords of its own database, the master key.

They lie in one file of the data folder that only its owner reads, are left out of ``backup``, and are asked for by
``restore``.
"""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.files import write_atomically

FILE = "secrets.json"


class SecretsFileError(PactoriaError):
    """The file of secrets cannot be used."""


@dataclass(frozen=True, slots=True)
class PlatformSecrets:
    """The secrets of one data folder. ``master_key`` is 32 bytes in base64."""

    master_key: str
    superuser_password: str
    owner_password: str
    application_password: str


def keep_master_key(folder: Path, master_key: str) -> None:
    """Let a data folder's secrets hold another master key (32 bytes in base64): that of a restored backup."""
    known = own_secrets(folder)
    if known.master_key != master_key:
        changed = replace(known, master_key=master_key)
        write_atomically(folder / FILE, json.dumps(asdict(changed), indent=1).encode(), mode=0o600)


def own_secrets(folder: Path) -> PlatformSecrets:
    """The secrets of a data folder, made at the first call. Raises SecretsFileError when the file is not as written."""
    path = folder / FILE
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        made = PlatformSecrets(
            base64.b64encode(secrets.token_bytes(32)).decode(), *(secrets.token_urlsafe(24) for _ in range(3))
        )
        if any(folder.glob("postgres-*")):
            raise SecretsFileError(
                f"{path} is missing beside a database that needs it; nothing was changed; put it back."
            ) from None
        write_atomically(path, json.dumps(asdict(made), indent=1).encode(), mode=0o600)
        return made
    except OSError as error:
        raise SecretsFileError(f"{path} cannot be read ({error.strerror}); nothing was started.") from error
    try:
        known = PlatformSecrets(**json.loads(content))
    except (ValueError, TypeError) as error:
        raise SecretsFileError(
            f"{path} is not as it was written; nothing was started; put back a copy of it."
        ) from error
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise SecretsFileError(f"{path} can be read by others; nothing was started; run chmod 600 on it.")
    return known
