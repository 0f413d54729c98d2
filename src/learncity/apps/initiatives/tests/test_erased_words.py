"""Somebody is erased, and what was ever written of them is read nowhere.

One row about the person is made in every declared table, and every column that takes words gets
some. A new table or column is found by itself: it fails here until it is erased, or says in its
``RecordClass.stays`` why its words remain.
"""

from datetime import date, timedelta

import psycopg
from django.contrib.sessions.models import Session as OldSession
from django.db import connection
from django.utils import timezone
from psycopg import sql

from learncity.apps.assertions import services as assertions
from learncity.apps.assertions.models import Objection
from learncity.apps.catalogue.models import Course, Edition
from learncity.apps.classes import services as classes
from learncity.apps.classes.factories import OPENING, make_class
from learncity.apps.classes.models import BulkAct, CalendarAddress, Session
from learncity.apps.demand import services as demand
from learncity.apps.demand.factories import make_wish
from learncity.apps.demand.models import Match
from learncity.apps.households import queries as household_queries
from learncity.apps.households import services as households
from learncity.apps.households.factories import make_household, make_mandate
from learncity.apps.households.models import Invitation
from learncity.apps.households.types import Deed
from learncity.apps.imports.models import Import
from learncity.apps.imports.types import ImportState
from learncity.apps.notices import queries as notices
from learncity.apps.notices.models import Delivery, Message
from learncity.apps.organizations.factories import make_organization
from learncity.apps.organizations.models import (
    Accreditation,
    Committee,
    Member,
    Promise,
    Suspension,
)
from learncity.apps.organizations.models import Deed as PromiseDeed
from learncity.apps.people import queries as people
from learncity.apps.people import services as people_services
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import (
    Listed,
    Membership,
    PeopleList,
    Person,
    Resemblance,
    Residence,
    SeenInPerson,
)
from learncity.apps.people.types import IdentifierKind, MergeReason, Number
from learncity.apps.places.models import Place
from learncity.apps.privacy import services as privacy
from learncity.apps.privacy.types import Decision, RequestKind, Speaker
from learncity.apps.roles.models import Grant, Item, Review
from learncity.apps.roles.types import Role
from learncity.apps.security.models import (
    AuthenticatorApp,
    BrowserSession,
    Link,
    Passkey,
    RecoveryCode,
    SupportVisit,
    UsedStep,
)
from learncity.kernel import personal_data
from learncity.kernel.acting import SYSTEM, By, Via
from learncity.kernel.models import Blueprint, BlueprintItem, RepeatedRequest
from learncity.kernel.texts import Text

# Too long for a column of codes, such as a way in.
WORDS = "zqxw words of somebody"
KEY = "somebody-of-the-file"
# Columns that are long enough, but which only the code fills, from its own names: nobody's words.
WRITTEN_BY_CODE = {
    "kernel_auditentry.action", "kernel_outboxentry.event", "kernel_outboxentry.handler",
    "kernel_repeatedrequest.key", "kernel_repeatedrequest.fingerprint",
    "django_session.session_key", "django_session.session_data",
    "people_person.key", "people_account.password", "people_token.digest",
    "classes_calendaraddress.digest",
    "security_session.session_key", "security_recoverycode.digest", "privacy_disclosure.what",
    "record_fact.kind", "record_fact.subject_type", "notices_message.kind", "notices_message.url",
    "notices_message.key", "households_household.key", "households_act.reference",
    "assertions_assertion.key", "kernel_blueprintitem.section", "kernel_blueprintitem.key",
}  # fmt: skip

# Written with the words in make_rows, because what else stands there matters.
MADE_WITH_WORDS = {"kernel_blueprintitem.stated"}


def tables():
    """Every table that a room declares to hold something of persons."""
    return sorted({t._meta.db_table for one in personal_data.registered() for t in one.tables})


def keys_of(owner):
    """The primary keys in every such table."""
    found = {}
    for name in tables():
        column = _key(owner, name)
        query = sql.SQL("SELECT {}::text FROM {}").format(
            sql.Identifier(column), sql.Identifier(name)
        )
        found[name] = {row[0] for row in owner.execute(query)}
    return found


