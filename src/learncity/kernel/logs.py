"""Structured logs: one JSON object a line, never a person in it.

Log identifiers of things (class, job, message), not names, addresses or free text. Of an exception
its type and the lines it passed through are logged, and not its words: those of the database hold
the value that was refused. Of a request the pattern of its address is, which holds no receipt.
"""

import logging
import sys
import threading
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any

import psycopg
import structlog
from structlog.typing import EventDict

log = structlog.get_logger("learncity.process")

# How many lines of code, the innermost, and how many causes of a fault are logged at the most.
_FRAMES, _CAUSES = 25, 5
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def configure(_settings: dict[str, Any]) -> None:
    """Set up logging; called by Django, which asks only that ``settings.LOGGING`` is not empty."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_faults),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(ensure_ascii=False),
            foreign_pre_chain=[_without_words, *shared],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("learncity").setLevel(logging.INFO)
    django = logging.getLogger("django")
    django.handlers = []
    django.setLevel(logging.WARNING)
    # What a stranger asks for in vain is no fault, and would fill the log.
    logging.getLogger("django.request").setLevel(logging.ERROR)


def watch_uncaught() -> None:
    """Let what ends this process, or a thread of it, be a line of the log like any other fault."""
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, Exception):
        log.critical("process ends", exc_info=(kind, error, trace))
    else:
        sys.__excepthook__(kind, error, trace)


def _uncaught_in_thread(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None and ended.exc_type is not SystemExit:
        trace = (ended.exc_type, ended.exc_value, ended.exc_traceback)
        log.critical("thread ends", exc_info=trace)


def _without_words(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Leave of a library's line what cannot hold words of a person."""
    record: logging.LogRecord = event["_record"]
    request = getattr(record, "request", None)
    if request is not None and hasattr(record, "status_code"):
        match = request.resolver_match
        event["event"] = HTTPStatus(record.status_code).phrase
        event["status"], event["method"] = record.status_code, request.method
        event["route"] = match.route if match else ""
    elif record.exc_info and not isinstance(record.msg, str):
        event["event"] = type(record.msg).__name__
    else:
        # What follows is a trace, or the value that the database refused.
        event["event"] = str(event["event"]).partition("\n")[0]
    return event


def _faults(exc_info: _ExcInfo) -> list[dict[str, Any]]:
    """The exception and what caused it, outermost first."""
    found: list[dict[str, Any]] = []
    error: BaseException | None = exc_info[1]
    while error is not None and len(found) < _CAUSES:
        found.append(_fault(error))
        hidden = None if error.__suppress_context__ else error.__context__
        error = error.__cause__ or hidden
    return found


def _fault(error: BaseException) -> dict[str, Any]:
    frames = [
        f"{_short(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"
        for frame, line in islice(reversed(list(walk_tb(error.__traceback__))), _FRAMES)
    ]
    said: dict[str, Any] = {"type": f"{type(error).__module__}.{type(error).__qualname__}"}
    if isinstance(error, psycopg.Error):
        # Names that we gave; the words beside them hold the row.
        named = {"sqlstate": error.sqlstate, "constraint": error.diag.constraint_name}
        said |= {name: value for name, value in named.items() if value}
    return {**said, "frames": frames[::-1]}


def _short(path: str) -> str:
    return "/".join(Path(path).parts[-3:])
