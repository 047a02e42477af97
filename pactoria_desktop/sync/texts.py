"""One contract's text between this device and the platform: what is missing on either side goes over, exactly once.

What the platform knows is kept as a version beside the number of its last update that was taken in, so that an exchange
may break off anywhere: what was not acknowledged is sent again, and what the platform holds already counts for nothing.
Work that waited for long goes by compare-and-set, after sentences that both sides changed were found (``apart``).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol

from pactoria_desktop.protocol.problems import Code
from pactoria_desktop.protocol.texts import MOST_RELAYED, TextNews, TextPush, TextPushed
from pactoria_desktop.replica.parting import Clash, Joined
from pactoria_desktop.replica.relaying import includes, known_together, peers_of, reached_by
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.runtime.errors import PactoriaError

APART_SECONDS = 30
"""Work that waited longer is held against what others did meanwhile."""

MOST_RACES = 20
PATIENT_RACES = 8
"""Races that work done apart loses before it goes without waiting for a moment in which nobody types."""

NOTHING = b"\x00"
"""The version of a replica that knows nothing."""


@dataclass(frozen=True, slots=True)
class Question:
    """A sentence that two people changed apart, for a record of the kind ``question``."""

    contract: str
    clash: Clash


@dataclass(frozen=True, slots=True)
class Sent:
    """A push whose answer has not come: should it have been kept, its questions are to be asked."""

    sha256: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class TextState:
    """What is known of the platform's text: its number, the version that it holds, and an open push.

    ``epoch`` is the platform's in which the number counts, "" before the first answer.
    ``waiting_since`` is when the oldest change was made that the platform does not hold, milliseconds since 1970 UTC.
    """

    number: int = 0
    known: bytes = NOTHING
    sent: Sent | None = None
    waiting_since: int | None = None
    epoch: str = ""


class LocalText(Protocol):
    """A contract's text on this device: the open replica, or what is stored of it. All calls may come from any task."""

    @property
    def contract(self) -> str:
        """The contract's id."""
        ...

    async def state(self) -> TextState:
        """What was kept last; the beginning where nothing was."""
        ...

    async def keep(self, state: TextState, questions: Sequence[Question] = ()) -> None:
        """Keep a state and put questions into the outbox of records, in one transaction."""
        ...

    async def version(self) -> bytes:
        """What the text knows, all of it journalled."""
        ...

    async def updates_since(self, version: bytes) -> bytes:
        """What is new since a version."""
        ...

    async def take_in(self, updates: Sequence[bytes], introduced: Sequence[str] = ()) -> None:
        """Import updates and journal them. ``introduced`` are peers of this device among them, journalled first."""
        ...

    async def snapshot(self) -> bytes:
        """Everything, with its history."""
        ...

    async def peers(self) -> Sequence[str]:
        """All openings of this text on this device, in hexadecimal digits, the youngest last."""
        ...


class Courier(Protocol):
    """Carries a text's messages to the platform and back."""

    async def pull(self, contract: str, after: int) -> tuple[TextNews, tuple[bytes, ...]]:
        """A page of what came after a number. Raises what the line raises."""
        ...

    async def push(self, contract: str, push: TextPush, updates: Sequence[bytes]) -> TextPushed:
        """Send updates. Raises PushRefusedError where the platform refuses, and what the line raises."""
        ...


class Joiner(Protocol):
    """Joins work done apart, away from the interface's thread (``apart.Apart``)."""

    async def join(self, text: LocalText, known: bytes, arrived: Sequence[bytes], people: Sequence[str]) -> Joined:
        """Both sides' work as one update. ``people`` sent what arrived, in order."""
        ...


class PushRefusedError(PactoriaError):
    """The platform did not keep a push; ``number`` is its text's where the push expected another."""

    def __init__(self, code: Code, sentence: str, number: int | None = None) -> None:
        """With the platform's sentence."""
        super().__init__(sentence)
        self.code = code
        self.number = number


class NotAcceptedError(PactoriaError):
    """The platform will not take this work: it stays on this device, where it can be exported.

    ``code`` is the platform's, None where it was not the platform that said so.
    """

    def __init__(self, sentence: str, code: Code | None = None) -> None:
        """With a sentence."""
        super().__init__(sentence)
        self.code = code


