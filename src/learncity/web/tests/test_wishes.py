"""'Tell me when': offered where nothing is free, made and taken back; and what planners read."""

import csv
import io
from urllib.parse import unquote

import pytest
from django.db.models import F
from django.utils import timezone

from learncity.apps.classes.models import CourseClass
from learncity.apps.demand import queries
from learncity.apps.demand.factories import make_wish
from learncity.apps.demand.models import Signal
from learncity.apps.households import queries as households
from learncity.apps.households.factories import make_mandate
from learncity.apps.households.types import Deed, Purpose
from learncity.apps.notices import queries as notices
from learncity.apps.people import queries as people
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import Account

pytestmark = pytest.mark.django_db
KEY = "small-shop-bookkeeping"
COURSE, NEW = f"/courses/{KEY}/", f"/me/wishes/new/?course={KEY}"
BROWSER = {
    "HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 14) Chrome/130 Mobile",
    "HTTP_ACCEPT_LANGUAGE": "en",
}


@pytest.fixture
def worker(signed_in):
    client = signed_in("demo-worker")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def person_of(client):
    return client.get("/me/wishes/").wsgi_request.user.person_id


def wishes(person):
    return queries.wishes(person, at=timezone.now())


def test_it_is_offered_only_where_no_seat_is_free(client, city):
    assert "/me/wishes/new/" not in client.get(COURSE).content.decode()

    CourseClass.objects.filter(course__key=KEY).update(seats=F("seats_taken"))
    from learncity.web import pagecache

    pagecache.forget()
    assert NEW in client.get(COURSE).content.decode()


def test_a_class_that_nobody_can_get_into_offers_it_too(client, city):
    from learncity.web import pagecache

    path = "/classes/bookkeeping-qiaotou-wed/"
    assert "/me/wishes/new/" not in client.get(path).content.decode()

    CourseClass.objects.filter(course__key=KEY).update(
        seats=F("seats_taken"), waiting_limit=F("waiting_taken")
    )
    pagecache.forget()
    assert NEW in client.get(path).content.decode()


def test_a_stranger_is_sent_to_sign_in_and_comes_back_to_the_same_question(client, city):
    answer = client.get(NEW)

    assert answer.status_code == 302
    assert unquote(answer.url) == f"/sign-in/?next={NEW}"
    assert client.post(NEW, {"place": ""}).status_code == 302
    assert not Signal.objects.exists()


def test_whoever_has_proven_no_address_is_told_what_is_missing(worker):
    Account.objects.filter(person_id=person_of(worker)).update(verified_at=None)

    answer = worker.post(NEW, {"place": ""})

    assert answer.url.startswith("/me/missing/?for=ADDRESS")


def test_a_wish_is_made_listed_and_taken_back(worker):
    CourseClass.objects.filter(course__key=KEY).update(seats=F("seats_taken"))

    assert worker.post(NEW, {"place": "gusu"}).url == "/me/wishes/"
    page = worker.get("/me/wishes/").content.decode()
    assert COURSE in page
    assert "/me/wishes/new/?course" not in worker.get(COURSE).content.decode()

    (wish,) = wishes(person_of(worker))
    path = f"/me/wishes/{wish.id}/take-back/"
    assert [worker.post(path).url for _ in range(2)] == ["/me/wishes/"] * 2
    assert "You wait for nothing now" in worker.get("/me/wishes/").content.decode()


def test_what_was_typed_stays_when_nothing_was_said(worker):
    answer = worker.post("/me/wishes/new/", {"q": " !! ", "category": "", "place": "gusu"})

    assert answer.status_code == 422
    assert "one word is enough" in answer.content.decode()
    assert 'value="gusu" selected' in answer.content.decode()


def test_the_wish_of_another_is_not_there(worker):
    wish = make_wish(make_person(), timezone.now(), words="tea")

    assert worker.post(f"/me/wishes/{wish.id}/take-back/").status_code == 404
    assert "tea" not in worker.get("/me/wishes/").content.decode()


