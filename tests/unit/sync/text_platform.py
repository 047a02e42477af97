"""A platform's texts in memory, as the engine of texts sees them through a courier."""

import hashlib
from collections.abc import Sequence

from pactoria_desktop.protocol.problems import Code
from pactoria_desktop.protocol.texts import TextNews, TextPush, TextPushed, UpdateHead
from pactoria_desktop.sync.texts import PushRefusedError


class TextPlatform:
    """Keeps updates in order; a push counts once by its hash."""

    def __init__(self) -> None:
        self.kept: list[tuple[UpdateHead, bytes]] = []

    def line(self, person: str, device: str) -> "Line":
        """The line of a person's device."""
        return Line(self, person, device)


class Line:
    """Carries one device's messages."""

    def __init__(self, platform: TextPlatform, person: str, device: str) -> None:
        self.platform, self.person, self.device = platform, person, device

    async def pull(self, contract: str, after: int) -> tuple[TextNews, tuple[bytes, ...]]:
        found = self.platform.kept[after:]
        number = len(self.platform.kept)
        news = TextNews(number=number, upto=number, updates=tuple(head for head, _ in found))
        return news, tuple(blob for _, blob in found)

    async def push(self, contract: str, push: TextPush, updates: Sequence[bytes]) -> TextPushed:
        kept = self.platform.kept
        if push.expect is not None and push.expect != len(kept):
            raise PushRefusedError(Code.CHANGED_MEANWHILE, "Others came in between.", len(kept))
        numbers = []
        for sha256, blob in zip(push.updates, updates, strict=True):
            assert hashlib.sha256(blob).hexdigest() == sha256
            known = next((head.number for head, _ in kept if head.sha256 == sha256), None)
            if known is None:
                known = len(kept) + 1
                head = UpdateHead(number=known, sha256=sha256, person=self.person, device=self.device)
                kept.append((head, blob))
            numbers.append(known)
        return TextPushed(number=len(kept), numbers=tuple(numbers))
