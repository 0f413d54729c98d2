"""Whoever searches too fast waits; a person, and a school behind one address, never notices."""

import pytest
from django.test import RequestFactory

from learncity.kernel.turns import stranger
from learncity.web import pagecache
from learncity.web.turns import SEARCHED

pytestmark = pytest.mark.django_db
LISTS = [
    "/find/?q={}", "/categories/hobbies/?q={}", "/subjects/crafts/?page={}", "/compare/?course={}"
]  # fmt: skip


@pytest.fixture(autouse=True)
def _turns(monkeypatch, city):
    """Three, so slow that none comes back while a test runs."""
    monkeypatch.setattr(SEARCHED, "burst", 3)
    monkeypatch.setattr(SEARCHED, "rate", 0.01)
    SEARCHED.forget()
    pagecache.forget()
    yield
    SEARCHED.forget()


@pytest.fixture
def ask(client):
    def ask(n, path=LISTS[0], address="9.9.9.9"):
        return client.get(path.format(n), REMOTE_ADDR=address, HTTP_ACCEPT_LANGUAGE="en")

    return ask


@pytest.mark.parametrize("path", LISTS)
def test_whoever_searches_too_fast_is_told_to_wait(ask, path):
    answers = [ask(n + 1, path) for n in range(4)]

    assert [a.status_code for a in answers][1:] == [answers[0].status_code] * 2 + [429]
    assert answers[-1].headers["Retry-After"] == "100"
    assert "Too many searches at once" in answers[-1].content.decode()
    assert ask(1, path, "8.8.8.8").status_code != 429


def test_what_is_answered_from_memory_takes_no_turn(ask):
    assert [ask(1, "/categories/hobbies/").status_code for _ in range(20)] == [200] * 20


def test_other_pages_are_there_all_the_same(ask):
    for n in range(4):
        ask(n)

    assert ask(0, "/").status_code == 200
    assert ask(0, "/courses/small-shop-bookkeeping/").status_code == 200


def test_whoever_signed_in_is_counted_alone(ask, signed_in):
    for n in range(4):
        ask(n)

    worker = signed_in("demo-worker")
    statuses = [worker.get(f"/find/?q={n}", REMOTE_ADDR="9.9.9.9").status_code for n in range(4)]
    assert statuses == [200, 200, 200, 429]


def test_a_connection_with_many_addresses_is_one():
    def name(address):
        return stranger(RequestFactory().get("/", REMOTE_ADDR=address))

    assert name("2001:db8:1:2::1") == name("2001:db8:1:2:ffff::9") != name("2001:db8:1:3::1")
    assert name("9.9.9.9") != name("9.9.9.8")
    assert name("::1") is None
    assert name("unknown") == "address unknown"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("::ffff:192.0.2.7", "address 192.0.2.7"),
        ("::ffff:192.0.2.8", "address 192.0.2.8"),
        ("::ffff:127.0.0.1", None),
        ("::1", None),
    ],
)
def test_ipv4_written_as_ipv6_is_ipv4(address, name):
    assert stranger(RequestFactory().get("/", REMOTE_ADDR=address)) == name
