"""Applications through the service, without the web: what the rules and the record cost.

``python -m benchmarks.inside`` is one of several processes. It reads its share as a line of JSON,
says that it is ready, begins when told, and writes what happened.
"""

import json
import os
import subprocess
import sys
import threading
import time
from typing import Any

from .load import percentiles
from .numbers import person_id
from .product import Product, Run, measured, summed

# The pool of a process holds so many connections.
THREADS = 8


def drive(product: Product, pairs: list[tuple[str, int]], clients: int, seconds: float) -> Run:
    """Let so many clients at once make these applications, for so long."""
    processes = max(min(clients, os.cpu_count() or 1), -(-clients // THREADS))
    running = []
    for n in range(processes):
        share = {
            "pairs": pairs[n::processes],
            "threads": clients // processes,
            "seconds": seconds,
        }
        running.append(_begin(share))
    for process in running:
        assert process.stdout is not None
        process.stdout.readline()
    with measured([*product.roots(), *(p.pid for p in running)]) as cost:
        for process in running:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        found = [json.loads(process.stdout.readline()) for process in running if process.stdout]
    for process in running:
        process.communicate()
    waits = [wait for part in found for wait in part["waits"]]
    result = {
        "seconds": max(part["seconds"] for part in found),
        "answers": len(waits),
        "endings": [ending for part in found for ending in part["endings"]],
        "waits": percentiles(waits),
        "cpu": 0.0,
    }
    return summed(result, cost)


def _begin(share: dict[str, Any]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.inside"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(share) + "\n")
    process.stdin.flush()
    return process


def main() -> None:
    """Make one process's share of the applications."""
    import django

    django.setup()
    share = json.loads(sys.stdin.readline())
    _warm()
    waits: list[float] = []
    endings: list[str] = []
    todo = iter(share["pairs"])
    turn = threading.Lock()
    threads = [
        threading.Thread(target=_apply_all, args=(todo, turn, share["seconds"], waits, endings))
        for _ in range(share["threads"])
    ]
    print("ready", flush=True)
    sys.stdin.readline()
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "waits": waits, "endings": endings}), flush=True)


def _warm() -> None:
    """Have the address book of modules and one connection ready; nothing is written."""
    from learncity.apps.classes import queries

    queries.find_class("no-such-class")


def _apply_all(
    todo: Any, turn: Any, seconds: float, waits: list[float], endings: list[str]
) -> None:
    from django.db import connection
    from django.utils import timezone

    from learncity.apps.classes import services
    from learncity.kernel.acting import By, Via
    from learncity.kernel.errors import DomainError

    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        with turn:
            pair = next(todo, None)
        if pair is None:
            break
        person = person_id(pair[1])
        begun = time.perf_counter()
        try:
            got = services.apply(
                class_key=pair[0], person_id=person, by=By(person, Via.WEB), at=timezone.now()
            )
            endings.append(got.state)
        except DomainError as refusal:
            endings.append(type(refusal).__name__)
        waits.append(time.perf_counter() - begun)
    connection.close()


if __name__ == "__main__":
    main()
