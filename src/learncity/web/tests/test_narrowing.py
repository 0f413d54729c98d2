"""Lists narrowed by their address, and places to learn near the reader."""

import math
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from learncity.apps.classes import queries as classes
from learncity.apps.organizations import queries as organizations
from learncity.apps.places import queries as places
from learncity.apps.places.types import Point
from learncity.web.mapping import draw
from learncity.web.pages.near import nearest


@pytest.fixture
def reader(client, city):
    """Somebody in Pingjiang who reads English."""
    client.cookies["place"] = "pingjiang"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def total(html):
    return int(re.search(r'role="status">(\d+) course', html)[1])


def test_the_address_is_the_view(reader):
    everything, evening = page(reader, "/find/"), page(reader, "/find/?part=EVENING")
    near = page(reader, "/find/?part=EVENING&within=2&near=pingjiang")

    assert total(everything) >= total(evening) > total(near) > 0
    # Who lives elsewhere sees the same.
    reader.cookies["place"] = "kunshan"
    assert total(page(reader, "/find/?part=EVENING&within=2&near=pingjiang")) == total(near)


def test_a_choice_is_taken_away_by_its_chip(reader):
    html = page(reader, "/find/?part=EVENING&price=FREE")
    chips = dict(re.findall(r'class="chip" href="([^"]*)">([^<]*)<', html))

    assert set(chips.values()) == {"In the evening", "Free of charge"}
    for href in chips:
        assert total(page(reader, "/find/" + href.replace("&amp;", "&"))) >= total(html)


def test_what_it_counts_is_what_one_gets(reader):
    html = page(reader, "/find/?part=EVENING")
    boxes = re.findall(
        r'name="(\w+)" value="([^"]+)"(?: checked)?>[^<]*<span class="n">(\d+)</span>', html
    )

    assert len(boxes) > 20
    for name, value, count in boxes[::5]:
        extra = "" if name == "part" else "part=EVENING&"
        assert total(page(reader, f"/find/?{extra}{name}={value}")) == int(count), (name, value)


def test_a_row_shows_the_class_that_was_found(reader):
    html = page(reader, "/find/?weekday=SAT&sort=nearest&near=pingjiang")

    whens = re.findall(r"<li>([^<]*\d\d:\d\d[^<]*)</li>", html)
    assert whens
    assert all("Sat" in when for when in whens), whens


def test_where_nothing_is_left_it_says_what_to_give_up(reader):
    path = "/find/?part=MORNING&price=MORE&weekday=MON&place=gusu"
    html = page(reader, path)
    offered = re.findall(r'<li><a href="([^"]*)">Without “[^”]*”: (\d+) course', html)

    assert total(html) == 0
    assert offered
    for href, count in offered:
        assert total(page(reader, "/find/" + href.replace("&amp;", "&"))) == int(count)


def test_a_plain_list_says_when_it_was_counted_and_a_narrowed_one_is_of_now(reader):
    assert re.search(r"Counted \d\d:\d\d", page(reader, "/find/"))
    assert "Counted" not in page(reader, "/find/?part=EVENING")

    before = total(page(reader, "/find/?price=FREE"))
    classes.CourseClass.objects.filter(fee_minor=0).update(fee_minor=1)
    assert total(page(reader, "/find/?price=FREE")) == 0 < before


def test_turning_pages_and_new_words_keep_every_choice(reader):
    html = page(reader, "/find/?weekday=SAT&weekday=SUN&weekday=FRI")
    following = re.search(r'rel="next" href="([^"]*)"', html)[1].replace("&amp;", "&")
    carried = re.findall(r'type="hidden" name="weekday" value="(\w+)"', html)

    assert total(page(reader, "/find/" + following)) == total(html)
    assert following.count("weekday=") == 3
    assert sorted(carried) == ["FRI", "SAT", "SUN"]


def test_a_category_is_narrowed_and_stays_a_category(reader):
    html = page(reader, "/categories/hobbies/?weekday=SAT")

    assert 0 < total(html) < total(page(reader, "/categories/hobbies/"))
    assert 'name="category"' not in html


