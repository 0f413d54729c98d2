"""Lists of people: which row is whom, what changes, and what is said of rows left out."""

import csv
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from learncity.apps.people import queries, services
from learncity.apps.people.factories import make_person
from learncity.apps.people.imports import COLUMNS, PeopleImport
from learncity.apps.people.models import (
    Group,
    Identifier,
    Listed,
    PeopleList,
    Person,
    Resemblance,
    Residence,
)
from learncity.apps.people.rules import check_sign
from learncity.apps.people.types import IdentifierKind, MergeReason, Number
from learncity.apps.places import queries as places
from learncity.kernel import importing
from learncity.kernel.acting import COMMAND, By, Via
from learncity.kernel.csv_files import CsvFile

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
OFFICE = By(None, Via.DESK)


def number(n, born=1960):
    """An invented Chinese ID number: no such region, the right check sign."""
    first = f"990000{born}0520{n:03d}"
    return first + check_sign(first)


@pytest.fixture(autouse=True)
def _english(city):
    with translation.override("en"):
        yield


@pytest.fixture
def run(tmp_path):
    def run(*rows, name="list", size=0, encoding="utf-8", **said):
        path = tmp_path / "people.csv"
        heads = list(dict.fromkeys(column for row in rows for column in row))
        with path.open("w", encoding=encoding, newline="") as text:
            writer = csv.DictWriter(text, heads)
            writer.writeheader()
            writer.writerows(rows)
        file = CsvFile(path, COLUMNS)
        importer = PeopleImport(
            file, list_name=name, by=OFFICE, at=NOW, region="CN", invented=True, **said
        )
        every = list(file.rows())
        total = importer.write(every[: size or len(every)])
        for at in range(size or len(every), len(every), size or 1):
            part = importer.write(every[at : at + size])
            total.add(part)
            total.errors += part.errors
        return total

    return run


def counts(outcome):
    return outcome.new, outcome.changed, outcome.same, len(outcome.errors)


def imported():
    return Person.objects.filter(pk__in=Listed.objects.values("person_id"))


WANG = {
    "key": "17", "name": "王小明", "phone": "+8615400001700", "email": "Wang17@Example.org",
    "born": "1960", "home": "gusu", "hometown": "Anhui", "groups": "", "national_id": number(1),
}  # fmt: skip


def test_a_row_makes_a_person_whole(run):
    group = Group.objects.filter(ended_at=None).order_by("key").first()
    assert counts(run(WANG | {"groups": group.key})) == (1, 0, 0, 0)

    (person,) = imported()
    assert (person.name, person.born, person.hometown, person.home.key) == (
        "王小明", 1960, "Anhui", "gusu",
    )  # fmt: skip
    assert person.name_words
    assert person.name_order
    (lived,) = Residence.objects.filter(person=person)
    assert (lived.place_id, lived.since, lived.until) == (person.home_id, NOW, None)
    assert [m.group.key for m in queries.memberships_of(person.id)] == [group.key]
    held = {i.kind: i for i in queries.identifiers_of(person.id)}
    assert set(held) == {"NATIONAL_ID", "PHONE", "EMAIL"}
    from learncity.apps.people.types import RevealReason

    whole = services.reveal_identifier(
        person_id=person.id, identifier_id=held["NATIONAL_ID"].id,
        reason=RevealReason.CLAIM, by=OFFICE,
    )  # fmt: skip
    assert whole == number(1)


def test_no_number_of_a_list_is_kept_in_the_open(run):
    run(WANG)
    text = " ".join(str(row) for model in (Listed, Identifier, PeopleList)
                    for row in model.objects.values())  # fmt: skip
    for value in (number(1), "15400001700", "wang17", "'17'"):
        assert value not in text


def test_the_same_row_again_changes_nothing_whatever_the_office_changed_since(run):
    run(WANG)
    (person,) = imported()
    services.describe(person_id=person.id, name="王晓明")

    assert counts(run(WANG)) == (0, 0, 1, 0)
    person.refresh_from_db()
    assert person.name == "王晓明"


def test_a_changed_row_changes_its_person_and_an_empty_cell_says_nothing(run):
    run(WANG)
    (person,) = imported()
    row = {"key": "17", "name": "王小明", "born": "1961", "home": "", "phone": "15400001701"}
    assert counts(run(row)) == (0, 1, 0, 0)

    person.refresh_from_db()
    assert (person.born, person.home.key, person.hometown) == (1961, "gusu", "Anhui")
    phones = [i for i in queries.identifiers_of(person.id) if i.kind == IdentifierKind.PHONE]
    assert [i.tail for i in phones] == ["1700", "1701"]


