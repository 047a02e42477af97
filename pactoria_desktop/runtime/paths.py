"""Where the program keeps things: one folder, ``PACTORIA_HOME`` or the place the system sets aside for the user."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pactoria_desktop.runtime.errors import ReadOnlyError


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one library and the names of what lies in it."""

    folder: Path

    @property
    def library(self) -> Path:
        """The encrypted library."""
        return self.folder / "library.db"

    @property
    def lock(self) -> Path:
        """Held by the process that has the library open."""
        return self.folder / "library.lock"

    @property
    def key_file(self) -> Path:
        """Says where the library's key is kept; holds it only sealed under a passphrase."""
        return self.folder / "library.key.json"

    @property
    def settings(self) -> Path:
        """The settings."""
        return self.folder / "settings.json"

    @property
    def logs(self) -> Path:
        """The folder of logs."""
        return self.folder / "logs"

    @property
    def crashes(self) -> Path:
        """The folder of crash reports."""
        return self.folder / "crashes"

    @property
    def copies(self) -> Path:
        """Encrypted copies made before the library's form was changed, under the library's own key."""
        return self.folder / "copies"

    def owns(self, path: Path) -> bool:
        """Whether a path, followed through links, is a file of the library's own, which nothing else may replace."""
        folder, place = Path(os.path.realpath(self.folder)), Path(os.path.realpath(path))
        inside = (self.logs.name, self.crashes.name, self.copies.name)
        if place.parent != folder:
            return place.parent in [folder / name for name in inside]
        return place.name.startswith(("library.", "library-before-restore-")) or place.name == self.settings.name

    def prepare(self) -> None:
        """Make the folder, readable by its owner alone. Raises ReadOnlyError when that cannot be done."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ReadOnlyError(
                f"The folder {self.folder} for the library cannot be made ({error.strerror}); "
                "nothing was changed; set PACTORIA_HOME to a folder that you may write."
            ) from error


def home(environment: Mapping[str, str]) -> Home:
    """The home named by ``PACTORIA_HOME`` in ``environment``, else the user's data folder of this system.

    Raises ReadOnlyError where that cannot be told.
    """
    named = environment.get("PACTORIA_HOME", "").strip()
    if named:
        try:
            return Home(Path(named).expanduser().absolute())
        except (RuntimeError, OSError) as error:
            raise ReadOnlyError(
                f"The folder {named} for the library cannot be found; nothing was changed; set PACTORIA_HOME to the "
                "full name of a folder."
            ) from error
    import platformdirs

    usual = platformdirs.user_data_path("Pactoria", appauthor=False)
    if not usual.is_absolute():
        raise ReadOnlyError(
            "This system does not say where your files lie; nothing was changed; set PACTORIA_HOME to the full name "
            "of a folder."
        )
    return Home(usual)
