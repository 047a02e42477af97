"""Writes the description of the platform's API, for people who change it: ``python packaging/platform_openapi.py``.

It is committed, so that a change of the API is seen in a review; a test holds it against the application.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from pactoria_desktop.platform.application import create_application
from pactoria_desktop.platform.database.migrating import migrate
from pactoria_desktop.platform.opening import Addresses, database_addresses, opened_house
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.runtime.clock import SystemClock

TARGET = Path(__file__).resolve().parent.parent / "resources/platform/openapi.json"


async def _document(settings: PlatformSettings, addresses: Addresses) -> str:
    async with opened_house(settings, addresses, clock=SystemClock()) as house:
        return json.dumps(create_application(house).openapi(), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Make the application on a database of its own and let it describe itself."""
    with tempfile.TemporaryDirectory(prefix="pactoria-openapi-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        settings = PlatformSettings(platform_data=folder / "platform")
        with database_addresses(settings) as addresses:
            migrate(addresses.owner)
            document = asyncio.run(_document(settings, addresses))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(document, encoding="utf-8")
    sys.stdout.write(f"Wrote {TARGET.name}.\n")


if __name__ == "__main__":
    main()
