"""What an open contract keeps: the words that were typed, and where the caret stood when they were, always together."""

import time
from collections.abc import Iterator, Mapping

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.services.files import contract_of
from pactoria_desktop.services.library import VIEW_OF, LibraryService, temporary_service
from pactoria_desktop.services.opened import OpenContract, load
from pactoria_desktop.services.shelf import Shelf
from pactoria_desktop.services.sources import Source, read_source
from pactoria_desktop.store.packages import Packages
from pactoria_desktop.store.texts import Texts, Update
from pactoria_desktop.store.versions import Versions
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


def test_words_typed_while_a_version_is_made_are_there_after_a_kill(service: LibraryService) -> None:
    contract = service.importer().bring_in(read_source(str(SAMPLES / "mutual-nda.docx"))).contract
    at = opened(service, contract)
    page = Page(at)
    page.type("before ")
    at.collect()
    frozen = at.freeze()  # an export begins
    page.type("meanwhile ")
    at.collect()
    at.flush()
    at.note_sent(frozen, at.export(frozen, "redline"), "out.docx", author="somebody")  # and ends
    page.type("after ")
    at.collect()
    at.flush()
    again = opened(service, contract)
    assert accepted(again.replica.text()).text.startswith("before meanwhile after ")
    again.close()


def test_words_of_another_opening_are_not_taken_for_held_by_a_snapshot(service: LibraryService) -> None:
    contract = service.importer().bring_in(read_source(str(SAMPLES / "mutual-nda.docx"))).contract
    first, second = opened(service, contract), opened(service, contract)
    for each, words in ((first, "of one "), (second, "of another ")):
        Page(each).type(words)
        each.collect()
        each.flush()
    second.add_version("Named", second.freeze(), author="somebody")
    again = opened(service, contract)
    begin = accepted(again.replica.text()).text[:60]
    assert "of one " in begin
    assert "of another " in begin
    for each in (again, first, second):
        each.close()


def test_what_an_opening_mends_is_kept_before_what_is_typed_on_it(service: LibraryService) -> None:
    contract = service.importer().bring_in(read_source(str(SAMPLES / "mutual-nda.docx"))).contract
    stored = load(service.library, contract, "u", "d").stored
    torn = Replica.open(stored.snapshot, identity=service.identity, clock=service.clock)
    before, slot = torn.version(), next(iter(torn._living.structure.slots())).text
    slot.delete(slot.len_unicode - 1, 1)
    torn._document.commit()
    with service.library.writing() as session:
        Texts(session).append([Update(contract, torn.updates_since(before), 1)])
    at = opened(service, contract)
    page = Page(at)
    page.type("typed ")
    at.collect()
    at.flush()
    again = opened(service, contract)
    assert accepted(again.replica.text()).text.startswith("typed ")
    again.close()
    at.close()


def test_a_joined_draft_is_there_with_the_file_that_it_came_in_or_not_at_all(service: LibraryService) -> None:
    sent, back = (read_source(str(SAMPLES / f"services-agreement{end}.docx")) for end in ("", "-from-corvane"))
    contract = service.importer().bring_in(sent).contract
    at = opened(service, contract)
    found = at.receive(back, at.freeze())
    at.join(found, "back.docx")
    at.flush()  # and the process is killed before the version is sealed
    again = opened(service, contract)
    assert again.package(again.replica.text()).data == back.data
    assert again.replica.text().revisions
    assert accepted(contract_of(Source("x.docx", ".docx", again.export(again.freeze(), "redline")))).text
    again.close()
    at.close()


def test_a_version_and_its_file_are_kept_together_or_not_at_all(
    service: LibraryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = service.importer().bring_in(read_source(str(SAMPLES / "mutual-nda.docx"))).contract
    at = opened(service, contract)

    def killed(*arguments: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(Versions, "add", killed)
        with pytest.raises(SystemExit):
            at.note_sent(at.freeze(), b"what was sent", "out.docx", author="somebody")
    with service.library.reading() as session:
        assert len(Packages(session).of(contract)) == 1
    version = at.note_sent(at.freeze(), b"what was sent", "out.docx", author="somebody")
    with service.library.reading() as session:
        assert Packages(session).of(contract)[1:] == (version.package_sha256,)
        assert Packages(session).read(str(version.package_sha256)) == b"what was sent"
    at.close()
