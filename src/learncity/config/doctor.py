"""`doctor`: is everything there that the system needs, and what to do where it is not.

Each check is a function that says what it found; none changes anything. A database that was never
made is not made here either.
"""

import os
import platform
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import psycopg
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from learncity.config import dumping, steps
from learncity.config.database import address, embedded, running_database
from learncity.config.env import Env, sealing_keys
from learncity.config.faults import Fault
from learncity.config.places import version
from learncity.kernel.postgres import APP, OWNER, READER
from learncity.kernel.postgres_programs import OLDEST, ServerTrouble

OLDEST_PYTHON = (3, 11)
EXTENSIONS = ("ltree", "pg_trgm", "unaccent", "btree_gist")
# Free space below which is warned, and below which the database soon stops. Bytes.
LITTLE_SPACE, NO_SPACE = 5_000_000_000, 500_000_000
# How far the clocks of this machine and of the database may differ, in seconds.
CLOCK = 5


class Mark(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


SENDING, SENDERS = "Senders", "Set them; see docs/how-to/operate.md."


@dataclass(frozen=True)
class Finding:
    """What one check saw."""

    mark: Mark
    subject: str
    says: str
    advice: str = ""


Findings = Iterator[Finding]


def examine(console: Console) -> bool:
    """Print a table of all findings; whether none is a failure."""
    findings = [*_machine()]
    server = embedded()
    if server is not None and not server.cluster.exists():
        findings.append(Finding(Mark.OK, "Database", "not made yet; the first start makes it"))
    else:
        try:
            with running_database():
                # Only the database tells whether this is the demo city.
                findings = [_senders() if f.subject == SENDING else f for f in findings]
                findings += _database("DATABASE_URL" if server is None else "embedded")
        except (Fault, ServerTrouble, psycopg.Error) as error:
            findings.append(Finding(Mark.FAIL, "Database", str(error).strip()))
    _print(findings, console)
    return all(finding.mark != Mark.FAIL for finding in findings)


def _print(findings: list[Finding], console: Console) -> None:
    colours = {Mark.OK: "green", Mark.WARN: "yellow", Mark.FAIL: "red"}
    table = Table("", "what", "found", "what to do", box=None, padding=(0, 2, 0, 0))
    for finding in findings:
        mark = f"[{colours[finding.mark]}]{finding.mark}[/]"
        table.add_row(mark, *map(escape, (finding.subject, finding.says, finding.advice)))
    console.print(table)


def _machine() -> Findings:
    for check in _CHECKS:
        yield check()


def _python() -> Finding:
    says = f"Python {platform.python_version()}, Learncity {version()}"
    if tuple(map(int, platform.python_version_tuple()[:2])) < OLDEST_PYTHON:
        return Finding(Mark.FAIL, "Versions", says, "Use Python 3.11 or newer.")
    return Finding(Mark.OK, "Versions", says)


def _user() -> Finding:
    if os.geteuid() == 0:
        advice = "For a public server, run as an ordinary user."
        return Finding(Mark.WARN, "User", "root: the web server runs as root too", advice)
    return Finding(Mark.OK, "User", f"an ordinary user (number {os.geteuid()})")


def _folder() -> Finding:
    folder = Env.read().data_dir
    if not folder.exists():
        return Finding(Mark.OK, "Data folder", f"{folder}: not made yet; the first start makes it")
    if not os.access(folder, os.W_OK | os.X_OK):
        advice = "Run as its owner, or set LEARNCITY_DATA."
        return Finding(Mark.FAIL, "Data folder", f"{folder} cannot be written", advice)
    return Finding(Mark.OK, "Data folder", str(folder))


def _space() -> Finding:
    folder = Env.read().data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    says = f"{free / 1e9:.1f} GB free"
    if free < NO_SPACE:
        return Finding(Mark.FAIL, "Space", says, "Make room: the database is about to stop.")
    if free < LITTLE_SPACE:
        return Finding(Mark.WARN, "Space", says, "Make room, or move the data folder.")
    return Finding(Mark.OK, "Space", says)


def _keys() -> Finding:
    file = Env.read().keys_file
    if not file.exists():
        return Finding(Mark.OK, "Secret keys", "not made yet; the first start makes them")
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077:
        says = f"{file} can be read by others ({mode:o})"
        return Finding(Mark.FAIL, "Secret keys", says, f"chmod 600 {file}")
    return Finding(Mark.OK, "Secret keys", f"{file}, for its owner only")


def _port() -> Finding:
    settings = Env.read()
    host, port = settings.host, int(settings.port)
    if steps.answers(host, port):
        return Finding(Mark.OK, "Port", f"{port}: a system answers at {settings.base_url}")
    try:
        steps.check_port(host, port, patience=0)
    except Fault as fault:
        return Finding(Mark.WARN, "Port", str(fault), "Set PORT or HOST.")
    return Finding(Mark.OK, "Port", f"{port} is free")


def _senders() -> Finding:
    settings = Env.read()
    if settings.is_demo:
        return Finding(Mark.OK, SENDING, "the demo city: nothing leaves")
    missing = [
        name
        for name, url in (("SMS_URL", settings.sms_url), ("EMAIL_URL", settings.email_url))
        if not url
    ]
    if not missing:
        return Finding(Mark.OK, SENDING, "SMS and e-mail are set up")
    if len(missing) == 2:
        says = "no SMS_URL and no EMAIL_URL: no code leaves, so nobody can sign in"
        return Finding(Mark.WARN, SENDING, says, SENDERS)
    says = f"no {missing[0]}: who has no other address cannot sign in"
    return Finding(Mark.WARN, SENDING, says, SENDERS)


def _proxy() -> Finding:
    settings = Env.read()
    count = int(settings.proxies)
    if count:
        return Finding(Mark.OK, "Reverse proxy", f"{count} in front, as LEARNCITY_PROXIES says")
    if settings.base_url.startswith("https://"):
        says = f"none, though people use {settings.base_url}: a few slow senders stop the city"
        advice = "Put one in front that takes a request in whole, and set LEARNCITY_PROXIES."
        return Finding(Mark.WARN, "Reverse proxy", says, advice)
    return Finding(Mark.OK, "Reverse proxy", "none; a city that strangers reach needs one")


_CHECKS: tuple[Callable[[], Finding], ...] = (
    _python, _user, _folder, _space, _keys, _port, _senders, _proxy,
)  # fmt: skip


def _database(kind: str) -> Findings:
    with psycopg.connect(address("app"), connect_timeout=5, autocommit=True) as app:
        yield _server_version(app, kind)
        yield _extensions(app)
        yield from _roles()
        yield _append_only(app)
        yield _migrations(app)
        yield _clock(app)
        yield _queue(app)
        yield _sealing(app)


def _server_version(app: psycopg.Connection, kind: str) -> Finding:
    number = app.info.server_version
    says = f"PostgreSQL {number // 10000}.{number % 10000}, {kind}"
    if number < OLDEST * 10000:
        return Finding(Mark.FAIL, "Database", says, f"Use PostgreSQL {OLDEST} or newer.")
    return Finding(Mark.OK, "Database", says)


def _extensions(app: psycopg.Connection) -> Finding:
    asked = "SELECT name FROM pg_available_extensions WHERE name = ANY(%s)"
    found = {row[0] for row in app.execute(asked, [list(EXTENSIONS)])}
    missing = [name for name in EXTENSIONS if name not in found]
    if missing:
        advice = "Install the server's contrib package (postgresql-contrib)."
        return Finding(Mark.FAIL, "Extensions", f"missing: {', '.join(missing)}", advice)
    return Finding(Mark.OK, "Extensions", ", ".join(EXTENSIONS))


def _roles() -> Findings:
    wanted = {"app": APP, "owner": OWNER, "reader": READER}
    for name, role in wanted.items():
        variable = "DATABASE_URL" if name == "app" else f"DATABASE_{name.upper()}_URL"
        if not address(name):
            mark, says = Mark.WARN, f"{variable} is not set"
            yield Finding(mark, f"Role {name}", says, f"Set it to the address of {role}.")
            continue
        try:
            with psycopg.connect(address(name), connect_timeout=5) as connection:
                user, superuser = connection.execute(
                    "SELECT current_user, current_setting('is_superuser')"
                ).fetchone() or ("", "")
        except psycopg.OperationalError as error:
            says = str(error).strip().splitlines()[-1]
            yield Finding(Mark.FAIL, f"Role {name}", says, f"See {variable}.")
            continue
        if user != role or superuser == "on":
            says = f"signs in as {user}" + (", a superuser" if superuser == "on" else "")
            yield Finding(Mark.FAIL, f"Role {name}", says, f"Let {variable} sign in as {role}.")
        else:
            yield Finding(Mark.OK, f"Role {name}", f"signs in as {role}")


def _append_only(app: psycopg.Connection) -> Finding:
    asked = """
        SELECT tgrelid::regclass::text,
               has_table_privilege(%s, tgrelid, 'UPDATE, DELETE, TRUNCATE')
               OR pg_has_role(%s, relowner, 'MEMBER')
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname = 'append_only'
    """
    rows = app.execute(asked, [app.info.user, app.info.user]).fetchall()
    open_tables = sorted(table for table, may in rows if may)
    if open_tables:
        says = f"the application may change {', '.join(open_tables)}"
        return Finding(Mark.FAIL, "Append-only", says, "Run `learncity migrate`.")
    return Finding(Mark.OK, "Append-only", f"{len(rows)} tables that nobody can change")


def _migrations(app: psycopg.Connection) -> Finding:
    import django

    if "public.django_migrations" not in dumping.tables(app):
        return Finding(Mark.OK, "Tables", "not made yet; the first start makes them")
    django.setup()
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        says = str(error).strip().splitlines()[0]
        return Finding(Mark.FAIL, "Tables", says, "Run `learncity migrate`.")
    finally:
        connection.close()
    if plan:
        says = f"{len(plan)} migrations are not applied"
        return Finding(Mark.FAIL, "Tables", says, "Run `learncity migrate`.")
    return Finding(Mark.OK, "Tables", "as this version expects them")


def _clock(app: psycopg.Connection) -> Finding:
    row = app.execute("SELECT clock_timestamp()").fetchone()
    here = datetime.now(UTC)
    apart = abs((here - row[0]).total_seconds()) if row else 0.0
    zone = here.astimezone().strftime("%Z, UTC%z")
    if apart > CLOCK:
        says = f"{apart:.0f} s apart from the database's"
        return Finding(Mark.FAIL, "Clock", says, "Set both clocks by NTP.")
    if here.year < 2026:
        return Finding(Mark.FAIL, "Clock", f"it is {here:%Y-%m-%d} here", "Set the clock.")
    return Finding(Mark.OK, "Clock", f"{here.astimezone():%Y-%m-%d %H:%M} ({zone})")


def _sealing(app: psycopg.Connection) -> Finding:
    """Whether every key that sealed something is in the file of the keys, and which may go."""
    if "public.people_personkey" not in dumping.tables(app):
        return Finding(Mark.OK, "Sealed numbers", "none yet")
    asked = """
        SELECT key_id FROM people_personkey
        UNION SELECT key_id FROM people_identifier WHERE sealed IS NOT NULL
    """
    needed = {row[0] for row in app.execute(asked)}
    file = Env.read().keys_file
    held = list(sealing_keys(file)) if file.exists() else []
    if missing := sorted(needed - set(held)):
        says = f"{file} lacks the key {', '.join(missing)}: numbers cannot be read"
        return Finding(Mark.FAIL, "Sealed numbers", says, "Bring its line back from the old file.")
    if idle := [key for key in held[:-1] if key not in needed]:
        says = f"nothing is sealed with {', '.join(idle)} any more"
        return Finding(Mark.OK, "Sealed numbers", f"{says}; its line may go")
    return Finding(Mark.OK, "Sealed numbers", f"{len(needed)} keys needed, all there")


def _queue(app: psycopg.Connection) -> Finding:
    if "public.kernel_outboxentry" not in dumping.tables(app):
        return Finding(Mark.OK, "Queue", "not made yet")
    late = "done_at IS NULL AND failed_at IS NULL AND due_at < now() - interval '5 minutes'"
    failed = "failed_at > now() - interval '7 days'"
    asked = f"""
        SELECT count(*) FILTER (WHERE {late}), count(*) FILTER (WHERE {failed})
        FROM kernel_outboxentry
    """  # noqa: S608 - put together from the two lines above
    waiting, given_up = app.execute(asked).fetchone() or (0, 0)
    if waiting:
        says = f"{waiting} messages have waited more than five minutes"
        return Finding(Mark.FAIL, "Queue", says, "Is `serve` running? See log/worker.log.")
    if given_up:
        says = f"{given_up} messages were given up this week"
        return Finding(Mark.WARN, "Queue", says, "See log/worker.log.")
    return Finding(Mark.OK, "Queue", "nothing waits")
