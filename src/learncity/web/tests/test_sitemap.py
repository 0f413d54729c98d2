"""Search engines are told of every public page, and of no other."""

from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.utils import timezone

from learncity.apps.catalogue.models import Course
from learncity.web.exchange import sitemap

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return ET.fromstring(body)


@pytest.fixture
def listed(client, city):
    """Every address there is, with the date of its change."""
    found = {}
    for part in read(client, "/sitemap.xml").iter(f"{SPACE}loc"):
        root = read(client, part.text.removeprefix(settings.BASE_URL))
        for url in root.iter(f"{SPACE}url"):
            changed = url.find(f"{SPACE}lastmod")
            found[url.find(f"{SPACE}loc").text.removeprefix(settings.BASE_URL)] = (
                changed.text if changed is not None else None
            )
    return found


def test_every_address_is_a_page_for_everybody(client, listed):
    assert [path for path in listed if client.get(path).status_code != 200] == []


def test_every_course_and_class_is_there_with_its_date(listed):
    courses = {f"/courses/{key}/" for key in Course.objects.values_list("key", flat=True)}

    assert courses <= set(listed)
    assert all(listed[path] for path in listed if path.startswith(("/courses/", "/classes/")))
    assert any(path.startswith("/classes/") for path in listed)


def test_an_ended_course_is_not_there(client, city):
    Course.objects.filter(key="small-shop-bookkeeping").update(ended_at=timezone.now())

    root = read(client, "/sitemaps/courses-1.xml")

    assert not any("small-shop-bookkeeping" in e.text for e in root.iter(f"{SPACE}loc"))


@pytest.mark.parametrize("path", ["courses-0", "courses-2", "people-1", "courses-999999999999"])
def test_a_part_that_is_not_there_is_not_found(client, city, path):
    assert client.get(f"/sitemaps/{path}.xml").status_code == 404


@pytest.mark.parametrize("part", ["courses", "classes"])
def test_a_part_costs_the_same_however_long(client, city, part, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        read(client, f"/sitemaps/{part}-1.xml")


def test_a_part_is_never_longer_than_allowed():
    assert sitemap.MOST <= 50_000


def test_programs_are_told_what_is_not_for_them(client, city):
    said = client.get("/robots.txt").content.decode()

    for path in ("/me/", "/desk/", "/operate/", "/calendars/"):
        assert f"Disallow: {path}\n" in said
    assert said.endswith(f"Sitemap: {settings.BASE_URL}/sitemap.xml\n")
