"""Erased is erased: no name, no address, no message; counts, facts and the trail stay valid."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from learncity.apps.classes import queries as class_queries
from learncity.apps.classes import services as classes
from learncity.apps.classes.factories import OPENING, make_class
from learncity.apps.classes.models import CourseClass, Enrolment, Session
from learncity.apps.notices import queries as notices
from learncity.apps.notices import services as notices_services
from learncity.apps.notices.types import Channel
from learncity.apps.people import queries as people
from learncity.apps.people import services as people_services
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import Account, Identifier, Person, PersonKey, Token
from learncity.apps.people.types import Addresses, IdentifierKind, MergeReason, Number
from learncity.apps.places.models import Place
from learncity.apps.privacy import queries, services
from learncity.apps.privacy.models import Request
from learncity.apps.privacy.types import Decision, RequestKind, RequestState
from learncity.apps.record import queries as record
from learncity.apps.roles import queries as roles
from learncity.kernel import audit, personal_data
from learncity.kernel.acting import SYSTEM, By, Via
from learncity.kernel.models import AuditEntry, BlueprintItem, RepeatedRequest

PHONE, NAME = "+8615400000001", "刘建军"
OFFICER = By(None, Via.DESK)


def erase(person, at=None):
    services.erase(person_id=person, by=OFFICER, at=at or timezone.now())


def apply(key, person):
    return classes.apply(class_key=key, person_id=person, by=By(person, Via.WEB), at=OPENING)


def everything_stored():
    """Every value of every table, as text: what a thief of the database would read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" t")
            found[table] = cursor.fetchone()[0]
    return found


def ask_for_erasure(person, at):
    return services.ask(
        person_id=person, kind=RequestKind.ERASURE, words=NAME, by=By(person, Via.WEB), at=at
    )


def test_nothing_that_names_the_person_is_left_in_any_table(resident, drain):
    account = people.find_account(resident)
    people_services.issue_token(account_id=account.id, label=NAME)
    apply(make_class(), resident)
    now = timezone.now()
    services.decide(
        person_id=resident, purpose="name-on-lists", decision=Decision.GIVEN, version=1,
        by=By(resident, Via.WEB), at=now,
    )  # fmt: skip
    notices_services.want_code(channel=Channel.SMS, address=PHONE, code="123456", language="vi")
    RepeatedRequest.objects.create(account_id=account.id, key="k", fingerprint="f", body=NAME)
    ask_for_erasure(resident, now)
    services.want_copy(person_id=resident, language="zh-Hans", at=now)
    drain()
    before = everything_stored()
    assert [t for t, text in before.items() if NAME in text]
    assert [t for t, text in before.items() if PHONE in text]

    erase(resident)
    drain()

    after = everything_stored()
    assert [t for t, text in after.items() if NAME in text] == []
    assert [t for t, text in after.items() if PHONE in text] == []
    assert not Account.objects.filter(person_id=resident).exists()
    assert not Token.objects.filter(account_id=account.id).exists()
    assert notices.inbox(resident) == []
    assert queries.copies(resident, at=timezone.now()) == []


def test_an_open_place_is_given_back_first_and_the_next_one_has_it(resident):
    key, waiting = make_class(seats=1), make_person()
    apply(key, resident)
    apply(key, waiting)

    erase(resident, at=OPENING + timedelta(hours=1))

    row = CourseClass.objects.get(key=key)
    assert (row.seats_taken, row.waiting_taken) == (1, 0)
    assert Enrolment.objects.get(course_class=row, person_id=waiting).state == "ENROLLED"
    assert Enrolment.objects.get(course_class=row, person_id=resident).state == "WITHDRAWN"


