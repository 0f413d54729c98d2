"""The worker's process: events, jobs and everything that waits for its time.

``python -m learncity.config.worker``; started, watched and stopped by the supervisor.
"""

import os
import signal
import threading

import django

from learncity.config import lifeline


def main() -> None:
    """Work until told to stop; the piece of work at hand is finished first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learncity.config.settings")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    # People at the screen go before messages that can wait a second.
    os.nice(10)
    lifeline.watch()
    django.setup()
    from learncity.kernel import logs, worker  # models can be loaded only now

    logs.watch_uncaught()
    worker.run(stop)


if __name__ == "__main__":
    main()
