"""The desktop's files against a real server: sent once, fetched whole, refused in the platform's own words."""

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.sync.errors import AccessLostError, RefusedError
from pactoria_desktop.sync.files import fetch_file, send_file
from pactoria_desktop.sync.transport import Departure, Http
from tests.platform.auth.conftest import Live, live
from tests.platform.conftest import TestDatabase
from tests.platform.records.teams import Device, Team, contract
from tests.samples import SAMPLES

__all__ = ["live"]
CONTRACT = "01a22ec6-0000-7000-8000-0000000000cc"


class Line:
    """A device's line; notes what leaves and which requests there were."""

    def __init__(self, address: str, device: Device) -> None:
        self.device, self.address = device, address
        self.noted: list[Departure] = []
        self.requests: list[str] = []
        self.client = httpx2.Client(event_hooks={"request": [lambda request: self.requests.append(request.method)]})
        self.http = Http(
            self.client, address, lambda renew: device.token, clock=SystemClock(), sleep=lambda seconds: None,
            jitter=lambda: 0,
        )  # fmt: skip

    def send(self, content: bytes) -> bool:
        return send_file(self.http, self.device.organization, CONTRACT, content, self.noted.extend)

    def fetch(self, content: bytes) -> bytes | None:
        return fetch_file(self.http, self.device.organization, hashlib.sha256(content).hexdigest())


@pytest.fixture
def lines(live: Live, test_database: TestDatabase) -> Iterator[dict[Role, Line]]:
    team = Team(live.house, test_database.superuser)
    made = {role: Line(live.address, team.member(role)) for role in (Role.EDITOR, Role.OWNER, Role.VIEWER)}
    yield made
    for each in made.values():
        each.client.close()


def test_a_package_goes_once_and_comes_whole(lines: dict[Role, Line]) -> None:
    ana, ben = lines[Role.EDITOR], lines[Role.VIEWER]
    for name in ("mutual-nda.docx", "services-agreement.docx"):
        content = (SAMPLES / name).read_bytes()
        assert ben.fetch(content) is None
        assert ana.send(content)
        assert ben.fetch(content) is None, "nothing that he reaches names it yet"
        named = contract(package_sha256=hashlib.sha256(content).hexdigest())
        pushed = ana.client.post(
            f"{ana.address}/api/v1/organizations/{ana.device.organization}/sync/push",
            json={"operations": [named.model_dump(mode="json")]},
            headers=ana.device.headers,
        )
        assert pushed.json()["results"][0]["outcome"] == "applied", pushed.text
        assert ben.fetch(content) == content
    ana.requests = [one for one in ana.requests if one != "POST"]
    assert ana.requests == ["HEAD", "PUT"] * 2
    assert [one.size for one in ana.noted] == [
        len((SAMPLES / name).read_bytes()) for name in ("mutual-nda.docx", "services-agreement.docx")
    ]
    assert not ana.send(content)
    assert ana.requests[4:] == ["HEAD"]
    assert len(ana.noted) == 2


def test_two_devices_that_send_the_same_at_once_both_come_through(lines: dict[Role, Line]) -> None:
    content = (SAMPLES / "mutual-nda.docx").read_bytes()
    both, together = [lines[Role.EDITOR], lines[Role.OWNER]], threading.Barrier(2)

    def send(line: Line) -> bool:
        together.wait()
        return line.send(content)

    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(send, both))
    assert any(sent)
    assert both[0].fetch(content) == content


def test_what_the_platform_does_not_take_is_its_own_sentence(lines: dict[Role, Line]) -> None:
    with pytest.raises(RefusedError, match="Word"):
        lines[Role.EDITOR].send(b"no Word file")
    assert lines[Role.EDITOR].requests == ["HEAD", "PUT"]
    with pytest.raises(AccessLostError):
        lines[Role.VIEWER].send((SAMPLES / "mutual-nda.docx").read_bytes())


def test_files_of_a_stranger_are_missing_and_nothing_is_kept_there(
    lines: dict[Role, Line], live: Live, test_database: TestDatabase
) -> None:
    content = (SAMPLES / "mutual-nda.docx").read_bytes()
    lines[Role.EDITOR].send(content)
    stranger = Team(live.house, test_database.superuser).member(Role.OWNER)
    line = Line(live.address, stranger)
    organization = lines[Role.EDITOR].device.organization
    assert fetch_file(line.http, organization, hashlib.sha256(content).hexdigest()) is None
    with pytest.raises(AccessLostError):
        send_file(line.http, organization, CONTRACT, content + b"x", line.noted.extend)
    line.client.close()
