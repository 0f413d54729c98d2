"""Figures at the desk: the same sum on three maps, and what cannot be known is said."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from learncity.apps.classes import services
from learncity.apps.classes.models import CourseClass, Enrolment
from learncity.apps.organizations.models import Organization
from learncity.apps.people.factories import make_person
from learncity.apps.places.factories import make_reform
from learncity.apps.places.models import Place, Version
from learncity.apps.places.types import Line, PlaceKind
from learncity.kernel import outbox
from learncity.kernel.acting import By, Via
from learncity.kernel.dated import begin_of
from learncity.kernel.texts import Text
from learncity.web import pagecache

pytestmark = pytest.mark.django_db
FIGURES = "/desk/figures/"
DAY = date(2026, 3, 1)
BEFORE, AFTER = date(2026, 2, 10), date(2026, 4, 10)
MAPS = ["", "?view=AS_IT_WAS", "?view=ON_A_DAY&on=2026-02-01", "?view=TODAY"]


def take(region, day, n):
    """Places taken on a day in a class that lies in a region."""
    at = begin_of(day)
    (held,) = CourseClass.objects.filter(
        cancelled_at=None, seats_taken=0, closes_at__gt=timezone.now()
    ).order_by("key")[:1]
    CourseClass.objects.filter(pk=held.pk).update(
        place=Place.objects.get(key=region), seats=99, ends_at=timezone.now() + timedelta(days=99)
    )
    for _ in range(n):
        person = make_person()
        services.apply(class_key=held.key, person_id=person, by=By(person, Via.WEB),
                       at=timezone.now())  # fmt: skip
    Enrolment.objects.filter(course_class=held).update(applied_at=at)
    CourseClass.objects.filter(pk=held.pk).update(starts_at=at, ends_at=timezone.now())
    return held


@pytest.fixture
def desk(signed_in):
    client = signed_in("demo-operator")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    Enrolment.objects.filter(state="ENROLLED").delete()
    return client


@pytest.fixture
def counted(desk):
    """Five places in Xiangcheng, which joined Gusu; four in Huqiu, which was divided; one later."""
    take("xiangcheng", BEFORE, 5)
    take("huqiu", BEFORE, 4)
    lines = [
        Line(1, "320507", "320508"),
        Line(2, "320505", "320505"),
        Line(3, "320505", "320599", None, Text(en="New District"), PlaceKind.DISTRICT, "320500"),
    ]
    make_reform(*lines, key="west", effective=DAY, country="CN")
    take("gusu", AFTER, 1)
    return desk


def rows(client, query=""):
    found = client.get(FIGURES + query).context["rows"]
    return {(r["cells"][0], r["cells"][1]["text"]): r["cells"][2]["text"] for r in found}


def sheet(client, query):
    text = client.get(f"{FIGURES}{query}{'&' if query else '?'}as=csv").content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_as_it_was_each_place_counts_in_the_region_of_its_day(counted):
    assert rows(counted, "?view=AS_IT_WAS") == {
        ("Gusu District", "April 2026"): "1",
        ("Xiangcheng District", "February 2026"): "5",
        ("Huqiu District", "February 2026"): "4",
    }
    assert "What cannot be known" not in counted.get(f"{FIGURES}?view=AS_IT_WAS").content.decode()


def test_on_today_s_map_what_joined_is_with_its_heir_and_a_split_cannot_be_known(counted):
    assert rows(counted) == {
        ("Gusu District", "April 2026"): "1",
        ("Gusu District", "February 2026"): "5",
        ("Huqiu District", "February 2026"): "0 to 4",
        ("New District", "February 2026"): "0 to 4",
    }
    page = counted.get(FIGURES)
    assert page.context["sentence"] == (
        "10 places taken; 4 of them cannot be given to one region and count once."
    )
    assert "4 were counted in Huqiu District, which was divided since." in page.content.decode()
    assert dict(page.context["chart"])["Cannot be known"] == 4


def test_the_chart_keeps_two_regions_of_one_name_apart(counted):
    before = counted.get(f"{FIGURES}?view=AS_IT_WAS").context["chart"]
    Version.objects.filter(place__key__in=["xiangcheng", "huqiu"]).update(name={"en": "Same"})
    after = counted.get(f"{FIGURES}?view=AS_IT_WAS").context["chart"]
    assert sorted(value for _name, value in before) == [1, 4, 5]
    assert [row for row in after if row[0] == "Same"] == [("Same", 5), ("Same", 4)]


def test_on_an_earlier_map_what_was_counted_after_a_merger_cannot_be_known(counted):
    assert rows(counted, "?on=2026-02-01") == {
        ("Gusu District", "April 2026"): "0 to 1",
        ("Xiangcheng District", "April 2026"): "0 to 1",
        ("Xiangcheng District", "February 2026"): "5",
        ("Huqiu District", "February 2026"): "4",
    }
    text = counted.get(f"{FIGURES}?on=2026-02-01").content.decode()
    assert "1 were counted in Gusu District, which was put together later." in text


@pytest.mark.parametrize("query", MAPS)
def test_the_sum_is_the_same_on_every_map_page_sheet_and_api(counted, query):
    assert counted.get(FIGURES + query).context["sentence"].startswith("10 places taken")
    assert sum(value for _name, value in counted.get(FIGURES + query).context["chart"]) == 10
    assert sum(float(row[2]) for row in sheet(counted, query)[1:]) == 10
    api = counted.get(f"/api/v1/desk/figures{query}").json()
    assert sum(i["least"] for i in api["places_taken"]) + sum(
        u["count"] for u in api["unsure"]
    ) == 10  # fmt: skip


def test_the_api_says_between_which_regions_it_lies(counted):
    api = counted.get("/api/v1/desk/figures").json()

    (unsure,) = api["unsure"]
    assert [place["key"] for place in unsure["among"]] == ["cn-320599", "huqiu"]
    assert [place["key"] for place in unsure["counted_in"]] == ["huqiu"]
    assert (unsure["month"], unsure["count"], unsure["is_divided"]) == ("2026-02", 4, True)
    huqiu = next(i for i in api["places_taken"] if i["place"]["key"] == "huqiu")
    assert (huqiu["count"], huqiu["least"], huqiu["most"]) == (0, 0, 4)
    assert api["view"] == "TODAY"
    was = counted.get("/api/v1/desk/figures?view=AS_IT_WAS").json()
    assert (was["on"], was["unsure"]) == (None, [])


def test_the_sheet_says_why(counted):
    reasons = {row[0]: row[4] for row in sheet(counted, "")[1:]}

    assert reasons["one of: Huqiu District, New District"].startswith("4 were counted in Huqiu")
    assert reasons["Gusu District"] == ""


def test_a_class_that_went_along_with_a_reform_counts_as_it_was_where_it_was(desk):
    """It lies in Gusu today; when the places were taken it lay in Xiangcheng."""
    held = take("xiangcheng", BEFORE, 3)
    CourseClass.objects.filter(pk=held.pk).update(ends_at=timezone.now() + timedelta(days=9))
    make_reform(
        Line(1, "320507", "320598", None, Text(en="Renamed"), PlaceKind.DISTRICT, "320500"),
        Line(2, "320508", "320598"),
        key="join", effective=DAY, country="CN",
    )  # fmt: skip
    outbox.dispatch(at=timezone.now())
    assert CourseClass.objects.get(pk=held.pk).place.code == "320598"

    # Gusu or Xiangcheng: the class keeps no trace of where it lay, and both became one.
    assert rows(desk, "?view=AS_IT_WAS") == {
        ("Gusu District", "February 2026"): "0 to 3",
        ("Xiangcheng District", "February 2026"): "0 to 3",
    }
    assert desk.get(f"{FIGURES}?view=AS_IT_WAS").context["sentence"].startswith("3 places")
    assert rows(desk) == {("Renamed", "February 2026"): "3"}


def test_a_region_is_called_as_it_was_called_then(desk):
    take("huqiu", BEFORE, 2)
    make_reform(
        Line(1, "320505", "320505", None, Text(en="Tiger Hill")), key="name", effective=DAY,
        country="CN",
    )  # fmt: skip

    assert list(rows(desk, "?view=AS_IT_WAS")) == [("Huqiu District", "February 2026")]
    assert list(rows(desk, "?on=2026-02-01")) == [("Huqiu District", "February 2026")]
    assert list(rows(desk)) == [("Tiger Hill", "February 2026")]


def test_staff_see_the_figures_of_their_own_classes_on_every_map(counted, client, account_of):
    other = Organization.objects.get(key="qiaotou-learning-centre")
    CourseClass.objects.filter(place__key="huqiu", seats_taken=4).update(provider=other)
    client.force_login(account_of("demo-provider"))

    assert rows(client, "?view=AS_IT_WAS") == {("Huqiu District", "February 2026"): "4"}
    assert rows(client) == {
        ("Huqiu District", "February 2026"): "0 to 4",
        ("New District", "February 2026"): "0 to 4",
    }


@pytest.mark.parametrize(
    "query", ["?view=x&on=y", "?view=ON_A_DAY", "?on=2026-99-99", "?on=0001-01-01"]
)
def test_nonsense_in_the_address_is_some_map(counted, query):
    assert counted.get(FIGURES + query).status_code == 200


@pytest.mark.parametrize("query", MAPS)
def test_a_map_costs_nine_queries_however_much_was_counted(counted, query):
    def cost():
        counted.get(FIGURES + query)
        pagecache.forget()
        with CaptureQueriesContext(connection) as asked:
            counted.get(FIGURES + query)
        return len(asked)

    before = cost()
    take("fengqiao", BEFORE - timedelta(days=90), 3)
    assert cost() == before == 9
