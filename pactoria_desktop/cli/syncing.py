"""Commands with the platform: sign in, sign out, sync."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from pactoria_desktop.cli.library import service
from pactoria_desktop.cli.output import message, print_json, print_lines

if TYPE_CHECKING:
    from pactoria_desktop.services.together import Together

DONE, NEEDS_A_PERSON = 0, 1


@contextmanager
def _together(arguments: argparse.Namespace) -> Iterator["Together"]:
    from pactoria_desktop.services.together import Together

    with service(arguments, create=arguments.command == "sign-in") as library:
        together = Together(library, keeps_up=False)
        try:
            together.start()
            yield together
        finally:
            together.close()


def sign_in_command(arguments: argparse.Namespace) -> int:
    """Sign this device in: in the browser, or with letters that are typed on another device."""
    with _together(arguments) as together:
        if arguments.device:
            prompt = together.ask_for_code(arguments.url)
            message(
                f"Open {prompt.address} on any device and type {prompt.code}; it holds {prompt.seconds // 60} minutes."
            )
            together.await_code()
        else:
            message("Sign in on the page that opens in the browser.")
            together.sign_in_with_browser(arguments.url)
        account, seats = together.account, together.seats
    assert account is not None
    if arguments.json:
        print_json({
            "platform": account.platform, "name": account.name, "email": account.email,
            "organizations": [{"id": one.organization, "name": one.name, "role": one.role} for one in seats],
        })  # fmt: skip
    else:
        print_lines([f"Signed in to {account.platform} as {account.name}."])
        print_lines(f"{one.name}\t{one.role}" for one in seats)
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
    """Exchange everything that waits, on either side, and say how much that was."""
    with _together(arguments) as together:
        done = together.sync_once()
        states = [together.syncing(seat.number) for seat in together.seats]
        waiting = sum(one.status().waiting for one in states)
        conflicts = sum(one.status().conflicts for one in states)
        refused = sum(one.status().not_accepted for one in states)
        questions = sum(one.open_questions() for one in states)
    counts = {**asdict(done), "waiting": waiting, "open_conflicts": conflicts, "open_questions": questions,
              "not_accepted": refused}  # fmt: skip
    if arguments.json:
        print_json(counts)
    else:
        print_lines([
            f"{done.came} records came, {done.went} went; {done.texts} texts and {done.files} files were exchanged; "
            f"{waiting} wait.",
            f"For a person: {conflicts} conflicts, {questions} questions, {refused} changes not accepted.",
        ])  # fmt: skip
    return NEEDS_A_PERSON if conflicts or questions or refused else DONE
