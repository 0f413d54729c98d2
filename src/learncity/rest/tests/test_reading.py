"""What anybody may read: the city, what there is to learn, and what is on tonight."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from learncity.apps.classes import services
from learncity.apps.classes.queries import evening
from learncity.kernel.acting import By, Via
from learncity.kernel.models import Blueprint, BlueprintItem

from .conftest import OWN_CLASS, make

API = "/api/v1"
ONLINE_CLASS = "college-entrance-online-sun"
CITY_TIME = ZoneInfo("Asia/Shanghai")


def items(client, path):
    answer = client.get(API + path)
    assert answer.status_code == 200, answer.content
    return answer.json()["items"]


@pytest.mark.parametrize(
    "path",
    [
        "/city",
        "/categories",
        "/courses",
        "/courses/small-shop-bookkeeping",
        "/classes",
        f"/classes/{OWN_CLASS}",
        "/tonight",
        "/tonight?place=gusu",
        "/venues",
        "/venues/qiaotou-centre",
        "/providers/qiaotou-learning-centre",
        "/places",
        "/openapi.json",
        "/docs",
    ],
)
def test_a_stranger_reads_what_is_public(client, city, path):
    assert client.get(API + path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/courses/none",
        "/classes/none",
        "/venues/none",
        "/providers/none",
        "/classes?course=none",
        "/classes?provider=none",
        "/courses?provider=none",
        "/courses?place=none",
        "/courses?near=none",
        "/tonight?place=none",
    ],
)
def test_what_is_not_there_is_not_found(client, city, path):
    answer = client.get(API + path)

    assert answer.status_code == 404
    assert answer.json()["code"] in ("not_found", "class_not_found")


def test_without_a_city_there_is_no_city_to_read(client, city):
    BlueprintItem.objects.all().delete()
    Blueprint.objects.all().delete()

    assert client.get(f"{API}/city").status_code == 404


def test_texts_come_in_every_language_they_were_written_in(client, city):
    course = client.get(f"{API}/courses/small-shop-bookkeeping").json()

    assert set(course["title"]) == {"zh-Hans", "vi", "en"}
    assert course["provider"]["name"]["en"]


def test_categories_have_names_in_three_languages_and_counts(client, city):
    categories = items(client, "/categories")

    assert len(categories) == 6
    assert sum(category["courses"] for category in categories) == len(
        items(client, "/courses?limit=200")
    )
    assert all(set(category["name"]) == {"zh-Hans", "vi", "en"} for category in categories)


def test_moments_have_the_offset_of_the_city_and_amounts_are_whole_numbers(client, city):
    paid = next(c for c in items(client, "/classes?limit=200") if c["fee"])

    assert paid["starts_at"].endswith("+08:00")
    assert isinstance(paid["fee"]["amount"], int)
    assert paid["fee"]["currency"] == "CNY"


def test_a_search_finds_words_in_any_language_with_or_without_diacritics(client, city):
    for words in ("会计", "Bookkeeping", "Kế toán", "ke toan"):
        found = items(client, f"/courses?q={words}")
        assert "small-shop-bookkeeping" in {course["key"] for course in found}
    assert items(client, "/courses?q=xyzzy") == []


def test_courses_are_filtered_by_category_and_provider(client, city):
    course = client.get(f"{API}/courses/small-shop-bookkeeping").json()
    category, provider = course["category"], course["provider"]["key"]

    found = items(client, f"/courses?category={category}&provider={provider}")

    assert course["key"] in {c["key"] for c in found}
    assert {(c["category"], c["provider"]["key"]) for c in found} == {(category, provider)}


def test_a_course_in_a_list_comes_with_its_next_open_class(client, city):
    course = next(c for c in items(client, "/courses?limit=200") if c["next_class"])

    assert course["next_class"]["is_open"]
    assert course["next_class"]["course"]["key"] == course["key"]


def test_classes_are_those_that_are_not_over_the_next_to_begin_first(client, city):
    listed = items(client, "/classes?limit=200")

    assert [c["starts_at"] for c in listed] == sorted(c["starts_at"] for c in listed)
    assert all(datetime.fromisoformat(c["ends_at"]) > timezone.now() for c in listed)


def test_open_classes_are_those_that_take_applications(client, city):
    make(OWN_CLASS, closes_at=timezone.now())
    everything, open_ones = (
        items(client, "/classes?limit=200"),
        items(client, "/classes?open=true&limit=200"),
    )

    assert [c["key"] for c in everything if c["is_open"]] == [c["key"] for c in open_ones]
    assert 0 < len(open_ones) < len(everything)


def test_classes_are_filtered_by_course_and_provider(client, city):
    one = client.get(f"{API}/classes/{OWN_CLASS}").json()
    course, provider = one["course"]["key"], one["provider"]["key"]

    for query in (
        f"course={course}",
        f"provider={provider}",
        f"course={course}&provider={provider}",
    ):
        assert OWN_CLASS in {c["key"] for c in items(client, f"/classes?{query}&limit=200")}
    assert items(client, f"/classes?course={course}&provider=guihua-lane-senior-university") == []


def test_a_site_says_what_is_on_there_this_week(client, city):
    venue = client.get(f"{API}/venues/qiaotou-centre").json()

    starts = [datetime.fromisoformat(c["meeting"]["starts_at"]) for c in venue["week"]]
    assert starts == sorted(starts)
    assert all(start < timezone.now() + timedelta(days=7) for start in starts)
    assert venue["rooms"]


def test_a_region_names_the_one_it_lies_in(client, city):
    regions = {p["key"]: p["parent"] for p in items(client, "/places?limit=200")}

    assert regions["suzhou"] is None
    assert regions["pingjiang"] == "gusu"


def test_head_is_get_without_a_body(client, city):
    answer = client.head(f"{API}/city")

    assert answer.status_code == 200
    assert answer.content == b""


# Links


def online_class(person_id):
    """Somebody gets a seat in an online class."""
    make(ONLINE_CLASS, closes_at=timezone.now() + timedelta(days=1))
    services.apply(
        class_key=ONLINE_CLASS, person_id=person_id, by=By(person_id, Via.WEB), at=timezone.now()
    )


def links(client):
    sessions = client.get(f"{API}/classes/{ONLINE_CLASS}").json()["sessions"]
    return {session["link"] for session in sessions}


def test_links_are_for_those_who_have_a_seat_and_for_staff(
    client, worker, staff, operator, as_, account_of
):
    online_class(account_of("demo-worker").person_id)

    assert links(client) == {None}
    assert links(as_("demo-senior")) == {None}
    assert links(staff) == {None}  # of another provider
    assert all(links(worker))
    assert all(links(operator))


def test_who_only_waits_gets_no_link(worker, staff, operator, account_of):
    online_class(account_of("demo-worker").person_id)
    body = {"seats": 1, "waiting_limit": 5}
    path = f"{API}/desk/classes/{ONLINE_CLASS}"
    assert operator.patch(path, body, content_type="application/json").status_code == 200

    waiting = staff.post(f"{API}/classes/{ONLINE_CLASS}/applications").json()

    assert waiting["state"] == "WAITING"
    assert links(staff) == {None}
    place = staff.get(waiting["href"]).json()
    assert {session["link"] for session in place["course_class"]["sessions"]} == {None}
    assert all(links(worker))


def test_a_browser_session_sees_the_links_too(signed_in, account_of, city):
    online_class(account_of("demo-worker").person_id)

    assert all(links(signed_in("demo-worker")))


def test_a_class_says_what_place_is_mine(worker, client, open_class):
    key = open_class()
    receipt = worker.post(f"{API}/classes/{key}/applications").json()["receipt"]

    assert worker.get(f"{API}/classes/{key}").json()["mine"]["receipt"] == receipt
    assert client.get(f"{API}/classes/{key}").json()["mine"] is None


# Tonight


@pytest.mark.parametrize(
    ("clock", "begins", "is_tomorrow"),
    [
        ("09:00", "2027-03-05T17:00:00+08:00", False),
        ("17:00", "2027-03-05T17:00:00+08:00", False),
        ("19:30", "2027-03-05T19:30:00+08:00", False),
        ("20:44", "2027-03-05T20:44:00+08:00", False),
        ("20:45", "2027-03-06T17:00:00+08:00", True),
        ("23:59", "2027-03-06T17:00:00+08:00", True),
    ],
)
def test_the_evening_is_the_one_people_can_still_go_to(clock, begins, is_tomorrow):
    at = datetime.fromisoformat(f"2027-03-05T{clock}").replace(tzinfo=CITY_TIME)

    begin, end, tomorrow = evening(at)

    assert begin.isoformat() == begins
    assert tomorrow == is_tomorrow
    assert end.isoformat() == f"2027-03-0{7 if is_tomorrow else 6}T00:00:00+08:00"


def test_tonight_is_in_the_evening_by_time(client, city, at_noon):
    tonight = client.get(f"{API}/tonight").json()

    starts = [c["meeting"]["starts_at"] for c in tonight["items"]]
    assert starts
    assert starts == sorted(starts)
    assert all(tonight["begins_at"] <= start < tonight["ends_at"] for start in starts)
    assert tonight["place"]["key"] == "suzhou"


@pytest.mark.parametrize("place", ["pingjiang", "zhangjiagang"])
def test_with_a_place_tonight_is_near_it_or_the_nearest_there_is(client, city, at_noon, place):
    everything = client.get(f"{API}/tonight").json()["items"]
    tonight = client.get(f"{API}/tonight?place={place}").json()

    assert tonight["place"]["key"] == place
    rooms = [c for c in tonight["items"] if c["meeting"]["mode"] != "ONLINE"]
    online = [c for c in tonight["items"] if c["meeting"]["mode"] == "ONLINE"]
    assert len(online) == sum(c["meeting"]["mode"] == "ONLINE" for c in everything)
    assert all(c["distance"] is None for c in online)
    assert all(c["distance"]["minutes_on_foot"] >= 1 for c in rooms)
    far = sum(c["distance"]["metres"] > 3000 for c in rooms)
    assert far == 0 or len(rooms) == min(4, len(everything) - len(online))


def test_the_city_itself_is_no_corner_of_it(client, city):
    whole, asked = client.get(f"{API}/tonight"), client.get(f"{API}/tonight?place=suzhou")

    assert [c["key"] for c in whole.json()["items"]] == [c["key"] for c in asked.json()["items"]]
    assert all(c["distance"] is None for c in asked.json()["items"])


def test_courses_are_narrowed_and_counted_by_every_choice(client, city):
    def ask(query):
        return client.get(f"{API}/courses?limit=200&{query}").json()

    def count(answer, facet, value):
        values = next(f["values"] for f in answer["facets"] if f["name"] == facet)
        return next(v["courses"] for v in values if v["value"] == value)

    evening = ask("part=EVENING&near=pingjiang")
    near = ask("part=EVENING&near=pingjiang&within=5&sort=nearest")

    assert near["total"] == len(near["items"]) == count(evening, "within", "5")
    assert count(near, "part", "EVENING") == near["total"]
    assert all(item["next_class"]["venue"] for item in near["items"])
    both = ask("weekday=SAT&weekday=SUN&price=FREE")
    assert all(item["next_class"]["fee"] is None for item in both["items"])
    assert max(count(both, "weekday", day) for day in ("SAT", "SUN")) <= both["total"]


@pytest.mark.parametrize("query", ["part=NIGHT", "weekday=mon", "within=0", "sort=odd", "level=1"])
def test_a_choice_that_there_is_not_is_a_mistake(client, city, query):
    assert client.get(f"{API}/courses?{query}").status_code == 422
