"""A catalogue comes in from a file; again, it changes nothing; what is wrong is left out."""

import pytest
from django.utils import translation

from learncity.apps.catalogue import queries
from learncity.apps.catalogue.imports import COLUMNS, CourseImport
from learncity.apps.catalogue.models import Course
from learncity.kernel.csv_files import CsvFile

HEADER = (
    "key,provider,category,title_zh,title_vi,title_en,summary_zh_hant,level,audiences,taught_in"
)
INK = (
    "ink,wenqu-library,HOBBIES,毛笔字,Thư pháp,Brush and "
    "ink,毛筆字入門,improver,SENIORS|women,zh|vi"
)
POTS = "pots,qiaotou-learning-centre,Cultural literacy,陶艺,,,,,,"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def bring(tmp_path, city):
    """Import these lines; the outcome and the mistakes as they are printed."""

    def bring(*lines, header=HEADER, size=500, **options):
        path = tmp_path / "courses.csv"
        path.write_text("\n".join([header, *lines]), encoding="utf-8")
        file = CsvFile(path, COLUMNS, **options)
        importer, rows = CourseImport(file), list(file.rows())
        outcome = importer.write(rows[:size])
        while rows := rows[size:]:
            more = importer.write(rows[:size])
            outcome.add(more)
            outcome.errors += more.errors
        return outcome

    return bring


def counts(outcome):
    return outcome.new, outcome.changed, outcome.same


def mistakes(outcome):
    return [str(error) for error in outcome.errors]


def test_a_course_is_made_as_its_row_says(bring):
    outcome = bring(INK, POTS)

    ink, pots = queries.find_course("ink"), queries.find_course("pots")
    assert counts(outcome) == (2, 0, 0)
    assert mistakes(outcome) == []
    assert ink.provider_key == "wenqu-library"
    assert ink.title == {"zh-Hans": "毛笔字", "vi": "Thư pháp", "en": "Brush and ink"}
    assert ink.summary == {"zh-Hant": "毛筆字入門"}
    assert (ink.category, ink.level) == ("HOBBIES", "IMPROVER")
    assert (ink.audiences, ink.taught_in) == (("SENIORS", "WOMEN"), ("zh-Hans", "vi"))
    assert (pots.category, pots.level) == ("CULTURAL_LITERACY", "BEGINNER")


@pytest.mark.parametrize("words", ["毛笔", "thu phap", "brush", "入門"])
def test_an_imported_course_is_found_by_its_words(bring, words):
    bring(INK)

    assert "ink" in [course.key for course in queries.search(text=words).items]


def test_the_same_file_again_changes_nothing(bring):
    bring(INK, POTS)
    before = list(Course.objects.order_by("key").values())

    outcome = bring(INK, POTS)

    assert counts(outcome) == (0, 0, 2)
    assert list(Course.objects.order_by("key").values()) == before


def test_only_what_differs_is_changed(bring):
    bring(INK, POTS)

    outcome = bring(INK.replace("Brush and ink", "Ink"), POTS)

    assert counts(outcome) == (0, 1, 1)
    assert queries.find_course("ink").title["en"] == "Ink"
    assert "ink" not in [course.key for course in queries.search(text="brush").items]


def test_a_column_that_the_file_does_not_have_is_left_as_it_is(bring):
    bring(INK)

    outcome = bring("ink,wenqu-library,HOBBIES,Viết chữ", header="key,provider,category,title_vi")

    course = queries.find_course("ink")
    assert counts(outcome) == (0, 1, 0)
    assert course.title == {"zh-Hans": "毛笔字", "vi": "Viết chữ", "en": "Brush and ink"}
    assert course.level == "IMPROVER"


def test_an_empty_cell_empties_what_it_stands_for(bring):
    bring(INK)

    bring(INK.replace("Thư pháp", "").replace("SENIORS|women", ""))

    assert set(queries.find_course("ink").title) == {"zh-Hans", "en"}
    assert queries.find_course("ink").audiences == ()


def test_a_course_that_had_ended_is_offered_again(bring):
    bring(INK)
    Course.objects.filter(key="ink").update(ended_at="2026-01-01T00:00:00Z")

    assert counts(bring(INK)) == (0, 1, 0)
    assert queries.find_course("ink") is not None


