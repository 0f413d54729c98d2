"""A passkey opens its own account, on our own pages, for the question that was asked."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from learncity.apps.people import queries as people
from learncity.apps.people.factories import make_person
from learncity.apps.security import queries, rules, services
from learncity.apps.security.factories import SoftwareKey
from learncity.apps.security.models import Passkey
from learncity.apps.security.types import PasskeyRefused

pytestmark = pytest.mark.django_db
ORIGIN, HOST = "https://learn.example.org", "learn.example.org"


@pytest.fixture(autouse=True)
def _named(settings):
    settings.BASE_URL = ORIGIN


def account():
    return people.find_account(make_person(account=True))


def with_passkey(pk, **more):
    key = SoftwareKey(**{"host": HOST, "origin": ORIGIN, **more})
    asked = services.ask_new_passkey(account_id=pk, label="x")
    services.add_passkey(
        account_id=pk, state=asked.state, answer=key.make(asked.options), label="on my ring",
        this=None, at=timezone.now(),
    )  # fmt: skip
    return key


def show(pk, key, options=None, state=None):
    asked = services.ask_passkey(account_id=pk)
    services.use_passkey(
        account_id=pk, state=state or asked.state, answer=key.show(options or asked.options),
        at=timezone.now(),
    )  # fmt: skip


def test_a_passkey_that_was_made_opens():
    mine = account()
    key = with_passkey(mine.pk)

    show(mine.pk, key)
    show(mine.pk, key)

    (kept,) = queries.factors(mine.pk).passkeys
    assert (kept.label, kept.used_at is not None) == ("on my ring", True)


def test_the_first_passkey_brings_recovery_codes_and_the_second_none():
    mine = account()
    with_passkey(mine.pk)
    before = queries.factors(mine.pk)
    with_passkey(mine.pk)
    after = queries.factors(mine.pk)

    assert (before.recovery_left, after.recovery_left, len(after.passkeys)) == (10, 10, 2)


@pytest.mark.parametrize(
    "elsewhere", [{"host": "evil.example"}, {"origin": "https://evil.example"},
                  {"origin": "https://learn.example.org:8443"},
                  {"origin": "https://sub.learn.example.org"}],
)  # fmt: skip
def test_a_passkey_of_another_site_is_refused(elsewhere):
    mine = account()

    with pytest.raises(PasskeyRefused):
        with_passkey(mine.pk, **elsewhere)

    assert not queries.factors(mine.pk).is_set_up


def test_what_another_site_had_signed_opens_nothing():
    mine = account()
    key = with_passkey(mine.pk)
    key.origin = "https://evil.example"

    with pytest.raises(PasskeyRefused):
        show(mine.pk, key)


def test_the_passkey_of_another_opens_nothing():
    mine, other = account(), account()
    with_passkey(mine.pk)
    theirs = with_passkey(other.pk)

    with pytest.raises(PasskeyRefused):
        show(mine.pk, theirs)


def test_a_signature_by_another_key_opens_nothing():
    mine = account()
    key = with_passkey(mine.pk)
    forged = SoftwareKey(host=HOST, origin=ORIGIN, credential_id=key.credential_id, counter=5)

    with pytest.raises(PasskeyRefused):
        show(mine.pk, forged)


def test_an_answer_to_an_earlier_question_opens_nothing():
    mine = account()
    key = with_passkey(mine.pk)
    earlier = services.ask_passkey(account_id=mine.pk)

    with pytest.raises(PasskeyRefused):
        show(mine.pk, key, options=earlier.options)


def test_a_copy_whose_counter_runs_backwards_is_refused():
    mine = account()
    key = with_passkey(mine.pk)
    show(mine.pk, key)
    show(mine.pk, key)
    key.counter = 0

    with pytest.raises(PasskeyRefused):
        show(mine.pk, key)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"id": 1},
        {"rawId": "x", "response": {}},
        {
            "id": "a",
            "rawId": "!!",
            "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"},
            "type": "public-key",
        },
    ],
)
def test_nonsense_is_refused(answer):
    mine = account()
    with_passkey(mine.pk)
    made, asked = (
        services.ask_new_passkey(account_id=mine.pk, label="x"),
        services.ask_passkey(account_id=mine.pk),
    )

    with pytest.raises(PasskeyRefused):
        services.use_passkey(
            account_id=mine.pk, state=asked.state, answer=answer, at=timezone.now()
        )
    with pytest.raises(PasskeyRefused):
        services.add_passkey(
            account_id=mine.pk, state=made.state, answer=answer, label="", this=None,
            at=timezone.now(),
        )  # fmt: skip


def test_a_passkey_belongs_to_one_account():
    mine, other = account(), account()
    key = with_passkey(mine.pk)
    asked = services.ask_new_passkey(account_id=other.pk, label="x")

    with pytest.raises(PasskeyRefused):
        services.add_passkey(
            account_id=other.pk, state=asked.state, answer=key.make(asked.options), label="",
            this=None, at=timezone.now(),
        )  # fmt: skip
    kept = Passkey.objects.get(account=mine)
    with pytest.raises(IntegrityError, match="credential_id"), transaction.atomic():
        Passkey.objects.create(
            account=other, credential_id=kept.credential_id, credential=kept.credential
        )


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://learn.example.org", "learn.example.org"),
        ("http://learn.example.org", ""),
        ("http://localhost:8000", "localhost"),
        ("http://127.0.0.1:8000", ""),
        ("https://[::1]", ""),
    ],
)
def test_passkeys_are_offered_where_browsers_make_them(address, host):
    assert rules.passkey_host(address) == host
