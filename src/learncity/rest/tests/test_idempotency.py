"""A request with an Idempotency-Key is done once, however often it is sent, even at once."""

import json
import threading
import time
from collections import Counter

import pytest
from django.db import IntegrityError, connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from learncity.apps.people import queries as people
from learncity.apps.people import services as people_services
from learncity.kernel.models import RepeatedRequest
from learncity.rest import idempotency

from .conftest import OWN_CLASS, make, places, program

API = "/api/v1"
KEY = "9f7c1e1a-once"


def apply(client, class_key, key=KEY, body=""):
    return client.post(
        f"{API}/classes/{class_key}/applications", body, headers={"Idempotency-Key": key}
    )


def test_sent_again_it_is_answered_the_same_and_says_so(worker, open_class):
    class_key = open_class()

    first, again = apply(worker, class_key), apply(worker, class_key)

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["Location"] == again.headers["Location"]
    assert first.headers["Content-Type"] == again.headers["Content-Type"]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"


def test_the_stored_answer_is_given_even_when_the_world_has_moved_on(worker, open_class):
    class_key = open_class()
    first = apply(worker, class_key)
    worker.delete(first.json()["href"])

    again = apply(worker, class_key)

    assert again.json() == first.json()
    assert places(class_key) == 0


def test_a_refusal_is_stored_too(worker, open_class):
    class_key = open_class()
    make(class_key, cancelled_at=timezone.now())
    first = apply(worker, class_key)
    make(class_key, cancelled_at=None)

    again = apply(worker, class_key)

    assert (first.status_code, again.status_code) == (409, 409)
    assert again.headers["Content-Type"] == "application/problem+json"
    assert again.headers["Idempotent-Replayed"] == "true"
    assert apply(worker, class_key, key="another").status_code == 201


def test_what_was_not_there_or_not_allowed_may_be_tried_again(worker, staff):
    answers = [
        apply(worker, "none"),
        apply(worker, OWN_CLASS, body='{"nmae": 1}'),
        apply(worker, OWN_CLASS, body="{"),
        change_seats(worker),
    ]

    assert [a.status_code for a in answers] == [404, 422, 400, 403]
    assert RepeatedRequest.objects.count() == 0


def change_seats(client, seats=30, class_key=OWN_CLASS):
    return client.patch(
        f"{API}/desk/classes/{class_key}",
        {"seats": seats, "waiting_limit": 20},
        content_type="application/json",
        headers={"Idempotency-Key": KEY},
    )


def test_the_same_key_with_another_request_is_refused(worker, staff, open_class):
    class_key = open_class()
    place = apply(worker, class_key).json()
    change_seats(staff)

    others = [
        apply(worker, open_class()),
        apply(worker, class_key, body='{"name": "x"}'),
        worker.delete(place["href"], headers={"Idempotency-Key": KEY}),
        change_seats(staff, seats=31),
    ]

    assert {(a.status_code, a.json()["code"]) for a in others} == {(422, "idempotency_key_reused")}
    assert worker.get(place["href"]).json()["state"] == "ENROLLED"


def test_two_accounts_may_choose_the_same_key(worker, staff, open_class):
    class_key = open_class()

    answers = [apply(client, class_key) for client in (worker, staff)]

    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json()["receipt"] != answers[1].json()["receipt"]


def test_every_write_honours_the_key(worker, staff, open_class):
    place = apply(worker, open_class()).json()
    headers = {"Idempotency-Key": "give-back"}

    replays = [
        [apply(worker, OWN_CLASS, key="apply") for _ in range(2)],
        [worker.delete(place["href"], headers=headers) for _ in range(2)],
        [change_seats(staff) for _ in range(2)],
    ]

    for first, again in replays:
        assert first.content == again.content
        assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", "with space", "x" * 256, "dấu"])
def test_a_key_that_cannot_be_kept_is_pointed_at(worker, key):
    answer = apply(worker, OWN_CLASS, key=key)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/header/Idempotency-Key"


