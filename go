#!/usr/bin/env python3
"""Start here.

    ./go run         start the system with the demo city
    ./go test        run the tests             ./go check      look at the code without running it
    ./go journeys    run the browser journeys  ./go bench      measure
    ./go COMMAND     any other learncity command, for example: ./go doctor, ./go --commands

It needs a Python and nothing else: it makes the folder .venv, installs the pinned packages whose
hashes are in requirements/, again only when those files change, and hands over to `learncity`.
Only the standard library is used here, in words that an older Python 3 can still read, so that it
can look for a newer one.
"""

import fcntl
import glob
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
DEVELOPERS = ("test", "check", "journeys", "bench")

LAUNCHER = """#!/bin/sh
# Written by ./go: runs learncity with the packages beside it.
here=$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf '%s' "$0")")
PYTHONUTF8=1 exec "$here/python" -P -m learncity.config.cli "$@"
"""


class Stop(Exception):
    """What went wrong and what to do, for the person who typed the command."""


def say(text: str) -> None:
    """Tell how far it is; on standard error, so that a command's own output stays clean."""
    sys.stderr.write("  " + text + "\n")
    sys.stderr.flush()


def works(*command: object) -> bool:
    """Run something quietly and tell whether it succeeded."""
    try:
        quiet = subprocess.DEVNULL
        return subprocess.call([str(c) for c in command], stdout=quiet, stderr=quiet) == 0
    except OSError:
        return False


def loud(*command: object) -> bool:
    """Run something whose own messages help, and tell whether it succeeded."""
    try:
        return subprocess.call([str(c) for c in command], stdout=2) == 0
    except OSError:
        return False


def new_enough(python: object) -> bool:
    """Whether this Python starts and is not too old (a shim may exist and yet run nothing)."""
    return works(python, "-c", f"import sys; sys.exit(sys.version_info < {OLDEST})")


def use_a_new_python() -> None:
    """Start again with a newer Python when the one at hand is too old.

    Raises:
        Stop: there is none.
    """
    if sys.version_info >= OLDEST:
        return
    names = ["python3.13", "python3.12", "python3.11", "python3.14"]
    found = [shutil.which(name) for name in names]
    for pattern in (
        "~/.pyenv/versions/3.*/bin/python3",
        "/opt/homebrew/bin/python3.1?",
        "/usr/local/bin/python3.1?",
        "/usr/bin/python3.1?",
    ):
        found += sorted(glob.glob(os.path.expanduser(pattern)), reverse=True)
    for python in found:
        if python and new_enough(python):
            os.execv(python, [python, str(ROOT / "go"), *sys.argv[1:]])  # noqa: S606 - becomes it
    raise Stop(
        "Learncity needs Python 3.11 or newer and found only {}.{}.\n"
        "  Debian, Ubuntu:  sudo apt-get install python3 python3-venv\n"
        "  macOS:           brew install python@3.13".format(*sys.version_info[:2])
    )


def make_venv() -> None:
    """Make .venv in the first way that works here.

    Raises:
        Stop: no way works.
    """
    if new_enough(PYTHON):
        return
    say("Making .venv with Python {}.{}.{}".format(*sys.version_info[:3]))
    ways = (_venv_by_uv, _venv_by_python, _venv_without_pip, _venv_after_apt)
    for way in ways:
        shutil.rmtree(VENV, ignore_errors=True)
        if way() and new_enough(PYTHON):
            return
    raise Stop(
        "This Python cannot make a virtual environment.\n"
        "  Debian, Ubuntu:  sudo apt-get install python3-venv   (then try again)"
    )


def _venv_by_uv() -> bool:
    return works("uv", "venv", "--no-project", "--python", sys.executable, VENV)


def _venv_by_python() -> bool:
    return works(sys.executable, "-m", "venv", VENV)


def _venv_without_pip() -> bool:
    # Debian without python3-venv, but with pip: pip can install itself into the bare environment.
    return works(sys.executable, "-m", "venv", "--without-pip", VENV) and works(
        sys.executable, "-m", "pip", "--python", PYTHON, "install", "pip"
    )


def _venv_after_apt() -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say("Installing the package python3-venv")
    works("apt-get", "update", "-q")
    return works("apt-get", "install", "-qy", "python3-venv") and _venv_by_python()


def install(lock: Path) -> None:
    """Install what a lock file lists, unless that was done already.

    Raises:
        Stop: the packages cannot be had.
    """
    stamp = VENV / f".{lock.name}.sha256"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    count = sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())
    say(f"Installing {count} packages from {lock.relative_to(ROOT)}")
    if not (_install_by_uv(lock) or _install_by_pip(lock)):
        raise Stop(
            "The packages could not be installed; the reason stands above.\n"
            "  Is a package registry reachable from here? Run the same command again to go on."
        )
    stamp.write_text(wanted)


def _uv() -> str:
    """The path of a working uv, put into .venv if there is none; empty if there can be none."""
    for uv in (shutil.which("uv"), str(VENV / "bin" / "uv")):
        if uv and works(uv, "--version"):
            return uv
    lock = ROOT / "requirements" / "uv.txt"
    works(PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock)
    uv = str(VENV / "bin" / "uv")
    return uv if works(uv, "--version") else ""


def _install_by_uv(lock: Path) -> bool:
    uv = _uv()
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    command = [uv, "pip", "install", *quiet, "--python", PYTHON, "--require-hashes", "-r", lock]
    if not uv or loud(*command):
        return bool(uv)
    say("Trying again with the certificates of this machine, which uv does not use by itself")
    return loud(*command, "--system-certs")


def _install_by_pip(lock: Path) -> bool:
    say("Using pip, which takes a little longer")
    if not works(PYTHON, "-m", "pip", "--version"):
        works(PYTHON, "-m", "ensurepip")
    return loud(PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock)


def make_importable() -> None:
    """Let .venv find the package in src/ and give it a `learncity` command, without a build.

    The path is written relative to the file: a checkout may be moved, and its name may hold
    letters that the locale cannot spell.
    """
    for packages in VENV.glob("lib/python3.*/site-packages"):
        _write(packages / "learncity.pth", os.path.relpath(ROOT / "src", packages) + "\n")
    launcher = VENV / "bin" / "learncity"
    _write(launcher, LAUNCHER)
    launcher.chmod(0o755)


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def prepare(command: str) -> None:
    """Bring .venv up to date; two starts at once take turns."""
    with open(ROOT / "go") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        make_venv()
        install(ROOT / "requirements" / ("dev.txt" if command in DEVELOPERS else "core.txt"))
        make_importable()


def main() -> None:
    """Prepare, then become the command."""
    words = sys.argv[1:]
    if not words or words[0] in ("help", "-h", "--help"):
        sys.stdout.write(__doc__ or "")
        return
    use_a_new_python()
    try:
        prepare(words[0])
    except PermissionError as error:
        raise Stop(
            f"{error.filename} belongs to another user: run ./go as that user, or remove .venv."
        )
    if words[0] == "run":
        words[:1] = ["serve", "--demo"]
    elif words[0] == "--commands":
        words = ["--help"]
    # Text is UTF-8 in every locale, here and in every process that is started from here.
    os.environ.setdefault("PYTHONUTF8", "1")
    command = [str(PYTHON), "-P", "-m", "learncity.config.cli", *words]
    os.execv(command[0], command)  # noqa: S606 - becomes it


if __name__ == "__main__":
    try:
        main()
    except Stop as stop:
        sys.exit("\n" + str(stop))
    except KeyboardInterrupt:
        sys.exit(130)
