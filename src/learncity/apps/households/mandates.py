"""Who acts for whom: offers, answers, the desk, the end, and what is done. Part of ``services``.

Every change to a mandate, and every act under one, holds its lock: an act and the end of its
mandate come one after the other, and an act that comes second is undone with all it did.
"""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from learncity.apps.notices.types import NewMessage
from learncity.apps.people import queries as people
from learncity.apps.people import services as people_services
from learncity.apps.people.types import Addresses, PersonValue
from learncity.kernel import audit, locks, outbox
from learncity.kernel.acting import SYSTEM, By
from learncity.kernel.ids import uuid7
from learncity.kernel.rows import insert
from learncity.kernel.texts import Text

from . import facts
from .models import Act, Mandate
from .queries import living, meant_for
from .rules import MOST_OPEN, check_until, masked
from .telling import ACTS, MINE, last, message, record_fact, tell, today
from .types import (
    NEEDS,
    AlreadyActing,
    Deed,
    End,
    MandateBegan,
    MandateEnded,
    MandateKind,
    MandateNotFound,
    MandateOver,
    NewPerson,
    NotYourself,
    OwnCase,
    OwnNameNeeded,
    PaperNeeded,
    Purpose,
    PurposeNeeded,
    TooManyOpen,
)

LOCK = "households.Mandate"


@transaction.atomic
def offer_mandate(
    *,
    principal_id: UUID,
    address: Addresses,
    purposes: Collection[Purpose],
    until: date,
    by: By,
    at: datetime,
) -> UUID:
    """Ask somebody to act for one, by phone number or e-mail address; the mandate's identifier.

    It can be used when they accept. Whether the address is somebody's cannot be told from outside.

    Args:
        until: the first day on which it no longer holds, at most a year from today.

    Raises:
        PurposeNeeded, BadUntil, NotYourself, OwnNameNeeded, AlreadyActing, TooManyOpen: as they
            say.
    """
    if not purposes:
        raise PurposeNeeded
    check_until(MandateKind.DELEGATE, today=today(at), until=until, born=None)
    principal = people.persons([principal_id])[principal_id]
    if not principal.name:
        raise OwnNameNeeded
    delegate_id, mine = people.holder_of(address), people.all_ids(principal_id)
    if delegate_id in mine:
        raise NotYourself
    given = Mandate.objects.filter(principal_id__in=mine)
    _end_expired(given, at)
    if given.filter(ended_at=None, accepted_at=None).count() >= MOST_OPEN:
        raise TooManyOpen
    made = Mandate(
        kind=MandateKind.DELEGATE,
        principal_id=principal_id,
        delegate_id=delegate_id,
        phone=None if delegate_id else address.phone,
        email=None if delegate_id else address.email,
        label=masked(address.phone, address.email),
        purposes=_sorted(purposes),
        since=today(at),
        until=until,
        offered_at=at,
    )
    _write(made)
    if delegate_id:
        delegate = people.persons([delegate_id])[delegate_id]
        values = {"who": principal.name, "last": last(until)}
        tell(message(delegate, facts.TELL_OFFERED, str(made.id), values, at, MINE))
    return made.id


def _sorted(purposes: Collection[Purpose]) -> list[Purpose]:
    wanted = set(purposes)
    return [p for p in Purpose if p in wanted]


def _write(made: Mandate) -> None:
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if "households_one_" in str(error):
            raise AlreadyActing from error
        raise


