"""What the panels show: every change with its author, every comment at its words, every heading at its place."""

from pactoria_desktop.contract.text import paragraphs_of
from pactoria_desktop.documents.tracked import TrackedChanges
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.services.overview import overview
from tests.samples import sample_package, sample_text

RETURNED = "services-agreement-from-corvane.docx"


def test_every_tracked_change_of_the_file_is_in_the_list() -> None:
    text = sample_text(RETURNED)
    found = overview(text)
    shown = {(change.author, change.words) for change in found.changes}
    for change in TrackedChanges(sample_package(RETURNED)).revisions:
        if change.kind in ("insertion", "deletion"):
            words = " ".join(change.text.split())
            assert any(author == change.author and words in shown_words for author, shown_words in shown), words
    assert {id for change in found.changes for id in change.ids} == set(text.revisions)


def test_a_change_stands_at_its_words_in_the_living_text() -> None:
    text = sample_text(RETURNED)
    replica = Replica.create(text, identity=Identity("Ines Falk", "me"), clock=SystemClock())
    try:
        for change in overview(text).changes:
            whole = "".join(words for words, _ in replica.spans(change.place.slot)).encode("utf-16-le")
            words = whole[change.place.start * 2 : change.place.end * 2].decode("utf-16-le")
            assert " ".join(words.replace("\u2060", "").split()) == change.words
    finally:
        replica.close()


def test_comments_stand_at_their_words_and_headings_have_their_numbers() -> None:
    found = overview(sample_text(RETURNED))
    assert [(each.label, each.note.author) for each in found.comments] == [
        ("11.2", "Dele Okafor"),
        ("13.1", "Priya Nair"),
    ]
    assert all(each.place is not None and each.quote for each in found.comments)
    labels = [each.label for each in found.headings if each.label]
    assert labels == [str(number) for number in range(1, 19)]
    assert sum(1 for section in sample_text(RETURNED).sections for _ in paragraphs_of(section)) > 80


def test_the_uses_of_terms_stand_at_their_words_and_definitions_are_not_among_them() -> None:
    text = sample_text(RETURNED)
    found = overview(text)
    replica = Replica.create(text, identity=Identity("Ines Falk", "me"), clock=SystemClock())
    known = {term.term.casefold() for term in found.terms}
    try:
        used = set()
        for place in found.term_uses:
            whole = "".join(words for words, _ in replica.spans(place.slot)).encode("utf-16-le")
            words = whole[place.start * 2 : place.end * 2].decode("utf-16-le")
            used.add(words.casefold())
        assert "contract year" in used
        assert used <= known | {f"{term}s" for term in known} | {term.removesuffix("s") for term in known}
    finally:
        replica.close()
    assert len(set(found.term_uses)) == len(found.term_uses)
    assert not {term.place for term in found.terms} & set(found.term_uses)