def test_figures_are_the_same_before_and_after(resident):
    key = make_class()
    apply(key, resident)
    # The class is over: its places are history and stay counted.
    over = OPENING + timedelta(days=60)

    def figures():
        with connection.cursor() as cursor:
            cursor.execute(
                # That they left their family is a fact of its own, of that day.
                "SELECT kind, home_id, place_id, count(*) FROM record_fact "
                "WHERE kind <> 'households.left' GROUP BY 1, 2, 3 "
                "ORDER BY 1, 2, 3"
            )
            facts = cursor.fetchall()
        return (
            class_queries.figures(None, at=over),
            class_queries.taken_by_month(None),
            facts,
            Person.objects.count(),
        )

    before = figures()
    erase(resident, at=over)
    assert figures() == before
    assert record.facts_of(resident)


def test_the_audit_trail_is_untouched_and_names_nobody(resident):
    audit.note("classes.roster_read", "class x", by=By(resident, Via.DESK), how="PAGE")
    before = list(AuditEntry.objects.order_by("id").values())

    erase(resident)

    after = list(AuditEntry.objects.order_by("id").values())
    assert after[: len(before)] == before
    assert [e["action"] for e in after[len(before) :]] == ["privacy.erased"]
    assert after[-1]["subject"] == f"person {resident}"
    said = json.dumps([[e["subject"], e["detail"]] for e in after], ensure_ascii=False)
    assert NAME not in said
    assert PHONE not in said


def test_the_same_phone_signs_in_as_a_new_person(resident):
    erase(resident)

    account = people_services.account_for(address=Addresses(PHONE, None), language="vi")

    assert account.person_id != resident
    assert record.facts_of(account.person_id) == []


def test_erasing_twice_changes_nothing(resident):
    erase(resident)
    first = Person.objects.get(pk=resident).erased_at
    erase(resident, at=timezone.now() + timedelta(days=1))
    assert Person.objects.get(pk=resident).erased_at == first


def test_staff_who_are_erased_act_for_nobody_and_teach_no_coming_meeting(city, account_of):
    staff = account_of("demo-provider").person_id
    assert roles.actor(staff).has_desk
    coming = Session.objects.filter(starts_at__gt=timezone.now(), cancelled_at=None).first()
    Session.objects.filter(pk=coming.pk).update(instructor=staff)

    erase(staff)

    assert not roles.actor(staff).has_desk
    assert Session.objects.get(pk=coming.pk).instructor_id is None


def test_what_the_citys_file_said_of_the_person_goes_too(resident):
    assert BlueprintItem.objects.filter(section="people", key="demo-worker").exists()
    before = set(BlueprintItem.objects.values_list("section", "key"))

    erase(resident)

    gone = before - set(BlueprintItem.objects.values_list("section", "key"))
    assert gone == {
        ("people", "demo-worker"),
        ("memberships", "demo-worker/industrial-worker"),
        ("memberships", "demo-worker/migrant-worker"),
        ("households", "liu-relatives"),
    }


def test_the_database_alone_refuses_an_erased_person_with_a_name(resident):
    erase(resident)
    with pytest.raises(IntegrityError, match="people_erased_is_blank"):
        Person.objects.filter(pk=resident).update(name=NAME)


def test_a_page_that_was_open_cannot_name_an_erased_person_again(resident):
    erase(resident)
    people_services.describe(person_id=resident, name=NAME)
    assert Person.objects.get(pk=resident).name == ""


# In time.


def test_a_granted_erasure_is_carried_out_a_day_after_its_answer(resident, drain):
    at = timezone.now()
    asked = ask_for_erasure(resident, at)
    services.answer(
        number=asked.number, granted=True, words="好的。", reason=None, by=OFFICER, at=at
    )
    drain()
    assert len(notices.inbox(resident)) == 2

    assert services.carry_out_erasures(at=at + timedelta(hours=23)) == 0
    assert services.carry_out_erasures(at=at + timedelta(hours=25)) == 1
    assert services.carry_out_erasures(at=at + timedelta(hours=26)) == 0

    done = queries.find_request(asked.number)
    assert (done.state, done.words, done.answer) == (RequestState.DONE, "", "")
    assert not Account.objects.filter(phone=PHONE).exists()


