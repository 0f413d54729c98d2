"""Rows read by another process: the same batches, its mistakes here, and no process left behind."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest

from learncity.kernel import importing
from learncity.kernel.csv_files import Columns, CsvFile, Outcome
from learncity.kernel.csv_text import LONGEST_ROW, Unreadable
from learncity.kernel.reading import ReaderLost, Task, read_elsewhere

COLUMNS = Columns(needed=(("name",),))


@dataclass(frozen=True)
class Names:
    """Reads names; also tells where it did."""

    falls_at: int = 0
    is_killed: bool = False

    def read(self, rows):
        if self.falls_at and rows[-1].number >= self.falls_at:
            if self.is_killed:
                os.kill(os.getpid(), signal.SIGKILL)
            raise LookupError("no such name")
        return os.getpid(), [row.cells.get("name") for row in rows]


@pytest.fixture
def task(tmp_path):
    def task(rows=10, *, size=3, after=0, **said):
        path = tmp_path / "names.csv"
        path.write_text("name\n" + "".join(f"Lan {n}\n" for n in range(rows)))
        return Task(CsvFile(path, COLUMNS), Names(**said), size, after, "en")

    return task


def names(batches):
    return [(len(rows), read[1]) for rows, read in batches]


def test_the_batches_are_those_that_would_be_read_here(task):
    one = task(10, after=4)

    elsewhere = list(read_elsewhere(one))

    assert names(elsewhere) == names(one.batches())
    assert sum(len(rows) for rows, _ in elsewhere) == 7
    assert {read[0] for _, read in elsewhere}.isdisjoint({os.getpid()})


def test_batches_before_a_mistake_come_and_then_the_mistake(task):
    batches = read_elsewhere(task(10, falls_at=6))

    assert len(next(batches)[0]) == 3
    with pytest.raises(LookupError, match="no such name"):
        next(batches)


def test_what_cannot_be_read_is_said_with_its_code(task, tmp_path):
    one = task(1)
    (tmp_path / "names.csv").write_text("name\n" + "x" * (LONGEST_ROW + 1))

    with pytest.raises(Unreadable) as said:
        list(read_elsewhere(one))

    with pytest.raises(Unreadable) as here:
        list(one.batches())
    assert LONGEST_ROW < 1200 * 1000
    assert (str(said.value), said.value.code) == (str(here.value), here.value.code)


def test_a_process_that_is_killed_is_missed(task):
    batches = read_elsewhere(task(10, falls_at=6, is_killed=True))

    next(batches)
    with pytest.raises(ReaderLost):
        next(batches)


def test_whoever_stops_listening_leaves_no_process_behind(task):
    batches = read_elsewhere(task(200_000, size=2_000))
    _rows, (pid, _names) = next(batches)

    batches.close()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


_ASKS = """
import sys, time, django
django.setup()
from pathlib import Path
from learncity.kernel.csv_files import CsvFile
from learncity.kernel.reading import Task, read_elsewhere
from learncity.kernel.tests.test_reading import COLUMNS, Names
batches = read_elsewhere(Task(CsvFile(Path(sys.argv[1]), COLUMNS), Names(), 2000, 0, "en"))
print(next(batches)[1][0], flush=True)
time.sleep(60)
"""


def test_it_ends_when_whoever_asked_is_killed(task):
    path = task(200_000).file.path
    command = [sys.executable, "-c", _ASKS, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as asker:
        pid = int(asker.stdout.readline())
        os.kill(pid, 0)
        asker.kill()

    assert gone_within(10, pid)


def gone_within(seconds, pid):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        # Of the test's own kind: nobody reaps an orphan in a container without an init.
        if _state(pid) == "Z":
            return True
        time.sleep(0.05)
    return False


def _state(pid):
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return shown.stdout.strip()[:1]


class Keeper:
    """An importer of names that keeps where each was read."""

    reader = Names()

    def __init__(self):
        self.found = []

    def write(self, rows):
        return self.write_read(self.reader.read(rows))

    def write_read(self, read):
        self.found.append(read[0])
        return Outcome(new=len(read[1]))


@pytest.mark.parametrize(("lines", "is_elsewhere"), [(9, False), (10, True)])
def test_a_long_list_is_read_elsewhere_and_a_short_one_here(task, monkeypatch, lines, is_elsewhere):
    monkeypatch.setattr(importing, "LONG", 13)
    keeper = Keeper()

    done = list(importing.written(task(lines + 1).file, keeper, 5))

    assert sum(outcome.new for _, outcome in done) == lines + 1
    assert (os.getpid() not in keeper.found) is is_elsewhere
