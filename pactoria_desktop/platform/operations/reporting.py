"""Errors sent to Sentry, by choice: only where ``PACTORIA_SENTRY_DSN`` is set, and never with a word of a contract.

An event is made anew from what may leave: the kind of the error, the files and lines it passed, the route, ids and
versions. Everything else (messages, local variables, bodies, headers, addresses, breadcrumbs, queries) stays here.
"""

from collections.abc import Callable
from typing import Any

import sentry_sdk
from sentry_sdk.transport import Transport
from sentry_sdk.types import Event, Hint

from pactoria_desktop import __version__
from pactoria_desktop.platform.operations.logging import FACTS
from pactoria_desktop.platform.settings import PlatformSettings

_FRAME = ("filename", "module", "function", "lineno", "in_app")
_EVENT = ("event_id", "timestamp", "level", "platform", "release", "environment", "sdk", "logger")


def scrubbed(event: Event, _hint: Hint) -> Event | None:
    """An event with what may leave, and nothing else; None for one that is about no exception."""
    if not event.get("exception", {}).get("values"):
        return None
    kept: dict[str, Any] = {name: event[name] for name in _EVENT if name in event}  # type: ignore[literal-required]
    errors = event.get("exception", {}).get("values", [])
    kept["exception"] = {"values": [_error(one) for one in errors]}
    extra = event.get("extra", {})
    if isinstance(extra, dict):
        kept["tags"] = {name: str(extra[name])[:200] for name in sorted(FACTS & set(extra))}
    # What the line was called, where it is one of our own: their words hold no values.
    said = event.get("logentry") or {}
    if str(event.get("logger", "")).startswith("pactoria") and not said.get("params"):
        kept["message"] = str(said.get("message") or "")[:200]
    return kept  # type: ignore[return-value]


def report_errors(settings: PlatformSettings, transport: type[Transport] | None = None) -> Callable[[], None]:
    """Send errors from now on, where the settings say so; gives what ends it, sending what waits."""
    if settings.sentry_dsn is None:
        return lambda: None
    sentry_sdk.init(
        dsn=settings.sentry_dsn.get_secret_value(),
        release=f"pactoria-platform@{__version__}",
        transport=transport,
        before_send=scrubbed,
        before_breadcrumb=lambda _crumb, _hint: None,
        before_send_transaction=lambda _event, _hint: None,
        before_send_log=lambda _log, _hint: None,
        max_breadcrumbs=0,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        auto_session_tracking=False,
        auto_enabling_integrations=False,
        server_name="",
        traces_sample_rate=0.0,
    )

    def end() -> None:
        sentry_sdk.flush(timeout=3)
        sentry_sdk.get_client().close()

    return end


def _error(error: dict[str, Any]) -> dict[str, Any]:
    frames = error.get("stacktrace", {}).get("frames", [])
    return {
        "type": error.get("type"),
        "module": error.get("module"),
        "mechanism": {"type": str(error.get("mechanism", {}).get("type", "generic"))},
        "stacktrace": {"frames": [{name: one[name] for name in _FRAME if name in one} for one in frames]},
    }