def test_an_erasure_that_nobody_answered_is_carried_out_on_its_last_day(resident):
    at = timezone.now()
    asked = ask_for_erasure(resident, at)
    last = at + (asked.done_by - timezone.localtime(at).date())

    assert services.carry_out_erasures(at=last - timedelta(days=1)) == 0
    assert services.carry_out_erasures(at=last) == 1
    assert queries.counts(at=last)["overdue"] == 0


def test_one_erasure_that_fails_holds_up_no_other(resident, monkeypatch):
    at, other = timezone.now(), make_person("另一位")
    first, second = ask_for_erasure(resident, at), ask_for_erasure(other, at)
    last, carry_out = at + timedelta(days=60), services._carry_out

    def falls(number, at):
        if number == first.number:
            raise RuntimeError("this one")
        return carry_out(number, at)

    monkeypatch.setattr(services, "_carry_out", falls)

    with pytest.raises(RuntimeError, match="this one"):
        services.carry_out_erasures(at=last)

    assert queries.find_request(second.number).state == RequestState.DONE
    assert queries.find_request(first.number).state == RequestState.RECEIVED


def test_an_erasure_that_was_taken_back_or_refused_is_not_carried_out(resident):
    at = timezone.now()
    asked = ask_for_erasure(resident, at)
    services.take_back(number=asked.number, person_id=resident, by=By(resident, Via.WEB), at=at)
    assert services.carry_out_erasures(at=at + timedelta(days=90)) == 0
    assert Account.objects.filter(phone=PHONE).exists()


def test_what_was_written_while_somebody_was_erased_goes_the_night_after(resident):
    at = timezone.now()
    asked = ask_for_erasure(resident, at)
    Request.objects.filter(number=asked.number).update(
        state=RequestState.DONE, answered_at=at, done_at=at
    )
    erase(resident)
    # An application that was under way in another transaction.
    key = make_class()
    apply(key, resident)

    services.carry_out_erasures(at=at + timedelta(hours=12))

    assert CourseClass.objects.get(key=key).seats_taken == 0
    assert notices.inbox(resident) == []


def test_a_record_class_is_erased_from_the_highest_room_down():
    order = [one.name for one in personal_data.registered() if one.erase]
    assert order.index("people.person") < order.index("notices.message")
    assert order.index("notices.message") < order.index("classes.enrolment")


def test_every_class_says_what_erasing_does_and_does_it():
    for one in personal_data.registered():
        # With the person, with the account, with the message.
        goes_along = one.name in {
            "people.account", "people.token", "people.identifier", "people.group",
            "people.residence", "people.seen_in_person", "security.factor", "security.link",
            "notices.delivery", "people.resemblance",
                "people.merge_proposal",
        }  # fmt: skip
        short = one.days is not None and one.days <= 90
        if one.on_erasure != "PSEUDONYMOUS":
            assert one.erase or goes_along or short, one.name


def test_the_system_may_erase_too(resident):
    services.erase(person_id=resident, by=SYSTEM, at=timezone.now())
    assert people.erased([resident]) == {resident}


@pytest.mark.django_db
def test_every_record_that_is_the_same_person_is_erased_and_their_numbers_can_never_be_read():
    one, other = make_person(), make_person()
    number = Number(IdentifierKind.PASSPORT, "VN", "C0000001")
    people_services.add_identifier(person_id=other, number=number, by=SYSTEM, at=timezone.now())
    people_services.settle({other: Place.objects.get(key="gusu").pk}, by=SYSTEM, at=timezone.now())
    people_services.merge(
        keep=one, other=other, reason=MergeReason.SAME_DOCUMENT, by=SYSTEM, at=timezone.now()
    )

    services.erase(person_id=one, by=SYSTEM, at=timezone.now())

    assert people.erased([one, other]) == {one, other}
    assert people.find_by_identifier(number) is None
    assert people.identifiers_of(one) == []
    assert people.residences_of(one) == []
    assert not PersonKey.objects.filter(pk__in=[one, other]).exists()
    assert not Identifier.objects.filter(person_id=other).exclude(sealed=None).exists()
