"""Limits that a process lays on itself before it works on a stranger's file."""

import sys

MOST_MEMORY = 2 << 30


def limit_memory(most: int = MOST_MEMORY) -> None:
    """Let this process take at most so many bytes of memory, where the system can hold it to that.

    A process that asks for more gets MemoryError. A lower limit that is already set stays.
    """
    if not sys.platform.startswith("linux"):
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if soft == resource.RLIM_INFINITY or soft > most:
        ceiling = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_AS, (ceiling, hard))
