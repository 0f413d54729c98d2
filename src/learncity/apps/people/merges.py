"""Two records that are one person: merged and separated again, exactly. Called through services."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from learncity.kernel import audit, locks, outbox
from learncity.kernel.acting import By

from . import queries
from .models import Merge, Person
from .types import (
    AlreadyMerged,
    CannotMergeSelf,
    MergeReason,
    MergeValue,
    OwnRecord,
    PersonNotFound,
    RecordsMerged,
)

LOCK = "people.Person"


def _lock(person_ids: list[UUID]) -> None:
    """Hold the persons, and only then look whether either stands for another already."""
    locks.hold_all(LOCK, sorted(person_ids))


def _refuse_own(person_ids: list[UUID], by: By) -> None:
    """Whoever acts is none of them, by whichever record of theirs."""
    records = queries.records_of(person_ids) if by.person_id else {}
    if any(by.person_id in ids for ids in records.values()):
        raise OwnRecord


@transaction.atomic
def merge(*, keep: UUID, other: UUID, reason: MergeReason, by: By, at: datetime) -> MergeValue:
    """Say that two records are one person. Nothing moves; ``unmerge`` gives back what was.

    The same again is the one that is there.

    Raises:
        CannotMergeSelf: both are the same record.
        OwnRecord: one of them is whoever acts.
        PersonNotFound: one of them does not exist.
        AlreadyMerged: one of them was merged into a third.
    """
    if keep == other:
        raise CannotMergeSelf
    _lock([keep, other])
    if Person.objects.filter(pk__in=[keep, other]).count() < 2:
        raise PersonNotFound(str(other))
    _refuse_own([keep, other], by)
    living = {m.other_id: m for m in Merge.objects.filter(other__in=[keep, other], ended_at=None)}
    if other in living and living[other].kept_id == keep:
        return living[other].as_value()
    if living:
        raise AlreadyMerged
    made = Merge.objects.create(
        kept_id=keep, other_id=other, reason=reason, at=at, by_id=by.person_id
    )
    outbox.publish(RecordsMerged(made.id, keep, other, True, at))
    audit.note("people.merged", f"person {keep}", by=by, other=str(other), reason=reason.value)
    return made.as_value()


@transaction.atomic
def unmerge(*, keep: UUID, other: UUID, by: By, at: datetime) -> bool:
    """Separate what was merged; whether it was merged until now. Each record is what it was.

    Raises:
        OwnRecord: one of them is whoever acts.
    """
    _lock([keep, other])
    _refuse_own([keep, other], by)
    found = Merge.objects.filter(kept_id=keep, other_id=other, ended_at=None).first()
    if found is None:
        return False
    found.ended_at, found.ended_by_id = max(at, found.at), by.person_id
    found.save(update_fields=["ended_at", "ended_by_id"])
    outbox.publish(RecordsMerged(found.id, keep, other, False, found.ended_at))
    audit.note("people.unmerged", f"person {keep}", by=by, other=str(other))
    return True
