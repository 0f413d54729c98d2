"""Founding committees, electing them, and who comes and goes."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from learncity.apps.organizations.models import Committee, Member, TermOfOffice
from learncity.apps.organizations.types import (
    CommitteeNotFound,
    DatesOverlap,
    EndsBeforeBegin,
    KeyTaken,
    NobodyNamed,
    Post,
    SecondChair,
)
from learncity.kernel import audit, locks
from learncity.kernel.acting import By

from .common import living

_LOCK = "organizations.Committee"


@transaction.atomic
def found_committee(
    *,
    key: str,
    organization_key: str,
    name: Mapping[str, str],
    is_public: bool,
    by: By,
    at: datetime,
) -> None:
    """Enter a board or committee of an organization.

    Raises:
        OrganizationNotFound: no living organization has the key.
        KeyTaken: another committee has the key.
    """
    organization = living(organization_key)
    locks.hold(_LOCK, UUID(int=0))
    if Committee.objects.filter(key=key).exists():
        raise KeyTaken(key)
    Committee.objects.create(
        key=key, organization=organization, name=dict(name), is_public=is_public
    )
    audit.note("organizations.committee_founded", f"committee {key}", by=by)


def _held(key: str) -> Committee:
    found = Committee.objects.filter(key=key, ended_at=None).first()
    if found is None:
        raise CommitteeNotFound(key)
    locks.hold(_LOCK, found.id)
    return found


@transaction.atomic
def begin_term(*, key: str, since: date, until: date, by: By, at: datetime) -> None:
    """Note that a committee was elected for a term. The same again changes nothing.

    Raises:
        CommitteeNotFound: none has the key.
        EndsBeforeBegin: the term has no day.
        DatesOverlap: another term has some of these days.
    """
    if until <= since:
        raise EndsBeforeBegin(until)
    committee = _held(key)
    rows = TermOfOffice.objects.filter(committee=committee)
    if rows.filter(since=since, until=until).exists():
        return
    if rows.filter(since__lt=until, until__gt=since).exists():
        raise DatesOverlap(since)
    TermOfOffice.objects.create(committee=committee, since=since, until=until)
    audit.note("organizations.term_begun", f"committee {key}", by=by)


@transaction.atomic
def take_office(
    *,
    key: str,
    name: str,
    person_id: UUID | None,
    post: Post,
    since: date,
    until: date | None,
    by: By,
    at: datetime,
) -> UUID:
    """Note that somebody came into a committee; the id of their time in it.

    The same again is the same. Somebody who changes the post leaves it first.

    Args:
        name: of somebody who is no person of the city; empty with ``person_id``.

    Raises:
        CommitteeNotFound: none has the key.
        NobodyNamed: neither name nor person, or both.
        EndsBeforeBegin: they would be in it on no day.
        SecondChair: there is a chair on some of these days.
        DatesOverlap: this person is in it on some of these days.
    """
    name = " ".join(name.split())[:120]
    if bool(name) == (person_id is not None):
        raise NobodyNamed(key)
    if until is not None and until <= since:
        raise EndsBeforeBegin(until)
    committee = _held(key)
    rows = Member.objects.filter(committee=committee)
    whoever = rows.filter(name=name) if person_id is None else rows.filter(person_id=person_id)
    same = whoever.filter(post=post, since=since, until=until).first()
    if same is not None:
        return same.id
    clash = rows.filter(Q(until=None) | Q(until__gt=since))
    if until is not None:
        clash = clash.filter(since__lt=until)
    if post == Post.CHAIR and clash.filter(post=Post.CHAIR).exists():
        raise SecondChair(key)
    if person_id is not None and clash.filter(person_id=person_id).exists():
        raise DatesOverlap(key)
    made = Member.objects.create(
        committee=committee, name=name, person_id=person_id, post=post, since=since, until=until
    )
    audit.note("organizations.member_came", f"committee {key}", by=by, post=post)
    return made.id


@transaction.atomic
def leave(*, key: str, member_id: UUID, until: date, by: By, at: datetime) -> None:
    """Note that a member left: from this day on they are no longer in it.

    Raises:
        CommitteeNotFound: none has the key.
        EndsBeforeBegin: they came on this day or later.
    """
    committee = _held(key)
    member = Member.objects.filter(committee=committee, pk=member_id).first()
    if member is None or (member.until is not None and member.until <= until):
        return
    if until <= member.since:
        raise EndsBeforeBegin(until)
    member.until = until
    member.save(update_fields=["until"])
    audit.note("organizations.member_left", f"committee {key}", by=by, post=member.post)
