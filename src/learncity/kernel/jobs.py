"""Work outside a request. This module and the worker alone know the job library (procrastinate).

A job takes keyword arguments of plain JSON, tolerates a second run, and calls one service. Enqueued
inside a transaction it exists only if the transaction commits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as _proxy

Function = Callable[..., None]


@dataclass(frozen=True)
class Job:
    """A registered job."""

    name: str
    function: Function
    cron: str | None = None
    retries: int = 5


REGISTERED: dict[str, Job] = {}


def job(*, cron: str | None = None, retries: int = 5) -> Callable[[Function], Function]:
    """Register a function as a job, run on a schedule when ``cron`` says so.

    Args:
        cron: five fields, in UTC. The function then takes no arguments.
        retries: tries after the first failure, the waiting time doubling each time.
    """

    def register(function: Function) -> Function:
        name = f"{function.__module__.removeprefix('learncity.')}.{function.__name__}"
        REGISTERED[name] = Job(name, function, cron, retries)
        return function

    return register


def bind() -> None:
    """Tell the job library of every registered job; once a process, after all rooms are loaded."""
    for registered in REGISTERED.values():
        if registered.name in _proxy.tasks:
            continue
        task = _proxy.task(
            name=registered.name,
            retry=RetryStrategy(max_attempts=registered.retries, exponential_wait=2),
        )(_run(registered))
        if registered.cron:
            _proxy.periodic(cron=registered.cron)(task)


def _run(registered: Job) -> Callable[..., None]:
    def run(timestamp: int | None = None, **arguments: Any) -> None:
        registered.function(**arguments)

    return run


def enqueue(function: Function | str, **arguments: Any) -> None:
    """Have the worker run a registered job, if the running transaction commits.

    Args:
        function: the job, or its name for whoever stands below it: ``apps.room.jobs.what``.
    """
    if isinstance(function, str):
        name = function
    else:
        name = f"{function.__module__.removeprefix('learncity.')}.{function.__name__}"
    _proxy.configure_task(REGISTERED[name].name).defer(**arguments)
