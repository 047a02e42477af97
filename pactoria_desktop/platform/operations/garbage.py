"""When Python looks for what is no longer used: rarely, and never again in what the program itself is made of.

A request makes some ten thousand values that go with it. With Python's own thresholds each of a few requests walks the
modules, routes and statements too, which stay for as long as the process does.
"""

import gc

from pactoria_desktop.runtime.memory import set_aside

_YOUNG, _MIDDLE, _OLD = 20_000, 20, 20


def settle() -> None:
    """Leave what stands now out of every later search, and search less often; called once all is set up."""
    gc.collect()
    set_aside()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