@transaction.atomic
def answer_mandate(
    *, mandate_id: UUID, person_id: UUID, accept: bool, by: By, at: datetime
) -> None:
    """The delegate's own answer to an offer; the principal is told. A second finds nothing.

    Raises:
        MandateNotFound: no offer to this person waits.
        OwnNameNeeded: accepted by somebody without a name.
        AlreadyActing: accepted, while another mandate between the two lives.
    """
    reach = people.reach_of(person_id)
    mine = Mandate.objects.filter(meant_for(reach, "delegate"), pk=mandate_id)
    locks.hold(LOCK, mandate_id)
    row = mine.filter(accepted_at=None, ended_at=None, until__gt=today(at)).first()
    if row is None or row.principal_id in reach.ids:
        raise MandateNotFound(mandate_id)
    both = people.persons([person_id, row.principal_id])
    principal, delegate = both[row.principal_id], both[person_id]
    if accept and not delegate.name:
        raise OwnNameNeeded
    if not accept:
        row.ended_at, row.end, row.phone, row.email = at, End.REFUSED, None, None
        row.save(update_fields=["ended_at", "end", "phone", "email"])
        # Who refuses stays unknown to somebody who knew an address only.
        values = {"who": row.label}
        return tell(message(principal, facts.TELL_OFFER_REFUSED, str(row.id), values, at, MINE))
    # An offer to another record of theirs stays that record's: separated, each has its own.
    row.delegate_id = row.delegate_id or person_id
    row.accepted_at, row.phone, row.email = at, None, None
    try:
        with transaction.atomic():
            row.save(update_fields=["delegate", "accepted_at", "phone", "email"])
    except IntegrityError as error:
        if "households_one_mandate_between_two" in str(error):
            raise AlreadyActing from error
        raise
    _began(row, principal, delegate, by, at)


def _began(
    row: Mandate, principal: PersonValue, delegate: PersonValue, by: By, at: datetime
) -> None:
    record_fact(principal, facts.MANDATE_BEGAN, (facts.MANDATE, row.id), by=by, at=at)
    audit.note("households.mandate_began", f"mandate {row.id}", by=by, kind=row.kind)
    key, day = str(row.id), last(row.until)
    of_delegate, of_principal = (
        {"who": delegate.name, "last": day},
        {"who": principal.name, "last": day},
    )
    tell(
        message(principal, facts.TELL_BEGAN, key, of_delegate, at, MINE),
        message(delegate, facts.TELL_MAY_ACT, key, of_principal, at, MINE),
    )
    outbox.publish(MandateBegan(row.id, principal.id, delegate.id))


@transaction.atomic
def register_mandate(
    *,
    kind: MandateKind,
    principal: UUID | NewPerson,
    delegate_id: UUID,
    purposes: Collection[Purpose],
    until: date,
    paper: str,
    by: By,
    at: datetime,
) -> UUID:
    """An officer registers at the desk who may act for whom, the paper seen; usable at once.

    Both are told. A mandate or offer between the two that is there already is replaced.

    Args:
        principal: for whom; somebody who is not known yet is written down with it.
        until: the first day on which it no longer holds.
        paper: which paper was seen, such as the household register; no number of it.

    Raises:
        PurposeNeeded, BadUntil, NotAMinor, PaperNeeded, NotYourself: as they say.
        OwnCase: the officer is one of the two.
        OwnNameNeeded, NameMissing: one of the two has no name.
    """
    paper = " ".join(paper.replace("\x00", "").split())[:120]
    if not purposes:
        raise PurposeNeeded
    if not paper:
        raise PaperNeeded
    born = principal.born if isinstance(principal, NewPerson) else None
    principal_id = _written_down(principal, by, at)
    records = people.records_of([principal_id, delegate_id])
    if delegate_id in records[principal_id]:
        raise NotYourself
    if by.person_id is None or any(by.person_id in ids for ids in records.values()):
        raise OwnCase
    born = born or people.birth_years([principal_id]).get(principal_id)
    check_until(kind, today=today(at), until=until, born=born)
    both = people.persons([principal_id, delegate_id])
    if not all(both[pk].name for pk in (principal_id, delegate_id)):
        raise OwnNameNeeded
    between = _between(records[principal_id], records[delegate_id])
    for old in list(between.order_by("id").values_list("id", flat=True)):
        end_locked(old, End.REPLACED, by=by, at=at, quietly=True)
    made = Mandate(
        kind=kind,
        principal_id=principal_id,
        delegate_id=delegate_id,
        purposes=_sorted(purposes),
        since=today(at),
        until=until,
        offered_at=at,
        accepted_at=at,
        registered_by_id=by.person_id,
        paper=paper,
    )
    _write(made)
    audit.note("households.mandate_registered", f"mandate {made.id}", by=by, kind=kind)
    _began(made, both[principal_id], both[delegate_id], by, at)
    return made.id


