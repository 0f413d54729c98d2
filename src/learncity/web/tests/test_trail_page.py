"""Operators read what was done: all of it, of one kind, of some days, of one person."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from learncity.apps.people import services
from learncity.apps.people.factories import make_person
from learncity.apps.people.types import MergeReason
from learncity.kernel import audit
from learncity.kernel.acting import COMMAND, By, Via
from learncity.kernel.ids import uuid7
from learncity.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
PAGE = "/operate/trail/"


@pytest.fixture
def office(signed_in):
    client = signed_in("demo-operator")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def note(action="people.person_read", subject="people", *, days_ago=0, by=COMMAND):
    return AuditEntry.objects.create(
        actor_id=by.person_id, via=by.via, action=action, subject=subject,
        at=timezone.now() - timedelta(days=days_ago),
    )  # fmt: skip


def what(response):
    return [str(row["cells"][2]["text"]) for row in response.context["rows"]]


def test_all_of_it_is_read_part_by_part_and_nothing_twice(office):
    at = timezone.now() - timedelta(days=1)
    # Many at one moment, as a long list writes them.
    AuditEntry.objects.bulk_create(
        AuditEntry(via=Via.COMMAND, action=f"test.{n}", subject="test", at=at) for n in range(120)
    )
    seen, query = [], ""
    while query or not seen:
        response = office.get(PAGE + query)
        seen += what(response)
        query = response.context["next_url"]
        if not query:
            break

    ours = [action for action in seen if action.startswith("test.")]
    assert len(ours) == len(set(ours)) == 120
    assert len(seen) == AuditEntry.objects.count()


def test_of_one_kind_and_of_some_days(office):
    note("people.merged", days_ago=10)
    note("people.merged", days_ago=3)
    note("people.unmerged", days_ago=3)
    day = (timezone.localdate() - timedelta(days=3)).isoformat()

    assert what(office.get(f"{PAGE}?action=people.merged")) == ["Merged two records"] * 2
    assert what(office.get(f"{PAGE}?action=people.merged&first={day}&last={day}")) == [
        "Merged two records"
    ]
    assert what(office.get(f"{PAGE}?first={day}&last={day}")).count("Separated two records") == 1


def test_a_day_that_is_none_is_said_and_shows_no_less(office):
    response = office.get(f"{PAGE}?first=2026-13-40")

    assert response.status_code == 422
    assert "Enter a valid date" in response.content.decode()
    assert response.context["rows"]
    for said in ("first=2026-13-40", "action=people.eaten", "last=9999-12-31"):
        assert office.get(f"{PAGE}?{said}").status_code == 422
        assert office.get(f"/operate/trail.csv?{said}").url == f"{PAGE}?{said}"
    assert office.get(f"{PAGE}?after={uuid7()}").status_code == 404
    assert office.get(f"{PAGE}?after=x").status_code == 404
    assert office.get(f"/operate/people/{uuid7()}/trail.csv").status_code == 404
    assert not AuditEntry.objects.filter(action="kernel.trail_fetched").exists()


def test_of_one_person_what_they_did_and_what_was_done_with_theirs(office):
    person, other = make_person("Lin Xiu"), make_person()
    services.merge(
        keep=person, other=other, reason=MergeReason.SAME_DOCUMENT, by=By(uuid7(), Via.DESK),
        at=timezone.now(),
    )  # fmt: skip
    note("people.searched", "people", by=By(person, Via.WEB))
    note("people.person_read", f"person {other}")
    note("people.person_read", f"person {uuid7()}")

    response = office.get(f"/operate/people/{person}/trail/")

    assert sorted(what(response)) == [
        "Looked at a person", "Merged two records", "Merged two records", "Searched for people",
    ]  # fmt: skip
    assert "Lin Xiu" in response.content.decode()
    assert office.get(f"/operate/people/{uuid7()}/trail/").status_code == 404
    assert audit.latest(1)[0].detail == {"how": "TRAIL"}
    services.unmerge(keep=person, other=other, by=By(uuid7(), Via.DESK), at=timezone.now())
    apart = what(office.get(f"/operate/people/{other}/trail/"))
    assert {"Merged two records", "Separated two records"} <= set(apart)
    assert f"/operate/people/{person}/trail/" in office.get(
        f"/operate/people/{person}/"
    ).content.decode()  # fmt: skip


def test_a_download_holds_what_is_shown_and_is_written_down(office):
    note("people.merged", days_ago=10)

    sheet = office.get("/operate/trail.csv?action=people.merged").content.decode("utf-8-sig")

    lines = list(csv.reader(io.StringIO(sheet)))
    assert [line[2] for line in lines] == ["What", "Merged two records"]
    entry = audit.latest(1)[0]
    assert (entry.action, entry.detail) == ("kernel.trail_fetched", {"rows": 1})
    assert office.get("/operate/trail.xlsx").headers["Content-Type"].endswith("sheet")
    assert office.get("/operate/trail.pdf").status_code == 404


def test_a_longer_trail_costs_no_more(office):
    def count():
        with CaptureQueriesContext(connection) as asked:
            assert office.get(PAGE).status_code == 200
        return len(asked)

    office.get(PAGE)
    note(by=By(make_person(), Via.DESK))
    before = count()
    for _ in range(60):
        person = make_person("Somebody")
        note("people.person_read", f"person {person}", by=By(person, Via.DESK))

    assert count() == before


@pytest.mark.parametrize("who", ["demo-worker", "demo-provider", "demo-officer", None])
def test_nobody_but_an_operator_reads_it(client, account_of, who):
    if who:
        client.force_login(account_of(who))
    person = make_person()
    for path in (PAGE, "/operate/trail.csv", f"/operate/people/{person}/trail/",
                 f"/operate/people/{person}/trail.csv"):  # fmt: skip
        assert client.get(path).status_code == (403 if who else 302)
