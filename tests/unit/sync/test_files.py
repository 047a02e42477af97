"""A Word package goes once, and what comes in its place is refused whatever it looks like."""

import gzip
import hashlib
from datetime import UTC, datetime

import httpx2
import pytest

from pactoria_desktop.protocol.files import WORD, KeptFile
from pactoria_desktop.protocol.problems import MEDIA_TYPE, Code
from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.sync import files, transport
from pactoria_desktop.sync.errors import (
    AccessLostError,
    AnswerError,
    OfflineError,
    RefusedError,
    SignedOutError,
    WrongFileError,
)
from pactoria_desktop.sync.files import fetch_file, send_file
from pactoria_desktop.sync.transport import Departure, Http
from tests.unit.sync.test_transport import CONTRACT, Wire, problem

CONTENT = b"PK\x03\x04 the words of a contract" * 100
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PATH = f"/api/v1/organizations/o%2F1/files/{SHA256}"


def kept(sha256: str = SHA256, size: int = len(CONTENT), status: int = 201) -> httpx2.Response:
    said = KeptFile(
        sha256=sha256, size=size, media_type=WORD, uploaded_by=CONTRACT, uploaded_at=datetime(2026, 11, 22, tzinfo=UTC)
    )  # fmt: skip
    return httpx2.Response(status, content=said.model_dump_json())


def not_there() -> httpx2.Response:
    """As a server answers HEAD: the headers alone."""
    return httpx2.Response(404, headers={"Content-Type": MEDIA_TYPE})


def word(content: bytes = CONTENT, **headers: str) -> httpx2.Response:
    return httpx2.Response(200, content=content, headers={"Content-Type": WORD, **headers})


def send(wire: Wire) -> bool:
    return send_file(wire.http, "o/1", CONTRACT, CONTENT, wire.events.append)


def fetch(wire: Wire) -> bytes | None:
    return fetch_file(wire.http, "o/1", SHA256)


def test_a_package_is_asked_for_then_noted_then_sent():
    wire = Wire(not_there(), kept())
    assert send(wire)
    _, noted, _ = wire.events
    assert noted == [Departure(CONTRACT, "file", len(CONTENT), SHA256)]
    assert [one.method for one in wire.requests] == ["HEAD", "PUT"]
    assert {one.url.raw_path.decode() for one in wire.requests} == {PATH}
    assert wire.requests[1].headers["Content-Type"] == WORD
    assert wire.requests[1].content == CONTENT


def test_what_the_platform_holds_does_not_leave_again():
    wire = Wire(httpx2.Response(200, headers={"Content-Type": WORD}))
    assert not send(wire)
    assert [one.method for one in wire.requests] == ["HEAD"]
    assert wire.events == [wire.requests[0].url.path]


def test_a_lost_answer_is_asked_for_again_and_the_file_counts_once():
    wire = Wire(not_there(), httpx2.ReadTimeout("lost"), httpx2.Response(503), kept(status=200))
    assert send(wire)
    assert [one.method for one in wire.requests] == ["HEAD", "PUT", "PUT", "PUT"]
    assert sum(isinstance(one, list) for one in wire.events) == 1


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([not_there(), problem(422, Code.INVALID)], RefusedError),
        ([not_there(), problem(403, Code.FORBIDDEN)], AccessLostError),
        ([not_there(), problem(404, Code.NOT_FOUND)], AccessLostError),
        ([not_there(), kept(sha256="0" * 64)], WrongFileError),
        ([not_there(), kept(size=1)], WrongFileError),
        ([not_there(), httpx2.Response(201, text="<html>")], AnswerError),
        ([httpx2.Response(404, text="<html>")], AnswerError),
        ([httpx2.Response(403, headers={"Content-Type": MEDIA_TYPE})], AccessLostError),
        ([httpx2.Response(401, headers={"Content-Type": MEDIA_TYPE}) for _ in range(2)], SignedOutError),
        ([httpx2.Response(422, headers={"Content-Type": MEDIA_TYPE})], RefusedError),
    ],
)
def test_what_is_not_taken_is_an_error_and_sent_no_second_time(answers, kind):
    wire = Wire(*answers)
    with pytest.raises(kind):
        send(wire)
    assert wire.answers == []


def test_a_package_too_large_for_any_platform_is_not_sent(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "LARGEST_FILE", len(CONTENT) - 1)
    wire = Wire()
    with pytest.raises(RefusedError, match="was not sent and stays"):
        send(wire)
    assert wire.events == []


