"""Two people's windows on one contract, each in a process of its own, and what must hold of both."""

import base64
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.replica.relaying import includes
from tests.end_to_end.platform.desktop_process import DesktopProcess, desktop_process
from tests.end_to_end.platform.team import DELE, INES, ORGANIZATION
from tests.samples import SAMPLES

SAMPLE = "services-agreement.docx"


@dataclass
class Windows:
    """Ines's and Dele's windows and the contract that both have open."""

    ines: DesktopProcess
    dele: DesktopProcess
    contract: str

    @property
    def both(self) -> tuple[DesktopProcess, DesktopProcess]:
        """Ines first."""
        return self.ines, self.dele

    def tell_both(self, do: str, **given: Any) -> tuple[Any, Any]:
        """Both do it at the same time."""
        begun = [one.tell(do, **given) for one in self.both]
        first, second = (one.result(120) for one in begun)
        return first, second

    def on(self, one: DesktopProcess, do: str, **given: Any) -> Any:
        """Let one do something with the contract."""
        return one.ask(do, contract=self.contract, **given)

    def go_to(self, words: str) -> None:
        """Both put the caret behind words."""
        self.tell_both("go_to", contract=self.contract, words=words)

    def converged(self, seconds: float) -> float:
        """Wait until both texts are the same to the last mark; gives the seconds that took."""
        began = time.monotonic()
        while True:
            mine, theirs = self.tell_both("digest", contract=self.contract)
            known = [bytes.fromhex(one["version"]) for one in (mine, theirs)]
            if mine["sha256"] == theirs["sha256"] and includes(*known) and includes(*known[::-1]):
                return time.monotonic() - began
            assert time.monotonic() - began < seconds, f"{mine} and {theirs}"
            time.sleep(0.05)

    def exports(self) -> tuple[bytes, bytes]:
        """Both redlines as Word files."""
        mine, theirs = self.tell_both("export", contract=self.contract)
        return base64.b64decode(mine), base64.b64decode(theirs)

    def fine(self) -> None:
        """No window has shown an error or a sentence of trouble, and nothing waits."""
        for one in (*self.both, *self.both):  # what the second sends the first has to fetch
            one.ask("sync")
        for one in self.both:
            status = one.ask("status")
            assert status["errors"] == [], status
            said = [one for one in status["banners"].values() if one and "decide which holds" not in one]
            assert said == [], status
            assert (status["banner"], status["not_accepted"], status["conflicts"]) == ("", 0, 0), status
        for one in self.both:
            assert self.on(one, "page_is_true") == []


def words_of(data: bytes) -> str:
    """The accepted words of a Word file."""
    return accepted(read(Package(data, "contract.docx"))).text


@contextlib.contextmanager
def windows(
    folder: Path, address: str, *, other: str = "", path: Path = SAMPLES / SAMPLE, sown: int = 0,
    apart_after: float | None = None,
) -> Iterator[Windows]:  # fmt: skip
    """Both sign in (Dele at the address ``other`` where it is given), Ines brings a file in and shares it while it is
    open, Dele opens it. ``sown`` words of the form base0001x are put into it before."""
    with (
        desktop_process(folder / "ines", INES, apart_after=apart_after) as ines,
        desktop_process(folder / "dele", DELE, apart_after=apart_after) as dele,
    ):
        begun = dele.tell("sign_in", address=other or address)
        organization = ines.ask("sign_in", address=address)["seats"][ORGANIZATION]
        begun.result(60)
        contract = ines.ask("bring_in", path=str(path))
        if sown:
            ines.ask("sow", contract=contract, who="base", count=sown, seed=1)
        ines.ask("put_in", contract=contract, organization=organization)
        dele.ask("open", contract=contract)
        found = Windows(ines, dele, contract)
        found.tell_both("has_company", contract=contract)
        yield found
