"""Programs that call the API, and something to call it for."""

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from psycopg import sql

from learncity.apps.classes import queries
from learncity.apps.classes import services as classes
from learncity.apps.people import queries as people
from learncity.apps.people import services as people_services
from learncity.apps.people.types import Addresses
from learncity.kernel.acting import SYSTEM
from learncity.rest.limits import FAIR

# A class of the organization whose staff demo-provider is, and one of another.
OWN_CLASS, OTHER_CLASS = "bookkeeping-qiaotou-wed", "baduanjin-guihua-mon"


def key_of(account):
    """A new key of an account."""
    return people_services.issue_token(account_id=account.id, label="test")


class Program(Client):
    """A client that posts nothing unless told, and then JSON; Django's own posts a form."""

    def post(self, path, data="", content_type="application/json", **kwargs):
        return super().post(path, data, content_type, **kwargs)


def program(account):
    """A program that sends a key of the account with everything."""
    return Program(headers={"Authorization": f"Bearer {key_of(account)}"})


def make(class_key, **columns):
    """Make a class be as no service of its room makes it yet: cancelled, over, still open."""
    named = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder()) for name in columns
    )
    change = sql.SQL("UPDATE classes_courseclass SET {} WHERE key = {}")
    with connection.cursor() as cursor:
        cursor.execute(change.format(named, sql.Placeholder()), [*columns.values(), class_key])


def places(class_key):
    """How many people hold a seat in a class."""
    return queries.find_class(class_key).card.seats.taken


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet():
    FAIR.forget()


@pytest.fixture
def as_(account_of):
    """A program of a person of the city: ``as_("demo-worker")``."""
    return lambda key: program(account_of(key))


@pytest.fixture
def worker(as_, city):
    return as_("demo-worker")


@pytest.fixture
def staff(as_, city):
    return as_("demo-provider")


@pytest.fixture
def operator(as_, city):
    return as_("demo-operator")


@pytest.fixture
def nameless(city):
    """A program of somebody who has just signed in for the first time."""
    account = people_services.account_for(
        address=Addresses("+8615477777777", None), language="zh-Hans"
    )
    people_services.prove(account_id=account.pk, at=timezone.now())
    return program(people.find_account(account.person_id))


@pytest.fixture
def open_class(client, city):
    """The key of a class that takes applications now, with seats as asked."""
    keys = [c["key"] for c in client.get("/api/v1/classes?open=true&limit=50").json()["items"]]

    def find(*, seats=10, waiting=10):
        key = keys.pop()
        classes.set_seats(
            class_key=key, seats=seats, waiting_limit=waiting, by=SYSTEM, at=timezone.now()
        )
        return key

    return find


@pytest.fixture
def at_noon(monkeypatch):
    """Noon of the city's day: what is on tonight is still to come, at whatever hour tests run."""
    noon = timezone.localtime().replace(hour=12, minute=0)
    monkeypatch.setattr(timezone, "now", lambda: noon)
