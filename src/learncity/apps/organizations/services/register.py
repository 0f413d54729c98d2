"""Founding, changing and ending organizations; whom they belong to, where they are."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from learncity.apps.organizations.models import Covered, Office, Organization, Parent, Venue
from learncity.apps.organizations.rules import registration as checked
from learncity.apps.organizations.types import (
    DatesOverlap,
    HasEnded,
    KeyTaken,
    NotYet,
    OfficeValue,
    OrganizationKind,
    OrganizationNotFound,
    OrganizationValue,
    Register,
    RegistrationTaken,
    WouldCircle,
)
from learncity.apps.places.types import Heirs
from learncity.kernel import audit, locks
from learncity.kernel.acting import By
from learncity.kernel.dated import begin_of, day_of
from learncity.kernel.rows import repoint

from . import coverage
from .common import check_order, cut, living

# One lock for all kinship, one for all numbers and keys: the register changes a few times a day.
_TREE, _NUMBERS, _ALL = "organizations.Tree", "organizations.Numbers", UUID(int=0)
# Walks up from the parent through what holds on the same days; the trigger does the same.
_ABOVE = """
WITH RECURSIVE up AS (
  SELECT %s::uuid AS id, daterange(%s, NULL) AS days
  UNION
  SELECT p.parent_id, up.days * daterange(p.since, p.until)
  FROM up JOIN organizations_parent p
    ON p.child_id = up.id AND up.days && daterange(p.since, p.until)
)
SELECT DISTINCT id FROM up
"""


@transaction.atomic
def found_organization(
    *,
    key: str,
    kind: OrganizationKind,
    name: Mapping[str, str],
    about: Mapping[str, str],
    place_id: UUID,
    phone: str,
    since: date | None,
    register: Register | None,
    registration: str,
    by: By,
    at: datetime,
) -> OrganizationValue:
    """Enter an organization into the register.

    Raises:
        KeyTaken: another has the key.
        BadRegistration: the check digit of its number does not fit.
        RegistrationTaken: a living one has the number.
    """
    number = checked(register, registration) if register else ""
    locks.hold(_NUMBERS, _ALL)
    if Organization.objects.filter(key=key).exists():
        raise KeyTaken(key)
    _is_free(register, number, None)
    made = Organization.objects.create(
        key=key,
        kind=kind,
        name=dict(name),
        about=dict(about),
        place_id=place_id,
        placed_at=at,
        phone=phone,
        since=since,
        register=register or "",
        registration=number,
    )
    audit.note("organizations.founded", f"organization {key}", by=by)
    made.refresh_from_db()
    return made.as_value()


@transaction.atomic
def change_organization(
    *,
    key: str,
    kind: OrganizationKind,
    name: Mapping[str, str],
    about: Mapping[str, str],
    place_id: UUID,
    phone: str,
    since: date | None,
    register: Register | None,
    registration: str,
    by: By,
    at: datetime,
) -> OrganizationValue:
    """Correct what the register says of an organization. The same again changes nothing.

    Raises:
        OrganizationNotFound: no living one has the key.
        BadRegistration: the check digit of its number does not fit.
        RegistrationTaken: another living one has the number.
    """
    number = checked(register, registration) if register else ""
    locks.hold(_NUMBERS, _ALL)
    found = living(key)
    _is_free(register, number, found.id)
    new = {
        "kind": kind,
        "name": {tag: text for tag, text in name.items() if text},
        "about": {tag: text for tag, text in about.items() if text},
        "place_id": place_id,
        "phone": phone,
        "since": since,
        "register": register or "",
        "registration": number,
    }
    was = Organization.objects.filter(pk=found.id).values(*new).get()
    changed = sorted(field for field in new if was[field] != new[field])
    if changed:
        moved = {"placed_at": at} if "place_id" in changed else {}
        Organization.objects.filter(pk=found.id).update(**new, **moved)
        audit.note("organizations.changed", f"organization {key}", by=by, fields=", ".join(changed))
    return Organization.objects.get(pk=found.id).as_value()


def _is_free(register: Register | None, number: str, own: UUID | None) -> None:
    rows = Organization.objects.filter(register=register or "", registration=number, ended_at=None)
    if own is not None:
        rows = rows.exclude(pk=own)
    if number and rows.exists():
        raise RegistrationTaken(number)


_BEFORE: list[Callable[[UUID, By, datetime], None]] = []


def before_ending(do: Callable[[UUID, By, datetime], None]) -> None:
    """Have a room above do its part before an organization ends, or refuse by a ``DomainError``."""
    _BEFORE.append(do)


@transaction.atomic
def end_organization(
    *, key: str, on: date, successor_key: str | None, by: By, at: datetime
) -> None:
    """Let an organization be no more from a day on; ended already, nothing changes.

    It covers nothing and belongs to nobody any more. What belonged to it belongs to its successor,
    or to nobody.

    Raises:
        OrganizationNotFound: none has the key, or the successor's.
        NotYet: the day has not come.
        HasEnded: so has the successor.
        WouldCircle: the successor belongs to it, and would come to belong to itself.
        DomainError: a room above has something at it that must be elsewhere first.
    """
    locks.hold(_TREE, _ALL)
    found = Organization.objects.filter(key=key).first()
    if found is None:
        raise OrganizationNotFound(key)
    if found.ended_at is not None:
        return
    if on > day_of(at):
        raise NotYet(on)
    for do in _BEFORE:
        do(found.id, by, at)
    successor = living(successor_key) if successor_key else None
    if successor == found:
        raise HasEnded(key)
    _end_rows(found.id, on)
    # What belongs to it but the successor itself, which must not belong to itself.
    children = Parent.objects.filter(Q(until=None) | Q(until__gt=on), parent=found)
    moved: list[Parent] = []
    if successor is not None:
        moved = [
            Parent(child_id=row.child_id, parent=successor, since=on, until=row.until)
            for row in children.exclude(child=successor)
        ]
        above = _above(successor.id, on)
        if any(row.child_id in above for row in moved):
            raise WouldCircle(successor_key)
    cut(children, on)
    Parent.objects.bulk_create(moved)
    found.ended_at, found.successor = min(at, begin_of(on)), successor
    found.save(update_fields=["ended_at", "successor"])
    detail = {"successor": successor.key} if successor else {}
    audit.note("organizations.ended", f"organization {key}", by=by, **detail)


def _end_rows(organization_id: UUID, on: date) -> None:
    coverage.hold()
    cut(Parent.objects.filter(Q(until=None) | Q(until__gt=on), child_id=organization_id), on)
    for rows in (
        Covered.objects.filter(organization_id=organization_id),
        Office.objects.filter(organization_id=organization_id),
    ):
        cut(rows.filter(Q(until=None) | Q(until__gt=on)), on)


@transaction.atomic
def set_parent(
    *, key: str, parent_key: str | None, since: date | None, by: By, at: datetime
) -> None:
    """Let an organization belong to another from a day on, or to nobody; the past stays.

    Args:
        since: ``None`` for as long as anybody knows; only while nothing is known yet.

    Raises:
        OrganizationNotFound: no living one has a key.
        DatesOverlap: it belongs to somebody from this day or later already.
        WouldCircle: the parent belongs to it.
    """
    locks.hold(_TREE, _ALL)
    child, parent = living(key), living(parent_key) if parent_key else None
    rows = list(Parent.objects.filter(child=child).order_by("since", "id"))
    now = next((row for row in rows if row.until is None), None)
    if parent is not None and now is not None and now.parent_id == parent.id:
        return
    if parent is None and now is None:
        return
    if any(since is None or row.since == since or _later(row, since) for row in rows):
        raise DatesOverlap(since)
    if parent is not None and child.id in _above(parent.id, since):
        raise WouldCircle(parent_key)
    if now is not None:
        now.until = since
        now.save(update_fields=["until"])
    if parent is not None:
        Parent.objects.create(child=child, parent=parent, since=since)
    audit.note("organizations.parent_set", f"organization {key}", by=by, after=parent_key or "–")


def _later(row: Parent, day: date) -> bool:
    begins_later = row.since is not None and row.since > day
    return begins_later or (row.until is not None and row.until > day)


def _above(organization_id: UUID, since: date | None) -> set[UUID]:
    """It and all that it belongs to on some day from then on; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [organization_id, since])
        return {pk for (pk,) in cursor.fetchall()}


