"""Writing rows on the busiest paths: one INSERT, without building a query object first.

Model and fields stay the only description of a table; this only skips what Django does around the
statement. Measured on taking a place: see docs/benchmarks.md.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection, models


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
    """Insert rows in one statement.

    Args:
        rows: values by field name, all with the same fields; what a field would get by a Python
            default must be given, what the database defaults may be left out.
        skip_known: leave out rows that a unique constraint refuses.
    """
    if not rows:
        return
    names = tuple(rows[0])
    fields = [_field(model, name) for name in names]
    values = [
        field.get_db_prep_save(row[name], connection)
        for row in rows
        for name, field in zip(names, fields, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, names, len(rows), skip_known), values)
