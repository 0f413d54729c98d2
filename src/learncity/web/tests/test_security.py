"""A desk asks for a second factor; one's own sessions, factors and links are one's own."""

import json
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from learncity.apps.notices import queries as notices
from learncity.apps.people import queries as people
from learncity.apps.people.factories import make_person
from learncity.apps.security import queries
from learncity.apps.security.access import SHOWN
from learncity.apps.security.factories import SoftwareKey, app_code
from learncity.apps.security.models import BrowserSession, UsedStep
from learncity.kernel import outbox

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
WECHAT = (
    "Mozilla/5.0 (Linux; Android 15; 23127PN0CC) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/134.0 Mobile Safari/537.36 MicroMessenger/8.0.60 NetType/WIFI"
)


@pytest.fixture(autouse=True)
def _fresh(db):
    cache.clear()


@pytest.fixture
def earnest(settings):
    """As a city in earnest: operators need a second factor."""
    settings.SECOND_FACTOR = "operators"


def sign_in(phone, agent=FIREFOX):
    """A browser that signs in by code, as people do."""
    client = Client(headers={"user-agent": agent, "accept-language": "en"})
    client.post("/sign-in/", {"address": phone})
    outbox.dispatch(at=timezone.now() + timedelta(seconds=1))
    code = re.search(r"\d{6}", notices.latest_deliveries(address=phone[-8:])[0].body)[0]
    client.post("/sign-in/code/", {"code": code, "action": "verify"})
    return client


def secret_on(page):
    """The key on the page, as somebody types it into an app."""
    import base64

    text = re.search(r"<code>([A-Z2-7 ]+)</code>", page.content.decode())[1].replace(" ", "")
    return base64.b32decode(text + "=" * (-len(text) % 8))


def code(secret, steps=0):
    return app_code(secret, timezone.now(), steps=steps)


def set_up_app(client, **more):
    """Set an app up in a browser: its secret and the page of recovery codes."""
    secret = secret_on(client.get("/me/security/app/"))
    return secret, client.post("/me/security/app/", {"code": code(secret, -1), **more})


def age(client, hours):
    """The second factor of this browser was shown so long ago."""
    session = client.session
    session[SHOWN] -= hours * 3600
    session.save()


def recovery_codes(page):
    return re.findall(r"<code>([0-9A-Z-]{19})</code>", page.content.decode())


# Before a desk


def test_in_a_demo_no_desk_asks(signed_in):
    assert signed_in("demo-operator").get("/operate/").status_code == 200


def test_in_earnest_an_operator_first_sets_a_factor_up_and_then_goes_on(signed_in, earnest):
    client = signed_in("demo-operator")

    asked = client.get("/operate/")
    assert asked.url == "/me/security/?needed=1&next=%2Foperate%2F"
    page = client.get(asked.url).content.decode()
    assert "/me/security/app/?next=/operate/" in page

    _, done = set_up_app(client, next="/operate/")
    assert len(recovery_codes(done)) == 10
    assert 'href="/operate/"' in done.content.decode()
    assert "no-store" in done.headers["Cache-Control"]
    assert client.get("/operate/").status_code == 200
    assert client.get("/desk/").status_code == 200


@pytest.mark.parametrize(
    ("wanted", "operator", "staff"),
    [("off", 200, 200), ("operators", 302, 200), ("staff", 302, 302)],
)
def test_the_setting_says_of_whom_it_is_wanted(
    client, account_of, settings, wanted, operator, staff
):
    settings.SECOND_FACTOR = wanted
    found = []
    for key in ("demo-operator", "demo-provider"):
        client.force_login(account_of(key))
        found.append(client.get("/desk/").status_code)

    assert found == [operator, staff]


def test_unless_told_otherwise_operators_need_one_in_earnest(signed_in, settings):
    settings.SECOND_FACTOR = ""
    client = signed_in("demo-operator")
    assert client.get("/operate/").status_code == 200
    settings.DEMO = False
    assert client.get("/operate/").status_code == 302


