"""From one command to a second user's desktop that is synced: ``python -m tests.end_to_end.first_minute``.

What a team does after the installation, in real processes and with the product's own commands: the platform is started
on a fresh folder, the first person registers at the printed link and signs in, a contract joins the organization and
is synced, a second person is invited, registers, signs in, syncs, and exports the same text. Each step's seconds are
printed. Exit status 1 at ``MOST_SECONDS`` or more.

A person's browser is played by requests that fill in the platform's pages. Two steps have no command by intent, because
they are decided in the window (joining an organization, inviting): there the same use cases run that the window calls,
in a process of their own (``--share``, ``--invite``).
"""

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from tests.end_to_end.platform.people import PASSWORD, PageForm, Person, register
from tests.end_to_end.platform.process import ROOT
from tests.end_to_end.platform.team import DELE, INES, ORGANIZATION, platform_process
from tests.samples import SAMPLES

MOST_SECONDS = 60.0
SECONDS_FOR_A_COMMAND = 120.0
PASSPHRASE = "a passphrase of eight plain words"
CONTRACT = "mutual-nda.docx"
PROMPT = re.compile(r"Open (\S+) on any device and type (\S+);")


class NotDoneError(Exception):
    """A step did not do what it says."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step by its name and the seconds that it took."""

    name: str
    seconds: float


