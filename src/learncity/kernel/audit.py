"""The audit trail: staff actions and looks at other people's data."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, F, OuterRef, Q, Subquery

from .acting import By
from .models import AuditEntry


def note(action: str, subject: str, *, by: By, **detail: Any) -> None:
    """Append one entry, in the running transaction.

    Args:
        action: what was done, ``room.verb`` such as ``classes.roster_read``.
        subject: the kind and identifier of what it was done to.
        detail: counts and keys; never names or addresses.
    """
    if by.mandate_id is not None:
        detail["mandate"] = str(by.mandate_id)
    AuditEntry.objects.create(
        actor_id=by.person_id, via=by.via, action=action, subject=subject, detail=detail
    )


def note_all(action: str, subjects: Mapping[str, Mapping[str, Any]], *, by: By) -> None:
    """Append one entry for each of several subjects with its detail, in one statement."""
    more = {} if by.mandate_id is None else {"mandate": str(by.mandate_id)}
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor_id=by.person_id, via=by.via, action=action, subject=subject,
            detail={**detail, **more},
        )
        for subject, detail in subjects.items()
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sought:
    """Which entries are wanted: all of what is said here, and any where nothing is.

    Attributes:
        action: what was done.
        people: who did it, or to whom it was done.
        since, before: when; from the first moment to the one after the last.
    """

    action: str = ""
    people: Collection[UUID] = ()
    since: datetime | None = None
    before: datetime | None = None


def count(action: str, subject: str, *, by: By) -> int:
    """How often somebody did something to a thing; one query."""
    rows = AuditEntry.objects.filter(action=action, subject=subject, actor_id=by.person_id)
    return rows.count()


def ended(actions: Collection[str], *, since: datetime, begun: str) -> tuple[int, timedelta | None]:
    """How often these were done since a moment, and how long after they were begun on average.

    One query. Begun is the last ``begun`` of the same subject before; what never was counts, but
    not in the average.
    """
    before = AuditEntry.objects.filter(
        action=begun, subject=OuterRef("subject"), at__lte=OuterRef("at")
    ).order_by("-at")
    rows = AuditEntry.objects.filter(action__in=actions, at__gte=since)
    found = rows.annotate(begun_at=Subquery(before.values("at")[:1])).aggregate(
        n=Count("id"), took=Avg(F("at") - F("begun_at"))
    )
    return found["n"], found["took"]


class NoSuchEntry(LookupError):
    """There is no entry of this id."""


def latest(
    limit: int = 100, *, sought: Sought | None = None, after: UUID | None = None
) -> list[AuditEntry]:
    """The newest entries, newest first; one query, two for a further part.

    Args:
        after: the last entry of the part before.

    Raises:
        NoSuchEntry: ``after`` is none.
    """
    rows = AuditEntry.objects.order_by("-at", "-id")
    if sought:
        rows = rows.filter(_matching(sought))
    if after:
        last = AuditEntry.objects.filter(pk=after).first()
        if last is None:
            raise NoSuchEntry
        # The first of the two bounds is one that an index serves.
        rows = rows.filter(at__lte=last.at).filter(Q(at__lt=last.at) | Q(id__lt=after))
    return list(rows[:limit])


def _matching(sought: Sought) -> Q:
    found = Q()
    if sought.action:
        found &= Q(action=sought.action)
    if sought.people:
        subjects = [f"person {pk}" for pk in sought.people]
        found &= Q(actor_id__in=sought.people) | Q(subject__in=subjects)
    if sought.since:
        found &= Q(at__gte=sought.since)
    if sought.before:
        found &= Q(at__lt=sought.before)
    return found
