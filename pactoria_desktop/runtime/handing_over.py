"""A call that runs on another thread while a task of an event loop waits for what it gives."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

Result = TypeVar("Result")


def handed_over(submit: Callable[[Callable[[], None]], None], call: Callable[[], Result]) -> Awaitable[Result]:
    """Hand a call to ``submit``, which runs it somewhere; to be awaited on the running loop, whose task gets the result
    or what the call raised. A library's panic, which is none of Python's exceptions, comes as a RuntimeError."""
    import asyncio

    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Result] = loop.create_future()

    def give(result: Result) -> None:
        if not answer.done():
            answer.set_result(result)

    def fail(error: Exception) -> None:
        if not answer.done():
            answer.set_exception(error)

    def tell(how: Callable[..., None], value: object) -> None:
        if not loop.is_closed():  # after its end nobody waits any more
            loop.call_soon_threadsafe(how, value)

    def run() -> None:
        try:
            result = call()
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            tell(fail, error)
        except BaseException as error:  # noqa: BLE001 - a panic: the thread goes on, whoever waits hears of it
            tell(fail, RuntimeError(type(error).__name__))
        else:
            tell(give, result)

    submit(run)
    return answer
