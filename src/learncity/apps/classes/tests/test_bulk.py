"""The same done to many classes: looked at without doing it, done once, undone for a while."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from learncity.apps.classes import queries, services
from learncity.apps.classes.models import BulkAct, CourseClass, Session
from learncity.apps.classes.queries import bulk as done
from learncity.apps.classes.services import bulk
from learncity.apps.classes.types import (
    BulkKind,
    BulkWish,
    CannotUndo,
    ChangedSince,
    ClosesTooLate,
    Seats,
    TooManyAtOnce,
)
from learncity.apps.notices import queries as notices
from learncity.apps.people.factories import make_person
from learncity.kernel.acting import SYSTEM, By, Via
from learncity.kernel.ids import uuid7

from .importing import NOW
from .test_rooms import held, room

KEYS = ("ink-wed", "other")


@pytest.fixture
def classes(brought):
    brought({"seats": 1}, {"key": "other", "room": "105", "seats": 2})
    return KEYS


def go(wish, keys=KEYS, act_id=None, at=NOW):
    return bulk.carry_out(act_id=act_id or uuid7(), keys=keys, wish=wish, by=SYSTEM, at=at)


def state():
    return (
        list(CourseClass.objects.order_by("key").values()),
        list(Session.objects.order_by("course_class_id", "number").values()),
        BulkAct.objects.count(),
    )


def applied(key, *names):
    people = [make_person(name) for name in names]
    for person in people:
        services.apply(class_key=key, person_id=person, by=By(person, Via.WEB), at=NOW)
    return people


def seats(key):
    return queries.find_class(key).card.seats


MORE = BulkWish(BulkKind.SEATS, seats=1)


def test_looking_does_nothing_and_says_what_doing_does(classes):
    applied("ink-wed", "First", "Second", "Third")
    before = state()
    looked = bulk.looked_at(KEYS, MORE, at=NOW)
    assert state() == before
    lines = go(MORE).lines
    assert tuple(looked) == lines
    assert [(line.key, line.is_done, line.told) for line in lines] == [
        ("ink-wed", True, 1), ("other", True, 0),
    ]  # fmt: skip


def test_done_twice_is_done_once(classes):
    pk = uuid7()
    assert go(MORE, act_id=pk) == go(MORE, act_id=pk)
    assert seats("ink-wed").total == 2


def test_seats_that_were_given_stay_when_it_is_undone(classes):
    applied("ink-wed", "First", "Second")
    act = go(MORE)
    undone = bulk.undo(act_id=act.id, by=SYSTEM, at=NOW)
    assert [(line.key, line.is_done) for line in undone.lines] == [
        ("ink-wed", False), ("other", True),
    ]  # fmt: skip
    assert seats("ink-wed") == Seats(2, 2, 0, 5)
    assert seats("other").total == 2


def test_applications_close_when_it_is_said_and_a_list_does_not_reopen_them(classes, brought):
    until = NOW + timedelta(days=3)
    act = go(BulkWish(BulkKind.CLOSE, closes_at=until))
    assert {queries.find_class(key).card.closes_at for key in KEYS} == {until}
    brought({"seats": 3})
    assert queries.find_class("ink-wed").card.closes_at == until
    bulk.undo(act_id=act.id, by=SYSTEM, at=NOW)
    assert queries.find_class("other").card.closes_at > until


def test_they_do_not_close_after_the_last_meeting(classes):
    (line, _other) = go(BulkWish(BulkKind.CLOSE, closes_at=NOW + timedelta(days=9999))).lines
    assert (line.is_done, line.says) == (False, str(ClosesTooLate.says))


def test_a_room_is_moved_to_by_whom_it_is_free_for_and_back(classes):
    (person,) = applied("ink-wed", "Somebody")
    act = go(BulkWish(BulkKind.ROOM, room_id=room("hall")))
    assert [line.is_done for line in act.lines] == [True, False]
    assert (held("ink-wed"), held("other")) == (["hall"] * 4, ["105"] * 4)
    assert CourseClass.objects.get(key="ink-wed").plan["room"] == "qiaotou-centre/hall"

    bulk.undo(act_id=act.id, by=SYSTEM, at=NOW + timedelta(minutes=29))
    assert held("ink-wed") == ["203"] * 4
    # Of the place; of the new room, and of the old one again.
    assert len(notices.inbox(person)) == 3


def test_a_class_is_cancelled_with_a_reason_and_not_taken_back(classes):
    (person,) = applied("ink-wed", "Somebody")
    act = go(BulkWish(BulkKind.CANCEL, reason="the boiler broke"))
    assert all(queries.find_class(key).card.is_cancelled for key in KEYS)
    assert any("the boiler broke" in m.body for m in notices.inbox(person))
    with pytest.raises(CannotUndo):
        bulk.undo(act_id=act.id, by=SYSTEM, at=NOW)
    with pytest.raises(IntegrityError, match="classes_undone_afterwards"):
        BulkAct.objects.filter(pk=act.id).update(undone_at=NOW)


def test_seats_that_somebody_changed_since_stay(classes):
    act = go(MORE)
    services.set_seats(class_key="other", seats=9, waiting_limit=5, by=SYSTEM, at=NOW)

    undone = bulk.undo(act_id=act.id, by=SYSTEM, at=NOW)

    assert [(line.key, line.is_done, line.says) for line in undone.lines] == [
        ("ink-wed", True, ""), ("other", False, str(ChangedSince.says)),
    ]  # fmt: skip
    assert (seats("ink-wed").total, seats("other").total) == (1, 9)


def test_a_closing_that_somebody_changed_since_stays(classes):
    until = NOW + timedelta(days=3)
    act = go(BulkWish(BulkKind.CLOSE, closes_at=until))
    later = until + timedelta(days=1)
    bulk.close_applications(class_key="other", closes_at=later, by=SYSTEM, at=NOW)

    undone = bulk.undo(act_id=act.id, by=SYSTEM, at=NOW)

    assert [line.is_done for line in undone.lines] == [True, False]
    assert queries.find_class("other").card.closes_at == later


def test_a_room_that_somebody_changed_since_stays_and_what_began_is_left_aside(classes):
    act = go(BulkWish(BulkKind.ROOM, room_id=room("hall")), keys=["ink-wed"])
    rows = Session.objects.filter(course_class__key="ink-wed").order_by("number")
    meeting = rows[1]
    rows.filter(pk=meeting.pk).update(room_id=room("203"))
    (line,) = bulk.undo(act_id=act.id, by=SYSTEM, at=NOW).lines
    assert (line.is_done, held("ink-wed")) == (False, ["hall", "203", "hall", "hall"])

    rows.filter(pk=meeting.pk).update(room_id=room("hall"))
    again = go(BulkWish(BulkKind.ROOM, room_id=room("203")), keys=["ink-wed"])
    rows.filter(number=1).update(cancelled_at=NOW)
    (line,) = bulk.undo(act_id=again.id, by=SYSTEM, at=NOW).lines
    assert line.is_done
    assert held("ink-wed")[1:] == ["hall"] * 3


def test_undoing_is_over_after_a_while_and_once(classes):
    act = go(MORE)
    with pytest.raises(CannotUndo):
        bulk.undo(act_id=act.id, by=SYSTEM, at=NOW + done.UNDO)
    bulk.undo(act_id=act.id, by=SYSTEM, at=NOW)
    with pytest.raises(CannotUndo):
        bulk.undo(act_id=act.id, by=SYSTEM, at=NOW)


def test_so_many_at_once_are_too_many(classes):
    with pytest.raises(TooManyAtOnce):
        bulk.looked_at([f"class-{n}" for n in range(bulk.MOST + 1)], MORE, at=NOW)
