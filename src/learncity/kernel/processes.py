"""Whether a process is alive: asked of the system, not of files that it may have left behind."""

import os
import subprocess
import sys
from pathlib import Path


def is_running(pid: int, *, words: tuple[str, ...] = ()) -> bool:
    """Whether the process is alive, is no zombie, and has all these words in its command line.

    A process number is given out again after a restart of the machine or container, so a number
    from a file says little without the words.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    state, command = _linux(pid) if sys.platform == "linux" else _elsewhere(pid)
    return state not in ("Z", "X", "") and all(word in command for word in words)


def _linux(pid: int) -> tuple[str, str]:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        command = os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:  # gone in between
        return "", ""
    # The name, in brackets, may itself hold brackets and spaces.
    return stat.rpartition(")")[2].split()[0], command


def _elsewhere(pid: int) -> tuple[str, str]:
    said = subprocess.run(
        ["/bin/ps", "-o", "stat=,command=", "-p", str(pid)],
        check=False,
        capture_output=True,
        text=True,
    ).stdout.strip()
    state, _, command = said.partition(" ")
    return state[:1], command
