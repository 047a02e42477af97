"""Forms of the platform's own pages: how they are read, and how another site's page cannot send them.

A page sets a random cookie that browsers send from this site alone (SameSite=Strict), and puts into its form a keyed
hash of that cookie, the form's address and an hour of validity. Only a page that was given both can send the form.
"""

import base64
import hmac
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.responses import Response

from pactoria_desktop.platform.api.access import house_of
from pactoria_desktop.platform.api.refusals import Refusal
from pactoria_desktop.platform.auth.pages import Html, hidden
from pactoria_desktop.protocol.problems import Code

LARGEST_FORM = 16 * 1024
MOST_FIELDS = 40
FORM_SECONDS = 3600
GUARD_FIELD = "guard"
_FORM_TYPE = "application/x-www-form-urlencoded"


async def fields_of(request: Request, known: frozenset[str] | None = None) -> dict[str, str]:
    """The fields of a form, those of ``known`` names where such are given; others are ignored.

    Raises Refusal for another type, a larger one, or a field that comes twice.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM_TYPE:
        raise Refusal(Code.UNSUPPORTED, "A form is expected here; nothing was changed.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            raise Refusal(Code.TOO_LARGE, "The form is larger than 16 KB; nothing was changed.")
    return _once(body.decode("utf-8", "replace"), known)


def query_of(request: Request) -> dict[str, str]:
    """The parameters of the address. Raises Refusal for one that comes twice (RFC 6749, 3.1)."""
    return _once(request.url.query)


def _once(words: str, known: frozenset[str] | None = None) -> dict[str, str]:
    try:
        pairs = parse_qsl(words, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace")
    except ValueError as error:
        raise Refusal(Code.INVALID, "The form has too many fields; nothing was changed.") from error
    pairs = [(name, value) for name, value in pairs if known is None or name in known]
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refusal(Code.INVALID, "A field comes twice; nothing was changed.")
    return {name: value.replace("\x00", "") for name, value in found.items()}


class FormGuard:
    """Guards the forms of one request and its answer."""

    def __init__(self, request: Request) -> None:
        """Take the cookie that the browser sent, or make one."""
        self._house = house_of(request)
        self._secure = self._house.address.startswith("https://")
        # The prefix keeps neighbours under the same name from setting the cookie (RFC 6265bis, 4.1.3.2).
        self._name = "__Host-pactoria_form" if self._secure else "pactoria_form"
        sent = request.cookies.get(self._name, "")
        self._sent = len(sent) == 43 and sent.isascii()
        self._cookie = sent if self._sent else _letters(self._house.randomness(32))
        self._site = request.headers.get("sec-fetch-site", "")
        self._path = request.url.path

    def field(self) -> Html:
        """The hidden field of a form that goes to this request's address."""
        until = int(self._house.clock.now().timestamp()) + FORM_SECONDS
        return hidden(GUARD_FIELD, f"{until}.{self._mark(until)}")

    def check(self, form: dict[str, str]) -> None:
        """Raises Refusal (403) where the form came from another site, or its page was open for too long."""
        until, _, mark = form.get(GUARD_FIELD, "").partition(".")
        fresh = until.isascii() and until.isdigit() and len(until) < 12
        good = (
            self._sent
            and self._site in ("", "same-origin", "none")
            and fresh
            and int(until) > self._house.clock.now().timestamp()
            and hmac.compare_digest(mark.encode("utf-8", "replace"), self._mark(int(until)).encode())
        )
        if not good:
            raise Refusal(
                Code.FORBIDDEN,
                "This page was open for too long, or its form came from elsewhere; nothing was changed; "
                "open the page again.",
            )

    def keep(self, response: Response) -> Response:
        """Set the cookie on an answer that carries a form."""
        if not self._sent:
            response.set_cookie(self._name, self._cookie, secure=self._secure, httponly=True, samesite="strict")
        return response

    def _mark(self, until: int) -> str:
        words = f"{self._cookie}\x1f{self._path}\x1f{until}".encode()
        return _letters(hmac.digest(self._house.seals.derived("forms"), words, "sha256"))


def _letters(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
