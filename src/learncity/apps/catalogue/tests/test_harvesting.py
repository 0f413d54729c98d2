"""Whoever keeps a copy of the catalogue gets every change, whatever is being written meanwhile."""

import threading

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learncity.apps.catalogue import queries
from learncity.apps.catalogue.models import Course
from learncity.apps.catalogue.queries import Wanted
from learncity.apps.catalogue.types import Category


def course(key="small-shop-bookkeeping"):
    return Course.objects.get(key=key)


def test_a_change_is_dated(city):
    before = course().changed_at

    Course.objects.filter(key=course().key).update(level="ADVANCED")

    assert course().changed_at > before


@pytest.mark.parametrize("change", [{"level": "BEGINNER"}, {"changed_at": None}])
def test_what_stays_the_same_keeps_its_date(city, change):
    Course.objects.filter(key=course().key).update(level="BEGINNER")
    before = course().changed_at

    Course.objects.filter(key=course().key).update(**change)

    assert course().changed_at == before


def test_an_ended_course_is_still_named(city):
    began = queries.horizon()
    Course.objects.filter(key=course().key).update(ended_at=began)

    (change,) = queries.changes(Wanted(since=began), limit=10)

    assert (change.course.key, change.is_ended) == (course().key, True)


def harvest(copy, since, between, *, limit):
    """Take what changed since then into the copy, part by part; where to go on the next time."""
    began, after = queries.horizon(), None
    before = began
    while True:
        part = queries.changes(Wanted(since=since, before=before), after=after, limit=limit)
        for change in part:
            copy.pop(change.course.id, None)
            if not change.is_ended:
                copy[change.course.id] = (dict(change.course.title), change.course.category)
        if len(part) < limit:
            return began
        after = (part[-1].at, part[-1].course.id)
        between()
        before = queries.horizon()


MOVES = st.lists(
    st.lists(
        st.tuples(st.integers(0, 11), st.sampled_from(["rename", "move", "end", "again", "touch"])),
        max_size=4,
    ),
    max_size=8,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=MOVES, limit=st.integers(1, 5))
def test_a_copy_is_like_the_catalogue_after_it_was_harvested_amid_changes(city, moves, limit):
    with transaction.atomic():
        keys = list(Course.objects.order_by("key").values_list("key", flat=True)[:12])
        Course.objects.exclude(key__in=keys).update(ended_at=queries.horizon())
        copy, pending = {}, [*moves]

        def change():
            for number, how in pending.pop() if pending else ():
                row = Course.objects.filter(key=keys[number % len(keys)])
                said = {
                    "rename": {"title": {"en": f"Named {queries.horizon()}"}},
                    "move": {"category": Category.HOBBIES, "subject": None},
                    "end": {"ended_at": queries.horizon()},
                    "again": {"ended_at": None},
                    "touch": {"level": row.get().level},
                }[how]
                row.update(**said)

        since = None
        while pending:
            since = harvest(copy, since, change, limit=limit)
            change()
        harvest(copy, since, lambda: None, limit=limit)

        rows = Course.objects.filter(ended_at=None)
        assert copy == {c.id: (dict(c.title), c.category) for c in rows}
        transaction.set_rollback(True)


class Slow:
    """Somebody who has written a change and takes their time to commit it."""

    def __init__(self):
        self.wrote, self.may_commit = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        with transaction.atomic():
            Course.objects.filter(key="small-shop-bookkeeping").update(level="ADVANCED")
            self.wrote.set()
            assert self.may_commit.wait(20)
        connection.close()

    def __enter__(self):
        self.thread.start()
        assert self.wrote.wait(20)
        return self

    def __exit__(self, *error):
        self.may_commit.set()
        self.thread.join(20)


def found_next_time(asked_at):
    """What a harvester finds next time which asked while the change was not committed yet."""
    with Slow():
        since = asked_at()
        assert "small-shop-bookkeeping" not in {
            c.course.key for c in queries.changes(Wanted(since=since), limit=500)
        }
    return {c.course.key for c in queries.changes(Wanted(since=since), limit=500)}


def test_a_change_that_is_committed_late_is_found_the_next_time(committed):
    assert "small-shop-bookkeeping" in found_next_time(queries.horizon)


def _by_the_clock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def test_control_by_the_clock_alone_it_would_be_lost(committed):
    assert "small-shop-bookkeeping" not in found_next_time(_by_the_clock)
