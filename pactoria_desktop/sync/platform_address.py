"""The address of a platform as a person types it, and whether words may go there in the clear."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from pactoria_desktop.runtime.errors import PactoriaError

_LONGEST = 2000


class PlatformAddressError(PactoriaError):
    """What was typed is no address of a platform, or one that is not safe to use."""


@dataclass(frozen=True, slots=True)
class PlatformAddress:
    """An address without a slash at the end. ``in_the_clear``: others on the network could read along."""

    url: str
    in_the_clear: bool


def platform_address(typed: str) -> PlatformAddress:
    """The address that was typed; https where nothing is said.

    Plain http is taken for this machine and for private networks alone. Raises PlatformAddressError.
    """
    words = typed.strip()
    if "://" not in words:
        words = f"https://{words}"
    try:
        parts = urlsplit(words)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _no_address() from error
    if (
        parts.scheme not in ("http", "https") or not host or len(words) > _LONGEST
        or parts.username is not None or parts.query or parts.fragment
        or not words.isascii() or any(letter.isspace() for letter in words)
    ):  # fmt: skip
        raise _no_address()
    shown = f"[{host}]" if ":" in host else host
    url = f"{parts.scheme}://{shown}" + (f":{port}" if port is not None else "") + parts.path.rstrip("/")
    if parts.scheme == "https":
        return PlatformAddress(url, False)
    if host == "localhost":
        return PlatformAddress(url, False)
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        found = None
    if found is None or not (found.is_loopback or found.is_private) or found.is_unspecified:
        raise PlatformAddressError(
            f"{url} would send your password and contracts in the clear; nothing was sent; "
            "use the address that begins with https://."
        )
    return PlatformAddress(url, not found.is_loopback)


def _no_address() -> PlatformAddressError:
    return PlatformAddressError(
        "This is not the address of a platform; nothing was sent; type it as it was given to you, "
        "for example https://contracts.example.org."
    )
