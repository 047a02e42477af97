"""Conversations about places of a contract, internal and external: records beside the text, never in it."""

from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import CursorResult, insert, select, update
from sqlalchemy.orm import Session

from pactoria_desktop.store.contracts import missing
from pactoria_desktop.store.schema import Thread, ThreadComment

Visibility = Literal["internal", "external"]


@dataclass(frozen=True, slots=True)
class CommentRecord:
    """One word said. Instants in milliseconds since 1970 UTC."""

    id: str
    author: str
    text: str
    created_at: int
    edited_at: int | None


@dataclass(frozen=True, slots=True)
class ThreadRecord:
    """A conversation; ``anchor`` is the JSON of the place it speaks of, with its quote."""

    id: str
    contract: str
    anchor: dict[str, object]
    visibility: Visibility
    created_at: int
    resolved_at: int | None
    comments: tuple[CommentRecord, ...]


class Threads:
    """The conversations, in one transaction."""

    def __init__(self, session: Session) -> None:
        """On a session of the library."""
        self._session = session

    def start(
        self, identity: str, contract: str, anchor: dict[str, object], *, visibility: Visibility, at: int
    ) -> None:
        """A new conversation without a word in it yet."""
        self._session.execute(
            insert(Thread).values(
                id=identity, contract=contract, anchor=anchor, visibility=visibility, created_at=at, resolved_at=None
            )
        )

    def say(self, thread: str, identity: str, author: str, text: str, *, at: int) -> None:
        """Add a word."""
        self._session.execute(
            insert(ThreadComment).values(
                id=identity, thread=thread, author=author, text=text, created_at=at, edited_at=None
            )
        )

    def edit(self, comment: str, text: str, *, at: int) -> None:
        """Change a word. Raises NotInLibraryError."""
        done = self._session.execute(
            update(ThreadComment).where(ThreadComment.id == comment).values(text=text, edited_at=at)
        )
        if cast("CursorResult[object]", done).rowcount != 1:
            raise missing(comment)

    def resolve(self, thread: str, *, at: int | None) -> None:
        """Close a conversation, or open it again with None. Raises NotInLibraryError."""
        done = self._session.execute(update(Thread).where(Thread.id == thread).values(resolved_at=at))
        if cast("CursorResult[object]", done).rowcount != 1:
            raise missing(thread)

    def of(self, contract: str) -> tuple[ThreadRecord, ...]:
        """A contract's conversations, oldest first, each with its words in order."""
        words: dict[str, list[CommentRecord]] = {}
        rows = self._session.execute(
            select(
                ThreadComment.thread,
                ThreadComment.id,
                ThreadComment.author,
                ThreadComment.text,
                ThreadComment.created_at,
                ThreadComment.edited_at,
            )
            .join(Thread, Thread.id == ThreadComment.thread)
            .where(Thread.contract == contract)
            .order_by(ThreadComment.created_at, ThreadComment.id)
        )
        for row in rows:
            words.setdefault(row[0], []).append(CommentRecord(*row[1:]))
        found = self._session.execute(
            select(Thread.id, Thread.anchor, Thread.visibility, Thread.created_at, Thread.resolved_at)
            .where(Thread.contract == contract)
            .order_by(Thread.created_at, Thread.id)
        )
        return tuple(
            ThreadRecord(
                identity,
                contract,
                anchor,
                "external" if visibility == "external" else "internal",
                created_at,
                resolved_at,
                tuple(words.get(identity, ())),
            )
            for identity, anchor, visibility, created_at, resolved_at in found
        )
