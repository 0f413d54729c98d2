"""Making agreements, what is promised in them and what was done."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.db.models import Max

from learncity.apps.organizations.models import Agreement, Deed, Organization, Party, Promise
from learncity.apps.organizations.types import (
    AgreementNotFound,
    AmountMissing,
    EndsBeforeBegin,
    EvidenceMissing,
    HasEnded,
    KeyTaken,
    NotAParty,
    NotYet,
    OrganizationNotFound,
    TooFewParties,
    Unit,
)
from learncity.kernel import audit, locks
from learncity.kernel.acting import By
from learncity.kernel.dated import day_of

_LOCK = "organizations.Agreement"
_is_link = URLValidator(schemes=["http", "https"])


@transaction.atomic
def make_agreement(
    *,
    key: str,
    subject: Mapping[str, str],
    party_keys: Collection[str],
    since: date,
    until: date | None,
    by: By,
    at: datetime,
) -> None:
    """Enter an agreement of two or more living organizations.

    Raises:
        TooFewParties: fewer than two.
        OrganizationNotFound: a party is none.
        HasEnded: a party is no more.
        EndsBeforeBegin: it would hold on no day.
        KeyTaken: another agreement has the key.
    """
    wanted = set(party_keys)
    if len(wanted) < 2:
        raise TooFewParties(key)
    if until is not None and until <= since:
        raise EndsBeforeBegin(until)
    locks.hold(_LOCK, UUID(int=0))
    if Agreement.objects.filter(key=key).exists():
        raise KeyTaken(key)
    parties = list(Organization.objects.filter(key__in=wanted).order_by("key"))
    if len(parties) < len(wanted):
        raise OrganizationNotFound(sorted(wanted - {o.key for o in parties}))
    if any(o.ended_at is not None for o in parties):
        raise HasEnded(key)
    made = Agreement.objects.create(key=key, subject=dict(subject), since=since, until=until)
    Party.objects.bulk_create(Party(agreement=made, organization=o) for o in parties)
    audit.note("organizations.agreement_made", f"agreement {key}", by=by, parties=len(parties))


def _held(key: str) -> Agreement:
    found = Agreement.objects.filter(key=key).first()
    if found is None:
        raise AgreementNotFound(key)
    locks.hold(_LOCK, found.id)
    return found


@transaction.atomic
def promise(
    *,
    key: str,
    by_key: str,
    text: Mapping[str, str],
    amount: int | None,
    unit: Unit | None,
    due: date | None,
    by: By,
    at: datetime,
) -> int:
    """Write into an agreement what a party promised; its number. The same again is the same.

    Args:
        amount: in ``unit``, above zero, or neither.

    Raises:
        AgreementNotFound: none has the key.
        NotAParty: of the agreement.
        AmountMissing: amount without unit, or the other way round.
    """
    if (amount is None) != (unit is None) or (amount is not None and amount < 1):
        raise AmountMissing(key)
    agreement = _held(key)
    party = Party.objects.filter(
        agreement=agreement, organization__key=by_key, ended_at=None
    ).first()
    if party is None:
        raise NotAParty(by_key)
    rows = Promise.objects.filter(agreement=agreement)
    said = {"party": party, "text": dict(text), "amount": amount, "unit": unit or "", "due": due}
    same = rows.filter(ended_at=None, **said).first()
    if same is not None:
        return same.number
    number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    Promise.objects.create(agreement=agreement, number=number, **said)
    audit.note("organizations.promised", f"agreement {key}", by=by, number=number)
    return number


@transaction.atomic
def take_out(*, key: str, number: int, by: By, at: datetime) -> None:
    """Take a promise out of an agreement; what was done for it stays. Twice is once.

    Raises:
        AgreementNotFound: none has the key.
    """
    agreement = _held(key)
    rows = Promise.objects.filter(agreement=agreement, number=number, ended_at=None)
    if rows.update(ended_at=at):
        audit.note("organizations.promise_taken_out", f"agreement {key}", by=by, number=number)


@transaction.atomic
def note_deed(
    *,
    key: str,
    number: int,
    on: date,
    amount: int | None,
    evidence: str,
    link: str,
    by: By,
    at: datetime,
) -> UUID:
    """Note what was done for a promise, and how one can see it. The same again is the same.

    Args:
        amount: in the unit of the promise, if it has one.

    Raises:
        AgreementNotFound: none has the key, or no promise of it the number.
        NotYet: the day has not come.
        EvidenceMissing: nothing says how one can see it, or the link is none.
        AmountMissing: the promise is in numbers and this is not, or the other way round.
    """
    evidence = evidence.strip()[:1000]
    if not evidence or not _may_link(link):
        raise EvidenceMissing(key)
    if on > day_of(at):
        raise NotYet(on)
    agreement = _held(key)
    found = Promise.objects.filter(agreement=agreement, number=number, ended_at=None).first()
    if found is None:
        raise AgreementNotFound(f"{key} {number}")
    if (amount is None) != (found.amount is None) or (amount is not None and amount < 1):
        raise AmountMissing(key)
    said = {"promise": found, "on": on, "amount": amount, "evidence": evidence, "link": link}
    same = Deed.objects.filter(taken_back_at=None, **said).first()
    if same is not None:
        return same.id
    made = Deed.objects.create(noted_by_id=by.person_id, noted_at=at, **said)
    audit.note("organizations.deed_noted", f"agreement {key}", by=by, number=number)
    return made.id


def _may_link(link: str) -> bool:
    if not link:
        return True
    try:
        _is_link(link)
    except ValidationError:
        return False
    return len(link) <= 500


@transaction.atomic
def take_back(*, key: str, deed_id: UUID, by: By, at: datetime) -> None:
    """Take back what was noted in error; it stays, with who took it back. Twice is once.

    Raises:
        AgreementNotFound: none has the key.
    """
    agreement = _held(key)
    rows = Deed.objects.filter(pk=deed_id, promise__agreement=agreement, taken_back_at=None)
    if rows.update(taken_back_at=at, taken_back_by_id=by.person_id):
        audit.note("organizations.deed_taken_back", f"agreement {key}", by=by)
