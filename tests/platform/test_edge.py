"""How every request is answered: ids, versions, sizes, refusals, health."""

import httpx2
import pytest

pytestmark = pytest.mark.anyio


async def test_ready_when_the_database_has_this_programs_form(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/health/live")).json() == {"status": "alive"}
    answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "reasons": {}})


async def test_every_answer_names_its_request_and_refusals_are_problems(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/api/v1/nowhere", headers={"X-Request-Id": "desk-12345678"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == answer.json()["request"] == "desk-12345678"
    forged = await client.get("/api/v1/nowhere", headers={"X-Request-Id": "a b<script>"})
    assert forged.headers["x-request-id"] != "a b<script>"


async def test_another_protocol_is_told_to_upgrade(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/health/live", headers={"Pactoria-Protocol": "99"})
    assert (answer.status_code, answer.json()["code"]) == (426, "protocol_version")
    assert (await client.get("/health/live", headers={"Pactoria-Protocol": "1"})).status_code == 200


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/health/live", content=b"x" * (5 * 1024 * 1024))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
