"""One field, one code; nobody learns who is known here, and nobody guesses a code."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from learncity.apps.notices import queries as notices
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import NO_PASSWORD, Account, Person
from learncity.apps.people.services import forget_unproven
from learncity.kernel import outbox

KNOWN, UNKNOWN = "+8615400000001", "+8615499990001"


@pytest.fixture(autouse=True)
def _fresh(db):
    cache.clear()


def ask(client, address, follow=False, **more):
    return client.post("/sign-in/", {"address": address, **more}, follow=follow)


def code_for(address):
    outbox.dispatch(at=timezone.now() + timedelta(seconds=1))
    return re.search(r"\d{6}", notices.latest_deliveries(address=address[-8:])[0].body)[0]


def another(client):
    return client.post("/sign-in/code/", {"action": "resend"})


def sent_to(address):
    outbox.dispatch(at=timezone.now() + timedelta(seconds=1))
    return len(notices.latest_deliveries(address=address))


def enter(client, code, **more):
    return client.post("/sign-in/code/", {"code": code, "action": "verify", **more})


def test_a_new_number_makes_an_account_with_its_first_code(client):
    ask(client, UNKNOWN)

    answer = enter(client, code_for(UNKNOWN))

    assert (answer.status_code, answer.url) == (302, "/me/")
    assert client.get("/me/").status_code == 200
    assert Account.objects.get(phone=UNKNOWN).verified_at is not None


def test_signing_in_comes_back_to_where_one_was(client):
    ask(client, KNOWN, next="/classes/bookkeeping-qiaotou-wed/apply/")

    answer = enter(client, code_for(KNOWN), next="/classes/bookkeeping-qiaotou-wed/apply/")

    assert answer.url == "/classes/bookkeeping-qiaotou-wed/apply/"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil"]
)
def test_nobody_is_led_away_to_another_site(client, target):
    ask(client, KNOWN, next=target)

    assert enter(client, code_for(KNOWN), next=target).url == "/me/"


def test_an_email_address_works_as_well(client):
    ask(client, " Provider@Example.org ")
    assert enter(client, code_for("provider@example.org")).url == "/me/"


def test_a_code_goes_to_the_address_of_the_account_and_the_page_does_not_tell(client):
    person_id = make_person()
    Account.objects.create(person_id=person_id, email="Boss@Example.org", password=NO_PASSWORD)

    asked = ask(client, "bOSS@example.ORG", follow=True)

    outbox.dispatch(at=timezone.now() + timedelta(seconds=1))
    assert notices.latest_deliveries()[0].address == "Boss@Example.org"
    assert "boss@example.org" in asked.content.decode()
    assert "Boss@Example.org" not in asked.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        "boss@maıl.example",
        "boſs@mail.example",
        "boß@mail.example",
        "bﬁ@mail.example",
        "ｂｏｓｓ@mail.example",
        "n0<boss@mail.example>",
        "(c1)boss@mail.example",
    ],
)
def test_a_code_for_an_address_that_looks_alike_opens_no_account_of_another(client, typed):
    for kept in ("boss@mail.example", "bfi@mail.example"):
        Account.objects.create(person_id=make_person(), email=kept, password=NO_PASSWORD)
    known = set(Account.objects.values_list("id", flat=True))

    ask(client, typed)

    outbox.dispatch(at=timezone.now() + timedelta(seconds=1))
    assert [d.address for d in notices.latest_deliveries()] in ([], ["boss@xn--mal-kua.example"])
    made = Account.objects.exclude(id__in=known)
    assert {a.email for a in made} <= {"boss@xn--mal-kua.example"}


def test_known_and_unknown_addresses_are_answered_alike(client):
    answers = []
    for address in (KNOWN, UNKNOWN):
        client.cookies.clear()
        asked = ask(client, address, follow=True)
        page = re.sub(r'value="[^"]{60,}"', "", asked.content.decode())
        answers.append((asked.redirect_chain, page.replace(address, "ADDRESS")))

    assert answers[0] == answers[1]


@pytest.mark.parametrize("address", ["", "12", "lan@", "not a number", "+1", "a" * 300])
def test_what_is_no_address_is_refused_with_what_to_do(client, address):
    answer = ask(client, address)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_numbers_of_invented_people_are_refused_in_earnest(client, settings):
    settings.DEMO = False
    assert ask(client, UNKNOWN).status_code == 422


def test_a_wrong_code_is_refused_and_the_sixth_starts_anew(client):
    ask(client, KNOWN)
    right = code_for(KNOWN)
    wrong = "000000" if right != "000000" else "111111"

    assert [enter(client, wrong).status_code for _ in range(5)] == [422] * 4 + [302]
    assert enter(client, right).url.startswith("/sign-in/")
    assert client.get("/me/").status_code == 302


def test_tries_of_another_browser_take_none_from_the_owner(client):
    ask(client, KNOWN)
    right = code_for(KNOWN)
    stranger = Client()
    ask(stranger, KNOWN)
    wrong = "000000" if code_for(KNOWN) != "000000" else "111111"

    assert [enter(stranger, wrong).status_code for _ in range(5)] == [422] * 4 + [302]
    assert enter(client, right).url == "/me/"


def test_spaces_in_a_code_are_forgiven(client):
    ask(client, KNOWN)
    code = code_for(KNOWN)

    assert enter(client, f"{code[:3]} {code[3:]}").url == "/me/"


def test_a_fourth_code_within_a_minute_is_refused(client):
    assert [ask(client, KNOWN).status_code for _ in range(4)] == [302, 302, 302, 422]


def test_who_is_refused_another_code_is_shown_to_the_one_that_was_sent(client):
    """Also when it was somebody else who asked for too many."""
    ask(client, KNOWN)
    code = code_for(KNOWN)
    stranger = Client()
    for _ in range(2):
        ask(stranger, KNOWN)

    refused = ask(client, KNOWN, next="/me/record/")

    assert refused.status_code == 422
    assert 'href="/sign-in/code/?next=%2Fme%2Frecord%2F"' in refused.content.decode()
    assert 'href="/sign-in/code/' not in ask(Client(), KNOWN).content.decode()
    assert enter(client, code).url == "/me/"


def test_another_code_is_counted_like_the_first_and_the_one_sent_still_works(client):
    other = Client()
    ask(other, KNOWN)
    ask(client, KNOWN)

    assert another(client).status_code == 302
    code = code_for(KNOWN)
    refused = another(client)

    assert refused.status_code == 422
    assert 'role="alert"' in refused.content.decode()
    assert 'name="code"' in refused.content.decode()
    assert sent_to(KNOWN) == 3
    assert enter(client, code).url == "/me/"


def test_three_browsers_get_no_more_codes_than_one(client):
    browsers = [Client() for _ in range(3)]
    asked = [ask(browser, KNOWN).status_code for browser in browsers]

    assert asked == [302] * 3
    assert [another(browser).status_code for browser in browsers * 2] == [422] * 6
    assert sent_to(KNOWN) == 3


def test_one_machine_cannot_ask_for_codes_of_everybody(client):
    answers = [ask(client, f"+86154999{n:05}").status_code for n in range(32)]
    assert answers[-1] == 422


def test_accounts_whose_code_never_came_back_go_after_a_day(client):
    ask(client, UNKNOWN)
    people = Person.objects.count()

    assert forget_unproven(before=timezone.now() - timedelta(days=1)) == 0
    assert forget_unproven(before=timezone.now() + timedelta(days=1)) == 1

    assert not Account.objects.filter(phone=UNKNOWN).exists()
    assert Person.objects.count() == people - 1


def test_signing_out_needs_a_form(signed_in):
    client = signed_in("demo-worker")
    assert client.get("/sign-out/").status_code == 405
    client.post("/sign-out/")
    assert client.get("/me/").status_code == 302


def test_an_api_key_is_shown_once_and_can_be_revoked(signed_in):
    client = signed_in("demo-worker")
    page = client.post("/me/tokens/", {"label": "my script"}).content.decode()
    secret = re.search(r"lc_[\w-]{30,}", page)[0]
    from learncity.apps.people import queries

    account = queries.account_of(secret)
    assert account.phone == KNOWN
    assert secret not in client.get("/me/profile/").content.decode()

    (token,) = queries.tokens(account.id)
    client.post(f"/me/tokens/{token.id}/revoke/")

    assert queries.account_of(secret) is None
