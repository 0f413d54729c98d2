"""The web server's process: granian with a few threads, so that a rush waits instead of piling up.

``python -m learncity.config.web``; started, watched and stopped by the supervisor.
"""

import gc
import multiprocessing
import signal
from collections.abc import Callable
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from learncity.config import lifeline
from learncity.config.env import env
from learncity.kernel import logs

TARGET = "learncity.config.wsgi:application"
# Four threads share the database pool of their process; what is beyond the back-pressure waits in
# the socket. Granian's own default is hundreds of threads, which exhausts the database.
# It limits the time of the headers and not of the body (its issue 728, refused): a thread waits for
# a slow sender for ever, unless a reverse proxy takes requests in whole.
THREADS, BACKPRESSURE = 4, 64
# How long a running request may take when the server stops, in seconds.
LAST_REQUEST = 5
# Its own lines go the way of all others and are JSON too.
LOGGERS = {"loggers": {"_granian": {"propagate": True}}}


def load(_target: str) -> Callable[..., Any]:
    """Load the application in a web process that granian has started."""
    # Until granian listens to signals here, those of the process that forked this one are in place
    # and would swallow a request to stop.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    lifeline.watch_parent()
    from learncity.config.wsgi import application  # Django belongs in the workers

    logs.watch_uncaught()
    return application


def load_once() -> None:
    """Load the whole application before granian forks its workers.

    They share what is loaded, start at once, and a fallen one is replaced in no time. Nothing here
    may open a connection or start a thread, which a fork would break.
    """
    from django.urls import get_resolver

    from learncity.config.wsgi import application  # noqa: F401
    from learncity.kernel import search_words, words

    words.load()
    search_words.load()
    get_resolver().url_patterns  # noqa: B018 - read to have every view imported
    # What is shared is never looked at by the collector, and so never copied.
    gc.collect()
    gc.freeze()


def main() -> None:
    """Serve until told to stop."""
    lifeline.watch()
    if multiprocessing.get_start_method() == "fork":
        load_once()
    Granian(
        TARGET,
        address=env().host,
        port=int(env().port),
        interface=Interfaces.WSGI,
        workers=int(env().workers),
        blocking_threads=THREADS,
        backpressure=BACKPRESSURE,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=LAST_REQUEST,
        log_level=LogLevels.warning,
        log_dictconfig=LOGGERS,
    ).serve(target_loader=load)


if __name__ == "__main__":
    main()