def test_residents_are_never_asked(signed_in, settings):
    settings.SECOND_FACTOR = "staff"
    client = signed_in("demo-worker")
    assert client.get("/me/").status_code == client.get("/me/profile/").status_code == 200
    assert client.get("/desk/").status_code == 403


def test_whoever_has_a_factor_is_asked_in_each_session_anew(account_of, city):
    phone = account_of("demo-provider").phone
    first = sign_in(phone)
    secret, _ = set_up_app(first)
    second = sign_in(phone)

    asked = second.get("/desk/figures/")
    assert asked.url == "/sign-in/second/?needed=1&next=%2Fdesk%2Ffigures%2F"
    shown = second.post("/sign-in/second/", {"code": code(secret), "next": "/desk/figures/"})

    assert shown.url == "/desk/figures/"
    assert second.get("/desk/figures/").status_code == 200
    age(second, 13)
    assert second.get("/desk/").status_code == 302


def test_a_code_that_opened_one_browser_opens_no_other(account_of, city):
    phone = account_of("demo-provider").phone
    secret, _ = set_up_app(sign_in(phone))
    mine, thief = sign_in(phone), sign_in(phone)
    now = code(secret)

    assert mine.post("/sign-in/second/", {"code": now}).status_code == 302
    assert thief.post("/sign-in/second/", {"code": now}).status_code == 422
    assert thief.get("/desk/").status_code == 302


def test_showing_a_factor_changes_the_key_of_the_session(account_of, city):
    phone = account_of("demo-provider").phone
    secret, _ = set_up_app(sign_in(phone))
    client = sign_in(phone)
    before = client.session.session_key

    client.post("/sign-in/second/", {"code": code(secret)})

    assert client.session.session_key != before
    assert not BrowserSession.objects.filter(session_key=before).exists()


def test_a_recovery_code_opens_a_desk_once(account_of, city):
    phone = account_of("demo-provider").phone
    _, page = set_up_app(sign_in(phone))
    spare = recovery_codes(page)[0]

    answers = [
        sign_in(phone).post("/sign-in/second/", {"code": spare}).status_code for _ in range(2)
    ]
    assert answers == [302, 422]


def test_five_wrong_codes_a_minute_and_then_not_even_the_right_one(account_of, city):
    phone = account_of("demo-provider").phone
    secret, _ = set_up_app(sign_in(phone))
    cache.clear()
    client = sign_in(phone)

    wrong = [client.post("/sign-in/second/", {"code": "x"}).status_code for _ in range(5)]
    right = client.post("/sign-in/second/", {"code": code(secret)})

    assert [*wrong, right.status_code] == [422] * 6
    assert "Wait a minute" in right.content.decode()
    assert UsedStep.objects.count() == 1  # the one that set it up


def test_nobody_is_led_away_after_showing_a_factor(account_of, city):
    phone = account_of("demo-provider").phone
    secret, _ = set_up_app(sign_in(phone))

    shown = sign_in(phone).post(
        "/sign-in/second/", {"code": code(secret), "next": "https://evil.example/"}
    )
    assert shown.url == "/me/"


def test_who_has_a_factor_shows_it_before_their_security_changes(account_of, city):
    phone = account_of("demo-provider").phone
    set_up_app(sign_in(phone))
    thief = sign_in(phone)

    for path in ("app/remove/", "recovery/", "app/", "link/"):
        assert thief.post(f"/me/security/{path}").url.startswith("/sign-in/second/")
    assert queries.factors(account_of("demo-provider").pk).recovery_left == 10


def test_an_operator_makes_no_key_for_a_program_without_a_factor(signed_in, earnest):
    client = signed_in("demo-operator")
    assert client.post("/me/tokens/", {"label": "x"}).url.startswith("/me/security/")
    set_up_app(client)
    assert "lc_" in client.post("/me/tokens/", {"label": "x"}).content.decode()


