"""Whose record an office wrote an address into: asked of whoever proves it. Through services."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError

from learncity.kernel import audit, locks
from learncity.kernel.acting import SYSTEM, By, Via

from . import queries
from .merges import LOCK, join_records
from .models import Account, Merge, Person, Resemblance
from .rules import spelled
from .types import DuplicateBy, MergeReason

MOST_TRIES = 3
_MISSED = "people.record_missed"


@transaction.atomic
def claim_record(*, account_id: UUID, said: str, at: datetime) -> bool:
    """Let an account open the record in which an office wrote its address; whether it was right.

    Whoever proves the address and knows the year of birth, or the name where no year is known, is
    that person. Their record of some minutes goes; if something hangs on it already, it is merged
    into that of the office.

    Each wrong answer is written down. After three, whenever they were, the record is declined.

    Args:
        said: the year or the name (``queries.claimed_by`` says which).
    """
    account, held = _held(account_id)
    if account is None or held is None:
        return False
    fresh, by = account.person_id, By(account.person_id, Via.WEB)
    if Merge.objects.filter(other_id=fresh, ended_at=None).exists():
        # The office joined them with a third meanwhile, and joins this record too.
        _decline(fresh, held, by, at)
        return False
    if spelled(said) not in _right(held):
        audit.note(_MISSED, f"person {held}", by=by)
        if audit.count(_MISSED, f"person {held}", by=by) >= MOST_TRIES:
            _decline(fresh, held, by, at)
        return False
    account.person_id = held
    account.save(update_fields=["person"])
    audit.note("people.record_claimed", f"person {held}", by=By(held, Via.WEB))
    try:
        Person.objects.get(pk=fresh).delete()
    except ProtectedError:
        audit.note("people.record_claimed", f"person {fresh}", by=by)
        join_records(held, fresh, MergeReason.PERSON_SAYS, SYSTEM, at)
    return True


@transaction.atomic
def decline_record(*, account_id: UUID, at: datetime) -> bool:
    """Leave an account with a record of its own; the office sees that the two may be one person.

    Whether there was something to decline. Nobody is asked again.
    """
    account, held = _held(account_id)
    if account is None or held is None:
        return False
    _decline(account.person_id, held, By(account.person_id, Via.WEB), at)
    return True


def _decline(fresh: UUID, held: UUID, by: By, at: datetime) -> None:
    Resemblance.objects.create(person_id=fresh, other_id=held, by=DuplicateBy.NUMBER, at=at)
    audit.note("people.record_declined", f"person {held}", by=by)


def _right(held: UUID) -> set[str]:
    """The answers that open a record."""
    years = queries.birth_years_of(held)
    names = {spelled(name) for name in queries.names_of(held)} - {""}
    return {str(year) for year in years} or names


def _held(account_id: UUID) -> tuple[Account | None, UUID | None]:
    """The account and the record that waits for it, both records held; ``None``: there is none."""
    account = Account.objects.exclude(verified_at=None).filter(pk=account_id).first()
    held = queries.waiting_record(account) if account else None
    if account is None or held is None:
        return account, None
    locks.hold_all(LOCK, sorted([account.person_id, held]))
    account = Account.objects.filter(pk=account_id).first()
    return account, queries.waiting_record(account) if account else None
