"""What a person says of their own work: employer, post, shifts, dated as homes are.

Kept as the own assertions ``employed``, ``post`` and ``shifts`` from one day on: rules read them in
the one place where they read what others vouch for. Part of services.
"""

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from learncity.apps.organizations import queries as organizations
from learncity.apps.organizations.types import OrganizationNotFound
from learncity.apps.people import queries as people
from learncity.kernel import locks, outbox
from learncity.kernel.acting import By
from learncity.kernel.dated import day_of

from .models import Assertion
from .rules import fitting, key_named
from .types import WORK_KEYS, AssertionMade, AssertionWithdrawn, BadDates, Pattern, WorkMissing

# What kernel.locks holds for what is said of one person.
LOCK = "assertions.Person"
# Why the own words before are withdrawn: the person said something newer.
NEWER = "–"


def hold(person_id: UUID) -> None:
    """Hold what is said of a person: both records of somebody are one, said of once at a time."""
    locks.hold(LOCK, people.same_person([person_id])[person_id])


@transaction.atomic
def state_work(
    *,
    person_id: UUID,
    employer: str,
    employer_key: str | None,
    post: str,
    pattern: Pattern | None,
    since: date,
    by: By,
    at: datetime,
) -> None:
    """Let a person say where they work from a day on; what they said before ends on that day.

    What they said from a later day is taken back. The same again changes nothing. Work of theirs
    that an organization vouches for is not touched.

    Args:
        employer: in words; passed over when ``employer_key`` names an organization of the city.
        pattern: ``None``: they do not say.

    Raises:
        WorkMissing: neither employer nor post nor shifts.
        OrganizationNotFound: no living organization has the key.
        ValueDoesNotFit: words that are too long, or nothing that can be shown.
        BadDates: a day that has not come.
    """
    if since > day_of(at):
        raise BadDates(since)
    said = _said(employer, employer_key, post, pattern)
    if not said:
        raise WorkMissing
    hold(person_id)
    rows = Assertion.objects.filter(
        people.of_person(person_id), organization=None, key__in=WORK_KEYS, withdrawn_at=None
    ).filter(Q(until=None) | Q(until__gt=since))
    before = list(rows.order_by("asserted_at", "id"))
    # The days of the week, which are said elsewhere, stay with the shifts they were said of.
    for row in before:
        if "shifts" in said and row.key == "shifts" and (row.value or {}).get("pattern") == pattern:
            said["shifts"] = row.value, said["shifts"][1]
    if {_content(row) for row in before} == {
        (key, _words(value), at_id, since, None) for key, (value, at_id) in said.items()
    }:
        return
    _end(before, since, by, at)
    new = [
        Assertion(
            person_id=person_id, key=key, value=value, at_id=at_id, since=since,
            asserted_by_id=by.person_id, asserted_at=at,
        )
        for key, (value, at_id) in said.items()
    ]  # fmt: skip
    _write(new, at)


def _said(
    employer: str, employer_key: str | None, post: str, pattern: Pattern | None
) -> dict[str, tuple[Any, UUID | None]]:
    """By key, the value as it is kept and the organization it is about."""
    at_id = None
    if employer_key:
        found = organizations.find_organization(employer_key)
        if found is None:
            raise OrganizationNotFound(employer_key)
        at_id, employer = found.id, str(found.name)
    said: dict[str, tuple[Any, UUID | None]] = {}
    if employer.strip():
        said["employed"] = fitting(key_named("employed"), employer), at_id
    if post.strip():
        said["post"] = fitting(key_named("post"), post), at_id
    if pattern:
        said["shifts"] = fitting(key_named("shifts"), {"pattern": pattern}), at_id
    return said


def _content(row: Assertion) -> tuple[Any, ...]:
    return row.key, _words(row.value), row.at_id, row.since, row.until


def _words(value: Any) -> str:
    """A value in one spelling, whatever the order in which the database gives it back."""
    return json.dumps(value, sort_keys=True)


def _end(rows: list[Assertion], since: date, by: By, at: datetime) -> None:
    """What held until now holds to that day; rows are never changed, so it is said anew."""
    gone = [row.id for row in rows]
    Assertion.objects.filter(pk__in=gone).update(
        withdrawn_at=at, withdrawn_by_id=by.person_id, withdrawn_because=NEWER
    )
    outbox.publish(*(AssertionWithdrawn(r.id, r.person_id, r.key, at) for r in rows))
    ended = [
        Assertion(
            person_id=row.person_id, key=row.key, value=row.value, at_id=row.at_id,
            since=row.since, until=since, asserted_by_id=row.asserted_by_id,
            asserted_at=row.asserted_at,
        )
        for row in rows
        if row.since is None or row.since < since
    ]  # fmt: skip
    _write(ended, at)


def _write(rows: list[Assertion], at: datetime) -> None:
    Assertion.objects.bulk_create(rows)
    outbox.publish(*(AssertionMade(r.id, r.person_id, r.key, at) for r in rows))
