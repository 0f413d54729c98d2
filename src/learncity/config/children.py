"""A child process of the supervisor: started, watched, started again, stopped, with its log."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from learncity.config import lifeline, own_files

# A child that lived this long was well; its next fall is a first one. Seconds.
WELL = 60
LONGEST_PAUSE = 30.0
# A log that is longer is copied aside and emptied, so that a disk is never filled by one.
LONGEST_LOG = 20_000_000


class Child:
    """One process of the running system.

    Args:
        name: what the operator calls it; also the name of its log.
        module: what is run.
        log: where it writes.
    """

    def __init__(self, name: str, module: str, log: Path) -> None:
        self.name, self.module, self.log = name, module, log
        self.process: subprocess.Popen[bytes] | None = None
        self.pause = 0.0
        self.due_at = 0.0
        self.started_at = 0.0

    def start(self, pipe: int) -> int:
        """Start it; its process number."""
        with own_files.opened(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", self.module],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Not struck by a Ctrl-C in the terminal: the supervisor stops all in their order.
                start_new_session=True,
                pass_fds=[pipe],
                env={**os.environ, "LEARNCITY_DB_ROLE": "app", lifeline.FD: str(pipe)},
            )
        self.started_at = time.monotonic()
        return self.process.pid

    def has_died(self) -> bool:
        """Whether it was started and has ended; what it had started itself is ended too."""
        if self.process is None or self.process.poll() is None:
            return False
        self._end_group()
        self.process = None
        lived = time.monotonic() - self.started_at
        self.pause = 0.5 if lived > WELL else min(max(0.5, self.pause * 2), LONGEST_PAUSE)
        self.due_at = time.monotonic() + self.pause
        return True

    def is_due(self) -> bool:
        """Whether it is down and has waited long enough to be started again."""
        return self.process is None and time.monotonic() >= self.due_at

    def ask_to_stop(self) -> None:
        """Send it the polite signal."""
        if self.process is not None:
            self.process.terminate()

    def wait(self, seconds: float) -> None:
        """Wait for its end, and end it when that takes longer."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self._end_group()
        self.process.wait()
        self.process = None

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _end_group(self) -> None:
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return  # nobody is left; macOS says so with the second


def rotate(log: Path) -> None:
    """Copy a long log aside and empty it; whoever writes it appends, and goes on undisturbed."""
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        with log.open("rb") as full, own_files.opened(log.with_name(log.name + ".1"), "wb") as old:
            shutil.copyfileobj(full, old)
        os.truncate(log, 0)
