"""What courses mean: measured once, found in any language, measured again when the words change."""

import numpy as np
import pytest

from learncity.apps.catalogue import jobs, meanings, queries, searching
from learncity.apps.catalogue.models import Course, Mean, Meaning
from learncity.apps.catalogue.services import write_courses
from learncity.kernel import meaning
from learncity.kernel.memo import forget_all

# A model that knows a few ideas in three languages, and that each language sounds like itself.
IDEAS = {
    "money": (
        "会计",
        "账",
        "kế toán",
        "sổ",
        "bookkeeping",
        "ledger",
        "fiscal",
        "财务",
        "tài chính",
    ),
    "health": ("急救", "健康", "cấp cứu", "sức khỏe", "first aid", "health", "emergency"),
    "hand": ("书法", "thư pháp", "calligraphy", "brush"),
}


def direction(*seed):
    """Somewhere among 384 numbers, always the same for the same seed."""
    found = np.random.default_rng(seed).normal(size=384)
    return found / np.linalg.norm(found)


def vector_of(text):
    """What it is about, its language, and something of its own."""
    found = direction(*text.encode())
    for at, words in enumerate(IDEAS.values()):
        found += 3 * direction(at) * any(word in text.lower() for word in words)
    found += 5 * direction(99, any("\u4e00" <= sign <= "\u9fff" for sign in text))
    return (found / np.linalg.norm(found)).astype(np.float32)


@pytest.fixture
def model(monkeypatch):
    measured = []

    def of_passages(texts):
        measured.extend(texts)
        return np.stack([vector_of(text) for text in texts])

    monkeypatch.setattr(meaning, "is_installed", lambda: True)
    monkeypatch.setattr(meaning, "of_passages", of_passages)
    monkeypatch.setattr(meaning, "of_query", vector_of)
    return measured


def measure_all():
    jobs.keep_found()
    forget_all()


def title(pk):
    return str(queries.titles([pk])[pk].get("en"))


def test_what_no_course_says_is_found_by_what_it_means(city, model):
    assert not any(title(pk).startswith("Bookkeeping") for pk in searching.sought("财务").best)
    measure_all()

    for typed in ("fiscal", "财务"):
        found = searching.sought(typed)
        assert not found.holds_any
        assert any(title(pk).startswith("Bookkeeping") for pk in found.best), typed
        assert set(found.best) == found.close
        assert queries.search(text=typed).total == len(found.best)


def test_nothing_is_close_to_what_means_nothing_here(city, model):
    measure_all()
    assert searching.sought("qqqq").best == ()


def test_a_text_is_measured_once_and_again_when_it_changes(city, model):
    measure_all()
    assert len(model) == len(set(model)) == Meaning.objects.count()
    measure_all()
    assert len(model) == Meaning.objects.count()

    course = Course.objects.get(title__en__startswith="Bookkeeping")
    course.title = {**course.title, "en": "Calligraphy with a big brush"}
    write_courses([course])
    measure_all()

    assert len(model) == Meaning.objects.count() + 1
    assert "Calligraphy with a big brush" in model[-1]


def test_a_language_that_is_taken_away_is_no_longer_found_by(city, model):
    measure_all()
    course = Course.objects.get(title__en__startswith="Bookkeeping")
    others = Meaning.objects.exclude(course=course).count()
    course.title = {tag: words for tag, words in course.title.items() if tag != "vi"}
    write_courses([course])
    measure_all()

    assert {m.language for m in Meaning.objects.filter(course=course)} == set(course.title)
    assert Meaning.objects.exclude(course=course).count() == others


def test_means_are_taken_when_there_are_many_more(city, model):
    measure_all()
    known = dict(Mean.objects.values_list("language", "texts"))
    assert {"zh", "vi", "en", "?zh", "?vi", "?en"} == set(known)
    Mean.objects.filter(language="en").update(texts=1)
    measure_all()
    assert dict(Mean.objects.values_list("language", "texts")) == known


def test_without_the_model_nothing_is_measured(city, monkeypatch):
    monkeypatch.setattr(meaning, "is_installed", lambda: False)
    measure_all()
    assert not Meaning.objects.exists()
    assert meanings.near("fiscal", among=[]) == {}


@pytest.mark.parametrize(
    ("text", "language"),
    [("会计", "zh"), ("會計", "zh"), ("kế toán", "vi"), ("đàn", "vi"), ("book", "en"), ("", "en")],
)
def test_the_language_of_what_is_typed(text, language):
    assert meanings.language_of(text) == language


def test_the_sound_of_chinese_is_not_asked_for_its_meaning(city, model, monkeypatch):
    measure_all()
    monkeypatch.setattr(meaning, "of_query", lambda text: vector_of("first aid"))

    assert any(title(pk).startswith("First aid") for pk in searching.sought("ledger").best)
    assert [title(pk)[:11] for pk in searching.sought("kuaiji").best] == ["Bookkeeping"]
