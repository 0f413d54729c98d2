"""Every change to classes: one function, one transaction, one fact in the record.

Each holds the lock of its class, taken first and alone (kernel.locks), before anything is decided.
Seats move only in ``_count``; the constraints of ``models`` would refuse whatever went past it.
"""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from learncity.apps.classes import facts
from learncity.apps.classes.models import CalendarAddress, CourseClass, Enrolment, Session
from learncity.apps.classes.queries import held_in
from learncity.apps.classes.rules import check_open
from learncity.apps.classes.standing import Standing, standing
from learncity.apps.classes.telling import Move, named, tell, tell_all
from learncity.apps.classes.types import (
    ClassFull,
    ClassNotFound,
    ClassOver,
    EnrolmentNotFound,
    InstructorTaken,
    NotOffered,
    PlaceGivenBack,
    PlaceTaken,
    RoomTaken,
    SeatFreed,
    SeatsInUse,
    State,
)
from learncity.apps.classes.types import Enrolment as EnrolmentValue
from learncity.apps.households import services as households
from learncity.apps.households.types import Deed
from learncity.apps.people import queries as people
from learncity.apps.people.types import PersonValue
from learncity.apps.places.types import Heirs
from learncity.kernel import audit, locks, outbox
from learncity.kernel.acting import By
from learncity.kernel.ids import receipt_number, uuid7
from learncity.kernel.rows import insert, repoint, together, write
from learncity.kernel.texts import Text

# What kernel.locks holds for one class; this room's import takes it too.
LOCK = "classes.CourseClass"
_CALENDAR = "classes.CalendarAddress"


def apply(*, class_key: str, person_id: UUID, by: By, at: datetime) -> EnrolmentValue:
    """Give the person a seat, or the last place in the waiting list.

    Applying again gives the same answer and changes nothing, so a form may be sent twice.

    Args:
        at: the moment of the application, timezone-aware. It decides whether the class is open,
            and the order of the waiting list.

    Returns:
        The enrolment, ``ENROLLED`` or ``WAITING`` with its position.

    Raises:
        ClassNotFound, ClassCancelled, ClassNotOpenYet, ClassClosed, NotOffered: as they say.
        ClassFull: no seat is free and nobody more can wait.
        MandateOver: ``by`` acts for the person and may not, or no longer.

    Source: docs/decisions/0009-places.md.
    """
    found = standing(class_key, person_id)
    if found is None:
        raise ClassNotFound(class_key)
    # Refusals, and answers given before, ask no lock: a rush on a full class must not queue up
    # behind it.
    if held := held_in(found):
        return held
    _check_open(found, at)
    if found.seats.is_full:
        raise ClassFull(class_key)
    return _apply_locked(class_key, found.named.class_id, person_id, by, at)


@transaction.atomic
def _apply_locked(
    class_key: str, class_id: UUID, person_id: UUID, by: By, at: datetime
) -> EnrolmentValue:
    now = _lock(class_key, class_id, person_id)
    if held := held_in(now):
        return held
    _check_open(now, at)
    if now.seats.is_full:
        raise ClassFull(class_key)
    enrolled = now.seats.free > 0
    state = State.ENROLLED if enrolled else State.WAITING
    position = None if enrolled else now.seats.waiting + 1
    made = EnrolmentValue(uuid7(), receipt_number(), class_id, person_id, state, at, position)
    person = PersonValue(person_id, "", now.language, now.home_id)
    with together():
        _count(class_id, seats=int(enrolled), waiting=int(not enrolled))
        row = {
            "id": made.id,
            "receipt": made.receipt,
            "course_class_id": class_id,
            "person_id": person_id,
            "state": state,
            "applied_at": at,
            "changed_at": at,
        }
        insert(Enrolment, [row])
        move = Move(now.named, made, person)
        if enrolled:
            tell([move], facts.TELL_PLACE, by=by, at=at, fact=facts.PLACE_TAKEN)
            outbox.publish(PlaceTaken(made.id, class_id, person_id, at))
        else:
            tell([move], facts.TELL_WAITING, by=by, at=at, fact=facts.WAITING)
    _for_another(Deed.APPLIED, now.named.title, made, by, at)
    return made