def test_a_package_comes_as_it_was():
    wire = Wire(word())
    assert fetch(wire) == CONTENT
    assert wire.requests[0].headers["Accept"] == WORD
    assert wire.requests[0].headers["Accept-Encoding"] == "identity"


def test_what_the_platform_does_not_have_yet_is_none_and_no_error():
    assert fetch(Wire(problem(404, Code.NOT_FOUND))) is None


class Cut(httpx2.SyncByteStream):
    """Bytes that end too early, or never."""

    def __init__(self, *pieces: bytes, ends: bool) -> None:
        self.pieces, self.ends, self.given = pieces, ends, 0

    def __iter__(self):
        for piece in self.pieces:
            self.given += len(piece)
            yield piece
        if not self.ends:
            raise httpx2.RemoteProtocolError("peer closed connection without sending complete message body")


@pytest.mark.parametrize(
    "answer",
    [
        word(CONTENT[:-1]),
        word(CONTENT[:-1] + b"x"),
        word(CONTENT + b"x"),
        word(b""),
        httpx2.Response(200, content=CONTENT, headers={"Content-Type": "text/html"}),
        httpx2.Response(200, content=CONTENT),
    ],
)
def test_other_bytes_and_another_kind_are_refused(answer):
    wire = Wire(answer)
    with pytest.raises(WrongFileError, match="nothing of it was kept"):
        fetch(wire)
    assert wire.answers == []


def test_a_stranger_who_answers_is_not_taken_for_a_missing_file():
    for status in (302, 404):
        with pytest.raises(AnswerError, match="not a platform"):
            fetch(Wire(httpx2.Response(status, text="<html>")))


def test_an_answer_without_end_is_given_up_at_the_bound(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "LARGEST_FILE", 10_000)
    body = Cut(*[b"x" * 1000] * 1000, ends=True)
    with pytest.raises(WrongFileError):
        fetch(Wire(httpx2.Response(200, stream=body, headers={"Content-Type": WORD})))
    assert body.given <= 11_000


def test_a_file_is_never_unpacked_on_its_way():
    packed = Cut(gzip.compress(CONTENT), ends=True)
    with pytest.raises(AnswerError, match="unpacked"):
        fetch(Wire(httpx2.Response(200, stream=packed, headers={"Content-Type": WORD, "Content-Encoding": "gzip"})))
    assert packed.given == 0


def test_an_answer_that_does_not_unpack_is_an_error():
    broken = httpx2.Response(200, stream=Cut(b"no gzip", ends=True), headers={"Content-Encoding": "gzip"})
    with pytest.raises(AnswerError, match="unpacked"):
        Wire(broken).http.send("GET", "/x")


def test_a_refusal_without_end_is_given_up_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(transport, "LARGEST_REFUSAL", 10_000)
    body = Cut(*[b"x" * 1000] * 1000, ends=True)
    with pytest.raises(AnswerError, match="too large"):
        Wire(httpx2.Response(404, stream=body)).http.send("GET", "/x")
    assert body.given <= 11_000


def test_a_file_that_is_cut_off_is_fetched_again_whole():
    cut = httpx2.Response(200, stream=Cut(CONTENT[:500], ends=False), headers={"Content-Type": WORD})
    wire = Wire(cut, word())
    assert fetch(wire) == CONTENT
    again = [httpx2.Response(200, stream=Cut(b"x", ends=False), headers={"Content-Type": WORD}) for _ in range(4)]
    with pytest.raises(OfflineError):
        fetch(Wire(*again))


def test_an_answer_that_drips_is_given_up():
    clock = ManualClock(datetime(2026, 11, 22, tzinfo=UTC))

    class Dripping(Cut):
        def __iter__(self):
            for piece in super().__iter__():
                clock.advance(20)
                yield piece

    body = Dripping(*[b"x"] * 1000, ends=True)
    answer = httpx2.Response(200, stream=body, headers={"Content-Type": WORD})
    http = Http(
        httpx2.Client(transport=httpx2.MockTransport(lambda request: answer)), "https://platform.test",
        lambda renew: "token", clock=clock, sleep=lambda seconds: None, jitter=lambda: 0,
    )  # fmt: skip
    with pytest.raises(OfflineError, match="too slowly"):
        fetch_file(http, "o", SHA256)
    assert body.given <= 32
