"""The database of this process: the server named by DATABASE_URL, else the embedded one.

Addresses are put into the environment before Django reads its settings, which it does once a
process; so a command that needs the database does all its work inside ``running_database``.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from learncity.config import own_files
from learncity.config.env import Env, env
from learncity.config.faults import Fault
from learncity.kernel.postgres import APP, OWNER, READER, Embedded, make_data_folder

ADDRESSES = {
    "DATABASE_URL": APP,
    "DATABASE_OWNER_URL": OWNER,
    "DATABASE_READER_URL": READER,
}


# Whether this is the demo city: 1, 0, or as the data folder says.
DEMO = "LEARNCITY_DEMO"


def embedded() -> Embedded | None:
    """The embedded server of the data folder; None when another server is named."""
    settings = Env.read()
    return None if settings.database_url else Embedded(settings.data_dir)


def export(server: Embedded) -> None:
    """Let this process and its children find the embedded database."""
    for name, role in ADDRESSES.items():
        os.environ[name] = server.url(role)
    env.cache_clear()


@contextmanager
def running_database(role: str = "") -> Iterator[None]:
    """Have the database running and known during the block.

    Args:
        role: app, owner or reader for this process; empty: as the environment says.

    Raises:
        Fault: the named server cannot be reached.
        ServerTrouble: the embedded one cannot be run.
    """
    if role:
        os.environ["LEARNCITY_DB_ROLE"] = role
        env.cache_clear()
    server = embedded()
    if server is None:
        make_data_folder(Env.read().data_dir)
        _check_reachable(Env.read().database_url)
        with _remembered():
            yield
        return
    make_data_folder(server.home)
    own_files.close_locks(server.home)
    with server.held():
        export(server)
        try:
            with _remembered():
                yield
        finally:
            for name in ADDRESSES:
                os.environ.pop(name, None)


@contextmanager
def _remembered() -> Iterator[None]:
    """Where nobody says whether this is the demo city, what the data folder says of this database.

    So a second command beside the one that runs it takes the same phone numbers.
    """
    is_said = bool(os.environ.get(DEMO))
    if not is_said and noted_demo() is not None:
        os.environ[DEMO] = "1"
        env.cache_clear()
    try:
        yield
    finally:
        if not is_said:
            os.environ.pop(DEMO, None)


def demo_note() -> Path:
    """Where it is noted what was loaded for the demo city, and into which database."""
    return Env.read().data_dir / "demo.json"


def noted_demo() -> dict[str, Any] | None:
    """What was noted of the demo city; ``None`` when it is not in this database."""
    try:
        noted: dict[str, Any] = json.loads(demo_note().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return noted if noted["database"] == identity() else None


def _check_reachable(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise Fault(f"DATABASE_URL: the database cannot be reached: {reason}")


def address(name: str) -> str:
    """The address with this name, as it is now; the owner's is the application's when not set."""
    settings = Env.read()
    return {
        "app": settings.database_url,
        "owner": settings.database_owner_url or settings.database_url,
        "reader": settings.database_reader_url,
    }[name]


def identity() -> str:
    """What tells this database from every other: a new or restored one has another identity."""
    asked = """
        SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid
        FROM pg_database WHERE datname = current_database()
    """
    with psycopg.connect(address("app")) as app:
        row = app.execute(asked).fetchone()
    return str(row[0]) if row else ""


def files_folder() -> Path:
    """The folder of uploaded and made files."""
    return Env.read().data_dir / "files"
