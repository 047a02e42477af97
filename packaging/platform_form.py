"""Drafts the first form of the platform's database from its tables and walls, as long as none was released.

Run by people who change the tables: ``python packaging/platform_form.py``. After the first release a change is a
migration of its own, and this program goes.
"""

import sys
from pathlib import Path

from pactoria_desktop.platform.database.drafting import statements
from pactoria_desktop.platform.database.migrations.versions.first_platform import SEPARATOR

TARGET = (
    Path(__file__).resolve().parent.parent / "pactoria_desktop/platform/database/migrations/versions/first_platform.sql"
)

if __name__ == "__main__":
    TARGET.write_text(SEPARATOR.join(statements()) + "\n", encoding="utf-8")
    sys.stdout.write(f"Drafted {TARGET.name}.\n")
