"""Two records that are one person: merged and separated again, exactly. Called through services.

Two records that both sign in are joined by two of the office: the accounts of both then read
everything of either, which nobody shall be able to bring about alone.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from learncity.kernel import audit, locks, outbox
from learncity.kernel.acting import By

from . import queries
from .models import Merge, MergeProposal, Person
from .types import (
    AlreadyMerged,
    CannotMergeSelf,
    MergeReason,
    MergeValue,
    Outcome,
    OwnProposal,
    OwnRecord,
    PersonNotFound,
    ProposalOver,
    ProposalValue,
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
def merge(
    *, keep: UUID, other: UUID, reason: MergeReason, by: By, at: datetime
) -> MergeValue | ProposalValue:
    """Say that two records are one person. Nothing moves; ``unmerge`` gives back what was.

    Where both sign in, nothing is merged: it is proposed, and somebody else answers it
    (``answer_merge``). Only whoever runs the machine needs nobody else. The same again is the one
    that is there.

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
    found = _living(keep, other)
    if found:
        return found.as_value()
    if by.person_id is not None and queries.both_sign_in(keep, other):
        return _propose(keep, other, reason, by.person_id, by, at)
    return join_records(keep, other, reason, by, at)


def _living(keep: UUID, other: UUID) -> Merge | None:
    """The merge of the two, if they are merged; either with a third is refused."""
    living = {m.other_id: m for m in Merge.objects.filter(other__in=[keep, other], ended_at=None)}
    if other in living and living[other].kept_id == keep:
        return living[other]
    if living:
        raise AlreadyMerged
    return None


def join_records(
    keep: UUID, other: UUID, reason: MergeReason, by: By, at: datetime, **detail: str
) -> MergeValue:
    """Write that two records are one person, whose locks are held; for this room only."""
    made = Merge.objects.create(
        kept_id=keep, other_id=other, reason=reason, at=at, by_id=by.person_id
    )
    outbox.publish(RecordsMerged(made.id, keep, other, True, at))
    _note("people.merged", keep, other, by, reason=reason.value, **detail)
    return made.as_value()


def _note(action: str, keep: UUID, other: UUID, by: By, **detail: str) -> None:
    """Write it down of both records: each may stand alone one day."""
    one, two = ({"other": str(other), **detail}, {"other": str(keep), **detail})
    audit.note_all(action, {f"person {keep}": one, f"person {other}": two}, by=by)


def _propose(
    keep: UUID, other: UUID, reason: MergeReason, clerk: UUID, by: By, at: datetime
) -> ProposalValue:
    """Ask somebody else of the office; what is asked already, either way round, stays."""
    pair = [keep, other]
    unanswered = MergeProposal.objects.filter(kept__in=pair, other__in=pair, outcome=None)
    unanswered.filter(until__lte=at).update(outcome=Outcome.LAPSED, answered_at=at)
    found = unanswered.first()
    if found:
        return found.as_value()
    until = at + timedelta(days=settings.MERGE_PROPOSAL_DAYS)
    made = MergeProposal.objects.create(
        kept_id=keep, other_id=other, reason=reason, at=at, by_id=clerk, until=until
    )
    audit.note(
        "people.merge_proposed", f"person {keep}", by=by, other=str(other), reason=reason.value
    )
    return made.as_value()


@transaction.atomic
def answer_merge(
    *, keep: UUID, other: UUID, is_confirmed: bool, by: By, at: datetime
) -> ProposalValue:
    """Confirm that two records are one person, which merges them, or refuse it.

    Whoever proposed it may refuse, which takes it back.

    Raises:
        OwnRecord: one of them is whoever acts.
        OwnProposal: whoever acts proposed it, by whichever record of theirs.
        ProposalOver: nobody proposes it now.
        AlreadyMerged: one of them was merged into a third meanwhile.
    """
    _lock([keep, other])
    _refuse_own([keep, other], by)
    found = MergeProposal.objects.filter(
        kept_id=keep, other_id=other, outcome=None, until__gt=at
    ).first()
    if found is None:
        raise ProposalOver
    own = queries.records_of([found.by_id])[found.by_id]
    if is_confirmed and (by.person_id is None or by.person_id in own):
        raise OwnProposal
    found.outcome = Outcome.CONFIRMED if is_confirmed else Outcome.REFUSED
    found.answered_at, found.answered_by_id = at, by.person_id
    found.save(update_fields=["outcome", "answered_at", "answered_by_id"])
    if not is_confirmed:
        audit.note("people.merge_refused", f"person {keep}", by=by, other=str(other))
    elif not _living(keep, other):
        join_records(keep, other, MergeReason(found.reason), by, at, proposed_by=str(found.by_id))
    return found.as_value()


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
    _note("people.unmerged", keep, other, by)
    return True
