"""Classes come in from a file with their meetings; what is wrong is said; nobody is displaced."""

import csv
import io
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learncity.apps.classes import queries, services, writing
from learncity.apps.classes.blueprint import Classes, StatedClass
from learncity.apps.classes.imports import COLUMNS, ClassImport
from learncity.apps.classes.models import CourseClass, Enrolment, Session
from learncity.apps.classes.types import ClassesOpened, Mode, State
from learncity.apps.organizations import queries as organizations
from learncity.apps.people.factories import make_person
from learncity.kernel.acting import SYSTEM
from learncity.kernel.csv_files import CsvFile

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ROW = {
    "key": "ink-wed",
    "course": "small-shop-bookkeeping",
    "provider": "qiaotou-learning-centre",
    "term": "autumn",
    "venue": "qiaotou-centre",
    "room": "203",
    "mode": "",
    "starts": "2031-03-05",
    "day": "WED",
    "from": "18:30",
    "until": "20:00",
    "times": "4",
    "slots": "",
    "seats": "20",
    "waiting": "5",
    "instructor": "",
    "language": "",
    "link": "",
    "online_meetings": "",
    "note_zh": "",
    "fee_minor": "",
    "fee_currency": "",
    "cancelled": "",
}


def row(**cells):
    return {**ROW, **{name.rstrip("_"): str(value) for name, value in cells.items()}}


@pytest.fixture
def bring(tmp_path_factory):
    """Import these rows; the outcome with every mistake."""

    def bring(*rows, size=500, at=NOW, **options):
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        path = tmp_path_factory.mktemp("import") / "classes.csv"
        path.write_text(text.getvalue(), encoding="utf-8")
        file = CsvFile(path, COLUMNS)
        importer, left = ClassImport(file, at=at, **options), list(file.rows())
        outcome = importer.write(left[:size])
        while left := left[size:]:
            outcome.add(more := importer.write(left[:size]))
            for name in ("errors", "notes", "changes", "clashes"):
                getattr(outcome, name).extend(getattr(more, name))
        return outcome

    return bring


def counts(outcome):
    return outcome.new, outcome.changed, outcome.same


def mistakes(outcome):
    return [str(error) for error in outcome.errors]


def meetings(key):
    rows = Session.objects.filter(course_class__key=key, cancelled_at=None).order_by("number")
    local = [(s.number, s.starts_at + timedelta(hours=8), s.ends_at - s.starts_at) for s in rows]
    return [(n, f"{begins:%a %m-%d %H:%M}", length.seconds // 60) for n, begins, length in local]


def everything():
    return (
        list(CourseClass.objects.order_by("key").values()),
        list(Session.objects.order_by("course_class_id", "number").values()),
    )


def instructor():
    taught = CourseClass.objects.exclude(plan__instructor=None).first()
    return taught.plan["instructor"]


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


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


def open_rooms():
    """How many meetings of which classes wait for their room."""
    rows = Session.objects.exclude(wanted_room=None).values_list("course_class__key", flat=True)
    return dict(Counter(rows))


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


def test_a_key_stands_in_one_row_only(bring):
    outcome = bring(row(), row(room="105"))

    assert mistakes(outcome) == [
        "row 3, key 'ink-wed': row 2 has the same; keep one of the two rows"
    ]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"key": ""}, "row 2, key: write a key; the cell is empty"),
        (
            {"course": "juggling"},
            "row 2, course 'juggling': there is no course of this key; import the courses first",
        ),
        (
            {"provider": "qiaotou-learning-center"},
            (
                "row 2, provider 'qiaotou-learning-center': there is no organization of this key "
                "(did you mean 'qiaotou-learning-centre'?); correct it"
            ),
        ),
        (
            {"term": "autum"},
            (
                "row 2, term 'autum': there is no term of this key (did you mean 'autumn'?); add "
                "it to the city's file or correct it"
            ),
        ),
        (
            {"venue": "qiaotou-center"},
            (
                "row 2, venue 'qiaotou-center': there is no venue of this key (did you mean "
                "'qiaotou-centre'?); add it to the city's file, or import again with "
                "--create-venues"
            ),
        ),
        (
            {"room": "999"},
            (
                "row 2, room '999': there is no room of this key; qiaotou-centre has 105, 203, "
                "hall, kitchen; add it to the city's file, or import again with --create-venues"
            ),
        ),
        (
            {"room": "kitchn"},
            (
                "row 2, room 'kitchn': there is no room of this key (did you mean 'kitchen'?); add "
                "it to the city's file, or import again with --create-venues"
            ),
        ),
        (
            {"venue": "", "room": ""},
            "row 2, venue: write where the class meets, or ONLINE in the column mode",
        ),
        (
            {"mode": "ONLINE", "room": "", "link": "https://meet.example/a"},
            "row 2, venue 'qiaotou-centre': an online class is in no room; empty the cell",
        ),
        (
            {"mode": "ONLINE", "room": "", "venue": ""},
            "row 2, link: write the address of the online meetings; members will see it",
        ),
        (
            {"link": "http://meet.example"},
            "row 2, link 'http://meet.example': write an address that begins with https://",
        ),
        (
            {"mode": "BLENDED", "link": "https://meet.example/a"},
            "row 2, online_meetings: write which meetings are online, such as 3|6",
        ),
        (
            {"online_meetings": "5", "link": "https://meet.example/a"},
            "row 2, online_meetings '5': the meetings are numbered from 1 to 4",
        ),
        (
            {"online_meetings": "all", "link": "https://meet.example/a"},
            "row 2, online_meetings 'all': write the numbers of the meetings, such as 3|6",
        ),
        (
            {"mode": "IN_PERSON", "online_meetings": "2"},
            "row 2, mode 'IN_PERSON': write BLENDED, or empty the column online_meetings",
        ),
        ({"starts": ""}, "row 2, starts: write the day of the first meeting, such as 2026-09-07"),
        (
            {"starts": "5.3.2031"},
            "row 2, starts '5.3.2031': write a day as year-month-day, such as 2026-09-07",
        ),
        (
            {"day": "TUE"},
            "row 2, day 'TUE': 2031-03-05 is a WED; correct the day, or the date in starts",
        ),
        ({"day": "??"}, "row 2, day '??': write one of MON, TUE, WED, THU, FRI, SAT, SUN"),
        (
            {"from_": "", "until": ""},
            "row 2, from: write when the class meets, or fill the column slots",
        ),
        ({"until": ""}, "row 2, until: write when the meeting ends"),
        (
            {"until": "18:30"},
            "row 2, until '18:30': write a time after 18:30, when the meeting begins",
        ),
        (
            {"from_": "evening"},
            "row 2, from 'evening': write a time of day as hours:minutes, such as 18:30",
        ),
        (
            {"slots": "MON 18:30"},
            (
                "row 2, slots 'MON 18:30': 'MON 18:30' is no weekly meeting; write it as MON "
                "18:30-20:00"
            ),
        ),
        (
            {"slots": "WED 19:00-21:00"},
            "row 2, slots 'WED 19:00-21:00': two meetings on WED overlap; correct one of them",
        ),
        (
            {"from_": "", "until": "", "day": "", "slots": "THU 19:00-21:00"},
            "row 2, starts '2031-03-05': no meeting is on WED; write the day of the first one",
        ),
        ({"times": 0}, "row 2, times '0': write a whole number from 1 to 200"),
        ({"times": ""}, "row 2, times: write a whole number; the cell is empty"),
        ({"seats": "many"}, "row 2, seats 'many': write a whole number from 1 to 100,000"),
        (
            {"instructor": "nobody"},
            (
                "row 2, instructor 'nobody': there is nobody of this key in the city's file; "
                "correct it or empty the cell"
            ),
        ),
        (
            {"language": "fr"},
            "row 2, language 'fr': write one of zh-Hans, vi, en, zh-Hant",
        ),
        (
            {"fee_minor": 100},
            "row 2, fee_currency: write the three letters of the currency, such as CNY",
        ),
        ({"cancelled": "no"}, "row 2, cancelled 'no': write 1 for yes or 0 for no"),
    ],
)
def test_a_row_that_cannot_be_used_is_said_and_the_others_go_in(bring, cells, says):
    outcome = bring(row(**cells), row(key="good", room="105"))

    assert mistakes(outcome) == [says]
    assert counts(outcome) == (1, 0, 0)


