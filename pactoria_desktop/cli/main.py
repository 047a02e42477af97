"""The command line: ``pactoria`` opens the workbench, ``pactoria COMMAND`` works on documents without a window.

Exit status 0 is done, 1 done but something needs a person, 2 refused with one line on standard error.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pactoria_desktop import __version__
from pactoria_desktop.cli.errors import UsageError
from pactoria_desktop.cli.output import leave_standard_output, message, one_line, plain
from pactoria_desktop.runtime.errors import PactoriaError

if TYPE_CHECKING:
    from pactoria_desktop.contract.text import ContractText

DONE, NEEDS_A_PERSON, REFUSED = 0, 1, 2


class Parser(argparse.ArgumentParser):
    """A parser that refuses in one sentence."""

    def error(self, message: str) -> NoReturn:
        """Raises UsageError."""
        raise UsageError(f"{self.prog}: {message}; see {self.prog} --help.")


def build_parser() -> argparse.ArgumentParser:
    """The whole command line. Handlers are imported when their command runs."""
    from pactoria_desktop.cli import commands

    parser = Parser(
        prog="pactoria",
        description="Edit, redline, review and compare Word contracts, offline and faithful to Word.",
        allow_abbrev=False,
        epilog="Without a command, opens the workbench, on these files if any are named.",
    )
    parser.add_argument("--version", action="version", version=f"pactoria {__version__}")
    names = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    commands.add_to(names)
    return parser


def command_names() -> tuple[str, ...]:
    """Every command, in the order of the help."""
    from pactoria_desktop.cli import commands

    return tuple(commands.COMMANDS)


def main(words: Sequence[str]) -> int:
    """Do what the words say; returns the exit status."""
    try:
        if not words or (words[0] not in command_names() and not words[0].startswith("-")):
            return open_workbench(words)
        arguments = build_parser().parse_args(list(words))
        if arguments.command is None:
            return open_workbench(())
        status: int = arguments.handler(arguments)
    except PactoriaError as error:
        message(plain(error.sentence))
        return REFUSED
    except BrokenPipeError:
        leave_standard_output()
        return DONE
    except KeyboardInterrupt:
        message("Stopped; nothing was half written.")
        return REFUSED
    except RecursionError:
        message("The file is nested more deeply than a contract should be; it was not opened and nothing was changed.")
        return REFUSED
    except MemoryError:
        message("The file needs more memory than a contract should; it was not opened and nothing was changed.")
        return REFUSED
    except OSError as error:
        what = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "Something on this system"
        message(one_line(f"{what} could not be used ({error.strerror or error}); look at it and try again."))
        return REFUSED
    except Exception as error:  # noqa: BLE001 - the last guard: a person sees a sentence, never a traceback
        message(one_line(unexpected(error)))
        return REFUSED
    else:
        return status


def unexpected(error: Exception) -> str:
    """The sentence for an error that nothing foresaw: its kind and place, not its words, which may be a contract's."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" at {Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place is not None else ""
    return (
        f"Pactoria met an error of its own ({type(error).__name__}{where}); no file was changed; "
        "please report this with the command that you gave."
    )


def open_workbench(files: Sequence[str]) -> int:
    """Open the window on these files. Raises UsageError for a word that is neither a command nor a file."""
    from pactoria_desktop.services.sources import is_contract_id

    for name in files:
        if not os.path.exists(name) and not is_contract_id(name):
            raise UsageError(f"{name} is neither a command nor a file; see pactoria --help.")
    if not can_show():
        raise UsageError("There is no display to open the workbench on; see pactoria --help for what works without.")
    from pactoria_desktop.ui.application import open_workbench as show

    return show(tuple(files))


def can_show() -> bool:
    """Whether there is a display, or Qt was told what to do without one."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def open_sample(sample: Path) -> int:
    """Open the window on a reviewed sample in a temporary library."""
    from pactoria_desktop.ui.application import open_sample as show

    return show(sample)


def save_picture(contract: Path, target: Path) -> None:
    """Save a picture of the workbench with a contract, drawn off screen."""
    from pactoria_desktop.ui.picture import save_picture as save

    save(contract, target)


def printed(text: "ContractText", title: str) -> bytes:
    """A contract as PDF: the same pages as the window's, drawn off screen where there is no display."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from pactoria_desktop.ui.printing import pdf_of

    return pdf_of(text, title)


def run() -> NoReturn:
    """The console script. A command that is told to end cleans up as after Ctrl+C; a window does so by itself."""
    if sys.argv[1:2] and sys.argv[1] in command_names():
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.default_int_handler)
    raise SystemExit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
