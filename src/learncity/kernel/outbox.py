"""Telling others that something happened, without knowing them.

``publish`` writes one row a handler in the running transaction, so news of a change that was
rolled back never leaves, and news of one that was kept is never lost. The worker dispatches after
commit, at least once; a handler must be safe to run twice. Rooms register handlers in their
``handlers.py``, which every process imports at start.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from .errors import DomainError
from .ids import uuid7
from .models import OutboxEntry
from .rows import insert

log = structlog.get_logger("learncity.outbox")

# Takes news of one kind, all that is at hand; may say which of it it could not handle, and why.
Handler = Callable[[Sequence[Any]], Mapping[Any, Exception] | None]

# Rows handed over at once. What somebody waits for waits for one such batch at the most.
BATCH = 20
# Seconds to wait after the first, second, … failure; after the last the row is set aside and shown
# to the operator, who can set it due again.
_WAITS = (2, 10, 60, 300, 1800, 7200, 21600, 86400)

_events: dict[str, type] = {}
_handlers: dict[str, dict[str, Handler]] = {}


class NotCarried(Exception):
    """Something did not leave the machine. ``code`` says why in a symbol, without a person in it.

    Of every other exception the operator sees the name only: words of a provider hold addresses.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def name_of(event: type) -> str:
    """The public name of an event: ``room.Event``; a room's ``types`` may be a package."""
    room, is_of_room, _rest = event.__module__.partition(".types")
    part = room.split(".")[-1] if is_of_room else event.__module__.split(".")[-2]
    return f"{part}.{event.__name__}"


def on(event: type) -> Callable[[Handler], Handler]:
    """Register a handler of an event: a function of a list of them, safe to run twice.

    One that raises has done nothing, and is called again for each event by itself. One whose effect
    leaves the machine catches what goes wrong and answers with the events it failed for.
    """

    def register(handler: Handler) -> Handler:
        name = name_of(event)
        _events[name] = event
        _handlers.setdefault(name, {})[f"{handler.__module__}.{handler.__name__}"] = handler
        return handler

    return register


def publish(*events: Any, urgent: bool = False) -> None:
    """Write the events to the outbox of the running transaction, in one statement.

    Args:
        events: frozen dataclasses from a room's ``types``, with identifiers and facts only. One
            that is of no use after a time says so by a ``lasts`` of its class: it is dropped
            then, with all it held, and never set aside.
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


def dispatch(*, at: datetime, limit: int = 100) -> int:
    """Hand up to ``limit`` due rows to their handlers, many at a time; how many were taken.

    Rows are handled in one transaction with the mark that they are done, so a handler that only
    writes to the database runs exactly once. Several workers may dispatch side by side.
    """
    taken = 0
    while taken < limit:
        size = min(BATCH, limit - taken)
        found = _dispatch_batch(at, size)
        taken += found
        if found < size:
            break
    return taken


@transaction.atomic
def _dispatch_batch(at: datetime, size: int) -> int:
    due = OutboxEntry.objects.select_for_update(skip_locked=True).filter(
        done_at=None, failed_at=None, due_at__lte=at
    )
    entries = list(due.order_by("priority", "due_at", "id")[:size])
    fresh = [e for e in entries if not _perished(e, at)]
    failed: dict[UUID, Exception] = {}
    for (event, handler), group in groupby(fresh, key=lambda e: (e.event, e.handler)):
        failed |= _hand_over(event, handler, list(group))
    for entry in entries:
        if entry not in fresh:
            _drop(entry, at)
        elif entry.pk in failed:
            _put_off(entry, failed[entry.pk], at)
    # What was said is no longer needed; identifiers of persons and codes go with it.
    OutboxEntry.objects.filter(pk__in=[e.pk for e in fresh if e.pk not in failed]).update(
        done_at=at, body={}, error="", attempts=F("attempts") + 1
    )
    return len(entries)


def _hand_over(event: str, handler: str, entries: list[OutboxEntry]) -> dict[UUID, Exception]:
    """Have the rows handled; those that were not, and why."""
    try:
        news = {entry.pk: _event(entry) for entry in entries}
        with transaction.atomic():
            undone = _handlers[event][handler](list(news.values())) or {}
    except Exception as error:  # any fault of any handler must leave the row to be tried again
        if len(entries) == 1:
            return {entries[0].pk: error}
        # One piece of news must not hold up the others.
        return {
            pk: fault
            for entry in entries
            for pk, fault in _hand_over(event, handler, [entry]).items()
        }
    return {pk: undone[said] for pk, said in news.items() if said in undone}


def _put_off(entry: OutboxEntry, error: Exception, at: datetime) -> None:
    entry.error = _why(error)
    again = None
    if entry.attempts < len(_WAITS):
        again = at + timedelta(seconds=_WAITS[entry.attempts])
    entry.attempts += 1
    if _perished(entry, again):
        return _drop(entry, at)
    entry.due_at, entry.failed_at = again or entry.due_at, None if again else at
    entry.save(update_fields=["error", "due_at", "failed_at", "attempts"])
    log.warning(
        "put off",
        entry=str(entry.id),
        handler=entry.handler,
        attempts=entry.attempts,
        error=type(error).__name__,
        given_up=entry.failed_at is not None,
    )


def _perished(entry: OutboxEntry, by: datetime | None) -> bool:
    """Whether it is of no use at a moment; one that perishes at all is of none if never tried."""
    lasts: timedelta | None = getattr(_events.get(entry.event), "lasts", None)
    return lasts is not None and (by is None or entry.created_at + lasts <= by)


def _drop(entry: OutboxEntry, at: datetime) -> None:
    """End it unhandled: there is nothing left an operator could do, and nothing of it stays."""
    entry.done_at, entry.body = at, {}
    entry.save(update_fields=["done_at", "body", "error", "attempts"])
    log.warning("too late", entry=str(entry.id), handler=entry.handler, attempts=entry.attempts)


def _why(error: Exception) -> str:
    code = error.code if isinstance(error, NotCarried | DomainError) else ""
    return f"{type(error).__name__} {code}".rstrip()[:500]


def _event(entry: OutboxEntry) -> Any:
    event = _events[entry.event]
    known = {f.name for f in fields(event)}
    # JSON knows no tuples; an event is a value that can be looked up.
    body = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.body.items()}
    return event(**{k: v for k, v in body.items() if k in known})


def _plain(body: dict[str, Any]) -> dict[str, Any]:
    encoder = DjangoJSONEncoder()

    def plain(value: Any) -> Any:
        return encoder.default(value) if isinstance(value, UUID | datetime) else value

    return {name: plain(value) for name, value in body.items()}


def waiting() -> tuple[int, datetime | None, int]:
    """Rows not yet handled, when the oldest was due, and rows given up; one query.

    It reads these rows by their two indexes, and none of the week that was handled.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(due_at), "
            "(SELECT count(*) FROM kernel_outboxentry WHERE failed_at IS NOT NULL) "
            "FROM kernel_outboxentry WHERE done_at IS NULL AND failed_at IS NULL"
        )
        count, oldest, given_up = cursor.fetchone()
    return count, oldest, given_up


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


def forget(*, done_before: datetime, given_up_before: datetime) -> int:
    """Delete rows done, and rows given up, before a moment each; how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM kernel_outboxentry WHERE done_at < %s OR failed_at < %s",
            [done_before, given_up_before],
        )
        return cursor.rowcount
