"""`serve` starts the whole system, mends what falls, and leaves nothing behind, however it ends."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from learncity.kernel.postgres import OWNER, Embedded

from .running import City, answers, command, find, free_port, kill, processes_of, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc"),
]


@pytest.fixture(scope="module")
def stopped_city() -> Iterator[Path]:
    """The data folder of a system that ran once; made once, because that takes longest."""
    top = Path(tempfile.mkdtemp(prefix="learncity-"))
    top.chmod(0o711)
    running = City(top / "city")
    try:
        running.start()
        running.stop()
        yield running.data
    finally:
        running.end()
        shutil.rmtree(top)


@pytest.fixture
def new_city(place: Path) -> Iterator[City]:
    """A system that never ran."""
    running = City(place / "city")
    yield running
    running.end()


@pytest.fixture
def city(new_city: City, stopped_city: Path) -> City:
    """A system that ran before."""
    # Owners are kept: under root the cluster belongs to the server's user.
    subprocess.run(["cp", "-a", str(stopped_city), str(new_city.data)], check=True)
    return new_city


def test_the_whole_life_of_a_system(new_city):
    city = new_city
    first = city.start()
    stopped = city.stop()

    assert city.process.returncode == 0
    assert "Stopped." in city.said
    assert processes_of(city.data) == {}
    assert stopped < 15

    again = city.start()
    assert again < first
    city.stop()


def test_a_second_serve_says_where_the_first_one_is(city):
    city.start()

    second = command("serve", "--port", str(free_port()), data=city.data)
    said, _ = second.communicate(timeout=30)

    assert second.returncode == 1
    assert f"already running at http://127.0.0.1:{city.port}" in said


def test_a_taken_port_is_named_with_its_variable(city):
    city.start()

    other = command("serve", "--port", str(city.port), data=city.data.parent / "other")
    said, _ = other.communicate(timeout=30)

    assert other.returncode == 1
    assert f"Port {city.port}" in said
    assert "PORT=" in said


@pytest.mark.parametrize("name", ["config.web", "config.worker", "config.watchdog"])
def test_a_killed_process_is_started_again(city, name):
    city.start()
    [before, *_] = find(city.data, name)

    kill(before)

    until(lambda: set(find(city.data, name)) - {before})
    until(lambda: answers(city.port))


def test_a_killed_database_is_started_again_and_keeps_its_rows(city):
    city.start()
    server = Embedded(city.data)
    with psycopg.connect(server.url(OWNER)) as owner:
        owner.execute("CREATE TABLE kept AS SELECT generate_series(1, 100) AS n")

    kill(server.pid())

    until(lambda: server.running() and answers(city.port))
    with psycopg.connect(server.url(OWNER)) as owner:
        assert owner.execute("SELECT count(*) FROM kept").fetchone() == (100,)


def test_a_fault_is_a_line_of_a_log_that_nobody_else_can_read(city):
    city.start()
    with psycopg.connect(Embedded(city.data).url(OWNER)) as owner:
        owner.execute("ALTER TABLE catalogue_course RENAME TO gone")
        owner.execute("ALTER TABLE kernel_outboxentry RENAME TO gone_too")

    with pytest.raises(urllib.error.HTTPError, match="500"):
        urllib.request.urlopen(f"http://127.0.0.1:{city.port}/courses/ink/", timeout=10)
    logs = city.data / "log"
    until(lambda: "process ends" in (logs / "worker.log").read_text())

    for name in ("web.log", "worker.log"):
        lines = [json.loads(line) for line in (logs / name).read_text().splitlines()]
        [found, *_] = [line["exception"] for line in lines if "exception" in line]
        assert [fault["type"] for fault in found] == [
            "django.db.utils.ProgrammingError",
            "psycopg.errors.UndefinedTable",
        ]
        assert all(fault["frames"] for fault in found)
    assert {p.name for p in logs.iterdir() if stat.S_IMODE(p.stat().st_mode) & 0o077} == set()
    assert stat.S_IMODE(logs.stat().st_mode) == (0o711 if os.geteuid() == 0 else 0o700)


def test_when_the_supervisor_is_killed_everything_stops_and_the_next_start_works(city):
    city.start()

    kill(city.process.pid)
    city.process.communicate()

    until(lambda: not processes_of(city.data), seconds=15)
    city.start()


def test_a_start_right_after_the_supervisor_was_killed_works(city):
    city.start()
    kill(city.process.pid)
    city.process.communicate()

    city.start()

    assert len(find(city.data, "config.web")) == len(set(find(city.data, "config.web")))
    assert len(find(city.data, "config.worker")) == 1


def test_after_everything_was_killed_at_once_the_next_start_works(city):
    city.start()
    for pid in processes_of(city.data):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    city.process.communicate()

    city.start()
    city.stop()

    assert processes_of(city.data) == {}


def test_a_start_that_is_broken_off_leaves_nothing_behind(new_city):
    city = new_city
    process = command("serve", "--port", str(city.port), data=city.data)
    until(lambda: (city.data / "postgres").exists())
    time.sleep(0.3)

    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)

    assert process.returncode == 0, said
    assert processes_of(city.data) == {}
