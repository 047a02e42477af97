"""``pactoria sign-in`` and ``sync`` at addresses where something else listens: one sentence, and nothing is kept."""

import contextlib
import gzip
import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pactoria_desktop.protocol.identity import (
    AUTHORIZE_PATH,
    DEVICE_AUTHORIZATION_PATH,
    METADATA_PATH,
    REVOKE_PATH,
    TOKEN_PATH,
)
from pactoria_desktop.runtime.secrets import KeyKeeper
from pactoria_desktop.services import keys as services_keys
from pactoria_desktop.sync import tokens as sync_tokens
from tests.end_to_end.command_line import Outcome, call

ME, ORGANIZATIONS = "/api/v1/me", "/api/v1/organizations"
ID = "01a22ec6-0000-7000-8000-{:012x}".format
PROBLEM = "application/problem+json"

Answer = Callable[[BaseHTTPRequestHandler], None]


def said(body: Any, status: int = 200, **headers: str) -> Answer:
    """An answer with a body of bytes, or of JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content_Type": "application/json", "Content_Length": str(len(content)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def garbage(handler: BaseHTTPRequestHandler) -> None:
    """No HTTP at all."""
    handler.wfile.write(b"\x16\x03\x01 this is not HTTP\r\n\r\n")


def nothing(handler: BaseHTTPRequestHandler) -> None:
    """The connection is closed."""


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """An answer without an end, a letter now and then."""
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(200):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            threading.Event().wait(0.05)
    except OSError:
        return


def refused(code: str, status: int = 400) -> Answer:
    """A refusal of OAuth 2."""
    return said({"error": code, "error_description": "No."}, status)


def problem(code: str, status: int, detail: str, **more: object) -> Answer:
    """A refusal of the API (RFC 9457)."""
    content = {"type": "about:blank", "title": "No", "status": status, "code": code, "detail": detail, **more}
    return said(content, status, Content_Type=PROBLEM)


def pair(**other: Any) -> dict[str, Any]:
    """Two tokens."""
    return {"access_token": "a", "token_type": "Bearer", "expires_in": 900, "refresh_token": "r", **other}


class Stranger:
    """Whatever listens at an address, as one would write it to do harm; answers by path."""

    def __init__(self, port: int) -> None:
        """A platform that lets everybody in at once; a test puts other answers in the place of these."""
        self.address = f"http://127.0.0.1:{port}"
        self.asked: list[str] = []
        self.answers: dict[str, Answer] = {
            METADATA_PATH: said(self.metadata()),
            DEVICE_AUTHORIZATION_PATH: said(self.device()),
            TOKEN_PATH: said(pair()),
            REVOKE_PATH: said({}),
            ME: said({
                "id": ID(1), "email": "ines@example.org", "name": "Ines Falk", "verified": True,
                "administrator": False, "home_organization": ID(2), "session": ID(3), "device": ID(4),
            }),
            ORGANIZATIONS: said({"organizations": [self.organization()]}),
        }  # fmt: skip

    def metadata(self, **other: Any) -> dict[str, Any]:
        """What it says of itself."""
        return {
            "issuer": self.address,
            "authorization_endpoint": self.address + AUTHORIZE_PATH,
            "token_endpoint": self.address + TOKEN_PATH,
            "revocation_endpoint": self.address + REVOKE_PATH,
            "device_authorization_endpoint": self.address + DEVICE_AUTHORIZATION_PATH,
            **other,
        }

    def device(self, **other: Any) -> dict[str, Any]:
        """The letters that are shown."""
        return {
            "device_code": "d", "user_code": "BCDF-GHJK", "verification_uri": f"{self.address}/device",
            "verification_uri_complete": f"{self.address}/device?user_code=BCDF-GHJK", "expires_in": 2, "interval": 1,
            **other,
        }  # fmt: skip

    def organization(self, **other: Any) -> dict[str, Any]:
        """A place."""
        return {
            "id": ID(2), "name": "Falk", "personal": True, "tier": "free", "ai_policy": "off", "version": 1,
            "role": "owner", "billing": False, "created_at": "2026-01-01T00:00:00Z",
            "changed_at": "2026-01-01T00:00:00Z", **other,
        }  # fmt: skip

    def hear(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer."""
        length = int(handler.headers.get("Content-Length") or 0)
        handler.rfile.read(length)
        path = handler.path.partition("?")[0]
        self.asked.append(path)
        self.answers.get(path, said({"detail": "none"}, 404))(handler)
        handler.close_connection = True