def test_a_changed_home_ends_the_residence_before(run):
    run(WANG)
    (person,) = imported()
    elsewhere = By(None, Via.COMMAND)
    assert elsewhere
    run(WANG | {"home": "wuzhong"})
    person.refresh_from_db()
    assert person.home.key == "wuzhong"
    assert queries.residences_of(person.id)[0].place_id == person.home_id


def test_the_numbers_of_two_lists_are_two_numbers(run):
    assert counts(run({"key": "1", "name": "Nguyễn Văn An"}, name="A")) == (1, 0, 0, 0)
    assert counts(run({"key": "1", "name": "Trần Thị Bình"}, name="B")) == (1, 0, 0, 0)
    assert counts(run({"key": "1", "name": "Nguyễn Văn An"}, name=" ａ ")) == (0, 0, 1, 0)


def test_the_same_identity_number_is_the_same_person_from_another_list(run):
    run(WANG, name="A")
    row = {"key": "x", "name": "王小明", "national_id": number(1).lower(), "union_number": "T-4711",
           "union": "Suzhou Union"}  # fmt: skip
    assert counts(run(row, name="B")) == (0, 1, 0, 0)
    assert counts(run({"name": "王小明", "union_number": "t4711", "union": "suzhou union"},
                      name="C")) == (0, 0, 1, 0)  # fmt: skip
    assert imported().count() == 1


def test_an_old_number_of_15_digits_is_the_same_person(run):
    run(WANG)
    old = number(1)[:6] + number(1)[8:17]
    assert counts(run({"name": "王小明", "old_national_id": old}, name="B")) == (0, 0, 1, 0)
    assert imported().count() == 1


def test_a_merged_record_is_the_one_that_is_kept(run):
    run(WANG)
    (other,) = imported()
    keep = make_person("王小明", born=1960)
    services.merge(keep=keep, other=other.id, reason=MergeReason.SAME_DOCUMENT, by=OFFICE, at=NOW)

    assert counts(run(WANG | {"hometown": "Henan"})) == (0, 1, 0, 0)
    assert Person.objects.get(pk=keep).hometown == "Henan"
    assert Person.objects.get(pk=other.id).hometown == "Anhui"
    # Its numbers stay where they are, once.
    assert Identifier.objects.filter(person_id=keep).count() == 0


def test_a_shared_phone_makes_two_people_who_are_noted_for_the_office(run):
    outcome = run(WANG, {"key": "18", "name": "李秀英", "phone": "15400001700", "born": "1962"})
    assert (counts(outcome), outcome.alike) == ((2, 0, 0, 0), 1)

    wang, li = (imported().get(name=name) for name in ("王小明", "李秀英"))
    (seen,) = Resemblance.objects.all()
    assert (seen.person_id, seen.other_id, seen.by) == (li.id, wang.id, "NUMBER")
    assert queries.identifiers_of(li.id) == []
    for one, other in ((wang, li), (li, wang)):
        assert [d.card.id for d in queries.possible_duplicates(one.id).shown] == [other.id]
    again = run(WANG, {"key": "18", "name": "李秀英", "phone": "15400001700", "born": "1962"})
    assert (counts(again), again.alike) == ((0, 0, 2, 0), 0)


def test_the_phone_somebody_signs_in_with_is_not_given_to_another(run):
    holder = make_person("Somebody", account=True)
    phone = queries.addresses([holder])[holder].phone
    outcome = run({"key": "1", "name": "Another", "phone": phone})
    assert (outcome.new, outcome.alike) == (1, 1)
    assert Resemblance.objects.get().other_id == holder


def test_the_same_name_and_year_is_noted_unless_two_numbers_say_they_are_two(run):
    there = make_person("王小明", born=1960)
    assert run({"key": "1", "name": "王小明", "born": "1960"}).alike == 1
    assert Resemblance.objects.get().other_id == there
    assert run({"key": "2", "name": "李秀英", "born": "1960", "national_id": number(2)}).alike == 0
    assert run({"key": "3", "name": "李秀英", "born": "1960", "national_id": number(3)}).alike == 0


