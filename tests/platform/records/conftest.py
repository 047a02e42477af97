"""Teams on a fresh database."""

import pytest

from pactoria_desktop.platform.house import House
from tests.platform.conftest import TestDatabase
from tests.platform.records.teams import Team


@pytest.fixture
def team(house: House, test_database: TestDatabase) -> Team:
    """An organization without people."""
    return Team(house, test_database.superuser)
