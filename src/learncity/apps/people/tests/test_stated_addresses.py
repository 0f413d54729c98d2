"""An address of the city's file that somebody else has is a mistake with its line."""

import pytest
from django.utils import timezone

from learncity.apps.initiatives import services
from learncity.apps.people import queries
from learncity.apps.people import services as services_of_people
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import Account, Person
from learncity.apps.people.types import Addresses
from learncity.kernel.acting import COMMAND
from learncity.kernel.blueprint_files import Mistakes

pytestmark = pytest.mark.django_db

HEAD = """learncity: 1
key: land
title: {en: Land}
story: {en: A land}
city: land
help: {phone: "12345", hours: {en: always}, address: {en: here}}
people:
"""
PHONE, EMAIL = "+8615451000001", "Li@Example.org"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "land.yaml"


@pytest.fixture
def state(path):
    """Apply a file that states these people."""

    def apply(*people):
        path.write_text(HEAD + "".join(f"  - {{{said}}}\n" for said in people))
        plan = services.plan(path=path, at=timezone.now())
        services.apply(plan, by=COMMAND, at=timezone.now())

    apply.path = path
    return apply


def take(phone=None, email=None):
    """Somebody signs in with the addresses."""
    Account.objects.filter(person=make_person(account=True)).update(phone=phone, email=email)


def test_an_address_that_another_person_has_is_a_mistake_with_its_line(state):
    take(phone=PHONE)
    take(email=EMAIL.lower())

    with pytest.raises(Mistakes) as wrong:
        state("key: an, name: An", f"key: li, name: Li, phone: '{PHONE}', email: {EMAIL}")

    assert [str(m) for m in wrong.value.found] == [
        f"land.yaml:9: '{PHONE}' already belongs to another person",
        f"land.yaml:9: '{EMAIL.lower()}' already belongs to another person",
    ]


def test_so_is_one_that_another_person_of_the_file_has(state):
    with pytest.raises(Mistakes) as wrong:
        state(
            f"key: li, name: Li, phone: '{PHONE}', email: {EMAIL}",
            f"key: an, name: An, phone: '{PHONE}', email: {EMAIL.upper()}",
        )

    assert [str(m) for m in wrong.value.found] == [
        f"land.yaml:9: '{PHONE}' is already that of 'li'",
        f"land.yaml:9: '{EMAIL.lower()}' is already that of 'li'",
    ]


def test_an_address_moves_to_another_person_in_two_steps(state):
    li, an = "key: li, name: Li, phone: '{}'", "key: an, name: An, phone: '{}'"
    other, third = "+8615451000002", "+8615451000003"
    state(li.format(PHONE), an.format(other))
    with pytest.raises(Mistakes, match="belongs to another person"):
        state(li.format(other), an.format(PHONE))

    state(li.format(third), an.format(other))
    state(li.format(third), an.format(PHONE))

    assert Account.objects.get(phone=PHONE).person.key == "an"


def test_ones_own_address_is_none(state):
    li = f"key: li, name: Li, phone: '{PHONE}', email: {EMAIL}"
    state(li)
    state(li.replace(EMAIL, EMAIL.lower()))

    assert Account.objects.get(phone=PHONE).email == EMAIL.lower()


def test_looking_costs_the_same_however_many_people(state, path, django_assert_max_num_queries):
    lines = [
        f"  - {{key: p{n}, name: P, phone: '+8615451{n:06}', email: p{n}@example.org}}\n"
        for n in range(100)
    ]
    path.write_text(HEAD + "".join(lines))
    with django_assert_max_num_queries(12):
        services.plan(path=path, at=timezone.now())


def test_an_address_that_a_stranger_only_asked_a_code_for_can_be_stated(state):
    """Otherwise anybody could keep a city from applying its file."""
    stranger = services_of_people.account_for(address=Addresses(PHONE, None), language="vi")

    state(f"key: li, name: Li, phone: '{PHONE}'")

    assert Account.objects.get(phone=PHONE).person.key == "li"
    assert not Person.objects.filter(pk=stranger.person_id).exists()


def test_who_loses_their_address_in_the_file_can_no_longer_sign_in(state, client):
    state("key: li, name: Li, email: li@example.org")
    account = Account.objects.get(email="li@example.org")
    secret = services_of_people.issue_token(account_id=account.pk, label="x")
    client.force_login(account)
    assert client.get("/me/").status_code == 200

    state("key: li, name: Li")

    assert client.get("/me/").status_code == 302
    assert queries.account_of(secret) is None
    assert services.plan(path=state.path, at=timezone.now()).steps == []


def test_a_new_address_ends_what_was_signed_in_with_the_old_one(state, client):
    state("key: li, name: Li, email: li@example.org")
    client.force_login(Account.objects.get(email="li@example.org"))

    state("key: li, name: Li, email: li.new@example.org")

    assert client.get("/me/").status_code == 302
    assert Account.objects.get(person__key="li").is_active


def test_nothing_of_the_sort_ends_when_the_address_stays(state, client):
    state("key: li, name: Li, email: li@example.org")
    client.force_login(Account.objects.get(email="li@example.org"))

    state("key: li, name: Li Wei, email: LI@example.org")

    assert client.get("/me/").status_code == 200
