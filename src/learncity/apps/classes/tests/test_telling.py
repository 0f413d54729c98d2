"""Whoever has a place in a class hears when it is cancelled, moved, or takes place after all."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learncity.apps.classes import queries, services
from learncity.apps.classes.factories import OPENING, make_class
from learncity.apps.classes.models import CourseClass, Enrolment, Session
from learncity.apps.classes.types import ClassCancelled, ClassNotFound, ClassOver, SeatsInUse
from learncity.apps.classes.writing import Planned, write
from learncity.apps.notices import queries as notices
from learncity.apps.people.factories import make_person
from learncity.apps.record import queries as record
from learncity.kernel.acting import COMMAND, By, Via
from learncity.kernel.models import AuditEntry
from learncity.kernel.rows import together

pytestmark = pytest.mark.django_db
LATER = OPENING + timedelta(hours=1)


def apply(key, person):
    return services.apply(class_key=key, person_id=person, by=By(person, Via.WEB), at=OPENING)


def cancel(key, at=LATER):
    services.cancel(class_key=key, by=COMMAND, at=at)


def told(person):
    """Kinds of the messages of a person, the newest first, without the one for the place."""
    from learncity.apps.notices.models import Message

    rows = Message.objects.filter(person_id=person).order_by("-id")
    return [kind.removeprefix("classes.") for kind in rows.values_list("kind", flat=True)][:-1]


def meetings(key):
    return list(Session.objects.filter(course_class__key=key).order_by("number"))


def replan(*keys, at=LATER, is_cancelled=False, change=lambda sessions: None):
    planned = []
    for key in keys:
        c = CourseClass.objects.get(key=key)
        sessions = meetings(key)
        change(sessions)
        for session in sessions:
            session.pk = Session._meta.pk.get_default()
        c.plan = c.plan | {"open_until_session": 1}
        planned.append(Planned(c, c.seats, c.waiting_limit, sessions, True, is_cancelled))
    write(planned, by=COMMAND, at=at)


def an_hour_later(sessions):
    for session in sessions:
        session.starts_at += timedelta(hours=1)
        session.ends_at += timedelta(hours=1)


def test_everybody_in_a_cancelled_class_is_told_and_it_is_in_their_record():
    key = make_class(seats=1, waiting=1)
    seated, waiting, gone = make_person(language="vi"), make_person(), make_person()
    services.withdraw(
        receipt=apply(key, gone).receipt, person_id=gone, by=By(gone, Via.WEB), at=OPENING
    )
    apply(key, seated), apply(key, waiting)

    cancel(key)

    assert told(seated) == told(waiting) == ["class_cancelled"]
    assert "class_cancelled" not in told(gone)
    assert record.facts_of(seated, limit=1)[0].kind == "classes.class_cancelled"
    assert notices.inbox(seated)[0].title.startswith("Đã hủy")
    assert {s.is_cancelled for s in queries.find_class(key).sessions} == {True}
    with pytest.raises(ClassCancelled):
        apply(key, make_person())


def test_cancelling_twice_tells_once_and_is_on_record_once():
    key, person = make_class(seats=1), make_person()
    apply(key, person)

    cancel(key)
    cancel(key, LATER + timedelta(hours=1))

    assert told(person) == ["class_cancelled"]
    assert AuditEntry.objects.filter(action="classes.cancelled", subject__contains=key).count() == 1


def test_a_class_that_is_over_or_unknown_is_not_cancelled():
    key = make_class(seats=1)
    with pytest.raises(ClassOver):
        cancel(key, CourseClass.objects.get(key=key).ends_at)
    with pytest.raises(ClassNotFound):
        cancel("no-such-class")
    assert not queries.find_class(key).card.is_cancelled


def test_telling_two_hundred_costs_as_many_statements_as_telling_one():
    def cost(people):
        key = make_class(seats=people)
        for _ in range(people):
            apply(key, make_person())
        with CaptureQueriesContext(connection) as asked:
            cancel(key)
        return len(asked)

    assert cost(20) == cost(1)


def test_a_new_time_is_told_once_to_those_who_have_a_place():
    key, person = make_class(seats=1), make_person()
    apply(key, person)

    replan(key, change=an_hour_later)
    replan(key, at=LATER + timedelta(hours=1))

    assert told(person) == ["class_moved"]


def test_a_class_that_was_cancelled_can_take_place_after_all_and_they_hear_of_it():
    key, person = make_class(seats=1), make_person()
    apply(key, person)
    replan(key, is_cancelled=True)

    replan(key, at=LATER + timedelta(hours=1))

    assert told(person) == ["class_resumed", "class_cancelled"]
    assert {s.cancelled_at for s in meetings(key)} == {None}
    assert Enrolment.objects.get(person_id=person).state == "ENROLLED"


def test_a_seat_given_back_while_a_class_was_cancelled_goes_to_whoever_waits():
    key = make_class(seats=1)
    first, waiting, newcomer = make_person(), make_person(), make_person()
    place = apply(key, first)
    apply(key, waiting)
    replan(key, is_cancelled=True)
    services.withdraw(receipt=place.receipt, person_id=first, by=By(first, Via.WEB), at=LATER)

    replan(key, at=LATER + timedelta(hours=1))

    assert Enrolment.objects.get(person_id=waiting).state == "ENROLLED"
    assert apply(key, newcomer).state == "WAITING"
    assert record.facts_of(waiting, limit=2)[1].kind == "classes.class_resumed"


def test_the_waiting_list_of_a_cancelled_class_is_not_shortened_past_those_who_wait():
    key = make_class(seats=1, waiting=2)
    for _ in range(3):
        apply(key, make_person())
    cancel(key)

    with pytest.raises(SeatsInUse):
        services.set_seats(class_key=key, seats=5, waiting_limit=0, by=COMMAND, at=LATER)
    services.set_seats(class_key=key, seats=5, waiting_limit=2, by=COMMAND, at=LATER)


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_a_new_timetable_leaves_what_took_place(is_cancelled):
    key, person = make_class(seats=1), make_person()
    apply(key, person)
    before = meetings(key)
    between = before[0].ends_at + timedelta(hours=1)

    replan(key, at=between, change=an_hour_later, is_cancelled=is_cancelled)

    first, *coming = meetings(key)
    assert (first.starts_at, first.cancelled_at) == (before[0].starts_at, None)
    assert [m.starts_at for m in coming] == [m.starts_at + timedelta(hours=1) for m in before[1:]]
    assert {m.cancelled_at is not None for m in coming} == {is_cancelled}
    assert queries.find_class(key).card.starts_at == before[0].starts_at


def test_two_classes_swap_their_times_in_one_application():
    first, second = make_class(seats=1), make_class(seats=1)
    times = {
        first: [(s.starts_at, s.ends_at) for s in meetings(second)],
        second: [(s.starts_at, s.ends_at) for s in meetings(first)],
    }

    def swap(sessions):
        for session, (begins, ends) in zip(
            sessions, times[sessions[0].course_class.key], strict=True
        ):
            session.starts_at, session.ends_at = begins, ends

    replan(first, second, change=swap)

    assert [(s.starts_at, s.ends_at) for s in meetings(first)] == times[first]


def test_what_is_written_together_is_written_at_the_end_of_the_block_or_not_at_all():
    key = make_class(seats=3)
    class_id = CourseClass.objects.get(key=key).pk

    with together():
        services._count(class_id, seats=1, waiting=0)
        assert CourseClass.objects.get(key=key).seats_taken == 0
    assert CourseClass.objects.get(key=key).seats_taken == 1

    class Halfway(Exception):
        pass

    def breaks():
        with together():
            services._count(class_id, seats=1, waiting=0)
            raise Halfway

    with pytest.raises(Halfway):
        breaks()
    assert CourseClass.objects.get(key=key).seats_taken == 1
