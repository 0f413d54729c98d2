"""The promise of this room: a place is never sold twice, never lost, and given in order."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learncity.apps.classes import queries, services
from learncity.apps.classes.factories import CLOSING, OPENING, make_class
from learncity.apps.classes.models import CourseClass, Enrolment
from learncity.apps.classes.standing import standing
from learncity.apps.classes.types import (
    ClassCancelled,
    ClassClosed,
    ClassFull,
    ClassNotFound,
    ClassNotOpenYet,
    ClassOver,
    EnrolmentNotFound,
    SeatsInUse,
    State,
)
from learncity.apps.notices import queries as notices
from learncity.apps.people.factories import make_person
from learncity.apps.record import queries as record
from learncity.kernel.acting import SYSTEM, By, Via

MOVES = st.lists(st.tuples(st.sampled_from(["apply", "withdraw"]), st.integers(0, 4)), max_size=20)


def apply(key, person, at=OPENING):
    return services.apply(class_key=key, person_id=person, by=By(person, Via.WEB), at=at)


def withdraw(enrolment, at=OPENING):
    return services.withdraw(
        receipt=enrolment.receipt, person_id=enrolment.person_id,
        by=By(enrolment.person_id, Via.WEB), at=at,
    )  # fmt: skip


def counts(key):
    row = CourseClass.objects.get(key=key)
    return row.seats_taken, row.waiting_taken


@pytest.mark.django_db
def test_the_first_get_seats_and_the_next_wait_in_order():
    key = make_class(seats=1, waiting=2)

    answers = [apply(key, make_person(), OPENING + timedelta(minutes=n)) for n in range(3)]

    assert [(a.state, a.position) for a in answers] == [
        (State.ENROLLED, None), (State.WAITING, 1), (State.WAITING, 2),
    ]  # fmt: skip
    assert counts(key) == (1, 2)


@pytest.mark.django_db
def test_a_full_class_with_a_full_waiting_list_refuses_and_says_so():
    key = make_class(seats=1, waiting=0)
    apply(key, make_person())

    with pytest.raises(ClassFull) as refusal:
        apply(key, make_person())

    assert (refusal.value.code, bool(str(refusal.value.says))) == ("class_full", True)


@pytest.mark.django_db
def test_applying_again_gives_the_same_receipt_and_changes_nothing():
    key, person = make_class(seats=1, waiting=0), make_person()

    first, again = apply(key, person), apply(key, person, OPENING + timedelta(hours=1))

    assert first == again
    assert counts(key) == (1, 0)


@pytest.mark.django_db
def test_whoever_has_a_place_is_told_so_even_after_the_closing_time():
    key, person = make_class(), make_person()
    first = apply(key, person)

    assert apply(key, person, CLOSING + timedelta(days=1)) == first


@pytest.mark.django_db
def test_the_closing_moment_itself_is_too_late():
    key = make_class()
    apply(key, make_person(), CLOSING - timedelta(microseconds=1))

    with pytest.raises(ClassClosed):
        apply(key, make_person(), CLOSING)


@pytest.mark.django_db
def test_nobody_is_early():
    with pytest.raises(ClassNotOpenYet):
        apply(make_class(), make_person(), OPENING - timedelta(days=31))


@pytest.mark.django_db
def test_a_cancelled_class_takes_nobody():
    key = make_class()
    CourseClass.objects.filter(key=key).update(cancelled_at=OPENING)

    with pytest.raises(ClassCancelled):
        apply(key, make_person())


@pytest.mark.django_db
def test_an_unknown_class_is_not_found():
    with pytest.raises(ClassNotFound):
        apply("no-such-class", make_person())


@pytest.mark.django_db
def test_a_freed_seat_goes_to_whoever_waited_longest():
    key = make_class(seats=1)
    holder, first, second = (
        apply(key, make_person(), OPENING + timedelta(hours=n)) for n in range(3)
    )

    withdraw(holder, OPENING + timedelta(days=1))

    states = dict(Enrolment.objects.filter(course_class__key=key).values_list("id", "state"))
    assert states == {
        holder.id: State.WITHDRAWN, first.id: State.ENROLLED, second.id: State.WAITING,
    }  # fmt: skip
    assert counts(key) == (1, 1)


@pytest.mark.django_db
def test_leaving_the_waiting_list_moves_everybody_behind_up():
    key = make_class(seats=1)
    _, first, second = (apply(key, make_person(), OPENING + timedelta(hours=n)) for n in range(3))

    withdraw(first)

    _, moved_up = queries.find_enrolment(second.receipt, person_id=second.person_id)
    assert moved_up.position == 1
    assert counts(key) == (1, 1)


@pytest.mark.django_db
def test_withdrawing_twice_changes_nothing_the_second_time():
    key = make_class(seats=2)
    mine = apply(key, make_person())
    apply(key, make_person())

    withdraw(mine)
    again = withdraw(mine)

    assert again.state == State.WITHDRAWN
    assert counts(key) == (1, 0)


@pytest.mark.django_db
def test_whoever_withdrew_may_apply_again_at_the_end():
    key, person = make_class(seats=1), make_person()
    mine = apply(key, person)
    waiting = apply(key, make_person())
    withdraw(mine)

    again = apply(key, person)

    assert (again.state, again.position) == (State.WAITING, 1)
    assert again.receipt != mine.receipt
    assert Enrolment.objects.get(pk=waiting.id).state == State.ENROLLED


@pytest.mark.django_db
def test_nobody_withdraws_for_somebody_else():
    mine = apply(make_class(), make_person())

    with pytest.raises(EnrolmentNotFound):
        services.withdraw(receipt=mine.receipt, person_id=make_person(), by=SYSTEM, at=OPENING)


@pytest.mark.django_db
def test_after_the_last_meeting_there_is_nothing_to_give_back():
    mine = apply(make_class(), make_person())

    with pytest.raises(ClassOver):
        withdraw(mine, CLOSING + timedelta(days=60))


@pytest.mark.django_db
def test_more_seats_go_to_those_who_waited_longest():
    key = make_class(seats=1)
    people = [apply(key, make_person(), OPENING + timedelta(hours=n)) for n in range(4)]

    services.set_seats(class_key=key, seats=3, waiting_limit=5, by=SYSTEM, at=OPENING)

    states = [Enrolment.objects.get(pk=p.id).state for p in people]
    assert states == [State.ENROLLED, State.ENROLLED, State.ENROLLED, State.WAITING]
    assert counts(key) == (3, 1)


@pytest.mark.django_db
def test_a_waiting_list_may_be_closed_when_new_seats_empty_it():
    key = make_class(seats=1)
    for _ in range(2):
        apply(key, make_person())

    services.set_seats(class_key=key, seats=2, waiting_limit=0, by=SYSTEM, at=OPENING)

    assert counts(key) == (2, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(("seats", "waiting"), [(1, 5), (2, 0)])
def test_seats_that_are_taken_cannot_be_taken_away(seats, waiting):
    key = make_class(seats=2)
    for _ in range(3):
        apply(key, make_person())

    with pytest.raises(SeatsInUse):
        services.set_seats(class_key=key, seats=seats, waiting_limit=waiting, by=SYSTEM, at=OPENING)


@pytest.mark.django_db
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seats=st.integers(1, 3), waiting=st.integers(0, 2), moves=MOVES)
def test_the_stored_counts_never_drift(seats, waiting, moves):
    key, people, held = make_class(seats=seats, waiting=waiting), [], {}
    people = [make_person() for _ in range(5)]
    for minute, (move, who) in enumerate(moves):
        at = OPENING + timedelta(minutes=minute)
        if move == "withdraw" and who in held:
            withdraw(held.pop(who), at)
        elif move == "apply":
            try:
                held[who] = apply(key, people[who], at)
            except ClassFull:
                assert len(held) == seats + waiting
    states = Counter(
        Enrolment.objects.filter(course_class__key=key).values_list("state", flat=True)
    )
    assert counts(key) == (states[State.ENROLLED], states[State.WAITING])
    assert states[State.ENROLLED] == min(seats, len(held))
    assert states[State.WAITING] == len(held) - states[State.ENROLLED]


# The database alone.


@pytest.mark.django_db
def test_the_database_alone_refuses_an_oversold_class():
    key = make_class(seats=1)
    with pytest.raises(IntegrityError, match="classes_not_oversold"):
        CourseClass.objects.filter(key=key).update(seats_taken=F("seats_taken") + 2)


@pytest.mark.django_db
def test_the_database_alone_refuses_an_overfull_waiting_list():
    key = make_class(seats=1, waiting=1)
    with pytest.raises(IntegrityError, match="classes_waiting_list_not_overfull"):
        CourseClass.objects.filter(key=key).update(waiting_taken=2)


@pytest.mark.django_db
def test_the_database_alone_refuses_a_second_place_in_a_class():
    mine = apply(make_class(), make_person())
    with pytest.raises(IntegrityError, match="classes_one_place_per_person"):
        Enrolment.objects.create(
            receipt="X", course_class_id=mine.class_id, person_id=mine.person_id,
            state=State.WAITING, applied_at=OPENING, changed_at=OPENING,
        )  # fmt: skip


@pytest.mark.django_db
def test_the_database_alone_refuses_an_unknown_state():
    mine = apply(make_class(), make_person())
    with pytest.raises(IntegrityError, match="classes_state_known"), transaction.atomic():
        Enrolment.objects.filter(pk=mine.id).update(state="MAYBE")


# Races, each with the control that shows that they are races.


def race(key, people):
    """Everybody applies at once; what each was told, sorted."""
    start, outcomes = threading.Barrier(len(people)), []

    def run(person):
        start.wait()
        try:
            outcomes.append(apply(key, person).state)
        except ClassFull:
            outcomes.append("FULL")
        except IntegrityError:
            outcomes.append("REFUSED BY THE DATABASE")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def unlocked(monkeypatch):
    """Take the lock away, and let nobody go on before both rivals have read the same row."""
    both = threading.Barrier(2, timeout=60)

    def no_lock(class_key, class_id, person_id):
        found = standing(class_key, person_id)
        both.wait()
        return found

    monkeypatch.setattr(services, "_lock", no_lock)


def test_of_two_people_racing_for_the_last_seat_one_waits(committed):
    key = make_class(seats=1)

    assert race(key, [make_person(), make_person()]) == [State.ENROLLED, State.WAITING]
    assert counts(key) == (1, 1)


def test_control_without_the_lock_they_do_collide(committed, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    unlocked(monkeypatch)
    key = make_class(seats=1)

    assert race(key, [make_person(), make_person()]) == [State.ENROLLED, "REFUSED BY THE DATABASE"]


def test_the_same_person_applying_twice_at_once_gets_one_place(committed):
    key, person = make_class(seats=5), make_person()

    assert race(key, [person, person]) == [State.ENROLLED, State.ENROLLED]
    assert counts(key) == (1, 0)


def test_control_without_the_lock_the_second_place_is_refused_by_the_database(
    committed, monkeypatch
):
    unlocked(monkeypatch)
    key, person = make_class(seats=5), make_person()

    assert race(key, [person, person]) == [State.ENROLLED, "REFUSED BY THE DATABASE"]


def test_in_fifty_rushes_no_seat_is_oversold_and_none_is_left_empty(committed):
    people = [make_person() for _ in range(8)]
    for _ in range(50):
        key = make_class(seats=3, waiting=2)
        assert race(key, people) == sorted(
            ["FULL"] * 3 + [State.ENROLLED] * 3 + [State.WAITING] * 2
        )
        assert counts(key) == (3, 2)


def test_a_seat_given_back_during_a_rush_is_given_exactly_once(committed):
    key = make_class(seats=1, waiting=0)
    holder = apply(key, make_person())
    outcomes = []

    def give_back():
        withdraw(holder)
        connection.close()

    thread = threading.Thread(target=give_back)
    thread.start()
    outcomes = race(key, [make_person() for _ in range(6)])
    thread.join()

    assert outcomes.count(State.ENROLLED) <= 1
    assert counts(key) == (outcomes.count(State.ENROLLED), 0)


def cancelled_meanwhile(monkeypatch, lock):
    """Somebody applies; when their class is read, it is cancelled. Their record and messages."""
    key, person = make_class(), make_person()

    def cancel():
        services.cancel(class_key=key, by=SYSTEM, at=OPENING + timedelta(minutes=1))
        connection.close()

    rival = threading.Thread(target=cancel)

    def read_then_cancel(class_key, class_id, person_id):
        found = lock(class_key, class_id, person_id)
        rival.start()
        rival.join(0.5)
        return found

    monkeypatch.setattr(services, "_lock", read_then_cancel)
    assert apply(key, person).state == State.ENROLLED
    rival.join()
    return [fact.kind for fact in record.facts_of(person, limit=9)], len(notices.inbox(person))


def test_whoever_applies_while_the_class_is_cancelled_is_told(committed, monkeypatch):
    told = cancelled_meanwhile(monkeypatch, services._lock)
    assert told == (["classes.class_cancelled", "classes.place_taken"], 2)


def test_control_without_the_lock_they_would_sit_in_a_cancelled_class_untold(
    committed, monkeypatch
):
    def no_lock(class_key, class_id, person_id):
        return standing(class_key, person_id)

    assert cancelled_meanwhile(monkeypatch, no_lock) == (["classes.place_taken"], 1)
