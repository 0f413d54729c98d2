"""Work on several things of which none may hold up the others."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog

log = structlog.get_logger("learncity.one_by_one")

Thing = TypeVar("Thing")


def one_by_one(things: Iterable[Thing], work: Callable[[Thing], int], *, what: str) -> int:
    """Do the work on each; the sum of what it says it did.

    One that fails is logged and tried again the next time. The rest is done before its fault is
    raised, so that the job is seen to have failed.

    Args:
        work: one transaction of its own, which may be done twice.
        what: what the things are, for the log; each is logged as it is, so it must be a key.

    Raises:
        Exception: the first fault, when all are done.
    """
    done, fault = 0, None
    for thing in things:
        try:
            done += work(thing)
        except Exception as error:  # it is somebody else's turn; raised below
            log.exception("one of several failed", what=what, key=str(thing))
            fault = fault or error
    if fault is not None:
        raise fault
    return done
