"""Whoever waits is told once: of a new class, of a seat that is free again, of what fits words."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.catalogue.models import Course
from learncity.apps.catalogue.services import write_courses
from learncity.apps.catalogue.types import Category
from learncity.apps.classes import services as classes
from learncity.apps.classes.factories import CLOSING, OPENING, make_class
from learncity.apps.classes.models import CourseClass
from learncity.apps.classes.types import ClassesOpened
from learncity.apps.demand import handlers, services
from learncity.apps.demand.factories import make_wish
from learncity.apps.demand.models import Match
from learncity.apps.notices import queries as notices
from learncity.apps.people import services as people
from learncity.apps.people.factories import make_person
from learncity.apps.people.types import MergeReason
from learncity.kernel import outbox
from learncity.kernel.acting import SYSTEM, By, Via

COURSE = "small-shop-bookkeeping"
pytestmark = pytest.mark.django_db


def class_id(key):
    return CourseClass.objects.get(key=key).id


def carry():
    """What the worker would do."""
    while outbox.dispatch(at=timezone.now() + timedelta(seconds=5)):
        pass


def titles(person):
    return [m.title for m in notices.inbox(person)]


def told(person, key, at=OPENING):
    services.meet_classes([class_id(key)], at=at)
    services.tell_due(at=at)
    return len(notices.inbox(person))


def open_class():
    """A class that takes applications now; its news is on its way."""
    rows = CourseClass.objects.filter(key=make_class())
    rows.update(
        opens_at=None, closes_at=Now() + timedelta(days=9), starts_at=Now() + timedelta(days=9),
        ends_at=Now() + timedelta(days=10),
    )  # fmt: skip
    made = rows.get()
    outbox.publish(ClassesOpened((str(made.id),), timezone.now()))
    return made


def test_a_new_class_is_told_once_though_the_news_arrives_twice():
    person, other = make_person(language="en"), make_person()
    make_wish(person, timezone.now(), course=COURSE)
    make_wish(other, timezone.now(), course=COURSE)

    made = open_class()
    carry()
    for _ in range(2):
        handlers.tell_of_classes([ClassesOpened((str(made.id),), timezone.now())])

    (message,) = notices.inbox(person)
    assert message.title.startswith("You can apply now: ")
    assert message.url == f"/classes/{made.key}/"
    assert len(notices.inbox(other)) == 1


def test_a_class_that_opens_later_is_told_when_it_opens():
    person = make_person()
    make_wish(person, OPENING, course=COURSE)
    key = make_class()
    CourseClass.objects.filter(key=key).update(opens_at=OPENING + timedelta(hours=1))

    assert told(person, key) == 0
    assert services.tell_due(at=OPENING + timedelta(minutes=59)) == 0
    assert services.tell_due(at=OPENING + timedelta(hours=1)) == 1
    assert len(notices.inbox(person)) == 1


def test_a_class_that_cannot_be_had_is_not_told():
    person = make_person()
    make_wish(person, OPENING, course=COURSE)

    assert told(person, make_class(seats=1), at=CLOSING) == 0
    assert told(person, make_class(seats=0)) == 0
    held = make_class()
    classes.apply(class_key=held, person_id=person, by=By(person, Via.WEB), at=OPENING)
    assert told(person, held) == 1  # of the place only


def test_a_class_elsewhere_is_not_told_but_one_online_is():
    person = make_person()
    make_wish(person, OPENING, course=COURSE, place="sip")
    key = make_class()
    CourseClass.objects.filter(key=key).update(mode="IN_PERSON")
    assert CourseClass.objects.get(key=key).place.key != "sip"

    assert told(person, key) == 0
    CourseClass.objects.filter(key=key).update(mode="ONLINE")
    assert told(person, key) == 1


def test_a_seat_of_a_full_class_is_told_when_nobody_waits_for_it():
    key, holder, waits = make_class(seats=1, waiting=1), make_person(), make_person(language="en")
    CourseClass.objects.filter(key=key).update(
        opens_at=None, closes_at=Now() + timedelta(days=9), starts_at=Now() + timedelta(days=9),
        ends_at=Now() + timedelta(days=10),
    )  # fmt: skip
    now = timezone.now()

    def apply(person):
        return classes.apply(class_key=key, person_id=person, by=By(person, Via.WEB), at=now)

    def withdraw(place):
        classes.withdraw(
            receipt=place.receipt, person_id=place.person_id, by=By(None, Via.WEB), at=now
        )
        carry()

    first, second = apply(holder), apply(make_person())
    make_wish(waits, now, course=COURSE)
    withdraw(first)
    assert titles(waits) == []  # it went to who waited

    withdraw(second)
    assert titles(waits)[0].startswith("A seat is free: ")
    withdraw(apply(holder))
    assert len(titles(waits)) == 1  # of this class, once


def test_more_seats_than_wait_are_told_of(monkeypatch):
    said = []
    monkeypatch.setattr(classes.outbox, "publish", lambda *events: said.extend(events))
    key = make_class(seats=1, waiting=5)
    for _ in range(3):
        person = make_person()
        classes.apply(class_key=key, person_id=person, by=By(person, Via.WEB), at=OPENING)
    said.clear()

    def freed(seats):
        classes.set_seats(class_key=key, seats=seats, waiting_limit=5, by=SYSTEM, at=OPENING)
        return [type(e).__name__ for e in said].count("SeatFreed")

    assert [freed(2), freed(3), freed(4), freed(5)] == [0, 0, 1, 1]


def test_a_seat_that_is_gone_again_is_not_told_and_may_be_told_later():
    person, key = make_person(), make_class(seats=1)
    make_wish(person, OPENING, course=COURSE)
    services.meet_seats([class_id(key)], at=OPENING)
    rows = CourseClass.objects.filter(key=key)
    rows.update(seats_taken=1)

    services.tell_due(at=OPENING)
    assert (titles(person), Match.objects.count()) == ([], 0)

    rows.update(seats_taken=0)
    services.meet_seats([class_id(key)], at=OPENING)
    services.tell_due(at=OPENING)
    assert len(titles(person)) == 1


def test_words_are_told_once_a_day_with_all_that_is_new():
    person = make_person(language="en")
    make_wish(person, OPENING, words="会计")
    keys = [make_class() for _ in range(3)]

    assert [told(person, key) for key in keys] == [1, 1, 1]
    services.tell_due(at=OPENING + timedelta(hours=3))
    assert len(titles(person)) == 1
    services.tell_due(at=OPENING + timedelta(days=1))
    services.tell_due(at=OPENING + timedelta(days=1, hours=1))

    assert len(titles(person)) == 2
    assert all(title.startswith("Something new for you: ") for title in titles(person))
    assert not Match.objects.filter(told_at=None).exists()


def test_new_courses_are_told_by_words_and_category():
    words, hobby, other = (make_person(language="en") for _ in range(3))
    make_wish(words, timezone.now(), words="glassblow")
    make_wish(hobby, timezone.now(), category=Category.HOBBIES, place="suzhou")
    make_wish(other, timezone.now(), words="glassblow", category=Category.SILVER_AGE)
    provider = catalogue.find_course(COURSE).provider_id

    def course(key, title):
        return Course(key=key, provider_id=provider, category="HOBBIES", title={"en": title})

    write_courses([course("glass-1", "Glassblowing"), course("glass-2", "Glassblowing for two")])
    carry()
    write_courses(list(Course.objects.filter(key="glass-1")))
    carry()

    assert titles(words)[0].startswith("Something new for you: Glassblowing")
    assert "2 things are new" in notices.inbox(words)[0].body
    assert notices.inbox(words)[0].url == "/find/?q=glassblow"
    assert (len(titles(words)), len(titles(hobby)), titles(other)) == (1, 1, [])


def test_many_different_words_cost_no_more_statements(django_assert_max_num_queries, monkeypatch):
    person = make_person()
    monkeypatch.setattr(services, "MOST", 1000)
    for number in range(150):
        make_wish(person, OPENING, words=f"nothing{chr(97 + number % 26)}{chr(97 + number // 26)}")
    make_wish(person, OPENING, words="会计")
    ids = [class_id(make_class()) for _ in range(3)]

    with django_assert_max_num_queries(8):
        services.meet_classes(ids, at=OPENING)
    assert Match.objects.count() == 3


def test_whoever_took_the_wish_back_is_not_told():
    person = make_person()
    wish = make_wish(person, OPENING, course=COURSE)
    services.meet_classes([class_id(make_class())], at=OPENING)
    services.take_back(wish_id=wish.id, person_id=person, by=By(person, Via.WEB), at=OPENING)

    assert services.tell_due(at=OPENING) == 0
    assert titles(person) == []


def test_two_records_of_one_person_are_told_once():
    person, twin = make_person(account=True), make_person()
    for one in (person, twin):
        make_wish(one, OPENING, course=COURSE)
    people.merge(
        keep=person, other=twin, reason=MergeReason.SAME_DOCUMENT, at=OPENING,
        by=By(make_person(), Via.DESK),
    )  # fmt: skip
    before = len(notices.inbox(person))

    services.meet_classes([class_id(make_class())], at=OPENING)
    services.tell_due(at=OPENING)

    assert len(notices.inbox(person)) == before + 1


def test_the_database_alone_refuses_to_tell_twice():
    wish = make_wish(make_person(), OPENING, course=COURSE)
    for course_class in (None, class_id(make_class())):
        match = {"wish_id": wish.id, "course_id": wish.course_id, "course_class_id": course_class}
        Match.objects.create(**match, news="OPENED", due_at=OPENING)
        with pytest.raises(IntegrityError, match="demand_told_once"), transaction.atomic():
            Match.objects.create(**match, news="FREED", due_at=OPENING)
