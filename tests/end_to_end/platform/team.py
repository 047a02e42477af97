"""A platform in a process of its own with two people at it, as a team has it five minutes after the installation."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.sync.sign_in import ThisDevice
from tests.end_to_end.platform.lanes import Lane
from tests.end_to_end.platform.people import (
    Person,
    SignIn,
    invite,
    own_organization,
    register,
    sign_in_by_browser,
    sign_in_by_code,
)
from tests.end_to_end.platform.process import PlatformProcess

INES, DELE = Person("Ines Falk", "ines@example.org"), Person("Dele Okafor", "dele@example.org")
ORGANIZATION = "Falk & Okafor"


@dataclass
class Team:
    """The platform, its owner Ines and its editor Dele, each on a device of their own."""

    platform: PlatformProcess
    lane: Lane
    ines: SignIn
    dele: SignIn
    organization: str
    devices: int = field(default=2)

    def another(self, person: Person, role: Role) -> SignIn:
        """A further person, invited by Ines, on a further device."""
        self.devices += 1
        register(invite(self.ines, self.organization, role), person)
        return sign_in_by_browser(self.platform.address, person, device_of(self.devices), self.lane)


def device_of(number: int) -> ThisDevice:
    """A device by its number."""
    return ThisDevice(f"01a22ec6-0000-7000-8000-{number:012x}", f"Desk {number}")


@contextlib.contextmanager
def data_folder() -> Iterator[Path]:
    """A folder for a platform's data, which the database's own user may pass through; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="pactoria-platform-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder / "data"


@contextlib.contextmanager
def platform_process(environment: Mapping[str, str] | None = None, port: int = 0) -> Iterator[PlatformProcess]:
    """A started platform on a folder of its own, stopped at the end."""
    with data_folder() as data:
        platform = PlatformProcess(data, environment=environment, port=port)
        try:
            platform.start()
            yield platform
        finally:
            platform.stop()


def founded(platform: PlatformProcess, lane: Lane) -> Team:
    """Let two people join a platform that nobody has joined yet: one by the browser's way, one by a device's code."""
    register(platform.address + platform.invitation, INES, ORGANIZATION)
    ines = sign_in_by_browser(platform.address, INES, device_of(1), lane)
    organization = str(own_organization(ines)["id"])
    register(invite(ines, organization, Role.EDITOR), DELE)
    dele = sign_in_by_code(platform.address, DELE, device_of(2), lane)
    return Team(platform, lane, ines, dele, organization)
