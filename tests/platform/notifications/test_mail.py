"""Mail: over a real SMTP server of the test, tried again, refused for good, and never in a log."""

import asyncio
import logging
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import httpx2
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.notifications.letters import invitation_letter
from pactoria_desktop.platform.notifications.posting import QueuedMailer
from pactoria_desktop.platform.notifications.smtp import MailError, MailRefusedError, SmtpMailer
from pactoria_desktop.platform.operations.jobs import Rhythm, counts, handlers, working
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.people import make_member, make_organization, make_person

pytestmark = pytest.mark.anyio

QUICK = Rhythm(poll=0.1, sweep=5, first_pause=0)


class Postbox:
    """Takes messages; ``answers`` are given to recipients first, one for each."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.answers: list[str] = []

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        return "250 OK"


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
async def mail_port(anyio_backend: str, postbox: Postbox) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(postbox), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture
def settings(tmp_path: Path, mail_port: int) -> PlatformSettings:
    return PlatformSettings(
        platform_data=tmp_path / "platform",
        database_connections=4,
        smtp_host="127.0.0.1",
        smtp_port=mail_port,
        smtp_security="none",
        mail_from="Pactoria at Chambers <desk@chambers.example>",
    )


async def sent(house: House) -> None:
    async with working(house, handlers(SmtpMailer(house.settings, house.clock)), QUICK), asyncio.timeout(20):
        while (await counts(house))[0]:
            await asyncio.sleep(0.05)


async def test_an_invitation_goes_out_by_mail_and_its_link_lets_in(
    client: httpx2.AsyncClient, house: House, postbox: Postbox
) -> None:
    admin = await make_member(house, await make_organization(house, "Müller &\tPartner"), Role.ADMIN)
    ben = await make_person(house, "Ben")
    place = f"/api/v1/organizations/{admin.organization}/invitations"
    made = await client.post(place, json={"role": "editor", "email": ben.email}, headers=admin.headers)
    assert (made.status_code, made.json()["mailed"], made.json()["link"]) == (201, True, None)
    await sent(house)
    (raw,) = postbox.taken
    message = message_from_bytes(raw, policy=default)
    assert message["To"] == ben.email
    assert message["From"] == "Pactoria at Chambers <desk@chambers.example>"
    assert message["Subject"] == "Ana invites you to Müller & Partner on Pactoria"
    assert message.get_content_type() == "text/plain"
    body = message.get_content()
    link = next(line for line in body.splitlines() if line.startswith(house.address))
    accepted = await client.post(
        "/api/v1/invitations/accept", json={"token": link.rsplit("/", 1)[1]}, headers=ben.headers
    )
    assert accepted.status_code == 200


async def test_a_message_that_is_refused_for_now_goes_out_later_with_the_same_id(
    house: House, postbox: Postbox
) -> None:
    postbox.answers = ["451 later", "503 another order"]
    assert await QueuedMailer(house.database, house.seals, house.mint).send("ben@example.org", "One", "Words")
    await sent(house)
    (raw,) = postbox.taken
    assert message_from_bytes(raw, policy=default)["Subject"] == "One"
    assert (await counts(house)) == (0, 0)


async def test_what_is_refused_for_good_is_given_up_and_no_log_names_the_address(
    house: House, postbox: Postbox, caplog: pytest.LogCaptureFixture
) -> None:
    postbox.answers = ["550 nobody"]
    mailer = QueuedMailer(house.database, house.seals, house.mint)
    await mailer.send("nobody@example.org", "One", "Words")
    await mailer.send("ben@example.org", "Two", "Words")
    with caplog.at_level(logging.INFO, logger="pactoria"):
        await sent(house)
    assert [message_from_bytes(raw, policy=default)["Subject"] for raw in postbox.taken] == ["Two"]
    assert (await counts(house)) == (0, 1)
    ours = [record for record in caplog.records if record.name.startswith("pactoria")]
    assert any(record.msg == "job_given_up" for record in ours)
    assert not any("example.org" in str(vars(record)) for record in ours if record.exc_info is None)


async def test_an_unreachable_server_and_one_that_wants_tls_are_passing_faults(
    settings: PlatformSettings, clock: ManualClock, mail_port: int
) -> None:
    closed = SmtpMailer(settings.model_copy(update={"smtp_port": 1}), clock)
    with pytest.raises(MailError):
        await closed.deliver("ben@example.org", "One", "Words", "id-1")
    secure = SmtpMailer(settings.model_copy(update={"smtp_security": "starttls"}), clock)
    with pytest.raises(MailError):
        await secure.deliver("ben@example.org", "One", "Words", "id-1")


async def test_no_name_adds_a_header(settings: PlatformSettings, clock: ManualClock, postbox: Postbox) -> None:
    letter = invitation_letter(
        organization="Chambers\r\nBcc: eve@example.org", inviter="Ana\nX: y", role="editor", link="http://x", days=7
    )
    mailer = SmtpMailer(settings, clock)
    await mailer.deliver("ben@example.org", letter.subject, letter.text, "id-1")
    message = message_from_bytes(postbox.taken[0], policy=default)
    assert message["Bcc"] is None
    assert message["X"] is None
    assert message["Message-ID"] == "<id-1@chambers.example>"
    with pytest.raises((MailRefusedError, ValueError)):
        await mailer.deliver("ben@example.org\r\nBcc: eve@example.org", "One", "Words", "id-2")
