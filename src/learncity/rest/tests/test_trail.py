"""The audit trail through the API: operators only, part by part."""

import pytest

from learncity.apps.people.factories import make_person
from learncity.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db


def note(action="people.person_read", subject="people"):
    return AuditEntry.objects.create(via="COMMAND", action=action, subject=subject)


def test_it_is_read_part_by_part(operator):
    made = [note("test.read").id for _ in range(5)]
    seen, url = [], "/api/v1/office/trail?action=test.read&limit=2"
    while url:
        found = operator.get(url).json()
        seen += [item["id"] for item in found["items"]]
        url = found["next"]

    assert seen == [str(pk) for pk in reversed(made)]


def test_it_is_sifted(operator):
    person = make_person()
    note("test.read", f"person {person}")
    note("test.read")

    found = operator.get(f"/api/v1/office/trail?person_id={person}").json()
    assert [item["subject"] for item in found["items"]] == [f"person {person}"]
    assert found["items"][0]["actor_id"] is None
    assert AuditEntry.objects.order_by("-at", "-id")[0].detail == {"how": "TRAIL"}
    assert not operator.get("/api/v1/office/trail?action=test.read&last_day=2020-01-01").json()[
        "items"
    ]


def test_the_first_and_the_last_day_that_there_are_hold_everything(operator):
    note("test.read")
    days = "first_day=0001-01-01&last_day=9999-12-31"
    assert operator.get(f"/api/v1/office/trail?action=test.read&{days}").json()["items"]


@pytest.mark.parametrize("said", ["action=%00", "first_day=2026-13-01"])
def test_what_cannot_be_is_refused(operator, said):
    assert operator.get(f"/api/v1/office/trail?{said}").status_code == 422


@pytest.mark.parametrize(
    "cursor",
    [
        "AAAA",
        "WyJ0cmFpbCIsInh4Il0",
        "WyJ0cmFpbCIsIjAxYTIwM2QwLWI2NGMtNzZjOS1iYzUzLWY3YTk4MDgxYWIxNiJd",
    ],
)
def test_a_cursor_of_no_list_is_refused(operator, cursor):
    assert operator.get(f"/api/v1/office/trail?cursor={cursor}").status_code == 422
