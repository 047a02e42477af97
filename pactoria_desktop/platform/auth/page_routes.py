"""What all pages share: refusals are shown as pages, and forms that are wrong are shown again with what is wrong."""

import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from pactoria_desktop.platform.api.refusals import STATUS, Refusal, is_passing
from pactoria_desktop.platform.auth.pages import Html, page, paragraph, strong
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.identity import LONGEST_PASSWORD, SHORTEST_PASSWORD
from pactoria_desktop.protocol.problems import Code

_log = logging.getLogger("pactoria.auth")
_WRONG = {
    "email": "This is not an e-mail address.",
    "name": "Give your name, at most 200 characters.",
    "organization": "Give the organization a name, at most 200 characters.",
    "password": f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.",
    "new": f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.",
}
NOT_TWICE_THE_SAME = "The two passwords differ."
PASSWORD_HINT = (
    f"At least {SHORTEST_PASSWORD} characters of any kind. A few words that you can remember are better than one word "
    "with signs in it."
)


class PageRoute(APIRoute):
    """A route whose refusals are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with refusals shown."""
        handler = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handler(request)
            except Refusal as refusal:
                return refusal_page(refusal)
            except (DBAPIError, PoolTimeoutError) as error:
                if isinstance(error, DBAPIError) and not is_passing(error):
                    raise
                _log.warning("database_unavailable", extra={"kind": type(error).__name__})
                return refusal_page(_busy())

        return shown


def _busy() -> Refusal:
    return Refusal(
        Code.UNAVAILABLE,
        "The platform cannot do this right now; nothing was changed; try again in a moment.",
        retry_after=2,
    )


def status_of(refusal: Refusal) -> int:
    """The status of a refusal on a page: 401 is for clients that can answer a challenge."""
    return 403 if refusal.code is Code.SIGNED_OUT else STATUS[refusal.code]


def headers_of(refusal: Refusal) -> dict[str, str]:
    """When it is worth another try."""
    return {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}


def refusal_page(refusal: Refusal) -> Response:
    """A page that says why nothing was done."""
    return page("This did not work", problem=refusal.sentence, status=status_of(refusal), headers=headers_of(refusal))


def wrong_fields(error: ValidationError) -> dict[str, str]:
    """A sentence for each field that is wrong, without what was typed."""
    names = [str(one["loc"][0]) for one in error.errors(include_input=False, include_url=False) if one["loc"]]
    return {name: _WRONG.get(name, "This cannot be used.") for name in names}


def repeats(form: Mapping[str, str]) -> bool:
    """Whether the password was typed twice alike: nobody sees what they type."""
    return form.get("password", "") == form.get("again", "")


def where(house: House) -> Html:
    """The platform's address, so that a person sees where their password goes."""
    return paragraph("Platform: ", strong(house.address), class_="address")
