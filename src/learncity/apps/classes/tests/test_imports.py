"""Classes come in from a file with their meetings, and what a file changes is said."""

from datetime import UTC, datetime, timedelta

import pytest

from learncity.apps.catalogue.models import Course
from learncity.apps.classes import queries, services, writing
from learncity.apps.classes.blueprint import Classes, StatedClass
from learncity.apps.classes.models import CourseClass, Enrolment, Session
from learncity.apps.classes.types import ClassesOpened, Mode, State
from learncity.apps.organizations import queries as organizations
from learncity.apps.people.factories import make_person
from learncity.kernel.acting import SYSTEM

from .importing import NOW, counts, everything, instructor, meetings, mistakes, row

pytestmark = pytest.mark.django_db


def test_other_rooms_hear_of_a_class_when_it_is_new_or_takes_place_after_all(bring, monkeypatch):
    said = []
    monkeypatch.setattr(writing.outbox, "publish", lambda *events: said.extend(events))

    def heard(*rows, **options):
        said.clear()
        bring(*rows, **options)
        return [event.class_ids for event in said if isinstance(event, ClassesOpened)]

    first, both = row(), (row(), row(key="ink-thu", day="THU", starts="2031-03-06"))
    known = heard(first)
    assert known == [(str(queries.find_class("ink-wed").card.id),)]
    assert heard(row(note_zh="x")) == []
    assert heard(*both) == [(str(queries.find_class("ink-thu").card.id),)]
    assert heard(row(cancelled="1")) == []
    assert heard(row(cancelled="0")) == known


def test_a_class_is_made_with_all_its_meetings(bring):
    outcome = bring(row(note_zh="带笔", fee_minor=2000, fee_currency="CNY", language="zh-hant"))

    found = queries.find_class("ink-wed")
    assert (counts(outcome), mistakes(outcome)) == ((1, 0, 0), [])
    assert meetings("ink-wed") == [
        (1, "Wed 03-05 18:30", 90), (2, "Wed 03-12 18:30", 90),
        (3, "Wed 03-19 18:30", 90), (4, "Wed 03-26 18:30", 90),
    ]  # fmt: skip
    assert found.card.closes_at == found.sessions[2].starts_at
    assert (found.card.seats.total, found.card.seats.waiting_limit) == (20, 5)
    assert (found.card.fee_minor, found.card.fee_currency) == (2000, "CNY")
    assert found.card.venue_key == "qiaotou-centre"
    assert {session.room_name["en"] for session in found.sessions} == {"Room 203"}
    assert (found.note, found.language) == ({"zh-Hans": "带笔"}, "zh-Hant")


def test_the_same_file_again_changes_nothing(bring):
    rows = [
        row(),
        row(key="ink-two", room="105", slots="MON 9:00-10:00|FRI 18:30-20:00",
            instructor=instructor()),
        row(key="ink-web", mode="online", venue="", room="", link="https://meet.example/a"),
        row(key="ink-both", room="hall", mode="BLENDED", online_meetings="2|4",
            link="https://meet.example/b", fee_minor=100, fee_currency="VND"),
        row(key="ink-off", cancelled=1),
    ]  # fmt: skip
    bring(*rows)
    before = everything()

    outcome = bring(*rows, at=NOW + timedelta(days=1))

    assert (counts(outcome), mistakes(outcome)) == ((0, 0, 5), [])
    assert everything() == before


def test_several_weekly_meetings_are_numbered_in_their_order(bring):
    bring(row(slots="MON 09:00-10:00 | fri 18:30–20:00", times=2))

    assert meetings("ink-wed") == [
        (1, "Wed 03-05 18:30", 90), (2, "Fri 03-07 18:30", 90), (3, "Mon 03-10 09:00", 60),
        (4, "Wed 03-12 18:30", 90), (5, "Fri 03-14 18:30", 90), (6, "Mon 03-17 09:00", 60),
    ]  # fmt: skip


def test_weekly_meetings_alone_will_do(bring):
    outcome = bring(row(from_="", until="", day="", slots="WED 8:00-9:00", times=1))

    assert mistakes(outcome) == []
    assert meetings("ink-wed") == [(1, "Wed 03-05 08:00", 60)]


