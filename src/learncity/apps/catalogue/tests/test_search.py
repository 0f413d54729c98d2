"""Searching: the best match first, and every match once however one turns the pages."""

import pytest
from django.db import connection

from learncity.apps.catalogue import indexing, queries, searching
from learncity.apps.catalogue.index_models import SHOWN
from learncity.apps.catalogue.models import Course, Word
from learncity.kernel import meaning

BOOKKEEPING = "bookkeeping-for-shops"


@pytest.fixture(autouse=True)
def by_words_alone(monkeypatch):
    monkeypatch.setattr(meaning, "is_installed", lambda: False)


def keys(text, **window):
    return [c.key for c in queries.search(text=text, **window).items]


@pytest.mark.parametrize("ranked", [200, 3])
def test_pages_of_a_search_hold_every_match_once(city, monkeypatch, ranked):
    """Also with more matches than are ranked: the order is one for all pages."""
    monkeypatch.setattr(searching, "_SHOWN_RANKED", ranked)
    found = queries.search(text="a", limit=100)
    assert found.total > 10

    paged = [key for at in range(0, found.total, 4) for key in keys("a", offset=at, limit=4)]

    assert paged == [course.key for course in found.items]
    assert len(set(paged)) == found.total


@pytest.mark.parametrize("ranked", [200, 3])
def test_narrowed_and_hidden_ones_leave_the_order_and_the_count_right(city, monkeypatch, ranked):
    monkeypatch.setattr(searching, "_SHOWN_RANKED", ranked)
    whole = queries.search(text="a", limit=100).items
    for narrow in (lambda c: {"category": c.category}, lambda c: {"provider_id": c.provider_id}):
        ((name, value),) = narrow(whole[0]).items()
        alike = [c.key for c in whole if getattr(c, name) == value]
        found = queries.search(text="a", limit=100, **{name: value})
        assert sorted(c.key for c in found.items) == sorted(alike)
        assert found.total == len(alike)
        assert keys("a", offset=1, limit=2, **{name: value}) == [c.key for c in found.items[1:3]]
    hidden = whole[1]
    Course.objects.filter(pk=hidden.id).update(ended_at="2026-01-01T00:00Z")
    found = queries.search(text="a", limit=100)
    assert found.total == len(whole) - 1 == len(found.items)
    assert hidden.id not in {c.id for c in found.items}


def bookkeeping():
    return Course.objects.get(title__en__startswith="Bookkeeping").key


@pytest.mark.parametrize(
    "typed",
    [
        *("会计", "會計", "kuaiji", "kuai ji", "kuaijirumen", "小店会计", "記好每一筆帳"),
        *("ke toan", "kế toán", "KẾ TOÁN cửa hàng"),
        *("bookkeeping", "small shops", "Bookkeeping for a small shop"),
        # Mistyped.
        *("bookeeping", "bookkepeing", "kuaijj", "快记", "快计入门"),
    ],
)
def test_a_course_is_found_however_it_is_written(city, typed):
    indexing.count_words()
    assert keys(typed)[:1] == [bookkeeping()]


def test_a_page_can_say_what_was_looked_for_instead(city):
    indexing.count_words()
    found = searching.sought("bookeeping")
    assert (found.mended, found.holds_any) == ("bookkeeping", True)
    assert searching.sought("bookkeeping").mended == ""


@pytest.mark.parametrize("typed", ["zzzzqqqq", "量子色动力学", "☃", "!!", "a" * 99, "会 " * 40])
def test_what_nobody_teaches_finds_nothing_or_says_so(city, typed):
    found = searching.sought(typed)
    assert found.holds_any is bool(keys(typed)) or found.close


def test_few_that_hold_every_word_are_followed_by_close_ones(city):
    indexing.count_words()
    found = searching.sought("bookkeeping for a restaurant in Paris")
    assert not found.holds_any
    assert found.best
    assert found.close == set(found.best)


def test_words_are_counted_and_forgotten(city):
    indexing.count_words()
    first = {w.word: w.courses for w in Word.objects.all()}
    assert first["会计"] >= 1
    course = Course.objects.get(key=bookkeeping())
    course.title = {"en": "Unheardofword"}
    indexing.index([course])
    assert Word.objects.filter(word="unheardofword").exists()
    course.title = {"en": "Bookkeeping"}
    indexing.index([course])
    indexing.count_words()
    assert not Word.objects.filter(word="unheardofword").exists()


def test_entries_of_another_way_of_cutting_are_made_again(city, monkeypatch):
    assert indexing.index_stale() == 0
    monkeypatch.setattr(indexing, "VERSION", indexing.VERSION + 1)
    monkeypatch.setattr(indexing, "BATCH", 30)
    made = []
    while many := indexing.index_stale():
        made.append(many)
    assert made[0] == 30
    assert sum(made) == Course.objects.count()


@pytest.mark.parametrize("table", ["catalogue_entry", "catalogue_meaning"])
def test_the_hidden_are_joined_and_not_looked_for_row_by_row(city, table):
    """However many they are: NOT IN would go through all of them for each row."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64kB'")
        cursor.execute(f"EXPLAIN SELECT course_id FROM {table} WHERE {SHOWN}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Anti Join" in plan, plan
    assert "SubPlan" not in plan, plan
