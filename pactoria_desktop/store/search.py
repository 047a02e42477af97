"""Search: beginnings of words in titles and parties while typing, and ranked search of whole texts with excerpts.

What a person types is never FTS5's own language: each word and phrase is quoted. In ranked search, words in double
quotes are a phrase, a leading minus excludes, all others must be there; the last word counts as a beginning.
"""

import re
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

from pactoria_desktop.runtime.work import JobCancelled
from pactoria_desktop.store.contracts import ContractRecord, records
from pactoria_desktop.store.errors import SearchCancelled, refusal_for

_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r'(-?)"([^"]*)"?|(\S+)')
_INTERRUPTED = 9
_MOST_WORDS = 32
MARK_BEGIN, MARK_END = "\ue000", "\ue001"


@dataclass(frozen=True, slots=True)
class Hit:
    """A contract found. In ``excerpt``, found words stand between ``MARK_BEGIN`` and ``MARK_END``."""

    contract: ContractRecord
    excerpt: str


class Search:
    """Search in one transaction. ``cancel`` may be called from another thread; the search then ends at once."""

    def __init__(self, session: Session) -> None:
        """On a session of the library."""
        self._session = session
        self._connection = session.connection().connection.driver_connection
        self._cancelled = False
        self._running = False
        self._lock = threading.Lock()

    @property
    def cancelled(self) -> bool:
        """Whether the search was told to stop."""
        return self._cancelled

    def cancel(self) -> None:
        """Stop the search that runs, and let no further one run."""
        with self._lock:
            self._cancelled = True
            # Only our own statement: at any other time the connection may serve somebody else.
            if self._running and self._connection is not None:
                self._connection.interrupt()

    def quick(self, words: str, *, limit: int = 50) -> tuple[ContractRecord, ...]:
        """Contracts whose title or party has words that begin so, newest first. Raises SearchCancelled."""
        expression = quick_expression(words)
        if expression is None:
            return ()
        rows = self._run(
            "SELECT contract.row FROM quick_index CROSS JOIN contract ON contract.row = quick_index.rowid "
            "WHERE quick_index MATCH ? AND contract.trashed_at IS NULL ORDER BY quick_index.rowid DESC LIMIT ?",
            (expression, limit),
        )
        return records(self._session, [int(str(row)) for (row,) in rows])

    def ranked(self, query: str, *, limit: int = 50, excerpt_words: int = 24) -> tuple[Hit, ...]:
        """Contracts by how well title, party and text fit, best first (BM25). Raises SearchCancelled."""
        expression = ranked_expression(query)
        if expression is None:
            return ()
        # Excerpts are cut only for those that are shown: in the same statement FTS5 would read every text found.
        hits = []
        for record in self._best(expression, limit):
            excerpt = self._run(
                "SELECT snippet(text_index, 2, ?, ?, '…', ?) FROM text_index WHERE text_index MATCH ? AND rowid = ?",
                (MARK_BEGIN, MARK_END, min(64, excerpt_words), expression, record.row),
            )
            hits.append(Hit(record, " ".join(str(excerpt[0][0]).split()) if excerpt else ""))
        return tuple(hits)

    def _best(self, expression: str, limit: int) -> tuple[ContractRecord, ...]:
        """The best that are not in the trash: asked for more until there are enough, since most searches meet none."""
        asked = limit
        while True:
            rows = self._run(
                "SELECT rowid FROM text_index WHERE text_index MATCH ? ORDER BY rank LIMIT ?", (expression, asked)
            )
            found = records(self._session, [int(str(row)) for (row,) in rows])
            kept = tuple(record for record in found if record.trashed_at is None)[:limit]
            if len(kept) == limit or len(rows) < asked:
                return kept
            asked *= 4

    def _run(self, statement: str, values: tuple[object, ...]) -> list[tuple[object, ...]]:
        with self._lock:
            if self._cancelled or self._connection is None:
                raise SearchCancelled
            self._running = True
        try:
            rows: list[tuple[object, ...]] = self._connection.execute(statement, values).fetchall()
        except dbapi2.DatabaseError as error:
            if (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF == _INTERRUPTED:
                raise SearchCancelled from error
            raise (refusal_for(error) or error) from error
        finally:
            with self._lock:
                self._running = False
        return rows


def searching(session: Session, when_cancelled: Callable[[Callable[[], None]], None]) -> Search:
    """A search that a background job can stop: give the job's ``when_cancelled``. Raises JobCancelled if late."""
    search = Search(session)
    when_cancelled(search.cancel)
    if search.cancelled:
        raise JobCancelled
    return search


def quick_expression(words: str) -> str | None:
    """FTS5's words for beginnings of all these words, None when there is no word in them."""
    found = _WORD.findall(unicodedata.normalize("NFC", words))[:_MOST_WORDS]
    return " AND ".join(f'"{word}"*' for word in found) if found else None


def ranked_expression(query: str) -> str | None:
    """FTS5's words for what a person typed, None when nothing is asked for."""
    wanted: list[str] = []
    unwanted: list[str] = []
    open_ended = not query.endswith((" ", '"'))
    for minus, phrase, bare in _PIECE.findall(unicodedata.normalize("NFC", query))[:_MOST_WORDS]:
        excluded = minus == "-" or (bare.startswith("-") and len(bare) > 1)
        words = _WORD.findall(phrase or bare)
        if words:
            (unwanted if excluded else wanted).append('"' + " ".join(words) + '"')
    if not wanted:
        return None
    if open_ended and query.split()[-1][:1] not in ("-", '"'):
        wanted[-1] += " *"
    return " AND ".join(wanted) + "".join(f" NOT {piece}" for piece in unwanted)