def test_an_address_an_office_stated_leads_to_the_record_when_it_is_proven(run):
    run(WANG)
    (person,) = imported()
    for address in ("+8615400001700", "wang17@example.org"):
        parsed = services.parse_address(address, region="CN", invented=True)
        account = services.account_for(address=parsed, language="en")
        assert account.person_id != person.id
        services.prove(account_id=account.pk, at=timezone.now())
        assert not services.claim_record(account_id=account.pk, said="1901", at=timezone.now())
        assert services.claim_record(
            account_id=account.pk, said=str(person.born), at=timezone.now()
        )
        account.refresh_from_db()
        assert account.person_id == person.id
        account.delete()


def test_a_number_that_somebody_says_is_theirs_makes_them_nobody_of_a_list(run):
    mallory = make_person("Mallory")
    sealed = services.parse_number(
        IdentifierKind.NATIONAL_ID, number(7), issuer="CN", today=timezone.localdate(),
        region="CN", invented=True,
    )  # fmt: skip
    services.add_own_identifier(
        person_id=mallory, number=sealed, by=By(mallory, Via.WEB), at=timezone.now()
    )
    row = {"key": "1", "name": "王小明", "born": "1960", "national_id": number(7)}

    outcome = run(row)
    assert (outcome.new, outcome.changed, len(outcome.errors)) == (0, 0, 1)
    assert queries.persons([mallory])[mallory].name == "Mallory"

    services.add_identifier(person_id=mallory, number=sealed, by=COMMAND, at=timezone.now())
    assert not run(row).errors


def test_an_erased_person_does_not_come_back_with_the_list(run):
    run(WANG)
    (person,) = imported()
    services.forget(person_id=person.id, at=NOW)

    outcome = run(WANG)
    assert [e.says for e in outcome.errors] == [
        "this person was erased at their wish; take the row out of the list"
    ]
    assert imported().exclude(name="").count() == 0
    assert Resemblance.objects.count() == 0


