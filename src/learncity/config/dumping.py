"""The programs that write and read a dump, and the counts by which a copy is known to be whole.

Passwords travel in the environment, never in a command line that others can read.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import pq, sql
from psycopg.conninfo import conninfo_to_dict

from learncity.config.faults import Fault
from learncity.kernel.postgres_programs import find_programs

_TABLES = """
SELECT n.nspname, c.relname, c.relpersistence = 'u'
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY 1, 2
"""
# Saved without its rows: the key of a session is all a thief needs to be somebody.
SESSIONS = ("public.security_session", "public.django_session")
# What the two programs say, with --verbose, as they begin the rows of a table.
_BEGUN = re.compile(r'(?:dumping contents of|processing data for) table "(?P<table>.+)"')


def run(program: str, url: str, *options: str) -> Iterator[str]:
    """Run a program on a database; the name of each table as its rows are begun.

    Raises:
        Fault: it failed; the last thing it said is in the message.
    """
    process = subprocess.Popen(
        [str(find_programs() / program), "--verbose", *options],
        env={**os.environ, "LC_ALL": "C", **_as_environment(url)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    last = ""
    with process:
        for line in process.stderr or ():
            begun = _BEGUN.search(line)
            if begun:
                yield begun["table"].replace('"', "")
            elif "error" in line:
                last = line.strip()
    if process.returncode:
        raise Fault(f"The database could not be copied: {last or f'{program} failed'}")


def _as_environment(url: str) -> dict[str, str]:
    known = {o.keyword.decode(): o.envvar for o in pq.Conninfo.get_defaults()}
    given = conninfo_to_dict(url)
    names = {name: known.get(name) for name in given}
    return {variable.decode(): str(given[name]) for name, variable in names.items() if variable}


def tables(connection: psycopg.Connection) -> dict[str, bool]:
    """The tables of the database, and whether their rows are saved."""
    found = connection.execute(_TABLES).fetchall()
    names = {f"{schema}.{table}": unlogged for schema, table, unlogged in found}
    return {name: not unlogged and name not in SESSIONS for name, unlogged in names.items()}


def count_rows(connection: psycopg.Connection) -> dict[str, int]:
    """How many rows each table holds; caches and sessions are left out."""
    counts = {}
    for name, is_saved in tables(connection).items():
        if is_saved:
            question = sql.SQL("SELECT count(*) FROM {}").format(
                sql.Identifier(*name.split(".", 1))
            )
            row = connection.execute(question).fetchone()
            counts[name] = row[0] if row else 0
    return counts


def migration_heads(connection: psycopg.Connection) -> dict[str, str]:
    """The last migration of each app."""
    asked = "SELECT app, max(name) FROM django_migrations GROUP BY app ORDER BY app"
    return dict(connection.execute(asked).fetchall())


def size(path: Path) -> int:
    """The size of a file in bytes."""
    return path.stat().st_size
