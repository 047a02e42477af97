"""A process that edits until it is killed: the key and the number of the run come in on standard input.

Each update is told on standard output, with the instant of the system's monotonic clock, before it is handed over.
"""

import os
import random
import sys
import threading
import time
from pathlib import Path

from pactoria_desktop.contract.history import Version
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.store.contracts import Contracts
from pactoria_desktop.store.journal import JournalWriter
from pactoria_desktop.store.library import Library, open_library
from pactoria_desktop.store.packages import Packages
from pactoria_desktop.store.texts import Texts
from pactoria_desktop.store.texts import Update as TextUpdate
from pactoria_desktop.store.versions import Versions

CONTRACT = "contract"
ASKED_EVERY = 0.25


def write(library: Library, group: object) -> None:
    with library.writing() as session:
        Texts(session).append(group)  # type: ignore[arg-type]


def background(library: Library, writer: JournalWriter, source: random.Random) -> None:
    """What the writer's lane does beside: snapshots, versions, packages, search texts, compaction."""
    number = 0
    while True:
        time.sleep(source.uniform(0.01, 0.2))
        number += 1
        step = source.randrange(5)
        if step == 0:
            writer.flush()
        with library.writing() as session:
            texts = Texts(session)
            if step == 0:
                upto = texts.last_update(CONTRACT)
                texts.save_snapshot(CONTRACT, str(upto).encode() + b" " * 300_000, b"{}", "00", upto=upto, at=number)
            elif step == 1:
                draft = Version(CONTRACT, 0, f"{os.getpid()}-{number}", "n", "", "u", "00", "0" * 64, "0" * 64)
                Versions(session).add(draft)
            elif step == 2:
                Packages(session).add(source.randbytes(200_000), "p.docx", at=number)
            elif step == 3:
                Contracts(session).set_search_text(CONTRACT, f"words {number} " * 2000, "0" * 64)
            else:
                texts.compact(CONTRACT, lambda snapshot, frontiers: frontiers)


def main() -> None:
    folder, secret, run = sys.stdin.readline().split()
    source = random.Random(int(run))
    key = LibraryKey.from_hexadecimal(secret)
    library = open_library(Home(Path(folder)), lambda new: key, SystemClock())
    with library.writing() as session:
        if Contracts(session).find(CONTRACT) is None:
            Contracts(session).add(CONTRACT, "Edited", at=0)
            Texts(session).save_snapshot(CONTRACT, b"0", b"{}", "00", upto=0, at=0)
    writer = JournalWriter(lambda group: write(library, group), time.monotonic)
    threading.Thread(target=background, args=(library, writer, source), daemon=True).start()

    def asking() -> None:
        while True:
            time.sleep(ASKED_EVERY)
            if writer.due():
                writer.flush()

    threading.Thread(target=asking, daemon=True).start()
    number = 0
    while True:
        number += 1
        os.write(1, f"{number} {time.monotonic()}\n".encode())
        writer.add(TextUpdate(CONTRACT, f"{run} {number} ".encode() + source.randbytes(60), number))
        time.sleep(source.uniform(0.002, 0.02))


if __name__ == "__main__":
    main()