@pytest.mark.parametrize(
    ("cells", "column", "kind", "says"),
    [
        ({"national_id": number(1)[:17] + "A"}, "national_id", "18 signs, 17 of them digits",
         "This is not a number of this kind. Compare it with the document, sign by sign."),
        ({"national_id": "3.2050719600520E+17"}, "national_id", "19 signs, 16 of them digits",
         "the spreadsheet rounded this number; set the column to text and enter it anew"),
        ({"phone": "12345"}, "phone", "5 digits",
         "this is no mobile phone number; write all its digits"),
        ({"email": "nobody"}, "email", "6 letters", "this is no e-mail address"),
        ({"born": "abc"}, "born", "3 letters",
         "write the year of birth, such as 1962, or the day as 1962-05-20"),
        ({"born": "2090"}, "born", "4 digits",
         "write the year of birth, such as 1962, or the day as 1962-05-20"),
        ({"groups": "pirates"}, "groups", "7 letters",
         "there is no such group; write keys or names, separated by |"),
        ({"name": ""}, "name", "", "write the name; the cell is empty"),
        ({"name": "12345"}, "name", "5 digits", "this is no name; is it another column?"),
        ({"key": "", "union_number": ""}, "key", "",
         "give the row a number of its own, or a number of identity of the person"),
        ({"union_number": "4711"}, "union_number", "4 digits",
         "Say who gave the number out: the country, the union, the employer or the school."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_without_the_value(run, cells, column, kind, says):
    outcome = run({"key": "9", "name": "Test"} | cells, {"key": "10", "name": "Good"})
    assert counts(outcome) == (1, 0, 0, 1)
    (error,) = outcome.errors
    assert (error.row, error.column, error.value, error.says) == (2, column, kind, says)
    for value in cells.values():
        assert not value or value not in str(error)


def test_of_two_rows_with_the_same_number_the_earlier_is_read_however_far_apart(run):
    rows = [{"key": str(n), "name": f"Nguyễn {n}", "national_id": ""} for n in range(7)]
    rows[6]["key"] = "0"
    outcome = run(*rows, size=2)
    assert counts(outcome) == (6, 0, 0, 1)
    assert outcome.errors[0].says == "row 2 has the same number; keep one of the two rows"

    doubled = [{"key": "a", "name": "An", "national_id": number(5)},
               {"key": "b", "name": "An", "national_id": number(5)}]  # fmt: skip
    assert counts(run(*doubled, name="B")) == (1, 0, 0, 1)


def test_two_rows_about_one_person_by_two_numbers_are_not_both_written(run):
    person = make_person("An", born=1970)
    for value in (Number(IdentifierKind.NATIONAL_ID, "CN", number(7)),
                  Number(IdentifierKind.UNION_NUMBER, "Union", "U777")):  # fmt: skip
        services.add_identifier(person_id=person, number=value, by=OFFICE, at=NOW)
    rows = [{"name": "An", "national_id": number(7)},
            {"name": "An", "union_number": "U777", "union": "Union"}]  # fmt: skip
    outcome = run(*rows)
    assert counts(outcome) == (0, 0, 1, 1)
    assert "about the same person" in outcome.errors[0].says


def test_numbers_of_two_people_in_one_row_are_refused(run):
    run(WANG, {"key": "18", "name": "李秀英", "union_number": "U18", "union": "Union"})
    row = {"key": "99", "name": "王小明", "national_id": number(1), "union_number": "U18",
           "union": "Union"}  # fmt: skip
    outcome = run(row)
    assert "two records" in outcome.errors[0].says
    moved = run({"key": "18", "name": "李秀英", "national_id": number(1)})
    assert "compare the two" in moved.errors[0].says


def test_a_second_national_id_of_a_country_is_refused(run):
    run(WANG)
    outcome = run(WANG | {"national_id": number(8)})
    assert "another living number of this country" in outcome.errors[0].says
    (person,) = imported()
    assert len(queries.identifiers_of(person.id)) == 3


def test_looking_writes_nothing_and_says_the_same(run):
    before = Person.objects.count()
    rows = [WANG, {"key": "18", "name": "李秀英", "born": "x"}, {"key": "19", "name": "赵敏"}]
    looked = run(*rows, is_check=True)
    assert Person.objects.count() == before
    assert Listed.objects.count() == Identifier.objects.filter(added_at=NOW).count() == 0
    assert PeopleList.objects.count() == 0
    assert counts(looked) == counts(run(*rows)) == (2, 0, 0, 1)


def test_names_in_parts_are_put_together_as_their_script_writes_them(run):
    run({"key": "1", "family_name": "欧阳", "given_name": "修"},
        {"key": "2", "family_name": "Nguyễn Thị", "given_name": "Hồng"})  # fmt: skip
    assert set(imported().values_list("name", flat=True)) == {"欧阳修", "Nguyễn Thị Hồng"}


def test_headers_of_others_are_understood_in_three_languages():
    chinese = COLUMNS.guess(
        ["序号", "姓名", "身份证号码", "手机号", "出生日期", "工作单位", "工号"]
    )
    assert chinese == {
        "name": "姓名", "national_id": "身份证号码", "phone": "手机号",
        "born": "出生日期", "employer": "工作单位", "employee_number": "工号",
    }  # fmt: skip
    vietnamese = COLUMNS.guess(["STT", "Họ và tên", "Số CCCD", "Năm sinh", "Điện thoại"])
    assert vietnamese == {"name": "Họ và tên", "national_id": "Số CCCD",
                          "born": "Năm sinh", "phone": "Điện thoại"}  # fmt: skip
    english = COLUMNS.guess(["Full name", "E-mail", "Date of birth"])
    assert english == {"name": "Full name", "email": "E-mail", "born": "Date of birth"}


def test_a_file_in_gb18030_is_read(run):
    assert counts(run({"编号": "1", "姓名": "王小明", "群体": ""}, encoding="gb18030")) == (
        1,
        0,
        0,
        0,
    )
    assert imported().get().name == "王小明"


def test_a_batch_costs_the_same_however_many_rows(run):
    def cost(*rows, name):
        with CaptureQueriesContext(connection) as found:
            assert run(*rows, name=name).new == len(rows)
        return len(found)

    few = [{"key": str(n), "name": f"An {n}", "national_id": number(n), "home": "gusu",
            "phone": f"+86154000017{n:02d}"} for n in range(2)]  # fmt: skip
    many = [{"key": str(n), "name": f"An {n}", "national_id": number(n), "home": "gusu",
             "phone": f"+86154000018{n:02d}"} for n in range(100, 180)]  # fmt: skip
    assert cost(*few, name="A") == cost(*many, name="B")


def kinds_of(person_id):
    return {i.kind for i in queries.identifiers_of(person_id)}


def test_a_list_gives_no_address_to_somebody_it_did_not_make(run):
    """Whoever knows a number of identity must not get its person by proving their own phone."""
    victim = make_person("王小明", born=1960)
    national = Number(IdentifierKind.NATIONAL_ID, "CN", number(1))
    services.add_identifier(person_id=victim, number=national, by=OFFICE, at=NOW)
    evil = {"key": "1", "name": "王小明", "national_id": number(1), "phone": "15400009999",
            "email": "evil@example.org"}  # fmt: skip
    looked = run(evil, is_check=True)
    outcome = run(evil)
    assert counts(looked) == counts(outcome) == (0, 0, 1, 0)
    assert [(n.column, n.value) for n in outcome.notes] == [
        ("phone", "11 digits"), ("email", "16 letters"),
    ]  # fmt: skip
    assert looked.notes == outcome.notes
    assert "was there before this list" in outcome.notes[0].says
    assert kinds_of(victim) == {"NATIONAL_ID"}
    # Nor when the same list says it again, now that it has them as a row of its own.
    assert len(run(evil | {"hometown": "Anhui"}).notes) == 2
    for address in ("+8615400009999", "evil@example.org"):
        parsed = services.parse_address(address, region="CN", invented=True)
        assert services.account_for(address=parsed, language="en").person_id != victim


def test_a_second_list_gives_no_address_to_somebody_of_the_first(run):
    run(WANG, name="A")
    (person,) = imported()
    row = {"key": "x", "name": "王小明", "national_id": number(1), "phone": "15400009999"}
    assert [n.column for n in run(row, name="B").notes] == ["phone"]
    tails = [i.tail for i in queries.identifiers_of(person.id) if i.kind == IdentifierKind.PHONE]
    assert tails == ["1700"]


def test_a_list_rewrites_nobody_who_signs_in(run):
    run({"key": "17", "name": "王小明", "national_id": number(1)})
    (made,) = imported()
    kept = make_person("王晓明", account=True, born=1961)
    home_id = places.ids_by_key(["gusu"])["gusu"]
    Person.objects.filter(pk=kept).update(hometown="Anhui", home_id=home_id)
    services.merge(keep=kept, other=made.id, reason=MergeReason.SAME_DOCUMENT, by=OFFICE, at=NOW)
    before = Person.objects.filter(pk=kept).values().get()

    row = {"key": "17", "name": "Evil", "national_id": number(1), "born": "1950", "language": "vi",
           "home": "wuzhong", "hometown": "Henan", "phone": "15400009999"}  # fmt: skip
    outcome = run(row)
    assert counts(outcome) == (0, 0, 1, 0)
    assert {n.column for n in outcome.notes} == set(row) - {"key", "national_id"}
    assert Person.objects.filter(pk=kept).values().get() == before
    assert "15400009999" not in str(outcome.notes)


def test_of_two_records_that_are_one_the_account_of_the_other_counts(run):
    run({"key": "17", "name": "王小明"})
    (made,) = imported()
    other = make_person("王小明", account=True)
    services.merge(keep=made.id, other=other, reason=MergeReason.SAME_DOCUMENT, by=OFFICE, at=NOW)

    outcome = run({"key": "17", "name": "Evil", "hometown": "Henan", "phone": "15400009999"})
    assert {n.column for n in outcome.notes} == {"name", "phone"}
    made.refresh_from_db()
    # What nobody said yet is filled.
    assert (made.name, made.hometown) == ("王小明", "Henan")
    assert kinds_of(made.id) == set()


@pytest.mark.parametrize("head", ["序号", "STT", "No.", "no", "Number"])
def test_a_running_number_of_rows_is_not_taken_for_the_lists_own(head):
    assert COLUMNS.guess([head, "姓名"]) == {"name": "姓名"}


def test_rows_read_by_another_process_say_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "LONG", 1)
    path = tmp_path / "people.csv"
    rows = [
        WANG,
        WANG | {"key": "18", "national_id": number(2)[:-1]},
        WANG | {"key": "19", "name": "李", "national_id": number(3), "phone": "12"},
    ]
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(WANG))
        writer.writeheader()
        writer.writerows(rows)
    file = CsvFile(path, COLUMNS)
    importer = PeopleImport(file, list_name="list", by=OFFICE, at=NOW, region="CN", invented=True)

    ((batch, outcome),) = importing.written(file, importer, 10)

    here = importer.reader.read(list(file.rows()))
    assert [row.number for row in batch] == [2, 3, 4]
    assert outcome.new == 1
    assert outcome.errors == [error for one in here for error in one.cells.errors]
    assert [error.column for error in outcome.errors] == ["national_id", "phone"]
    (person,) = imported()
    assert (person.name, person.born) == (WANG["name"], 1960)
