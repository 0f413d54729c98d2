"""Carrying out a list: some rows at a time, and the next rows are read while these are written.

Whoever writes a kind of list is an ``Importer``. One whose rows take long to read says how to
read them without the database (``Ahead``).
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Protocol, runtime_checkable

from django.utils import translation

from .csv_files import CsvFile, Outcome, Row
from .reading import RowReader, Task, read_elsewhere

# Rows a transaction: large enough that look-ups do not count, small enough to lose little.
BATCH = 500
# Lines of a file from which on a process of its own is worth the second in which it starts.
LONG = 8_000


class Importer(Protocol):
    """Writes the rows of one kind of list."""

    def write(self, rows: Sequence[Row]) -> Outcome:
        """Make it be as the rows say; one transaction."""


@runtime_checkable
class Whole(Importer, Protocol):
    """Reads rows one after the other, but can only carry out all of them together."""

    def finish(self) -> Outcome:
        """Make it be as all rows say; one transaction. Errors are those of all rows."""


@runtime_checkable
class Ahead(Importer, Protocol):
    """Its rows take long to read: of a long list, a process of its own does it ahead."""

    @property
    def reader(self) -> RowReader:
        """Reads rows without the database."""

    def write_read(self, read: Any) -> Outcome:
        """Make it be as rows say that were read; one transaction."""


def written(
    file: CsvFile, importer: Importer, size: int = BATCH, *, after: int = 0
) -> Iterator[tuple[list[Row], Outcome]]:
    """Write the rows of a file, some at a time; the rows, and what became of them.

    Args:
        size: rows a transaction.
        after: rows up to this number are passed over.
    """
    if isinstance(importer, Ahead):
        task = Task(file, importer.reader, size, after, translation.get_language() or "en")
        is_long = file.lines >= LONG
        for batch, read in read_elsewhere(task) if is_long else task.batches():
            yield batch, importer.write_read(read)
        return
    rows = (row for row in file.rows() if row.number > after)
    while batch := list(islice(rows, size)):
        yield batch, importer.write(batch)
