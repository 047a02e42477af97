"""The other end of ``child.run``: reads one job from standard input, does it under limits, writes one answer.

Started as a plain file without site packages, so that nothing is imported but what the job needs.
"""

import json
import struct
import sys


def main() -> None:
    """Does one job. The answer is a status letter (D done, R refused, F failed) and the result or a sentence."""
    stream, answer = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    (length,) = struct.unpack(">I", stream.read(4))
    job = json.loads(stream.read(length))
    sys.path[:] = job["path"]
    _limit(job["memory"], job["seconds"])
    payload = stream.read()
    status, result = _work(job["module"], job["function"], payload, job["name"])
    answer.write(status + result)
    answer.flush()


def _work(module: str, function: str, payload: bytes, name: str) -> tuple[bytes, bytes]:
    from importlib import import_module

    try:
        return b"D", getattr(import_module(module), function)(payload, name)
    except MemoryError:
        return b"F", b"memory"
    except RecursionError:
        return b"F", b"depth"
    except Exception as error:  # noqa: BLE001 - the parent turns every failure into one sentence
        if hasattr(error, "sentence"):
            return b"R", str(error).encode("utf-8", "replace")
        return b"F", type(error).__name__.encode("utf-8", "replace")


def _limit(memory: int, seconds: int) -> None:
    """Limits of the operating system, where it has them: address space, processor time, no files, no core."""
    try:
        import resource
    except ImportError:
        return
    for kind, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (ceiling, ceiling))


if __name__ == "__main__":
    main()
