"""Wishes of one's own, and demand, for programs."""

import json

import pytest
from django.utils import timezone

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.demand.factories import make_wish
from learncity.apps.demand.models import Signal
from learncity.apps.people.factories import make_person
from learncity.kernel.dated import day_of

API = "/api/v1"
COURSE = "small-shop-bookkeeping"


def post(client, **body):
    return client.post(f"{API}/me/wishes", json.dumps(body), content_type="application/json")


def test_a_wish_is_made_once_and_taken_back(worker):
    made = post(worker, course=COURSE)
    again = post(worker, course=COURSE, place="gusu")

    assert (made.status_code, again.status_code) == (201, 200)
    assert again.json()["place"]["en"]
    assert made.json()["course"]["key"] == COURSE
    (item,) = worker.get(f"{API}/me/wishes").json()["items"]
    assert item["id"] == made.json()["id"]
    path = made.headers["Location"]
    assert [worker.delete(path).status_code for _ in range(2)] == [200, 200]
    assert worker.get(f"{API}/me/wishes").json()["items"] == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 409, "nothing_wanted"),
        ({"course": "none"}, 404, "thing_not_found"),
        ({"words": "x", "place": "none"}, 404, "thing_not_found"),
        ({"words": "x" * 61}, 422, "invalid"),
    ],
)
def test_what_cannot_be_waited_for_is_refused(worker, body, status, code):
    answer = post(worker, **body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_nobody_takes_back_the_wish_of_another(worker):
    wish = make_wish(make_person(), timezone.now(), words="tea")

    answer = worker.delete(f"{API}/me/wishes/{wish.id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "wish_not_found")


def test_demand_names_things_and_no_person(staff):
    course = catalogue.find_course(COURSE)
    make_wish(make_person(), timezone.now(), course=COURSE, place="gusu")
    Signal.objects.create(day=day_of(timezone.now()), kind="SEARCH", words="erhu", count=7)

    found = staff.get(f"{API}/desk/demand?days=30").json()

    erhu, wished = sorted(found["items"], key=lambda item: -item["searches"])
    assert (erhu["words"], erhu["searches"]) == ("erhu", 7)
    assert (wished["course"]["key"], wished["wishes"]) == (course.key, 1)
    assert set(erhu) == {
        "category", "course", "words", "place", "searches", "wishes_made", "before", "wishes",
        "waiting",
    }  # fmt: skip
    (place,) = staff.get(f"{API}/desk/demand?by=PLACE&place=gusu").json()["items"]
    assert place["place"]["key"] == "gusu"
