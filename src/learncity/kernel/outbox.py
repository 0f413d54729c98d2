"""Telling others that something happened, without knowing them.

``publish`` writes one row a handler in the running transaction, so news of a change that was
rolled back never leaves, and news of one that was kept is never lost. The worker dispatches after
commit, at least once; a handler must be safe to run twice. Rooms register handlers in their
``handlers.py``, which every process imports at start.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from .ids import uuid7
from .models import OutboxEntry
from .rows import insert

log = structlog.get_logger("learncity.outbox")

Handler = Callable[[Any], None]

# Seconds to wait after the first, second, … failure; after the last the row is set aside and shown
# to the operator, who can set it due again.
_WAITS = (2, 10, 60, 300, 1800, 7200, 21600, 86400)

_events: dict[str, type] = {}
_handlers: dict[str, dict[str, Handler]] = {}


def name_of(event: type) -> str:
    """The public name of an event: ``room.Event``."""
    return f"{event.__module__.split('.')[-2]}.{event.__name__}"


def on(event: type) -> Callable[[Handler], Handler]:
    """Register a handler of an event: a function of the event, safe to run twice."""

    def register(handler: Handler) -> Handler:
        name = name_of(event)
        _events[name] = event
        _handlers.setdefault(name, {})[f"{handler.__module__}.{handler.__name__}"] = handler
        return handler

    return register


def publish(*events: Any, urgent: bool = False) -> None:
    """Write the events to the outbox of the running transaction, in one statement.

    Args:
        events: frozen dataclasses from a room's ``types``, with identifiers and facts only.
        urgent: somebody waits at the screen, so it goes before everything that can wait.
    """
    rows = []
    for event in events:
        if not is_dataclass(event):
            raise TypeError(f"{event!r} is not an event")
        name = name_of(type(event))
        rows += [(name, handler, asdict(event)) for handler in _handlers.get(name, ())]  # type: ignore[arg-type]
    insert(
        OutboxEntry,
        [
            {
                "id": uuid7(),
                "event": event,
                "handler": handler,
                "body": _plain(body),
                "priority": 0 if urgent else 5,
            }
            for event, handler, body in rows
        ],
    )


def dispatch(*, at: datetime, limit: int = 50) -> int:
    """Hand up to ``limit`` due rows to their handlers; how many were taken.

    Each row is handled in a transaction of its own together with its mark, so a handler that only
    writes to the database runs exactly once. Several workers may dispatch side by side.
    """
    taken = 0
    while taken < limit and _dispatch_one(at):
        taken += 1
    return taken


def _dispatch_one(at: datetime) -> bool:
    with transaction.atomic():
        entry = (
            OutboxEntry.objects.select_for_update(skip_locked=True)
            .filter(done_at=None, failed_at=None, due_at__lte=at)
            .order_by("priority", "due_at", "id")
            .first()
        )
        if entry is None:
            return False
        try:
            with transaction.atomic():
                _handlers[entry.event][entry.handler](_event(entry))
        except Exception as error:  # any fault of any handler must leave the row to be tried again
            _put_off(entry, error, at)
        else:
            # What was said is no longer needed; identifiers of persons and codes go with it.
            entry.done_at, entry.body, entry.error = at, {}, ""
            entry.attempts += 1
            entry.save(update_fields=["done_at", "body", "error", "attempts"])
    return True


def _put_off(entry: OutboxEntry, error: Exception, at: datetime) -> None:
    entry.error = f"{type(error).__name__}: {error}"[:500]
    if entry.attempts < len(_WAITS):
        entry.due_at = at + timedelta(seconds=_WAITS[entry.attempts])
    else:
        entry.failed_at = at
    entry.attempts += 1
    entry.save(update_fields=["error", "due_at", "failed_at", "attempts"])
    log.warning(
        "put off",
        entry=str(entry.id),
        handler=entry.handler,
        attempts=entry.attempts,
        error=type(error).__name__,
        given_up=entry.failed_at is not None,
    )


def _event(entry: OutboxEntry) -> Any:
    event = _events[entry.event]
    known = {f.name for f in fields(event)}
    return event(**{k: v for k, v in entry.body.items() if k in known})


def _plain(body: dict[str, Any]) -> dict[str, Any]:
    encoder = DjangoJSONEncoder()

    def plain(value: Any) -> Any:
        return encoder.default(value) if isinstance(value, UUID | datetime) else value

    return {name: plain(value) for name, value in body.items()}


def waiting() -> tuple[int, datetime | None, int]:
    """Rows not yet handled, when the oldest was due, and rows given up; in two queries."""
    open_rows = OutboxEntry.objects.filter(done_at=None, failed_at=None)
    found = open_rows.aggregate(oldest=Min("due_at"), newest=Max("due_at"))
    return (
        open_rows.count(),
        found["oldest"],
        OutboxEntry.objects.exclude(failed_at=None).count(),
    )


def given_up(limit: int = 50) -> Sequence[OutboxEntry]:
    """The rows no longer tried, newest first."""
    return list(OutboxEntry.objects.exclude(failed_at=None).order_by("-failed_at", "-id")[:limit])


def try_again(entry_id: UUID) -> bool:
    """Set a given-up row due at once; whether there was one."""
    return bool(
        OutboxEntry.objects.exclude(failed_at=None)
        .filter(pk=entry_id)
        .update(failed_at=None, due_at=timezone.now(), attempts=0)
    )


def forget(*, before: datetime) -> int:
    """Delete rows done before a moment; how many. A week is kept for questions."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_outboxentry WHERE done_at < %s", [before])
        return cursor.rowcount
