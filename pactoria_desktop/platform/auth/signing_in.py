"""Checking an address and a password: one answer and the same work for all who are not let in."""

from dataclasses import dataclass

from sqlalchemy import select

from pactoria_desktop.platform.api.refusals import Refusal
from pactoria_desktop.platform.auth import attempts
from pactoria_desktop.platform.database.schema.identity import Person
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.notifications.mail import sends_mail
from pactoria_desktop.protocol.problems import Code


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person whose password was right."""

    person: str
    name: str
    confirmed: bool
    """Whether the address was confirmed, or nobody could have sent the message that confirms it."""


def not_known() -> Refusal:
    """The refusal of an address and password that do not belong together."""
    return Refusal(
        Code.SIGNED_OUT,
        "The e-mail address and the password do not belong together; nobody was signed in; check both.",
    )


def canonical_address(typed: str) -> str:
    """An e-mail address as it is kept."""
    return typed.strip().lower()


async def check(house: House, email: str, password: str, network: str) -> SignedIn:
    """Who has this address and password. Raises Refusal: 401, or 429 after too many attempts.

    What is done and said before the password was right does not depend on whether the address is known.
    """
    address = canonical_address(email)[:254].replace("\x00", "")
    await attempts.hold(house, (attempts.SIGN_IN_ADDRESS, address), (attempts.SIGN_IN_NETWORK, network))
    async with house.database.transaction(sign_in=True) as connection:
        row = (
            await connection.execute(
                select(Person.id, Person.name, Person.password_hash, Person.verified_at, Person.disabled_at).where(
                    Person.email == address
                )
            )
        ).one_or_none()
    right = await house.passwords.matches(password, row.password_hash if row is not None else None)
    if row is None or not right or row.disabled_at is not None:
        raise not_known()
    async with house.database.transaction(sign_in=True) as connection:
        await attempts.forgive(house, connection, attempts.SIGN_IN_ADDRESS, address)
        await attempts.take_back(house, connection, attempts.SIGN_IN_NETWORK, network)
    return SignedIn(str(row.id), row.name, row.verified_at is not None or not sends_mail(house.mailer))