def _key(owner, table):
    return owner.execute(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid "
        "AND a.attnum = ANY(i.indkey) WHERE i.indrelid = %s::regclass AND i.indisprimary",
        [table],
    ).fetchone()[0]


def make_others():
    """Who is not erased: somebody with a household, and an officer."""
    other, officer = make_person("另一人", account=True), make_person("干部", account=True)
    make_household(other)
    return other, officer


def make_rows(other, officer):
    """One row about a person in every table; the person and another record of theirs."""
    now, today = timezone.now(), timezone.localdate()
    one, twin = make_person("某人", account=True), make_person("某人")
    mine, by = By(one, Via.WEB), By(officer, Via.DESK)
    account = people.find_account(one)
    Person.objects.filter(pk=one).update(key=KEY)
    _people(one, twin, officer, account, now)
    _security(one, officer, account, now)
    organization = make_organization()
    grant = Grant.objects.create(person_id=one, organization=organization, role=Role.STAFF)
    review = Review.objects.create(
        organization=organization, opened_at=now, due=now + timedelta(days=1)
    )
    Item.objects.create(review=review, grant=grant, person_id=one)
    Accreditation.objects.create(
        organization=organization, state="ASKED", asked_at=now, asked_by_id=one, words="x"
    )
    Suspension.objects.create(organization=organization, reason="x", since=now, suspended_by_id=one)
    committee = Committee.objects.create(
        key="committee-of-somebody", organization=organization, name={"en": "C"}
    )
    Member.objects.create(committee=committee, person_id=one, post="MEMBER", since=today)
    PromiseDeed.objects.create(
        promise=Promise.objects.first(), on=today, evidence="x", noted_by_id=one, noted_at=now
    )
    _lists(one, other, now)
    _privacy(one, mine, by, now)
    key = make_class()
    classes.apply(class_key=key, person_id=one, by=mine, at=OPENING)
    assert Session.objects.filter(course_class__key=key).update(instructor=one)
    CalendarAddress.objects.create(person_id=one, digest="x", made_at=now)
    _demand(one, now)
    BulkAct.objects.create(kind="close", by_id=one, at=now)
    _households(one, other, officer, now)
    _assertions(one, organization.key, by, now)
    Delivery.objects.create(
        message=Message.objects.filter(person_id=one).first(), channel="SMS",
        address="x", subject="x", body="x", state="SENT",
    )  # fmt: skip
    Edition.objects.create(
        course=Course.objects.first(), stated={}, edited_by_id=one, edited_at=now
    )
    blueprint = Blueprint.objects.first()
    for section, said in (
        ("people", {"name": WORDS}),
        ("households", {"name": WORDS, "head": KEY, "members": []}),
    ):
        BlueprintItem.objects.create(
            blueprint=blueprint, section=section,
            key=KEY if section == "people" else "household-of-somebody", stated=said,
        )  # fmt: skip
    return {one, twin}


def _people(one, twin, officer, account, now):
    by = By(officer, Via.DESK)
    people_services.add_identifier(
        person_id=one, number=Number(IdentifierKind.UNION_NUMBER, "工会", "U12345"), by=by, at=now
    )
    people_services.issue_token(account_id=account.id, label="x")
    people_services.join_group(person_id=one, group_key="migrant-worker", by=by, at=now)
    people_services.settle({one: Place.objects.get(key="gusu").pk}, by=by, at=now)
    SeenInPerson.objects.create(person_id=one, document="PASSPORT", at=now, by_id=officer)
    people_services.merge(
        keep=one, other=twin, reason=MergeReason.SAME_DOCUMENT, by=by, at=now
    )  # fmt: skip
    people_services.merge(
        keep=one,
        other=officer,
        reason=MergeReason.SAME_DOCUMENT,
        by=By(make_person(), Via.DESK),
        at=now,
    )
    assert Membership.objects.filter(person_id=one).exists()
    assert Residence.objects.filter(person_id=one).exists()


