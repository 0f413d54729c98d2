"""Rows of a long list read by a process of its own, while this one writes those before.

Reading needs no database but much of a processor, and the threads of one process share one. The
process is given what to read on its standard input and answers on its standard output, one batch
after the other; a pipe holds little, so it is never more than one batch ahead. It ends when its
work is done, and when whoever asked for it is no longer there.

It is `python -m learncity.kernel.reading` with the settings of whoever asks. Nobody else is on the
other end of the pipes: that is why what is in them may be pickled.
"""

import gc
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, Protocol

from django.utils import translation

from .csv_files import CsvFile, Row


class RowReader(Protocol):
    """Reads rows without the database. It can be pickled, and so can what it finds."""

    def read(self, rows: Sequence[Row]) -> Any:
        """What the rows say."""


@dataclass(frozen=True, slots=True)
class Task:
    """Which rows to read: those of a file after a row, ``size`` at a time."""

    file: CsvFile
    reader: RowReader
    size: int
    after: int
    language: str

    def batches(self) -> Iterator[tuple[list[Row], Any]]:
        """Some rows at a time, and what they say."""
        rows = (row for row in self.file.rows() if row.number > self.after)
        while batch := list(islice(rows, self.size)):
            yield batch, self.reader.read(batch)


class ReaderLost(Exception):
    """The process that read the rows ended before they did; what it said is on standard error."""


def read_elsewhere(task: Task) -> Iterator[tuple[list[Row], Any]]:
    """The batches of a task, read by a process of its own.

    Raises:
        ReaderLost: it was killed, or could not start.
        Exception: whatever it was that reading them raised there.
    """
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with suppress(BrokenPipeError), process.stdin as to:
            pickle.dump(task, to)
        # Taken in by a thread, while the database works at the batch before.
        with ThreadPoolExecutor(1, thread_name_prefix="reader") as thread:
            coming = thread.submit(_next, process.stdout)
            while (found := coming.result()) is not None:
                if isinstance(found, Exception):
                    raise found
                coming = thread.submit(_next, process.stdout)
                yield found
    finally:
        # Its next word finds nobody, which ends it.
        process.stdout.close()
        process.wait()


def _next(stream: IO[bytes]) -> Any:
    # A batch is tens of thousands of new objects, none of them garbage: looking for some would
    # take longer than the work.
    is_collecting = gc.isenabled()
    gc.disable()
    try:
        return pickle.load(stream)  # noqa: S301 - of our own process, see above
    except (EOFError, pickle.UnpicklingError) as error:
        raise ReaderLost from error
    finally:
        if is_collecting:
            gc.enable()


def _main() -> None:
    # An interrupt from the keyboard is for whoever asked; the pipe tells of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    to = os.fdopen(os.dup(1), "wb")
    # Whatever else prints here is no answer.
    os.dup2(2, 1)
    try:
        for found in _answers():
            pickle.dump(found, to)
            to.flush()
    except BrokenPipeError:
        # Nobody listens; what is left unsaid would be flushed at the end, to nobody.
        os._exit(1)


def _answers() -> Iterator[Any]:
    """Batches, then nothing; or what went wrong."""
    import django
    from django.conf import settings

    # Rows are read without any room's tables; without them this process is half as large.
    settings.INSTALLED_APPS = ()
    django.setup()
    # A batch refers to nothing that refers back, so it goes without being looked for.
    gc.disable()
    try:
        task: Task = pickle.load(sys.stdin.buffer)  # noqa: S301 - of our own process, see above
        with translation.override(task.language):
            yield from task.batches()
    except Exception as error:  # handed to whoever asked, who raises it
        yield error
    else:
        yield None


if __name__ == "__main__":
    _main()
