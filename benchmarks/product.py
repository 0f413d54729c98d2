"""The running product, started as an operator starts it, and what a run against it costs."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from learncity.config import steps
from learncity.kernel.postgres import Embedded

from . import machine

HOST = "127.0.0.1"
# How long the first start with the demo city may take. Seconds.
START = 600
# Put before the request by a browser of a resident of the demo city.
BROWSER = {"Accept-Encoding": "gzip, deflate, br", "Accept-Language": "zh-CN,zh;q=0.9"}


@dataclass(frozen=True, slots=True)
class Run:
    """What one run showed. Times in milliseconds, processor time per answer."""

    rate: float
    p50: float
    p95: float
    p99: float
    cpu: float
    # What the load generator itself used of one core, and others of the whole machine.
    own: float
    foreign: float
    result: dict[str, Any]


class Product:
    """The product's address and processes."""

    def __init__(
        self, port: int, process: subprocess.Popen[bytes], server: Embedded | None
    ) -> None:
        self.port, self.process, self.server = port, process, server

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Have it stopped during the block; its database runs on."""
        _stop(self.process)
        try:
            yield
        finally:
            self.process = _start(self.port)

    def roots(self) -> list[int]:
        """The processes from which all others of the product and its database descend."""
        return [self.process.pid, *self.database()]

    def database(self) -> list[int]:
        """The process of the database server, when it is on this machine."""
        pid = self.server.pid() if self.server else None
        return [pid] if pid else []

    def load(self, clients: int, plan: dict[str, Any], *, seconds: float | None = None) -> Run:
        """Put load on the product and count what it costs.

        Args:
            plan: what the visitors do, see ``load.KINDS``.
            seconds: no visit begins later; all of the plan's visits when unset.
        """
        job = {
            "host": HOST,
            "port": self.port,
            "clients": clients,
            "seconds": seconds,
            "plan": plan,
        }
        with measured(self.roots()) as cost:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.load"],
                input=json.dumps(job).encode(),
                stdout=subprocess.PIPE,
                check=True,
            )
        return summed(json.loads(done.stdout), cost)

    def get(self, path: str, **headers: str) -> "Answer":
        """One request, for what is looked at rather than timed."""
        sent = BROWSER | {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in sent.items()]
        with socket.create_connection((HOST, self.port)) as connection:
            connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            data = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, body = data.partition(b"\r\n\r\n")
        return Answer(int(head[9:12]), head.decode("latin-1"), body)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was transferred."""

    status: int
    head: str
    body: bytes


@dataclass(slots=True)
class Cost:
    """Processor seconds between two moments."""

    servers: float = 0.0
    everybody: float = 0.0
    seconds: float = 0.0


@contextmanager
def measured(roots: list[int]) -> Iterator[Cost]:
    """Count processor time during the block."""
    cost = Cost()
    servers, everybody = machine.cpu_seconds(roots), machine.busy_seconds()
    begun = time.perf_counter()
    yield cost
    cost.seconds = time.perf_counter() - begun
    cost.servers = machine.cpu_seconds(roots) - servers
    cost.everybody = machine.busy_seconds() - everybody


def summed(result: dict[str, Any], cost: Cost, *, answers: int | None = None) -> Run:
    """A run from what the load generator saw and what the servers used."""
    count = max(1, result["answers"] if answers is None else answers)
    waits = result["waits"]
    own = result["cpu"]
    # Starting the load generator costs a little too; it is not held against anybody.
    foreign = max(0.0, cost.everybody - cost.servers - own - 0.1)
    return Run(
        rate=count / result["seconds"],
        p50=waits.get("p50", 0.0),
        p95=waits.get("p95", 0.0),
        p99=waits.get("p99", 0.0),
        cpu=cost.servers / count * 1000,
        own=own / result["seconds"],
        foreign=foreign / (cost.seconds * (os.cpu_count() or 1)),
        result=result,
    )


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def choose_address() -> None:
    """Say in the environment where the product shall listen, and that it is the demo city."""
    os.environ |= {"HOST": HOST, "PORT": str(free_port()), "LEARNCITY_DEMO": "1"}
    os.environ.pop("LEARNCITY_PUBLIC_URL", None)


@contextmanager
def running() -> Iterator[Product]:
    """Have the product running with the demo city, in the data folder of the environment."""
    port = int(os.environ["PORT"])
    product = Product(port, _start(port), Embedded(os.environ["LEARNCITY_DATA"]))
    try:
        yield product
    finally:
        _stop(product.process)


def _start(port: int) -> subprocess.Popen[bytes]:
    path = Path(os.environ["LEARNCITY_DATA"]) / "serve.log"
    with path.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "learncity.config.cli", "serve", "--demo"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _await(process, port, path)
    except BaseException:
        _stop(process)
        raise
    return process


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START
    while not steps.answers(HOST, port):
        if process.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"The product does not start:\n{log.read_text()}")
        time.sleep(0.2)


def reaches(port: int) -> bool:
    """Whether somebody listens at a port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
