"""A real `learncity serve` for tests: started, waited for, looked into, and never left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(*words: str, data: Path, **variables: str) -> "subprocess.Popen[str]":
    """Start a learncity command of a data folder."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LEARNCITY_", "DATABASE_"))}
    paths = os.pathsep.join(path for path in sys.path if path)
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "learncity.config.cli", *words],
        env={**kept, "PYTHONPATH": paths, "LEARNCITY_DATA": str(data), **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(*words: str, data: Path, **variables: str) -> tuple[int, str]:
    """Run a learncity command to its end; its code and all that it said."""
    process = command(*words, data=data, **variables)
    said, _ = process.communicate(timeout=180)
    return process.returncode, said


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def until(what, *, seconds: float = 30.0) -> float:
    """Wait until something holds; how long that took."""
    begun = time.monotonic()
    while not what():
        assert time.monotonic() - begun < seconds, "it did not happen in time"
        time.sleep(0.05)
    return time.monotonic() - begun


def processes_of(data: Path) -> dict[int, str]:
    """The living processes that belong to a data folder, by its name in words or variables."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = os.fsdecode((folder / "cmdline").read_bytes()).replace("\0", " ")
            if f"LEARNCITY_DATA={data}".encode() in (folder / "environ").read_bytes() or (
                "postgres" in words and str(data) in words
            ):
                alive = (folder / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
                if alive and int(folder.name) != os.getpid():
                    found[int(folder.name)] = words
        except OSError:
            continue
    return found


def find(data: Path, word: str) -> list[int]:
    return sorted(pid for pid, words in processes_of(data).items() if word in words)


def kill(*pids: int) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


class City:
    """A running system in a data folder."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, free_port()
        self.process: subprocess.Popen[str] | None = None
        self.said = ""

    def start(self) -> float:
        """Start all of it; seconds until it answered."""
        begun = time.monotonic()
        self.process = command("serve", "--port", str(self.port), data=self.data)
        until(lambda: answers(self.port) or self.process.poll() is not None, seconds=120)
        if self.process.poll() is not None:
            raise AssertionError(self.process.communicate()[0])
        took = time.monotonic() - begun
        # It is started last, when pages are served already.
        until(lambda: find(self.data, "config.worker"))
        return took

    def stop(self) -> float:
        """Ask it to stop, as a service manager does; seconds until it was gone."""
        begun = time.monotonic()
        self.process.terminate()
        self.said, _ = self.process.communicate(timeout=60)
        return time.monotonic() - begun

    def end(self) -> None:
        """Leave nothing behind, however the test went."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        until(lambda: not processes_of(self.data), seconds=30)
