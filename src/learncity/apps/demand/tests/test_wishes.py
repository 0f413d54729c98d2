"""A wish is one a person and thing, taken back as easily as made, and ends by itself."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from learncity.apps.catalogue.types import Category
from learncity.apps.classes.factories import OPENING
from learncity.apps.demand import queries, services
from learncity.apps.demand.factories import make_wish
from learncity.apps.demand.models import Match, Signal, Wish
from learncity.apps.demand.types import (
    Ending,
    Kind,
    NothingWanted,
    ThingNotFound,
    TooManyWishes,
    WishNotFound,
)
from learncity.apps.notices import queries as notices
from learncity.apps.people.factories import make_person
from learncity.apps.places.models import Place
from learncity.apps.places.types import Heirs
from learncity.kernel.acting import SYSTEM, By, Via
from learncity.kernel.personal_data import Erased, copy_of, erase

COURSE = "small-shop-bookkeeping"
pytestmark = pytest.mark.django_db


def take_back(wish, person, at=OPENING):
    services.take_back(wish_id=wish.id, person_id=person, by=By(person, Via.WEB), at=at)


def made():
    return sum(Signal.objects.filter(kind=Kind.WISH).values_list("count", flat=True))


def test_a_wish_made_again_is_the_same_and_counts_once():
    person = make_person()

    first = make_wish(person, OPENING, course=COURSE)
    again = make_wish(person, OPENING, course=COURSE, place="gusu")

    assert again.id == first.id
    assert (str(first.place), again.place_id) == ("", Place.objects.get(key="gusu").id)
    assert [w.id for w in queries.wishes(person, at=OPENING)] == [first.id]
    assert made() == 1


def test_words_are_the_same_whatever_their_spelling_but_not_elsewhere():
    person = make_person()

    wishes = [
        make_wish(person, OPENING, words=words, place=place)
        for words, place in (("Kế  toán", ""), ("ke toan", ""), ("ke toan!", "gusu"))
    ]

    assert len({w.id for w in wishes}) == 2
    assert wishes[0].words == "Kế toán"


def test_what_is_nothing_or_nowhere_is_refused():
    person = make_person()

    with pytest.raises(NothingWanted):
        make_wish(person, OPENING, words=" !? ")
    with pytest.raises(ThingNotFound):
        make_wish(person, OPENING, course="none")
    with pytest.raises(ThingNotFound):
        make_wish(person, OPENING, words="tea", place="none")


def test_nobody_waits_for_everything(monkeypatch):
    monkeypatch.setattr(services, "MOST", 2)
    person = make_person()
    make_wish(person, OPENING, words="one")
    make_wish(person, OPENING, words="two")

    with pytest.raises(TooManyWishes):
        make_wish(person, OPENING, words="three")
    make_wish(person, OPENING, words="two")


def test_a_wish_taken_back_is_gone_at_once_and_again_the_same_within_a_month():
    person = make_person()
    wish = make_wish(person, OPENING, course=COURSE)

    take_back(wish, person)
    take_back(wish, person)
    assert queries.wishes(person, at=OPENING) == []
    again = make_wish(person, OPENING + timedelta(days=29), course=COURSE)

    assert (again.id, made()) == (wish.id, 1)


def test_nobody_takes_back_the_wish_of_another():
    wish = make_wish(make_person(), OPENING, course=COURSE)

    with pytest.raises(WishNotFound):
        take_back(wish, make_person())


def test_a_wish_ends_by_itself_after_the_time_of_the_setting_and_says_so(settings):
    settings.DEMAND_WISH_DAYS = 10
    person = make_person(language="en")
    make_wish(person, OPENING, words="tea")
    settings.DEMAND_WISH_DAYS = 400  # wishes keep the time they were made with

    assert services.end_over(at=OPENING + timedelta(days=9)) == 0
    assert len(queries.wishes(person, at=OPENING + timedelta(days=9))) == 1
    assert queries.wishes(person, at=OPENING + timedelta(days=10)) == []
    assert services.end_over(at=OPENING + timedelta(days=10)) == 1
    assert services.end_over(at=OPENING + timedelta(days=10)) == 0

    (told,) = notices.inbox(person)
    assert told.title == "We no longer look for: tea"
    assert Wish.objects.get().ending == Ending.OVER


def test_the_database_alone_refuses_a_second_wish():
    person = make_person()
    for said in ({"course": COURSE}, {"words": "tea"}):
        wish = Wish.objects.get(pk=make_wish(person, OPENING, **said).id)
        name = "demand_one_wish_for_a_course" if wish.course_id else "demand_one_wish_for_words"
        twin = Wish(**{f.attname: getattr(wish, f.attname) for f in Wish._meta.fields[1:]})

        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            twin.save()


def test_the_database_alone_refuses_a_wish_for_two_things_or_without_an_end():
    wish = make_wish(make_person(), OPENING, course=COURSE)
    rows = Wish.objects.filter(pk=wish.id)

    with pytest.raises(IntegrityError, match="demand_wish_for_one_thing"), transaction.atomic():
        rows.update(words="tea", plain="tea")
    with pytest.raises(IntegrityError, match="demand_wish_for_one_thing"), transaction.atomic():
        rows.update(course=None)
    with pytest.raises(IntegrityError, match="demand_wish_ends_for_a_reason"), transaction.atomic():
        rows.update(ended_at=OPENING)


def test_whoever_is_erased_waits_for_nothing_and_reads_it_before():
    person = make_person()
    make_wish(person, OPENING, words="tea", place="gusu")
    lines = {one.name: found for one, found in copy_of([person])}["demand.wish"]
    assert any("tea" in line.values() for line in lines)

    done = erase(Erased(person, SYSTEM, OPENING))

    assert done["demand.wish"] == 1
    assert not Wish.objects.exists()
    assert made() == 1  # a count, of nobody


def test_wishes_that_ended_are_deleted_after_a_month():
    person = make_person()
    wish = make_wish(person, OPENING, course=COURSE)
    Match.objects.create(wish_id=wish.id, course_id=wish.course_id, news="COURSE", due_at=OPENING)
    take_back(wish, person)

    assert services.forget_wishes(ended_before=OPENING) == 0
    assert services.forget_wishes(ended_before=OPENING + timedelta(seconds=1)) == 1


def test_wishes_go_with_their_region_and_two_that_become_one_are_one():
    person, other = make_person(), make_person()
    here, there = (Place.objects.get(key=key) for key in ("gusu", "sip"))
    for place in ("gusu", "sip"):
        make_wish(person, OPENING, words="tea", place=place)
    make_wish(other, OPENING, course=COURSE, place="gusu")

    for _ in range(2):
        services.follow_places({here.id: Heirs(OPENING.date(), (there.id,))}, at=OPENING)

    assert [w.place_id for w in queries.wishes(person, at=OPENING)] == [there.id]
    assert [w.place_id for w in queries.wishes(other, at=OPENING)] == [there.id]
    # Divided: nobody knows which part, so the region above.
    services.follow_places({there.id: Heirs(OPENING.date(), (here.id, there.id))}, at=OPENING)
    assert [w.place_id for w in queries.wishes(other, at=OPENING)] == [there.parent_id]


def test_what_a_person_waits_for_is_known_by_thing():
    person = make_person()
    wish = make_wish(person, OPENING, course=COURSE)
    hobby = make_wish(person, OPENING, category=Category.HOBBIES)

    def waits(**said):
        return queries.waits_for(person, at=OPENING, **said)

    assert waits(course_id=wish.course_id) == wish.id
    assert waits(category=Category.HOBBIES) == hobby.id
    assert waits(words="tea") is None
