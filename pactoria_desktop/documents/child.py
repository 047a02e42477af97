"""Work on what others sent, in a process of its own with limits of memory and time.

Only bytes go in and only bytes come back, by pipe; nothing that the child says is executed or unpickled.
"""

import json
import os
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pactoria_desktop.documents.errors import DocumentError

_ENTRY: Final = Path(__file__).with_name("child_entry.py")


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """``memory`` and ``result`` in bytes, ``seconds`` both of processor time and by the clock."""

    memory: int = 512 << 20
    seconds: int = 20
    result: int = 256 << 20


DEFAULT: Final = ChildLimits()


def run(function: str, payload: bytes | bytearray, name: str, limits: ChildLimits = DEFAULT) -> bytes:
    """What ``module:function`` gives for (payload, name), done in a child process.

    The function takes bytes and the file's name and returns bytes. A DocumentError of its own comes through with its
    sentence; a crash, a limit or any other error raises DocumentError with a sentence of ours.
    """
    module, _, attribute = function.partition(":")
    job = {
        "module": module,
        "function": attribute,
        "name": name,
        "path": [entry or os.getcwd() for entry in sys.path],
        "memory": limits.memory,
        "seconds": limits.seconds,
    }
    header = json.dumps(job).encode()
    process = subprocess.Popen(
        [sys.executable, "-E", "-s", "-S", "-B", str(_ENTRY)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        close_fds=True,
        creationflags=int(getattr(subprocess, "CREATE_NO_WINDOW", 0)),
    )
    answer = b""
    try:
        assert process.stdin is not None
        # The job's head goes first and alone: it fits into the pipe, and the payload is not copied to stand behind it.
        process.stdin.write(struct.pack(">I", len(header)) + header)
        process.stdin.flush()
        answer, _ = process.communicate(payload, limits.seconds)  # type: ignore[arg-type] # a bytearray is written as it is
    except subprocess.TimeoutExpired as error:
        raise DocumentError(f"{name} takes too long to read; it is refused and nothing was changed.") from error
    except OSError as error:
        raise DocumentError(f"{name} could not be read safely on this machine; nothing was changed.") from error
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    status, result = answer[:1], answer[1:]
    if status == b"D" and process.returncode == 0 and len(result) <= limits.result:
        return result
    if status == b"R" and process.returncode == 0:
        raise DocumentError(result.decode("utf-8", "replace"))
    raise DocumentError(
        f"{name} could not be read within safe limits of memory and time; it is refused and nothing was changed."
    )
