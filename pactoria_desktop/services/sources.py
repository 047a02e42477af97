"""Files that a command or the window is given: read whole, named in every refusal, and known by their ending."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from pactoria_desktop.runtime.errors import PactoriaError

READABLE = (".docx", ".pdf", ".md", ".txt", ".json")
LARGEST = 200 * 1024 * 1024


class SourceError(PactoriaError):
    """A file cannot be read as what it should be."""


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of a file. ``name`` is what messages call it, ``ending`` one of READABLE in small letters."""

    name: str
    ending: str
    data: bytes

    @property
    def title(self) -> str:
        """The name without folder and ending, on one line; bytes that are no UTF-8 become U+FFFD."""
        words = " ".join(os.fsencode(Path(self.name).stem).decode("utf-8", "replace").split())
        return "".join(letter if letter.isprintable() else "\ufffd" for letter in words) or "Untitled"

    def text(self) -> str:
        """The characters of a text file, newlines as they are. Raises SourceError when it is not text."""
        wide = self.data.startswith((b"\xff\xfe", b"\xfe\xff"))
        if b"\0" in self.data and not wide:
            raise SourceError(f"{self.name} is not a text file; give a text, Word or PDF file.")
        for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
            try:
                return self.data.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise SourceError(f"{self.name} is not text in UTF-8; save it as UTF-8 and try again.")


FromLibrary = Callable[[str], Source]


def is_contract_id(name: str) -> bool:
    """Whether a word has the form of a library id."""
    try:
        return str(UUID(name)) == name.lower()
    except ValueError:
        return False


def read_source(name: str, from_library: FromLibrary | None = None) -> Source:
    """The file of this name, or the contract of the library with this id. Raises SourceError."""
    path = Path(name)
    if from_library is not None and is_contract_id(name) and not os.path.exists(name):
        return from_library(name.lower())
    if os.path.isdir(name):
        raise SourceError(f"{name} is a folder; name the files in it.")
    ending = path.suffix.lower()
    if ending not in READABLE:
        kind = f"ends in {ending}" if ending else "has no ending"
        raise SourceError(f"{name} {kind}; Pactoria reads {', '.join(READABLE[:-1])} and {READABLE[-1]} files.")
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise SourceError(f"{name} is not an ordinary file; copy what it gives into one.")
        if found.st_size > LARGEST:
            raise SourceError(f"{name} is larger than {LARGEST // 1024 // 1024} MB; it is too large for a contract.")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError(f"{name} does not exist; check its name and folder.") from error
    except OSError as error:
        raise SourceError(f"{name} cannot be read ({error.strerror}); check that you may open it.") from error
    return Source(name, ending, data)


def readable_in(folder: str) -> list[str]:
    """The files in a folder, and in those in it, that can be read, by name. Raises SourceError where there is none."""
    hindered: list[OSError] = []
    found = [
        os.path.join(place, name)
        for place, _, names in os.walk(folder, onerror=hindered.append)
        for name in names
        if os.path.splitext(name)[1].lower() in READABLE and os.path.isfile(os.path.join(place, name))
    ]
    if not found and hindered:
        raise SourceError(f"{folder} cannot be looked into ({hindered[0].strerror}); check that you may open it.")
    if not found:
        raise SourceError(f"{folder} holds no file that Pactoria reads; it reads {', '.join(READABLE)}.")
    return sorted(found)
