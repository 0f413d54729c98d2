"""Writing rows on the busiest paths: without a query object, and several tables in one statement.

Model and fields stay the only description of a table; this only skips what Django does around the
statement. Measured on taking a place: see docs/benchmarks.md.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection, models

# PostgreSQL counts the values of a statement in 16 bits.
MOST_VALUES = 60_000


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field


@lru_cache(maxsize=64)
def _statement(model: type[models.Model], names: tuple[str, ...], count: int, skip: bool) -> str:
    columns = ", ".join(f'"{_field(model, name).column}"' for name in names)
    one = "(" + ", ".join(["%s"] * len(names)) + ")"
    # Names come from the model, values never.
    sql = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES {", ".join([one] * count)}'  # noqa: S608
    return f"{sql} ON CONFLICT DO NOTHING" if skip else sql


def insert(
    model: type[models.Model], rows: Sequence[Mapping[str, Any]], *, skip_known: bool = False
) -> None:
    """Insert rows in one statement, or few where their values are more than one can take.

    Args:
        rows: values by field name, all with the same fields; what a field would get by a Python
            default must be given, what the database defaults may be left out.
        skip_known: leave out rows that a unique constraint refuses.
    """
    if not rows:
        return
    names = tuple(rows[0])
    fields = [_field(model, name) for name in names]
    size = MOST_VALUES // len(names)
    for begin in range(0, len(rows), size):
        part = rows[begin : begin + size]
        values = [
            field.get_db_prep_save(row[name], connection)
            for row in part
            for name, field in zip(names, fields, strict=True)
        ]
        write(_statement(model, names, len(part), skip_known), values)


_gathered = threading.local()


def write(statement: str, values: Sequence[Any]) -> None:
    """Carry out one INSERT or UPDATE whose answer nobody needs; at its end inside ``together``."""
    block = getattr(_gathered, "block", None)
    if block is not None:
        block.append((statement, values))
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@contextmanager
def together() -> Iterator[None]:
    """Carry out what is written in the block at its end, in one statement.

    Rivals wait for a lock as long as its holder takes; this makes one round trip of five. Until the
    end of the block no read sees what was written in it, and no row may be written twice.
    """
    assert connection.in_atomic_block, "a lock and what it guards are one transaction"
    assert getattr(_gathered, "block", None) is None, "blocks do not nest"
    _gathered.block = []
    try:
        yield
        block = _gathered.block
    finally:
        _gathered.block = None
    if block:
        parts = ", ".join(f"w{n} AS ({statement})" for n, (statement, _) in enumerate(block))
        with connection.cursor() as cursor:
            # Statements of this module and its callers; values never stand in them.
            cursor.execute(f"WITH {parts} SELECT", [v for _, values in block for v in values])


def repoint(
    model: type[models.Model], name: str, heirs: Mapping[UUID, UUID], where: str = "TRUE"
) -> int:
    """Let a foreign key of many rows point to what took the place of what it names; one statement.

    Args:
        name: of the field.
        heirs: by what is named now.
        where: a condition on the row in SQL, as ``ends_at > now()``; never a value from outside.

    Returns:
        How many rows were changed.
    """
    if not heirs:
        return 0
    column = _field(model, name).column
    table = model._meta.db_table
    statement = (
        f'UPDATE "{table}" SET "{column}" = h.heir '  # noqa: S608 - names of the model
        f'FROM unnest(%s::uuid[], %s::uuid[]) h(old, heir) WHERE "{column}" = h.old AND {where}'
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(heirs), list(heirs.values())])
        return cursor.rowcount