def _security(one, officer, account, now):
    RepeatedRequest.objects.create(account_id=account.id, key="k", fingerprint="f", body="x")
    later = now + timedelta(days=1)
    OldSession.objects.create(session_key="k", session_data="x", expire_date=later)
    BrowserSession.objects.create(
        session_key="k", session_data="x", expire_date=later, account=account
    )
    app = AuthenticatorApp.objects.create(account=account, sealed=b"x")
    UsedStep.objects.create(app=app, step=1)
    RecoveryCode.objects.create(account=account, digest="d")
    Passkey.objects.create(account=account, label="x", credential_id=b"i", credential=b"c")
    Link.objects.create(account=account, way="WECHAT", subject="x")
    SupportVisit.objects.create(
        operator_id=officer, person_id=one, reason="为什么", began_at=now,
        ends_at=now + timedelta(minutes=5),
    )  # fmt: skip


def _lists(one, other, now):
    """On a list that somebody sent, like another, and the sender of one."""
    kept = PeopleList.objects.create(name="x", folded="x", key_id="x", box=b"x", secret=b"x")
    Listed.objects.create(people_list=kept, claim=b"x", said=b"x", person_id=one, at=now, via="WEB")
    Resemblance.objects.create(person_id=one, other_id=other, by="NAME", people_list=kept, at=now)
    Import.objects.create(
        kind="people", language="zh-Hans", state=ImportState.DONE, by_id=one, spoken="zh-hans",
        at=now, touched_at=now, has_files=False,
    )  # fmt: skip


def _privacy(one, mine, by, now):
    privacy.decide(
        person_id=one, purpose="name-on-lists", decision=Decision.GIVEN, version=1, by=by, at=now,
        speaker=Speaker.CLERK, paper="x",
    )  # fmt: skip
    privacy.disclose(
        person_id=one, purpose="name-on-lists", recipient="x", what="classes.enrolment",
        by=by, at=now,
    )  # fmt: skip
    asked = privacy.ask(person_id=one, kind=RequestKind.ACCESS, words="x", by=mine, at=now)
    privacy.answer(number=asked.number, granted=True, words="x", reason=None, by=by, at=now)
    copy = privacy.want_copy(person_id=one, language="zh-Hans", at=now)
    privacy.make_copy(copy_id=copy.id, at=now)


def _demand(one, now):
    """A wish that was met, and a search that a browser made."""
    wish = make_wish(one, now, course="small-shop-bookkeeping")
    Match.objects.create(wish_id=wish.id, course_id=wish.course_id, news="COURSE", due_at=now)
    demand.note_zero_result(words="x", category=None, place_id=None, browser="x", at=now)


def _households(one, other, officer, now):
    """Alone in a household; a delegate of another, who disputed what was done."""
    make_household(one)
    mandate = make_mandate(other, one)
    households.note_act(
        by=By(one, Via.WEB, mandate), person_id=other, deed=Deed.APPLIED, title=Text(),
        reference="", at=now,
    )  # fmt: skip
    (act,) = household_queries.acts_for(other)
    dispute = households.dispute(
        act_id=act.id, person_id=other, words="x", by=By(other, Via.WEB), at=now
    )
    households.resolve(
        dispute_id=dispute, is_upheld=False, note="x", by=By(officer, Via.DESK), at=now
    )
    (group,) = household_queries.households_of(other, at=now)
    Invitation.objects.create(
        household_id=group.id, inviter_id=other, person_id=one, label="x", made_at=now,
        until=date(2099, 1, 1),
    )  # fmt: skip


def _assertions(one, organization, by, now):
    said = assertions.vouch(
        organization_key=organization, person_id=one, key="post", value="x", since=None, until=None,
        evidence="x", link="https://example.org/", code_until=date(2099, 1, 1), by=by, at=now,
    )  # fmt: skip
    Objection.objects.create(assertion_id=said.id, text="x", at=now)
    assertions.answer(assertion_id=said.id, organization_key=organization, text="x", by=by, at=now)
    own = assertions.state(
        person_id=one, key="employed", value="x", at_key=None, since=None, until=None,
        by=By(one, Via.WEB), at=now,
    )  # fmt: skip
    assertions.withdraw(
        assertion_id=own.id, organization_key=None, person_id=one, because="x",
        by=By(one, Via.WEB), at=now,
    )  # fmt: skip


