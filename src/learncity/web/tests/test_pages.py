"""Pages say what is so, cost few queries however long the list, and forget nothing typed."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from learncity.apps.classes import queries as classes
from learncity.apps.classes import services
from learncity.apps.classes.factories import make_class
from learncity.apps.classes.models import CourseClass, Enrolment, Session
from learncity.apps.classes.types import Shown
from learncity.apps.notices import queries as notices
from learncity.apps.people import queries as people
from learncity.apps.people.factories import make_person
from learncity.apps.places import queries as places
from learncity.kernel import formats
from learncity.kernel.acting import By, Via
from learncity.kernel.words import sort_key
from learncity.web import pagecache, words

KEY = "bookkeeping-qiaotou-wed"

# What a page asks, the frame and what a class is being remembered. Signed-in pages add session,
# account with person, roles and unread messages.
QUERIES = {
    "/": 1,
    "/find/": 3,
    "/find/?q=会计": 4,
    "/categories/hobbies/": 3,
    "/courses/small-shop-bookkeeping/": 5,
    "/compare/?course=small-shop-bookkeeping&course=online-shop": 5,
    "/subjects/bookkeeping/": 4,
    "/programmes/": 3,
    "/programmes/own-small-business/": 5,
    f"/classes/{KEY}/": 1,
    "/find/?part=EVENING&within=5&near=pingjiang": 3,
    "/near/": 2,
    "/venues/": 2,
    "/venues/qiaotou-centre/": 3,
    "/providers/qiaotou-learning-centre/": 13,
    "/places/gusu/": 19,
}
MINE = {
    "/": 6,
    f"/classes/{KEY}/": 5,
    "/me/": 7,
    "/me/classes/": 5,
    "/me/calendar/": 5,
    "/me/wishes/": 5,
    "/me/wishes/new/": 5,
    "/me/record/": 5,
    "/me/messages/": 5,
    "/me/profile/": 11,  # and groups, numbers, work, whether my region was divided
    "/me/household/": 7,
    "/me/household/new/": 5,
    "/me/mandates/": 6,
    "/me/mandates/new/": 4,
    "/me/acts/": 5,
    f"/classes/{KEY}/apply/": 6,  # and whether another class of mine meets then
    # And the rooms to settle, the organizations to choose among, what can still be undone.
    "/desk/": 10,
    f"/desk/classes/{KEY}/": 8,
    "/desk/demand/": 8,
    "/desk/calendar/": 6,
    "/desk/rooms/": 5,
    "/desk/copy/": 5,
    "/desk/lists/": 5,
    "/desk/lists/new/": 4,
    "/desk/figures/": 6,  # nothing counted: no region to be named
    "/operate/": 15,  # and the courses that wait for review
    "/operate/programmes/": 7,
    "/operate/programmes/own-small-business/": 9,
    "/operate/programmes/own-small-business/edit/": 11,
    "/operate/programmes/own-small-business/add/?q=会计": 11,
    "/operate/trail/": 5,
    "/operate/astray/": 8,
    "/operate/disputes/": 6,
    "/operate/mandates/new/": 4,
    "/operate/reforms/": 5,
    "/me/privacy/": 10,
    "/me/privacy/erase/": 8,
    "/operate/requests/": 7,
    "/operate/retention/": 6,
}


def count(client, path):
    client.get(path)  # what is remembered for seconds is remembered now
    pagecache.forget()
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


@pytest.mark.parametrize(("path", "most"), QUERIES.items())
def test_a_public_page_costs_few_queries(client, city, path, most):
    assert count(client, path) == most


@pytest.mark.parametrize(("path", "most"), MINE.items())
def test_a_page_of_ones_own_costs_few_queries(signed_in, path, most):
    assert count(signed_in("demo-operator"), path) == most


def test_a_remembered_class_still_says_how_it_stands_now(signed_in):
    client, path = signed_in("demo-operator"), f"/classes/{KEY}/"
    can_apply = f'href="{path}apply/"'
    assert can_apply in client.get(path).content.decode()

    CourseClass.objects.filter(key=KEY).update(closes_at=timezone.now())
    assert can_apply not in client.get(path).content.decode()

    CourseClass.objects.filter(key=KEY).update(
        closes_at=timezone.now() + timedelta(days=1), cancelled_at=timezone.now()
    )
    assert can_apply not in client.get(path).content.decode()

    CourseClass.objects.filter(key=KEY).update(cancelled_at=None)
    mine = take(KEY, client.get(path).wsgi_request.user.person_id)
    assert mine.receipt in client.get(path).content.decode()


def test_a_longer_roster_costs_no_more(signed_in):
    client, path = signed_in("demo-provider"), f"/desk/classes/{KEY}/"
    take(KEY, make_person(account=True))
    before = count(client, path)
    for _ in range(10):
        person = make_person(account=True)
        services.apply(class_key=KEY, person_id=person, by=By(person, Via.WEB), at=timezone.now())

    assert count(client, path) == before


def test_more_classes_of_mine_cost_no_more(signed_in, account_of):
    client, me = signed_in("demo-worker"), account_of("demo-worker").person_id
    keys = CourseClass.objects.filter(closes_at__gt=timezone.now()).values_list("key", flat=True)
    take(keys[0], me)
    before = count(client, "/me/classes/")
    for key in keys[1:8]:
        take(key, me)

    assert count(client, "/me/classes/") == before


def take(key, person):
    return services.apply(
        class_key=key, person_id=person, by=By(person, Via.WEB), at=timezone.now()
    )


def test_a_stranger_is_answered_from_memory_the_second_time(client, city):
    client.get("/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/")
    assert len(asked) == 0


def test_a_remembered_page_differs_by_language_mode_and_place(client, city):
    pages = {client.get("/").content}
    for name, value in (
        ("lang", "vi"),
        ("mode", "senior"),
        ("place", "pingjiang"),
        ("data", "low"),
    ):
        client.cookies[name] = value
        pages.add(client.get("/").content)
    assert len(pages) == 5


def test_a_signed_in_page_is_never_remembered(signed_in, client, city):
    signed_in("demo-worker").get("/")
    assert all("刘建军".encode() not in kept[1] for kept in pagecache._kept.values())
    client.logout()
    client.cookies.clear()
    assert "刘建军".encode() not in client.get("/").content


def test_applying_in_the_browser_ends_at_a_receipt_and_twice_gives_the_same(signed_in):
    client = signed_in("demo-worker")

    first = client.post(f"/classes/{KEY}/apply/")
    again = client.post(f"/classes/{KEY}/apply/")

    assert first.url == again.url
    receipt = first.url.split("/")[-2]
    assert receipt in client.get(first.url).content.decode()
    assert Enrolment.objects.filter(receipt=receipt).count() == 1


def test_a_name_is_asked_once_and_kept(client, city):
    person = make_person(account=True)
    people_account = _nameless(person)
    client.force_login(people_account)

    refused = client.post(f"/classes/{KEY}/apply/", {"name": "  "})
    assert refused.status_code == 422
    assert Enrolment.objects.filter(person_id=person).count() == 0

    client.post(f"/classes/{KEY}/apply/", {"name": " 李  小 龙 "})
    assert Enrolment.objects.get(person_id=person).person.name == "李 小 龙"


def _nameless(person):
    from learncity.apps.people import queries
    from learncity.apps.people.models import Person

    Person.objects.filter(pk=person).update(name="")
    return queries.find_account(person)


def test_a_full_class_is_refused_with_what_to_do(signed_in):
    CourseClass.objects.filter(key=KEY).update(seats=1, waiting_limit=0)
    take(KEY, make_person())

    answer = signed_in("demo-worker").post(f"/classes/{KEY}/apply/")

    assert answer.status_code == 422


def test_the_desk_sorts_titles_as_its_reader_reads_them(signed_in):
    """Chinese by pinyin, Vietnamese by its dictionary: not by code point."""
    client = signed_in("demo-operator")
    for language in ("zh-hans", "vi"):
        client.cookies["lang"] = language
        export = client.get("/desk/classes.csv?sort=title&state=all").content.decode("utf-8-sig")
        titles = [row[1] for row in csv.reader(io.StringIO(export))][1:]
        assert titles == sorted(titles, key=sort_key)
        assert titles != sorted(titles)


def test_staff_cannot_take_away_seats_that_are_taken(signed_in):
    take(KEY, make_person())
    take(KEY, make_person())

    answer = signed_in("demo-provider").post(
        f"/desk/classes/{KEY}/", {"seats": 1, "waiting_limit": 0}
    )

    assert answer.status_code == 422
    assert CourseClass.objects.get(key=KEY).seats == 30


def test_who_joins_while_a_session_runs_is_told_the_next_one_everywhere(signed_in):
    client = signed_in("demo-worker")
    me, at = people.ids_by_key(["demo-worker"])["demo-worker"], timezone.now()
    first, second = Session.objects.filter(course_class__key=KEY).order_by("starts_at")[:2]
    Session.objects.filter(pk=first.pk).update(
        mode="ONLINE",
        room=None,
        instructor=None,
        starts_at=at - timedelta(minutes=9),
        ends_at=at + timedelta(hours=1),
    )
    CourseClass.objects.filter(key=KEY).update(starts_at=at - timedelta(minutes=9))
    came = make_person(account=True)
    Enrolment.objects.filter(receipt=take(KEY, came).receipt).update(applied_at=at - timedelta(1))
    mine = take(KEY, me)

    second.refresh_from_db()
    day = formats.day(second.starts_at)
    assert day in client.get(f"/me/places/{mine.receipt}/").context["next_text"]
    assert client.get("/me/").context["next"].card.next_at == second.starts_at
    assert day in notices.inbox(me)[0].body
    # Whoever has had a place before is late, and still comes today.
    (theirs,) = classes.my_classes(came, at=at)
    assert theirs.card.next_at == at - timedelta(minutes=9)


def test_staff_call_a_class_off_after_being_asked_once_more(signed_in):
    person = make_person()
    take(KEY, person)
    client, path = signed_in("demo-provider"), f"/desk/classes/{KEY}/"
    assert f'href="{path}cancel/"' in client.get(path).content.decode()

    asked = client.get(f"{path}cancel/").content.decode()
    assert not classes.find_class(KEY).card.is_cancelled
    answer = client.post(f"{path}cancel/")

    assert "<form" in asked
    assert (answer.status_code, answer["Location"]) == (302, path)
    assert classes.find_class(KEY).card.is_cancelled
    assert f'href="{path}cancel/"' not in client.get(path).content.decode()
    assert notices.inbox(person)[0].url.startswith("/me/places/")
    assert client.get(f"{path}cancel/").status_code == 302


def test_a_class_that_is_over_is_not_called_off(signed_in):
    over = timezone.now() - timedelta(hours=1)
    CourseClass.objects.filter(key=KEY).update(starts_at=over - timedelta(days=1), ends_at=over)

    answer = signed_in("demo-provider").post(f"/desk/classes/{KEY}/cancel/")

    assert answer.status_code == 422
    assert not classes.find_class(KEY).card.is_cancelled


def test_every_look_at_a_roster_is_written_down(signed_in):
    from learncity.kernel import audit

    client = signed_in("demo-provider")
    for path in ("", "print/", "roster.xlsx", "roster.csv"):
        client.get(f"/desk/classes/{KEY}/{path}")

    assert [e.detail["how"] for e in audit.latest(4)] == ["CSV", "XLSX", "PRINT", "PAGE"]


def test_a_spreadsheet_opens_in_chinese_and_runs_no_formula(signed_in):
    person = make_person("=HYPERLINK(1)", account=True)
    take(KEY, person)

    csv = signed_in("demo-provider").get(f"/desk/classes/{KEY}/roster.csv").content

    assert csv.startswith(b"\xef\xbb\xbf")
    assert "'=HYPERLINK(1)" in csv.decode("utf-8-sig")
    assert "+86154" in csv.decode("utf-8-sig")


def test_preferences_are_kept_and_lead_back(client, city):
    answer = client.get("/prefer/?lang=vi&mode=senior&place=pingjiang&next=/venues/")

    assert answer.url == "/venues/"
    assert {n: client.cookies[n].value for n in ("lang", "mode", "place")} == {
        "lang": "vi",
        "mode": "senior",
        "place": "pingjiang",
    }


@pytest.mark.parametrize("query", ["lang=xx", "mode=huge", "place=nowhere", "look=", "data=x"])
def test_a_preference_that_does_not_exist_is_not_kept(client, city, query):
    answer = client.get(f"/prefer/?{query}&next=https://evil.example")
    assert answer.url == "/"
    assert not answer.cookies


@pytest.mark.parametrize(
    ("hour", "minute", "begins", "tomorrow"),
    [(9, 0, (17, 0), False), (18, 10, (18, 10), False), (21, 0, (17, 0), True)],
)
def test_tonight_is_the_evening_people_can_still_go_to(hour, minute, begins, tomorrow):
    at = timezone.localtime().replace(hour=hour, minute=minute, second=0, microsecond=0)

    begin, end, is_tomorrow = classes.evening(at)

    assert ((begin.hour, begin.minute), is_tomorrow) == (begins, tomorrow)
    assert end - begin <= timedelta(hours=7)


def test_walking_minutes_are_an_estimate_from_the_map():
    from learncity.apps.places.types import Point

    one_km_north = Point(31.30 + 1 / 111.2, 120.6)
    assert Point(31.30, 120.6).metres_to(one_km_north) == pytest.approx(1000, rel=0.01)
    assert Point(31.30, 120.6).minutes_to(one_km_north) == 17
    assert words.walk_words(None, one_km_north) == ""


def test_a_wrong_page_number_is_the_first_page(client, city):
    for page in ("0", "-3", "x", "²", "9" * 40):
        assert client.get(f"/find/?page={page}").status_code == 200


def test_a_profile_is_saved_and_the_language_follows(signed_in, account_of):
    client = signed_in("demo-vietnamese")
    answer = client.post("/me/profile/", {"name": "Nguyễn Thị Hương", "language": "en", "home": ""})

    assert answer.url == "/me/profile/?saved=1"
    assert account_of("demo-vietnamese").person.language == "en"
    assert client.cookies["lang"].value == "en"


NUL = "abc%00def"


@pytest.mark.parametrize(
    "path",
    [f"/prefer/?place={NUL}", f"/find/?q={NUL}", f"/desk/?q={NUL}", f"/demo/outbox/?to={NUL}",
     f"/me/places/{NUL}/", f"/classes/{NUL}/", f"/desk/classes/{KEY}/roster.{NUL}"],
)  # fmt: skip
def test_an_address_with_a_sign_that_no_text_can_hold_is_refused(signed_in, path):
    answer = signed_in("demo-operator").get(path)

    assert answer.status_code == 400
    assert "<h1>" in answer.content.decode()


@pytest.mark.parametrize("name", ["place", "learncity_session", "lang"])
def test_a_cookie_with_such_a_sign_is_left_out(client, city, name):
    client.cookies[name] = "abcdefgh\x00"

    assert client.get("/").status_code == 200


def test_a_wrong_host_gets_a_page_and_no_fault(client, city):
    assert client.get("/", headers={"host": "a_b:x"}).status_code == 400


@pytest.mark.parametrize("before", ["1e18", "-1e18", "nan", "inf", "x"])
def test_a_position_in_the_record_that_is_none_is_not_found(signed_in, before):
    answer = signed_in("demo-worker").get(f"/me/record/?before={before}_{KEY}")

    assert answer.status_code == 404


@pytest.mark.parametrize("name", ["\ud7ff", "\U0010ffff"])
def test_a_name_of_which_nothing_can_be_shown_is_asked_for_again(signed_in, name):
    answer = signed_in("demo-worker").post("/me/profile/", {"name": name, "language": "vi"})

    assert answer.status_code == 422


def test_a_key_may_have_any_label(signed_in):
    assert signed_in("demo-worker").post("/me/tokens/", {"label": "\x00"}).status_code == 200


def test_where_one_lives_can_be_taken_back(signed_in, account_of):
    client = signed_in("demo-worker")
    home = places.find_place("gusu").id
    client.post("/me/profile/", {"name": "李", "language": "vi", "home": str(home)})
    assert account_of("demo-worker").person.home_id == home

    client.post("/me/profile/", {"name": "李", "language": "vi", "home": ""})

    assert account_of("demo-worker").person.home_id is None


def test_pages_of_somebody_stay_in_no_cache(signed_in, client):
    assert signed_in("demo-provider").get("/desk/")["Cache-Control"] == "private, no-store"


def test_what_is_remembered_for_strangers_keeps_its_headers(client, city):
    first, second = client.get("/"), client.get("/")
    for name in ("X-Frame-Options", "Content-Security-Policy", "Vary", "Content-Language"):
        assert second[name] == first[name]


def test_a_cancelled_class_is_said_wherever_its_place_is_shown(signed_in, account_of):
    client, person = signed_in("demo-worker"), account_of("demo-worker").person_id
    mine = take(KEY, person)
    services.cancel(class_key=KEY, by=By(None, Via.COMMAND), at=timezone.now())
    client.cookies["lang"] = "en"

    receipt = client.get(f"/me/places/{mine.receipt}/").content.decode()
    row = client.get("/me/classes/").content.decode()

    assert "<h1>The class was cancelled</h1>" in receipt.replace(' class="title"', "")
    assert "You have a place" not in receipt
    assert "Cancelled" in row
    assert "You have a place" not in client.get(f"/classes/{KEY}/").content.decode()


def test_a_place_in_a_waiting_list_is_shown_beside_the_next_class(signed_in, account_of):
    person, at = account_of("demo-worker").person_id, timezone.now()
    first, second = (
        c.key for c in classes.list_classes(at=at, shown=Shown.OPEN)[:2] if c.seats.free
    )
    CourseClass.objects.filter(key=first).update(seats=F("seats_taken"), waiting_limit=100)
    waiting, seated = take(first, person), take(second, person)
    assert (waiting.state, seated.state) == ("WAITING", "ENROLLED")

    page = signed_in("demo-worker").get("/me/").content.decode()

    assert waiting.receipt in page
    assert page.count(f"/me/places/{seated.receipt}/") == 1


def test_who_has_a_class_at_the_same_time_is_told_before_applying(signed_in, account_of):
    client, person = signed_in("demo-worker"), account_of("demo-worker").person_id
    client.cookies["lang"] = "en"
    first, second = make_class(seats=5), make_class(seats=5)
    for key in (first, second):
        CourseClass.objects.filter(key=key).update(
            opens_at=None, closes_at=timezone.now() + timedelta(days=1)
        )
    assert "You already have a class at that time" not in apply_page(client, second)

    take(first, person)
    assert "You already have a class at that time" in apply_page(client, second)

    Session.objects.filter(course_class__key=first).update(cancelled_at=timezone.now())
    assert "You already have a class at that time" not in apply_page(client, second)


def apply_page(client, key):
    return client.get(f"/classes/{key}/apply/").content.decode()


def test_a_class_under_way_says_when_it_meets_next(client, city):
    client.cookies["lang"] = "en"
    key, at = make_class(seats=5), timezone.now()
    course_class = CourseClass.objects.get(key=key)
    meetings = list(Session.objects.filter(course_class=course_class).order_by("number"))
    shift = at - meetings[1].starts_at + timedelta(hours=3)
    for meeting in meetings:
        meeting.starts_at, meeting.ends_at = meeting.starts_at + shift, meeting.ends_at + shift
        meeting.save()
    CourseClass.objects.filter(key=key).update(
        starts_at=meetings[0].starts_at, ends_at=meetings[-1].ends_at
    )

    page = client.get(f"/classes/{key}/").content.decode()

    from django.utils import translation

    translation.activate("en")
    when = page.partition("<dt>When</dt>")[2].partition("</dd>")[0]
    assert formats.day(meetings[1].starts_at, "long") in when
    assert "under way since" in when