@transaction.atomic
def open_office(
    *,
    key: str,
    name: Mapping[str, str],
    address: Mapping[str, str],
    hours: Mapping[str, str],
    phone: str,
    place_id: UUID | None,
    since: date | None,
    until: date | None,
    by: By,
    at: datetime,
) -> OfficeValue:
    """Enter an office. The same again is the same office.

    Raises:
        OrganizationNotFound: no living organization has the key.
        EndsBeforeBegin: it would be open on no day.
    """
    check_order(since, until)
    organization = living(key)
    locks.hold("organizations.Organization", organization.id)
    said = {"name": dict(name), "address": dict(address), "hours": dict(hours), "phone": phone,
            "place_id": place_id, "since": since, "until": until}  # fmt: skip
    same = Office.objects.filter(organization=organization, **said).first()
    if same is not None:
        return same.as_value()
    made = Office.objects.create(organization=organization, placed_at=at, **said)
    audit.note("organizations.office_opened", f"organization {key}", by=by)
    made.refresh_from_db()
    return made.as_value()


@transaction.atomic
def close_office(*, key: str, office_id: UUID, until: date, by: By, at: datetime) -> None:
    """Note that an office is closed from a day on; unknown or closed before, nothing changes."""
    organization = living(key)
    locks.hold("organizations.Organization", organization.id)
    rows = Office.objects.filter(organization=organization, pk=office_id)
    open_ = rows.filter(Q(until=None) | Q(until__gt=until))
    if open_.exists():
        cut(open_, until)
        audit.note("organizations.office_closed", f"organization {key}", by=by)


@transaction.atomic
def follow_places(heirs: Mapping[UUID, Heirs]) -> int:
    """Let seats, sites, offices and what is covered go with their region where it has one heir.

    Those of a divided region stay with it, on the list of what is astray, until `lay` says where
    they lie. Offices that were closed before stay where they were; what an organization covers
    changes on the day of the reform, see ``coverage.follow``.

    Returns:
        How many.
    """
    sole = {pk: h.sole for pk, h in heirs.items() if h.sole and h.sole != pk}
    # That the heir was divided before they came is no question to them.
    known_at = max((h.known_at for h in heirs.values() if h.known_at), default=None)
    if known_at is not None:
        for every in (Organization, Venue, Office):
            every.objects.filter(place_id__in=sole, placed_at__lt=known_at).update(
                placed_at=known_at
            )
    moved = sum(repoint(model, "place", sole) for model in (Organization, Venue))
    moved += repoint(Office, "place", sole, "(until IS NULL OR until > CURRENT_DATE)")
    return moved + coverage.follow(heirs)