def test_missing_venues_and_rooms_are_made_when_asked(bring):
    names = {"venue_name_zh": "桥西教学点", "room_name_en": "Loft", "room_name_zh": ""}
    rows = [
        row(venue="bridge-west", room="loft", seats=12) | names,
        row(key="b", venue="bridge-west", room="loft", seats=30, times=1, slots="THU 7:00-8:00",
            from_="", until="", day="", starts="2031-03-06") | names,
        row(key="c", room="loft-2") | names | {"room_name_en": ""},
    ]  # fmt: skip

    outcome = bring(*rows, create_venues=True)

    made = organizations.find_venue("bridge-west")
    assert (counts(outcome), mistakes(outcome)) == ((3, 0, 0), [])
    assert made.organization.key == "qiaotou-learning-centre"
    assert made.place_id == made.organization.place_id
    assert (made.name, made.rooms[0].name) == ({"zh-Hans": "桥西教学点"}, {"en": "Loft"})
    assert [(room.key, room.seats) for room in made.rooms] == [("loft", 30)]
    old = organizations.find_venue("qiaotou-centre")
    assert {"loft-2", "203", "hall"} <= {room.key for room in old.rooms}


def test_a_new_venue_lies_in_the_place_that_is_named(bring):
    bring(row(venue="bridge-west"), create_venues=True, place="kunshan")

    at = organizations.find_venue("bridge-west").place_id
    assert CourseClass.objects.get(key="ink-wed").place_id == at
    assert at != organizations.find_venue("qiaotou-centre").place_id


def test_nobody_adds_rooms_to_the_venue_of_another(bring):
    outcome = bring(row(provider="wenqu-library", room="999"), create_venues=True)

    assert [error.column for error in outcome.errors] == ["room"]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (
            {"venue": "Bridge West"},
            (
                "row 2, venue 'Bridge West': write small letters a-z, digits and hyphens, at most "
                "80, for a new venue"
            ),
        ),
        (
            {"room": "三教309"},
            (
                "row 2, room '三教309': write letters a-z, digits and hyphens, at most 40, for a "
                "new room"
            ),
        ),
    ],
)
def test_a_new_venue_needs_a_key_that_can_be_one(bring, cells, says):
    assert mistakes(bring(row(**cells), create_venues=True)) == [says]


def test_a_batch_costs_the_same_however_many_rows_it_has(bring, django_assert_max_num_queries):
    rows = [row(key=f"ink-{n}", starts=f"2031-03-{n + 5:02}", day="", times=1) for n in range(20)]

    with django_assert_max_num_queries(24):
        bring(*rows)


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
