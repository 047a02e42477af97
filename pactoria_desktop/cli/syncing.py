"""Commands with the platform: sign in, sign out, sync."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from pactoria_desktop.cli.errors import UsageError
from pactoria_desktop.cli.library import service
from pactoria_desktop.cli.output import message, plain, print_json, print_lines

if TYPE_CHECKING:
    from pactoria_desktop.services.together import Together

DONE, NEEDS_A_PERSON = 0, 1


def _opened(page: str) -> bool:
    from pactoria_desktop.sync.sign_in import open_in_system_browser

    message("Sign in on the page that opens in the browser.")
    return open_in_system_browser(page)


@contextmanager
def _together(arguments: argparse.Namespace) -> Iterator["Together"]:
    from pactoria_desktop.services.together import Together

    with service(arguments, create=arguments.command == "sign-in") as library:
        together = Together(library, open_browser=_opened, keeps_up=False)
        try:
            together.start()
            yield together
        finally:
            together.cancel()
            together.close()


def sign_in_command(arguments: argparse.Namespace) -> int:
    """Sign this device in: in the browser, or with letters that are typed on another device.

    Raises UsageError where the sign-in was cancelled, and the errors of sign-in.
    """
    from pactoria_desktop.sync.platform_address import platform_address

    address = platform_address(arguments.url)
    if address.in_the_clear:
        message(f"{address.url} is not encrypted: others on this network could read along.")
    with _together(arguments) as together:
        if arguments.device:
            prompt = together.ask_for_code(address.url)
            message(
                f"Open {prompt.address} on any device and type {prompt.code}; it holds {_minutes(prompt.seconds)}."
            )  # fmt: skip
            let_in = together.await_code()
        else:
            let_in = together.sign_in_with_browser(address.url)
        account, seats = together.account, together.seats
    if not let_in or account is None:
        raise UsageError("The sign-in was cancelled; nobody was signed in and nothing was changed.")
    if arguments.json:
        print_json({
            "platform": account.platform, "name": account.name, "email": account.email,
            "organizations": [{"id": one.organization, "name": one.name, "role": one.role} for one in seats],
        })  # fmt: skip
    else:
        print_lines([f"Signed in to {account.platform} as {plain(account.name)}. Organizations:"])
        print_lines(f"{plain(one.name)}\t{one.role}" for one in seats)
    return DONE


def sign_out_command(arguments: argparse.Namespace) -> int:
    """Sign this device out; what is here stays."""
    with _together(arguments) as together:
        account = together.account
        told = together.sign_out()
    if account is not None and not told:
        message(
            f"{account.platform} does not answer and was not told; end this device's sign-in there, under your account."
        )
    if arguments.json:
        print_json({"signed_out": account is not None, "platform_told": told})
    else:
        print_lines(["Nobody was signed in." if account is None else f"Signed out of {account.platform}."])
    return DONE if told else NEEDS_A_PERSON


def sync_command(arguments: argparse.Namespace) -> int:
    """Exchange everything that waits, on either side, and say how much that was.

    Raises NoAccountError, and what kept something from being exchanged.
    """
    with _together(arguments) as together:
        before = together.seats
        done = together.sync_once()
        seats = together.seats
        states = [together.syncing(seat.number) for seat in seats]
        lost = [one for one in before if one.number not in {seat.number for seat in seats}]
        left = [together.syncing(seat.number).status().not_accepted for seat in lost]
        found = [one.status() for one in states]
        questions = sum(one.open_questions() for one in states)
    open_here = {
        "open_conflicts": sum(one.conflicts for one in found),
        "open_questions": questions,
        "not_accepted": sum(one.not_accepted for one in found) + sum(left),
    }
    waiting = sum(one.waiting for one in found)
    for seat in lost:
        message(f"You do not belong to {plain(seat.name)} any more; its contracts stay on this device and are read.")
    if arguments.json:
        print_json({**asdict(done), "waiting": waiting, **open_here, "lost": len(lost)})
    else:
        print_lines([
            f"{_count(done.came, 'record')} came, {_count(done.went, 'record')} went; "
            f"{_count(done.texts, 'text')} and {_count(done.files, 'file')} exchanged; "
            f"{_count(waiting, 'change')} still {'waits' if waiting == 1 else 'wait'}.",
        ])  # fmt: skip
        needing = [_count(number, _NAMES[name]) for name, number in open_here.items() if number]
        print_lines(f"For you to decide in the window: {', '.join(needing)}." for _ in needing[:1])
    return NEEDS_A_PERSON if lost or any(open_here.values()) else DONE


_NAMES = {"open_conflicts": "conflict", "open_questions": "question", "not_accepted": "change not accepted"}


def _count(number: int, name: str) -> str:
    first, _, rest = name.partition(" ")
    return f"{number} {first}{'' if number == 1 else 's'}{' ' if rest else ''}{rest}"


def _minutes(seconds: int) -> str:
    return _count(max(1, seconds // 60), "minute")
