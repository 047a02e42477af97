"""The clients of the OAuth 2 server and what they may ask: one public client, over loopback, with PKCE (S256)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from pydantic import TypeAdapter, ValidationError

from pactoria_desktop.contract.identity import is_identity
from pactoria_desktop.platform.api.refusals import Refusal
from pactoria_desktop.protocol.base import Name
from pactoria_desktop.protocol.identity import CLIENT_ID, OAuthCode
from pactoria_desktop.protocol.problems import Code

# RFC 8252, 7.3: any port of the loopback addresses; 8.3: not the name localhost. The path is ours alone.
_REDIRECT = re.compile(r"http://(?:127\.0\.0\.1|\[::1\]):([1-9][0-9]{0,4})/callback", re.ASCII)
_STATE = re.compile(r"[\x20-\x7e]{1,512}", re.ASCII)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)
_GREATEST_PORT = 65_535
_NAME = TypeAdapter[str](Name)
UNNAMED_DEVICE = "A computer"


@dataclass(frozen=True, slots=True)
class OAuthRefused:
    """A refusal in the words of OAuth 2. A value, because what led to it may have to be committed first."""

    error: OAuthCode
    sentence: str


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request of the authorization endpoint that holds: where the answer goes, and what binds it to its asker."""

    redirect_uri: str
    state: str | None
    code_challenge: str
    device_id: str | None
    device_name: str

    def parameters(self) -> dict[str, str]:
        """The parameters that make this request again."""
        return {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": self.redirect_uri,
            "code_challenge": self.code_challenge,
            "code_challenge_method": "S256",
            **({"state": self.state} if self.state is not None else {}),
            **({"device_id": self.device_id} if self.device_id is not None else {}),
            "device_name": self.device_name,
        }


class AuthorizationError(Exception):
    """A request that is refused to the client that made it, at an address that is known to be good."""

    def __init__(self, refused: OAuthRefused, redirect_uri: str, state: str | None) -> None:
        """Keep where the refusal goes."""
        super().__init__(refused.error)
        self.refused = refused
        self.redirect_uri = redirect_uri
        self.state = state


def is_redirect(uri: str) -> bool:
    """Whether an answer may be sent there (RFC 8252, 7.3)."""
    found = _REDIRECT.fullmatch(uri)
    return found is not None and int(found.group(1)) <= _GREATEST_PORT


def origin_of(redirect_uri: str) -> str:
    """Scheme, host and port of a redirect address that was checked."""
    parts = urlsplit(redirect_uri)
    return f"{parts.scheme}://{parts.netloc}"


def authorization_request(given: Mapping[str, str]) -> AuthorizationRequest:
    """Check the parameters of an authorization request.

    Raises Refusal where the client or its address is not known: then nothing may be sent there (RFC 6749, 4.1.2.1).
    Raises AuthorizationError for anything else.
    """
    redirect_uri = given.get("redirect_uri", "")
    if given.get("client_id") != CLIENT_ID:
        raise Refusal(
            Code.INVALID, "This program is not known here; nobody was signed in; start again from Pactoria Desktop."
        )
    if not is_redirect(redirect_uri):
        raise Refusal(
            Code.INVALID,
            "The program asks for an answer at an address that is not allowed; nobody was signed in; "
            "start again from Pactoria Desktop.",
        )
    state = given.get("state")
    sayable = state is None or _STATE.fullmatch(state) is not None

    def refused(error: OAuthCode, sentence: str) -> AuthorizationError:
        return AuthorizationError(OAuthRefused(error, sentence), redirect_uri, state if sayable else None)

    if not sayable:
        raise refused(OAuthCode.INVALID_REQUEST, "The state is 1 to 512 printable ASCII characters.")
    if given.get("response_type") != "code":
        raise refused(OAuthCode.UNSUPPORTED_RESPONSE_TYPE, "The response type is code.")
    if given.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(given.get("code_challenge", "")):
        raise refused(OAuthCode.INVALID_REQUEST, "A code challenge of the method S256 is needed.")
    if given.get("scope"):
        raise refused(OAuthCode.INVALID_SCOPE, "There are no scopes.")
    device_id = given.get("device_id")
    if device_id is not None and not is_identity(device_id):
        raise refused(OAuthCode.INVALID_REQUEST, "The device id is a UUID of version 7.")
    return AuthorizationRequest(
        redirect_uri, state, given["code_challenge"], device_id, device_name_of(given.get("device_name"))
    )


def answer_address(redirect_uri: str, issuer: str, state: str | None, parameters: Mapping[str, str]) -> str:
    """The address that carries an answer: with the state as it came and who answers (RFC 9207)."""
    more = {} if state is None else {"state": state}
    return f"{redirect_uri}?{urlencode({**parameters, **more, 'iss': issuer})}"


def device_name_of(given: str | None) -> str:
    """The name of a device as it may be kept and shown."""
    words = "".join(letter if letter.isprintable() else " " for letter in given or "")
    try:
        return _NAME.validate_python(words[:100])
    except ValidationError:
        return UNNAMED_DEVICE


def is_verifier(text: str) -> bool:
    """Whether the text can be a code verifier (RFC 7636, 4.1)."""
    return _VERIFIER.fullmatch(text) is not None
