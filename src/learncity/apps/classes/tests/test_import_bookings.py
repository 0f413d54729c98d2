"""Of a file's classes no room and no instructor is booked twice, and nobody is displaced."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learncity.apps.classes.models import CourseClass, Session

from .importing import counts, instructor, meetings, mistakes, open_rooms, row

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("size", [500, 1])
def test_of_two_rows_that_want_a_room_the_earlier_one_gets_it(bring, size):
    outcome = bring(
        row(),
        row(key="late", from_="19:30", until="21:00"),
        row(key="later", from_="20:00", until="21:00"),
        size=size,
    )

    assert (counts(outcome), mistakes(outcome)) == ((3, 0, 0), [])
    (clash,) = outcome.clashes
    assert (clash.row, clash.key, clash.name, clash.times, clash.other) == (
        3, "late", "qiaotou-centre/203", 4, "ink-wed",
    )  # fmt: skip
    assert f"{clash.begins:%Y-%m-%d %H:%M}" == "2031-03-05 19:30"
    assert [note.row for note in outcome.notes] == [3]
    assert open_rooms() == {"late": 4}


def test_a_class_is_without_its_room_only_where_it_is_taken_and_stays_so(bring):
    rows = row(times=2), row(key="late", from_="19:00", until="20:30")
    bring(*rows)
    assert open_rooms() == {"late": 2}
    assert len(meetings("late")) == 4

    again = bring(*rows)
    assert (counts(again), again.clashes, open_rooms()) == ((0, 0, 2), [], {"late": 2})


def test_a_class_that_moves_to_another_time_gets_its_room(bring):
    bring(row(), row(key="late", from_="19:00", until="20:30"))
    outcome = bring(row(key="late", from_="20:00", until="21:30"))
    assert (counts(outcome), outcome.clashes, open_rooms()) == ((0, 1, 0), [], {})


@pytest.mark.parametrize("size", [500, 1])
def test_an_instructor_does_not_teach_twice_at_a_time(bring, size):
    who = instructor()
    outcome = bring(
        row(instructor=who),
        row(key="late", room="105", instructor=who, times=1, starts="2031-03-12"),
        size=size,
    )

    assert mistakes(outcome) == [
        (
            f"row 3, instructor '{who}': the instructor teaches class ink-wed (row 2) on "
            f"2031-03-12 18:30-20:00; choose another instructor or time"
        )
    ]


def test_a_room_that_a_class_of_the_city_has_is_taken(bring):
    booked = Session.objects.filter(room__key="203", room__venue__key="qiaotou-centre")
    session = booked.select_related("course_class").order_by("starts_at").first()
    begins = session.starts_at + timedelta(hours=8)

    outcome = bring(row(starts=begins.date(), day="", from_="00:00", until="23:59", times=1))

    assert mistakes(outcome) == []
    assert session.course_class.key in {clash.other for clash in outcome.clashes}


def test_a_row_that_is_left_out_takes_no_room_from_the_next(bring):
    who = instructor()
    bring(row(instructor=who))

    outcome = bring(
        row(key="taken", room="105", instructor=who),
        row(key="before", room="105"),
    )

    assert [error.row for error in outcome.errors] == [2]
    assert open_rooms() == {}


def test_two_classes_can_change_rooms_with_each_other(bring):
    bring(row(), row(key="other", room="105"))

    outcome = bring(row(room="105"), row(key="other"))

    assert (counts(outcome), mistakes(outcome)) == ((0, 2, 0), [])


def test_a_class_does_not_stand_in_its_own_way(bring):
    bring(row())

    assert mistakes(bring(row(from_="19:00", until="20:30"))) == []


WISHES = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 5), st.integers(1, 3), st.integers(1, 3)),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(wishes=WISHES, size=st.sampled_from([1, 4, 500]))
def test_whatever_is_wished_for_the_earlier_rows_get_it_and_nothing_is_booked_twice(
    bring, wishes, size
):
    """A wish: which room, from which hour on, how many hours, how many weeks."""
    rows, taken, wanted = [], set(), {}
    for n, (room, begin, hours, weeks) in enumerate(wishes):
        rows.append(row(
            key=f"wish-{n}", room=("203", "105")[room], times=weeks,
            from_=f"{begin + 10}:00", until=f"{begin + 10 + hours}:00",
        ))  # fmt: skip
        for week in range(weeks):
            hours_of = {(room, week, begin + h) for h in range(hours)}
            if hours_of & taken:
                wanted[f"wish-{n}"] = wanted.get(f"wish-{n}", 0) + 1
            else:
                taken |= hours_of

    looked = bring(*rows, size=size, is_check=True)
    with transaction.atomic():
        outcome = bring(*rows, size=size)
        waiting, made = open_rooms(), CourseClass.objects.filter(key__startswith="wish-").count()
        transaction.set_rollback(True)

    assert (waiting, made, outcome.errors) == (wanted, len(wishes), [])
    assert looked.clashes == outcome.clashes