def test_other_names_and_defaults_serve_a_file_made_by_others(bring):
    outcome = bring(
        "ink;毛筆字", header="code;name", rename={"key": "code", "title_zh_hant": "name"},
        defaults={"provider": "wenqu-library", "category": "CONTINUING_EDUCATION"},
    )  # fmt: skip

    assert counts(outcome) == (1, 0, 0)
    assert queries.find_course("ink").title.best("zh-Hans") == "毛筆字"
    assert queries.find_course("ink").title.language("zh-Hans") == "zh-Hant"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (INK.replace("ink,", ",", 1), ["row 2, key: write a key; the cell is empty"]),
        (
            INK.replace("ink,", "Ink 1,", 1),
            [
                (
                    "row 2, key 'Ink 1': write small letters a-z, digits and hyphens, at most 80, "
                    "such as 'ink-1'"
                )
            ],
        ),
        (
            INK.replace("wenqu-library", "wenku-library"),
            [
                (
                    "row 2, provider 'wenku-library': there is no organization of this key (did "
                    "you mean 'wenqu-library'?); add it to the city's file and apply that first"
                )
            ],
        ),
        (
            INK.replace("HOBBIES", "HOBBY"),
            [
                (
                    "row 2, category 'HOBBY': 'HOBBY' is not one of SCIENTIFIC_LITERACY, "
                    "WORKPLACE_SKILLS, CULTURAL_LITERACY, HOBBIES, CONTINUING_EDUCATION, "
                    "SILVER_AGE (did you mean 'HOBBIES'?)"
                )
            ],
        ),
        (
            INK.replace("HOBBIES", ""),
            [
                (
                    "row 2, category: write one of SCIENTIFIC_LITERACY, WORKPLACE_SKILLS, "
                    "CULTURAL_LITERACY, HOBBIES, CONTINUING_EDUCATION, SILVER_AGE; the cell is "
                    "empty"
                )
            ],
        ),
        (
            "ink,wenqu-library,HOBBIES,,,,,,,",
            ["row 2: write a title, in one language at least"],
        ),
        (
            INK.replace("improver", "hard").replace("women", "men"),
            [
                "row 2, level 'hard': 'hard' is not one of BEGINNER, IMPROVER, ADVANCED",
                (
                    "row 2, audiences 'SENIORS|men': 'men' is not one of EVERYONE, "
                    "INDUSTRIAL_WORKERS, MIGRANT_WORKERS, NEW_FORM_WORKERS, RURAL_TEACHERS, "
                    "FARMERS, SENIORS, WOMEN, YOUTH, FOREIGNERS, DISABLED_PEOPLE (did you mean "
                    "'WOMEN'?)"
                ),
            ],
        ),
        (
            INK + ",more",
            [
                (
                    "row 2: the row has 11 cells and the header 10; put a cell that holds a comma "
                    "between quotation marks"
                )
            ],
        ),
        (
            INK.replace("毛笔字", "字" * 4001),
            [f"row 2, title_zh '{'字' * 39}…': it has 4,001 characters; 4,000 are allowed"],
        ),
    ],
)
def test_a_row_that_cannot_be_used_is_said_and_the_others_go_in(bring, row, says):
    outcome = bring(row, POTS)

    assert mistakes(outcome) == says
    assert counts(outcome) == (1, 0, 0)
    assert queries.find_course("pots") is not None


@pytest.mark.parametrize("size", [500, 1])
def test_a_key_stands_in_one_row_only(bring, size):
    outcome = bring(INK, POTS, INK.replace("毛笔字", "水墨"), size=size)

    assert mistakes(outcome) == ["row 4, key 'ink': row 2 has the same; keep one of the two rows"]
    assert queries.find_course("ink").title["zh-Hans"] == "毛笔字"


def test_a_batch_costs_the_same_however_many_rows_it_has(bring, django_assert_num_queries):
    lines = [INK.replace("ink,", f"ink-{n},", 1) for n in range(40)]

    # Providers and who of them is suspended, savepoint and its release, lock, which courses to hold
    # and the lock of none, read, the write with its own savepoint, the names it stands under, its
    # words, and the news.
    with django_assert_num_queries(15):
        bring(*lines)