def _written_down(principal: UUID | NewPerson, by: By, at: datetime) -> UUID:
    if not isinstance(principal, NewPerson):
        return principal
    return people_services.register(
        person_id=uuid7(),
        name=principal.name,
        born=principal.born,
        language=principal.language,
        numbers=[],
        home_id=None,
        hometown="",
        group_keys=[],
        by=by,
        at=at,
    )


def _between(principal: Collection[UUID], delegate: Collection[UUID]) -> "QuerySet[Mandate]":
    """What lives between two people, each with all their records."""
    both = {"principal_id__in": principal, "delegate_id__in": delegate}
    return Mandate.objects.filter(**both, ended_at=None)


@transaction.atomic
def end_mandate(
    *, mandate_id: UUID, person_id: UUID, by: By, at: datetime, nameless: bool = False
) -> None:
    """Either side ends it, at once; the other is told. An offer is taken back the same way.

    Args:
        nameless: the person is being erased; the other is not told their name.

    Raises:
        MandateNotFound: this person has no living mandate of this identifier.
    """
    mine = people.all_ids(person_id)
    row = Mandate.objects.filter(pk=mandate_id, ended_at=None).first()
    if row is None or not {row.principal_id, row.delegate_id} & set(mine):
        raise MandateNotFound(mandate_id)
    why = End.BY_PRINCIPAL if row.principal_id in mine else End.BY_DELEGATE
    if not end_locked(mandate_id, why, by=by, at=at, nameless=nameless):
        raise MandateNotFound(mandate_id)


def end_locked(
    mandate_id: UUID, why: End, *, by: By, at: datetime, quietly: bool = False,
    nameless: bool = False,
) -> bool:  # fmt: skip
    """End one mandate under its lock; whether there was one to end.

    Args:
        quietly: the two hear something else that says it.
        nameless: one of the two is being erased: each hears of it without the other's name.
    """
    locks.hold(LOCK, mandate_id)
    row = Mandate.objects.select_related("principal", "delegate").get(pk=mandate_id)
    if row.ended_at:
        return False
    row.ended_at, row.end, row.phone, row.email = at, why, None, None
    row.save(update_fields=["ended_at", "end", "phone", "email"])
    audit.note("households.mandate_ended", f"mandate {row.id}", by=by, why=why)
    if row.accepted_at is None or row.delegate is None:
        return True
    principal, delegate = row.principal.as_value(), row.delegate.as_value()
    subject = (facts.MANDATE, row.id)
    record_fact(principal, facts.MANDATE_ENDED, subject, by=by, at=at, why=why)
    if not quietly:
        tell(*_goodbyes(row.id, principal, delegate, at, nameless))
    outbox.publish(MandateEnded(row.id, principal.id, delegate.id, why))
    return True


def _goodbyes(
    mandate_id: UUID, principal: PersonValue, delegate: PersonValue, at: datetime, nameless: bool
) -> list[NewMessage]:
    # Under a key of its own it stays when what was told of the mandate before is forgotten.
    key = f"nameless:{mandate_id}" if nameless else str(mandate_id)
    of = [facts.SOMEBODY] * 2 if nameless else [delegate.name, principal.name]
    return [
        message(principal, facts.TELL_ENDED, key, {"who": of[0], "at": at}, at, MINE),
        message(delegate, facts.TELL_MAY_NOT, key, {"who": of[1], "at": at}, at, MINE),
    ]


@transaction.atomic
def end_expired(*, at: datetime) -> int:
    """End mandates and offers whose day has come; both sides are told. How many.

    Nobody could act under them since midnight, whether this ran or not.
    """
    return _end_expired(Mandate.objects.all(), at)


