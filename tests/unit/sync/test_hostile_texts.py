"""What answers as a platform may be hostile: no answer is without bound, and no exchange without end."""

import asyncio
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import httpx2
import pytest

from pactoria_desktop.contract.identity import identity_from
from pactoria_desktop.contract.text import ContractText, Paragraph, Span, TextSection
from pactoria_desktop.protocol.texts import TextNews, TextPush, TextPushed
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.sync.apart import Apart
from pactoria_desktop.sync.courier import HttpCourier, NotReachedError
from pactoria_desktop.sync.texts import DamagedOnTheWayError, TextState, TextSync
from tests.platform.collaboration.desktops import MemoryText

CLOCK = ManualClock(datetime(2026, 12, 1, 9, tzinfo=UTC))
CONTRACT = identity_from(1_800_000_000_000, 1)
MOST_ASKED = 50


class Endless:
    """A line whose answers are given one after the other."""

    def __init__(self, answers: Iterator[TextNews]) -> None:
        self._answers, self.asked = answers, 0

    async def pull(self, contract: str, after: int) -> tuple[TextNews, tuple[bytes, ...]]:
        self.asked += 1
        if self.asked > MOST_ASKED:
            raise NotReachedError("asked without end")
        return next(self._answers), ()

    async def push(self, contract: str, push: TextPush, updates: Sequence[bytes]) -> TextPushed:
        raise AssertionError("nothing is to be sent")


def a_text(state: TextState) -> MemoryText:
    content = ContractText((TextSection("s0", (Paragraph((Span("Lease"),), {"p:style": "Body"}),)),))
    return MemoryText(CONTRACT, Replica.create(content, identity=Identity("Ines", "i"), clock=CLOCK), state)


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize(
    "answers",
    [
        lambda: itertools.repeat(TextNews(number=9, upto=3, more=True)),
        lambda: (TextNews(number=9, upto=0, more=True, epoch=f"epoch {number}") for number in itertools.count()),
    ],
    ids=["a page that goes nowhere", "an epoch with each answer"],
)
def test_an_exchange_that_comes_to_no_end_is_ended(apart: bool, answers: Callable[[], Iterator[TextNews]]):
    async def name_of(person: str) -> str:
        return person

    state = TextState(number=1, known=b"\x00\x00", epoch="epoch")
    text = a_text(replace(state, waiting_since=1) if apart else state)
    line = Endless(answers())
    joiner = Apart(Identity("Ines", "i"), name_of, CLOCK, may_edit=lambda one: True)
    with pytest.raises(DamagedOnTheWayError, match="no end"):
        asyncio.run(TextSync(line, joiner, CLOCK).exchange(text))
    assert line.asked < 10


@pytest.mark.parametrize("status", [200, 503])
def test_an_answer_without_bound_is_read_up_to_its_bound(status: int):
    sent = 0

    class Flood(httpx2.AsyncByteStream):
        async def __aiter__(self):
            nonlocal sent
            while sent < 1 << 30:
                sent += 1 << 16
                yield bytes(1 << 16)

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, stream=Flood())

    async def token() -> str:
        return "token"

    async def pull() -> None:
        client = httpx2.AsyncClient(base_url="https://platform.test", transport=httpx2.MockTransport(answer))
        async with client:
            await HttpCourier(client, CONTRACT, token, largest=1 << 20).pull(CONTRACT, 0)

    with pytest.raises(DamagedOnTheWayError):
        asyncio.run(pull())
    assert sent <= (1 << 20) + (1 << 17)


def test_a_small_answer_that_unpacks_to_a_large_one_is_not_unpacked():
    import gzip

    def answer(request: httpx2.Request) -> httpx2.Response:
        assert request.headers["Accept-Encoding"] == "identity"
        return httpx2.Response(200, headers={"Content-Encoding": "gzip"}, content=gzip.compress(bytes(1 << 24)))

    async def token() -> str:
        return "token"

    async def pull() -> None:
        client = httpx2.AsyncClient(base_url="https://platform.test", transport=httpx2.MockTransport(answer))
        async with client:
            await HttpCourier(client, CONTRACT, token, largest=1 << 20).pull(CONTRACT, 0)

    with pytest.raises(DamagedOnTheWayError):
        asyncio.run(pull())
