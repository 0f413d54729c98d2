"""Applying, waiting, giving back, and what is written about it."""

import pytest
from django.utils import timezone

from learncity.apps.classes.factories import make_class

from .conftest import make

API = "/api/v1"


def apply(client, key, body=None):
    kwargs = {"data": body, "content_type": "application/json"} if body is not None else {}
    return client.post(f"{API}/classes/{key}/applications", **kwargs)


def test_a_new_place_is_created_and_says_where_it_is(worker, open_class):
    answer = apply(worker, open_class())

    place = answer.json()
    assert answer.status_code == 201
    assert place["state"] == "ENROLLED"
    assert place["position"] is None
    assert answer.headers["Location"] == place["href"] == f"{API}/me/places/{place['receipt']}"
    assert worker.get(place["href"]).json()["receipt"] == place["receipt"]


@pytest.mark.parametrize("body", [None, {}, {"name": None}, {"name": "别名"}])
def test_applying_again_gives_the_same_receipt(worker, open_class, body):
    key = open_class()
    first = apply(worker, key, body)

    again = apply(worker, key, body)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_a_name_is_not_changed_by_applying(worker, open_class):
    apply(worker, open_class(), {"name": "别名"})

    assert worker.get(f"{API}/me").json()["name"] == "刘建军"


def test_who_comes_after_the_last_seat_waits_and_then_it_is_full(
    worker, staff, operator, open_class
):
    key = open_class(seats=1, waiting=1)

    answers = [apply(client, key) for client in (worker, staff, operator)]

    assert [a.status_code for a in answers] == [201, 201, 409]
    assert answers[1].json()["state"] == "WAITING"
    assert answers[1].json()["position"] == 1
    assert answers[2].json()["code"] == "class_full"


def test_a_class_that_is_closed_or_cancelled_or_not_open_yet_says_which(worker, open_class):
    closed = open_class()
    make(closed, closes_at=timezone.now())
    cancelled = open_class()
    make(cancelled, cancelled_at=timezone.now())
    early = make_class()

    answers = [apply(worker, key) for key in (closed, cancelled, early, "none")]

    assert [(a.status_code, a.json()["code"]) for a in answers] == [
        (409, "class_closed"),
        (409, "class_cancelled"),
        (409, "class_not_open_yet"),
        (404, "class_not_found"),
    ]


@pytest.mark.parametrize("body", [None, {}, {"name": ""}, {"name": "   "}])
def test_who_has_no_name_is_asked_for_one(nameless, open_class, body):
    answer = apply(nameless, open_class(), body)

    assert answer.status_code == 409
    assert answer.json()["code"] == "name_missing"


def test_a_name_comes_with_the_first_application(nameless, open_class):
    answer = apply(nameless, open_class(), {"name": " 李  四 "})

    assert answer.status_code == 201
    assert nameless.get(f"{API}/me").json()["name"] == "李 四"


@pytest.mark.parametrize("name", ["a\x00b", "a\nb", "x" * 121, "\ud800", 7])
def test_a_name_that_cannot_be_kept_is_pointed_at(nameless, open_class, name):
    answer = apply(nameless, open_class(), {"name": name})

    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/body/name"]


def test_giving_back_frees_the_seat_for_who_waited(worker, staff, open_class):
    key = open_class(seats=1, waiting=1)
    mine, waiting = apply(worker, key).json(), apply(staff, key).json()

    given = worker.delete(mine["href"])

    assert given.status_code == 200
    assert given.json()["state"] == "WITHDRAWN"
    assert staff.get(waiting["href"]).json()["state"] == "ENROLLED"
    assert worker.delete(mine["href"]).json() == given.json()


def test_after_the_last_meeting_nothing_can_be_given_back(worker, open_class):
    key = open_class()
    mine = apply(worker, key).json()
    at = timezone.now()
    make(key, starts_at=at - timezone.timedelta(days=2), ends_at=at - timezone.timedelta(days=1))

    answer = worker.delete(mine["href"])

    assert (answer.status_code, answer.json()["code"]) == (409, "class_over")


def test_the_place_of_another_is_not_there(worker, staff, open_class):
    mine = apply(worker, open_class()).json()

    for answer in (staff.get(mine["href"]), staff.delete(mine["href"])):
        assert (answer.status_code, answer.json()["code"]) == (404, "enrolment_not_found")
    assert worker.get(mine["href"]).json()["state"] == "ENROLLED"


@pytest.mark.parametrize("receipt", ["x", "abcd-efgh-jk", "%00", "AAAA-AAAA-AAA"])
def test_what_is_no_receipt_is_said_to_be_none(worker, receipt):
    answer = worker.get(f"{API}/me/places/{receipt}")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/path/receipt"


def test_my_classes_hold_everything_i_applied_for(worker, open_class):
    kept, given = apply(worker, open_class()).json(), apply(worker, open_class()).json()
    worker.delete(given["href"])

    mine = worker.get(f"{API}/me/classes").json()["items"]

    assert [(m["receipt"], m["state"]) for m in mine] == [
        (kept["receipt"], "ENROLLED"),
        (given["receipt"], "WITHDRAWN"),
    ]
    assert mine[0]["course_class"]["meeting"]["starts_at"]


def test_what_a_program_did_is_in_the_record_as_done_by_a_program(worker, open_class):
    apply(worker, open_class())

    (fact,) = worker.get(f"{API}/me/record").json()["items"]

    assert fact["kind"] == "classes.place_taken"
    assert set(fact["label"]) == {"zh-Hans", "vi", "en"}
    assert (fact["via"], fact["by_myself"]) == ("API", True)
    assert fact["subject"]["name"]["en"]


def test_a_message_tells_of_it_and_stays_unread(worker, open_class):
    place = apply(worker, open_class()).json()

    (message,) = worker.get(f"{API}/me/messages").json()["items"]

    assert place["receipt"] in message["body"]
    assert message["language"] == "zh-Hans"
    assert message["page"].endswith(f"/me/places/{place['receipt']}/")
    assert not worker.get(f"{API}/me/messages").json()["items"][0]["is_read"]
    assert worker.get(f"{API}/me").json()["unread_messages"] == 1


def test_me_is_who_the_key_belongs_to(worker, operator):
    me, they = worker.get(f"{API}/me").json(), operator.get(f"{API}/me").json()

    assert (me["name"], me["language"], me["home"]["key"]) == ("刘建军", "zh-Hans", "weiting")
    assert (me["has_desk"], me["is_operator"]) == (False, False)
    assert (they["has_desk"], they["is_operator"]) == (True, True)