def _end_expired(rows: "QuerySet[Mandate]", at: datetime) -> int:
    due = rows.filter(ended_at=None, until__lte=today(at)).order_by("id")
    found = list(due.values_list("id", flat=True)[:1000])
    return sum(end_locked(pk, End.EXPIRED, by=SYSTEM, at=at) for pk in found)


# What is done for another.


def note_act(
    *, by: By, person_id: UUID, deed: Deed, title: Text, reference: str, at: datetime
) -> None:
    """Keep what somebody does for another, in the transaction of the deed, and tell the principal.

    Called by every service that can be used for another, after the deed and before its commit;
    nothing happens when people act for themselves.

    Args:
        person_id: for whom; it must be the principal of the mandate of ``by``.
        title: what it was about, as the principal reads it.
        reference: the receipt, or empty.

    Raises:
        MandateOver: the mandate ended or was suspended meanwhile, or never covered this. The
            caller's transaction is to be rolled back.
    """
    if by.mandate_id is None:
        return
    locks.hold(LOCK, by.mandate_id)
    rows = living(at).filter(
        # What is theirs may hang on a record that was merged with the principal's.
        people.of_person(person_id, "principal"),
        _is_delegate(by),
        pk=by.mandate_id,
        purposes__contains=[NEEDS[deed]],
    )
    mandate = rows.select_related("principal", "delegate").first()
    if mandate is None or mandate.delegate is None:
        raise MandateOver
    act_id = uuid7()
    row = {
        "id": act_id,
        "mandate_id": mandate.id,
        "deed": deed,
        "at": at,
        "on": today(at),
        "via": by.via,
        "title": title,
        "reference": reference,
    }
    insert(Act, [row])
    audit.note("households.acted", f"mandate {mandate.id}", by=by, deed=deed, act=str(act_id))
    values = {"who": mandate.delegate.name, "title": title, "reference": reference}
    tell(message(mandate.principal.as_value(), facts.TELL_DID[deed], str(act_id), values, at, ACTS))


def _is_delegate(by: By) -> Q:
    """Mandates of whoever acts, by whichever record of theirs."""
    return people.of_person(by.person_id, "delegate") if by.person_id else Q(pk__in=[])


def note_look(*, by: By, person_id: UUID, at: datetime) -> None:
    """Keep that somebody read another's messages: once a day in the list, each time in the trail.

    Raises:
        MandateOver: as in ``note_act``.
    """
    if by.mandate_id is None:
        return
    with transaction.atomic():
        _note_look(by, by.mandate_id, person_id, at)


def _note_look(by: By, mandate_id: UUID, person_id: UUID, at: datetime) -> None:
    both = people.of_person(person_id, "principal"), _is_delegate(by)
    rows = living(at).filter(*both, pk=mandate_id)
    if not rows.filter(purposes__contains=[Purpose.MESSAGES]).exists():
        raise MandateOver
    row = {
        "id": uuid7(),
        "mandate_id": mandate_id,
        "deed": Deed.READ_MESSAGES,
        "at": at,
        "on": today(at),
        "via": by.via,
        "title": Text(),
        "reference": "",
    }
    insert(Act, [row], skip_known=True)
    audit.note("households.messages_read", f"mandate {mandate_id}", by=by)


@transaction.atomic
def describe(
    *, person_id: UUID, name: str, language: str, home_id: UUID | None, by: By, at: datetime
) -> None:
    """Name, language and home of the principal, by who acts for them.

    Raises:
        NameMissing: the name is empty.
        MandateOver: as in ``note_act``.
    """
    people_services.describe(person_id=person_id, name=name, language=language)
    people_services.settle({person_id: home_id}, by=by, at=at)
    note_act(
        by=by, person_id=person_id, deed=Deed.CHANGED_PROFILE, title=Text(), reference="", at=at
    )
