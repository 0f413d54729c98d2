"""The pages of one's own data, and the office's desk for them."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from learncity.apps.people.models import Account
from learncity.apps.privacy import queries, services
from learncity.apps.privacy.models import Consent, Request
from learncity.apps.privacy.types import RequestKind, RequestState
from learncity.kernel import audit, outbox
from learncity.kernel.acting import By, Via

PAGE, KEY = "/me/privacy/", "results-to-employer"


@pytest.fixture
def worker(signed_in):
    client = signed_in("demo-worker")
    client.cookies["lang"] = "en"
    return client


@pytest.fixture
def me(account_of):
    return account_of("demo-worker").person_id


def ask(person, kind=RequestKind.ACCESS):
    return services.ask(
        person_id=person, kind=kind, words="<b>mine</b>", by=By(person, Via.WEB), at=timezone.now()
    ).number


def say(client, word, version=1):
    path = f"{PAGE}consents/{KEY}/"
    return client.post(path, {"say": word, "version": version}, follow=True)


def text_of(answer):
    return answer.content.decode()


def test_nothing_is_ticked_for_anybody(worker):
    page = text_of(worker.get(PAGE))
    assert "checked" not in page
    assert page.count('value="yes"') == 3
    assert page.count("You have said nothing: that is a no.") == 3


def test_a_consent_is_given_and_taken_back_in_one_step_each(worker, me):
    page = text_of(say(worker, "yes"))
    assert (page.count('value="no"'), page.count("You agree<")) == (1, 1)
    assert queries.has_consent(me, KEY, at=timezone.now())

    page = text_of(say(worker, "no"))
    assert 'value="no"' not in page
    assert queries.has_consent(me, KEY, at=timezone.now()) is None


def test_a_form_without_a_word_takes_nothing_as_a_yes(worker):
    worker.post(f"{PAGE}consents/{KEY}/", {"version": 1})
    assert not Consent.objects.exists()


def test_another_text_than_the_one_that_was_read_is_not_agreed_to(worker):
    assert say(worker, "yes", version=7).status_code == 422
    assert say(worker, "yes", version="x").status_code == 422
    assert worker.post(f"{PAGE}consents/none/", {"say": "yes"}).status_code == 404


def test_a_copy_is_made_and_fetched(worker):
    assert "Being made" in text_of(worker.post(f"{PAGE}copies/", follow=True))
    outbox.dispatch(at=timezone.now())
    page = text_of(worker.get(PAGE))
    path = page.partition('href="/me/privacy/copies/')[2].partition('.pdf"')[0]

    for kind, begins in (("pdf", b"%PDF"), ("json", b"{")):
        answer = worker.get(f"{PAGE}copies/{path}.{kind}")
        assert answer.content.startswith(begins)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "attachment" in answer.headers["Content-Disposition"]


def test_a_request_is_sent_followed_and_taken_back(worker, me):
    answer = worker.post(f"{PAGE}ask/", {"kind": "CORRECTION", "words": "born 2001"}, follow=True)
    (request,) = queries.requests_of(me)
    assert request.number in text_of(answer)
    assert "Answer by" in text_of(answer)
    assert worker.post(f"{PAGE}ask/", {"kind": "CORRECTION"}).status_code == 422
    assert worker.post(f"{PAGE}ask/", {"kind": "ERASURE"}).status_code == 422

    back = worker.post(f"{PAGE}requests/{request.number}/take-back/", follow=True)
    assert "Taken back" in text_of(back)


def test_erasing_is_asked_on_a_second_page_and_not_done_by_looking(worker, me):
    assert "Erase everything?" in text_of(worker.get(f"{PAGE}erase/"))
    assert not Request.objects.exists()
    worker.post(f"{PAGE}erase/")
    assert [r.kind for r in queries.requests_of(me)] == [RequestKind.ERASURE]
    assert worker.post(f"{PAGE}erase/").status_code == 422


def test_each_look_at_a_request_is_written_down_and_words_are_harmless(signed_in, me):
    number = ask(me)
    operator = signed_in("demo-operator")
    page = text_of(operator.get(f"/operate/requests/{number}/"))
    assert "&lt;b&gt;mine&lt;/b&gt;" in page
    (entry,) = audit.latest(1)
    assert (entry.action, entry.subject) == ("privacy.request_read", f"request {number}")


def test_the_list_shows_no_name(signed_in, me):
    ask(me)
    assert "刘建军" not in text_of(signed_in("demo-operator").get("/operate/requests/"))


def test_the_office_answers_and_finishes(signed_in, me):
    number, operator = ask(me), signed_in("demo-operator")
    path = f"/operate/requests/{number}/"
    assert operator.post(path, {"act": "grant", "words": ""}).status_code == 422
    assert operator.post(path, {"act": "refuse", "words": "不行。"}).status_code == 422
    assert operator.post(path, {"act": "extend", "words": "久一点。"}).status_code == 302
    assert operator.post(path, {"act": "grant", "words": "好的。"}).status_code == 302
    assert operator.post(path, {"act": "grant", "words": "好的。"}).status_code == 422
    assert operator.post(path, {"act": "finish", "words": ""}).status_code == 302
    assert queries.find_request(number).state == RequestState.DONE
    assert operator.get("/operate/requests/NONE/").status_code == 404


def test_the_office_erases_at_once_and_the_page_still_stands(signed_in, me):
    number, operator = ask(me, RequestKind.ERASURE), signed_in("demo-operator")
    path = f"/operate/requests/{number}/"
    operator.post(path, {"act": "grant", "words": "好的。"})
    assert 'value="finish"' not in text_of(operator.get(path))
    assert 'value="finish"' in text_of(operator.get(f"{path}?sure=finish"))
    assert Account.objects.filter(person_id=me).exists()
    assert operator.post(path, {"act": "finish"}, follow=True).status_code == 200
    assert not Account.objects.filter(person_id=me).exists()


def test_an_erased_persons_browser_is_signed_out(worker, me):
    services.erase(person_id=me, by=By(None, Via.DESK), at=timezone.now())
    assert worker.get(PAGE).status_code == 302


def test_what_is_overdue_is_on_top_in_words(signed_in, me):
    number = ask(me)
    past = timezone.localdate() - timedelta(days=1)
    Request.objects.filter(number=number).update(answer_by=past)
    operator = signed_in("demo-operator")
    operator.cookies["lang"] = "en"
    page = text_of(operator.get("/operate/requests/"))
    assert '<span class="tag you">Overdue</span>' in page


def test_a_longer_worklist_costs_no_more(signed_in, me, django_assert_num_queries):
    operator = signed_in("demo-operator")
    ask(me)
    operator.get("/operate/requests/")
    with django_assert_num_queries(7):
        operator.get("/operate/requests/")
    for kind in (RequestKind.CORRECTION, RequestKind.ERASURE, RequestKind.OBJECTION):
        ask(me, kind)
    with django_assert_num_queries(7):
        operator.get("/operate/requests/")


def test_the_worklist_can_be_taken_away(signed_in, me):
    number = ask(me)
    operator = signed_in("demo-operator")
    answer = operator.get("/operate/requests.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][0] == number
    assert rows[1][3] == "CN"
    assert operator.get("/operate/requests.xlsx").status_code == 200
    assert operator.get("/operate/requests.exe").status_code == 404


def test_an_unknown_calendar_is_said(signed_in, me):
    ask(me)
    Request.objects.update(is_guessed=True)
    operator = signed_in("demo-operator")
    operator.cookies["lang"] = "en"
    assert "are not known yet (CN)" in text_of(operator.get("/operate/requests/"))
