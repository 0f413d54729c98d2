"""'This was not me': disputing an act, and deciding it. Part of ``services``."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from learncity.apps.people import queries as people
from learncity.kernel import audit, locks
from learncity.kernel.acting import By

from . import facts
from .mandates import LOCK, end_locked
from .models import Act, Dispute, Mandate
from .telling import ACTS, MINE, message, record_fact, tell
from .types import (
    ActNotFound,
    AlreadyDecided,
    DisputeNotFound,
    End,
    NoteNeeded,
    OwnCase,
)


@transaction.atomic
def dispute(*, act_id: UUID, person_id: UUID, words: str, by: By, at: datetime) -> UUID:
    """The principal says 'this was not me': the mandate is suspended at once; the dispute's id.

    The delegate is told, and the office finds it in its worklist. Saying it again changes nothing
    and answers the same. An act under a mandate that ended meanwhile can be disputed all the same.

    Args:
        words: what the principal wants to say about it; may be empty.

    Raises:
        ActNotFound: nobody did this for the person.
    """
    mine = people.of_person(person_id, "mandate__principal")
    act = Act.objects.filter(mine, pk=act_id).first()
    if act is None:
        raise ActNotFound(act_id)
    locks.hold(LOCK, act.mandate_id)
    if known := Dispute.objects.filter(act=act).first():
        return known.id
    made = Dispute.objects.create(
        act=act, words=" ".join(words.replace("\x00", "").split())[:1000], opened_at=at
    )
    Mandate.objects.filter(pk=act.mandate_id, suspended_at=None).update(suspended_at=at)
    mandate = Mandate.objects.select_related("principal", "delegate").get(pk=act.mandate_id)
    assert mandate.delegate is not None  # somebody acted under it
    principal, delegate = mandate.principal.as_value(), mandate.delegate.as_value()
    subject = (facts.MANDATE, mandate.id)
    record_fact(principal, facts.DISPUTED, subject, by=by, at=at, act=str(act.id))
    audit.note("households.act_disputed", f"act {act.id}", by=by, dispute=str(made.id))
    to_delegate = {"who": principal.name, "when": act.at}
    tell(
        message(delegate, facts.TELL_DISPUTED, str(made.id), to_delegate, at, MINE),
        message(principal, facts.TELL_RECEIVED, str(made.id), {"who": delegate.name}, at, ACTS),
    )
    return made.id


@transaction.atomic
def resolve(*, dispute_id: UUID, is_upheld: bool, note: str, by: By, at: datetime) -> None:
    """An officer decides a dispute; both sides are told, with the reason.

    Upheld, the mandate ends. Not upheld, it is as before, unless another of its acts is still
    disputed.

    Args:
        note: why, in words that both sides read.

    Raises:
        DisputeNotFound, NoteNeeded, AlreadyDecided: as they say.
        OwnCase: the officer is one of the two.
    """
    note = " ".join(note.replace("\x00", "").split())[:1000]
    found = Dispute.objects.select_related("act__mandate").filter(pk=dispute_id).first()
    if found is None:
        raise DisputeNotFound(dispute_id)
    mandate_id = found.act.mandate_id
    locks.hold(LOCK, mandate_id)
    row = Dispute.objects.get(pk=dispute_id)
    if row.resolved_at:
        raise AlreadyDecided
    mandate = Mandate.objects.select_related("principal", "delegate").get(pk=mandate_id)
    assert mandate.delegate is not None
    both = people.records_of([mandate.principal_id, mandate.delegate.id])
    if by.person_id is None or any(by.person_id in ids for ids in both.values()):
        raise OwnCase
    if not note:
        raise NoteNeeded
    row.resolved_at, row.resolved_by_id, row.is_upheld, row.note = at, by.person_id, is_upheld, note
    row.save(update_fields=["resolved_at", "resolved_by", "is_upheld", "note"])
    if is_upheld:
        end_locked(mandate_id, End.UPHELD, by=by, at=at, quietly=True)
    elif not Dispute.objects.filter(act__mandate_id=mandate_id, resolved_at=None).exists():
        Mandate.objects.filter(pk=mandate_id).update(suspended_at=None)
    principal, delegate = mandate.principal.as_value(), mandate.delegate.as_value()
    fact = facts.UPHELD if is_upheld else facts.NOT_UPHELD
    subject = (facts.MANDATE, mandate_id)
    record_fact(principal, fact, subject, by=by, at=at, act=str(row.act_id))
    audit.note(
        "households.dispute_decided", f"dispute {dispute_id}", by=by, is_upheld=str(is_upheld)
    )
    values = {"principal": principal.name, "delegate": delegate.name, "note": note}
    kind, key = (facts.TELL_UPHELD if is_upheld else facts.TELL_NOT_UPHELD), str(dispute_id)
    tell(
        message(principal, kind, key, values, at, ACTS),
        message(delegate, kind, key, values, at, MINE),
    )


def note_disputes_read(*, dispute_ids: Sequence[UUID], by: By) -> None:
    """Write to the audit trail that an officer looked at disputes; one entry, none for nothing."""
    if dispute_ids:
        subject = f"dispute {dispute_ids[0]}"
        audit.note("households.dispute_read", subject, by=by, others=len(dispute_ids) - 1)
