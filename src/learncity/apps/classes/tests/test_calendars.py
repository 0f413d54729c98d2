"""A meeting keeps its name for ever and counts its changes; whose calendar it is stays a secret."""

import re
from datetime import timedelta

import psycopg
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from learncity.apps.classes import queries, services
from learncity.apps.classes.factories import OPENING, make_class
from learncity.apps.classes.imports import COLUMNS, ClassImport
from learncity.apps.classes.models import CalendarAddress, Session
from learncity.apps.people.factories import make_person
from learncity.kernel.acting import SYSTEM, By, Via
from learncity.kernel.csv_files import CsvFile

HEADER = "key,course,room,starts,from,until,times,seats,cancelled\n"
ROW = "ours,small-shop-bookkeeping,qiaotou-centre/203,2031-03-05,18:30,20:00,4,20,0"
NOW = OPENING


@pytest.fixture
def bring(tmp_path, city):
    """Import one class; its meetings by number: id, revision, whether it is cancelled."""

    def bring(row, *, at=NOW):
        path = tmp_path / "classes.csv"
        path.write_text(HEADER + row, encoding="utf-8")
        file = CsvFile(path, COLUMNS)
        outcome = ClassImport(file, at=at).write(list(file.rows()))
        assert outcome.errors == []
        return {
            e.number: (e.id, e.revision, e.is_cancelled) for e in queries.meetings_of_class("ours")
        }

    return bring


def test_a_meeting_that_is_moved_keeps_its_name_and_counts_the_change(bring):
    before = bring(ROW)

    after = bring(ROW.replace("18:30,20:00", "19:00,20:30"))

    for number, (pk, revision, _cancelled) in before.items():
        assert after[number][0] == pk
        assert after[number][1] > revision


@pytest.mark.parametrize(
    "change", [("small-shop-bookkeeping,", "small-shop-bookkeeping,"), (",20,0", ",25,0")]
)
def test_what_stays_as_it_is_counts_nothing(bring, change):
    before = bring(ROW)

    assert bring(ROW.replace(*change)) == before


def test_a_shorter_timetable_touches_only_what_falls_away(bring):
    before = bring(ROW)

    after = bring(ROW.replace(",4,20,0", ",3,20,0"))

    assert {n: after[n] for n in (1, 2, 3)} == {n: before[n] for n in (1, 2, 3)}
    assert after[4][1] > before[4][1]
    assert after[4][2]


def test_a_class_called_off_counts_in_each_meeting_and_again_when_it_resumes(bring):
    before = bring(ROW)
    services.cancel(class_key="ours", by=SYSTEM, at=NOW)
    cancelled = {e.number: e for e in queries.meetings_of_class("ours")}
    resumed = bring(ROW)

    for number in before:
        assert cancelled[number].is_cancelled
        assert before[number][1] < cancelled[number].revision < resumed[number][1]
        assert before[number][0] == cancelled[number].id == resumed[number][0]


def test_nobody_forgets_to_count_because_the_database_does(bring):
    bring(ROW)
    first = Session.objects.get(course_class__key="ours", number=1)
    moved = first.starts_at - timedelta(hours=1)

    Session.objects.filter(pk=first.pk).update(starts_at=moved, revision=0)
    Session.objects.filter(pk=first.pk).update(revision=77, number=90)

    now = Session.objects.get(pk=first.pk)
    assert (now.revision, now.revised_at > first.revised_at) == (1, True)


@pytest.fixture
def enrolled(city):
    """A person with a seat in a class; person and class."""
    person, key = make_person(account=True), make_class(link="https://meet.example/x")
    services.apply(class_key=key, person_id=person, by=By(person, Via.WEB), at=OPENING)
    return person, key


def test_the_calendar_of_a_person_has_the_meetings_of_their_classes(enrolled):
    person, key = enrolled

    entries = queries.meetings_of_person(person, since=OPENING)

    assert [e.number for e in entries] == [1, 2, 3]
    assert {(e.class_key, e.link) for e in entries} == {(key, "https://meet.example/x")}


def test_who_waits_or_gave_back_has_none(enrolled):
    person, key = enrolled
    services.set_seats(class_key=key, seats=1, waiting_limit=10, by=SYSTEM, at=OPENING)
    other = make_person(account=True)
    services.apply(class_key=key, person_id=other, by=By(other, Via.WEB), at=OPENING)
    assert queries.meetings_of_person(other, since=OPENING) == []

    services.withdraw_all(person_id=person, by=By(person, Via.WEB), at=OPENING)

    assert queries.meetings_of_person(person, since=OPENING) == []
    assert len(queries.meetings_of_person(other, since=OPENING)) == 3


def test_others_see_no_link(enrolled):
    _person, key = enrolled

    assert {e.link for e in queries.meetings_of_class(key)} == {""}


def test_an_address_leads_to_its_person_until_it_is_taken_back(enrolled):
    person, _key = enrolled
    secret = services.make_calendar_address(person_id=person, at=OPENING)
    assert queries.person_of_calendar(secret) == person

    assert services.drop_calendar_address(person_id=person)

    assert queries.person_of_calendar(secret) is None
    assert not services.drop_calendar_address(person_id=person)


def test_a_new_address_ends_the_old_one(enrolled):
    person, _key = enrolled
    old = services.make_calendar_address(person_id=person, at=OPENING)
    new = services.make_calendar_address(person_id=person, at=OPENING)

    assert queries.person_of_calendar(old) is None
    assert queries.person_of_calendar(new) == person


def test_the_secret_itself_is_nowhere(enrolled):
    person, _key = enrolled
    secret = services.make_calendar_address(person_id=person, at=OPENING)

    (kept,) = CalendarAddress.objects.values()
    assert re.fullmatch("[0-9a-f]{64}", kept["digest"])
    assert secret not in str(kept)
    assert len(secret) >= 40


def test_the_database_alone_refuses_a_second_address(enrolled):
    person, _key = enrolled
    services.make_calendar_address(person_id=person, at=OPENING)

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        CalendarAddress.objects.create(person_id=person, digest="x", made_at=timezone.now())
    assert isinstance(refused.value.__cause__, psycopg.errors.UniqueViolation)
