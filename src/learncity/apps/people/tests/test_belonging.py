"""Registered once, at home in one place at a time, found by name in three scripts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from learncity.apps.people import queries, services
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import Group, Membership, Person, Residence
from learncity.apps.people.types import (
    Addresses,
    DuplicateBy,
    GroupNotFound,
    IdentifierKind,
    IdentifierTaken,
    MergeReason,
    NameMissing,
    Number,
    PersonNotFound,
)
from learncity.apps.places import queries as places
from learncity.kernel.acting import By, Via
from learncity.kernel.ids import uuid7
from learncity.kernel.models import AuditEntry

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CLERK = By(uuid7(), Via.DESK)
ID = Number(IdentifierKind.NATIONAL_ID, "VN", "058094123456")
PHONE = Number(IdentifierKind.PHONE, "", "+8615499990002")

pytestmark = pytest.mark.django_db


def place(key):
    return places.find_place(key).id


def settle(person, key, at):
    services.settle({person: place(key) if key else None}, by=CLERK, at=at)


def lived(person):
    return [(r.place_id, r.since, r.until) for r in queries.residences_of(person)]


def home(person):
    return queries.persons([person])[person].home_id


def register(person_id=None, **said):
    given = {
        "name": "陈阿婆", "born": 1950, "language": "zh-Hans", "numbers": [PHONE, ID],
        "home_id": place("pingjiang"), "hometown": "  河南  周口 ",
        "group_keys": ["senior-citizen"],
    } | said  # fmt: skip
    return services.register(person_id=person_id or uuid7(), **given, by=CLERK, at=AT)


# Registered at a desk.


def test_somebody_without_an_account_is_registered_with_all_that_is_known():
    person = register()

    (card,) = queries.find_people("陈阿婆", region="CN", invented=True)
    assert (card.id, card.born, card.has_account, card.phone) == (person, 1950, False, "")
    assert [i.tail for i in card.identifiers] == ["0002", "3456"]
    assert Person.objects.get(pk=person).hometown == "河南 周口"
    assert [m.group.key for m in queries.memberships_of(person)] == ["senior-citizen"]
    assert lived(person) == [(place("pingjiang"), AT, None)]
    assert AuditEntry.objects.filter(action="people.registered").count() == 1


def test_a_form_sent_twice_is_one_person():
    person = uuid7()
    people = Person.objects.count()

    assert register(person) == register(person, name="somebody else") == person
    assert Person.objects.count() == people + 1
    assert queries.persons([person])[person].name == "陈阿婆"


def test_whose_number_is_known_is_not_registered_again():
    register()
    people = Person.objects.count()

    with pytest.raises(IdentifierTaken), transaction.atomic():
        register()
    with pytest.raises(NameMissing):
        register(name=" \u200b ")
    with pytest.raises(GroupNotFound), transaction.atomic():
        register(numbers=[], group_keys=["astronaut"])
    assert Person.objects.count() == people


# Residences.


def test_who_moves_has_lived_in_both_places():
    person = make_person()
    settle(person, "pingjiang", AT)
    settle(person, "pingjiang", AT + HOUR)
    settle(person, "weiting", AT + 2 * HOUR)

    assert lived(person) == [
        (place("weiting"), AT + 2 * HOUR, None),
        (place("pingjiang"), AT, AT + 2 * HOUR),
    ]
    assert home(person) == place("weiting")


def test_who_would_rather_not_say_lives_nowhere_now():
    person = make_person()
    settle(person, "pingjiang", AT)
    settle(person, None, AT + HOUR)

    assert lived(person) == [(place("pingjiang"), AT, AT + HOUR)]
    assert home(person) is None
    settle(person, "weiting", AT + 2 * HOUR)
    assert home(person) == place("weiting")


def test_what_was_corrected_at_once_leaves_no_trace():
    person = make_person()
    settle(person, "pingjiang", AT)
    settle(person, "weiting", AT)

    assert lived(person) == [(place("weiting"), AT, None)]


def test_a_clock_that_went_back_overlaps_nothing():
    person = make_person()
    settle(person, "pingjiang", AT)
    settle(person, "weiting", AT + 2 * HOUR)
    settle(person, "pingjiang", AT + HOUR)

    assert lived(person) == [
        (place("pingjiang"), AT + 2 * HOUR, None),
        (place("pingjiang"), AT, AT + 2 * HOUR),
    ]


def test_a_thousand_moves_cost_as_many_statements_as_one(django_assert_num_queries):
    one, many = make_person(), [make_person() for _ in range(30)]
    weiting = place("weiting")
    with django_assert_num_queries(7):  # with the savepoint of the test
        services.settle({one: weiting}, by=CLERK, at=AT)
    with django_assert_num_queries(7):
        services.settle(dict.fromkeys(many, weiting), by=CLERK, at=AT)
    assert {home(person) for person in many} == {weiting}


def test_the_city_of_the_demo_has_a_residence_for_every_home():
    at_home = Person.objects.exclude(home=None).count()
    assert at_home > 100
    assert Residence.objects.filter(until=None).count() == at_home


def test_the_database_alone_refuses_two_homes_at_a_time():
    person = make_person()
    settle(person, "pingjiang", AT)
    more = {"person_id": person, "place_id": place("weiting"), "stated_via": "DESK"}

    with pytest.raises(IntegrityError, match="people_one_residence_at"), transaction.atomic():
        Residence.objects.create(**more, since=AT + HOUR)
    with pytest.raises(IntegrityError, match="people_residence_ends"), transaction.atomic():
        Residence.objects.create(**more, since=AT - HOUR, until=AT - HOUR)
    Residence.objects.create(**more, since=AT - HOUR, until=AT)  # an end is not included


# Groups.


def join(person, key="migrant-worker", by=CLERK, at=AT):
    return services.join_group(person_id=person, group_key=key, by=by, at=at)


def leave(person, key="migrant-worker", at=AT):
    return services.leave_group(person_id=person, group_key=key, by=CLERK, at=at)


def test_a_membership_has_days_and_says_who_stated_it():
    person = make_person()
    joined = join(person)
    join(person, "senior-citizen", by=By(person, Via.WEB))

    assert join(person, at=AT + 30 * HOUR) == joined
    assert (joined.since, joined.until) == (date(2026, 11, 22), None)
    assert [(m.group.key, m.own) for m in queries.memberships_of(person)] == [
        ("migrant-worker", False), ("senior-citizen", True),
    ]  # fmt: skip
    assert AuditEntry.objects.filter(action="people.group_joined").count() == 1


def test_who_leaves_a_group_was_in_it_until_that_day():
    person = make_person()
    join(person)

    assert leave(person, at=AT + 48 * HOUR)
    assert not leave(person, at=AT + 48 * HOUR)
    assert queries.memberships_of(person) == []
    join(person, at=AT + 48 * HOUR)
    spans = (
        Membership.objects.filter(person_id=person).order_by("since").values_list("since", "until")
    )
    assert list(spans) == [(date(2026, 11, 22), date(2026, 11, 24)), (date(2026, 11, 24), None)]


def test_a_membership_taken_back_on_its_day_leaves_nothing():
    person = make_person()
    join(person)
    assert leave(person)
    assert not Membership.objects.filter(person_id=person).exists()


def test_a_group_and_a_person_must_exist():
    with pytest.raises(GroupNotFound):
        join(make_person(), "astronaut")
    with pytest.raises(PersonNotFound):
        join(uuid7())


def test_the_database_alone_refuses_to_be_in_a_group_twice():
    person = make_person()
    join(person)
    row = {"person_id": person, "group": Group.objects.get(key="migrant-worker")}
    with pytest.raises(IntegrityError, match="people_in_a_group_once"), transaction.atomic():
        Membership.objects.create(**row, since=date(2027, 1, 1), stated_via="WEB")
    day = date(2026, 1, 1)
    with pytest.raises(IntegrityError, match="people_membership_ends"), transaction.atomic():
        Membership.objects.create(**row, since=day, until=day, stated_via="WEB")


# Looking for people.


def found(text, **kwargs):
    return [c.name for c in queries.find_people(text, region="CN", invented=True, **kwargs)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nguyen van an", "Nguyễn Văn Ân"),
        ("NGUYỄN ân", "Nguyễn Văn Ân"),
        ("nguye\u0302\u0303n", "Nguyễn Văn Ân"),
        ("dang", "Đặng Thị Bưởi"),
        ("zhang wei", "张伟伟"),
        ("zhangweiwei", "张伟伟"),
        ("zhangw", "张伟伟"),
        ("伟伟", "张伟伟"),
        ("张", "张伟伟"),
        ("zeng", "曾小单"),
        ("ceng", "曾小单"),
        ("阿卜杜", "阿卜杜拉·买买提"),
        ("maimaiti", "阿卜杜拉·买买提"),
        ("wang xiulan", "王秀兰"),
        ("xiulan wang", "王秀兰"),
        ("xiulan", "王秀兰"),
        ("wang xiu", "王秀兰"),
        ("yaqin", "周雅琴"),
        ("zhou yaqin", "周雅琴"),
        ("lyu xian", "吕西安"),
        ("lu xian", "吕西安"),
        ("lü xi'an", "吕西安"),
        ("O'Brien", "Mary O'Brien"),
    ],
)
def test_people_are_found_as_others_write_their_names(text, name):
    for each in (
        "Nguyễn Văn Ân", "Đặng Thị Bưởi", "张伟伟", "曾小单", "阿卜杜拉·买买提", "Mary O'Brien",
        "王秀兰", "周雅琴", "吕西安",
    ):  # fmt: skip
        make_person(each)

    assert name in found(text, limit=500)
    assert "Mary O'Brien" not in found("张", limit=500)


def test_another_name_with_one_of_the_syllables_is_not_found():
    for each in ("王秀英", "周雅文", "王兰"):
        make_person(each)
    assert {"王秀英", "王兰"}.isdisjoint(found("wang xiulan", limit=500))
    assert "周雅文" not in found("yaqin", limit=500)


@pytest.mark.parametrize(
    ("kind", "issuer", "value"),
    [
        (IdentifierKind.UNION_NUMBER, "苏州市总工会", "U9001"),
        (IdentifierKind.STUDENT_NUMBER, "Soochow University", "S12"),
        (IdentifierKind.EMPLOYEE_NUMBER, "Works", "A0000077"),
    ],
)
def test_a_number_is_found_whoever_gave_it_out(kind, issuer, value):
    person = make_person("持卡人")
    number = Number(kind, issuer, value)
    services.add_identifier(person_id=person, number=number, by=CLERK, at=AT)
    assert found(value) == found(f"{value[:1]}-{value[1:]}".lower()) == ["持卡人"]
    assert found(value + "5") == []


def test_a_name_with_a_figure_is_still_found():
    make_person("Nguyễn Văn An 2")
    assert found("nguyen van an 2") == ["Nguyễn Văn An 2"]


def test_signs_that_are_no_word_find_nobody():
    assert found("'") == found("& | !") == []


def test_people_are_found_by_exactly_their_numbers():
    person = register()
    holder = make_person("持号人", account=True)
    phone = queries.addresses([holder])[holder].phone

    assert found("058 094 123 456") == found("154 9999 0002") == ["陈阿婆"]
    assert found("0580941234") == found("05809412345") == []
    assert found(phone) == found(phone.removeprefix("+86")) == ["持号人"]
    number = queries.identifiers_of(person)[0]
    services.end_identifier(person_id=person, identifier_id=number.id, by=CLERK, at=AT + HOUR)
    assert found("154 9999 0002") == ["陈阿婆"]  # it was theirs


def test_an_address_that_nobody_proved_finds_nobody():
    services.account_for(address=Addresses(None, "lan@example.org"), language="vi")
    assert found("lan@example.org") == []


def test_an_old_card_finds_who_was_registered_with_the_new_one():
    new = Number(IdentifierKind.NATIONAL_ID, "CN", "11010519491231002X")
    register(numbers=[new])
    assert found("110105491231002") == ["陈阿婆"]


def test_a_merged_record_is_found_by_its_own_name_and_number_and_shown_as_one():
    kept, other = make_person("保留者"), register(name="被并者")
    services.merge(keep=kept, other=other, reason=MergeReason.PERSON_SAYS, by=CLERK, at=AT)

    for text in ("被并者", "保留者", "058094123456"):
        (card,) = queries.find_people(text, region="CN", invented=True)
        assert (card.id, card.name, len(card.identifiers)) == (kept, "保留者", 2)


def test_turning_pages_skips_nobody_and_repeats_nobody():
    everybody = queries.find_people("", region="CN", invented=True, limit=10_000)
    assert len(everybody) > 300
    assert [c.name for c in everybody] == found("", limit=10_000)

    turned, last = [], None
    while part := queries.find_people("", region="CN", invented=True, after=last, limit=97):
        turned += part
        last = part[-1].id
    assert turned == everybody


@pytest.mark.parametrize(
    ("text", "count"), [("", 4), ("wang", 4), ("058094123456", 5), ("U-9001", 5)]
)
def test_a_search_costs_the_same_however_many_it_finds(django_assert_num_queries, text, count):
    register(numbers=[PHONE, ID, Number(IdentifierKind.UNION_NUMBER, "苏州市总工会", "U9001")])
    for limit in (1, 80):
        with django_assert_num_queries(count):
            queries.find_people(text, region="CN", invented=True, limit=limit)


def test_a_name_is_searched_by_its_index():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM people_person "
            "WHERE array_to_tsvector(string_to_array(name_words, ' ')) @@ '''zhang'':*'::tsquery"
        )
        plan = " ".join(row[0] for row in cursor.fetchall())
    assert "people_name_search" in plan


# Possible duplicates.


def test_who_may_be_the_same_is_told_by_number_before_name():
    one = make_person("Nguyễn Văn Ân", born=1990)
    named = make_person("NGUYEN VAN AN", born=1990)
    make_person("Nguyễn Văn Ân", born=1991)
    numbered = make_person("Văn Ân", born=1990)
    number = Number(IdentifierKind.PASSPORT, "VN", "C1234567")
    first = services.add_identifier(person_id=numbered, number=number, by=CLERK, at=AT)
    services.end_identifier(person_id=numbered, identifier_id=first.id, by=CLERK, at=AT + HOUR)
    services.add_identifier(person_id=one, number=number, by=CLERK, at=AT + HOUR)

    told = {d.card.id: d.by for d in queries.possible_duplicates(one).shown}

    assert told == {named: DuplicateBy.NAME, numbered: DuplicateBy.NUMBER}
    services.merge(keep=one, other=named, reason=MergeReason.PERSON_SAYS, by=CLERK, at=AT)
    assert {d.card.id for d in queries.possible_duplicates(one).shown} == {numbered}
