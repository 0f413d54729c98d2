"""A code has five tries, also when many are sent at once with the session of one browser."""

import re
import threading
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.utils import timezone

from learncity.apps.notices import queries as notices
from learncity.kernel import outbox
from learncity.web.signin import views

KNOWN = "+8615400000001"


def enter(client, code):
    return client.post("/sign-in/code/", {"code": code, "action": "verify"})


def rush(client, monkeypatch, count=7, counted=True):
    """Send wrong codes at once, none before all have read the session; how many were compared."""
    client.post("/sign-in/", {"address": KNOWN})
    outbox.dispatch(at=timezone.now() + timedelta(seconds=1))
    right = re.search(r"\d{6}", notices.latest_deliveries(address=KNOWN)[0].body)[0]
    wrong = "000000" if right != "000000" else "111111"
    together, answers, honest = threading.Barrier(count, timeout=60), [], views.may_try

    def may_try(request, state):
        together.wait()
        return honest(request, state) if counted else True

    monkeypatch.setattr(views, "may_try", may_try)

    def run():
        rival = Client()
        rival.cookies = client.cookies
        try:
            answers.append(enter(rival, wrong).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    monkeypatch.setattr(views, "may_try", honest)
    assert len(answers) == count
    return answers.count(422), right


def test_of_many_tries_at_once_five_are_compared_and_the_right_code_is_worth_nothing(
    committed, client, monkeypatch
):
    compared, right = rush(client, monkeypatch)

    assert 1 <= compared <= 5
    assert enter(client, right).url.startswith("/sign-in/")
    assert client.get("/me/").status_code == 302


def test_control_without_counting_first_all_are_compared(committed, client, monkeypatch):
    """If this fails, the rush above was none and proves nothing."""
    assert rush(client, monkeypatch, counted=False)[0] == 7
