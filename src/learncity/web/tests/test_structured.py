"""Courses and classes in the words of schema.org: complete, in the reader's words, harmless."""

import json
import re
from datetime import datetime, timedelta

import pytest
from django.utils import translation
from django.utils.dateparse import parse_duration

from learncity.apps.catalogue.models import Course
from learncity.apps.classes.models import CourseClass
from learncity.web.exchange import schema_org

COURSE, CLASS = "small-shop-bookkeeping", "bookkeeping-qiaotou-wed"
PAGES = [f"/courses/{COURSE}/", f"/classes/{CLASS}/"]
DATA = [f"/courses/{COURSE}.jsonld", f"/classes/{CLASS}.jsonld"]
IRI = "https://schema.org/"

# Google's 'Course info' (developers.google.com/search/docs/appearance/structured-data/course-info)
# and the expected types of schema.org: property to what must be true of its value.
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
RULES = {
    "Course": {
        "name": lambda v: bool(v),
        "description": lambda v: bool(v),
        "provider": lambda v: v["@type"] == "Organization" and v["name"],
        "offers": lambda v: all(o["@type"] == "Offer" for o in v),
        "hasCourseInstance": lambda v: all(i["@type"] == "CourseInstance" for i in v),
    },
    "CourseInstance": {
        "courseMode": lambda v: v in ("Online", "Onsite", "Blended"),
        "courseWorkload": lambda v: parse_duration(v) > timedelta(),
        "startDate": ISO.fullmatch,
        "endDate": ISO.fullmatch,
        "location": lambda v: all(p["@type"] in ("Place", "VirtualLocation") for p in v),
        "eventStatus": lambda v: v in (f"{IRI}EventScheduled", f"{IRI}EventCancelled"),
    },
    "Schedule": {
        "repeatFrequency": lambda v: v in ("Daily", "Weekly", "Monthly", "Yearly"),
        "repeatCount": lambda v: v > 0,
        "duration": lambda v: parse_duration(v) > timedelta(),
        "startDate": datetime.fromisoformat,
        "endDate": datetime.fromisoformat,
    },
    "Offer": {
        "category": lambda v: v in ("Free", "Paid", "Partially Free", "Subscription"),
        "price": lambda v: re.fullmatch(r"\d+(\.\d+)?", v),
        "priceCurrency": lambda v: re.fullmatch("[A-Z]{3}", v),
    },
    "Place": {"name": lambda v: bool(v), "url": lambda v: v.startswith("http")},
    "GeoCoordinates": {"latitude": lambda v: -90 <= v <= 90, "longitude": lambda v: v},
}


def things(value):
    """Every thing inside a thing, and itself."""
    if isinstance(value, list):
        for item in value:
            yield from things(item)
    if isinstance(value, dict):
        if "@type" in value:
            yield value
        for item in value.values():
            yield from things(item)


def wrong(thing):
    """What a validator would say of it."""
    found = []
    for one in things(thing):
        for name, is_right in RULES.get(one["@type"], {}).items():
            if name not in one:
                found.append(f"{one['@type']} without {name}")
            elif not is_right(one[name]):
                found.append(f"{one['@type']}.{name} = {one[name]!r}")
    return found


def in_page(client, path, **headers):
    html = client.get(path, headers=headers).content.decode()
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return json.loads(script)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_what_it_is_about(client, city, path):
    thing = in_page(client, path)

    assert thing["@context"] == "https://schema.org"
    assert {"Course", "CourseInstance", "Offer"} <= {one["@type"] for one in things(thing)}
    assert wrong(thing) == []


@pytest.mark.parametrize("path", DATA)
def test_the_data_says_it_in_every_language(client, city, path):
    answer = client.get(path)
    thing = answer.json()

    assert answer["Content-Type"] == "application/ld+json"
    assert {name["@language"] for name in thing["name"]} == {"zh-Hans", "vi", "en"}
    assert wrong(thing) == []


def test_every_course_of_the_city_can_be_told(client, city):
    found = {
        key: wrong(client.get(f"/courses/{key}.jsonld").json())
        for key in Course.objects.values_list("key", flat=True)
        if CourseClass.objects.filter(course__key=key, cancelled_at=None).exists()
    }
    assert found
    assert {key: says for key, says in found.items() if says} == {}


@pytest.mark.parametrize("path", PAGES)
def test_the_words_are_those_of_the_reader(client, city, path):
    title = Course.objects.get(key=COURSE).title

    assert in_page(client, path, accept_language="vi")["name"] == title["vi"]


def test_words_of_another_language_say_which(client, city):
    Course.objects.filter(key=COURSE).update(title={"en": "Books"})

    said = in_page(client, PAGES[0], accept_language="vi")["name"]

    assert said == {"@language": "en", "@value": "Books"}


@pytest.mark.parametrize("path", PAGES)
def test_no_title_breaks_out_of_the_script(client, city, path):
    evil = "</script><script>alert(1)</script><!-- <script> & \u2028"
    Course.objects.filter(key=COURSE).update(title={"zh-Hans": evil, "en": evil})

    assert in_page(client, path)["name"] == evil
    assert b"<script>alert" not in client.get(path).content


@pytest.mark.parametrize("path", [*PAGES, *DATA])
def test_no_teacher_and_no_link_is_in_it(client, city, path):
    detail = client.get(f"/api/v1/classes/{CLASS}").json()
    teachers = {s["instructor"] for s in detail["sessions"]} - {""}

    text = json.dumps(in_page(client, path) if path in PAGES else client.get(path).json())

    assert teachers
    assert not any(json.dumps(name)[1:-1] in text for name in teachers)


@pytest.mark.parametrize(
    ("minutes", "written"), [(90, "PT1H30M"), (60, "PT1H"), (45, "PT45M"), (1500, "PT25H")]
)
def test_how_long_it_takes_is_written_as_iso_8601_says(minutes, written):
    assert schema_org.duration(timedelta(minutes=minutes)) == written


def test_a_price_is_in_whole_units_of_its_currency(client, city):
    CourseClass.objects.filter(key=CLASS).update(fee_minor=50_000, fee_currency="VND")
    offer = client.get(DATA[1]).json()["offers"][0]
    assert (offer["price"], offer["category"]) == ("50000", "Paid")

    CourseClass.objects.filter(key=CLASS).update(fee_minor=0)
    with translation.override("vi"):
        assert client.get(f"{DATA[1]}?again").json()["offers"][0]["category"] == "Free"


@pytest.mark.parametrize("path", ["/courses/none.jsonld", "/classes/none.jsonld"])
def test_of_what_is_not_there_nothing_is_said(client, city, path):
    assert client.get(path).status_code == 404
