"""Who belongs together: households, invitations, members. Part of ``services``.

Every change to the members of a household holds the lock of the household; joining and leaving a
household of the exclusive kind rests on ``households_one_household_at_a_time`` besides.
"""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from learncity.apps.people import queries as people
from learncity.apps.people.types import Addresses, PersonValue
from learncity.kernel import audit, locks, outbox
from learncity.kernel.acting import By

from . import facts
from .models import Household, Invitation, Membership, Relation
from .queries import household_now, meant_for
from .rules import MOST_OPEN, WAITS, masked
from .telling import HOUSEHOLD, message, record_fact, tell, today
from .types import (
    AlreadyInvited,
    Answer,
    HandOverFirst,
    HeadOfAnother,
    HouseholdJoined,
    HouseholdLeft,
    HouseholdNotFound,
    HouseholdValue,
    InAnotherHousehold,
    InvitationNotFound,
    Kind,
    NameNeeded,
    NotAMember,
    NotYourself,
    OnlyHead,
    OwnNameNeeded,
    TooManyOpen,
    UnknownRelation,
)

LOCK = "households.Household"


@transaction.atomic
def found_household(
    *, person_id: UUID, kind: Kind, name: str, place_id: UUID | None, by: By, at: datetime
) -> UUID:
    """Make a household, family or clan, with its founder as head; its identifier.

    Raises:
        NameNeeded: the name is empty.
        OwnNameNeeded: the founder has no name.
        InAnotherHousehold: a household, while the founder is in one.
    """
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:120]
    if not name:
        raise NameNeeded
    founder = _named(person_id)
    made = Household.objects.create(kind=kind, name=name, place_id=place_id)
    _join(made, founder, None, None, is_head=True, by=by, at=at)
    return made.id


def _join(
    household: Household,
    person: PersonValue,
    relation_id: str | None,
    relation_to_id: UUID | None,
    *,
    is_head: bool,
    by: By,
    at: datetime,
) -> None:
    """Write the membership; the database decides whether the person is free to join."""
    on = today(at)
    try:
        with transaction.atomic():
            Membership.objects.create(
                household=household,
                kind=household.kind,
                person_id=person.id,
                relation_id=relation_id,
                relation_to_id=relation_to_id,
                is_head=is_head,
                since=on,
            )
    except IntegrityError as error:
        if "households_one_household_at_a_time" in str(error):
            raise (HeadOfAnother if _leads_others(person.id, on) else InAnotherHousehold) from error
        if "households_member_once" in str(error):
            return  # a member already: joining again changes nothing
        raise
    record_fact(person, facts.JOINED, (facts.HOUSEHOLD, household.id), by=by, at=at)
    outbox.publish(HouseholdJoined(household.id, person.id, on))


def _leads_others(person_id: UUID, on: date) -> bool:
    """Whether the person is the head of a household in which there are others."""
    living = Q(until=None) | Q(until__gt=on)
    heads = Membership.objects.filter(
        living, person_id__in=people.all_ids(person_id), kind=Kind.HOUSEHOLD, is_head=True
    )
    others = Membership.objects.filter(living, household__in=heads.values("household_id"))
    return others.exclude(person_id__in=people.all_ids(person_id)).exists()


def _named(person_id: UUID) -> PersonValue:
    person = people.persons([person_id])[person_id]
    if not person.name:
        raise OwnNameNeeded
    return person


def _lock(household_id: UUID, at: datetime) -> HouseholdValue:
    """Hold the household, and only then read who is in it."""
    locks.hold(LOCK, household_id)
    found = household_now(household_id, at=at)
    if found is None:
        raise HouseholdNotFound(household_id)
    return found


def _of(household: HouseholdValue, person_id: UUID) -> None:
    """To everybody else it is not there."""
    if not household.has(person_id):
        raise HouseholdNotFound(household.id)


@transaction.atomic
def invite(
    *,
    household_id: UUID,
    head_id: UUID,
    address: Addresses,
    relation: str | None,
    by: By,
    at: datetime,
) -> UUID:
    """Ask somebody to join, by phone number or e-mail address; the invitation's identifier.

    Whoever has proven the address is told at once, anybody else finds it when they sign in; the
    inviter cannot tell the two apart.

    Args:
        address: exactly one of phone and e-mail, in the form of ``people.services.parse_address``.
        relation: what the invited person is to the head; a key of ``queries.relations``.

    Raises:
        HouseholdNotFound, OnlyHead, UnknownRelation, AlreadyInvited, TooManyOpen, NotYourself:
            as they say.
    """
    household = _lock(household_id, at)
    _of(household, head_id)
    if not household.has_head(head_id):
        raise OnlyHead
    if relation is not None and not Relation.objects.filter(pk=relation).exists():
        raise UnknownRelation
    waiting = Invitation.objects.filter(household_id=household_id, answered_at=None)
    _expire(waiting, at)
    if waiting.count() >= MOST_OPEN:
        raise TooManyOpen
    invited = people.holder_of(address)
    if invited in people.all_ids(head_id):
        raise NotYourself
    try:
        with transaction.atomic():
            made = Invitation.objects.create(
                household_id=household_id,
                inviter_id=head_id,
                person_id=invited,
                phone=None if invited else address.phone,
                email=None if invited else address.email,
                label=masked(address.phone, address.email),
                relation_id=relation,
                made_at=at,
                until=today(at) + WAITS,
            )
    except IntegrityError as error:
        raise AlreadyInvited from error
    if invited:
        both = people.persons([invited, head_id])
        values = {"who": both[head_id].name, "household": household.name}
        tell(message(both[invited], facts.TELL_INVITED, str(made.id), values, at, HOUSEHOLD))
    return made.id


