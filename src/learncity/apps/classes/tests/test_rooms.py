"""Rooms to settle: listed while they are open, given where they are free, never booked twice."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError

from learncity.apps.classes.models import CourseClass, Session
from learncity.apps.classes.queries import meetings
from learncity.apps.classes.services import rooms
from learncity.apps.classes.types import RoomNotFound, RoomTaken, RoomTooSmall
from learncity.apps.organizations import queries as organizations
from learncity.kernel import audit
from learncity.kernel.acting import SYSTEM
from learncity.kernel.ids import uuid7

from .importing import NOW


def room(key):
    return organizations.room_ids([f"qiaotou-centre/{key}"])[f"qiaotou-centre/{key}"]


@pytest.fixture
def late(brought):
    """A class that meets four times and got its room, of a smaller one, twice."""
    brought({"times": 2}, {"key": "late", "from_": "19:00", "until": "20:30", "times": 4})
    return "late"


def waiting(provider_ids=None):
    found = meetings.rooms_to_settle(provider_ids, at=NOW)
    return [(m.class_key, m.number, m.room_key, m.taken_by) for m in found]


def held(key):
    rows = Session.objects.filter(course_class__key=key).order_by("number")
    return list(rows.values_list("room__key", flat=True))


def test_a_meeting_without_its_room_is_listed_with_who_has_it(late, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert waiting() == [(late, 1, "203", "ink-wed"), (late, 2, "203", "ink-wed")]
    assert meetings.count_rooms_to_settle(None, at=NOW) == 1
    other = {organizations.find_organization("lamplight-night-school").id}
    assert (waiting(other), meetings.count_rooms_to_settle(other, at=NOW)) == ([], 0)


def test_another_room_settles_it(late):
    assert meetings.free_rooms(late, at=NOW)[room("hall")] == 2
    assert rooms.settle_rooms(class_key=late, room_id=room("hall"), by=SYSTEM, at=NOW) == 2
    assert (held(late), waiting()) == (["hall", "hall", "203", "203"], [])
    assert audit.latest()[0].action == "classes.rooms_settled"


def test_a_room_that_is_taken_as_well_is_refused_and_one_half_free_taken_by_half(brought, late):
    with pytest.raises(RoomTaken):
        rooms.settle_rooms(class_key=late, room_id=room("203"), by=SYSTEM, at=NOW)
    brought({"key": "third", "room": "hall", "times": 1})
    assert meetings.free_rooms(late, at=NOW)[room("hall")] == 1
    assert rooms.settle_rooms(class_key=late, room_id=room("hall"), by=SYSTEM, at=NOW) == 1
    assert waiting() == [(late, 1, "203", "ink-wed")]


def test_a_room_that_became_free_says_so(brought, late):
    brought({"times": 2, "room": "hall"})
    assert {taken_by for *_, taken_by in waiting()} == {""}
    assert rooms.settle_rooms(class_key=late, room_id=room("203"), by=SYSTEM, at=NOW) == 2


def test_who_needs_no_room_waits_no_more(late):
    assert rooms.settle_rooms(class_key=late, room_id=None, by=SYSTEM, at=NOW) == 2
    assert (held(late), waiting()) == ([None, None, "203", "203"], [])


def test_a_room_must_be_there_and_large_enough(late):
    CourseClass.objects.filter(key=late).update(seats=100)
    with pytest.raises(RoomTooSmall):
        rooms.settle_rooms(class_key=late, room_id=room("hall"), by=SYSTEM, at=NOW)
    with pytest.raises(RoomNotFound):
        rooms.settle_rooms(class_key=late, room_id=uuid7(), by=SYSTEM, at=NOW)


def test_a_cancelled_class_wants_no_room(brought, late):
    brought({"key": late, "from_": "19:00", "until": "20:30", "cancelled": 1})
    assert waiting() == []


def test_the_database_refuses_a_meeting_that_has_a_room_and_wants_one(late):
    rows, taken = Session.objects.filter(course_class__key=late), room("hall")
    with pytest.raises(IntegrityError, match="classes_wants_a_room_or_has_one"):
        rows.update(room_id=taken)


def test_a_week_shows_every_meeting_once_with_what_it_wants(late):
    begin, end = datetime(2031, 3, 3, tzinfo=UTC), datetime(2031, 3, 10, tzinfo=UTC)
    own = {organizations.find_organization("qiaotou-learning-centre").id}
    found = meetings.week(own, begin=begin, end=end)
    assert [(m.class_key, m.room_key, m.is_roomless) for m in found] == [
        ("ink-wed", "203", False), (late, "203", True),
    ]  # fmt: skip
