"""Programmes through the API: what the office writes, and a provider's way out."""

import pytest

from learncity.apps.catalogue.models import Course

API = "/api/v1"
OFFICE = f"{API}/office/programmes"
OWN = "small-shop-bookkeeping"


@pytest.fixture
def key(operator):
    asked = {"title": {"en": "Green city"}, "lead": "city-learning-office"}
    answer = operator.post(OFFICE, asked, content_type="application/json")
    assert answer.status_code == 201
    return answer.json()["key"]


def send(client, method, path, body=None):
    return getattr(client, method)(path, body or {}, content_type="application/json")


def test_the_office_begins_fills_changes_and_withdraws_a_programme(operator, client, key):
    page = f"{OFFICE}/{key}"
    assert send(operator, "put", f"{page}/courses/{OWN}").status_code == 200
    said = {"is_needed": False, "place": 1}
    found = send(operator, "put", f"{page}/courses/online-shop", said).json()
    assert [(c["course"]["key"], c["is_needed"]) for c in found["courses"]] == [
        ("online-shop", False), (OWN, True),
    ]  # fmt: skip
    found = send(operator, "delete", f"{page}/courses/online-shop").json()
    assert [c["course"]["key"] for c in found["courses"]] == [OWN]

    change = {"mode": "ONLINE", "fields": ["crafts"], "since": "2030-01-01", "until": "2031-01-01"}
    found = send(operator, "patch", page, change).json()
    assert (found["title"]["en"], found["mode"]) == ("Green city", "ONLINE")
    assert client.get(f"{API}/programmes/{key}").json()["until"] == "2031-01-01"
    refused = send(operator, "patch", page, {"until": "2029-01-01"})
    assert (refused.status_code, refused.json()["code"]) == (409, "days_impossible")
    assert send(operator, "patch", page, {"lead": "nobody"}).status_code == 404
    assert send(operator, "patch", page, {"title": {"en": "  "}}).status_code == 422

    left = send(operator, "delete", page).json()
    assert key not in [one["key"] for one in left["items"]]
    assert operator.get(page).status_code == 404


def test_a_course_that_is_not_shown_is_refused_with_why(operator, key):
    Course.objects.filter(key=OWN).update(state="WITHDRAWN")
    refused = send(operator, "put", f"{OFFICE}/{key}/courses/{OWN}")

    assert (refused.status_code, refused.json()["code"]) == (409, "course_is_withdrawn")


def test_a_provider_takes_its_own_course_out_and_no_other(staff, operator, key):
    send(operator, "put", f"{OFFICE}/{key}/courses/{OWN}")
    own = f"{API}/desk/courses/{OWN}/programmes/{key}"
    for _twice in range(2):
        assert send(staff, "delete", own).json()["courses"] == []

    other = f"{API}/desk/courses/labour-law/programmes/own-small-business"
    assert send(staff, "delete", other).status_code == 403