def test_a_crash_leaves_no_row_and_the_request_may_be_sent_again(worker, open_class, monkeypatch):
    class_key, honest = open_class(), idempotency._sent
    worker.raise_request_exception = False

    def crash(status, body):
        raise RuntimeError("the power went out")

    monkeypatch.setattr(idempotency, "_sent", crash)
    assert apply(worker, class_key).status_code == 500
    assert RepeatedRequest.objects.count() == 0
    assert places(class_key) == 0

    monkeypatch.setattr(idempotency, "_sent", honest)
    assert apply(worker, class_key).status_code == 201


# Races, on a write that is not harmless by itself: making a key. Each with its control.


def race(account, key, count=6):
    """Send the same request several times at once; what each was answered."""
    start, outcomes = threading.Barrier(count), []

    def make_key():
        secret = people_services.issue_token(account_id=account.id, label="made once")
        time.sleep(0.1)  # so that the rivals come while this is not yet committed
        return HttpResponse(json.dumps({"made": secret}), status=200)

    def run():
        request = RequestFactory().post("/keys", "{}", "application/json")
        request.user = account
        start.wait()
        try:
            answer = idempotency._once(request, account.pk, key, make_key)
            outcomes.append((answer.content, answer.headers.get("Idempotent-Replayed", "")))
        except IntegrityError:
            outcomes.append((b"REFUSED BY THE DATABASE", ""))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def made(account):
    return len(people.tokens(account.id))


@pytest.fixture
def account(committed):
    return people.find_account(people.ids_by_key(["demo-worker"])["demo-worker"])


def test_of_six_sent_at_once_one_is_done_and_five_are_told_of_it(account):
    outcomes = race(account, KEY)

    assert made(account) == 1
    assert len({content for content, _ in outcomes}) == 1
    assert Counter(replayed for _, replayed in outcomes) == {"": 1, "true": 5}


def test_control_without_writing_the_row_first_all_six_are_done(account, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""

    def look_first(account_id, key, fingerprint):
        row = RepeatedRequest.objects.filter(account_id=account_id, key=key).first()
        if row:
            return row, False
        return RepeatedRequest(account_id=account_id, key=key, fingerprint=fingerprint), True

    monkeypatch.setattr(idempotency, "_claim", look_first)
    monkeypatch.setattr(RepeatedRequest, "save", lambda self, **kwargs: None)

    race(account, KEY)

    assert made(account) == 6


def test_control_with_six_keys_all_six_are_done(account):
    for n in range(6):
        race(account, f"{KEY}-{n}", count=1)

    assert made(account) == 6


def test_when_the_first_crashes_a_rival_that_waited_does_it(account, monkeypatch):
    crashed, honest = threading.Event(), people_services.issue_token

    def crash_once(**kwargs):
        secret = honest(**kwargs)
        if not crashed.is_set():
            crashed.set()
            time.sleep(0.1)
            raise IntegrityError("the first one goes down")
        return secret

    monkeypatch.setattr(people_services, "issue_token", crash_once)

    outcomes = race(account, KEY, count=3)

    assert made(account) == 1
    assert sorted(replayed for _, replayed in outcomes) == ["", "", "true"]
    assert (b"REFUSED BY THE DATABASE", "") in outcomes


def test_a_rush_with_keys_gives_one_place_a_person(committed):
    ids = people.ids_by_key(["demo-worker", "demo-senior", "demo-vietnamese"])
    clients = [program(people.find_account(person)) for person in ids.values()]
    class_key = clients[0].get(f"{API}/classes?open=true").json()["items"][0]["key"]
    start, answers = threading.Barrier(9), []

    def run(client):
        start.wait()
        answers.append(apply(client, class_key))
        connection.close()

    threads = [threading.Thread(target=run, args=[c]) for c in clients for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {a.status_code for a in answers} == {201}
    assert len({a.json()["receipt"] for a in answers}) == 3
    assert places(class_key) == 3