@contextlib.contextmanager
def listening() -> Iterator[Stranger]:
    """A stranger on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with contextlib.suppress(ConnectionError):  # whoever asked has heard enough
                found.hear(self)

        do_POST = do_GET  # noqa: N815 - the names that http.server asks for

        def log_request(self, code: object = "-", size: object = "-") -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found = Stranger(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    """What listens at the address that was typed."""
    with listening() as found:
        yield found


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services_keys, "KeyKeeper", partial(KeyKeeper, unlock_seconds=0.001))
    monkeypatch.setattr(sync_tokens, "ANSWER_SECONDS", 1.0)
    monkeypatch.setenv("PACTORIA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PACTORIA_PASSPHRASE", "words")


def last_of(outcome: Outcome) -> str:
    """The sentence of a refusal."""
    assert outcome.status == 2, outcome
    assert outcome.out == b""
    return outcome.err.splitlines()[-1]


def sign_in(stranger: Stranger) -> Outcome:
    """Sign in with letters, which are shown before anything can be refused after them."""
    return _shown("sign-in", stranger.address, "--device")


def _shown(*words: str) -> Outcome:
    """A command that shows letters before its end: what else it says is held against what holds for all commands."""
    import tests.end_to_end.command_line as command_line

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command_line, "checked", lambda outcome, words: outcome)
        whole = call(*words)
    lines = whole.err.splitlines(keepends=True)
    said = [line for line in lines if line.startswith("Open http://127.0.0.1:")]
    assert len(said) <= 1
    command_line.checked(
        Outcome(whole.status, whole.out, "".join(line for line in lines if line not in said)), words
    )  # fmt: skip
    return whole


NO_PLATFORM = "What answers at this address is not a Pactoria platform; nothing was changed; check the address."
NOBODY = "Nobody let this device in within the time; nothing was changed; begin again."
NEWER = "This platform needs a newer program."
SILENT = "The platform does not answer; your work is safe here; check the connection, or try again later."


def of_itself(stranger: Stranger) -> dict[str, tuple[Answer, str]]:
    """Answers to the first question, and the sentence for each."""
    elsewhere = stranger.metadata(token_endpoint="http://127.0.0.1:9/oauth/token")
    return {
        "a page": (said(b"<html>Welcome</html>", Content_Type="text/html"), NO_PLATFORM),
        "not there": (said(b"", 404), NO_PLATFORM),
        "broken": (said(b"", 500), NO_PLATFORM),
        "a list": (said([1, 2]), NO_PLATFORM),
        "a number": (said(7), NO_PLATFORM),
        "nested": (said(b"[" * 60_000), NO_PLATFORM),
        "no letters": (said(b"\xff\xfe\xfa"), NO_PLATFORM),
        "too much": (said(b" " * 20_000_000), NO_PLATFORM),
        "not packed": (said(b"no gzip", Content_Encoding="gzip"), NO_PLATFORM),
        "a bomb": (said(gzip.compress(b" " * 20_000_000), Content_Encoding="gzip"), NO_PLATFORM),
        "led elsewhere": (said(b"", 302, Location="http://127.0.0.1:9/"), NO_PLATFORM),
        "tokens elsewhere": (said(elsewhere), NO_PLATFORM),
        "steered": (said(stranger.metadata(token_endpoint=f"{stranger.address}/\x1b[2J")), NO_PLATFORM),
        "no ends": (said({"issuer": stranger.address}), NO_PLATFORM),
        "another": (
            said(stranger.metadata(issuer="https://other.example\x1b[2J\n")),
            "The platform calls itself https://other.example[2J ; nothing was sent; "
            "sign in at that address if you know it.",
        ),
        "garbage": (garbage, SILENT),
        "nothing": (nothing, SILENT),
        "without an end": (dripping, SILENT),
    }


def test_what_is_no_platform_is_refused_in_one_sentence_and_gets_nothing(stranger: Stranger) -> None:
    for name, (answer, sentence) in of_itself(stranger).items():
        stranger.answers[METADATA_PATH] = answer
        stranger.asked.clear()
        outcome = call("sign-in", stranger.address, "--device")
        assert last_of(outcome) == sentence, name
        assert set(stranger.asked) == {METADATA_PATH}, name
    assert "Nobody is signed in" in last_of(call("sync"))


def test_a_device_is_shown_no_letters_that_steer_a_terminal_or_lead_elsewhere(stranger: Stranger) -> None:
    for other in (
        {"user_code": "\x1b]0;owned\x07"},
        {"user_code": ""},
        {"user_code": "B" * 500},
        {"verification_uri": "https://other.example/device"},
        {"verification_uri": f"{stranger.address}/device\nOpen https://other.example"},
        {"verification_uri_complete": "https://other.example/device"},
        {"expires_in": 10**12},
        {"expires_in": -1},
        {"expires_in": "soon"},
        {"interval": None},
    ):
        stranger.answers[DEVICE_AUTHORIZATION_PATH] = said(stranger.device(**other))
        assert last_of(call("sign-in", stranger.address, "--device")) == NO_PLATFORM, other
    stranger.answers[DEVICE_AUTHORIZATION_PATH] = refused("temporarily_unavailable", 429)
    assert "too many sign-ins from here" in last_of(call("sign-in", stranger.address, "--device"))
    assert TOKEN_PATH not in stranger.asked


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (refused("access_denied"), "The sign-in was cancelled; nothing was changed."),
        (refused("expired_token"), NOBODY),
        (refused("authorization_pending"), NOBODY),
        (refused("no_such_thing"), "The platform did not accept the sign-in; nothing was changed; begin again."),
        (said(b"<html>"), NO_PLATFORM),
        (said(pair(access_token="a\nb")), NO_PLATFORM),
        (said(pair(access_token="\ud800")), NO_PLATFORM),
        (said(pair(refresh_token="r" * 9999)), NO_PLATFORM),
        (said(pair(expires_in=10**15)), NO_PLATFORM),
    ],
)  # fmt: skip
def test_letters_that_nobody_types_or_answers_wrongly_sign_nobody_in(
    stranger: Stranger, answer: Answer, sentence: str
) -> None:
    stranger.answers[TOKEN_PATH] = answer
    assert last_of(sign_in(stranger)) == sentence
    assert "Nobody is signed in" in last_of(call("sync"))


@pytest.mark.parametrize(
    ("path", "answer", "sentence"),
    [
        (ME, problem("protocol_version", 426, "Upgrade this program."), "Upgrade this program."),
        (ME, said(b"<html>"), "The platform's answer could not be understood; nothing was changed here; "
                              "upgrade the older of the two."),
        (ME, said({"id": "x"}), "The platform's answer could not be understood; nothing was changed here; "
                                "upgrade the older of the two."),
        (ME, problem("signed_out", 401, "Sign in again."), "Sign in again."),
        (ME, said(b" " * 40_000_000), "The platform's answer is too large; nothing was changed here."),
        (ORGANIZATIONS, said({"organizations": 3}), "The platform's answer could not be understood; "
                                                    "nothing was changed here; upgrade the older of the two."),
    ],
)  # fmt: skip
def test_whoever_cannot_say_who_was_let_in_signs_nobody_in(
    stranger: Stranger, path: str, answer: Answer, sentence: str
) -> None:
    stranger.answers[path] = answer
    assert last_of(sign_in(stranger)) == sentence
    assert "Nobody is signed in" in last_of(call("sync"))


def test_names_that_a_platform_gives_do_not_steer_the_terminal(stranger: Stranger) -> None:
    wild = stranger.organization(name="Falk\x1b[2J\nowner\t\x9b31m")
    stranger.answers[ORGANIZATIONS] = said({"organizations": [wild]})
    outcome = sign_in(stranger)
    assert outcome.status == 0, outcome
    signed_in = f"Signed in to {stranger.address} as Ines Falk. Organizations:\n"
    assert outcome.out.decode() == signed_in + "Falk[2J owner 31m\towner\n"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (problem("protocol_version", 426, NEWER), NEWER),
        (problem("protocol_version", 426, NEWER, since="2027", fields=[]), NEWER),
        (problem("quota_of_2031", 409, "No room."), "No room."),
        (problem("quota_of_2031", 426, NEWER), NEWER),
        (said({"epoch": "e"}), "The platform's answer could not be understood; nothing was changed here; "
                               "upgrade the older of the two."),
        (said(b"", 404), "What answers there is not a platform (status 404); nothing was changed; check the address."),
        (problem("forbidden", 403, "You may not\x1b[2J sync here."), "You may not[2J sync here."),
    ],
)  # fmt: skip
def test_a_sync_that_is_answered_wrongly_is_one_sentence_and_changes_nothing(
    stranger: Stranger, answer: Answer, sentence: str
) -> None:
    assert sign_in(stranger).status == 0
    stranger.answers[f"{ORGANIZATIONS}/{ID(2)}/sync/pull"] = answer
    refusal = last_of(call("sync", "--json"))
    assert refusal == sentence


def test_a_platform_that_does_not_hear_of_a_sign_out_is_named(stranger: Stranger) -> None:
    assert sign_in(stranger).status == 0
    stranger.answers[REVOKE_PATH] = said(b"<html>", 500)
    outcome = call("sign-out", "--json")
    assert (outcome.status, outcome.json) == (1, {"signed_out": True, "platform_told": False})
    assert stranger.address in outcome.err
    assert "Nobody is signed in" in last_of(call("sync"))