class Steps:
    """Measures one step after the other and tells each on standard output."""

    def __init__(self) -> None:
        """Nothing was done yet."""
        self.done: list[Step] = []

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure a step."""
        began = time.monotonic()
        yield
        self.done.append(Step(name, time.monotonic() - began))
        sys.stdout.write(f"{self.done[-1].seconds:6.1f} s  {name}\n")
        sys.stdout.flush()

    @property
    def seconds(self) -> float:
        """The seconds of all of them."""
        return sum(one.seconds for one in self.done)


class OwnHome:
    """A person's computer: a home folder of its own, where each command is a process of its own."""

    def __init__(self, folder: Path, person: Person) -> None:
        """Make the folder."""
        folder.mkdir(mode=0o700)
        self.folder = folder
        self.person = person

    def pactoria(self, *words: str, statuses: Sequence[int] = (0,)) -> Any:
        """The JSON that a command prints. Raises NotDoneError for another exit status."""
        return self._told([*_PACTORIA, *words, "--json"], statuses)

    def in_the_window(self, *words: str) -> Any:
        """What this module does as the window would, in a process of its own. Raises NotDoneError."""
        return self._told([sys.executable, "-m", "tests.end_to_end.first_minute", *words], (0,))

    def sign_in(self, address: str) -> Any:
        """``pactoria sign-in --device``, whose letters the person types at the page that it names."""
        asked = subprocess.Popen(
            [*_PACTORIA, "sign-in", address, "--device", "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment(), cwd=self.folder,
        )  # fmt: skip
        with asked:
            assert asked.stderr is not None
            told = asked.stderr.readline()
            found = PROMPT.match(told)
            if found is None:
                asked.kill()
                raise NotDoneError(f"sign-in said {told!r}")
            let_in(found[1], found[2], self.person)
            out, err = asked.communicate(timeout=SECONDS_FOR_A_COMMAND)
        if asked.returncode != 0:
            raise NotDoneError(f"sign-in ended with {asked.returncode}: {err}")
        return json.loads(out)

    def environment(self) -> Mapping[str, str]:
        """No terminal, no keyring, and no settings but the home and its passphrase."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PACTORIA_")}
        path = os.pathsep.join([str(ROOT), kept.get("PYTHONPATH", "")]).rstrip(os.pathsep)
        return {
            **kept, "PYTHONPATH": path, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "PACTORIA_HOME": str(self.folder / "pactoria"), "PACTORIA_PASSPHRASE": PASSPHRASE,
        }  # fmt: skip

    def _told(self, command: list[str], statuses: Sequence[int]) -> Any:
        done = subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=self.environment(), cwd=self.folder,
            timeout=SECONDS_FOR_A_COMMAND, check=False,
        )  # fmt: skip
        if done.returncode not in statuses:
            raise NotDoneError(f"{command[2:]} ended with {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)


_PACTORIA = [sys.executable, "-m", "pactoria_desktop.cli.main"]


def let_in(page: str, code: str, person: Person, decision: str = "allow") -> None:
    """Type the letters that a device shows on the page, and sign in on the one that follows. Raises NotDoneError."""
    parts = urlsplit(page)
    with httpx2.Client(timeout=30, follow_redirects=True, trust_env=False) as browser:
        answer = browser.get(page)
        for typed in ({"user_code": code}, {"email": person.email, "password": PASSWORD, "decision": decision}):
            form = PageForm(answer.text)
            answer = browser.post(f"{parts.scheme}://{parts.netloc}{form.action}", data={**form.fields, **typed})
            if answer.status_code != 200:
                raise NotDoneError(f"The page answered {answer.status_code}: {answer.text}")


def play(folder: Path) -> list[Step]:
    """Do all steps with the two persons' homes in a folder, and tell each. Raises NotDoneError."""
    steps = Steps()
    ines, dele = OwnHome(folder / "ines", INES), OwnHome(folder / "dele", DELE)
    with contextlib.ExitStack() as running:
        with steps.step("pactoria platform serve, on a fresh folder"):
            platform = running.enter_context(platform_process())
        with steps.step("Ines registers at the printed link"):
            register(platform.address + platform.invitation, INES, ORGANIZATION)
        with steps.step("Ines: pactoria sign-in --device"):
            organization = _shared_organization(ines.sign_in(platform.address))
        with steps.step("Ines: pactoria import"):
            contract = ines.pactoria("import", str(SAMPLES / CONTRACT))["files"][0]["id"]
        with steps.step("Ines puts the contract in the organization, as the window does"):
            ines.in_the_window("--share", contract, organization)
        with steps.step("Ines: pactoria sync"):
            _require(ines.pactoria("sync"), texts=1, files=1, waiting=0, not_accepted=0)
        with steps.step("Ines invites Dele, as the window does"):
            link = ines.in_the_window("--invite", organization, DELE.email)["link"]
        with steps.step("Dele registers at the link of the invitation"):
            register(link, DELE)
        with steps.step("Dele: pactoria sign-in --device"):
            seen = _shared_organization(dele.sign_in(platform.address))
            if seen != organization:
                raise NotDoneError(f"Dele belongs to {seen}, not to {organization}")
        with steps.step("Dele: pactoria sync"):
            _require(dele.pactoria("sync"), texts=1, files=1, went=0, waiting=0, not_accepted=0)
        with steps.step("Dele: pactoria export"):
            dele.pactoria("export", contract, "theirs.docx")
    ines.pactoria("export", contract, "mine.docx")
    texts = [home.pactoria("text", name)["text"] for home, name in ((ines, "mine.docx"), (dele, "theirs.docx"))]
    if texts[0] != texts[1] or len(texts[0]) < 1_000:
        raise NotDoneError("The two exports have not the same text.")
    return steps.done


def _shared_organization(signed_in: Mapping[str, Any]) -> str:
    found = [one["id"] for one in signed_in["organizations"] if one["name"] == ORGANIZATION]
    if len(found) != 1:
        raise NotDoneError(f"sign-in names {signed_in['organizations']}")
    return str(found[0])


def _require(counts: Mapping[str, int], **wanted: int) -> None:
    found = {name: counts[name] for name in wanted}
    if found != wanted:
        raise NotDoneError(f"sync says {counts}, not {wanted}")


def share(contract: str, organization: str) -> dict[str, str]:
    """Put a contract in an organization, as the dialog of the window does."""
    from pactoria_desktop.services.sharing import Sharing

    with _together(keeps_up=False) as (service, together):
        assert together.account is not None
        Sharing(service, together.http).put_in(contract, organization, together.account.id)
    return {"contract": contract, "organization": organization}


def invite(organization: str, address: str) -> dict[str, str]:
    """Invite somebody as an editor, as the account page of the window does; without a mail server there is a link."""
    from pactoria_desktop.protocol.permissions import Role
    from pactoria_desktop.services.membership import Membership

    with _together(keeps_up=True) as (_, together):
        assert together.account is not None
        made = Membership(together.http, together.account.platform).invite(organization, address, Role.EDITOR)
    assert made.link is not None
    return {"link": made.link}


@contextlib.contextmanager
def _together(*, keeps_up: bool) -> Iterator[Any]:
    from pactoria_desktop.runtime.clock import SystemClock
    from pactoria_desktop.runtime.paths import home
    from pactoria_desktop.services.keys import passphrase_sources
    from pactoria_desktop.services.library import library_service
    from pactoria_desktop.services.together import Together

    sources = passphrase_sources(os.environ, None, None)
    with library_service(home(os.environ), sources, SystemClock(), create=False) as service:
        together = Together(service, keeps_up=keeps_up)
        try:
            together.start()
            yield service, together
        finally:
            together.close()


def main(words: Sequence[str]) -> int:
    """Play it, or do one thing as the window would."""
    parser = argparse.ArgumentParser(description="From one command to a second user's desktop, with its seconds.")
    parser.add_argument("--share", nargs=2, metavar=("CONTRACT", "ORGANIZATION"))
    parser.add_argument("--invite", nargs=2, metavar=("ORGANIZATION", "ADDRESS"))
    arguments = parser.parse_args(words)
    if arguments.share or arguments.invite:
        told = share(*arguments.share) if arguments.share else invite(*arguments.invite)
        sys.stdout.write(json.dumps(told) + "\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="pactoria-first-minute-") as folder:
        seconds = sum(one.seconds for one in play(Path(folder)))
    sys.stdout.write(f"{seconds:6.1f} s  in all (less than {MOST_SECONDS:.0f} s)\n")
    return 0 if seconds < MOST_SECONDS else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
