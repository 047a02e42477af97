"""``pactoria sign-in``, ``sync`` and ``sign-out`` at a real platform, each a process of its own."""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.end_to_end.command_line import Outcome, checked
from tests.end_to_end.first_minute import PROMPT, OwnHome, let_in, share
from tests.end_to_end.platform.people import Person, own_organization
from tests.end_to_end.platform.team import DELE, INES, ORGANIZATION, Team
from tests.samples import SAMPLES

COUNTS = {
    "came", "went", "texts", "files", "refused", "conflicts", "waiting", "open_conflicts", "open_questions",
    "not_accepted", "lost",
}  # fmt: skip
NDA = str(SAMPLES / "mutual-nda.docx")


class Terminal(OwnHome):
    """A home whose commands are checked as all commands are; ``decision`` is what its browser does on a page."""

    decision = "allow"

    def run(self, *words: str) -> Outcome:
        """A command and what came of it."""
        done = subprocess.run(
            [*_COMMAND, *words], capture_output=True, stdin=subprocess.DEVNULL, cwd=self.folder, timeout=120,
            check=False, env={**self.environment(), "BROWSER": self._browser()},
        )  # fmt: skip
        return Outcome(done.returncode, done.stdout, done.stderr.decode())

    def checked(self, *words: str) -> Outcome:
        """The same, held against what holds for every command: exactly one line where it refuses."""
        return checked(self.run(*words), words)

    def begin(self, *words: str) -> "subprocess.Popen[bytes]":
        """A command that goes on."""
        return subprocess.Popen(
            [*_COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment(),
            cwd=self.folder, preexec_fn=_heeding_signals,
        )  # fmt: skip

    def _browser(self) -> str:
        browser = "tests.end_to_end.platform.browser"
        return f"{sys.executable} -m {browser} {self.person.email} {self.decision} %s"


_COMMAND = (sys.executable, "-m", "pactoria_desktop.cli.main")


def _heeding_signals() -> None:
    """What a shell ignores for its background jobs, the tests among them, a command of a person does not ignore."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.fixture
def ines(tmp_path: Path) -> Terminal:
    """Ines at a terminal of a new computer."""
    return Terminal(tmp_path / "ines", INES)


def said_before_the_end(process: "subprocess.Popen[bytes]", seconds: float = 30.0) -> str:
    """The first line on standard error of a command that goes on."""
    assert process.stderr is not None
    ready, _, _ = select.select([process.stderr], [], [], seconds)
    assert ready, "nothing was said"
    return process.stderr.readline().decode()


def test_a_person_signs_in_by_the_browser_syncs_and_signs_out(team: Team, ines: Terminal) -> None:
    address = team.platform.address
    signed_in = ines.checked("sign-in", address, "--json")
    assert signed_in.status == 0, signed_in.err
    assert signed_in.err == "Sign in on the page that opens in the browser.\n"
    said = signed_in.json
    assert set(said) == {"platform", "name", "email", "organizations"}
    assert (said["platform"], said["name"], said["email"]) == (address, INES.name, INES.email)
    assert {(one["name"], one["role"]) for one in said["organizations"]} >= {(ORGANIZATION, "owner")}
    assert all(set(one) == {"id", "name", "role"} for one in said["organizations"])

    counts = ines.checked("sync", "--json").json
    assert set(counts) == COUNTS
    assert (counts["went"], counts["texts"], counts["waiting"]) == (0, 0, 0), "signing in uploads nothing"
    again = ines.checked("sync")
    assert (again.status, again.err) == (0, "")
    assert again.out == b"0 records came, 0 records went; 0 texts and 0 files exchanged; 0 changes still wait.\n"

    assert ines.checked("sign-out", "--json").json == {"signed_out": True, "platform_told": True}
    assert ines.checked("sign-out").out == b"Nobody was signed in.\n"
    refused = ines.checked("sync", "--json")
    assert refused.status == 2
    assert refused.err == "Nobody is signed in on this device; nothing was sent; sign in to a platform first.\n"


def test_what_went_and_came_is_counted_and_comes_to_the_other_once(
    team: Team, ines: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dele = Terminal(tmp_path / "dele", DELE)
    for each in (ines, dele):
        assert each.checked("sign-in", team.platform.address).status == 0
        assert each.checked("sync").status == 0
    contract = ines.checked("import", NDA, "--json").json["files"][0]["id"]
    for name, value in ines.environment().items():
        monkeypatch.setenv(name, value)
    share(contract, own_organization(team.ines)["id"])
    went = ines.checked("sync", "--json").json
    assert (went["texts"], went["files"], went["waiting"]) == (1, 1, 0)
    assert went["went"] >= 1
    came = dele.checked("sync", "--json").json
    assert (came["texts"], came["files"], came["went"], came["waiting"]) == (1, 1, 0, 0)
    assert came["came"] >= went["went"]
    once = dele.checked("sync", "--json").json
    assert all(once[name] == 0 for name in COUNTS)
    exported = dele.checked("export", contract, "theirs.docx")
    assert exported.status == 0, exported.err
    assert dele.checked("text", "theirs.docx").out == ines.checked("text", NDA).out


def test_whoever_refuses_on_the_page_is_not_signed_in(team: Team, ines: Terminal) -> None:
    ines.decision = "refuse"
    by_browser = ines.run("sign-in", team.platform.address, "--json")
    process = ines.begin("sign-in", team.platform.address, "--device")
    found = PROMPT.match(said_before_the_end(process))
    assert found is not None
    let_in(found[1], found[2], INES, "refuse")
    out, err = process.communicate(timeout=60)
    for status, printed, said in (
        (by_browser.status, by_browser.out, by_browser.err),
        (process.returncode, out, err.decode()),
    ):
        assert (status, printed) == (2, b"")
        assert said.splitlines()[-1] == "The sign-in was cancelled; nothing was changed."
    assert ines.checked("sync").status == 2


def stopped_while_it_waits(home: Terminal, address: str, number: signal.Signals) -> tuple[int, bytes, str]:
    """What a sign-in that waits for its letters gives when it is told to end."""
    process = home.begin("sign-in", address, "--device")
    assert PROMPT.match(said_before_the_end(process))
    time.sleep(0.5)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err.decode()


posix = pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_sign_in_that_is_stopped_while_it_waits_signs_nobody_in(
    team: Team, ines: Terminal, number: signal.Signals
) -> None:
    status, out, err = stopped_while_it_waits(ines, team.platform.address, number)
    assert (status, out) == (2, b"")
    assert err.splitlines()[0] == "Stopped; nothing was half written."
    assert ines.checked("sync").status == 2


@posix
def test_a_sign_in_that_is_stopped_while_it_waits_leaves_one_sentence(team: Team, ines: Terminal) -> None:
    _, _, err = stopped_while_it_waits(ines, team.platform.address, signal.SIGINT)
    assert err == "Stopped; nothing was half written.\n"


def test_a_sign_in_that_was_ended_elsewhere_is_said_in_one_sentence_and_can_be_made_again(
    team: Team, ines: Terminal
) -> None:
    assert ines.checked("sign-in", team.platform.address).status == 0
    mine = team.ines.told("GET", "/me")["session"]
    for each in team.ines.told("GET", "/me/sessions")["sessions"]:
        if each["id"] != mine:
            team.ines.told("DELETE", f"/me/sessions/{each['id']}")
    ended = ines.checked("sync")
    assert ended.status == 2
    assert "sign in again" in ended.err
    assert ines.checked("sign-in", team.platform.address).status == 0
    assert ines.checked("sync").status == 0


def test_a_platform_that_is_not_there_costs_a_sentence_and_no_work(team: Team, ines: Terminal) -> None:
    assert ines.checked("sign-in", team.platform.address).status == 0
    contract = ines.checked("import", NDA, "--json").json["files"][0]["id"]
    team.platform.end()
    try:
        offline = ines.checked("sync")
        elsewhere = ines.checked("sign-in", "http://127.0.0.1:9")
        again = ines.checked("sign-in", team.platform.address, "--device")
        out = ines.checked("sign-out", "--json")
    finally:
        team.platform.start()
    assert (offline.status, again.status, elsewhere.status) == (2, 2, 2)
    assert "does not answer" in offline.err
    for refused in (again, elsewhere):
        assert refused.err.startswith(f"You are signed in to {team.platform.address} as {INES.name};")
    assert (out.status, out.json) == (1, {"signed_out": True, "platform_told": False})
    assert "was not told" in out.err
    assert contract.encode() in ines.checked("list").out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("sign-in", "not an address"), "This is not the address of a platform; nothing was sent; "),
        (("sign-in", "ftp://platform.example"), "This is not the address of a platform; nothing was sent; "),
        (("sign-in", "http://platform.example"), "http://platform.example would send your password and contracts "),
        (("sign-in",), "pactoria sign-in: the following arguments are required: URL; "),
        (("sync",), "There is no library in "),
        (("sign-out",), "There is no library in "),
    ],
)
def test_words_that_cannot_be_meant_are_refused_before_anything_is_made(
    ines: Terminal, words: tuple[str, ...], sentence: str
) -> None:
    refused = ines.checked(*words)
    assert refused.status == 2
    assert refused.err.startswith(sentence)
    assert list(ines.folder.iterdir()) == []


def test_without_a_browser_the_other_way_is_named(team: Team, ines: Terminal) -> None:
    words = ("sign-in", team.platform.address)
    done = subprocess.run(
        [*_COMMAND, *words], capture_output=True, cwd=ines.folder, timeout=60, check=False,
        env={**ines.environment(), "BROWSER": "false"},
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[-1].endswith("use pactoria sign-in --device instead.")


def test_whoever_was_removed_hears_of_it_once_and_keeps_what_is_here(team: Team, tmp_path: Path) -> None:
    from pactoria_desktop.protocol.permissions import Role

    stranger = Person("Mara Lind", "mara@example.org")
    team.another(stranger, Role.VIEWER)
    mara = Terminal(tmp_path / "mara", stranger)
    assert mara.checked("sign-in", team.platform.address).status == 0
    assert mara.checked("sync").status == 0
    team.ines.told("DELETE", f"/organizations/{team.organization}/members/{_person_of(team, stranger)}")
    lost = mara.checked("sync", "--json")
    assert (lost.status, lost.json["lost"], lost.json["came"]) == (1, 1, 0)
    assert (
        lost.err == f"You do not belong to {ORGANIZATION} any more; its contracts stay on this device and are read.\n"
    )
    again = mara.checked("sync", "--json")
    assert (again.status, again.json["lost"], again.err) == (0, 0, "")


def _person_of(team: Team, person: Person) -> str:
    members = team.ines.told("GET", f"/organizations/{team.organization}/members")["members"]
    return next(str(one["person"]) for one in members if one["email"] == person.email)
