"""One's own data for programs: the same promises as on the pages."""

import json

import pytest
from django.utils import timezone

from learncity.apps.privacy import queries
from learncity.kernel import audit, personal_data

API = "/api/v1"


def post(client, path, **body):
    return client.post(f"{API}{path}", json.dumps(body))


@pytest.fixture
def me(account_of):
    return account_of("demo-worker").person_id


def test_a_consent_is_given_and_taken_back(worker, me):
    path = "/me/consents/name-on-lists"
    before = {c["purpose"]: c for c in worker.get(f"{API}/me/consents").json()["items"]}
    assert {c["consent_id"] for c in before.values()} == {None}

    given = post(worker, path, version=before["name-on-lists"]["version"]).json()
    assert given["consent_id"] == str(queries.has_consent(me, "name-on-lists", at=timezone.now()))
    assert post(worker, path, version=1).json()["consent_id"] == given["consent_id"]

    assert worker.delete(f"{API}{path}").json()["consent_id"] is None
    assert worker.delete(f"{API}{path}").status_code == 200


def test_a_text_that_was_not_read_is_refused(worker):
    answer = post(worker, "/me/consents/name-on-lists", version=2)
    assert (answer.status_code, answer.json()["code"]) == (409, "text_has_changed")
    assert post(worker, "/me/consents/none", version=1).json()["code"] == "purpose_not_found"
    assert post(worker, "/me/consents/name-on-lists", version=True).status_code == 422


def test_a_request_goes_its_way(worker, operator):
    made = post(worker, "/me/requests", kind="CORRECTION", words="2001")
    number = made.json()["number"]
    assert made.status_code == 201
    assert made.headers["Location"] == f"{API}/me/requests/{number}"
    assert post(worker, "/me/requests", kind="CORRECTION").json()["code"] == "already_asked"

    (listed,) = operator.get(f"{API}/desk/requests").json()["items"]
    assert (listed["number"], listed["words"]) == (number, "")
    assert operator.get(f"{API}/desk/requests/{number}").json()["words"] == "2001"
    assert audit.latest(1)[0].action == "privacy.request_read"

    desk = f"/desk/requests/{number}"
    assert post(operator, f"{desk}/answer", granted=False, words="不").status_code == 409
    assert post(operator, f"{desk}/extension", words="久").json()["is_extended"] is True
    assert post(operator, f"{desk}/answer", granted=True, words="好").json()["state"] == "GRANTED"
    assert operator.post(f"{API}{desk}/completion").json()["state"] == "DONE"
    assert worker.get(f"{API}/me/requests/{number}").json()["answer"] == "好"
    assert worker.delete(f"{API}/me/requests/{number}").json()["code"] == "already_answered"
    assert operator.get(f"{API}/desk/requests").json()["items"] == []
    assert len(operator.get(f"{API}/desk/requests?closed=true").json()["items"]) == 1


def test_a_request_is_taken_back_and_another_cannot_see_it(worker, staff):
    number = post(worker, "/me/requests", kind="ERASURE").json()["number"]
    assert staff.get(f"{API}/me/requests/{number}").status_code == 404
    assert staff.delete(f"{API}/me/requests/{number}").status_code == 404
    assert worker.delete(f"{API}/me/requests/{number}").json()["state"] == "TAKEN_BACK"


def test_what_cannot_be_shown_is_left_out_of_words(worker):
    answer = post(worker, "/me/requests", kind="ACCESS", words="a\x00b")
    assert answer.json()["words"] == "a b"


def test_everything_that_is_kept_is_given_in_the_language_of_the_request(worker):
    found = worker.get(f"{API}/me/data", headers={"Accept-Language": "en"}).json()
    classes = {c["name"]: c for c in found["record_classes"]}
    assert set(classes) == {c.name for c in personal_data.registered() if c.export}
    assert classes["people.account"]["rows"][0]["Phone number"] == "+8615400000001"


def test_the_office_enters_what_came_on_paper(operator, worker, me):
    paper = {"on": "2026-11-02", "channel": "COUNTER", "paper": "Binder 7"}
    said = paper | {"purpose": "name-on-lists", "decision": "GIVEN", "version": 1}
    entered = post(operator, f"/desk/people/{me}/consents", **said).json()["items"]
    (given,) = [c for c in entered if c["purpose"] == "name-on-lists"]
    assert given["consent_id"] == str(queries.has_consent(me, "name-on-lists", at=timezone.now()))
    assert post(operator, f"/desk/people/{me}/consents", **said).json()["items"] == entered
    worker.delete(f"{API}/me/consents/name-on-lists")
    refused = post(operator, f"/desk/people/{me}/consents", **said | {"on": "2026-11-01"})
    assert (refused.status_code, refused.json()["code"]) == (409, "said_later")

    asked = post(operator, f"/desk/people/{me}/requests", kind="ACCESS", **paper)
    assert asked.status_code == 201
    assert asked.json()["received_at"].startswith("2026-11-0")
    assert asked.json()["channel"] == "COUNTER"
    again = post(operator, f"/desk/people/{me}/requests", kind="ACCESS", **paper)
    assert again.json()["number"] == asked.json()["number"]
    assert post(worker, f"/desk/people/{me}/requests", kind="ACCESS", **paper).status_code == 403
