"""One value of the window's, read by a plain statement: its place and theme must be known before the first frame."""

import json

from sqlcipher3 import dbapi2

from pactoria_desktop.store.cipher import RawConnection
from pactoria_desktop.store.errors import refusal_for


def glance(connection: RawConnection, name: str) -> object:
    """What ``Sessions.get`` gives under a name, None where there is none.

    Raises the library's refusals for what the disk does.
    """
    try:
        found = connection.execute("SELECT value FROM session_state WHERE name = ?", (name,)).fetchone()
    except dbapi2.Error as error:
        refusal = refusal_for(error)
        if refusal is None:
            raise
        raise refusal from error
    return None if found is None else json.loads(found[0])
