"""What is near to whatever is asked is held back, so that each question finds its own course."""

import numpy as np
import pytest
from django.utils import timezone

from learncity.apps.catalogue import jobs, meanings, pulls, searching
from learncity.apps.catalogue.models import Course, Meaning
from learncity.apps.catalogue.services import write_courses
from learncity.kernel import meaning
from learncity.kernel.memo import forget_all
from learncity.kernel.texts import Text

from .test_meanings import direction

SHARP = 17.0


def shares(near, pull=0.0):
    """Which part of each question each course gets."""
    drawn = np.exp(SHARP * (near - pull))
    return drawn / drawn.sum(axis=1, keepdims=True)


def test_no_course_answers_more_than_its_part_of_all_questions():
    rng = np.random.default_rng(5)
    near = rng.normal(size=(300, 60)) / 10
    near[:, 0] += 0.3  # speaks of everything
    near[:, 1] -= 0.3
    near = near.astype(np.float32)

    alone = shares(near).sum(axis=0)
    held = shares(near, pulls._pulls(near.copy())).sum(axis=0)

    assert alone.max() > 100 > alone.mean() > 1 > alone.min()
    assert held == pytest.approx(np.full(60, 5.0), rel=0.1)


def test_on_average_nothing_is_pulled_and_a_question_for_nobody_does_not_count():
    near = np.array([[0.5, 0.1], [0.4, 0.2], [-np.inf, -np.inf]], dtype=np.float32)
    found = pulls._pulls(near.copy())
    assert found == pytest.approx(pulls._pulls(near[:2].copy()))
    assert found.mean() == pytest.approx(0, abs=1e-6)
    assert found[0] > 0 > found[1]


WORDS = [f"w{n}x" for n in range(30)]


@pytest.fixture
def everything(city, monkeypatch):
    """Thirty courses of one thing each, and one that speaks of all of them."""

    def vector_of(text):
        found = direction(0) + sum(direction(1, n) for n, w in enumerate(WORDS) if w in text)
        return (found / np.linalg.norm(found)).astype(np.float32)

    monkeypatch.setattr(meaning, "is_installed", lambda: True)
    monkeypatch.setattr(meaning, "of_passages", lambda texts: np.stack([*map(vector_of, texts)]))
    monkeypatch.setattr(meaning, "of_query", vector_of)
    provider = Course.objects.values_list("provider_id", flat=True)[0]
    Course.objects.update(ended_at=timezone.now())

    def course(key, title, summary):
        return Course(
            key=key, provider_id=provider, category="WORKPLACE_SKILLS",
            title=Text({"en": title}), summary=Text({"en": summary}),
        )  # fmt: skip

    write_courses(
        [
            *(course(f"one-{n}", word, f"About {word}") for n, word in enumerate(WORDS)),
            course("all", "Life", " ".join(WORDS)),
        ]
    )
    jobs.keep_found()
    forget_all()


def test_a_course_that_speaks_of_everything_has_the_greatest_pull(everything):
    jobs.take_pulls()
    found = dict(Meaning.objects.values_list("course__key", "pull"))
    assert max(found, key=found.__getitem__) == "all"
    assert sum(found.values()) == pytest.approx(0, abs=1e-3)

    kept = list(Meaning.objects.order_by("id").values_list("id", "pull"))
    jobs.take_pulls()
    again = list(Meaning.objects.order_by("id").values_list("id", "pull"))
    assert [pk for pk, _ in again] == [pk for pk, _ in kept]
    assert [pull for _, pull in again] == pytest.approx([pull for _, pull in kept])


def test_pull_is_taken_off_when_courses_are_ordered(everything):
    key = dict(Course.objects.values_list("id", "key"))

    def order():
        forget_all()
        near = meanings.near("w3x w4x and what else", among=[*key])
        return sorted(near, key=lambda pk: near[pk].weight, reverse=True)

    assert "all" in {key[pk] for pk in order()[:3]}
    Meaning.objects.filter(course__key="all").update(pull=5)
    assert key[order()[-1]] == "all"


def test_a_text_that_changes_keeps_its_pull_until_the_night(everything):
    jobs.take_pulls()
    before = Meaning.objects.get(course__key="all").pull
    course = Course.objects.get(key="all")
    course.summary = Text({"en": "w1x"})
    write_courses([course])
    jobs.keep_found()
    assert Meaning.objects.get(course__key="all").pull == before != 0
    jobs.take_pulls()
    assert Meaning.objects.get(course__key="all").pull < before


def test_what_words_alone_say_is_a_part_of_the_best(everything):
    found = searching.by_words("w3x w4x")
    key = dict(Course.objects.values_list("id", "key"))
    assert max(found.values()) == 1
    assert {key[pk] for pk in found} == {"one-3", "one-4", "all"}
    assert searching.by_words(" ") == {}


def test_without_the_model_nothing_is_pulled(city, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(meaning, "is_installed", lambda: False)
    with django_assert_num_queries(0):
        pulls.take_pulls()
