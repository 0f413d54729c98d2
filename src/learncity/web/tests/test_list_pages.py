"""Lists of courses and classes at a provider's desk: whole way, own rows only, out and in again."""

import csv
import io

import pytest
from django.utils import timezone

from learncity.apps.classes import queries as classes
from learncity.apps.classes.models import CourseClass
from learncity.apps.classes.types import Shown
from learncity.apps.imports import queries, services
from learncity.apps.imports.models import Import
from learncity.apps.imports.types import ImportState
from learncity.apps.organizations import queries as organizations
from learncity.apps.people import queries as people
from learncity.apps.people.factories import make_person
from learncity.apps.roles.factories import make_grant
from learncity.apps.roles.types import Role
from learncity.kernel.ids import uuid7

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
OWN, OTHER = "qiaotou-learning-centre", "lamplight-night-school"
HEAD = "key,course,provider,venue,room,starts,from,until,times,seats\n"
ONE = "one,small-shop-bookkeeping,,qiaotou-centre,203,2031-03-05,18:30,20:00,4,20\n"
CLASHES = "two,small-shop-bookkeeping,,qiaotou-centre,203,2031-03-05,19:00,20:30,4,20\n"
THEIRS = f"six,small-shop-bookkeeping,{OTHER},qiaotou-centre,105,2031-03-05,18:30,20:00,4,20\n"


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.IMPORTS_ROOT = tmp_path / "imports"


@pytest.fixture
def desk(signed_in):
    return signed_in("demo-provider")


@pytest.fixture
def elsewhere(client, city):
    """Somebody who runs classes of another organization."""
    person = make_person(account=True)
    make_grant(person, Role.STAFF, OTHER)
    client.force_login(people.find_account(person))
    return client


def text(answer):
    return answer.content.decode()


def owner(key=OWN):
    return str(organizations.find_organization(key).id)


def send(client, rows, kind="classes", **more):
    said = {"id": str(uuid7()), "kind": kind, "list_name": "Spring", "rows": rows,
            "owner": owner(), **more}  # fmt: skip
    return client.post("/desk/lists/new/", said, **ENGLISH)


def latest():
    return Import.objects.latest("at")


def checked(client, rows, kind="classes", **more):
    """A list that was sent and checked with the columns that it seems to have; its address."""
    answer = send(client, rows, kind, **more)
    assert answer.status_code == 302, text(answer)
    value = queries.find(latest().id)
    theirs = {name: ours for ours, name in value.columns.items()}
    said = {f"c{n}": theirs.get(name, "") for n, name in enumerate(value.header)}
    assert client.post(f"{answer.url}columns/", said, **ENGLISH).status_code == 302
    assert services.run(value.id)
    return answer.url


def applied(client, address):
    assert client.post(f"{address}apply/", **ENGLISH).status_code == 302
    services.run(latest().id)
    return queries.find(latest().id)


def counts(value):
    return value.new, value.changed, value.same, value.wrong, value.clashes


def test_a_term_goes_the_whole_way_and_a_second_time_changes_nothing(desk):
    address = checked(desk, HEAD + ONE + CLASHES + THEIRS)
    assert counts(queries.find(latest().id)) == (2, 0, 0, 1, 1)
    page = text(desk.get(address, **ENGLISH))
    assert "this list may hold classes of its own organization only" in page
    assert "qiaotou-centre/203" in page
    assert CourseClass.objects.filter(key__in=["one", "two"]).count() == 0

    value = applied(desk, address)
    assert (value.state, counts(value)) == (ImportState.DONE, (2, 0, 0, 1, 1))
    assert classes.find_class("one").card.provider_id == organizations.find_organization(OWN).id
    assert classes.find_class("six") is None

    again = checked(desk, HEAD + ONE + CLASHES)
    assert counts(queries.find(latest().id)) == (0, 0, 2, 0, 0)
    page = text(desk.get(again, **ENGLISH))
    assert "importing it changes nothing" in page
    assert "Import now" not in page


