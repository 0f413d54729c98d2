"""What an organization vouches for is dated, shown to the person, and never rewritten."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from learncity.apps.assertions import queries, services
from learncity.apps.assertions.models import Assertion, Objection
from learncity.apps.assertions.rules import fitting, key_named, masked
from learncity.apps.assertions.types import (
    AssertionNotFound,
    BadDates,
    CodeState,
    EvidenceNeeded,
    NotForOneself,
    ReasonNeeded,
    ValueDoesNotFit,
    WasWithdrawn,
)
from learncity.apps.notices import queries as notices
from learncity.apps.organizations import services as organizations
from learncity.apps.organizations.types import OrganizationNotFound
from learncity.apps.people import queries as people
from learncity.apps.people import services as people_services
from learncity.apps.people.factories import make_person
from learncity.apps.people.types import Addresses, MergeReason
from learncity.apps.record import queries as record
from learncity.apps.roles.factories import make_grant
from learncity.apps.roles.types import Role
from learncity.kernel import audit
from learncity.kernel.acting import SYSTEM

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
TODAY = date(2026, 11, 22)
ACT = {"by": SYSTEM, "at": AT}
UNION, CENTRE = "courier-industry-union", "qiaotou-learning-centre"
pytestmark = pytest.mark.django_db


@pytest.fixture
def person(db):
    return make_person("王秀兰", language="en", account=True)


def vouch(person, key="union_member_since", value="2023-05-01", by=UNION, **said):
    known = {"since": date(2023, 5, 1), "until": None, "evidence": "List of members",
             "code_until": date(2027, 5, 1), **ACT}  # fmt: skip
    return services.vouch(
        organization_key=by, person_id=person, key=key, value=value, **{**known, **said}
    )


def state(person, key="employed", value="Yanlai", **said):
    known = {"at_key": None, "since": None, "until": None, **ACT}
    return services.state(person_id=person, key=key, value=value, **{**known, **said})


def withdraw(said, by=UNION, because="Entered for somebody else", person=None):
    services.withdraw(
        assertion_id=said.id, organization_key=by, person_id=person, because=because, **ACT
    )


def test_the_person_is_told_and_has_it_in_their_record(person):
    made = vouch(person)

    (message,) = notices.inbox(person)
    assert "Union member" in message.title
    assert made.code in message.body
    (fact,) = record.facts_of(person)
    assert fact.kind == "assertions.made"
    assert str(fact.subject.best("en")).startswith("Union member, Couriers")
    assert [e.action for e in audit.latest(1)] == ["assertions.made"]


def test_the_same_again_is_the_same_and_tells_nobody(person):
    assert vouch(person) == vouch(person)
    assert len(notices.inbox(person)) == 1
    assert vouch(person, value="2023-06-01").id != vouch(person).id


def test_the_database_alone_refuses_to_say_the_same_twice(person):
    row = Assertion.objects.get(pk=vouch(person).id)
    row.pk, row.code = make_person(), "AAAA-AAAA-AA"
    with pytest.raises(IntegrityError, match="assertions_said_once"):
        row.save(force_insert=True)


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("assertions_vouched_with_evidence", {"evidence": ""}),
        ("assertions_vouched_with_a_code", {"code": ""}),
        ("assertions_checksum_is_one", {"checksum": "abc"}),
        ("assertions_in_order", {"until": date(2020, 1, 1)}),
        ("assertions_withdrawn_with_a_reason", {"withdrawn_at": AT}),
    ],
)
def test_the_database_alone_refuses_what_would_not_hold(person, constraint, change):
    row = Assertion.objects.get(pk=vouch(person).id)
    row.pk, row.code, row.value = make_person(), "AAAA-AAAA-AA", "other"
    for name, value in change.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError, match=constraint):
        row.save(force_insert=True)


def test_a_code_is_one_assertions(person):
    row = Assertion.objects.get(pk=vouch(person).id)
    row.pk, row.value = make_person(), "other"
    with pytest.raises(IntegrityError, match="assertions_one_code_each"):
        row.save(force_insert=True)


def test_the_database_alone_refuses_to_rewrite_it(person):
    pk = vouch(person).id
    for change in ({"value": "2001-01-01"}, {"until": TODAY}, {"code_until": date(2040, 1, 1)}):
        with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
            Assertion.objects.filter(pk=pk).update(**change)
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        Assertion.objects.filter(pk=pk).delete()
    Assertion.objects.filter(pk=pk).update(withdrawn_at=AT, withdrawn_because="Mistake")
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        Assertion.objects.filter(pk=pk).update(withdrawn_because="Another")


def test_what_is_said_has_its_type_days_and_evidence(person):
    for refusal, said in (
        (ValueDoesNotFit, {"value": "yesterday"}),
        (ValueDoesNotFit, {"key": "months_insured", "value": -1}),
        (ValueDoesNotFit, {"key": "months_insured", "value": True}),
        (BadDates, {"until": date(2023, 5, 1)}),
        (BadDates, {"code_until": TODAY}),
        (EvidenceNeeded, {"evidence": " "}),
        (EvidenceNeeded, {"link": "javascript:alert(1)"}),
        (OrganizationNotFound, {"by": "none"}),
    ):
        with pytest.raises(refusal):
            vouch(person, **said)


def test_shifts_are_a_pattern_and_days():
    key = key_named("shifts")
    assert fitting(key, {"pattern": "NIGHT", "days": [5, 1, 5]}) == {
        "pattern": "NIGHT", "days": [1, 5],
    }  # fmt: skip
    for wrong in ({"pattern": "LATE"}, {"pattern": "DAY", "days": [8]}, "NIGHT", {"x": 1}):
        with pytest.raises(ValueDoesNotFit):
            fitting(key, wrong)


def test_an_ended_organization_vouches_for_nobody(person):
    organizations.end_organization(key=UNION, on=TODAY, successor_key=None, **ACT)
    with pytest.raises(OrganizationNotFound):
        vouch(person)


# Withdrawing and objecting.


def test_withdrawn_it_is_told_recorded_and_its_code_is_worth_nothing(person):
    made = vouch(person)
    for _ in range(2):
        withdraw(made)

    assert queries.find_verified(made.code, on=TODAY).state == CodeState.WITHDRAWN
    assert [f.kind for f in record.facts_of(person)] == ["assertions.withdrawn", "assertions.made"]
    assert len(notices.inbox(person)) == 2
    assert vouch(person).id != made.id  # a correction is a new one


def test_only_who_said_it_withdraws_and_says_why(person):
    made, own = vouch(person), state(person)
    for by, who in ((CENTRE, None), (None, person)):
        with pytest.raises(AssertionNotFound):
            withdraw(made, by=by, person=who)
    with pytest.raises(AssertionNotFound):
        withdraw(own, by=None, person=make_person())
    with pytest.raises(ReasonNeeded):
        withdraw(made, because=" ")
    withdraw(own, by=None, person=person)
    assert [a.withdrawn_at is not None for a in queries.of_person(person)] == [True, False]


def object_to(said, person, text="I left in 2024"):
    services.object_to(assertion_id=said.id, person_id=person, text=text, **ACT)


def test_an_objection_is_told_to_the_staff_and_answered(person):
    staff = make_person("Staff", account=True)
    make_grant(staff, Role.STAFF, CENTRE, since=AT - timedelta(days=1))
    made = vouch(person, by=CENTRE)
    for _ in range(2):
        object_to(made, person)
    (told,) = [m for m in notices.inbox(staff) if made.code in m.body]
    assert told.url == f"/desk/organizations/{CENTRE}/assertions/{made.id}/"
    assert queries.find_of_person(made.id, person_id=person).objection.text == "I left in 2024"

    for text in ("The list of June says so", "Again"):
        services.answer(assertion_id=made.id, organization_key=CENTRE, text=text, **ACT)
    answered = queries.find_of_person(made.id, person_id=person).objection
    assert answered.answer == "The list of June says so"
    assert len(notices.inbox(person)) == 2
    object_to(made, person, "Once more")  # answered, one may object again
    assert queries.find_of_person(made.id, person_id=person).objection.text == "Once more"


def test_one_objects_to_what_others_say_of_oneself_and_is_still_said(person):
    made, own = vouch(person), state(person)
    for said, who in ((made, make_person()), (own, person)):
        with pytest.raises(AssertionNotFound):
            object_to(said, who)
    with pytest.raises(ReasonNeeded):
        object_to(made, person, "")
    withdraw(made)
    with pytest.raises(WasWithdrawn):
        object_to(made, person)


def test_the_database_alone_refuses_a_second_open_objection_and_a_changed_one(person):
    made = vouch(person)
    object_to(made, person)
    with (
        pytest.raises(IntegrityError, match="assertions_one_open_objection"),
        transaction.atomic(),
    ):
        Objection.objects.create(assertion_id=made.id, text="Again", at=AT)
    with pytest.raises(IntegrityError, match="assertions_answered_in_words"), transaction.atomic():
        Objection.objects.filter(assertion_id=made.id).update(answered_at=AT)
    with pytest.raises(DatabaseError, match="only grows"):
        Objection.objects.filter(assertion_id=made.id).update(text="Other")


# What rules ask.


def test_the_vouched_goes_before_the_own_and_the_latest_before_the_older(person):
    state(person, "post", "Rider")
    assert queries.assertions([person], ["post"], on=TODAY)[person]["post"].source is None
    vouch(person, "post", "Courier", since=date(2023, 5, 1))
    later = {"since": date(2024, 1, 1), "at": datetime(2026, 11, 22, 5, tzinfo=UTC)}
    vouch(person, "post", "Team leader", **later)
    state(person, "post", "Manager", at=datetime(2026, 11, 22, 6, tzinfo=UTC))

    known = queries.assertions([person], ["post", "graduated"], on=TODAY)[person]
    assert known["post"].value == "Team leader"
    assert known["post"].source.key == UNION
    assert known["post"].said_on == TODAY
    assert "graduated" not in known  # unknown, not false


def test_a_rule_hears_what_holds_on_its_day(person):
    made = vouch(person, "post", "Courier", since=date(2024, 1, 1), until=date(2025, 1, 1))

    def heard(day):
        return bool(queries.assertions([person], ["post"], on=day))

    assert [heard(date(2023, 12, 31)), heard(date(2024, 1, 1))] == [False, True]
    assert [heard(date(2024, 12, 31)), heard(date(2025, 1, 1))] == [True, False]
    withdraw(made)
    assert not heard(date(2024, 6, 1))


def test_a_rule_asks_of_everybody_in_two_queries(django_assert_num_queries):
    everybody = [make_person() for _ in range(5)]
    for one in everybody:
        vouch(one)
    with django_assert_num_queries(2):
        found = queries.assertions(everybody, ["union_member_since", "post"], on=TODAY)
    assert len(found) == 5


def test_what_is_said_of_one_record_is_said_of_the_merged_person(person):
    other = make_person()
    made, own = vouch(other), state(other)
    people_services.merge(keep=person, other=other, reason=MergeReason.SAME_DOCUMENT, **ACT)

    assert {said.id for said in queries.of_person(person)} == {made.id, own.id}
    assert queries.find_of_person(made.id, person_id=person).id == made.id
    known = queries.assertions([person, other], ["union_member_since"], on=TODAY)
    assert known[person] == known[other]
    assert (vouch(person), state(person)) == (made, own)
    services.object_to(assertion_id=made.id, person_id=person, text="Not right", **ACT)
    withdraw(own, by=None, person=person)
    assert queries.assertions([person], ["employed"], on=TODAY) == {}

    people_services.unmerge(keep=person, other=other, **ACT)
    assert queries.of_person(person) == []


def test_an_own_statement_is_no_organizations(person):
    own = state(person, "shifts", {"pattern": "ROTATING", "days": [1, 2, 3]}, at_key=CENTRE)
    assert state(person, "shifts", {"pattern": "ROTATING", "days": [3, 2, 1]}, at_key=CENTRE) == own
    assert own.is_own
    assert own.at.key == CENTRE
    assert own.code == ""
    assert record.facts_of(person) == []
    with pytest.raises(NotForOneself):
        state(person, "graduated", "Doctor")


# Codes and finding people.


def test_a_stranger_learns_no_more_than_needed(person):
    made = vouch(person, "months_insured", 14)
    seen = queries.find_verified(made.code, on=TODAY)

    assert seen.state == CodeState.VALID
    assert seen.name == "王*兰"
    assert seen.organization.key == UNION
    assert not hasattr(seen, "value")
    late = queries.find_verified(made.code, on=date(2027, 5, 1))
    assert (late.state, late.name, late.organization) == (CodeState.EXPIRED, "", None)
    assert queries.find_verified(made.code, on=date(2027, 4, 30)).state == CodeState.VALID
    assert queries.find_verified("", on=TODAY) is None


def test_a_code_says_when_the_thing_itself_holds_no_longer(person):
    made = vouch(person, until=date(2026, 12, 1))
    assert queries.find_verified(made.code, on=date(2026, 12, 1)).state == CodeState.NOT_NOW


def test_names_are_masked():
    assert [masked(name) for name in ("王秀兰", "王兰", "欧阳秀兰", "", "Nguyễn Thị Hương")] == [
        "王*兰", "王*", "欧**兰", "*", "N. T. H.",
    ]  # fmt: skip


def test_a_person_is_found_by_their_exact_number_or_valid_code_and_each_look_is_noted(person):
    phone = people.addresses([person])[person].phone

    def find(number="", code=""):
        address = Addresses(number, None) if number else None
        return services.find_person(organization_key=CENTRE, address=address, code=code, **ACT)

    made = vouch(person)
    assert find(phone) == person
    assert find(code=made.code) == person
    assert find(phone[:-1]) is None
    assert find() is None
    withdraw(made)
    assert find(code=made.code) is None
    looks = [e.detail["found"] for e in audit.latest(20)
             if e.action == "assertions.person_looked_for"]  # fmt: skip
    assert looks == [0, 0, 0, 1, 1]


def test_an_unproven_number_finds_nobody(person):
    from learncity.apps.people.models import Account

    Account.objects.filter(person_id=person).update(verified_at=None, phone="+8615411112222")
    found = people.find_by_address(Addresses("+8615411112222", None))
    assert found is None
