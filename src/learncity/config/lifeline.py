"""How a child process learns that the process that started it is gone, whatever ended it.

The supervisor keeps the writing end of a pipe and never writes. When it dies, be it by kill -9,
the system closes the pipe, and whoever reads it knows. This works the same on Linux and macOS.
"""

import os
import signal
import threading
import time

FD = "LEARNCITY_LIFELINE"
# How long a child may take to stop by itself, in seconds.
GRACE = 8


def watch() -> None:
    """Stop this process when the supervisor is gone; nothing happens when there never was one."""
    pipe = os.environ.pop(FD, "")
    if pipe:
        threading.Thread(target=_wait_for_end, args=[int(pipe)], daemon=True).start()


def _wait_for_end(pipe: int) -> None:
    os.read(pipe, 1)
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    time.sleep(GRACE)
    if os.getpgrp() == os.getpid():
        # It leads a group of its own; what it started goes with it.
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def watch_parent() -> None:
    """Stop this process when its parent is gone; for processes that a library starts."""
    threading.Thread(target=_wait_for_orphanage, args=[os.getppid()], daemon=True).start()


def _wait_for_orphanage(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)