def test_what_would_change_is_shown_cell_by_cell_and_fetched_whole(desk):
    applied(desk, checked(desk, HEAD + ONE))
    address = checked(
        desk, HEAD + ONE.replace(",20\n", ",25\n").replace("centre,203", "centre,105")
    )
    page = text(desk.get(address, **ENGLISH))
    assert "What changes" in page
    rows = list(csv.reader(io.StringIO(text(desk.get(f"{address}changes.csv", **ENGLISH)))))
    assert [row[:4] for row in rows[1:]] == [
        ["one", "room", "203", "105"], ["one", "seats", "20", "25"],
    ]  # fmt: skip
    assert desk.get(f"{address}changes.xlsx").status_code == 200
    assert desk.get(f"{address}others.csv").status_code == 404
    clashing = checked(desk, HEAD + CLASHES)
    rows = list(csv.reader(io.StringIO(text(desk.get(f"{clashing}clashes.csv", **ENGLISH)))))
    assert rows[1][0] == "two"


def test_nobody_sees_or_applies_a_list_of_others(desk, elsewhere, signed_in):
    signed_in("demo-provider")
    address = checked(elsewhere, HEAD + ONE)
    person = make_person(account=True)
    make_grant(person, Role.STAFF, OTHER)
    elsewhere.force_login(people.find_account(person))
    for path in (address, f"{address}changes.csv", f"{address}failed.csv"):
        assert elsewhere.get(path).status_code == 403, path
    for path in ("apply", "columns", "remove"):
        assert elsewhere.post(f"{address}{path}/").status_code == 403, path
    assert "Spring" not in text(elsewhere.get("/desk/lists/"))
    assert latest().state == ImportState.CHECKED


def test_nobody_sends_a_list_in_the_name_of_others(desk):
    assert send(desk, HEAD + ONE, owner=owner(OTHER)).status_code == 422
    assert send(desk, "name,key\nx,1\n", kind="people").status_code == 403
    assert Import.objects.count() == 0


def test_the_city_sends_lists_of_everybody(signed_in):
    office = signed_in("demo-operator")
    value = applied(office, checked(office, HEAD + ONE + THEIRS, owner=""))
    assert counts(value) == (2, 0, 0, 0, 0)
    assert value.owner_id is None
    assert signed_in("demo-provider").get(f"/desk/lists/{value.id}/").status_code == 403


def test_the_file_may_call_its_columns_as_the_page_does(desk):
    head = "班的代号,课程的代号,教室,学习点的代号,第一次课的日期,开始时间,结束时间,多少周,座位\n"
    row = "one,small-shop-bookkeeping,203,qiaotou-centre,2031-03-05,18:30,20:00,4,20\n"
    assert counts(applied(desk, checked(desk, head + row))) == (1, 0, 0, 0, 0)


@pytest.mark.parametrize("kind", ["courses", "classes"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_exported_comes_in_unchanged(signed_in, kind, form):
    from django.core.files.uploadedfile import SimpleUploadedFile

    office = signed_in("demo-operator")
    out = office.get(f"/desk/{kind}-list.{form}?state=all")
    file = SimpleUploadedFile(f"list.{form}", out.content)
    checked(office, "", kind, file=file, owner="")
    value = queries.find(latest().id)
    assert counts(value)[:2] == (0, 0)
    assert counts(value)[3:] == (0, 0)
    assert value.same > 20


def test_an_export_holds_ones_own_only(desk):
    out = list(csv.DictReader(io.StringIO(desk.get("/desk/classes-list.csv?state=all").content
                                          .decode("utf-8-sig"))))  # fmt: skip
    assert {row["provider"] for row in out} == {OWN}
    own = {organizations.find_organization(OWN).id}
    at = timezone.now()
    assert len(out) == classes.count_classes(at=at, shown=Shown.ALL, provider_ids=own)


def test_a_missing_column_is_named(desk):
    answer = send(desk, "key,seats\none,2\n")
    said = desk.post(f"{answer.url}columns/", {"c0": "key", "c1": "seats"}, **ENGLISH)
    assert said.status_code == 422
    assert "Key of the course" in text(said)
    # Whose list it is says who provides.
    assert "columns hold this: Key of the provider" not in text(said)