def test_a_class_may_have_a_venue_and_no_room_yet(bring):
    assert mistakes(bring(row(room=""), row(key="at-the-same-time", room=""))) == []
    assert queries.find_class("ink-wed").card.venue_key == "qiaotou-centre"


def test_an_online_class_books_no_room_and_keeps_its_link_for_members(bring):
    bring(row(mode="ONLINE", venue="", room="", link="https://meet.example/a"))

    assert {s.mode for s in queries.find_class("ink-wed").sessions} == {Mode.ONLINE}
    assert {s.link for s in queries.find_class("ink-wed").sessions} == {""}
    assert {s.link for s in queries.find_class("ink-wed", links=True).sessions} == {
        "https://meet.example/a"
    }


def test_a_blended_class_is_online_in_the_meetings_that_are_named(bring):
    bring(row(online_meetings="2|4", link="https://meet.example/a"))

    found = queries.find_class("ink-wed")
    assert found.card.mode == Mode.BLENDED
    assert [s.number for s in found.sessions if s.mode == Mode.ONLINE] == [2, 4]
    assert [s.number for s in found.sessions if s.room_name] == [1, 3]


def test_a_new_timetable_moves_the_meetings_and_cancels_those_that_are_left_over(bring):
    bring(row())
    ids = dict(Session.objects.filter(course_class__key="ink-wed").values_list("number", "id"))

    outcome = bring(row(from_="19:00", until="20:00", times=2))

    kept = Session.objects.filter(course_class__key="ink-wed", cancelled_at=None)
    assert counts(outcome) == (0, 1, 0)
    assert meetings("ink-wed") == [(1, "Wed 03-05 19:00", 60), (2, "Wed 03-12 19:00", 60)]
    assert dict(kept.values_list("number", "id")) == {1: ids[1], 2: ids[2]}
    assert CourseClass.objects.get(key="ink-wed").sessions_count == 2


def test_meetings_moved_by_hand_stay_when_the_file_says_the_same(bring):
    bring(row())
    moved = Session.objects.filter(course_class__key="ink-wed", number=1)
    moved.update(starts_at=NOW, ends_at=NOW + timedelta(hours=1))

    assert counts(bring(row(), at=NOW)) == (0, 0, 1)
    assert moved.get().starts_at == NOW


def test_a_column_that_the_file_does_not_have_is_left_as_it_is(bring):
    bring(row(note_zh="带笔", fee_minor=2000, fee_currency="CNY"))
    short = ("key", "course", "starts", "from", "until", "times", "seats")

    outcome = bring({name: row(seats=21)[name] for name in short})

    found = queries.find_class("ink-wed")
    assert (counts(outcome), mistakes(outcome)) == ((0, 1, 0), [])
    assert (found.note["zh-Hans"], found.card.fee_minor) == ("带笔", 2000)
    assert found.card.seats.waiting_limit == 5


def test_a_class_of_the_citys_file_can_be_imported_and_is_the_same(bring):
    known = CourseClass.objects.select_related("course", "term").get(key="baduanjin-guihua-mon")
    first = Session.objects.get(course_class=known, number=1).starts_at + timedelta(hours=8)
    plan, meets = known.plan, known.plan["meets"]

    outcome = bring(row(
        key=known.key, course=known.course.key, provider="", term=known.term.key,
        venue="", room=plan["room"], starts=first.date(), day=meets["day"],
        from_=meets["begin"], until=meets["until"], times=meets["times"], seats=known.seats,
        waiting=known.waiting_limit, instructor=plan["instructor"], note_zh=known.note["zh-Hans"],
    ))  # fmt: skip

    assert (counts(outcome), mistakes(outcome)) == ((0, 0, 1), [])


def test_the_citys_file_can_state_an_imported_class(bring):
    bring(row(slots="MON 09:00-10:00"))

    assert set(Classes().read(["ink-wed"])["ink-wed"]) >= set(StatedClass.model_fields) - {"key"}


