"""A replica gives back what it got, and what it was told."""

from datetime import UTC, datetime

from pactoria_desktop.contract.text import ContractText, Paragraph, Span, TextSection
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.runtime.clock import ManualClock

TEXT = ContractText(
    (
        TextSection(
            "first",
            (
                Paragraph((Span("Head 😀", {"run": "r"}),), {"p:style": "H1", "p:src": "a:main:0"}),
                Paragraph((Span("Body “x” §1", {"run": "r", "bold": False}),), {"p:src": "a:main:1"}),
            ),
        ),
        TextSection("second", (Paragraph((Span("Next"),)), Paragraph((Span("Last"),)))),
    )
)


def replica_of(text: ContractText, author: str = "Ann", peer: int = 7) -> Replica:
    return Replica.create(
        text, identity=Identity(author), clock=ManualClock(datetime(2026, 1, 1, tzinfo=UTC)), peer=peer
    )


def test_an_unedited_text_comes_back_as_it_was() -> None:
    replica = replica_of(TEXT)
    assert replica.text() == TEXT
    replica.close()


def test_rejecting_everything_gives_the_text_before_the_suggestions() -> None:
    replica = replica_of(TEXT)
    replica.suggesting = True
    replica.insert(Place("first", 3), "ab\ncd")
    replica.delete([Stretch("first", 1, 20)])
    replica.delete([Stretch("second", 0, 8)])
    assert replica.text().sections != TEXT.sections
    replica.reject(Selection())
    assert replica.text().sections == TEXT.sections
    replica.close()