def _check_open(found: Standing, at: datetime) -> None:
    check_open(found, at)
    if not found.is_offered:
        raise NotOffered(found.key)


def _lock(class_key: str, class_id: UUID, person_id: UUID) -> Standing:
    """Hold the class, and only then read: a row read before would be from before the rival."""
    locks.hold(LOCK, class_id)
    found = standing(class_key, person_id)
    assert found is not None  # a class is never deleted
    return found


def withdraw(*, receipt: str, person_id: UUID, by: By, at: datetime) -> EnrolmentValue:
    """End an enrolment; a seat it held goes to whoever has waited longest.

    Withdrawing twice is harmless: the second call changes nothing.

    Args:
        person_id: whose enrolment it must be.

    Raises:
        EnrolmentNotFound: no enrolment of this person carries the receipt.
        ClassOver: the last session has ended.
        MandateOver: as in ``apply``.
    """
    found = Enrolment.objects.filter(people.of_person(person_id), receipt=receipt).first()
    if found is None:
        raise EnrolmentNotFound(receipt)
    return _withdraw_locked(found.pk, found.course_class_id, by, at)


@transaction.atomic
def _withdraw_locked(enrolment_id: UUID, class_id: UUID, by: By, at: datetime) -> EnrolmentValue:
    course_class = _lock_class(class_id)
    enrolment = Enrolment.objects.get(pk=enrolment_id)
    if enrolment.state == State.WITHDRAWN:
        return enrolment.as_value()
    if at >= course_class.ends_at:
        raise ClassOver(course_class.key)
    held_seat = enrolment.state == State.ENROLLED
    enrolment.state, enrolment.changed_at = State.WITHDRAWN, at
    enrolment.save(update_fields=["state", "changed_at"])
    _count(course_class.id, seats=-int(held_seat), waiting=-int(not held_seat))
    person = people.persons([enrolment.person_id])[enrolment.person_id]
    kind = facts.WITHDRAWN if held_seat else facts.LEFT_WAITING
    message = facts.TELL_WITHDRAWN if held_seat else facts.TELL_LEFT
    move = Move(named([class_id])[class_id], enrolment.as_value(), person)
    tell([move], message, by=by, at=at, fact=kind)
    outbox.publish(PlaceGivenBack(enrolment.id, class_id, enrolment.person_id, at))
    if held_seat:
        was_full = course_class.seats_taken >= course_class.seats
        _fill(course_class, by, at)
        _note_freed(course_class, was_full, at)
    _for_another(Deed.WITHDREW, move.named.title, enrolment.as_value(), by, at)
    return enrolment.as_value()


@transaction.atomic
def withdraw_all(*, person_id: UUID, by: By, at: datetime) -> int:
    """Give back every place a person holds or waits for in a class that is not over; how many.

    Class by class, in the order of their locks.
    """
    held = Enrolment.objects.filter(person_id=person_id, course_class__ends_at__gt=at)
    rows = held.exclude(state=State.WITHDRAWN).order_by("course_class_id")
    places = list(rows.values_list("id", "course_class_id"))
    for enrolment_id, class_id in places:
        _withdraw_locked(enrolment_id, class_id, by, at)
    return len(places)


def _for_another(deed: Deed, title: Text, place: EnrolmentValue, by: By, at: datetime) -> None:
    """When somebody acts for the person: their mandate still holds, and the person is told."""
    households.note_act(
        by=by, person_id=place.person_id, deed=deed, title=title, reference=place.receipt, at=at
    )


def _note_freed(course_class: CourseClass, was_full: bool, at: datetime) -> None:
    """Tell other rooms when a full class has a free seat that nobody waited for; it was filled."""
    is_free = course_class.seats_taken < course_class.seats and not course_class.waiting_taken
    if was_full and is_free and not course_class.cancelled_at and at < course_class.closes_at:
        outbox.publish(SeatFreed(course_class.id, at))


