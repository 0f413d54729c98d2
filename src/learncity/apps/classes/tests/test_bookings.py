"""The promise of this room: a room or an instructor is never booked twice at a time."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from learncity.apps.classes.factories import CLOSING, make_class
from learncity.apps.classes.models import CourseClass, Session
from learncity.apps.classes.types import Mode
from learncity.apps.organizations import queries as organizations
from learncity.apps.people.factories import make_person

AT = CLOSING + timedelta(days=300)


def book(key, *, begins, minutes=90, room=None, instructor=None, number=50):
    return Session.objects.create(
        course_class=CourseClass.objects.get(key=key), number=number, starts_at=begins,
        ends_at=begins + timedelta(minutes=minutes), room_id=room, instructor_id=instructor,
        mode=Mode.IN_PERSON if room else Mode.ONLINE,
    )  # fmt: skip


def a_room():
    return organizations.find_venue("qiaotou-centre").rooms[0].id


@pytest.mark.django_db
@pytest.mark.parametrize("shift", [-89, 0, 30, 89])
def test_a_room_is_not_booked_twice_at_a_time(shift):
    book(make_class(), begins=AT, room=a_room())
    with pytest.raises(IntegrityError, match="classes_room_booked_once"):
        book(make_class(), begins=AT + timedelta(minutes=shift), room=a_room())


@pytest.mark.django_db
@pytest.mark.parametrize("shift", [-90, 90])
def test_one_class_may_begin_when_another_ends(shift):
    book(make_class(), begins=AT, room=a_room())
    book(make_class(), begins=AT + timedelta(minutes=shift), room=a_room())


@pytest.mark.django_db
def test_an_instructor_does_not_teach_twice_at_a_time():
    teacher = make_person()
    book(make_class(), begins=AT, instructor=teacher)
    with pytest.raises(IntegrityError, match="classes_instructor_booked_once"):
        book(make_class(), begins=AT + timedelta(minutes=10), instructor=teacher)


@pytest.mark.django_db
def test_a_cancelled_session_frees_room_and_instructor():
    teacher = make_person()
    first = book(make_class(), begins=AT, room=a_room(), instructor=teacher)
    Session.objects.filter(pk=first.pk).update(cancelled_at=AT)

    book(make_class(), begins=AT, room=a_room(), instructor=teacher)


@pytest.mark.django_db
def test_an_online_session_takes_no_room():
    session = book(make_class(), begins=AT, room=a_room())
    with pytest.raises(IntegrityError, match="classes_online_session_has_no_room"):
        Session.objects.filter(pk=session.pk).update(mode=Mode.ONLINE)


@pytest.mark.django_db
def test_a_session_cannot_end_before_it_begins():
    with pytest.raises(IntegrityError, match="classes_session_ends_after_it_starts"):
        book(make_class(), begins=AT, minutes=-1)


def race(keys, wait_for_commit):
    """Two clerks book the same room at the same time; what became of each."""
    room, start, outcomes = a_room(), threading.Barrier(2), []

    def run(key):
        start.wait()
        try:
            with transaction.atomic():
                book(key, begins=AT, room=room)
                if wait_for_commit:
                    start.wait(timeout=1)
            outcomes.append("BOOKED")
        except IntegrityError:
            outcomes.append("REFUSED BY THE DATABASE")
        except threading.BrokenBarrierError:
            outcomes.append("THE OTHER WAITED")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[key]) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_of_two_clerks_booking_at_once_one_is_refused(committed):
    assert race([make_class(), make_class()], wait_for_commit=False) == [
        "BOOKED",
        "REFUSED BY THE DATABASE",
    ]


def test_control_the_second_clerk_really_meets_a_booking_that_is_not_yet_kept(committed):
    """Both hold their transactions open: the second waits inside the constraint for the first."""
    assert "THE OTHER WAITED" in race([make_class(), make_class()], wait_for_commit=True)
