"""A program of the office sees what is astray and says where it lies."""

import pytest
from django.utils import timezone

from learncity.apps.organizations.factories import make_organization
from learncity.apps.organizations.models import Covered
from learncity.apps.places.factories import make_reform
from learncity.apps.places.types import Line, PlaceKind
from learncity.kernel.models import AuditEntry
from learncity.kernel.texts import Text

ASTRAY = "/api/v1/office/astray"


@pytest.fixture
def strayed(city):
    found = make_organization("strayed", place="huqiu")
    parts = [
        Line(1, "320505", "320505"),
        Line(2, "320505", "320599", None, Text(en="New"), PlaceKind.DISTRICT, "320500"),
    ]
    make_reform(*parts, key="west", effective=timezone.localdate(), country="CN")
    return found


def items(operator):
    return {item["id"]: item for item in operator.get(ASTRAY).json()["items"]}


def lay(operator, organization, **said):
    body = {"chosen": [{"thing": "SEAT", "id": str(organization.id)}], "places": ["huqiu"]} | said
    return operator.post(ASTRAY, body)


def test_what_is_astray_is_listed_with_its_candidates(operator, strayed):
    item = items(operator)[str(strayed.id)]

    assert (item["thing"], item["key"], item["region"]["key"]) == ("SEAT", "strayed", "huqiu")
    assert [since["reform"] for since in item["since"]] == ["west"]
    assert [place["key"] for place in item["candidates"]] == ["huqiu", "cn-320599"]
    assert item["has_ended"] is False


def test_it_is_said_once_where_it_lies(operator, strayed):
    assert lay(operator, strayed, places=["cn-320599"]).json() == {"laid": 1}
    assert lay(operator, strayed, places=["cn-320599"]).json() == {"laid": 0}

    assert str(strayed.id) not in items(operator)
    entry = AuditEntry.objects.get(action="organizations.laid")
    assert (entry.via, entry.subject) == ("API", "organization strayed")


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"places": ["gusu"]}, 409, "not_an_heir"),
        ({"places": ["nowhere"]}, 409, "place_not_found"),
        ({"chosen": []}, 422, "invalid"),
        ({"reason": "BECAUSE"}, 422, "invalid"),
    ],
)
def test_what_cannot_be_is_refused(operator, strayed, said, status, code):
    answer = lay(operator, strayed, **said)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert str(strayed.id) in items(operator)


def test_what_somebody_said_meanwhile_is_not_overwritten(operator, strayed):
    lay(operator, strayed, places=["cn-320599"])

    assert lay(operator, strayed).json()["code"] == "lies_already"
    assert lay(operator, strayed, places=["gusu"], reason="MOVED").json()["code"] == "lies_already"


@pytest.fixture
def covered(strayed):
    """The id of what it covers: Huqiu, said before it was divided."""
    row = Covered.objects.create(organization=strayed, place=strayed.place)
    Covered.objects.filter(pk=row.pk).update(placed_at=strayed.placed_at)
    return row.pk


def cover(operator, pk, **said):
    return operator.post(ASTRAY, {"chosen": [{"thing": "COVERAGE", "id": str(pk)}]} | said)


def test_what_is_covered_is_listed_and_goes_on_in_several_regions(operator, strayed, covered):
    item = items(operator)[str(covered)]
    assert (item["thing"], item["key"], item["region"]["key"]) == ("COVERAGE", "strayed", "huqiu")
    assert [place["key"] for place in item["candidates"]] == ["huqiu", "cn-320599"]

    assert cover(operator, covered, places=["huqiu", "cn-320599"]).json() == {"laid": 1}
    assert cover(operator, covered, places=["huqiu", "cn-320599"]).json() == {"laid": 0}
    assert cover(operator, covered, places=[]).json()["code"] == "lies_already"

    rows = Covered.objects.filter(organization=strayed).order_by("place__code")
    today = timezone.localdate()
    assert list(rows.values_list("place__key", "since", "until")) == [
        ("huqiu", None, None), ("cn-320599", today, None),
    ]  # fmt: skip
    entry = AuditEntry.objects.get(action="organizations.laid")
    assert (entry.via, entry.subject) == ("API", "coverage strayed huqiu")


def test_what_is_covered_may_end_with_its_region(operator, covered):
    assert cover(operator, covered, places=[]).json() == {"laid": 1}
    assert Covered.objects.get(pk=covered).until == timezone.localdate()


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"places": ["gusu"]}, 409, "not_an_heir"),
        ({"places": ["huqiu", "nowhere"]}, 409, "place_not_found"),
        ({}, 422, "invalid"),
    ],
)
def test_what_cannot_be_covered_is_refused(operator, covered, said, status, code):
    answer = cover(operator, covered, **said)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert str(covered) in items(operator)


def test_a_seat_lies_in_one_region(operator, strayed):
    chosen = [{"thing": "SEAT", "id": str(strayed.id)}]
    for said in ([], ["huqiu", "cn-320599"]):
        answer = operator.post(ASTRAY, {"chosen": chosen, "places": said})
        assert (answer.status_code, answer.json()["code"]) == (409, "one_region")
