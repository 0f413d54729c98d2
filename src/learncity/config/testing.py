"""What developers run: the tests, the journeys, the checks, the measurements.

Tests get a database server of their own, thrown away afterwards, and a browser. A check that fails
does not hide the next one: all are run, and a table says which failed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from rich.table import Table

from learncity.config import browser
from learncity.config.database import export
from learncity.config.env import Env
from learncity.config.faults import Fault
from learncity.config.places import checkout
from learncity.config.terminal import out
from learncity.kernel.postgres import ADMIN, OWNER, Embedded

# Rows that only a test has seen may be lost.
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}
_RUFF, _PYTHON = [sys.executable, "-m", "ruff"], [sys.executable]
# It has no other entry that does not depend on a script's first line, which knows one path only.
_LINT_IMPORTS = "from importlinter.cli import lint_imports_command as c; c(['--no-logo'])"
CHECKS: tuple[tuple[str, list[str]], ...] = (
    ("style", [*_RUFF, "check", "."]),
    ("format", [*_RUFF, "format", "--check", "."]),
    ("borders", [*_PYTHON, "-c", _LINT_IMPORTS]),
    ("types", [*_PYTHON, "-m", "mypy", "src"]),
    ("settings", [*_PYTHON, "-m", "django", "check"]),
    ("migrations", [*_PYTHON, "-m", "django", "makemigrations", "--check", "--dry-run"]),
    ("translations", [*_PYTHON, "-m", "tools.messages", "--check"]),
    ("documents", [*_PYTHON, "-m", "tools.docs", "--check"]),
)


def test(words: list[str]) -> int:
    """Run the tests that are quick enough for every change; the exit code."""
    return _pytest(["-m", "not slow", *words])


def journeys(words: list[str]) -> int:
    """Run what people do, in a browser, and the slow tests; the exit code."""
    return _pytest(["-m", "journey or slow", *words])


def check(_words: list[str]) -> int:
    """Run every check and print a table; the exit code."""
    results = []
    with _scratch_database({**CARELESS}):
        for name, command in CHECKS:
            out.print(f"[bold]{name}[/] [dim]{' '.join(command[1:])}[/]")
            begun = time.monotonic()
            code = _call(command)
            results.append((name, code, time.monotonic() - begun))
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name, code, seconds in results:
        mark = "[red]failed[/]" if code else "[green]ok[/]"
        table.add_row(name, mark, f"[dim]{seconds:.1f} s[/]")
    out.print(table)
    return 1 if any(code for _, code, _ in results) else 0


def bench(words: list[str]) -> int:
    """Measure on a database of its own that is as careful as the real one; the exit code."""
    with _scratch_database({}):
        return _call([*_PYTHON, "-m", "benchmarks", *words])


def messages(words: list[str]) -> int:
    """Collect the texts to translate; the exit code."""
    return _call([*_PYTHON, "-m", "tools.messages", *words])


def docs(words: list[str]) -> int:
    """Write the generated pages of the documentation; the exit code."""
    return _call([*_PYTHON, "-m", "tools.docs", *words])


def _pytest(words: list[str]) -> int:
    browser.ensure_fonts()
    os.environ["CHROMIUM"] = browser.find_or_install()
    workers = [] if any(word in words for word in ("-n", "-n0", "--pdb")) else ["-n", "2"]
    with _scratch_database(CARELESS):
        return _call([*_PYTHON, "-m", "pytest", *workers, *words])


@contextmanager
def _scratch_database(conf: dict[str, str]) -> Iterator[None]:
    """A server in a temporary folder, and the addresses of its roles in the environment."""
    top = Path(tempfile.mkdtemp(prefix="learncity-"))
    # Root's server runs as another user, who has to pass through.
    top.chmod(0o711)
    data = top / "data"
    os.environ["LEARNCITY_DATA"] = str(data)
    server = Embedded(data, conf=conf)
    try:
        server.start()
        with psycopg.connect(server.url(ADMIN, database="postgres"), autocommit=True) as admin:
            # Test databases are made by the owner, as copies of one that was migrated once, and
            # dropped with whoever is still connected.
            admin.execute(f"ALTER ROLE {OWNER} CREATEDB")
            admin.execute(f"GRANT pg_signal_backend TO {OWNER}")
        export(server)
        Env.read()
        yield
    finally:
        server.stop(mode="immediate")
        shutil.rmtree(top, ignore_errors=True)


def _call(command: list[str]) -> int:
    top = checkout()
    if top is None:
        raise Fault("This command works in a checkout only.")
    paths = os.pathsep.join(str(top / name) for name in ("src", "."))
    environment = {**os.environ, "PYTHONPATH": paths}
    return subprocess.call(command, cwd=top, env=environment, stdin=subprocess.DEVNULL)
