"""What an open contract keeps: the words that were typed, and where the caret stood when they were, always together."""

import time
from collections.abc import Iterator, Mapping

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.services.library import VIEW_OF, LibraryService, temporary_service
from pactoria_desktop.services.opened import OpenContract, load
from pactoria_desktop.services.shelf import Shelf
from pactoria_desktop.services.sources import read_source
from tests.samples import SAMPLES


@pytest.fixture
def service() -> Iterator[LibraryService]:
    with temporary_service(SystemClock(), "Ines Falk") as made:
        yield made


def opened(service: LibraryService, contract: str) -> OpenContract:
    loaded = load(service.library, contract, service.person.user, service.person.device)
    return OpenContract(
        service.library, loaded, service.identity, service.clock, service.mint, time.monotonic
    )  # fmt: skip


class Page:
    """Types at the beginning of a contract and says where its caret stands."""

    def __init__(self, contract: OpenContract) -> None:
        self.contract, self.at = contract, 0
        self.slot = contract.replica.slots()[0]
        contract.shown_by(self.state)

    def state(self) -> Mapping[str, object]:
        return {"caret": self.at}

    def type(self, words: str) -> None:
        for letter in words:
            self.contract.replica.insert(Place(self.slot, self.at), letter)
            self.at += 1


def test_the_caret_is_kept_with_the_words_of_the_same_moment(service: LibraryService) -> None:
    contract = service.importer().bring_in(read_source(str(SAMPLES / "mutual-nda.docx"))).contract
    at, shelf = opened(service, contract), Shelf(service)
    page = Page(at)
    page.type("first ")
    at.collect()
    page.type("second ")
    at.collect()
    page.type("not collected yet")
    assert at.flush()
    again = opened(service, contract)
    assert accepted(again.replica.text()).text.startswith("first second ")
    assert not accepted(again.replica.text()).text.startswith("first second not")
    assert shelf.session_value(VIEW_OF + contract) == {"caret": len("first second ")}
    again.close()
    at.collect()
    assert at.flush()
    assert shelf.session_value(VIEW_OF + contract) == {"caret": len("first second not collected yet")}
    assert not at.flush(), "nothing was typed since"
    at.close()
