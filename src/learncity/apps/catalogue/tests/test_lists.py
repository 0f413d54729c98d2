"""Subjects, skills and programmes: addresses that hold, lists that are taken over."""

import pytest
from django.db import IntegrityError, transaction
from tools import onet

from learncity.apps.catalogue import queries
from learncity.apps.catalogue.blueprint import Programmes, Skills, Subjects
from learncity.apps.catalogue.imports import SKILL_COLUMNS, SkillImport
from learncity.apps.catalogue.models import Course, ProgrammePartner, Skill, Subject, SubjectName
from learncity.kernel.csv_files import CsvFile

pytestmark = pytest.mark.usefixtures("city")
ACCOUNTS = {"category": "WORKPLACE_SKILLS", "name": {"en": "Accounts"}, "was": ["bookkeeping"]}


def test_a_renamed_subject_keeps_its_old_address_and_its_courses(client):
    before = queries.find_subject("bookkeeping")
    Subjects().write([("accounts", ACCOUNTS)])
    Subjects().end(["bookkeeping"])

    now = queries.find_subject("bookkeeping")
    assert (now.id, now.key, now.name["en"]) == (before.id, "accounts", "Accounts")
    assert queries.find_course("small-shop-bookkeeping").subject == now
    answer = client.get("/subjects/bookkeeping/")
    assert (answer.status_code, answer.url) == (301, "/subjects/accounts/")
    assert client.get("/subjects/accounts/").status_code == 200
    assert Subjects().read(["accounts"])["accounts"] == ACCOUNTS


def test_an_address_never_leads_to_another_subject():
    Subjects().write([("accounts", ACCOUNTS)])
    other = Subject.objects.get(key="crafts")
    with pytest.raises(IntegrityError, match="address_of_one_subject"), transaction.atomic():
        SubjectName.objects.create(subject=other, key="bookkeeping")


def test_a_subject_that_moves_takes_its_courses_along():
    Subject.objects.filter(key="bookkeeping").update(category="CONTINUING_EDUCATION")
    assert queries.find_course("small-shop-bookkeeping").category == "CONTINUING_EDUCATION"


def test_the_database_alone_refuses_a_subject_of_another_category():
    with pytest.raises(IntegrityError, match="subject_of_its_category"), transaction.atomic():
        Course.objects.filter(key="small-shop-bookkeeping").update(category="HOBBIES")


@pytest.mark.parametrize("wrong", [
    {"effort_weekly": 0}, {"effort_weekly": 600, "effort_total": 60}, {"credits": 100},
    {"sdgs": [18]}, {"learner_pays": -1}, {"mode": "HERE"}, {"state": "IN_REVIEW"},
])  # fmt: skip
def test_the_database_alone_refuses_what_cannot_be(wrong):
    said = {"credits": None, "credit_unit": ""} | wrong
    with pytest.raises(IntegrityError, match="catalogue_"), transaction.atomic():
        Course.objects.filter(key="small-shop-bookkeeping").update(**said)


@pytest.fixture
def bring(tmp_path):
    def import_(*lines):
        path = tmp_path / "skills.csv"
        path.write_text("\n".join(["key,name_zh,name_en,esco", *lines]), encoding="utf-8")
        file = CsvFile(path, SKILL_COLUMNS)
        return SkillImport(file).write(list(file.rows()))

    return import_


def test_skills_come_in_and_the_same_file_changes_nothing(bring):
    line = "welding,焊接,Welding,http://data.europa.eu/esco/skill/abc"
    assert (bring(line).new, bring(line).same) == (1, 1)
    found = Skill.objects.get(key="welding")
    assert (found.name, found.esco) == ({"zh-Hans": "焊接", "en": "Welding"}, "abc")
    assert bring("welding,焊接,Weld,abc").changed == 1


OCCUPATIONS = """O*NET-SOC Code\tTitle\tDescription
43-3031.00\tBookkeeping\tKeep records.
51-4121.00\tWelders, Cutters, Solderers, and Brazers\tJoin metal.
51-4121.00\tWelders, Cutters, Solderers, and Brazers\tTwice.
"""


def test_a_table_of_onet_gives_its_codes_and_the_same_changes_nothing(tmp_path):
    table, path = tmp_path / "Occupation Data.txt", tmp_path / "skills.csv"
    table.write_text(OCCUPATIONS, encoding="utf-8")
    onet.main(str(table), str(path))
    before = Skill.objects.get(key="bookkeeping")

    def bring():
        file = CsvFile(path, SKILL_COLUMNS)
        return SkillImport(file).write(list(file.rows()))

    first, again = bring(), bring()
    assert (first.new, first.changed, first.errors) == (1, 1, [])
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    # A skill that the city has gets the code beside its own names and ESCO's code.
    after = Skill.objects.get(key="bookkeeping")
    assert (after.onet, after.esco, after.name["vi"]) == (
        "43-3031.00", before.esco, before.name["vi"],
    )  # fmt: skip
    welder = Skill.objects.get(key="welders-cutters-solderers-and-brazers")
    assert welder.onet == "51-4121.00"


def test_an_element_of_onet_counts_before_the_occupations_it_is_of(tmp_path):
    table = tmp_path / "Skills.csv"
    table.write_text(
        "O*NET-SOC Code,Title,Element ID,Element Name\n11-1,Chief,2.A.1.a,Reading\n"
        "11-2,Deputy,2.A.1.a,Reading\n11-2,Deputy,2.A.1.b,Listening\n",
        encoding="utf-8",
    )
    assert list(onet.entries(str(table), ["list"])) == [("listening", "Listening", "2.A.1.b")]
    assert [code for _key, _name, code in onet.entries(str(table), [])] == ["2.A.1.a", "2.A.1.b"]


def test_a_code_of_another_skill_is_refused(bring):
    code = Skill.objects.get(key="bookkeeping").esco
    outcome = bring(f"other,别的,Other,{code}")
    assert outcome.errors[0].says == "the skill 'bookkeeping' has this code"
    assert not Skill.objects.filter(key="other").exists()


def test_a_programme_shows_its_courses_in_order_and_only_those_of_the_public():
    found = queries.find_programme("first-line-to-technician")
    assert [(c.key, needed) for c, needed in found.courses] == [
        ("cnc-basics", True), ("plc-basics", True), ("excel-on-phone", False),
        ("english-shop-floor", False),
    ]  # fmt: skip
    assert [p.role for p in found.partners] == ["LEAD", "PARTNER", "PARTNER", "HOST"]
    Course.objects.filter(key="plc-basics").update(state="WITHDRAWN")
    assert len(queries.find_programme("first-line-to-technician").courses) == 3


def test_the_database_alone_refuses_a_second_lead():
    rows = ProgrammePartner.objects.filter(programme__key="own-small-business", role="PARTNER")
    with pytest.raises(IntegrityError, match="one_lead"), transaction.atomic():
        rows.update(role="LEAD")


def test_what_was_stated_is_what_is_read():
    for section, key in ((Programmes(), "at-home-in-suzhou"), (Skills(), "bookkeeping")):
        said = section.read([key])[key]
        section.write([(key, said)])
        assert section.read([key])[key] == said
