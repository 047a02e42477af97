"""Makes a fresh machine ready and does one thing on it: ``python3 packaging/set_up.py run`` or ``... test``.

Needs Python 3.11 or later and the package registry that pip is set up for; everything else it installs itself, into the
folder ``.venv`` beside this checkout (or the one that PACTORIA_VENV names). Standard library only.

run    opens the workbench on a reviewed sample contract; with no display it does the same job without a window and
       prints where the redline, the review and the picture of the screen lie
test   runs the tests; further words go to pytest
platform  runs the platform that a team syncs with; further words go to ``pactoria platform serve``
long   runs what takes longer than the tests: all files of the corpora, the fifty kills, the cross-validation
only   installs and stops
"""

import ctypes
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = Path(os.environ.get("PACTORIA_VENV", ROOT / ".venv"))
LOCKS = {"run": "run.txt", "platform": "platform.txt", "only": "run.txt", "test": "test.txt", "long": "long.txt"}

QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
}
WINDOW_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-image.so.0": "libxcb-image0",
}


def refuse(sentence: str) -> None:
    """Say one sentence and stop with exit status 2."""
    sys.stderr.write(sentence + "\n")
    raise SystemExit(2)


def say(sentence: str) -> None:
    """Progress, on standard error."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


def call(command: list[str], failure: str) -> None:
    """Run a step of the set-up; its own words appear as they come."""
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        refuse(failure)


def interpreter() -> Path:
    """The Python of the environment."""
    folder = "Scripts" if os.name == "nt" else "bin"
    return ENVIRONMENT / folder / ("python.exe" if os.name == "nt" else "python")


def has_display() -> bool:
    """Whether a window can be shown to somebody."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def missing_libraries() -> list[str]:
    """Debian packages of the system libraries that Qt needs and the loader does not find, in a stable order."""
    if not sys.platform.startswith("linux"):
        return []
    wanted = {**QT_LIBRARIES, **(WINDOW_LIBRARIES if has_display() else {})}
    missing = []
    for library, package in wanted.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def is_debian() -> bool:
    """Debian and its children have apt-get and name their packages alike."""
    return Path("/etc/debian_version").exists() and Path("/usr/bin/apt-get").exists()


def install_system_packages(packages: list[str], purpose: str) -> None:
    """Install Debian packages when we are root; otherwise name the exact line and stop."""
    if not packages:
        return
    line = "apt-get install -y --no-install-recommends " + " ".join(packages)
    if not is_debian():
        refuse(f"{purpose} needs system libraries that are missing (Debian names: {' '.join(packages)}); install them.")
    if os.geteuid() != 0:
        refuse(f"{purpose} needs system packages. Run this once, then the same command again: sudo {line}")
    say(f"{purpose} needs system packages, installing them: {line}")
    call(["/usr/bin/apt-get", "update", "-qq"], "apt-get update failed; check the package sources of this machine.")
    call(["/usr/bin/env", "DEBIAN_FRONTEND=noninteractive", *line.split()], f"This failed: {line}")


def make_environment() -> None:
    """Create the virtual environment when it is not there."""
    if interpreter().exists():
        return
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        version = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        install_system_packages([version], "The virtual environment")
    say(f"Making a virtual environment in {ENVIRONMENT.name}")
    try:
        venv.create(ENVIRONMENT, with_pip=True, clear=ENVIRONMENT.exists())
    except (OSError, subprocess.CalledProcessError) as error:
        refuse(
            f"The virtual environment {ENVIRONMENT} could not be made ({error}); check the folder and its free space."
        )


def install(lock: str) -> None:
    """Install the locked packages, each checked by its hash, and this checkout; skipped when nothing changed."""
    locked = ROOT / "packaging" / "locks" / lock
    digest = hashlib.sha256(locked.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + str(ROOT).encode())
    stamp = ENVIRONMENT / f"installed-{lock}"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest.hexdigest():
        return
    say(f"Installing the packages of packaging/locks/{lock}, about 130 MB")
    pip = [str(interpreter()), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    failure = "The packages could not be installed; check that pip reaches a package registry, then run this again."
    call([*pip, "--require-hashes", "--requirement", str(locked)], failure)
    call([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], failure)
    stamp.write_text(digest.hexdigest(), encoding="utf-8")


def compile_checkout() -> None:
    """Compile the program once, as pip does with packages: where Python writes nothing itself, each start would."""
    done = subprocess.run([str(interpreter()), "-m", "compileall", "-q", "pactoria_desktop"], cwd=ROOT, check=False)
    if done.returncode != 0:
        say("The checkout could not be written: every start compiles the program anew and takes half a second longer.")


def main(words: list[str]) -> int:
    """Set up, then do what the first word says."""
    if sys.version_info < (3, 11):  # noqa: UP036
        refuse(
            f"Pactoria needs Python 3.11 or later and this is {sys.version.split()[0]}; run it with a newer python3."
        )
    if not words or words[0] not in LOCKS:
        refuse("Say what to do: run, test, platform, long or only.")
    task, rest = words[0], words[1:]
    make_environment()
    install(LOCKS[task])
    compile_checkout()
    if task != "platform":
        install_system_packages(missing_libraries(), "The window system Qt")
    python = str(interpreter())
    if task == "run":
        command = [python, "-m", "pactoria_desktop.cli.tour", *rest]
    elif task == "test":
        command = [python, "-m", "pytest", "-n", "2", "--dist", "loadfile", *rest]
    elif task == "platform":
        command = [python, "-m", "pactoria_desktop.cli.main", "platform", "serve", *rest]
    elif task == "long":
        command = [python, "-m", "tests.long", *rest]
    else:
        return 0
    environment = dict(os.environ)
    if task != "run" or not has_display():
        environment["QT_QPA_PLATFORM"] = "offscreen"
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
