"""Every change to assertions: one function, one transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from learncity.apps.notices import services as notices
from learncity.apps.notices.types import Kind as MessageKind
from learncity.apps.notices.types import NewMessage
from learncity.apps.organizations import queries as organizations
from learncity.apps.organizations.types import OrganizationNotFound, OrganizationValue
from learncity.apps.people import queries as people
from learncity.apps.people.types import Addresses
from learncity.apps.record import services as record
from learncity.apps.record.types import Kind as FactKind
from learncity.apps.record.types import NewFact
from learncity.apps.roles import queries as roles
from learncity.apps.roles.types import Role
from learncity.kernel import audit, outbox
from learncity.kernel.acting import By
from learncity.kernel.dated import day_of
from learncity.kernel.ids import receipt_number

from . import facts, queries
from .models import Assertion, Objection
from .rules import fitting, key_named, register
from .types import (
    AssertionMade,
    AssertionNotFound,
    AssertionValue,
    AssertionWithdrawn,
    BadDates,
    EvidenceNeeded,
    NotForOneself,
    ReasonNeeded,
    ValueType,
    WasWithdrawn,
)
from .work import hold, state_work

__all__ = [
    "answer",
    "find_person",
    "note_look",
    "object_to",
    "register",
    "state",
    "state_work",
    "vouch",
    "withdraw",
]

_is_link = URLValidator(schemes=["http", "https"])


@transaction.atomic
def find_person(
    *, organization_key: str, address: Addresses | None, code: str, by: By, at: datetime
) -> UUID | None:
    """Who has exactly this proven address, or shows a valid code, or ``None``.

    Each look is noted, the vain ones too: nobody shall try numbers unseen.
    """
    found = people.find_by_address(address) if address else None
    if found is None and code:
        found = queries.person_of_code(code, on=day_of(at))
    audit.note(
        "assertions.person_looked_for",
        f"organization {organization_key}",
        by=by,
        how="NUMBER" if address else "CODE",
        found=int(found is not None),
    )
    return found


def note_look(*, organization_key: str, by: By) -> None:
    """Note that somebody of the organization looked at what it says of people."""
    audit.note("assertions.looked_at", f"organization {organization_key}", by=by)


@transaction.atomic
def vouch(
    *,
    organization_key: str,
    person_id: UUID,
    key: str,
    value: Any,
    since: date | None,
    until: date | None,
    evidence: str,
    link: str = "",
    checksum: str = "",
    code_until: date,
    by: By,
    at: datetime,
) -> AssertionValue:
    """Let an organization say something of a person; the person is told, and it is in their record.

    The same again, while it was not withdrawn, is the same.

    Args:
        until: the first day on which it no longer holds; ``None``: not known.
        code_until: the first day on which the verification code says nothing any more.
        checksum: SHA-256 of the document that was seen, in hexadecimal; may be empty.

    Raises:
        OrganizationNotFound: no living organization has the key.
        ValueDoesNotFit: the value is not what the key asks for.
        BadDates: it would hold on no day, or the code be over already.
        EvidenceNeeded: nothing says on what it rests, or the link is none.
    """
    value = fitting(key_named(key), value)
    evidence = evidence.strip()[:500]
    if not evidence or not _may_link(link):
        raise EvidenceNeeded(key)
    _check_dates(since, until)
    if code_until <= day_of(at):
        raise BadDates(code_until)
    organization = _living(organization_key)
    said = {
        "person_id": person_id,
        "organization_id": organization.id,
        "key": key,
        "value": value,
        "at_id": organization.id,
        "since": since,
        "until": until,
    }
    hold(person_id)
    same = _same(said)
    if same is not None:
        return same
    made = _write(
        said, by, at,
        evidence=evidence, link=link, checksum=checksum, code=receipt_number(),
        code_until=code_until,
    )  # fmt: skip
    _note(made, facts.MADE, by, at)
    _tell_person(made, facts.TELL_MADE, at, {})
    audit.note("assertions.made", f"organization {organization_key}", by=by, key=key)
    return made


@transaction.atomic
def state(
    *,
    person_id: UUID,
    key: str,
    value: Any,
    at_key: str | None,
    since: date | None,
    until: date | None,
    by: By,
    at: datetime,
) -> AssertionValue:
    """Let a person say something of themself; it is shown as only said by them.

    The same again, while it was not withdrawn, is the same.

    Args:
        at_key: the organization it is about, if the city knows it.

    Raises:
        NotForOneself: the key needs an organization.
        ValueDoesNotFit: the value is not what the key asks for.
        OrganizationNotFound: no living organization has the key.
        BadDates: it would hold on no day.
    """
    if not key_named(key).own:
        raise NotForOneself(key)
    value = fitting(key_named(key), value)
    _check_dates(since, until)
    said = {
        "person_id": person_id,
        "organization_id": None,
        "key": key,
        "value": value,
        "at_id": _living(at_key).id if at_key else None,
        "since": since,
        "until": until,
    }
    hold(person_id)
    return _same(said) or _write(said, by, at)


@transaction.atomic
def withdraw(
    *,
    assertion_id: UUID,
    organization_key: str | None,
    person_id: UUID | None,
    because: str,
    by: By,
    at: datetime,
) -> None:
    """Say something no longer; its code is worth nothing from now on. Twice is once.

    Args:
        organization_key: of the organization that said it; or
        person_id: of the person who said it of themself.

    Raises:
        AssertionNotFound: they never said it.
        ReasonNeeded: nothing says why.
    """
    because = because.strip()[:500]
    if not because:
        raise ReasonNeeded
    row = _said_by(assertion_id, organization_key, person_id)
    hold(row.person_id)
    fresh = Assertion.objects.filter(pk=row.pk, withdrawn_at=None)
    if not fresh.update(withdrawn_at=at, withdrawn_by_id=by.person_id, withdrawn_because=because):
        return
    gone = row.as_value()
    outbox.publish(AssertionWithdrawn(gone.id, gone.person_id, gone.key, at))
    if gone.organization is None:
        return
    _note(gone, facts.WITHDRAWN, by, at)
    _tell_person(gone, facts.TELL_WITHDRAWN, at, {"reason": because})
    audit.note("assertions.withdrawn", f"organization {organization_key}", by=by, key=gone.key)


@transaction.atomic
def object_to(*, assertion_id: UUID, person_id: UUID, text: str, by: By, at: datetime) -> None:
    """Object to what an organization said of oneself; its staff is told. Twice is once.

    Raises:
        AssertionNotFound: nobody said this of the person, or only they themselves.
        WasWithdrawn: it is said no longer.
        ReasonNeeded: nothing says why.
    """
    text = text.strip()[:1000]
    if not text:
        raise ReasonNeeded
    hold(person_id)
    row = queries.find_of_person(assertion_id, person_id=person_id)
    if row is None or row.organization is None:
        raise AssertionNotFound(assertion_id)
    if row.withdrawn_at is not None:
        raise WasWithdrawn(assertion_id)
    if row.objection is not None and row.objection.answered_at is None:
        return
    Objection.objects.create(assertion_id=assertion_id, text=text, at=at)
    _note(row, facts.OBJECTED, by, at)
    staff = people.persons(
        roles.of_organization(row.organization.id, [Role.STAFF, Role.MANAGER], at=at)
    )
    url = f"/desk/organizations/{row.organization.key}/assertions/{row.id}/"
    notices.tell(
        [_message(row, p.id, p.language, facts.TELL_OBJECTED, at, {}, url) for p in staff.values()]
    )


@transaction.atomic
def answer(*, assertion_id: UUID, organization_key: str, text: str, by: By, at: datetime) -> None:
    """Answer an objection without withdrawing; the person is told. Answered, nothing changes.

    Raises:
        AssertionNotFound: the organization never said it.
        ReasonNeeded: the answer is empty.
    """
    text = text.strip()[:1000]
    if not text:
        raise ReasonNeeded
    row = _said_by(assertion_id, organization_key, None)
    hold(row.person_id)
    open_ = Objection.objects.filter(assertion_id=row.pk, answered_at=None)
    if open_.update(answer=text, answered_at=at, answered_by_id=by.person_id):
        _tell_person(row.as_value(), facts.TELL_ANSWERED, at, {"reason": text})
        audit.note("assertions.answered", f"organization {organization_key}", by=by, key=row.key)


def _living(key: str) -> OrganizationValue:
    found = organizations.find_organization(key)
    if found is None:
        raise OrganizationNotFound(key)
    return found


def _check_dates(since: date | None, until: date | None) -> None:
    if since is not None and until is not None and until <= since:
        raise BadDates(until)


def _may_link(link: str) -> bool:
    try:
        if link:
            _is_link(link)
    except ValidationError:
        return False
    return len(link) <= 500


def _same(said: Mapping[str, Any]) -> AssertionValue | None:
    # None is NULL in the column and null in a question to it.
    wanted = {name: v for name, v in said.items() if v is not None and name != "person_id"}
    nulls = {f"{name}__isnull": True for name, v in said.items() if v is None}
    of_person = people.of_person(said["person_id"])
    rows = Assertion.objects.filter(of_person, withdrawn_at=None, **wanted, **nulls)
    found = rows.select_related("organization", "at").first()
    return found.as_value() if found else None


def _write(said: Mapping[str, Any], by: By, at: datetime, **more: Any) -> AssertionValue:
    row = Assertion.objects.create(asserted_by_id=by.person_id, asserted_at=at, **said, **more)
    outbox.publish(AssertionMade(row.id, row.person_id, row.key, at))
    return row.as_value()


def _said_by(assertion_id: UUID, organization_key: str | None, person_id: UUID | None) -> Assertion:
    rows = Assertion.objects.filter(pk=assertion_id).select_related("organization", "at")
    if person_id is None:
        rows = rows.filter(organization__key=organization_key)
    else:
        rows = rows.filter(people.of_person(person_id), organization=None)
    found = rows.first()
    if found is None:
        raise AssertionNotFound(assertion_id)
    return found


def _note(said: AssertionValue, kind: FactKind, by: By, at: datetime) -> None:
    assert said.organization is not None
    person = people.persons([said.person_id])[said.person_id]
    # The record can never be blanked: nothing that somebody typed goes into it.
    evidence: dict[str, Any] = {"key": said.key, "code": said.code}
    if key_named(said.key).type != ValueType.TEXT:
        evidence["value"] = said.value
    fact = NewFact(
        said.person_id,
        kind,
        at,
        by,
        said.organization.place_id,
        person.home_id,
        (facts.SUBJECT, said.id),
        said.organization.id,
        evidence,
    )
    record.append([fact])


def _tell_person(
    said: AssertionValue, kind: MessageKind, at: datetime, more: Mapping[str, str]
) -> None:
    person = people.persons([said.person_id])[said.person_id]
    url = "/me/assertions/"
    notices.tell([_message(said, person.id, person.language, kind, at, more, url)])


def _message(
    said: AssertionValue,
    person_id: UUID,
    language: str,
    kind: MessageKind,
    at: datetime,
    more: Mapping[str, str],
    url: str,
) -> NewMessage:
    assert said.organization is not None
    values = {
        "organization": said.organization.name,
        "what": queries.label(key_named(said.key)),
        "code": said.code,
        **more,
    }
    return NewMessage(person_id, language, kind, f"{said.id}:{at.timestamp()}", values, at, url)
