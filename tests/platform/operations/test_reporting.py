"""Reports of errors: by choice, and without a word of a contract, a secret or an address."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sentry_sdk
from fastapi import FastAPI
from pydantic import SecretStr
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from pactoria_desktop.platform.api.access import open_to_all
from pactoria_desktop.platform.operations.reporting import report_errors
from pactoria_desktop.platform.settings import PlatformSettings

pytestmark = pytest.mark.anyio

CANARY = "Zanzibar pays seven million"


class Kept(Transport):
    """Keeps what would be sent."""

    sent: list[str] = []  # noqa: RUF012 - the library makes the transport itself; emptied by the fixture

    def capture_envelope(self, envelope: Envelope) -> None:
        self.sent.append(envelope.serialize().decode())


@pytest.fixture
def reports(tmp_path: Path) -> Iterator[list[str]]:
    settings = PlatformSettings(platform_data=tmp_path, sentry_dsn=SecretStr("https://key@sentry.example/1"))
    Kept.sent.clear()
    end = report_errors(settings, Kept)
    yield Kept.sent
    end()
    sentry_sdk.get_global_scope().set_client(None)


async def test_an_error_with_a_contracts_words_is_reported_by_its_place_alone(
    reports: list[str], application: FastAPI, client: httpx2.AsyncClient
) -> None:
    @application.post("/api/v1/broken/{name}", dependencies=[open_to_all("a test")])
    async def broken(name: str, body: dict[str, Any]) -> None:
        clause = body["text"] + CANARY
        logging.getLogger("pactoria.contracts").info(f"said {clause}")
        sentry_sdk.add_breadcrumb(message=clause)
        raise ValueError(f"cannot read {clause}") from KeyError(clause)

    answer = await client.post(
        f"/api/v1/broken/{CANARY}?q={CANARY}",
        json={"text": CANARY},
        headers={"Authorization": f"Bearer {CANARY}", "X-Words": CANARY},
    )
    assert answer.status_code == 500
    assert CANARY not in answer.text
    (report,) = reports
    assert "ValueError" in report
    assert "test_reporting.py" in report
    for word in ("Zanzibar", "seven million", "Bearer", "sentry.example/1/"):
        assert word not in report


async def test_nothing_is_sent_where_nobody_chose_it(
    tmp_path: Path, application: FastAPI, client: httpx2.AsyncClient
) -> None:
    report_errors(PlatformSettings(platform_data=tmp_path), Kept)()
    assert not sentry_sdk.get_client().is_active()
