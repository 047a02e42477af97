"""A second node of a platform on the database that the first one keeps."""

import json
from collections.abc import Mapping
from urllib.parse import quote

from pactoria_desktop.platform.database.embedded import DATABASE
from pactoria_desktop.platform.database.walls import APPLICATION, OWNER
from tests.end_to_end.platform.process import PlatformProcess


def second_node(first: PlatformProcess, environment: Mapping[str, str]) -> PlatformProcess:
    """Another node beside one that runs; it shares database, master key and files, and is not started yet."""
    secrets = json.loads((first.data / "secrets.json").read_text(encoding="utf-8"))
    (place,) = first.data.glob("postgres-*/postmaster.pid")
    lines = place.read_text(encoding="utf-8").splitlines()
    port, folder = lines[3], lines[4]

    def url(role: str, password: str) -> str:
        return f"postgresql://{role}:{quote(password)}@/{DATABASE}?host={quote(folder, safe='')}&port={port}"

    return PlatformProcess(
        first.data,
        environment={
            **environment,
            "PACTORIA_DATABASE_URL": url(APPLICATION, secrets["application_password"]),
            "PACTORIA_DATABASE_OWNER_URL": url(OWNER, secrets["owner_password"]),
            "PACTORIA_MASTER_KEY": secrets["master_key"],
        },
    )
