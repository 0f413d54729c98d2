"""The embedded PostgreSQL: one cluster in a data folder, made, started, watched and stopped here.

Any number of processes may call ``start`` and ``stop`` at once: a lock in the data folder makes
them take turns. A server that runs is attached to, one that was killed is started again, and what
it left behind is cleared away first. Nobody gets in by network or without being the operating
system's user that runs the system: ``peer`` on a private socket is the only door.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from .postgres_programs import (
    Account,
    ServerTrouble,
    current_account,
    find_programs,
    may_enter,
    programs_for,
    run_as,
    server_account,
    version_of,
)
from .processes import is_running

ADMIN, OWNER, APP, READER = (
    "learncity_admin",
    "learncity_owner",
    "learncity_app",
    "learncity_reader",
)
DATABASE = "learncity"
PORT = "5432"

SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    # Short queries gain nothing from it and pay for it.
    "jit": "off",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    # No person in the log: DETAIL and CONTEXT quote a refused row, a statement holds its values.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length_on_error": "0",
}

# The path of a socket may be 103 bytes long on macOS, 107 on Linux.
LONGEST_SOCKET = 100
# A log that is longer is moved aside when the server starts.
LONGEST_LOG = 10_000_000
# pg_ctl hands these folder names to a shell.
FORBIDDEN_LETTERS = set("\"$`\\\n'")
# How long to wait for a server that starts, recovers or stops, in seconds.
PATIENCE = 300
# What the server says while a process of its killed forerunner is still leaving.
LEAVING = ("pre-existing shared memory block", "lock file")


class Embedded:
    """The server of one data folder.

    Args:
        data: the data folder; the cluster, its socket and its log lie in it.
        conf: server settings that differ from ``SETTINGS``.
    """

    def __init__(self, data: str | Path, *, conf: Mapping[str, str] | None = None) -> None:
        self.home = Path(data).expanduser().resolve()
        self.cluster = self.home / "postgres"
        self.log = self.home / "log" / "postgres.log"
        self.conf = {**SETTINGS, **(conf or {})}
        self.socket = _socket_folder(self.home)
        self.programs: Path | None = None

    def url(self, role: str, *, database: str = DATABASE) -> str:
        """The address of the database for a role, as libpq reads it."""
        return make_conninfo("", host=str(self.socket), port=PORT, user=role, dbname=database)

    def start(self) -> None:
        """Have the server running and answering, with its roles and its database.

        Raises:
            ServerTrouble: it cannot be; the message says why.
        """
        self._check_name()
        make_data_folder(self.home)
        with self._turn():
            account = self._account()
            self.programs = programs = programs_for(account)
            if self._answers_in_time(programs):
                return
            self._make_folders(account)
            if not (self.cluster / "PG_VERSION").exists():
                self._make_cluster(account, programs)
            self._check_version(programs)
            self._write_settings(account)
            self._clear_remains()
            self._launch(account, programs)
            self._make_roles()

    def stop(self, *, mode: str = "fast") -> None:
        """Stop the server, if it runs; what was committed is kept in every mode."""
        if not self.cluster.exists():
            return
        account = self._account()
        with self._turn():
            pid = self.pid()
            if pid is None:
                return
            control = programs_for(account) / "pg_ctl"
            for how in (mode, "immediate"):
                run_as(account, control, "stop", "-D", self.cluster, "-w", "-t", "20", "-m", how)
                if not is_running(pid):
                    break
            else:
                os.kill(pid, signal.SIGKILL)
            if self.socket.parent != self.home:
                shutil.rmtree(self.socket, ignore_errors=True)

    def _ask(self, programs: Path) -> int:
        # 0: takes connections; 1: starts or stops; 2: no answer.
        ask = (programs / "pg_isready", "-q", "-t", "5", "-h", self.socket, "-p", PORT)
        # As somebody whom the server lets in: a refusal would be three lines of its log each time.
        known = ("-U", ADMIN, "-d", "postgres")
        return subprocess.run([*ask, *known], check=False, capture_output=True).returncode

    def running(self) -> bool:
        """Whether the server runs and answers now."""
        return self.pid() is not None and self.answers()

    def answers(self) -> bool:
        """Whether the server says anything now, be it that it is full or busy recovering."""
        return self._ask(find_programs() if self.programs is None else self.programs) < 2

    def pid(self) -> int | None:
        """The process of the running server; None when there is none, whatever its files say."""
        try:
            pid = int((self.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        return pid if is_running(pid, words=("postgres", str(self.cluster))) else None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Have the server running during the block; the last process that leaves stops it."""
        make_data_folder(self.home)
        with (self.home / "postgres.users").open("a") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                self.start()
                yield
            finally:
                self._leave(users.fileno())

    def stop_if_unused(self) -> None:
        """Stop the server unless a process holds it."""
        with (self.home / "postgres.users").open("a") as users:
            self._leave(users.fileno())

    def _leave(self, users: int) -> None:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        self.stop()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with (self.home / "postgres.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _check_name(self) -> None:
        bad = sorted(FORBIDDEN_LETTERS & set(str(self.home)))
        if bad:
            raise ServerTrouble(
                f"LEARNCITY_DATA: {self.home} holds {' '.join(map(repr, bad))}, which the database "
                "server cannot use in the name of a folder."
            )

    def _account(self) -> Account:
        """Who runs the server: the owner of the cluster that is there, else who may."""
        if not self.cluster.exists():
            return server_account()
        owner = self.cluster.stat().st_uid
        if os.geteuid() not in (0, owner):
            name = Account.of_uid(owner).name
            raise ServerTrouble(f"{self.cluster} belongs to the user {name}: run as that user.")
        return Account.of_uid(owner)

    def _answers_in_time(self, programs: Path) -> bool:
        """Whether a server is there; one that starts or stops is waited for.

        Raises:
            ServerTrouble: one is there, and never answers.
        """
        end = time.monotonic() + PATIENCE
        while True:
            # Asked first: a server in another container has no process that can be seen here.
            said = self._ask(programs)
            if said == 0:
                return True
            pid = self.pid()
            if pid is None and said != 1:
                return False
            if time.monotonic() > end:
                raise ServerTrouble(
                    f"The database server (process {pid}) does not answer; see {self.log}."
                )
            time.sleep(0.05)

    def _make_folders(self, account: Account) -> None:
        if not may_enter(account, self.home):
            raise ServerTrouble(
                f"The database server runs as the user {account.name}, who may not enter "
                f"{self.home}. Set LEARNCITY_DATA to a folder that this user may enter, "
                "for example /var/lib/learncity/data."
            )
        _private_folder(self.socket, account)
        if self.cluster.exists():
            self.cluster.chmod(0o700)  # a chmod -R of the folders above must not stop the city
        self.log.parent.mkdir(exist_ok=True)
        self.log.parent.chmod(0o755)
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.rename(self.log.with_name("postgres.log.1"))
        self.log.touch(0o600)
        _give(self.log, account)

    def _make_cluster(self, account: Account, programs: Path) -> None:
        """Make the cluster beside its place and move it there whole: no half of one can remain."""
        part = self.home / "postgres.new"
        shutil.rmtree(part, ignore_errors=True)
        said = ""
        for ctype in ("C.UTF-8", "en_US.UTF-8", "C"):
            _private_folder(part, account)
            command: list[str | Path] = [
                programs / "initdb",
                "-D",
                part,
                "-U",
                ADMIN,
                "--encoding=UTF8",
            ]
            command += ["--auth-local=peer", "--auth-host=reject", "--no-instructions"]
            command += [*_locale(programs, ctype)]
            command += ["--no-sync"] if self.conf.get("fsync") == "off" else []
            made = run_as(account, *command)
            if made.returncode == 0:
                with (part / "postgresql.conf").open("a") as file:
                    file.write("\ninclude_if_exists = 'managed.conf'\n")
                part.rename(self.cluster)
                return
            said = said or made.stderr
            shutil.rmtree(part, ignore_errors=True)
        raise ServerTrouble(f"The database could not be made: {_last_line(said)}")

    def _check_version(self, programs: Path) -> None:
        data = (self.cluster / "PG_VERSION").read_text().strip()
        version = version_of(programs)
        if version.split(".")[0] != data:
            raise ServerTrouble(
                f"{self.cluster} was written by PostgreSQL {data}, but {programs} is version "
                f"{version}. Set PG_BIN to the programs of {data}, make a backup, and restore it "
                "into an empty data folder."
            )

    def _write_settings(self, account: Account) -> None:
        # Quoted twice: it is a list of folders. No name holds a quote: see FORBIDDEN_LETTERS.
        conf = {"unix_socket_directories": f'"{self.socket}"', **self.conf}
        lines = [f"{name} = '{value}'" for name, value in conf.items()]
        users = dict.fromkeys((account.name, current_account().name, "root"))
        maps = [f'{DATABASE} "{u}" {role}' for u in users for role in (ADMIN, OWNER, APP, READER)]
        said = "# Written at every start.\n"
        for name, text in (
            ("managed.conf", "\n".join(lines)),
            ("pg_hba.conf", f"local all all peer map={DATABASE}"),
            ("pg_ident.conf", "\n".join(maps)),
        ):
            path = self.cluster / name
            path.write_text(f"{said}{text}\n", encoding="utf-8")
            _give(path, account)

    def _clear_remains(self) -> None:
        """Remove what a killed server left; called when it is known that none runs.

        The server itself believes a process number that now belongs to a zombie or a stranger.
        """
        for path in (self.cluster / "postmaster.pid", *self.socket.glob(".s.PGSQL.*")):
            path.unlink(missing_ok=True)

    def _launch(self, account: Account, programs: Path) -> None:
        command: list[str | Path] = [
            programs / "pg_ctl",
            "start",
            "-D",
            self.cluster,
            "-l",
            self.log,
        ]
        command += ["-w", "-t", str(PATIENCE)]
        end = time.monotonic() + 15
        while True:
            before = self.log.stat().st_size
            if run_as(account, *command).returncode == 0:
                return
            with self.log.open(errors="replace") as log:
                log.seek(before)
                said = log.read()
            if time.monotonic() > end or not any(word in said for word in LEAVING):
                raise ServerTrouble(
                    f"The database server does not start: {_last_line(said)} (see {self.log})"
                )
            time.sleep(0.2)
            self._clear_remains()

    def _make_roles(self) -> None:
        """Make the three roles and the database; what is there is kept."""
        with psycopg.connect(self.url(ADMIN, database="postgres"), autocommit=True) as admin:
            found = {row[0] for row in admin.execute("SELECT rolname FROM pg_roles")}
            for role in (OWNER, APP, READER):
                if role not in found:
                    admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            known = "SELECT 1 FROM pg_database WHERE datname = %s"
            if not admin.execute(known, [DATABASE]).fetchone():
                made = "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'"
                names = (sql.Identifier(DATABASE), sql.Identifier(OWNER))
                admin.execute(sql.SQL(made).format(*names))


def make_data_folder(home: Path) -> None:
    """Make the data folder; one that exists, and every folder above it, is left as it is.

    Raises:
        ServerTrouble: it cannot be made.
    """
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        home.mkdir()
        # Root's server runs as another user, who has to pass through; listing stays root's.
        home.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except FileExistsError:
        if not os.access(home, os.W_OK | os.X_OK):
            raise ServerTrouble(f"LEARNCITY_DATA: {home} cannot be written by this user.")
    except OSError as error:
        raise ServerTrouble(f"LEARNCITY_DATA: {home} cannot be made: {error.strerror}.")


def _socket_folder(home: Path) -> Path:
    inside = home / "run"
    if len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET:
        return inside
    return Path("/tmp") / f"learncity-{hashlib.sha256(os.fsencode(home)).hexdigest()[:10]}"  # noqa: S108 - private, and its owner is checked


def _private_folder(folder: Path, account: Account) -> None:
    """Make a folder that only the account can enter.

    Raises:
        ServerTrouble: the folder is there and belongs to somebody else.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid not in (account.uid, os.geteuid()) or folder.is_symlink():
        raise ServerTrouble(f"{folder} belongs to somebody else: remove it and try again.")
    folder.chmod(0o700)
    _give(folder, account)


def _give(path: Path, account: Account) -> None:
    if os.geteuid() != account.uid:
        os.chown(path, account.uid, account.gid)


def _locale(programs: Path, ctype: str) -> list[str]:
    """Options of initdb: the same letters, cases and trigrams on every machine, without ICU."""
    common = ["--lc-collate=C", f"--lc-ctype={ctype}", "--lc-messages=C"]
    major = int(version_of(programs).split(".")[0])
    if major >= 18:
        return ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", *common]
    if major == 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", *common]
    return common


def _last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    wrong = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    return (wrong or lines or ["it said nothing"])[-1]
