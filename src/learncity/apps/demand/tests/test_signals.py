"""Demand is counted once, the same day, and nothing in it leads to a person."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory

from learncity.apps.catalogue.types import Category
from learncity.apps.classes import services as classes
from learncity.apps.classes.factories import OPENING, make_class
from learncity.apps.classes.models import CourseClass
from learncity.apps.demand import counting, queries, services
from learncity.apps.demand.access import browser_of
from learncity.apps.demand.factories import make_wish
from learncity.apps.demand.models import Salt, Seen, Signal
from learncity.apps.demand.rules import countable, plain
from learncity.apps.demand.types import Grouping, Kind
from learncity.apps.people.factories import make_person
from learncity.apps.places.models import Place
from learncity.kernel.acting import By, Via
from learncity.kernel.dated import day_of
from learncity.kernel.memo import forget_all

pytestmark = pytest.mark.django_db
MOZILLA = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130 Mobile Safari/537.36"


def search(words, browser="a", at=OPENING, category=None, place=None, address=None):
    services.note_zero_result(
        words=words, category=category, browser=browser, at=at, address=address,
        place_id=Place.objects.get(key=place).id if place else None,
    )  # fmt: skip


def board(by=Grouping.THING, at=OPENING, **said):
    return queries.demand(by=by, days=said.pop("days", 30), at=at, **said)


def counted():
    return {s.words: s.count for s in Signal.objects.all()}


def test_a_search_of_one_browser_counts_once_a_day():
    for browser in "aab":
        search("Đàn  Nhị", browser)
    search("dan nhi", "a")
    search("dan nhi", "a", OPENING + timedelta(days=1))

    rows = Signal.objects.order_by("day").values_list("day", "kind", "words", "count")
    assert list(rows) == [
        (day_of(OPENING), "SEARCH", "dan nhi", 2),
        (day_of(OPENING) + timedelta(days=1), "SEARCH", "dan nhi", 1),
    ]


def test_one_machine_that_says_to_be_many_counts_as_ten(city):
    places = [None, "gusu", "sip"]
    for number in range(40):
        search("tea", f"program {number}", place=places[number % 3], address="9.9.9.9")
    search("tea", "program 40", address="9.9.9.9")
    ten, rows = counting.MOST_OF_AN_ADDRESS, Seen.objects.count()

    assert sum(Signal.objects.values_list("count", flat=True)) == ten
    # What counts for nothing leaves nothing.
    assert rows == ten + 1
    for number in range(3):
        search("tea", f"other {number}", address="8.8.8.8")
        search("ink", f"program {number}", address="9.9.9.9")
        search("tea", f"program {number}", OPENING + timedelta(days=1), address="9.9.9.9")
    assert sum(Signal.objects.values_list("count", flat=True)) == ten + 9


def test_a_browser_that_searches_again_takes_nobody_s_turn():
    for _ in range(20):
        search("tea", "a", address="9.9.9.9")
    for number in range(9):
        search("tea", f"program {number}", address="9.9.9.9")

    assert counted() == {"tea": 10}


def test_programs_and_empty_searches_do_not_count():
    search("tea", None)
    search(" ?! ")

    assert not Signal.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000", "+86 138-0013-8000", "张伟 138 0013 8000", "320507199001011234", "12 34 5",
        "１３８００", "li@example.org", "https://example.org/me", "www.example.org", "课" * 61,
    ],
)  # fmt: skip
def test_what_may_hold_data_of_somebody_is_counted_and_not_kept(typed):
    search(typed)
    make_wish(make_person(), OPENING, words=typed)

    assert countable(typed) == ""
    assert set(counted()) == {""}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Kế toán 2026", "ke toan 2026"), ("GB/T 2260", "gb t 2260"), ("二胡，入门！", "二胡 入门")],
)
def test_other_words_are_kept_folded(typed, kept):
    assert countable(typed) == plain(typed) == kept


def test_the_database_alone_refuses_a_number_among_the_words():
    row = {"day": day_of(OPENING), "kind": Kind.SEARCH, "count": 1}
    for words in ("138 0013 8000", "a@b"):
        with (
            pytest.raises(IntegrityError, match="demand_words_hold_no_number"),
            transaction.atomic(),
        ):
            Signal.objects.create(**row, words=words)
    with pytest.raises(IntegrityError, match="demand_signal_counts"), transaction.atomic():
        Signal.objects.create(**row | {"count": 0})
    Signal.objects.create(**row)
    with (
        pytest.raises(IntegrityError, match="demand_signal_counted_in_one_row"),
        transaction.atomic(),
    ):
        Signal.objects.create(**row)


def test_a_search_costs_one_statement(django_assert_num_queries):
    search("tea")
    with django_assert_num_queries(1):
        services.note_zero_result(
            words="tea", category=None, place_id=None, browser="b", at=OPENING
        )


def test_the_day_is_thrown_away_with_its_salt():
    search("tea")
    search("tea", at=OPENING + timedelta(days=1))
    assert (Salt.objects.count(), Seen.objects.count()) == (2, 4)

    assert services.forget_browsers(before=day_of(OPENING) + timedelta(days=1)) == 2

    (day,) = {
        *Salt.objects.values_list("day", flat=True),
        *Seen.objects.values_list("day", flat=True),
    }
    assert day == day_of(OPENING) + timedelta(days=1)
    # Nobody can make the digest of that day again.
    forget_all()
    assert counting._salt(day_of(OPENING)) != b""


def test_no_column_of_demand_leads_to_a_person_or_browser():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_name IN ('demand_signal', 'demand_v1')"
        )
        columns = {name for _, name in cursor.fetchall()}

    assert columns == {
        "id", "signal_id", "day", "kind", "course_id", "category", "words", "place_id", "count",
    }  # fmt: skip


def test_words_are_shown_from_so_many_occasions_on(settings):
    settings.DEMAND_WORDS_SHOWN_FROM = 5
    for browser in "abcd":
        search("erhu", browser)
        search("rare", browser) if browser == "a" else None
    assert [(line.words, line.is_rare, line.searches) for line in board()] == [("", True, 5)]

    search("erhu", "e")
    make_wish(make_person(), OPENING, words="Erhu")

    lines = {line.words: line for line in board()}
    assert (lines["erhu"].searches, lines["erhu"].wishing, lines["erhu"].wished) == (5, 1, 1)
    assert (lines[""].searches, lines[""].is_rare) == (1, True)


def test_words_that_are_frequent_only_elsewhere_are_not_shown_here(settings):
    settings.DEMAND_WORDS_SHOWN_FROM = 3
    for browser in "abc":
        search("erhu", browser, place="sip")
    search("erhu", "d", place="gusu")

    def words(place):
        return [line.words for line in board(place_id=Place.objects.get(key=place).id)]

    assert (words("sip"), words("gusu"), words("suzhou")) == (["erhu"], [""], ["erhu"])


def test_words_that_stayed_rare_are_forgotten_and_their_count_stays(settings):
    settings.DEMAND_WORDS_SHOWN_FROM = 2
    search("zhang wei")
    search("other", place="gusu")
    for browser in "ab":
        search("erhu", browser)

    services.forget_rare_words(at=OPENING + timedelta(days=30))
    assert set(counted()) == {"zhang wei", "other", "erhu"}
    services.forget_rare_words(at=OPENING + timedelta(days=31))
    services.forget_rare_words(at=OPENING + timedelta(days=31))

    assert set(counted()) == {"", "erhu"}
    assert sum(Signal.objects.values_list("count", flat=True)) == 4


def test_the_board_counts_searches_wishes_and_who_waits():
    person, key = make_person(), make_class(seats=1)
    course = CourseClass.objects.get(key=key).course
    for number in range(2):
        one = make_person()
        classes.apply(class_key=key, person_id=one, by=By(one, Via.WEB), at=OPENING)
        search("tea", str(number), OPENING - timedelta(days=30), place="gusu")
    search("tea", "c", category=Category.HOBBIES, place="gusu")
    make_wish(person, OPENING, course=course.key, place="gusu")

    (line,) = [line for line in board() if line.course_id]
    assert (line.category, line.wishing, line.wished, line.waiting) == (course.category, 1, 1, 1)
    assert (line.trend, line.total) == (1, 2)
    by_category = {line.category: line for line in board(Grouping.CATEGORY)}
    assert by_category[None].before == 2
    assert by_category[None].trend == -2
    assert by_category[Category.HOBBIES].searches == 1
    places = {line.place_id: line for line in board(Grouping.PLACE)}
    gusu = places[Place.objects.get(key="gusu").id]
    assert (gusu.searches, gusu.wishing, gusu.before) == (1, 1, 2)
    assert board(Grouping.PLACE, category=Category.SILVER_AGE) == []
    assert [line.searches for line in board(category=Category.HOBBIES)] == [1]


def test_the_board_costs_the_same_whatever_is_in_it(django_assert_num_queries):
    with django_assert_num_queries(3):
        assert board() == []
    for number in range(30):
        search(f"tea {number}")
    with django_assert_num_queries(3):
        board()


def _request(**headers):
    said = {"HTTP_USER_AGENT": MOZILLA, "HTTP_ACCEPT_LANGUAGE": "zh-CN"} | headers
    return RequestFactory().get("/find/", **said)


def test_a_browser_is_told_from_another_and_from_a_program():
    def browser(**headers):
        request = _request(**headers)
        from django.contrib.auth.models import AnonymousUser

        request.user, request.session = AnonymousUser(), {}
        return browser_of(request)

    assert browser() == browser()
    assert browser(REMOTE_ADDR="9.9.9.9") != browser()
    assert browser(HTTP_USER_AGENT=f"{MOZILLA} Googlebot/2.1") is None
    assert browser(HTTP_USER_AGENT="curl/8") is None
    assert browser(HTTP_ACCEPT_LANGUAGE="") is None
    assert browser(HTTP_SEC_PURPOSE="prefetch;prerender") is None