class DamagedOnTheWayError(PactoriaError):
    """What came from the platform is not what it said; nothing of it was taken in."""


class Exchange(Enum):
    """What an exchange came to."""

    NOTHING = "nothing"
    SYNCED = "synced"


class TextSync:
    """Exchanges texts. One exchange of a text at a time."""

    def __init__(self, courier: Courier, joiner: Joiner, clock: Clock) -> None:
        """With the line to one organization of one platform."""
        self._courier = courier
        self._joiner = joiner
        self._clock = clock

    async def exchange(self, text: LocalText) -> Exchange:
        """Bring both sides to the same. Raises NotAcceptedError, DamagedOnTheWayError, and what the line raises.

        Whatever is raised, what was kept until then stands, and the next exchange goes on from there.
        """
        for race in range(MOST_RACES):
            version = await text.version()  # first: by it all is journalled, and the state says since when it waits
            state = await text.state()
            waits = not includes(state.known, version)
            if waits and self._is_apart(state):
                done = await self._push_apart(text, compares=race < PATIENT_RACES)
            else:
                state = await self.pull(text)
                if includes(state.known, await text.version()):
                    return Exchange.SYNCED if waits else Exchange.NOTHING
                done = await self._push(text, state)
            if done:
                return Exchange.SYNCED
        raise NotAcceptedError(
            "Others change this contract faster than this work comes through; it is safe on this device and goes later."
        )

    def _is_apart(self, state: TextState) -> bool:
        if state.waiting_since is None or state.known == NOTHING:
            return False
        return self._clock.now().timestamp() * 1000 - state.waiting_since > APART_SECONDS * 1000

    async def pull(self, text: LocalText) -> TextState:
        """Take in what others sent; gives the state after it. Raises DamagedOnTheWayError where there is no end."""
        upto, restored = -1, False
        while True:
            state = await text.state()
            news, blobs = await self._news(text.contract, state)
            if was_restored(state, news):
                if restored:
                    raise _endless()
                restored = True
                await text.keep(begun_anew(state, news.epoch))
                continue
            if news.more and news.upto <= upto:
                raise _endless()
            upto = news.upto
            if blobs:
                await text.take_in(blobs)
            state, questions = after_news(state, news, blobs)
            await text.keep(state, questions)
            if not news.more:
                return state

    async def _news(self, contract: str, state: TextState) -> tuple[TextNews, tuple[bytes, ...]]:
        news, blobs = await self._courier.pull(contract, state.number)
        check_news(news, blobs)
        return news, blobs

    async def _push(self, text: LocalText, state: TextState) -> bool:
        """Send what the platform has not; False where it was not taken. What others sent in between is fetched."""
        version = await text.version()
        update = await text.updates_since(state.known)
        peers = await _introduced(text)
        relayed = tuple(sorted(peers_of(update) - set(await text.peers())))[:MOST_RELAYED]
        push = TextPush(updates=(_sha256(update),), peers=peers, relayed=relayed)
        pushed = await self._send(text.contract, push, update)
        if pushed is None:
            return False
        follows = pushed.number <= state.number + 1
        number = pushed.number if follows else state.number
        await text.keep(_settled(state, number, known_together(state.known, version)))
        if not follows:
            # Not a race that was lost: this work is kept, and where both sides type all the while there is always more.
            await self.pull(text)
        return True

    async def _push_apart(self, text: LocalText, *, compares: bool) -> bool:
        """Join what others sent meanwhile, and send both sides' work as one update where nobody came in between.

        Without ``compares`` also where somebody did: what they typed in this moment, with this device online, is not
        compared, as nothing is that is typed online.
        """
        state = await text.state()
        number, arrived, people = state.number, list[bytes](), list[str]()
        known, sent = state.known, state.sent
        while True:
            news, blobs = await self._news(text.contract, replace(state, number=number))
            arrived += blobs
            people += [head.person for head in news.updates]
            if (
                was_restored(state, news)
                or news.number < number
                or (sent and any(head.sha256 == sent.sha256 for head in news.updates))
            ):
                # It had come through after all, or the platform was restored: the plain way settles that.
                await self.pull(text)
                return False
            if news.more and news.upto <= number:
                raise _endless()
            number = news.upto
            if not news.more:
                break
        if not arrived:
            push_state = replace(state, number=number)
            version, update = await text.version(), await text.updates_since(known)
            expect = number if compares else None
            push = TextPush(updates=(_sha256(update),), peers=await _introduced(text), expect=expect)
            pushed = await self._send(text.contract, push, update)
            if pushed is None:
                return False
            follows = pushed.number <= number + 1
            reached = pushed.number if follows else number
            await text.keep(_settled(push_state, reached, known_together(known, version)))
            if not follows:
                await self.pull(text)
            return True
        joined = await self._joiner.join(text, known, arrived, people)
        questions = tuple(Question(text.contract, clash) for clash in joined.clashes)
        sha256 = _sha256(joined.update)
        await text.keep(replace(state, sent=Sent(sha256, questions)))
        peers = (*await _introduced(text), joined.peer)[-1000:]
        push = TextPush(updates=(sha256,), peers=peers, expect=number if compares else None)
        pushed = await self._send(text.contract, push, joined.update)
        if pushed is None:
            return False
        await text.take_in((*arrived, joined.update), (joined.peer,))
        follows = pushed.number <= number + 1
        await text.keep(_settled(state, pushed.number if follows else number, joined.version), questions)
        # What was typed during all this goes the plain way.
        done = includes(joined.version, await text.version())
        if not follows:
            await self.pull(text)
        return done

    async def _send(self, contract: str, push: TextPush, update: bytes) -> TextPushed | None:
        try:
            return await self._courier.push(contract, push, (update,))
        except PushRefusedError as error:
            if error.code is Code.CHANGED_MEANWHILE:
                return None
            if error.code in (Code.FORBIDDEN, Code.INVALID, Code.NOT_FOUND):
                raise NotAcceptedError(error.sentence, error.code) from error
            raise


