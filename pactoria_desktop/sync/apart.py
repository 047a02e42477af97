"""Joining work done apart, off the interface's thread, and the record of each question that comes of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.parting import Joined, joined
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.sync.texts import LocalText, Question

KIND = "question"
LONGEST_QUOTE = 10_000
NameOf = Callable[[str], Awaitable[str]]
"""Gives the name of a member by id."""


class Apart:
    """Joins for one person."""

    def __init__(self, me: Identity, name_of: NameOf, clock: Clock, *, may_edit: Callable[[str], bool]) -> None:
        """``may_edit`` says of a contract whether marks may be laid there; a reviewer only asks."""
        self._me = me
        self._name_of = name_of
        self._clock = clock
        self._may_edit = may_edit

    async def join(self, text: LocalText, known: bytes, arrived: Sequence[bytes], people: Sequence[str]) -> Joined:
        """Both sides' work as one update. Where several others were at work, the last of them stands for all."""
        other = next((person for person in reversed(people) if person != self._me.by), self._me.by)
        others = Identity(await self._name_of(other), other)
        mine = await text.snapshot()
        return await asyncio.to_thread(
            joined,
            mine,
            known,
            tuple(arrived),
            contract=text.contract,
            me=self._me,
            others=others,
            clock=self._clock,
            lays_marks=self._may_edit(text.contract),
        )


def question_fields(question: Question, asked_at: datetime) -> tuple[str, dict[str, object]]:
    """The id and the fields of a question's record (``protocol.records``); ``ours`` is what the first person left."""
    clash = question.clash
    return clash.id, {
        "contract": question.contract,
        "place": {
            "slot": clash.slot,
            "start": clash.start,
            "end": clash.end,
            "quote": clash.quote[:LONGEST_QUOTE],
            "people": list(clash.people),
        },
        "base": clash.base[:LONGEST_QUOTE],
        "ours": clash.versions[0][:LONGEST_QUOTE],
        "theirs": clash.versions[1][:LONGEST_QUOTE],
        "asked_at": asked_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
