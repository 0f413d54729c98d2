"""The worker: dispatches the outbox, and runs jobs. Any number may run side by side."""

import asyncio
import threading
from typing import Any

import structlog
from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone
from procrastinate.contrib.django import app as _proxy

from . import jobs, outbox

log = structlog.get_logger("learncity.worker")

# How long a message waits at the most before it is looked for, in seconds.
PAUSE = 0.5


def run(stop: threading.Event) -> None:
    """Work until told to stop. Survives a restart of the database."""
    jobs.bind()
    runner = threading.Thread(target=_run_jobs, args=[stop], name="jobs", daemon=True)
    runner.start()
    while not stop.is_set():
        try:
            busy = outbox.dispatch(at=timezone.now())
        except OperationalError as error:
            log.warning("database away", error=type(error).__name__)
            connection.close()
            busy = 0
            stop.wait(1)
        if not busy:
            stop.wait(PAUSE)
        close_old_connections()
    runner.join(timeout=10)


def _run_jobs(stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            asyncio.run(_until(stop))
        except Exception as error:  # the database went away, in any of the library's ways
            log.warning("job runner restarts", error=type(error).__name__)
            stop.wait(2)


async def _until(stop: threading.Event) -> None:
    connector: Any = _proxy.connector
    app = _proxy.with_connector(connector.get_worker_connector())
    async with app.open_async():
        work = asyncio.create_task(
            app.run_worker_async(
                concurrency=2,
                install_signal_handlers=False,
                delete_jobs="successful",
                fetch_job_polling_interval=5,
            )
        )
        while not stop.is_set() and not work.done():
            await asyncio.sleep(0.3)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
