"""An address of the city's file that somebody else has is a mistake with its line."""

import pytest
from django.utils import timezone

from learncity.apps.initiatives import services
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import Account
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
        f"land.yaml:9: '{EMAIL}' already belongs to another person",
    ]


def test_so_is_one_that_another_person_of_the_file_has(state):
    with pytest.raises(Mistakes) as wrong:
        state(
            f"key: li, name: Li, phone: '{PHONE}', email: {EMAIL}",
            f"key: an, name: An, phone: '{PHONE}', email: {EMAIL.upper()}",
        )

    assert [str(m) for m in wrong.value.found] == [
        f"land.yaml:9: '{PHONE}' is already that of 'li'",
        f"land.yaml:9: '{EMAIL.upper()}' is already that of 'li'",
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
