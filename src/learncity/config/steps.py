"""The steps from a folder to a system that answers, each shown with its time.

Work that needs Django is done by a process of its own: the supervisor stays small, and each
process reads its settings once, for one database role.
"""

import errno
import http.client
import os
import socket
import subprocess
import sys
import threading
import time

from learncity.config import demo, lifeline, own_files, preparation
from learncity.config.env import Env
from learncity.config.faults import Fault
from learncity.config.terminal import out, step

Process = subprocess.Popen[bytes]


class Interrupted(Exception):
    """The operator asked to stop while the system was starting."""


def check_port(host: str, port: int, *, patience: float) -> None:
    """Make sure that the address is free.

    Args:
        patience: seconds to wait for processes of a killed run to leave.

    Raises:
        Fault: it is taken, or it is no address of this machine.
    """
    end = time.monotonic() + patience
    while True:
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
            return
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            if not taken or time.monotonic() > end:
                raise Fault(_why(error, host, port))
        time.sleep(0.2)


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is used by another program. Choose another one with the variable PORT, "
            f"for example: PORT={port + 1} ./go run"
        )
    if error.errno == errno.EACCES:
        return f"PORT: this user may not use port {port}; use one above 1023."
    return f"HOST: {host} is no address of this machine."


class Preparation:
    """Tables, translations, static files and the demo city, brought up to date before a start.

    Args:
        stop: set when the operator asks to stop.
        pipe: see ``lifeline``; a step does not outlive the supervisor.
    """

    def __init__(self, stop: threading.Event, pipe: int) -> None:
        self.stop, self.pipe = stop, pipe
        self.log = Env.read().data_dir / "log" / "prepare.log"
        self.running: list[subprocess.Popen[bytes]] = []

    def run(self, *, with_demo: bool) -> None:
        """Do what is needed.

        Raises:
            Fault: a step failed; the end of what it said is in the message.
            Interrupted: the operator asked to stop.
        """
        own_files.opened(self.log, "wb").close()
        try:
            self._run(with_demo)
        finally:
            for process in self.running:
                process.terminate()
                process.wait()

    def _run(self, with_demo: bool) -> None:
        with step("Translations"):
            preparation.make_translations()
        # The two longest steps have nothing to do with each other and share the machine.
        static = None if preparation.static_is_ready() else self._begin("static")
        if not preparation.tables_are_ready():
            with step("Tables and rights"):
                self._finish(self._begin("tables", role="owner"))
        if static is not None:
            with step("Static files"):
                self._finish(static)
        if with_demo and demo.sign_ins() is None:
            out.print("  The demo city, once")
            self._finish(self._begin("demo", shown=True))

    def _begin(self, name: str, *, role: str = "app", shown: bool = False) -> Process:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "learncity.config.cli", "prepare", name],
                stdin=subprocess.DEVNULL,
                stdout=None if shown else log,
                stderr=None if shown else log,
                pass_fds=[self.pipe],
                env={**os.environ, "LEARNCITY_DB_ROLE": role, lifeline.FD: str(self.pipe)},
            )
        self.running.append(process)
        return process

    def _finish(self, process: Process) -> None:
        while process.poll() is None:
            if self.stop.wait(0.05):
                raise Interrupted
        self.running.remove(process)
        if self.stop.is_set():
            raise Interrupted
        if process.returncode:
            said = self.log.read_text(errors="replace").strip()[-2000:]
            raise Fault(
                f"A step of the start failed; nothing was lost. See {self.log}.\n{said}".strip()
            )


def ensure_tables() -> None:
    """Make the tables when they are not those of this code: for a command before the first start.

    Raises:
        Fault: they could not be made.
    """
    if preparation.tables_are_ready():
        return
    with step("Tables and rights"):
        done = subprocess.run(
            [sys.executable, "-P", "-m", "learncity.config.cli", "migrate"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = (done.stdout + done.stderr).strip()[-2000:]
            raise Fault(f"The tables could not be made; nothing was lost.\n{said}")


def answers(host: str, port: int) -> bool:
    """Whether the web server says that all is well."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    connection = http.client.HTTPConnection(here, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