def write_everywhere(owner, before, person):
    """Put words into every column of the new rows that takes any; which columns took some.

    What was told to others is theirs, and was written by the services themselves.
    """
    now = keys_of(owner)
    silent = [name for name in tables() if not now[name] - before[name]]
    assert silent == [], "make a row about the person in make_rows"
    planted = set(MADE_WITH_WORDS)
    for name in tables():
        new = sorted((now[name] - before[name]) - of_others(owner, name, person))
        owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(name)))
        for column, kind in _text_columns(owner, name):
            if f"{name}.{column}" not in WRITTEN_BY_CODE | MADE_WITH_WORDS and _put(
                owner, name, column, kind, new
            ):
                planted.add(f"{name}.{column}")
        owner.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(name)))
    return planted


def of_others(owner, table, person):
    """Keys of the rows that lead to people and to none of these."""
    leading = owner.execute(
        "SELECT a.attname FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid "
        "AND a.attnum = ANY(c.conkey) WHERE c.contype = 'f' AND c.conrelid = %s::regclass "
        "AND c.confrelid = 'people_person'::regclass",
        [table],
    ).fetchall()
    columns = ["id"] if table == "people_person" else [row[0] for row in leading]
    if not columns:
        return set()
    query = sql.SQL("SELECT {}::text FROM {} WHERE NOT coalesce(ARRAY[{}]::uuid[] && %s, true)")
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    found = query.format(sql.Identifier(_key(owner, table)), sql.Identifier(table), names)
    return {row[0] for row in owner.execute(found, [list(person)])}


def _text_columns(owner, table):
    return owner.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s "
        "AND data_type IN ('character varying', 'text', 'jsonb')",
        [table],
    ).fetchall()


def _put(owner, table, column, kind, keys):
    """Into each row by itself; whether the database let it happen to any."""
    value = f'{{"en": "{WORDS}"}}' if kind == "jsonb" else WORDS
    taken = False
    for number, key in enumerate(keys):
        # What must be unique stays so.
        text = value if kind == "jsonb" else f"{value} {number}" if number else value
        query = sql.SQL("UPDATE {} SET {} = %s WHERE {}::text = %s").format(
            sql.Identifier(table), sql.Identifier(column), sql.Identifier(_key(owner, table))
        )
        try:
            owner.execute(query, [text, key])
            taken = True
        except (psycopg.errors.IntegrityError, psycopg.errors.StringDataRightTruncation):
            continue
    return taken


def where_read():
    """Every column of the database in which the words can be read."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type IN ('character varying', 'text', 'jsonb')"
        )
        for table, column in cursor.fetchall():
            cursor.execute(
                sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE {}::text LIKE %s)").format(
                    sql.Identifier(table), sql.Identifier(column)
                ),
                [f"%{WORDS}%"],
            )
            if cursor.fetchone()[0]:
                found.add(f"{table}.{column}")
    return found


def test_what_was_written_of_somebody_is_nowhere_but_where_it_is_said_why(owner):
    others = make_others()
    before = keys_of(owner)
    person = make_rows(*others)
    planted = write_everywhere(owner, before, person)
    # The control: all of it is read before.
    assert planted == where_read()
    assert len(planted) > 30

    privacy.erase(person_id=min(person), by=SYSTEM, at=timezone.now())

    stays = {name: why for one in personal_data.registered() for name, why in one.stays.items()}
    assert where_read() ^ set(stays) == set()
    assert all(str(why) for why in stays.values())


def test_others_are_told_that_it_ended_and_no_longer_of_whom(committed):
    other, _officer = make_others()
    one = make_person("某某人", account=True)
    mandate = make_mandate(other, one)
    households.note_act(
        by=By(one, Via.WEB, mandate), person_id=other, deed=Deed.APPLIED, title=Text(),
        reference="", at=timezone.now(),
    )  # fmt: skip
    assert any("某某人" in m.title + m.body for m in notices.inbox(other))

    privacy.erase(person_id=one, by=SYSTEM, at=timezone.now())

    (told,) = notices.inbox(other)
    assert "某某人" not in told.title + told.body
    privacy.erase(person_id=one, by=SYSTEM, at=timezone.now())
    assert notices.inbox(other) == [told]