def _fill(course_class: CourseClass, by: By, at: datetime) -> None:
    """Give free seats to those who waited longest; the class is locked."""
    course_class.refresh_from_db(fields=["seats", "seats_taken", "waiting_taken"])
    free = course_class.seats - course_class.seats_taken
    if free <= 0 or course_class.cancelled_at:
        return
    waiting = course_class.enrolments.filter(state=State.WAITING).order_by("applied_at", "id")
    chosen = list(waiting[:free])
    if not chosen:
        return
    _count(course_class.id, seats=len(chosen), waiting=-len(chosen))
    course_class.seats_taken += len(chosen)
    course_class.waiting_taken -= len(chosen)
    Enrolment.objects.filter(pk__in=[e.pk for e in chosen]).update(
        state=State.ENROLLED, changed_at=at
    )
    persons = people.persons([e.person_id for e in chosen])
    # Whoever moves up is not the one for whom a delegate may have given a place back.
    by = By(by.person_id, by.via)
    of_class = named([course_class.id])[course_class.id]
    moves = [Move(of_class, e.as_value(), persons[e.person_id]) for e in chosen]
    tell(moves, facts.TELL_OFFERED, by=by, at=at, fact=facts.OFFERED)
    outbox.publish(*(PlaceTaken(e.id, course_class.id, e.person_id, at) for e in chosen))


@transaction.atomic
def set_seats(*, class_key: str, seats: int, waiting_limit: int, by: By, at: datetime) -> None:
    """Change how many seats a class has; new seats go to those who waited longest.

    Raises:
        ClassNotFound: no such class.
        SeatsInUse: fewer than are taken, or a shorter waiting list than wait.
    """
    found = CourseClass.objects.filter(key=class_key).values_list("id", flat=True).first()
    if found is None:
        raise ClassNotFound(class_key)
    course_class = _lock_class(found)
    # In a cancelled class nobody moves up.
    moving_up = 0 if course_class.cancelled_at else seats - course_class.seats_taken
    would_wait = max(0, course_class.waiting_taken - moving_up)
    if seats < course_class.seats_taken or waiting_limit < would_wait:
        raise SeatsInUse(class_key)
    # The list is shortened only when the new seats are filled: until then more people wait.
    longest = max(waiting_limit, course_class.waiting_taken)
    CourseClass.objects.filter(pk=found).update(seats=seats, waiting_limit=longest)
    audit.note(
        "classes.seats_changed",
        f"class {class_key}",
        by=by,
        before=course_class.seats,
        after=seats,
        waiting_limit=waiting_limit,
    )
    was_full = course_class.seats_taken >= course_class.seats
    _fill(course_class, by, at)
    _note_freed(course_class, was_full, at)
    CourseClass.objects.filter(pk=found).update(waiting_limit=waiting_limit)


@transaction.atomic
def cancel(*, class_key: str, by: By, at: datetime, reason: str = "") -> None:
    """Call a class off: its coming meetings are cancelled, and everybody in it is told, and why.

    Who had a place keeps the line in their record. Cancelling twice changes nothing.

    Raises:
        ClassNotFound: no such class.
        ClassOver: the last session has ended.
    """
    found = CourseClass.objects.filter(key=class_key).values_list("id", flat=True).first()
    if found is None:
        raise ClassNotFound(class_key)
    course_class = _lock_class(found)
    if course_class.cancelled_at:
        return
    if at >= course_class.ends_at:
        raise ClassOver(class_key)
    cancel_locked([found], by=by, at=at, reason=reason)
    audit.note("classes.cancelled", f"class {class_key}", by=by)


def cancel_locked(class_ids: Collection[UUID], *, by: By, at: datetime, reason: str = "") -> None:
    """Call off classes whose locks are held and which are not cancelled yet; five statements."""
    CourseClass.objects.filter(pk__in=class_ids).update(cancelled_at=at)
    coming = Session.objects.filter(course_class_id__in=class_ids, starts_at__gt=at)
    coming.filter(cancelled_at=None).update(cancelled_at=at)
    kind = facts.TELL_CANCELLED_WHY if reason else facts.TELL_CANCELLED
    tell_all(class_ids, kind, by=by, at=at, fact=facts.CANCELLED, reason=reason)


