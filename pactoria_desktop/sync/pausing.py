"""How long to wait before what failed is tried again: twice as long each time, up to a bound."""

_MOST_DOUBLINGS = 30
"""Beyond so many every bound is reached; a line that was down for days has failed more often than a float can count."""


def pause_after(failures: int, first: float, longest: float) -> float:
    """Seconds to wait after so many failures, ``first`` after none."""
    return min(longest, first * 2.0 ** min(max(0, failures), _MOST_DOUBLINGS))
