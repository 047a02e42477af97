"""Sending by SMTP (RFC 5321), in plain text."""

import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

import aiosmtplib

from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.runtime.errors import PactoriaError

_SECONDS = 30


class MailError(PactoriaError):
    """A message did not go out; another try may succeed."""


class MailRefusedError(PactoriaError):
    """The mail server refused a message for good (a reply of 55x); another try would not succeed."""


class SmtpMailer:
    """Sends over the mail server of the settings, each message on a connection of its own."""

    def __init__(self, settings: PlatformSettings, clock: Clock, *, trusted: ssl.SSLContext | None = None) -> None:
        """``trusted`` are the authorities for the server's certificate, those of the system when not given."""
        self._settings = settings
        self._clock = clock
        self._trusted = trusted

    async def deliver(self, to: str, subject: str, text: str, identity: str) -> None:
        """Send a message; ``identity`` makes its Message-ID, the same for each try. Raises MailError and
        MailRefusedError, whose sentences hold no address."""
        settings = self._settings
        assert settings.smtp_host is not None
        try:
            await aiosmtplib.send(
                self._message(to, subject, text, identity),
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_user,
                password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
                use_tls=settings.smtp_security == "tls",
                start_tls=settings.smtp_security == "starttls",
                tls_context=self._trusted,
                timeout=_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [one.code for one in error.recipients]
            raise _refused(max(codes, default=550)) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _refused(error.code) from error
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            raise MailError(
                f"The mail server does not take messages right now ({type(error).__name__}); the message is kept and "
                "tried again."
            ) from error

    def _message(self, to: str, subject: str, text: str, identity: str) -> EmailMessage:
        name, sender = parseaddr(self._settings.mail_from)
        domain = sender.rpartition("@")[2] or "localhost"
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(name, addr_spec=sender)
        message["To"] = Address(addr_spec=to)
        message["Subject"] = " ".join(subject.split())
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{identity}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        return message


def _refused(code: int) -> MailError | MailRefusedError:
    # 50x and 53x are about the conversation and the sign-in, which an administrator may mend; 55x is the message.
    if 550 <= code <= 559:
        return MailRefusedError(f"The mail server refused a message for good ({code}); it is not tried again.")
    return MailError(f"The mail server refused a message for now ({code}); the message is kept and tried again.")
