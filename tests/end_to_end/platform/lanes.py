"""An I/O loop in a thread of its own, as the desktop has one: asynchronous parts run there, tests wait for them."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

Given = TypeVar("Given")


class Lane:
    """The loop. ``close`` ends it."""

    def __init__(self) -> None:
        """Start the thread."""
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Given], seconds: float = 60.0) -> Given:
        """Run something there and wait for what it gives. Raises what it raises, and TimeoutError."""
        doing = asyncio.run_coroutine_threadsafe(work, self.loop)
        try:
            return doing.result(seconds)
        except TimeoutError:
            doing.cancel()
            raise

    def close(self) -> None:
        """End what still runs, then the loop."""

        async def end() -> None:
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        self.run(end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()