def test_the_api_asks_a_session_for_it_and_no_key(signed_in, earnest):
    client = signed_in("demo-operator")

    refused = client.get("/api/v1/desk/figures")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_needed")
    set_up_app(client)
    secret = re.search(r"lc_[\w-]+", client.post("/me/tokens/", {"label": "x"}).content.decode())[0]

    assert client.get("/api/v1/desk/figures").status_code == 200
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/desk/figures").status_code == 200


@pytest.mark.parametrize("said", ["Bearer lc_wrong", "Basic YTpi", "x"])
def test_a_header_of_the_api_opens_no_page_and_no_operation(signed_in, earnest, said):
    client = signed_in("demo-operator")
    assert client.get("/operate/", headers={"Authorization": said}).status_code == 302
    refused = client.get("/api/v1/desk/figures", headers={"Authorization": said})
    assert refused.status_code == 401


def test_a_demo_shows_the_codes_of_its_apps(signed_in, client):
    secret, _ = set_up_app(signed_in("demo-provider"))
    assert code(secret) in Client().get("/demo/outbox/").content.decode()


# Passkeys


def options_on(page):
    from html import unescape

    return json.loads(unescape(re.search(r'data-options="([^"]+)"', page.content.decode())[1]))


def test_a_passkey_is_made_and_opens_the_desk(account_of, city, settings):
    settings.BASE_URL = "https://learn.example.org"
    key = SoftwareKey("learn.example.org", settings.BASE_URL)
    phone = account_of("demo-provider").phone
    first = sign_in(phone)
    made = key.make(options_on(first.get("/me/security/passkey/")))
    done = first.post(
        "/me/security/passkey/", {"answer": json.dumps(made), "label": "key on my ring"}
    )
    assert len(recovery_codes(done)) == 10

    second = sign_in(phone)
    shown = key.show(options_on(second.get("/sign-in/second/?next=/desk/")))
    sent = {"answer": json.dumps(shown), "next": "/desk/"}
    assert second.post("/sign-in/second/", sent).url == "/desk/"
    assert second.get("/desk/").status_code == 200
    third = sign_in(phone)
    third.get("/sign-in/second/")
    assert third.post("/sign-in/second/", sent).status_code == 422


def test_a_question_is_answered_once(account_of, city, settings):
    settings.BASE_URL = "https://learn.example.org"
    key = SoftwareKey("learn.example.org", settings.BASE_URL)
    client = sign_in(account_of("demo-provider").phone)
    made = {"answer": json.dumps(key.make(options_on(client.get("/me/security/passkey/"))))}
    client.session.pop("passkey_asked")
    first = client.post("/me/security/passkey/", made)

    assert first.status_code == 200
    assert client.post("/me/security/passkey/", made).status_code == 422


def test_where_no_passkey_can_be_the_app_is_shown(signed_in, settings):
    settings.BASE_URL = "http://127.0.0.1:8000"
    client = signed_in("demo-provider")
    assert client.get("/me/security/passkey/").url == "/me/security/app/"
    assert "/me/security/passkey/" not in client.get("/me/security/").content.decode()


# Sessions


def test_my_sessions_are_listed_coarsely_and_signed_out_one_by_one(account_of, city):
    phone = account_of("demo-worker").phone
    here, there = sign_in(phone), sign_in(phone, WECHAT)

    page = here.get("/me/security/").content.decode()
    assert "Firefox, Linux" in page
    assert "WeChat, Android" in page
    assert there.session.session_key not in page
    (other,) = re.findall(r"/me/security/sessions/([\w-]{36})/end/", page)
    here.post(f"/me/security/sessions/{other}/end/")

    assert there.get("/me/").status_code == 302
    assert here.get("/me/").status_code == 200


def test_all_others_are_signed_out_at_once(account_of, city):
    phone = account_of("demo-worker").phone
    here, *others = (sign_in(phone) for _ in range(3))
    cache.clear()
    stranger = sign_in(account_of("demo-senior").phone)

    here.post("/me/security/sessions/end/")

    assert [c.get("/me/").status_code for c in (here, *others, stranger)] == [200, 302, 302, 200]


