"""Where the people of a list live and when they were born: what is taken, and what is asked."""

import pytest

from learncity.apps.people.imports import COLUMNS
from learncity.apps.people.models import Person
from learncity.apps.people.rules import year_in
from learncity.apps.people.types import IdentifierKind, Number
from learncity.apps.places import queries as places
from learncity.apps.places.models import Place
from learncity.kernel.ids import uuid7

from .test_imports import _english, counts, imported, number, run  # noqa: F401

ONE = {"key": "1", "name": "王小明"}


def place(key, **name):
    return Place.objects.create(id=uuid7(), key=key, kind="COMMUNE", name=name, path=f"x.{key}")


@pytest.mark.parametrize(
    "said", ["安宁坊街道", " 安宁坊街道", "anningfang subdistrict", "Phố An Ninh Phường"]
)
def test_a_place_is_known_by_its_name_in_any_language(run, said):  # noqa: F811
    place(
        "pj",
        **{"zh-Hans": "安宁坊街道", "en": "Anningfang Subdistrict", "vi": "Phố An Ninh Phường"},
    )
    outcome = run(ONE | {"home": said})
    assert (counts(outcome), outcome.notes) == ((1, 0, 0, 0), [])
    assert imported().get().home.key == "pj"


def test_a_name_of_two_places_says_what_to_write_and_keeps_the_person(run):  # noqa: F811
    place("pj-one", **{"zh-Hans": "安宁坊街道"})
    place("pj-two", **{"zh-Hans": "安宁坊街道"})
    outcome = run(ONE | {"home": "安宁坊街道"})
    assert counts(outcome) == (1, 0, 0, 0)
    (note,) = outcome.notes
    assert (note.column, note.says) == (
        "home", "not taken: several places are called so; write one of pj-one, pj-two",
    )  # fmt: skip
    assert imported().get().home is None


def test_a_place_that_nobody_knows_does_not_cost_the_person(run):  # noqa: F811
    outcome = run(ONE | {"home": "Atlantis"}, is_check=True)
    assert [n.says for n in outcome.notes] == [
        "not taken: there is no such place; write its name, key or code"
    ]
    assert counts(run(ONE | {"home": "Atlantis"})) == (1, 0, 0, 0)


def test_the_same_row_says_a_home_again_once_there_is_such_a_place(run):  # noqa: F811
    run(ONE | {"home": "Atlantis"})
    Person.objects.filter(pk=imported().get().pk).update(born=1950)
    assert counts(run(ONE | {"home": "Atlantis"})) == (0, 0, 1, 0)
    place("atlantis-commune", en="Atlantis")
    assert counts(run(ONE | {"home": "Atlantis"})) == (0, 1, 0, 0)
    assert (imported().get().home.key, imported().get().born) == ("atlantis-commune", 1950)


def test_names_of_places_are_asked_in_one_query(city, django_assert_num_queries):
    place("pj", **{"zh-Hans": "安宁坊街道"})
    with django_assert_num_queries(1):
        found = places.keys_by_name(["安宁坊街道", "姑苏区", "nowhere"])
    assert {name: list(keys) for name, keys in found.items() if name == "安宁坊街道"} == {
        "安宁坊街道": ["pj"]
    }
    assert "nowhere" not in found


def test_a_place_that_ended_is_no_home(city):
    one = place("pj", **{"zh-Hans": "安宁坊街道"})
    Place.objects.filter(pk=one.pk).update(ended_at="2020-01-01T00:00Z")
    assert places.keys_by_name(["安宁坊街道"]) == {}


@pytest.mark.parametrize(
    ("born", "says"),
    [
        ("1990-13-40", "there is no such day"),
        ("19901340", "there is no such day"),
        ("31/02/1990", "there is no such day"),
        ("31234", "this is how a spreadsheet counts days"),
        ("99999", "write the year of birth"),
        ("1890", "write the year of birth"),
    ],
)
def test_a_day_that_is_none_is_a_mistake(run, born, says):  # noqa: F811
    outcome = run(ONE | {"born": born})
    assert counts(outcome) == (0, 0, 0, 1)
    assert outcome.errors[0].says.startswith(says)


@pytest.mark.parametrize(
    "born",
    ["1990", "1990-05-20", "19900520", "1990年5月", "1990年5月20日", "20/05/1990", "05/20/1990",
     "1990-05", "20.5.1990"],
)  # fmt: skip
def test_a_year_or_day_is_read_as_it_is_written(run, born):  # noqa: F811
    assert counts(run(ONE | {"born": born})) == (1, 0, 0, 0)
    assert imported().get().born == 1990


def test_a_number_that_says_another_year_is_noted_and_the_row_is_in(run):  # noqa: F811
    outcome = run(ONE | {"born": "1961", "national_id": number(1, born=1960)},
                  {"key": "2", "name": "李秀英", "born": "1960",
                   "national_id": number(2, born=1960)})  # fmt: skip
    assert counts(outcome) == (2, 0, 0, 0)
    (note,) = outcome.notes
    assert (note.row, note.column, note.value) == (2, "born", "4 digits")
    assert note.says == "the ID number says another year of birth; look at the document"


@pytest.mark.parametrize(
    ("kind", "issuer", "value", "year"),
    [
        (IdentifierKind.NATIONAL_ID, "CN", number(1, born=1987), 1987),
        (IdentifierKind.NATIONAL_ID, "VN", "001185000001", 1985),
        (IdentifierKind.NATIONAL_ID, "VN", "001305000001", 2005),
        (IdentifierKind.OLD_NATIONAL_ID, "", "990000600520001", 1960),
        (IdentifierKind.PASSPORT, "VN", "B1234567", None),
    ],
)
def test_what_a_number_says_of_the_year(kind, issuer, value, year):
    assert year_in(Number(kind, issuer, value)) == year


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("会员编号", "union_number"),
        ("现居住地", "home"), ("现住址", "home"), ("居住地址", "home"),
        ("姓名（必填）", "name"), ("身份证件号码", "national_id"), ("出生年月日", "born"),
        ("工作单位", "employer"), ("户籍所在地", "hometown"), ("联系方式", "phone"),
        ("Số CMND/CCCD", "national_id"), ("Địa chỉ", "home"), ("Đơn vị công tác", "employer"),
        ("MSSV", "student_number"), ("Công đoàn cơ sở", "union"), ("Số ĐT", "phone"),
        ("Nguyên quán", "hometown"), ("Ngày sinh (bắt buộc)", "born"),
    ],
)  # fmt: skip
def test_what_lists_call_their_columns_is_understood(theirs, ours):
    assert COLUMNS.guess([theirs]) == {ours: theirs}
