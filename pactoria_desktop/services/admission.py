"""How an account's line is let in: access tokens for what runs on its loop, and for requests that wait on threads."""

import asyncio
import threading
from collections.abc import Callable

import httpx2

from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.runtime.secrets import Keyring
from pactoria_desktop.services.traffic import Traffic
from pactoria_desktop.sync.courier import NotReachedError, courier_client
from pactoria_desktop.sync.errors import OfflineError, SignedOutError
from pactoria_desktop.sync.tokens import (
    KeyringTokenStore,
    PlatformUnreachableError,
    SignedInDevice,
    SignInError,
    TokensNotKeptError,
)
from pactoria_desktop.sync.tokens import SignedOutError as NotSignedInError
from pactoria_desktop.sync.transport import Http

TOKEN_SECONDS = 90.0


class Admission:
    """The connections of one account and what they show to be let in. Made on the line's loop."""

    def __init__(
        self, platform: str, secrets: Keyring, clock: Clock, traffic: Traffic, chance: Callable[[], float]
    ) -> None:
        """``traffic`` counts what goes and comes; ``chance`` gives numbers from 0 to 1."""
        self._platform, self._clock, self._chance = platform, clock, chance
        self._loop = asyncio.get_running_loop()
        self.client = courier_client(platform)
        """For what runs on the loop."""
        self.client.event_hooks = {"request": [traffic.goes_async], "response": [traffic.came_async]}
        self._blocking = httpx2.Client(event_hooks={"request": [traffic.goes], "response": [traffic.came]})
        self._stopped = threading.Event()
        self._given: str | None = None
        self._device = SignedInDevice(self.client, platform, KeyringTokenStore(secrets, platform), clock)

    def stop(self) -> None:
        """Let what asks or waits on a thread end soon."""
        self._stopped.set()

    async def close(self) -> None:
        """Close the connections."""
        self.stop()
        await self.client.aclose()
        self._blocking.close()

    async def sign_out(self) -> bool:
        """End the sign-in; False where the platform could not be told."""
        return await self._device.sign_out()

    async def token(self, instead_of: str | None = None) -> str:
        """A token; what keeps one from being got as an error of sync."""
        try:
            return await self._device.access_token(instead_of=instead_of)
        except NotSignedInError as error:
            raise SignedOutError(error.sentence) from error
        except (PlatformUnreachableError, TokensNotKeptError) as error:
            raise OfflineError(error.sentence) from error
        except SignInError as error:
            raise SignedOutError(error.sentence) from error

    async def given(self) -> str:
        """A token for a request or a room. Raises NotReachedError, SignedOutError."""
        try:
            self._given = await self.token()
        except OfflineError as error:
            raise NotReachedError(error.sentence) from error
        return self._given

    async def renew(self) -> None:
        """Get another token than the one that was refused: it may have ended early, or clocks differ."""
        try:
            await self.token(self._given)
        except OfflineError as error:
            raise NotReachedError(error.sentence) from error

    def http(self) -> Http:
        """Requests that wait; to be used off the loop and off the interface's thread."""
        last = ""

        def token(renew: bool) -> str:
            nonlocal last
            if self._stopped.is_set():
                raise _stopped()
            asked = asyncio.run_coroutine_threadsafe(self.token(last if renew else None), self._loop)
            try:
                last = asked.result(TOKEN_SECONDS)
            except TimeoutError as error:  # a keyring that waits to be unlocked
                asked.cancel()
                raise OfflineError(
                    "The sign-in could not be read in time; your work is kept here and waits."
                ) from error
            return last

        return Http(
            self._blocking, self._platform, token, clock=self._clock, sleep=self._pause, jitter=self._chance
        )  # fmt: skip

    def _pause(self, seconds: float) -> None:
        """Wait before a request is made again, at most until the line is closed."""
        if self._stopped.wait(seconds):
            raise _stopped()


def _stopped() -> OfflineError:
    return OfflineError("Sync was stopped; everything that waits is kept here.")