def test_new_seats_go_to_those_who_wait(bring):
    bring(row(seats=1))
    people = [make_person(), make_person()]
    for person in people:
        services.apply(class_key="ink-wed", person_id=person, by=SYSTEM, at=NOW)

    outcome = bring(row(seats=2))

    states = Enrolment.objects.filter(course_class__key="ink-wed").values_list("state", flat=True)
    assert counts(outcome) == (0, 1, 0)
    assert set(states) == {State.ENROLLED}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"seats": 1}, "row 2, seats '1': 2 people hold a seat; write 2 or more"),
        ({"waiting": 0}, "row 2, waiting '0': 1 people wait; write 1 or more"),
    ],
)
def test_nobody_loses_their_place_by_a_file(bring, change, says):
    bring(row(seats=2))
    for person in [make_person(), make_person(), make_person()]:
        services.apply(class_key="ink-wed", person_id=person, by=SYSTEM, at=NOW)

    outcome = bring(row(seats=2) | {name: str(value) for name, value in change.items()})

    assert mistakes(outcome) == [says]
    assert CourseClass.objects.get(key="ink-wed").seats == 2


def test_a_cancelled_class_keeps_its_meetings_and_books_nothing(bring):
    bring(row(cancelled=1))

    outcome = bring(row(key="ink-new"))

    assert mistakes(outcome) == []
    assert queries.find_class("ink-wed").card.is_cancelled
    assert len(queries.find_class("ink-wed").sessions) == 4


def test_cancelling_a_class_that_began_leaves_what_took_place(bring):
    bring(row())

    outcome = bring(row(cancelled=1), at=datetime(2031, 3, 10, tzinfo=UTC))

    assert counts(outcome) == (0, 1, 0)
    assert meetings("ink-wed") == [(1, "Wed 03-05 18:30", 90)]


def test_a_cancelled_class_can_take_place_after_all(bring):
    bring(row(cancelled=1))

    outcome = bring(row(cancelled=0))

    assert counts(outcome) == (0, 1, 0)
    assert not queries.find_class("ink-wed").card.is_cancelled
    assert len(meetings("ink-wed")) == 4


def test_looking_writes_nothing_and_says_what_writing_does(bring):
    before = everything()
    rows = row(), row(key="late", from_="19:00", until="20:30"), row(key="odd", seats=0)
    looked = bring(*rows, size=1, is_check=True)
    assert everything() == before
    done = bring(*rows)
    for part in ("new", "changed", "same", "errors", "notes", "clashes"):
        assert getattr(looked, part) == getattr(done, part), part


def test_what_a_row_changes_is_said_cell_by_cell(bring):
    bring(row(note_zh="带笔"))
    outcome = bring(row(seats=25, from_="19:00", note_zh="带纸"), is_check=True)
    assert [(c.row, c.key, c.column, c.before, c.after) for c in outcome.changes] == [
        (2, "ink-wed", "from", "18:30", "19:00"),
        (2, "ink-wed", "seats", "20", "25"),
        (2, "ink-wed", "note_zh", "带笔", "带纸"),
    ]


def test_a_file_of_one_organization_touches_no_class_of_another(bring):
    bring(row())
    others = {organizations.find_organization("lamplight-night-school").id}
    outcome = bring(row(seats=25), row(key="new"), provider_ids=others)
    assert counts(outcome) == (0, 0, 0)
    foreign = {"provider", "course", "venue"}
    assert {e.column for e in outcome.errors if e.row == 2} == {"key", *foreign}
    assert {e.column for e in outcome.errors if e.row == 3} == foreign
    stolen = bring(row(provider="lamplight-night-school"), provider_ids=others)
    assert {e.column for e in stolen.errors} == {"key", "course", "venue"}


def test_a_batch_costs_the_same_however_many_rows_it_has(bring, django_assert_max_num_queries):
    rows = [row(key=f"ink-{n}", starts=f"2031-03-{n + 5:02}", day="", times=1) for n in range(20)]

    with django_assert_max_num_queries(24):
        bring(*rows)


def test_what_a_course_costs_its_new_class_costs_unless_the_file_says_otherwise(brought):
    Course.objects.filter(key="small-shop-bookkeeping").update(learner_pays=2050, currency="CNY")

    brought({"key": "ink-paid"})
    brought({"key": "ink-free", "fee_minor": "0", "room": "105"})
    brought({"key": "ink-paid", "seats": "21"})

    fees = dict(CourseClass.objects.filter(key__startswith="ink-").values_list("key", "fee_minor"))
    assert (fees["ink-paid"], fees["ink-free"]) == (2050, 0)