def test_nobody_signs_another_out(account_of, city):
    mine, theirs = (
        sign_in(account_of("demo-worker").phone),
        sign_in(account_of("demo-senior").phone),
    )
    session = BrowserSession.objects.get(session_key=theirs.session.session_key)

    mine.post(f"/me/security/sessions/{session.id}/end/")

    assert theirs.get("/me/").status_code == 200


def test_a_new_factor_signs_out_everywhere_else(account_of, city):
    phone = account_of("demo-provider").phone
    here, there = sign_in(phone), sign_in(phone)
    set_up_app(here)
    assert (here.get("/me/").status_code, there.get("/me/").status_code) == (200, 302)


def test_a_session_keeps_no_address_and_the_hour_of_use_alone(account_of, city):
    client = sign_in(account_of("demo-worker").phone)
    row = BrowserSession.objects.get(session_key=client.session.session_key)

    assert row.account == account_of("demo-worker")
    assert (row.used_at.minute, row.used_at.second) == (0, 0)
    assert "127.0.0.1" not in json.dumps(dict(client.session))


def test_the_use_of_a_session_is_noted_once_an_hour(account_of, city, django_assert_num_queries):
    client = sign_in(account_of("demo-worker").phone)
    client.get("/me/messages/")
    rows = BrowserSession.objects.filter(session_key=client.session.session_key)
    rows.update(used_at=timezone.now() - timedelta(days=3))
    client.get("/me/messages/")
    untouched = rows.get().used_at
    session = client.session
    session["used"] -= 4000
    rows.update(session_data=session.encode(dict(session)))
    client.get("/me/messages/")

    assert timezone.now() - untouched > timedelta(days=2)
    assert timezone.now() - rows.get().used_at < timedelta(hours=1, minutes=1)


def test_a_session_that_was_ended_is_not_brought_back(account_of, city):
    client = sign_in(account_of("demo-worker").phone)
    session = client.session
    BrowserSession.objects.all().delete()
    from django.contrib.sessions.backends.base import UpdateError

    with pytest.raises(UpdateError):
        session.save()
    assert client.get("/me/").status_code == 302


def test_the_page_of_security_costs_so_many_queries(account_of, city, django_assert_num_queries):
    client = sign_in(account_of("demo-worker").phone)
    client.get("/me/security/")
    with django_assert_num_queries(QUERIES):
        client.get("/me/security/")
    for _ in range(2):
        cache.clear()
        sign_in(account_of("demo-worker").phone)
    with django_assert_num_queries(QUERIES):
        client.get("/me/security/")


# Session, account, unread, roles; visits, links, app, passkeys, recovery codes, sessions.
QUERIES = 10


# What is missing


@pytest.mark.parametrize("level", ["ADDRESS", "IDENTITY", "IN_PERSON", "NONSENSE", ""])
def test_what_is_missing_always_names_the_office(client, city, level):
    page = client.get(f"/me/missing/?for={level}&next=/find/").content.decode()
    from learncity.apps.initiatives import queries as initiatives

    (found,) = initiatives.cities()
    assert found.help.phone in page
    assert str(found.help.address) in page
    assert str(found.help.hours) in page


def test_an_account_that_was_never_proven_does_not_apply_and_is_told_where_to_go(client, city):
    from learncity.apps.people.models import Account

    person = make_person(account=True)
    Account.objects.filter(person_id=person).update(verified_at=None)
    client.force_login(people.find_account(person))
    path = "/classes/bookkeeping-qiaotou-wed/apply/"

    page = client.get(path)
    assert page.url == f"/me/missing/?for=ADDRESS&next={path.replace('/', '%2F')}"
    program = f"/api/v1{path.replace('/apply/', '/applications')}"
    sent = client.post(program, content_type="application/json")
    assert (sent.status_code, sent.json()["code"]) == (403, "assurance_needed")
    Account.objects.filter(person_id=person).update(verified_at=timezone.now())
    assert client.get(path).status_code == 200
