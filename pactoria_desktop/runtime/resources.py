"""Where the files that come with the program lie, installed or run from its source tree."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def resource(*names: str) -> Traversable:
    """The packaged file or folder under ``resources/`` named by its path parts.

    The wheel carries ``resources/`` as ``pactoria_desktop/_resources``; a source checkout has it beside the package.
    Raises FileNotFoundError, naming the resource, when it is in neither place.
    """
    package = files("pactoria_desktop")
    installed = package.joinpath("_resources")
    folder: Traversable = installed if installed.is_dir() else Path(str(package)).parent / "resources"
    found = folder.joinpath(*names) if names else folder
    if not (found.is_file() or found.is_dir()):
        raise FileNotFoundError(f"The program's own file {'/'.join(names)} is missing; install Pactoria Desktop again.")
    return found
