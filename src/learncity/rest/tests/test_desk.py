"""The desk: whose classes, which people, how many seats, and who looked."""

import pytest
from django.utils import timezone

from learncity.apps.classes import queries
from learncity.apps.classes.types import Shown
from learncity.kernel.models import AuditEntry

from .conftest import OWN_CLASS, make

API = "/api/v1"


def change(client, seats, waiting_limit, key=OWN_CLASS):
    body = {"seats": seats, "waiting_limit": waiting_limit}
    return client.patch(f"{API}/desk/classes/{key}", body, content_type="application/json")


def keys(client, query=""):
    answer = client.get(f"{API}/desk/classes?limit=200{query}")
    return {c["key"] for c in answer.json()["items"]}


def test_staff_see_the_classes_of_their_organization_and_operators_all(staff, operator):
    theirs = staff.get(f"{API}/desk/classes?limit=200&state=ALL").json()["items"]

    assert OWN_CLASS in {c["key"] for c in theirs}
    assert {c["provider"]["key"] for c in theirs} == {"qiaotou-learning-centre"}
    assert keys(operator, "&state=ALL") == {
        c.key for c in queries.list_classes(at=timezone.now(), shown=Shown.ALL)
    }


def test_classes_are_filtered_by_state(operator):
    every = keys(operator, "&state=ALL")
    make(OWN_CLASS, seats=1, seats_taken=1)

    found = {state: keys(operator, f"&state={state}") for state in ("OPEN", "FULL", "OVER")}

    assert keys(operator) | found["OVER"] == every
    assert not keys(operator) & found["OVER"]
    assert OWN_CLASS in found["FULL"]
    assert found["OPEN"] <= keys(operator)


@pytest.mark.parametrize("words", ["bookkeeping-qiaotou", "BOOKKEEPING-Q"])
def test_classes_are_found_by_words(operator, words):
    assert OWN_CLASS in keys(operator, f"&q={words}")
    assert keys(operator, "&q=no-such-words") == set()


def test_a_sign_that_no_text_can_hold_finds_nothing_worse_than_without(operator):
    assert keys(operator, "&q=bookkeeping%00") == keys(operator, "&q=bookkeeping")


def test_a_roster_names_who_has_a_seat_and_who_waits(staff, worker, operator, open_class):
    key = open_class(seats=1, waiting=1)
    for client in (worker, staff):
        client.post(f"{API}/classes/{key}/applications")

    lines = operator.get(f"{API}/desk/classes/{key}/roster").json()["items"]

    assert [(line["name"], line["state"], line["position"]) for line in lines] == [
        ("刘建军", "ENROLLED", None),
        ("陈雅琴", "WAITING", 1),
    ]
    assert lines[0]["phone"] == "+8615400000001"
    assert lines[1]["email"] == "provider@example.org"


def test_each_look_at_a_roster_is_written_down(staff, account_of):
    staff.get(f"{API}/desk/classes/{OWN_CLASS}/roster")

    entry = AuditEntry.objects.get(action="classes.roster_read")
    assert entry.actor_id == account_of("demo-provider").person_id
    assert (entry.via, entry.subject, entry.detail) == ("API", f"class {OWN_CLASS}", {"how": "API"})


def test_more_seats_go_to_who_waits_and_the_change_is_written_down(
    worker, staff, operator, open_class
):
    key = open_class(seats=1, waiting=1)
    worker.post(f"{API}/classes/{key}/applications")
    waiting = staff.post(f"{API}/classes/{key}/applications").json()

    changed = change(operator, 2, 1, key)

    assert changed.status_code == 200
    assert changed.json()["seats"] == {
        "total": 2, "taken": 2, "free": 0, "waiting": 0, "waiting_limit": 1, "is_full": False,
    }  # fmt: skip
    assert staff.get(waiting["href"]).json()["state"] == "ENROLLED"
    assert AuditEntry.objects.filter(action="classes.seats_changed", via="API").count() == 1


def test_a_class_is_called_off_once_and_all_in_it_are_told(worker, staff, operator, open_class):
    key = open_class()
    place = worker.post(f"{API}/classes/{key}/applications").json()

    answers = [operator.post(f"{API}/desk/classes/{key}/cancellation") for _ in range(2)]

    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].json()["is_cancelled"] is True
    assert worker.get(place["href"]).json()["course_class"]["is_cancelled"] is True
    titles = [m["title"] for m in worker.get(f"{API}/me/messages").json()["items"]]
    assert len(titles) == 2
    assert AuditEntry.objects.filter(action="classes.cancelled", via="API").count() == 1
    refused = staff.post(f"{API}/classes/{key}/applications")
    assert (refused.status_code, refused.json()["code"]) == (409, "class_cancelled")


def test_seats_that_are_taken_stay(worker, operator, staff, open_class):
    key = open_class()
    for client in (worker, staff):
        client.post(f"{API}/classes/{key}/applications")

    answer = change(operator, 1, 5, key)

    assert (answer.status_code, answer.json()["code"]) == (409, "seats_in_use")


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/body/seats", "/body/waiting_limit"]),
        ({"seats": 0, "waiting_limit": 1}, ["/body/seats"]),
        ({"seats": 5, "waiting_limit": -1}, ["/body/waiting_limit"]),
        ({"seats": "5", "waiting_limit": 1}, ["/body/seats"]),
        ({"seats": 100_001, "waiting_limit": 1.5}, ["/body/seats", "/body/waiting_limit"]),
        ({"seats": 5, "waiting_limit": 1, "seat/s": 1}, ["/body/seat~1s"]),
        ([], ["/body"]),
    ],
)
def test_what_is_wrong_with_seats_is_pointed_at(staff, body, pointers):
    answer = staff.patch(f"{API}/desk/classes/{OWN_CLASS}", body, content_type="application/json")

    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == pointers


def test_figures_count_the_classes_one_runs(worker, staff, operator, client):
    worker.post(f"{API}/classes/{OWN_CLASS}/applications")

    theirs = staff.get(f"{API}/desk/figures").json()
    all_of_it = operator.get(f"{API}/desk/figures").json()

    classes = staff.get(f"{API}/desk/classes?limit=200").json()
    assert theirs["classes"] == classes["total"]
    assert theirs["seats"] == sum(c["seats"]["total"] for c in classes["items"])
    assert theirs["enrolled"] == 1
    (row,) = theirs["places_taken"]
    assert row["count"] == 1
    assert row["place"]["name"]["en"]
    assert len(row["month"]) == 7
    assert all_of_it["classes"] > theirs["classes"]
