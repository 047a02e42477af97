"""The safety net: an edit of the document that was not the view's is found out, to be replayed by command."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QTextCursor

from pactoria_desktop.replica.changes import Stretch
from pactoria_desktop.ui.editor.living import LivingText
from pactoria_desktop.ui.editor.view import View
from pactoria_desktop.ui.editor.words import between, cleaned
from pactoria_desktop.ui.editor.writing import shown, units


@dataclass(frozen=True, slots=True)
class Intrusion:
    """An edit behind our back: where it began and what it put for what; ``put`` is None when it cannot be replayed."""

    start: int
    put: str | None
    gone: str = ""
    stretches: tuple[Stretch, ...] = ()


def intrusion_of(view: View, position: int, removed: int, added: int) -> Intrusion | None:
    """What a change of the document means, None when no words differ (a preedit, a new layout)."""
    positions, document = view.positions, view.document
    growth = document.characterCount() - 1 - positions.total
    end = min(position + added, document.characterCount() - 1)
    removed -= position + added - end
    cursor = QTextCursor(document)
    cursor.setPosition(position)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    now = cursor.selectedText().replace("\u2029", "\n")
    stretches = positions.stretches(position, min(position + removed, positions.total))
    before = "".join(
        text for stretch in stretches for text, _ in between(view.text.spans(stretch.slot), stretch.start, stretch.end)
    )
    if shown(before) == now and growth == 0:
        return None
    if "\ufdd0" in now or "\ufdd1" in now or units(before) != removed:
        return None if growth == 0 and len(now) == units(before) else Intrusion(position, None)
    return Intrusion(position, now, shown(before), stretches)


def as_command(view: View, text: LivingText, found: Intrusion) -> Callable[[], object] | None:
    """The command that does what the intrusion did; None when it cannot be told."""
    if found.put is None:
        return None
    gone, put = found.gone, found.put
    same = 0
    while same < min(len(gone), len(put)) and gone[same] == put[same]:
        same += 1
    tail = 0
    while tail < min(len(gone), len(put)) - same and gone[-1 - tail] == put[-1 - tail]:
        tail += 1
    start = found.start + units(gone[:same])
    lost = units(gone[same : len(gone) - tail])
    words = cleaned(put[same : len(put) - tail])
    stretches = view.positions.stretches(start, start + lost)
    place = view.positions.place(min(start, view.positions.total - 1))

    def replay() -> None:
        if stretches and words:
            text.replace(stretches, words)
        elif stretches:
            text.delete(stretches)
        elif place is not None and words:
            text.insert(place, words)

    return replay if stretches or words else None
