"""What a kind of primary key costs: seconds, megabytes, look-ups. For docs/decisions/0003-keys.md.

``.venv/bin/python tools/measure_keys.py [ROWS]``. On an embedded server of its own with the
product's settings: two tables, a foreign key and an index on it, rows in batches of 1,000, each
batch committed. The kinds take turns for three rounds; the least of each figure is printed.
"""

import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from learncity.kernel.ids import uuid7
from learncity.kernel.postgres import ADMIN, Embedded

ROUNDS, BATCH, PARENTS, LOOKUPS = 3, 1_000, 10_000, 20_000

_TABLES = """
DROP TABLE IF EXISTS child, parent;
CREATE TABLE parent (id {type} PRIMARY KEY);
CREATE TABLE child (
  id {type} PRIMARY KEY, parent_id {type} NOT NULL REFERENCES parent, at timestamptz NOT NULL
);
CREATE INDEX child_parent ON child (parent_id);
"""
_INSERT = "INSERT INTO child SELECT i, p, now() FROM unnest(%s::{type}[], %s::{type}[]) AS x(i, p)"
_MEASURES = ("make the keys, s", "insert, s", "table, MB", "indexes, MB", "WAL, MB", "look-up, µs")


def _counter() -> Callable[[], int]:
    numbers = iter(range(1, 1 << 62))
    return lambda: next(numbers)


KINDS: dict[str, tuple[str, Callable[[], Callable[[], Any]]]] = {
    "bigint": ("bigint", _counter),
    "uuid, version 4": ("uuid", lambda: uuid4),
    "uuid, version 7": ("uuid", lambda: uuid7),
}


def _one(db: psycopg.Connection, query: str, *values: Any) -> Any:
    row = db.execute(query, values).fetchone()  # type: ignore[arg-type]
    return row[0] if row else None


def measure(db: psycopg.Connection, kind: str, rows: int) -> list[float]:
    """One round with one kind: the figures of ``_MEASURES``."""
    type_, maker = KINDS[kind]
    db.execute(_TABLES.format(type=type_))
    chance = random.Random(1)
    make = maker()
    parents = [make() for _ in range(PARENTS)]
    db.execute(f"INSERT INTO parent SELECT unnest(%s::{type_}[])", [parents])
    begun = time.perf_counter()
    keys = [make() for _ in range(rows)]
    made = time.perf_counter() - begun
    owners = [chance.choice(parents) for _ in range(rows)]
    db.execute("CHECKPOINT")
    before = _one(db, "SELECT pg_current_wal_lsn()")
    begun = time.perf_counter()
    for at in range(0, rows, BATCH):
        db.execute(_INSERT.format(type=type_), [keys[at : at + BATCH], owners[at : at + BATCH]])
    inserted = time.perf_counter() - begun
    wal = _one(db, "SELECT pg_current_wal_lsn() - %s::pg_lsn", before)
    db.execute("VACUUM ANALYZE child")
    wanted = [chance.choice(keys) for _ in range(LOOKUPS)]
    begun = time.perf_counter()
    for key in wanted:
        db.execute("SELECT at FROM child WHERE id = %s", [key], prepare=True)
    looked_up = (time.perf_counter() - begun) / LOOKUPS * 1e6
    table, indexes = (
        float(_one(db, f"SELECT {size}('child')")) / 1e6
        for size in ("pg_relation_size", "pg_indexes_size")
    )
    return [made, inserted, table, indexes, float(wal) / 1e6, looked_up]


def main() -> None:
    """Measure every kind and print a table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    top = Path(tempfile.mkdtemp(prefix="learncity-keys-"))
    top.chmod(0o711)  # root's server runs as another user, who has to pass through
    server = Embedded(top / "data")
    try:
        server.start()
        found: dict[str, list[list[float]]] = {kind: [] for kind in KINDS}
        with psycopg.connect(server.url(ADMIN), autocommit=True) as db:
            for _ in range(ROUNDS):
                for kind in KINDS:
                    found[kind].append(measure(db, kind, rows))
    finally:
        server.stop(mode="immediate")
        shutil.rmtree(top, ignore_errors=True)
    print(f"| {rows:,} rows | {' | '.join(_MEASURES)} |")
    print("|---" * (len(_MEASURES) + 1) + "|")
    for kind, rounds in found.items():
        least = (min(column) for column in zip(*rounds, strict=True))
        print(f"| {kind} | {' | '.join(f'{figure:,.1f}' for figure in least)} |")


if __name__ == "__main__":
    main()
