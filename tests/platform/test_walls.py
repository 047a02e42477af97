"""Row-level security keeps organizations apart, even where the application forgets to ask."""

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine, text

from pactoria_desktop.platform.database.drafting import statements
from pactoria_desktop.platform.database.engine import driver_url, make_engine
from pactoria_desktop.platform.database.migrating import configuration, migrate
from pactoria_desktop.platform.database.migrations.versions import first_platform
from pactoria_desktop.platform.database.roles import role_problem
from pactoria_desktop.platform.database.schema import Base
from pactoria_desktop.platform.database.walls import OF_PEOPLE, OPEN, tenant_tables
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.opening import WallsError, opened_house
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.conftest import TestDatabase

pytestmark = pytest.mark.anyio

MINE = "01a22ec6-0000-7000-8000-000000000001"
THEIRS = "01a22ec6-0000-7000-8000-000000000002"
ANA = "01a22ec6-0000-7000-8000-00000000000a"


def test_every_table_has_a_wall_or_a_reason() -> None:
    behind = {table.name for table in tenant_tables()} | set(OF_PEOPLE) | set(OPEN)
    assert behind == {table.name for table in Base.metadata.sorted_tables}


def two_organizations(database: TestDatabase) -> None:
    with psycopg.connect(database.superuser) as connection:
        for organization in (MINE, THEIRS):
            connection.execute(
                "insert into organization values (%s, 'x', null, 'free', 'any', 1, now(), now(), null)", (organization,)
            )
        connection.execute(
            "insert into person values (%s, 'ana@example.org', 'Ana', null, null, false, %s, now(), null, null)",
            (ANA, MINE),
        )
        connection.execute(
            "insert into record values (%s, 'contract', 'c', 'organization', null, 1, false, '{}', '{}', 1, null, "
            "now(), now())",
            (THEIRS,),
        )


async def test_nothing_is_shown_when_nobody_said_for_whom(test_database: TestDatabase, house: House) -> None:
    two_organizations(test_database)
    async with house.database.transaction() as connection:
        for table in tenant_tables():
            assert (await connection.execute(text(f"select count(*) from {table.name}"))).scalar() == 0, table.name


async def test_rows_of_another_organization_are_neither_seen_nor_changed(
    test_database: TestDatabase, house: House
) -> None:
    two_organizations(test_database)
    async with house.database.transaction(organization=MINE, person=ANA) as connection:
        assert (await connection.execute(text("select count(*) from organization"))).scalar() == 1
        assert (await connection.execute(text("select count(*) from record"))).scalar() == 0
        assert (await connection.execute(text("update record set deleted = true"))).rowcount == 0
        assert (await connection.execute(text("delete from record"))).rowcount == 0
    with pytest.raises(Exception, match="row-level security"):
        async with house.database.transaction(organization=MINE, person=ANA) as connection:
            await connection.execute(
                text(
                    "insert into record values (:o, 'contract', 'd', 'organization', null, 2, false, '{}', '{}', 1, "
                    "null, now(), now())"
                ),
                {"o": THEIRS},
            )


async def test_a_role_that_passes_over_the_walls_is_refused(
    test_database: TestDatabase, settings: PlatformSettings, clock: ManualClock
) -> None:
    addresses = test_database.addresses
    for strong, why in ((test_database.superuser, "superuser"), (addresses.owner, "owns the tables")):
        engine = make_engine(strong, connections=2)
        async with engine.connect() as connection:
            problem = await role_problem(connection)
        await engine.dispose()
        assert problem is not None
        assert why in problem
        with pytest.raises(WallsError):
            async with opened_house(
                settings, type(addresses)(strong, addresses.owner, addresses.master_key), clock=clock
            ):
                pass


def test_the_migrated_database_is_what_the_tables_say(test_database: TestDatabase) -> None:
    engine = create_engine(driver_url(test_database.addresses.owner))
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.check(config)
    engine.dispose()


def test_the_drafted_form_is_up_to_date() -> None:
    path = first_platform.__file__.replace(".py", ".sql")
    with open(path, encoding="utf-8") as stream:
        assert stream.read() == first_platform.SEPARATOR.join(statements()) + "\n", "run packaging/platform_form.py"


def test_migrating_again_changes_nothing(test_database: TestDatabase) -> None:
    assert migrate(test_database.addresses.owner) == ("0001", "0001")
