"""The machine: what it is, how busy it is, how long its disk takes to keep a write."""

import os
import platform
import re
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from learncity.kernel.postgres_programs import find_programs, version_of

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
# The share of the machine that others may use before a run is marked as disturbed.
QUIET = 0.10


def describe() -> list[tuple[str, str]]:
    """Name and value of everything a reader needs to compare numbers."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return [
        ("Processor", f"{os.cpu_count()} cores, {_processor()}"),
        ("Memory", f"{memory:.0f} GB"),
        ("System", f"{platform.system()} {platform.release()}"),
        ("Python", f"{platform.python_version()}, PostgreSQL {version_of(find_programs())}"),
        ("Disk flush", flush_words()),
        ("Load at start", " ".join(f"{part:.1f}" for part in os.getloadavg())),
    ]


def _processor() -> str:
    if (PROC / "cpuinfo").exists():
        found = re.search(r"model name\s*: (.*)", (PROC / "cpuinfo").read_text())
        if found:
            return found[1]
    return platform.processor() or platform.machine()


def flush_words() -> str:
    """How long one flushed write takes: it bounds the places one class can give a second."""
    with tempfile.TemporaryDirectory(dir=os.environ["LEARNCITY_DATA"]) as folder:
        file = Path(folder) / "flushed"
        micros, way = _by_program(file), "pg_test_fsync"
        if micros is None:
            micros, way = _by_loop(file), "own loop"
    return f"{micros:.0f} µs a fdatasync of 8 KB ({way})"


def _by_program(path: Path) -> float | None:
    program = find_programs() / "pg_test_fsync"
    if not program.exists():
        return None
    command = [str(program), "-s", "1", "-f", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            found = re.search(r"fdatasync .*?([\d.]+) usecs/op", line)
            if found:
                running.terminate()
                return float(found[1])
    return None


def _by_loop(path: Path) -> float:
    flush = getattr(os, "fdatasync", os.fsync)
    count = 0
    with path.open("wb") as file:
        begun = time.perf_counter()
        while time.perf_counter() < begun + 1:
            os.pwrite(file.fileno(), b"x" * 8192, 0)
            flush(file.fileno())
            count += 1
    return (time.perf_counter() - begun) / count * 1e6


def can_count_cpu() -> bool:
    """Whether the time that other processes used can be read here."""
    return (PROC / "stat").exists()


def cpu_seconds(roots: Iterable[int]) -> float:
    """Processor time of these processes and all below them, the ended ones included. Seconds."""
    if not can_count_cpu():
        return 0.0
    parents: dict[int, int] = {}
    used: dict[int, int] = {}
    for pid, fields in _processes():
        parents[pid] = int(fields[1])
        # Its own time, and that of children it has seen end.
        used[pid] = sum(int(n) for n in fields[11:15])
    return sum(used[pid] for pid in _tree(roots, parents) if pid in used) / TICKS


def _processes() -> Iterator[tuple[int, list[str]]]:
    """Every process, and what the system says of it from its state on."""
    for path in PROC.glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended in between
        yield int(path.parent.name), fields


def _tree(roots: Iterable[int], parents: Mapping[int, int]) -> set[int]:
    """These processes and all below them."""
    below: dict[int, list[int]] = defaultdict(list)
    for pid, parent in parents.items():
        below[parent].append(pid)
    todo, found = list(roots), set[int]()
    while todo:
        pid = todo.pop()
        if pid not in found:
            found.add(pid)
            todo += below[pid]
    return found


class Memory:
    """The peak of memory of a process and all below it, each at its own highest; MB, 0 if unknown.

    It is looked at five times a second: what lives shorter is missed.
    """

    def __init__(self, root: int) -> None:
        self._root, self._peaks, self._end = root, dict[int, int](), threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._watch.join()

    @property
    def peak(self) -> float:
        """The sum of the peaks, MB."""
        return sum(self._peaks.values()) / 1024

    def _look(self) -> None:
        while not self._end.wait(0.2):
            parents = {pid: int(fields[1]) for pid, fields in _processes()}
            for pid in _tree([self._root], parents):
                with suppress(OSError):
                    said = (PROC / str(pid) / "status").read_text()
                    if peak := re.search(r"VmHWM:\s+(\d+)", said):
                        self._peaks[pid] = int(peak[1])


def busy_seconds() -> float:
    """Processor time that everybody on the machine has used. Seconds."""
    if not can_count_cpu():
        return 0.0
    fields = [int(n) for n in (PROC / "stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS
