"""Who somebody is, on the wire: the person, the sign-ins of their devices, and the OAuth 2 messages of native apps."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from pactoria_desktop.protocol.base import Email, Identity, Instant, Message, Name

CLIENT_ID = "pactoria-desktop"
"""The one client there is: the desktop and its command line, a public client (RFC 8252)."""

REDIRECT_PATH = "/callback"
METADATA_PATH = "/.well-known/oauth-authorization-server"
AUTHORIZE_PATH = "/oauth/authorize"
TOKEN_PATH = "/oauth/token"
REVOKE_PATH = "/oauth/revoke"
DEVICE_AUTHORIZATION_PATH = "/oauth/device"
DEVICE_PATH = "/device"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"

CODE_SECONDS = 60
ACCESS_SECONDS = 15 * 60
SESSION_SECONDS = 90 * 24 * 3600
GRACE_SECONDS = 10
"""How long the token that was just exchanged gives the same pair again, for an answer that was lost."""
DEVICE_GRANT_SECONDS = 10 * 60
POLL_SECONDS = 5

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200


def _sayable(password: SecretStr) -> SecretStr:
    text = password.get_secret_value()
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("these characters cannot be used in a password")
    return password


Password = Annotated[
    SecretStr, Field(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD), AfterValidator(_sayable)
]
"""A password that is being chosen: 12 to 200 code points of any kind."""


class Registration(Message):
    """What somebody gives to have an account. ``organization`` only where the invitation asks for a name."""

    email: Email
    name: Name
    password: Password
    organization: Name | None = None


class Me(Message):
    """The person who asks."""

    id: Identity
    email: Email
    name: Name
    verified: bool = Field(description="whether the address was confirmed")
    administrator: bool = Field(description="whether the person administers this platform")
    home_organization: Identity = Field(description="the person's organization of one")
    session: Identity = Field(description="the sign-in that asks")
    device: Identity = Field(description="the device that asks")


class MeChange(Message):
    """What a person changes of themselves."""

    name: Name


class PasswordChange(Message):
    """A new password; the present one shows that it is the person who asks."""

    present: Annotated[SecretStr, Field(min_length=1, max_length=LONGEST_PASSWORD)]
    new: Password


class SignIn(Message):
    """A device on which the person is signed in."""

    id: Identity
    device: Identity
    device_name: Name
    began_at: Instant
    seen_at: Instant = Field(description="when it last took a new token")
    ends_at: Instant = Field(description="when it must sign in again")
    asking: bool = Field(description="whether this is the sign-in that asks")


class SignInList(Message):
    """The person's sign-ins that have not ended, the newest first."""

    sessions: tuple[SignIn, ...]


class Ended(Message):
    """How many sign-ins were ended."""

    ended: int = Field(ge=0)


class Metadata(Message):
    """What an OAuth 2 client must know of the platform (RFC 8414, RFC 8628, RFC 9207)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str
    device_authorization_endpoint: str
    response_types_supported: tuple[str, ...] = ("code",)
    response_modes_supported: tuple[str, ...] = ("query",)
    grant_types_supported: tuple[str, ...] = ("authorization_code", "refresh_token", DEVICE_GRANT)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("none",)
    revocation_endpoint_auth_methods_supported: tuple[str, ...] = ("none",)
    code_challenge_methods_supported: tuple[str, ...] = ("S256",)
    authorization_response_iss_parameter_supported: bool = True


class TokenAnswer(Message):
    """A pair of tokens (RFC 6749, 5.1). The refresh token is exchanged once, for the next pair."""

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int = Field(ge=0, description="seconds that the access token lives")
    refresh_token: str = Field(repr=False)


class DeviceAnswer(Message):
    """What a device shows while it waits to be let in (RFC 8628, 3.2)."""

    device_code: str = Field(repr=False)
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int


class OAuthCode(StrEnum):
    """The refusals of OAuth 2 (RFC 6749, 4.1.2.1 and 5.2; RFC 8628, 3.5)."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    INVALID_SCOPE = "invalid_scope"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"
    UNSUPPORTED_TOKEN_TYPE = "unsupported_token_type"
    ACCESS_DENIED = "access_denied"
    AUTHORIZATION_PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    EXPIRED_TOKEN = "expired_token"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"


class OAuthProblem(Message):
    """A refusal of the token endpoint (RFC 6749, 5.2)."""

    error: OAuthCode
    error_description: str
