"""The limit of the places rows: the same changes of rows, by the database's own load generator."""

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from django.db import connection

from learncity.kernel.postgres_programs import find_programs

from .load import percentiles
from .people import Classes
from .product import Product, Run, measured, summed

SCRIPT = Path(__file__).with_name("place.sql")


def has_pgbench() -> bool:
    """Whether the limit in the database can be measured here."""
    return (find_programs() / "pgbench").exists()


def rows(product: Product, classes: Classes, clients: int, seconds: int) -> Run:
    """The same changes of rows as an accepted application makes, by pgbench.

    Args:
        seconds: how long; everybody may apply once in a class, so it must end before the people do.
    """
    settings = connection.settings_dict
    with tempfile.TemporaryDirectory() as folder:
        command = [
            find_programs() / "pgbench", "--no-vacuum", "-M", "prepared",
            "-h", settings["HOST"], "-p", str(settings["PORT"] or 5432), "-U", settings["USER"],
            "-c", str(clients), "-j", str(min(2, clients)), "-T", str(seconds), "-f", SCRIPT,
            "-D", "n=0", "-D", f"clients={clients}", "-D", f"first={classes.first}",
            "-D", f"classes={len(classes.keys)}", "--log", f"--log-prefix={folder}/log",
            settings["NAME"],
        ]  # fmt: skip
        with measured(product.database()) as cost:
            done = subprocess.run(
                [str(word) for word in command], capture_output=True, text=True, check=False
            )
        if done.returncode:
            raise SystemExit(f"pgbench: {done.stderr.strip()}")
        waits = _waits(Path(folder))
    return summed(_result(done.stdout, waits), cost)


def _waits(folder: Path) -> list[float]:
    lines = [line for log in folder.glob("log*") for line in log.read_text().splitlines()]
    return [int(line.split()[2]) / 1e6 for line in lines]


def _result(said: str, waits: list[float]) -> dict[str, Any]:
    rate = float(re.findall(r"tps = ([\d.]+)", said)[0])
    return {
        "seconds": len(waits) / rate,
        "answers": len(waits),
        "waits": percentiles(waits),
        "cpu": 0.0,
    }


def clear() -> None:
    """Take the news of those rows out of the outbox; nobody shall carry it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_outboxentry SET done_at = now() "
            "WHERE done_at IS NULL AND due_at > now() + interval '1 hour'"
        )
