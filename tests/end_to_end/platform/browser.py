"""A browser for ``BROWSER``: opens a sign-in page, signs somebody in or refuses, and follows where that leads.

``python -m tests.end_to_end.platform.browser EMAIL allow|refuse ADDRESS``.
"""

import sys

from tests.end_to_end.platform.people import PASSWORD, fill_in

if __name__ == "__main__":
    email, decision, page = sys.argv[1:]
    raise SystemExit(not fill_in(page, email=email, password=PASSWORD, decision=decision).is_success)