def resume_locked(class_ids: Collection[UUID], *, by: By, at: datetime) -> None:
    """Let classes take place after all, whose locks are held and whose meetings are written.

    Everybody in them is told. Seats that were given back meanwhile go to those who waited longest.
    """
    CourseClass.objects.filter(pk__in=class_ids).update(cancelled_at=None)
    tell_all(class_ids, facts.TELL_RESUMED, by=by, at=at, fact=facts.RESUMED)
    for course_class in CourseClass.objects.filter(pk__in=class_ids, waiting_taken__gt=0):
        _fill(course_class, by, at)


def _lock_class(class_id: UUID) -> CourseClass:
    locks.hold(LOCK, class_id)
    return CourseClass.objects.get(pk=class_id)


def _count(class_id: UUID, *, seats: int, waiting: int) -> None:
    write(
        "UPDATE classes_courseclass SET seats_taken = seats_taken + %s, "
        "waiting_taken = waiting_taken + %s WHERE id = %s",
        [seats, waiting, class_id],
    )


_REFUSALS = {
    "classes_room_booked_once": RoomTaken,
    "classes_instructor_booked_once": InstructorTaken,
    "classes_not_oversold": SeatsInUse,
    "classes_waiting_list_not_overfull": SeatsInUse,
}


def booked_twice(error: IntegrityError) -> Exception:
    """The polite refusal for what a constraint of this room refused; else the error itself."""
    text = str(error)
    return next((refusal(text) for name, refusal in _REFUSALS.items() if name in text), error)


def note_roster_read(*, class_key: str, by: By, how: str) -> None:
    """Write to the audit trail that somebody looked at a roster.

    Args:
        how: ``PAGE``, ``PRINT``, ``XLSX``, ``CSV`` or ``API``.
    """
    audit.note("classes.roster_read", f"class {class_key}", by=by, how=how)


@transaction.atomic
def make_calendar_address(*, person_id: UUID, at: datetime) -> str:
    """Make the secret address of a person's calendar; the only time it is seen.

    One that was there before leads nowhere from now on.
    """
    locks.hold(_CALENDAR, person_id)
    drop_calendar_address(person_id=person_id)
    secret = secrets.token_urlsafe(30)
    digest = sha256(secret.encode()).hexdigest()
    CalendarAddress.objects.create(person_id=person_id, digest=digest, made_at=at)
    return secret


def drop_calendar_address(*, person_id: UUID) -> bool:
    """Take the address of a person's calendar back, at once; whether there was one."""
    return bool(CalendarAddress.objects.filter(people.of_person(person_id)).delete()[0])


def follow_places(heirs: Mapping[UUID, Heirs]) -> int:
    """Let classes that are not over go with their region where it has one heir; how many.

    What took place stays in the region as it was. In a divided region a class lies where its site
    does, or where its provider sits when it has none; it goes along when the office says where.
    """
    sole = {pk: h.sole for pk, h in heirs.items() if h.sole}
    moved = repoint(CourseClass, "place", sole, where="ends_at > now()")
    divided = CourseClass.objects.filter(place_id__in=set(heirs) - set(sole), ends_at__gt=Now())
    strayed = divided.annotate(site=Coalesce("venue__place_id", "provider__place_id")).exclude(
        site=F("place_id")
    )
    back = [CourseClass(id=pk, place_id=site) for pk, site in strayed.values_list("id", "site")]
    return moved + CourseClass.objects.bulk_update(back, ["place"])


def follow_site(*, seat_id: UUID | None, venue_id: UUID | None, before: UUID, place: UUID) -> int:
    """Let classes that are not over go with their site, or with their provider's seat; how many.

    Args:
        before: the region in which they lay together; a class that lies elsewhere stays there.
    """
    rows = CourseClass.objects.filter(place_id=before, ends_at__gt=Now())
    if venue_id is not None:
        return rows.filter(venue_id=venue_id).update(place_id=place)
    return rows.filter(venue=None, provider_id=seat_id).update(place_id=place)
