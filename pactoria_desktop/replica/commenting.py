"""Comments: marks on words and a record beside them, which stays when the words go."""

from collections.abc import Iterable
from dataclasses import replace

from pactoria_desktop.contract.text import HIDDEN, CommentNote
from pactoria_desktop.replica.anchoring import anchor_at
from pactoria_desktop.replica.changes import Stretch
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import COMMENTS, lay_marks, runs_between
from pactoria_desktop.replica.records import StoredComment
from pactoria_desktop.replica.writing import pieces


def initials_of(author: str) -> str:
    """The first letters of an author's names."""
    return "".join(word[0] for word in author.split())[:4].upper()


def _next_order(living: LivingText) -> int:
    return max((comment.order for comment in living.comments.values()), default=-1) + 1


def comment(living: LivingText, stretches: Iterable[Stretch], text: str) -> str:
    """Comment on the words of stretches; gives the comment's id. Raises ReplicaError where there are no words."""
    id = living.new_id()
    parts = living.parts(stretches)
    words = False
    for part in parts:
        for run in runs_between(part.slot.text, part.start, part.end):
            for piece in pieces(run):
                if piece.text not in ("\n", HIDDEN):
                    lay_marks(part.slot.text, piece.start, piece.end, {f"comment:{id}": True})
                    words = True
    if not words:
        raise ReplicaError("There are no words here to comment on; select some first.")
    anchor = anchor_at(living, Stretch(parts[0].slot.id, parts[0].start, parts[0].end))
    author = living.identity.author
    note = CommentNote(id, None, author, living.now(), text, initials_of(author))
    living.write_comment(StoredComment(note, _next_order(living), anchor))
    return id


def stored(living: LivingText, id: str) -> StoredComment:
    """A comment with what is kept beside it. Raises ReplicaError where it is gone."""
    found = living.comments.get(id)
    if found is None:
        raise ReplicaError("This comment is no longer there.")
    return found


def reply(living: LivingText, id: str, text: str) -> str:
    """Answer in a comment's thread; gives the answer's id. Raises ReplicaError where the comment is gone."""
    parent = stored(living, id).note
    author = living.identity.author
    answer = CommentNote(living.new_id(), parent.parent or parent.id, author, living.now(), text, initials_of(author))
    living.write_comment(StoredComment(answer, _next_order(living)))
    return answer.id


def resolve_comment(living: LivingText, id: str, resolved: bool) -> None:
    """Mark a thread as resolved, or open it again. Raises ReplicaError where the comment is gone."""
    found = stored(living, id)
    living.write_comment(replace(found, note=replace(found.note, resolved=resolved)))


def remove_comment(living: LivingText, id: str) -> None:
    """Remove a comment with its answers, or one answer. Raises ReplicaError where it is gone."""
    stored(living, id)
    table = living.document.get_map(COMMENTS)
    gone = [key for key, each in living.comments.items() if key == id or each.note.parent == id]
    for key in gone:
        table.delete(key)
    name = f"comment:{id}"
    for slot in living.structure.slots():
        if name in living.names_in(slot):
            slot.text.unmark_utf16(0, slot.text.len_utf16, name)


def stretches_of(living: LivingText, id: str) -> list[Stretch]:
    """Where the words of a comment stand, in order; none when they are gone."""
    return living.stretches_where(lambda key: key == f"comment:{id}")
