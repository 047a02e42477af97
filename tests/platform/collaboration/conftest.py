"""A platform with people, contracts and texts."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.collaboration.parties import Registry, registry, running
from tests.platform.conftest import ADDRESS, TestDatabase


@pytest.fixture
def people(test_database: TestDatabase, clock: ManualClock) -> Registry:
    """Writes people and contracts into the test's database."""
    return registry(test_database.superuser, clock.now())


@pytest.fixture
async def client(application: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Asks the started application without a network."""
    async with running(application):
        transport = httpx2.ASGITransport(app=application, raise_app_exceptions=False, client=("127.0.0.1", 50000))
        async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as made:
            yield made