def test_a_delegate_wishes_for_another_who_is_told(client):
    mother, daughter = (make_person(name, language="en", account=True) for name in ("M", "D"))
    mandate = make_mandate(mother, daughter)
    client.force_login(people.find_account(daughter))
    client.post(f"/me/mandates/{mandate}/act/")

    client.post(NEW, {"place": ""})
    (wish,) = wishes(mother)
    assert wishes(daughter) == []
    client.post(f"/me/wishes/{wish.id}/take-back/")

    assert [act.deed for act in households.acts_for(mother)] == [
        Deed.TOOK_WISH_BACK, Deed.WISHED,
    ]  # fmt: skip
    assert [m.title.partition(":")[0] for m in notices.inbox(mother)][:2] == [
        "D took your wish back", "D asked for you to be told",
    ]  # fmt: skip


def test_a_delegate_for_messages_sees_no_wishes(client):
    mother, daughter = (make_person(account=True) for _ in range(2))
    mandate = make_mandate(mother, daughter, purposes=[Purpose.MESSAGES])
    client.force_login(people.find_account(daughter))
    client.post(f"/me/mandates/{mandate}/act/")

    assert client.get("/me/wishes/").status_code == 403


# Searches


def counted():
    return [(s.words, s.count) for s in Signal.objects.order_by("words")]


def test_a_search_without_a_result_counts_once_a_browser(client, city):
    for address in ("9.9.9.1", "9.9.9.1", "9.9.9.2"):
        page = client.get("/find/?q=xyzzy", REMOTE_ADDR=address, **BROWSER).content.decode()

    assert "/me/wishes/new/?q=xyzzy" in page
    assert counted() == [("xyzzy", 2)]


def test_a_search_of_a_program_or_with_a_result_does_not_count(client, city):
    client.get("/find/?q=xyzzy")
    client.get("/find/?q=会计", **BROWSER)

    assert counted() == []


def test_the_chosen_place_is_counted_and_offered(client, city):
    client.cookies["place"] = "gusu"

    page = client.get("/find/?q=erhu&page=1", **BROWSER).content.decode()

    assert "place=gusu" in page
    assert Signal.objects.get().place.key == "gusu"


# Planners


def test_planners_read_what_is_looked_for_sort_it_and_take_it_home(signed_in):
    today = timezone.localdate()
    for number in range(60):
        words = f"zz {chr(97 + number // 26)} {chr(97 + number % 26)}"
        Signal.objects.create(day=today, kind="SEARCH", words=words, count=5 + number)
    Signal.objects.create(day=today, kind="SEARCH", words="zhang wei", count=4)
    make_wish(make_person(), timezone.now(), course=KEY, place="gusu")
    desk = signed_in("demo-provider")
    desk.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    page = desk.get("/desk/demand/?sort=wishing").content.decode()
    more = desk.get("/desk/demand/?sort=-searches&page=2").content.decode()
    sheet = desk.get("/desk/demand/?as=csv&sort=wishing").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(sheet)))

    assert (COURSE in page, 'aria-sort="descending"' in page) == (True, True)
    assert page.count("zz ") + 2 == 50 + 1
    assert "zz c h" in more
    assert (len(rows), rows[1][5]) == (1 + 60 + 1 + 1, "1")
    assert ["Other words and whole categories", "No category", "4"] in [row[:3] for row in rows]
    assert "zhang wei" not in sheet + page + more
    by_place = "/desk/demand/?by=PLACE&days=30&category=WORKPLACE_SKILLS&place=gusu"
    odd = "/desk/demand/?by=none&days=x&category=y&place=z&sort=q&page=-1"
    assert [desk.get(path).status_code for path in (by_place, odd)] == [200, 200]
    assert desk.get("/desk/demand/?as=xlsx").headers["Content-Type"].endswith(".sheet")


def test_an_officers_page_begins_with_their_region(signed_in):
    make_wish(make_person(), timezone.now(), course=KEY, place="sip")
    officer = signed_in("demo-officer")

    assert COURSE not in officer.get("/desk/demand/").content.decode()
    assert COURSE in officer.get("/desk/demand/?place=city").content.decode()


def test_a_resident_reads_no_demand(worker):
    assert worker.get("/desk/demand/").status_code == 403
