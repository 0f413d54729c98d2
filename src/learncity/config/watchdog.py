"""The last one out: a tiny process that cleans up when the supervisor was killed.

``python -m learncity.config.watchdog DATA_FOLDER``. It hears from the supervisor, on standard
input, which processes were started; when that pipe ends, it waits until they have stopped by
themselves, ends those that have not, and stops the embedded database unless somebody else uses it.
"""

import os
import signal
import sys
import time

from learncity.config.lifeline import GRACE
from learncity.kernel.processes import is_running


def main() -> None:
    """Wait for the end of the supervisor, then clean up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    children = {int(line) for line in sys.stdin}
    end = time.monotonic() + GRACE + 1
    while any(map(_is_child, children)) and time.monotonic() < end:
        time.sleep(0.1)
    for pid in filter(_is_child, children):
        os.killpg(pid, signal.SIGKILL)
    data = sys.argv[1]
    if data:
        # Loaded only now: all its life this process does nothing but wait.
        from learncity.kernel.postgres import Embedded

        Embedded(data).stop_if_unused()


def _is_child(pid: int) -> bool:
    # The number alone may belong to a stranger by now.
    return is_running(pid, words=("learncity.config.",))


if __name__ == "__main__":
    main()