def end_expired_invitations(*, at: datetime) -> int:
    """Close invitations whose last day is over and forget the addresses in them; how many."""
    return _expire(Invitation.objects.filter(answered_at=None), at)


def _expire(waiting: "QuerySet[Invitation]", at: datetime) -> int:
    return waiting.filter(until__lte=today(at)).update(
        answered_at=at, answer=Answer.EXPIRED, phone=None, email=None
    )


@transaction.atomic
def answer_invitation(
    *, invitation_id: UUID, person_id: UUID, accept: bool, by: By, at: datetime
) -> None:
    """The invited person's own answer; the inviter is told. A second answer finds nothing.

    Raises:
        InvitationNotFound: none to this person waits.
        InAnotherHousehold: accepted, while living in another household.
        OwnNameNeeded: accepted by somebody without a name.
    """
    reach = people.reach_of(person_id)
    rows = Invitation.objects.filter(meant_for(reach, "person"), pk=invitation_id)
    rows = rows.filter(answered_at=None, until__gt=today(at), household__ended_at=None)
    found = rows.values_list("household_id", flat=True).first()
    if found is None:
        raise InvitationNotFound(invitation_id)
    _lock(found, at)
    # Read again: a rival may have answered, or the head have taken it back.
    row = rows.select_related("household").first()
    if row is None:
        raise InvitationNotFound(invitation_id)
    person = _named(person_id) if accept else people.persons([person_id])[person_id]
    if accept:
        _join(row.household, person, row.relation_id, row.inviter_id, is_head=False, by=by, at=at)
    _close(row, Answer.ACCEPTED if accept else Answer.REFUSED, at, person_id)
    inviter = people.persons([row.inviter_id])[row.inviter_id]
    # Who refuses stays unknown to somebody who knew an address only.
    values = {"who": person.name if accept else row.label, "household": row.household.name}
    kind = facts.TELL_JOINED if accept else facts.TELL_REFUSED
    tell(message(inviter, kind, str(row.id), values, at, HOUSEHOLD))


def _close(row: Invitation, answer: Answer, at: datetime, person_id: UUID | None) -> None:
    row.answer, row.answered_at = answer, at
    row.phone = row.email = None
    row.person_id = row.person_id or person_id
    row.save(update_fields=["answer", "answered_at", "phone", "email", "person"])


@transaction.atomic
def take_back_invitation(*, invitation_id: UUID, head_id: UUID, by: By, at: datetime) -> None:
    """The head takes an invitation back; a second time finds nothing.

    Raises:
        InvitationNotFound: none of a household of this head waits.
    """
    rows = Invitation.objects.filter(pk=invitation_id, answered_at=None)
    found = rows.values_list("household_id", flat=True).first()
    if found is None or not _lock(found, at).has_head(head_id):
        raise InvitationNotFound(invitation_id)
    row = rows.first()
    if row is None:
        raise InvitationNotFound(invitation_id)
    _close(row, Answer.TAKEN_BACK, at, None)


@transaction.atomic
def leave(*, household_id: UUID, person_id: UUID, by: By, at: datetime) -> None:
    """End one's membership from today on; the last member's leaving ends the household.

    Whoever belongs to it by several records leaves with all of them.

    Raises:
        HouseholdNotFound: the person is not, or no longer, in it.
        HandOverFirst: the head, while others stay.
    """
    household = _lock(household_id, at)
    _of(household, person_id)
    others = household.others(person_id)
    if others and household.has_head(person_id):
        raise HandOverFirst
    on = today(at)
    mine = Membership.objects.filter(people.of_person(person_id), household_id=household_id)
    mine.filter(until=None).update(until=on, is_head=False)
    if not others:
        Household.objects.filter(pk=household_id).update(ended_at=at)
        Invitation.objects.filter(household_id=household_id, answered_at=None).update(
            answered_at=at, answer=Answer.TAKEN_BACK, phone=None, email=None
        )
    person = people.persons([person_id])[person_id]
    record_fact(person, facts.LEFT, (facts.HOUSEHOLD, household_id), by=by, at=at)
    outbox.publish(HouseholdLeft(household_id, person_id, on))


@transaction.atomic
def hand_over(
    *,
    household_id: UUID,
    head_id: UUID,
    to_id: UUID,
    by: By,
    at: datetime,
    nameless: bool = False,
) -> None:
    """Make another member the head; both keep their membership. Again, it changes nothing.

    Args:
        to_id: the membership of the member who becomes head.
        nameless: the head is being erased; who becomes it is not told their name.

    Raises:
        HouseholdNotFound, OnlyHead: as they say.
        NotAMember: it is no membership of today.
    """
    household = _lock(household_id, at)
    _of(household, head_id)
    if not household.has_head(head_id):
        raise OnlyHead
    to = next((m for m in household.members if m.membership_id == to_id), None)
    if to is None:
        raise NotAMember
    if head_id in to.ids:
        return
    rows = Membership.objects.filter(household_id=household_id, until=None)
    rows.filter(is_head=True).update(is_head=False)
    rows.filter(pk=to.membership_id).update(is_head=True)
    both = people.persons([head_id, to.person_id])
    subject = (facts.HOUSEHOLD, household_id)
    record_fact(both[to.person_id], facts.BECAME_HEAD, subject, by=by, at=at)
    audit.note("households.handed_over", f"household {household_id}", by=by)
    who = facts.SOMEBODY if nameless else both[head_id].name
    values = {"who": who, "household": household.name}
    key = f"{'nameless:' if nameless else ''}{household_id}:{at.timestamp()}"
    tell(message(both[to.person_id], facts.TELL_HEAD, key, values, at, HOUSEHOLD))
