"""The parts of a running platform, made once at the start and handed to every room."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pactoria_desktop.contract.identity import IdentityMint
from pactoria_desktop.platform.database.engine import Database
from pactoria_desktop.platform.database.sealing import Seals
from pactoria_desktop.platform.notifications.mail import Mailer, NoMailer
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.runtime.clock import Clock

if TYPE_CHECKING:
    from pactoria_desktop.platform.auth.passwords import PasswordHashing
    from pactoria_desktop.platform.operations.metrics import Metrics


@dataclass(frozen=True, slots=True)
class House:
    """What rooms share. Time, ids and randomness are parts like the database."""

    settings: PlatformSettings
    database: Database
    clock: Clock
    mint: IdentityMint
    seals: Seals
    randomness: Callable[[int], bytes]
    metrics: "Metrics"
    passwords: "PasswordHashing"
    address: str = field(default="")
    """The address under which people reach the platform, without a slash at the end."""
    direct_database: str = field(default="", repr=False)
    """Where a connection stays one connection, past any pooler: for notices, which a pooler does not carry."""
    notices: bool = True
    """Whether notices come there: not where only the address of a pooler is known."""
    mailer: Mailer = field(default_factory=NoMailer)
