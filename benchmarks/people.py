"""People and classes to measure with, beside the demo city.

Made with the rooms' factories, and multiplied by bulk inserts of the same tables, because thousands
are needed in seconds.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from importlib import import_module
from itertools import count
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from learncity.apps.classes.factories import make_class
from learncity.apps.classes.models import CourseClass, Session
from learncity.apps.people import queries
from learncity.apps.people.models import Account, Person, Token
from learncity.kernel.words import name_words, sort_key

from .numbers import class_id, person_id, token

# Everybody may apply once in a class; so many can race for one class.
PERSONS = 60_000
# So many of them have an account, a token and a browser that is signed in.
ACCOUNTS = 2_000
_classes = count(1)


@dataclass(frozen=True, slots=True)
class Classes:
    """Some classes in a row."""

    first: int
    keys: list[str]


def make_people() -> None:
    """Make the persons, and accounts and tokens for the first of them."""
    name = "测试"
    Person.objects.bulk_create(
        (
            Person(
                id=person_id(n),
                name=f"{name} {n}",
                name_order=sort_key(name),
                name_words=name_words(f"{name} {n}"),
            )
            for n in range(PERSONS)
        ),
        batch_size=4000,
    )
    now = timezone.now()
    accounts = Account.objects.bulk_create(
        [
            Account(
                person_id=person_id(n), phone=f"+86154{60_000_000 + n}", verified_at=now,
                password="!",
            )
            for n in range(ACCOUNTS)
        ],
        batch_size=2000,
    )  # fmt: skip
    Token.objects.bulk_create(
        Token(account=a, label="bench", digest=sha256(token(n).encode()).hexdigest())
        for n, a in enumerate(accounts)
    )


def sign_in(person: UUID) -> str:
    """The cookie of a browser in which the person has signed in."""
    account = queries.find_account(person)
    assert account is not None
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def make_classes(number: int, *, seats: int, waiting: int = 0) -> Classes:
    """Classes that are open now."""
    made = CourseClass.objects.get(key=make_class(seats=seats, waiting=waiting))
    meetings = list(Session.objects.filter(course_class=made))
    first = next(_classes)
    numbers = [first, *(next(_classes) for _ in range(number - 1))]
    now = timezone.now()
    keys = [f"bench-{n}" for n in numbers]
    for n, key in zip(numbers, keys, strict=True):
        made.pk, made.key, made._state.adding = class_id(n), key, True
        made.opens_at, made.closes_at = None, now + timedelta(days=30)
        made.save(force_insert=True)
        for meeting in meetings:
            meeting.pk, meeting.course_class_id = Session._meta.pk.get_default(), made.pk
        Session.objects.bulk_create(meetings)
    return Classes(first, keys)


def pairs(classes: Classes, number: int) -> list[tuple[str, int]]:
    """Class and person of so many applications, each pair once, the classes taking turns."""
    width = len(classes.keys)
    return [(classes.keys[k % width], k // width) for k in range(number)]
