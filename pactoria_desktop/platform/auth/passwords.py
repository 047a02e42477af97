"""Passwords: argon2id in a few threads, and the same work whether or not somebody is known."""

import base64
import unicodedata
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from pactoria_desktop.platform.api.refusals import Refusal
from pactoria_desktop.protocol.identity import LONGEST_PASSWORD
from pactoria_desktop.protocol.problems import Code

_Outcome = TypeVar("_Outcome")


class PasswordHashing:
    """Hashes and checks passwords. Each takes 64 MB and a tenth of a second, so that few run at once."""

    def __init__(
        self,
        *,
        at_once: int = 2,
        most_waiting: int = 64,
        passes: int = 3,
        kibibytes: int = 65_536,
        lanes: int = 4,
    ) -> None:
        """``at_once`` hashes run, ``most_waiting`` wait, others are refused. The cost is that of RFC 9106, 4."""
        self._hasher = PasswordHash((Argon2Hasher(time_cost=passes, memory_cost=kibibytes, parallelism=lanes),))
        self._limiter = anyio.CapacityLimiter(at_once)
        self._most_inside = at_once + most_waiting
        self._inside = 0
        salt, digest = (base64.b64encode(bytes(size)).rstrip(b"=").decode() for size in (16, 32))
        self._nobody = f"$argon2id$v=19$m={kibibytes},t={passes},p={lanes}${salt}${digest}"
        """The hash of no password at the same cost: what an unknown address is checked against."""

    async def hash(self, password: str) -> str:
        """The hash to keep. Raises Refusal when too many wait."""
        return await self._run(self._hasher.hash, _canonical(password))

    async def matches(self, password: str, kept: str | None) -> bool:
        """Whether the password is the one that was kept; the same work where nothing was kept. Raises Refusal."""
        typed = _canonical(password[: LONGEST_PASSWORD + 1])
        return await self._run(self._hasher.verify, typed, kept or self._nobody) and kept is not None

    async def _run(self, work: Callable[..., _Outcome], *words: str) -> _Outcome:
        # Counted here: the limiter knows of those who wait only once they wait.
        if self._inside >= self._most_inside:
            raise Refusal(
                Code.UNAVAILABLE,
                "Too many people sign in at this moment; nothing was changed; try again in a moment.",
                retry_after=3,
            )
        self._inside += 1
        try:
            return await anyio.to_thread.run_sync(work, *words, limiter=self._limiter)
        finally:
            self._inside -= 1


def _canonical(password: str) -> str:
    """One form for what keyboards write in several (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()
