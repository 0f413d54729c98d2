"""Carrying out a list: some rows at a time, and the next rows are read while these are written.

Whoever writes a kind of list is an ``Importer``. One whose rows take long to read says how to
read them without the database (``Ahead``): a thread does it while the database works.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, Protocol, runtime_checkable

from django.utils import translation

from .csv_files import CsvFile, Outcome, Row

# Rows a transaction: large enough that look-ups do not count, small enough to lose little.
BATCH = 500


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
    """Reads rows without the database, so that it may be done ahead, in a thread."""

    def read(self, rows: Sequence[Row]) -> Any:
        """What the rows say."""

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
    rows = (row for row in file.rows() if row.number > after)
    if isinstance(importer, Ahead):
        for batch, read in _ahead(rows, importer, size):
            yield batch, importer.write_read(read)
        return
    while batch := list(islice(rows, size)):
        yield batch, importer.write(batch)


def _ahead(rows: Iterator[Row], importer: Ahead, size: int) -> Iterator[tuple[list[Row], Any]]:
    """Batches with what they say, read by a thread that is one batch ahead."""
    spoken = translation.get_language() or "en"

    def read() -> tuple[list[Row], Any] | None:
        with translation.override(spoken):
            batch = list(islice(rows, size))
            return (batch, importer.read(batch)) if batch else None

    with ThreadPoolExecutor(1, thread_name_prefix="reader") as thread:
        coming = thread.submit(read)
        while (found := coming.result()) is not None:
            coming = thread.submit(read)
            yield found