def after_news(state: TextState, news: TextNews, blobs: Sequence[bytes]) -> tuple[TextState, tuple[Question, ...]]:
    """The state after news were taken in, and the questions of a push that turns out to have been kept."""
    # A platform that was restored knows less than it did: what it lost counts as never sent.
    known = NOTHING if news.number < state.number else state.known
    for blob in blobs:
        known = known_together(known, reached_by(blob))
    sent = state.sent
    questions: tuple[Question, ...] = ()
    if sent is not None and any(head.sha256 == sent.sha256 for head in news.updates):
        questions, sent = sent.questions, None
    return replace(state, number=news.upto, known=known, sent=sent, epoch=news.epoch or state.epoch), questions


def was_restored(state: TextState, news: TextNews) -> bool:
    """Whether the platform's numbers are others than those that are known: a backup was put in its place."""
    return bool(state.epoch and news.epoch) and news.epoch != state.epoch


def begun_anew(state: TextState, epoch: str) -> TextState:
    """The state upon a restored platform: nothing is known of what it holds, so that what it lost is sent anew."""
    return replace(state, number=0, known=NOTHING, epoch=epoch)


def check_news(news: TextNews, blobs: Sequence[bytes]) -> None:
    """Raises DamagedOnTheWayError where a blob is not what its head says."""
    heads = [news.snapshot.sha256] if news.snapshot is not None else []
    heads += [head.sha256 for head in news.updates]
    if [_sha256(blob) for blob in blobs] != heads:
        raise DamagedOnTheWayError(
            "What came from the platform was damaged on its way; nothing of it was taken in; it is fetched again."
        )


def _endless() -> DamagedOnTheWayError:
    return DamagedOnTheWayError(
        "The platform's answers come to no end; what is whole of them is kept; it is asked again later."
    )


def _settled(state: TextState, number: int, known: bytes) -> TextState:
    return replace(state, number=number, known=known, sent=None, waiting_since=None)


async def _introduced(text: LocalText) -> tuple[str, ...]:
    return tuple(await text.peers())[-1000:]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
