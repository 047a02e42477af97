"""Passwords: argon2id in a few threads, and the same work whether or not somebody is known."""

import base64
import unicodedata

import anyio
import anyio.to_thread
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from pactoria_desktop.platform.api.refusals import Refusal
from pactoria_desktop.protocol.identity import LONGEST_PASSWORD
from pactoria_desktop.protocol.problems import Code


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
        self._most_waiting = most_waiting
        salt, digest = (base64.b64encode(bytes(size)).rstrip(b"=").decode() for size in (16, 32))
        self._nobody = f"$argon2id$v=19$m={kibibytes},t={passes},p={lanes}${salt}${digest}"
        """The hash of no password at the same cost: what an unknown address is checked against."""

    async def hash(self, password: str) -> str:
        """The hash to keep. Raises Refusal when too many wait."""
        self._refuse_a_crowd()
        return await anyio.to_thread.run_sync(self._hasher.hash, _canonical(password), limiter=self._limiter)

    async def matches(self, password: str, kept: str | None) -> bool:
        """Whether the password is the one that was kept; the same work where nothing was kept. Raises Refusal."""
        self._refuse_a_crowd()
        fits = await anyio.to_thread.run_sync(
            self._hasher.verify,
            _canonical(password[: LONGEST_PASSWORD + 1]),
            kept or self._nobody,
            limiter=self._limiter,
        )
        return fits and kept is not None

    def _refuse_a_crowd(self) -> None:
        if self._limiter.statistics().tasks_waiting >= self._most_waiting:
            raise Refusal(
                Code.UNAVAILABLE,
                "Too many people sign in at this moment; nothing was changed; try again in a moment.",
                retry_after=3,
            )


def _canonical(password: str) -> str:
    """One form for what keyboards write in several (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()
