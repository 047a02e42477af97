"""What leaves is noted before, what is lost is sent again, and a refusal is a sentence."""

import hashlib
from datetime import UTC, datetime

import httpx2
import pytest

from pactoria_desktop.contract.identity import identity_from
from pactoria_desktop.protocol.problems import MEDIA_TYPE, Code, Problem
from pactoria_desktop.protocol.records import Applied, Operation, Outcome, Pull, Push, Pushed
from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.sync.errors import (
    AccessLostError,
    AnswerError,
    OfflineError,
    RefusedError,
    SignedOutError,
    TooOldError,
)
from pactoria_desktop.sync.platform_address import PlatformAddressError, platform_address
from pactoria_desktop.sync.transport import Departure, Http, RecordTransport

ONE, CONTRACT = identity_from(1_800_000_000_000, 1), identity_from(1_800_000_000_000, 2)
PUSH = Push(operations=(Operation(operation=ONE, kind="contract", record=CONTRACT, base_sequence=0),))
PUSHED = Pushed(epoch="e", results=(Applied(operation=ONE, outcome=Outcome.APPLIED, sequence=1),))


class Wire:
    """Answers requests from a list; notes what came and in which order things happened."""

    def __init__(self, *answers) -> None:
        self.answers = list(answers)
        self.requests: list[httpx2.Request] = []
        self.events: list[object] = []
        self.pauses: list[float] = []
        client = httpx2.Client(transport=httpx2.MockTransport(self.answer))
        self.http = Http(
            client,
            "https://platform.test/",
            lambda renew: "renewed" if renew else "token",
            clock=ManualClock(datetime(2026, 11, 22, tzinfo=UTC)),
            sleep=self.pauses.append,
            jitter=lambda: 0.5,
        )
        self.transport = RecordTransport(
            self.http, "an/organization", note=self.events.append, contract_of=lambda kind, record: ""
        )

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        self.events.append(request.url.path)
        found = self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


def good() -> httpx2.Response:
    return httpx2.Response(200, content=PUSHED.model_dump_json())


def problem(status: int, code: Code, **headers: str) -> httpx2.Response:
    body = Problem(title="T", status=status, detail="What happened.", code=code).model_dump_json()
    return httpx2.Response(status, content=body, headers={"Content-Type": MEDIA_TYPE, **headers})


def test_what_leaves_is_in_the_ledger_before_it_goes():
    wire = Wire(good())
    assert wire.transport.push(PUSH) == PUSHED
    (noted,), path = wire.events
    assert noted == Departure(CONTRACT, "records", 2, hashlib.sha256(wire.requests[0].content).hexdigest())
    assert path == "/api/v1/organizations/an/organization/sync/push"
    assert wire.requests[0].url.raw_path == b"/api/v1/organizations/an%2Forganization/sync/push"
    assert wire.requests[0].headers["Pactoria-Protocol"] == "1"
    assert wire.requests[0].headers["Authorization"] == "Bearer token"


def test_what_is_not_answered_is_sent_again_after_a_pause_that_grows():
    wire = Wire(httpx2.ConnectError("no"), httpx2.ReadTimeout("no"), httpx2.Response(502), good())
    assert wire.transport.push(PUSH) == PUSHED
    assert wire.pauses == [0.25, 0.5, 1.0]
    assert len({request.content for request in wire.requests}) == 1
    wire = Wire(*[httpx2.ConnectError("no")] * 4)
    with pytest.raises(OfflineError, match="your work is kept"):
        wire.transport.push(PUSH)
    assert wire.answers == []


def test_the_platform_says_how_long_to_wait():
    wire = Wire(
        problem(429, Code.TOO_MANY_REQUESTS, **{"Retry-After": "7"}),
        problem(503, Code.UNAVAILABLE, **{"Retry-After": "Sun, 22 Nov 2026 00:00:09 GMT"}),
        problem(503, Code.UNAVAILABLE, **{"Retry-After": "4000"}),
        good(),
    )
    wire.transport.push(PUSH)
    assert wire.pauses == [7.5, 9.5, 30.0]


def test_an_old_token_is_renewed_once():
    wire = Wire(problem(401, Code.SIGNED_OUT), good())
    wire.transport.push(PUSH)
    assert [one.headers["Authorization"] for one in wire.requests] == ["Bearer token", "Bearer renewed"]
    wire = Wire(problem(401, Code.SIGNED_OUT), problem(401, Code.SIGNED_OUT))
    with pytest.raises(SignedOutError):
        wire.transport.push(PUSH)


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        (problem(404, Code.NOT_FOUND), AccessLostError, "What happened."),
        (problem(403, Code.FORBIDDEN), AccessLostError, "What happened."),
        (problem(426, Code.PROTOCOL_VERSION), TooOldError, "What happened."),
        (problem(413, Code.TOO_LARGE), RefusedError, "What happened."),
        (httpx2.Response(404, text="<html>"), AnswerError, "not a platform"),
        (httpx2.Response(200, text="<html>"), AnswerError, "could not be understood"),
        (httpx2.Response(302, headers={"Location": "https://elsewhere.test"}), AnswerError, "not a platform"),
    ],
)
def test_a_refusal_is_a_sentence_and_a_stranger_takes_nothing_away(answer, kind, sentence):
    with pytest.raises(kind, match=sentence):
        Wire(answer).transport.pull(Pull())


@pytest.mark.parametrize(
    "address",
    [
        "https://pactoria.example",
        "http://127.0.0.1:8000",
        "http://[::1]:8000/",
        "http://localhost:1",
        "http://10.1.2.3",
    ],
)
def test_addresses_that_are_taken(address: str):
    assert platform_address(address).url == address.rstrip("/")


@pytest.mark.parametrize(
    "address",
    ["http://pactoria.example", "http://8.8.8.8", "http://0.0.0.0", "ftp://10.0.0.1", "https://",
     "http://127.0.0.1.example.com"],
)  # fmt: skip
def test_addresses_that_are_refused(address: str):
    with pytest.raises(PlatformAddressError, match="nothing was sent"):
        platform_address(address)