@pytest.mark.parametrize(
    "query",
    ["part=x", "within=999&near=nowhere", "place=atlantis", "sort=odd", "sort=nearest",
     "starts=-1", "category=" + "x" * 3000, "weekday=MON&weekday=MON"],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_mistake(reader, query):
    assert total(page(reader, f"/find/?{query}")) >= 0


def test_senior_mode_offers_a_few_big_choices(reader):
    reader.cookies["mode"] = "senior"
    html = page(reader, "/find/")

    quick = re.search(r'<ul class="quick">(.*?)</ul>', html, re.DOTALL)[1]
    assert quick.count("<li>") == 3


def test_without_a_place_nothing_is_near(client, city):
    html = page(client, "/find/")

    assert "within" not in html
    assert "nearest" not in html
    assert "/place/?next=" in html


# Near.


def vincenty(a, b):
    """Metres on the ellipsoid of WGS 84, by Vincenty's inverse formula."""
    axis, flat = 6_378_137.0, 1 / 298.257223563
    polar = (1 - flat) * axis
    u1 = math.atan((1 - flat) * math.tan(math.radians(a.latitude)))
    u2 = math.atan((1 - flat) * math.tan(math.radians(b.latitude)))
    east = lam = math.radians(b.longitude - a.longitude)
    for _ in range(50):
        sin_s = math.hypot(
            math.cos(u2) * math.sin(lam),
            math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * math.cos(lam),
        )
        cos_s = math.sin(u1) * math.sin(u2) + math.cos(u1) * math.cos(u2) * math.cos(lam)
        sigma = math.atan2(sin_s, cos_s)
        sin_a = math.cos(u1) * math.cos(u2) * math.sin(lam) / sin_s
        cos2 = 1 - sin_a**2
        mid = cos_s - 2 * math.sin(u1) * math.sin(u2) / cos2
        c = flat / 16 * cos2 * (4 + flat * (4 - 3 * cos2))
        lam = east + (1 - c) * flat * sin_a * (
            sigma + c * sin_s * (mid + c * cos_s * (2 * mid**2 - 1))
        )
    u = cos2 * (axis**2 - polar**2) / polar**2
    big_a = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)))
    big_b = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)))
    delta = big_b * sin_s * (mid + big_b / 4 * cos_s * (2 * mid**2 - 1))
    return polar * big_a * (sigma - delta)


def test_distances_are_within_one_percent_of_the_ellipsoid(city):
    venues = [v for v in organizations.all_venues() if v.point]
    for key in ("pingjiang", "kunshan", "mudu"):
        here = places.find_place(key).point
        for venue in venues:
            assert here.metres_to(venue.point) == pytest.approx(
                vincenty(here, venue.point), rel=0.01
            )
        by_ellipsoid = sorted(venues, key=lambda v: vincenty(here, v.point))
        found = nearest(venues, here)
        for ours, theirs in zip(found, by_ellipsoid, strict=True):
            assert vincenty(here, ours.point) == pytest.approx(
                vincenty(here, theirs.point), rel=0.01
            )


def test_the_list_and_the_map_have_the_same_numbers(reader):
    html = page(reader, "/near/")
    svg = re.search(r"<svg role=\"img\".*?</svg>", html, re.DOTALL)[0]

    assert re.findall(r'class="nr"[^>]*>(\d+)<', svg) == [str(n) for n in range(1, 13)]
    assert re.findall(r"map: </span>(\d+)<", html) == [str(n) for n in range(1, 13)]
    assert "http" not in svg
    first = re.search(r'<h3><a href="(/venues/[^"]+)"', html)[1]
    here = places.find_place("pingjiang").point
    assert first == f"/venues/{nearest(organizations.all_venues(), here)[0].key}/"


def test_low_data_has_the_list_alone(reader):
    reader.cookies["data"] = "low"
    html = page(reader, "/near/")

    assert 'class="map"' not in html
    assert "/venues/qiaotou-centre/" in html


def test_the_old_address_is_the_same_page(reader):
    assert "/venues/qiaotou-centre/" in page(reader, "/venues/")


def test_marks_do_not_cover_each_other():
    points = [Point(31.3 + n * 1e-5, 120.6) for n in range(12)] + [Point(31.9, 121.0)]
    drawn = draw(points, Point(31.3, 120.6))

    for n, a in enumerate(drawn.marks):
        assert 0 < a.x < drawn.width
        assert 0 < a.y < drawn.height
        for b in drawn.marks[n + 1 :]:
            assert math.hypot(a.x - b.x, a.y - b.y) > 20
    assert draw([], None) is None


def test_what_is_on_tonight_is_counted_once_a_class(city):
    at = timezone.now()
    counted = classes.count_at_sites(begin=at, end=at + timedelta(days=7))
    for venue in organizations.all_venues():
        cards = classes.sessions_at(venue.id, begin=at, end=at + timedelta(days=7))
        assert counted.get(venue.id, 0) == len({card.id for card in cards})
