"""Remembering answers for a few seconds, per process: what every page asks and hardly changes."""

import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_all: list[dict[Any, Any]] = []


def remember(seconds: float) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep the answers of a function of few, hashable arguments for so many seconds."""

    def wrap(function: Callable[P, T]) -> Callable[P, T]:
        known: dict[Any, tuple[float, T]] = {}
        lock = threading.Lock()
        _all.append(known)

        @wraps(function)
        def ask(*args: P.args, **kwargs: P.kwargs) -> T:
            key = (args, tuple(sorted(kwargs.items())))
            now = time.monotonic()
            found = known.get(key)
            if found and found[0] > now:
                return found[1]
            answer = function(*args, **kwargs)
            with lock:
                if len(known) > 1000:
                    known.clear()
                known[key] = (now + seconds, answer)
            return answer

        return ask

    return wrap


def forget_all() -> None:
    """Forget everything, as between tests."""
    for known in _all:
        known.clear()
