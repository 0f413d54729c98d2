"""Accrediting and suspending: who may publish courses."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from learncity.apps.organizations import queries
from learncity.apps.organizations.models import Accreditation, Organization, Suspension
from learncity.apps.organizations.types import (
    AccreditationState,
    EndsBeforeBegin,
    StandingChanged,
    StandingIsSo,
    WordsMissing,
)
from learncity.kernel import audit, locks, outbox
from learncity.kernel.acting import By
from learncity.kernel.dated import day_of, holds

from .common import living

# Whoever decides about an organization, or publishes what is its, holds this.
LOCK = "organizations.standing"
# On what an accreditation rests that a file of the city gives.
STATED = gettext_noop("Stated by the city's file.")


@transaction.atomic
def ask_accreditation(*, key: str, words: str, by: By, at: datetime) -> None:
    """Ask the city's office to let an organization publish; asked once, it waits.

    Raises:
        OrganizationNotFound: as it says.
        StandingIsSo: it may already, or has asked.
    """
    found = _hold(key)
    open_ = Accreditation.objects.filter(organization=found, state=AccreditationState.ASKED)
    if open_.exists() or _given(found.id, day_of(at)):
        raise StandingIsSo(key)
    Accreditation.objects.create(
        organization=found, state=AccreditationState.ASKED, words=words.strip()[:1000],
        asked_at=at, asked_by_id=by.person_id,
    )  # fmt: skip
    audit.note("organizations.accreditation_asked", f"organization {key}", by=by)


@transaction.atomic
def accredit(
    *, key: str, since: date, until: date | None, reason: str, evidence: str, by: By, at: datetime
) -> None:
    """Let an organization publish, from a day to before another; an open request is answered.

    Raises:
        OrganizationNotFound, EndsBeforeBegin: as they say.
        WordsMissing: without reason or evidence.
        StandingIsSo: on some of these days it may already.
    """
    reason, evidence = reason.strip()[:1000], evidence.strip()[:500]
    if not reason or not evidence:
        raise WordsMissing(key)
    if until is not None and until <= since:
        raise EndsBeforeBegin(key)
    found = _hold(key)
    rows = Accreditation.objects.filter(organization=found)
    later = rows.filter(state=AccreditationState.GIVEN).exclude(until__lte=since)
    if (later.filter(since__lt=until) | later.filter(since=None) if until else later).exists():
        raise StandingIsSo(key)
    row = rows.filter(state=AccreditationState.ASKED).first()
    row = row or Accreditation(organization=found, asked_at=at, asked_by_id=by.person_id)
    row.state, row.since, row.until = AccreditationState.GIVEN, since, until
    row.reason, row.evidence, row.decided_at, row.decided_by_id = reason, evidence, at, by.person_id
    row.save()
    audit.note("organizations.accredited", f"organization {key}", by=by)


@transaction.atomic
def refuse_accreditation(*, key: str, reason: str, by: By, at: datetime) -> None:
    """Answer an open request with no.

    Raises:
        OrganizationNotFound: as it says.
        WordsMissing: without a reason.
        StandingIsSo: nothing was asked.
    """
    reason = reason.strip()[:1000]
    if not reason:
        raise WordsMissing(key)
    found = _hold(key)
    rows = Accreditation.objects.filter(organization=found, state=AccreditationState.ASKED)
    changed = rows.update(
        state=AccreditationState.REFUSED, reason=reason, decided_at=at, decided_by=by.person_id
    )
    if not changed:
        raise StandingIsSo(key)
    audit.note("organizations.accreditation_refused", f"organization {key}", by=by)


@transaction.atomic
def suspend(*, key: str, reason: str, evidence: str, by: By, at: datetime) -> None:
    """Take everything an organization offers out of the public lists; what runs goes on.

    Raises:
        OrganizationNotFound: as it says.
        WordsMissing: without a reason.
        StandingIsSo: it is suspended.
    """
    reason = reason.strip()[:1000]
    if not reason:
        raise WordsMissing(key)
    found = _hold(key)
    if Suspension.objects.filter(organization=found, until=None).exists():
        raise StandingIsSo(key)
    Suspension.objects.create(
        organization=found, reason=reason, evidence=evidence.strip()[:500], since=at,
        suspended_by_id=by.person_id,
    )  # fmt: skip
    outbox.publish(StandingChanged(found.id), urgent=True)
    audit.note("organizations.suspended", f"organization {key}", by=by)


@transaction.atomic
def lift_suspension(*, key: str, reason: str, by: By, at: datetime) -> None:
    """Let an organization offer its things again.

    Raises:
        OrganizationNotFound: as it says.
        WordsMissing: without a reason.
        StandingIsSo: it is not suspended.
    """
    reason = reason.strip()[:1000]
    if not reason:
        raise WordsMissing(key)
    found = _hold(key)
    rows = Suspension.objects.filter(organization=found, until=None)
    if not rows.update(until=at, lifted_because=reason, lifted_by=by.person_id):
        raise StandingIsSo(key)
    outbox.publish(StandingChanged(found.id), urgent=True)
    audit.note("organizations.suspension_lifted", f"organization {key}", by=by)


def accredit_all(organizations: Collection[Organization]) -> None:
    """Let organizations of the city's file publish; three statements. For the room's shells."""
    now = timezone.now()
    ids = [o.id for o in organizations]
    given = queries.accredited(ids, on=day_of(now))
    rows = Accreditation.objects.filter(organization_id__in=ids, state=AccreditationState.GIVEN)
    before = set(rows.values_list("organization_id", flat=True))
    Accreditation.objects.bulk_create(
        Accreditation(
            organization=o, state=AccreditationState.GIVEN, asked_at=now, decided_at=now,
            reason=STATED, evidence=STATED,
            since=day_of(now) if o.id in before else None,
        )
        for o in organizations
        if o.id not in given
    )  # fmt: skip


def end_accreditations(ids: Collection[UUID], *, on: date) -> None:
    """What holds ends on a day; what began on it was a mistake. For the room's shells."""
    rows = Accreditation.objects.filter(organization_id__in=ids, state=AccreditationState.GIVEN)
    rows.filter(since__gte=on).delete()
    rows.filter(holds(on)).update(until=on)


def _hold(key: str) -> Organization:
    found = living(key)
    locks.hold(LOCK, found.id)
    return found


def _given(organization_id: UUID, on: date) -> bool:
    rows = Accreditation.objects.filter(holds(on), organization_id=organization_id)
    return rows.filter(state=AccreditationState.GIVEN).exists()
